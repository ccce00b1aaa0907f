"""Los hechos que entran al núcleo y los resultados que salen de él, todos inmutables.

Convenciones de unidades: los avances se expresan en puntos de porcentaje (100 = logro esperado alcanzado) como
``Fraction`` exactas; los valores, en la unidad del indicador como ``Decimal``; los tiempos, en meses o en años
fraccionarios.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache


class Sentido(StrEnum):
    """Hacia dónde debe moverse el valor para que la política avance."""

    ASCENDENTE = "ascendente"
    DESCENDENTE = "descendente"
    NO_DEFINIDO = "no_definido"


class Semaforo(StrEnum):
    """La luz de un avance; ``SIN_DATOS`` siempre lleva un motivo al lado."""

    VERDE = "verde"
    AMARILLO = "amarillo"
    ROJO = "rojo"
    SIN_DATOS = "sin_datos"


class Caracter(StrEnum):
    """Quién responde por la cifra; lo referencial se muestra y nunca entra en un avance."""

    OFICIAL = "oficial"
    REFERENCIAL = "referencial"


class Situacion(StrEnum):
    """Si la entidad todavía puede revisar la cifra."""

    PRELIMINAR = "preliminar"
    DEFINITIVA = "definitiva"


class Sexo(StrEnum):
    """Desagregación por sexo; ``T`` es el total."""

    TOTAL = "T"
    HOMBRES = "H"
    MUJERES = "M"


class EstadoIndicador(StrEnum):
    """Si alguna vez se midió: la línea base o una medición tienen valor."""

    CON_MEDICION = "con_medicion"
    SIN_MEDICION = "sin_medicion"


class Movimiento(StrEnum):
    """Qué hizo el último valor frente a su referencia (la línea base o, sin ella, el primer valor anterior)."""

    MEJORA = "mejora"
    SIN_CAMBIO = "sin_cambio"
    RETROCEDE = "retrocede"
    DESCONOCIDO = "desconocido"


class Motivo(StrEnum):
    """Por qué falta un valor o por qué un resultado no está definido (códigos del contrato)."""

    NO_MEDIDO = "no_medido"
    NO_EXISTE = "no_existe"
    REQUIERE_ESTUDIO = "requiere_estudio"
    PROGRESIVO = "progresivo"
    REQUIERE_COORDINACION = "requiere_coordinacion"
    NO_APLICA = "no_aplica"
    VENCIDO = "vencido"
    NO_CONSTA = "no_consta"
    POCAS_PERSONAS = "pocas_personas"
    SIN_LINEA_BASE = "sin_linea_base"
    SIN_LOGRO_ESPERADO = "sin_logro_esperado"
    SIN_MEDICION = "sin_medicion"
    SIN_SENTIDO = "sin_sentido"
    BASE_IGUAL_A_LOGRO = "base_igual_a_logro"
    LOGRO_CERO = "logro_cero"


#: Motivos que una persona declara para una ausencia; los demás los deduce el núcleo.
MOTIVOS_DECLARABLES = (
    Motivo.NO_MEDIDO,
    Motivo.NO_EXISTE,
    Motivo.REQUIERE_ESTUDIO,
    Motivo.PROGRESIVO,
    Motivo.REQUIERE_COORDINACION,
    Motivo.NO_APLICA,
    Motivo.VENCIDO,
    Motivo.NO_CONSTA,
)


class Granularidad(StrEnum):
    """El tamaño de un periodo."""

    ANUAL = "anual"
    SEMESTRAL = "semestral"
    TRIMESTRAL = "trimestral"
    MENSUAL = "mensual"


class PeriodoInvalido(ValueError):
    """El texto no nombra un periodo; el mensaje está en español y dice qué se esperaba."""


_FORMA_DE_PERIODO = re.compile(
    r"(?P<anio>[12][0-9]{3})(?:-(?:(?P<mes>0[1-9]|1[0-2])|S(?P<semestre>[12])|Q(?P<trimestre>[1-4])))?"
)


@dataclass(frozen=True, slots=True)
class Periodo:
    """Un periodo ISO/SDMX (``2020``, ``2021-S1``, ``2021-Q1``, ``2021-03``) con su primer y último día."""

    texto: str
    inicio: date
    fin: date
    granularidad: Granularidad

    @property
    def anio(self) -> int:
        return self.fin.year

    @property
    def es_anual(self) -> bool:
        return self.granularidad is Granularidad.ANUAL

    @classmethod
    def leer(cls, texto: str) -> "Periodo":
        """Interpreta ``texto``; levanta :class:`PeriodoInvalido` si no es un periodo entre los años 1000 y 2999."""
        return _leer_periodo(texto)


@lru_cache(maxsize=4096)
def _leer_periodo(texto: str) -> Periodo:
    """El periodo que nombra ``texto``: los mismos pocos se leen en cada fila de cada página."""
    partes = _FORMA_DE_PERIODO.fullmatch(texto.strip().upper())
    if partes is None:
        raise PeriodoInvalido(
            f"«{texto}» no es un periodo. Escriba un año (2021), un semestre (2021-S1), un trimestre (2021-Q1) "
            "o un mes (2021-03)."
        )
    anio = int(partes["anio"])
    if partes["mes"]:
        primero, meses, granularidad = int(partes["mes"]), 1, Granularidad.MENSUAL
    elif partes["semestre"]:
        primero, meses, granularidad = 6 * int(partes["semestre"]) - 5, 6, Granularidad.SEMESTRAL
    elif partes["trimestre"]:
        primero, meses, granularidad = 3 * int(partes["trimestre"]) - 2, 3, Granularidad.TRIMESTRAL
    else:
        primero, meses, granularidad = 1, 12, Granularidad.ANUAL
    ultimo = primero + meses - 1
    return Periodo(
        texto=partes[0],
        inicio=date(anio, primero, 1),
        fin=date(anio, ultimo, monthrange(anio, ultimo)[1]),
        granularidad=granularidad,
    )


@dataclass(frozen=True, slots=True)
class Ausencia:
    """La razón declarada de que falte un valor, y cuándo se comprometió alguien a tenerlo."""

    motivo: Motivo
    texto: str = ""
    fecha_compromiso: date | None = None


@dataclass(frozen=True, slots=True)
class Procedencia:
    """De dónde sale una cifra."""

    nombre: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Dato:
    """Una medición publicada: un valor, o su ausencia con motivo, para un periodo, un ámbito y un sexo."""

    periodo: Periodo
    valor: Decimal | None
    ausencia: Ausencia | None = None
    numerador: int | None = None
    denominador: int | None = None
    ambito: str = "PE"
    sexo: Sexo = Sexo.TOTAL
    caracter: Caracter = Caracter.OFICIAL
    situacion: Situacion = Situacion.DEFINITIVA
    id: int | None = None
    version: int = 1
    publicada_en: datetime | None = None
    sustituida_en: datetime | None = None
    fuente: Procedencia | None = None


@dataclass(frozen=True, slots=True)
class ValorBase:
    """La línea base: el valor del año de referencia, o la razón de que no exista."""

    anio: int
    valor: Decimal | None
    ausencia: Ausencia | None = None
    fuente: Procedencia | None = None
    version: int = 1
    publicada_en: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Logro:
    """El logro esperado de un año, o la razón de que no se haya fijado."""

    anio: int
    valor: Decimal | None
    ausencia: Ausencia | None = None
    fuente: Procedencia | None = None
    version: int = 1
    publicada_en: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Umbrales:
    """Desde qué avance (puntos de porcentaje) se enciende cada luz; por debajo de ``amarillo`` es rojo."""

    verde: Decimal
    amarillo: Decimal


@dataclass(frozen=True, slots=True)
class Tipos:
    """Los dos avances de un valor frente a su logro; cada ``None`` lleva su motivo (tipo I en ``motivo``)."""

    tipo_i: Fraction | None
    motivo: Motivo | None
    tipo_ii: Fraction | None
    motivo_tipo_ii: Motivo | None


@dataclass(frozen=True, slots=True)
class Avance:
    """El avance de un indicador en un año. ``brecha`` = logro − valor, en la unidad del indicador."""

    anio: int
    dato: Dato | None
    logro: Logro | None
    tipo_i: Fraction | None
    motivo: Motivo | None
    tipo_ii: Fraction | None
    motivo_tipo_ii: Motivo | None
    semaforo: Semaforo
    parcial: bool
    se_repite: bool
    brecha: Decimal | None


@dataclass(frozen=True, slots=True)
class ValorDelAnio:
    """Lo que se sabe de un año: ``dato`` es la medición anual o, a falta de ella, la última subanual (``parcial``)."""

    anio: int
    dato: Dato | None
    parcial: bool
    se_repite: bool
    logro: Logro | None
    avance: Avance
    es_linea_base: bool = False


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Cuánto se apartan los puntos de su recta: lo que hace falta para medir la incertidumbre de una proyección.

    ``suma_de_anios`` es Σ(año − año medio)²; ``residuo``, la suma de cuadrados de lo que la recta no explica.
    """

    puntos: int
    anio_medio: Fraction
    suma_de_anios: Fraction
    residuo: Fraction


@dataclass(frozen=True, slots=True)
class Tendencia:
    """Recta de mínimos cuadrados ``valor = origen + pendiente·(año − anio_origen)`` sobre años realmente medidos."""

    pendiente: Fraction
    origen: Fraction
    anio_origen: int
    anios: tuple[int, ...]
    dispersion: Dispersion | None = None

    def valor_en(self, anio: int) -> Fraction:
        return self.origen + self.pendiente * (anio - self.anio_origen)


@dataclass(frozen=True, slots=True)
class Intervalo:
    """Entre qué valores caería la medición de un año, con esa confianza (entre 0 y 1)."""

    anio: int
    desde: Fraction
    hasta: Fraction
    confianza: Fraction


@dataclass(frozen=True, slots=True)
class Proyeccion:
    """Valor que da la recta en ``anio``; ``anios_reales`` dice en cuántos años se apoya.

    Con menos de ``minimo``, ``valor`` es None. ``intervalo`` es None también si todos los puntos caen en la recta:
    entonces no hay con qué medir su incertidumbre, que no es lo mismo que no tenerla.
    """

    anio: int
    valor: Fraction | None
    anios_reales: int
    minimo: int
    intervalo: Intervalo | None = None


@dataclass(frozen=True, slots=True)
class Ritmo:
    """Unidades del indicador por año: lo observado entre años reales y lo requerido para el próximo logro esperado."""

    observado: Fraction | None
    motivo_observado: Motivo | None
    requerido: Fraction | None
    motivo_requerido: Motivo | None
    proximo_logro: Logro | None


@dataclass(frozen=True, slots=True)
class Evaluacion:
    """Todo lo que se puede decir de un indicador a un corte: primero estados y motivos, después números."""

    corte: date
    sentido: Sentido
    estado: EstadoIndicador
    referencia: ValorBase | Dato | None
    movimiento: Movimiento
    linea_base: ValorBase | None
    logros: tuple[Logro, ...]
    serie: tuple[ValorDelAnio, ...]
    ultima: Dato | None
    ultima_se_repite: bool
    antiguedad_meses: int | None
    ausencia: Ausencia | None
    avance: Avance
    ultimo_avance: Avance | None
    tendencia: Tendencia | None
    proyeccion: Proyeccion
    ritmo: Ritmo


@dataclass(frozen=True, slots=True)
class AvanceDeObjetivo:
    """Media ponderada de los tipo I acotados; ``con_dato`` de ``de`` indicadores tienen uno en el año."""

    anio: int
    valor: Fraction | None
    con_dato: int
    de: int
    parcial: bool
    motivo: Motivo | None
