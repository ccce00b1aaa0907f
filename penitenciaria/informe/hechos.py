"""Los hechos de un reporte, ya reunidos y todavía sin redactar. Puro: ni base de datos ni Django.

Todo lo que el reporte dice sale de estos valores. Las fechas de los hechos y de las normas vienen ya escritas, porque
llevan su precisión; las cifras no: se escriben al redactar, con los decimales de su indicador.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from indicadores.calculo.tipos import AvanceDeObjetivo, Dato, Evaluacion, Semaforo, Umbrales


class Que(StrEnum):
    """Qué dice una cifra de aquello que la lleva."""

    LINEA_BASE = "linea_base"
    VALOR = "valor"
    LOGRO_ESPERADO = "logro_esperado"
    NUMERADOR = "numerador"
    DENOMINADOR = "denominador"
    CAMBIO = "cambio"
    BRECHA = "brecha"
    AVANCE_TIPO_I = "avance_tipo_i"
    AVANCE_TIPO_II = "avance_tipo_ii"
    AVANCE_DE_OBJETIVO = "avance_de_objetivo"
    CUENTA = "cuenta"
    UMBRAL = "umbral"


@dataclass(frozen=True, slots=True)
class Cifra:
    """Una cifra del reporte (o su ausencia, con ``valor`` None y ``motivo``).

    ``codigo`` es el del indicador, el del objetivo o vacío si es de toda la política; ``objetivo``, aquel en cuya
    sección aparece. ``decimales`` son los que se muestran. ``unidad`` es la que se escribe: «%», «puntos porcentuales»,
    «personas».
    """

    objetivo: str
    codigo: str
    que: Que
    periodo: str
    valor: Decimal | None
    unidad: str
    decimales: int = 0
    motivo: str = ""


@dataclass(frozen=True, slots=True)
class Medida:
    """Un indicador (de un objetivo o de uno de sus servicios) con todo lo oficial que se sabe de él al corte.

    ``ficha`` son pares de rótulo y texto; el texto vacío es lo que está por definir.
    """

    codigo: str
    codigo_oficial: str
    objetivo: str
    servicio: str
    nombre: str
    nombre_corto: str
    unidad: str
    simbolo: str
    decimales: int
    cuenta_personas: bool
    entidad: str
    relevancia: int | None
    tipo_agregacion: str
    limitaciones: str
    ficha: tuple[tuple[str, str], ...]
    evaluacion: Evaluacion
    datos: tuple[Dato, ...]


@dataclass(frozen=True, slots=True)
class DocumentoInformado:
    """Un documento de provisión; ``estado`` es ``aprobado``, ``en_diseno`` o ``necesario``."""

    titulo: str
    estado: str
    norma: str
    cuando: str
    notas: str


@dataclass(frozen=True, slots=True)
class ServicioInformado:
    """Un servicio con su ejecución (``inmediata``, ``progresiva``, ``no_consta``), su estado y su cobertura."""

    codigo: str
    nombre: str
    nombre_corto: str
    nombre_es_parafrasis: bool
    ejecucion: str
    ejecucion_inferida: bool
    estado: str
    entidades: tuple[str, ...]
    documentos: tuple[DocumentoInformado, ...]
    cobertura: tuple[Medida, ...]


@dataclass(frozen=True, slots=True)
class IntervencionInformada:
    servicio: str
    titulo: str
    descripcion: str
    fuente: str


@dataclass(frozen=True, slots=True)
class SuspensionInformada:
    servicio: str
    actividad: str
    causa: str
    medida_alternativa: str
    fuente: str


@dataclass(frozen=True, slots=True)
class Relato:
    """Lo que una persona escribió de un año; vacío si nadie escribió nada."""

    texto: str = ""
    fuente: str = ""


@dataclass(frozen=True, slots=True)
class ObjetivoInformado:
    """``priorizado`` solo si además hay un relato del año: sin él no consta que la prioridad siga en pie."""

    codigo: str
    nombre: str
    priorizado: bool
    avance: AvanceDeObjetivo
    medidas: tuple[Medida, ...]
    servicios: tuple[ServicioInformado, ...]
    intervenciones: tuple[IntervencionInformada, ...]
    suspensiones: tuple[SuspensionInformada, ...]
    relato_de_avance: Relato
    relato_de_intervenciones: Relato


@dataclass(frozen=True, slots=True)
class HitoInformado:
    titulo: str
    descripcion: str
    cuando: str
    cumplido: bool
    norma: str


@dataclass(frozen=True, slots=True)
class AlternativaInformada:
    """``estado`` tal como se conocía al corte; ``norma`` y ``cuando``, solo si ya estaba atendida."""

    titulo: str
    texto: str
    estado: str
    norma: str
    cuando: str


@dataclass(frozen=True, slots=True)
class FuenteCitada:
    nombre: str
    cuando: str
    url: str


@dataclass(frozen=True, slots=True)
class NormaCitada:
    nombre: str
    titulo: str
    cuando: str


@dataclass(frozen=True, slots=True)
class Encabezado:
    """La política de la que se informa."""

    politica: str
    rectora: str
    organo: str
    problema: str
    norma: str
    fecha_de_la_norma: str
    anio_inicio: int
    anio_fin: int


@dataclass(frozen=True, slots=True)
class Cuentas:
    """Cuántos indicadores de objetivo hay en cada situación; ``luces`` reparte todos y suma ``total``."""

    total: int
    con_medicion: int
    sin_medicion: int
    comparables: int
    parciales: int
    se_repiten: int
    luces: tuple[tuple[Semaforo, int], ...]


@dataclass(frozen=True, slots=True)
class Anterior:
    """Las cifras con que se compara: las que había al cierre del año previo."""

    corte: date
    cifras: tuple[Cifra, ...]


@dataclass(frozen=True, slots=True)
class Informe:
    """Todo lo que dice un reporte de cumplimiento: solo cifras oficiales y solo lo conocido al corte.

    ``publicado_hasta`` es el día de ``a_la_fecha`` en Lima; ``hay_publicaciones`` es falso si entonces el portal aún no
    había publicado nada.
    """

    anio: int
    corte: date
    a_la_fecha: datetime
    publicado_hasta: date
    hay_publicaciones: bool
    encabezado: Encabezado
    umbrales: Umbrales
    cuentas: Cuentas
    relato: Relato
    ruta: tuple[HitoInformado, ...]
    objetivos: tuple[ObjetivoInformado, ...]
    alternativas: tuple[AlternativaInformada, ...]
    fuentes: tuple[FuenteCitada, ...]
    normas: tuple[NormaCitada, ...]
    anterior: Anterior | None

    @property
    def medidas(self) -> tuple[Medida, ...]:
        """Los indicadores de los objetivos, en su orden."""
        return tuple(medida for objetivo in self.objetivos for medida in objetivo.medidas)

    @property
    def servicios(self) -> tuple[ServicioInformado, ...]:
        return tuple(servicio for objetivo in self.objetivos for servicio in objetivo.servicios)
