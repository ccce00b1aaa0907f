"""La estructura SDMX de las cifras: qué identifica una serie, qué se dice de cada observación y con qué códigos.

Se declara una vez aquí y de aquí salen la definición publicada (``datastructure``, ``codelist`` …), la lectura de la
clave de una consulta y lo que escribe cada formato: por eso no pueden discrepar.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Granularidad, Motivo, Situacion
from indicadores.formato import texto_de_motivo
from indicadores.models import Ambito, Indicador, Medicion

#: Quien mantiene las estructuras, y el conjunto de todas ellas.
AGENCIA, NOMBRE_DE_LA_AGENCIA = "MINJUSDH", "Ministerio de Justicia y Derechos Humanos"
FLUJO, VERSION, CONCEPTOS = "PNP", "1.0", "CS_PNP"
#: La lista de agencias la fija el estándar.
AGENCIA_DE_AGENCIAS, AGENCIAS = "SDMX", "AGENCIES"
IDIOMA = "es"

MEDICION, LOGRO, LINEA_BASE = "MEDICION", "LOGRO_ESPERADO", "LINEA_BASE"
FRECUENCIA = {
    Granularidad.ANUAL: "A",
    Granularidad.SEMESTRAL: "S",
    Granularidad.TRIMESTRAL: "Q",
    Granularidad.MENSUAL: "M",
}

#: Códigos de la lista CL_OBS_STATUS de SDMX que usamos. De un valor que falta, cuál le toca según su motivo.
NORMAL, PROVISIONAL, NO_SE_RECOGIO, NO_PUEDE_EXISTIR, FALTA, RESERVADO = "A", "P", "L", "M", "O", "Q"
ESTADO_DE_SITUACION = {Situacion.DEFINITIVA: NORMAL, Situacion.PRELIMINAR: PROVISIONAL}
ESTADO_DE_MOTIVO = {
    Motivo.NO_MEDIDO: NO_SE_RECOGIO,
    Motivo.NO_EXISTE: NO_PUEDE_EXISTIR,
    Motivo.NO_APLICA: NO_PUEDE_EXISTIR,
    Motivo.POCAS_PERSONAS: RESERVADO,
}


@dataclass(frozen=True, slots=True)
class Codigo:
    """Un elemento de una lista. ``original`` es el código con que el portal lo nombra, si no es el mismo."""

    id: str
    nombre: str
    descripcion: str = ""
    padre: str | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Lista:
    """Una lista de códigos."""

    id: str
    nombre: str
    codigos: tuple[Codigo, ...]
    descripcion: str = ""


@dataclass(frozen=True, slots=True)
class Componente:
    """Una dimensión, la medida o un atributo: su concepto y cómo se representa, con una ``lista`` o con un ``tipo``."""

    id: str
    nombre: str
    descripcion: str
    lista: str | None = None
    tipo: str | None = None
    obligatorio: bool = False


DIMENSIONES = (
    Componente("INDICADOR", "Indicador", "Qué se mide.", "CL_INDICADOR"),
    Componente("AMBITO", "Ámbito", "Dónde: el país, una oficina regional o un establecimiento.", "CL_AMBITO"),
    Componente("SEXO", "Sexo", "De quiénes: el total, hombres o mujeres.", "CL_SEXO"),
    Componente("CARACTER", "Carácter", "Quién responde por la cifra.", "CL_CARACTER"),
    Componente("CIFRA", "Cifra", "Si es lo que se midió, lo que se espera lograr o la línea base.", "CL_CIFRA"),
    Componente("FREQ", "Frecuencia", "El tamaño de los periodos de la serie.", "CL_FREQ"),
)
TIEMPO = Componente(
    "TIME_PERIOD",
    "Periodo",
    "2021, 2021-S1 (semestre), 2021-Q1 (trimestre) o 2021-03 (mes).",
    tipo="ObservationalTimePeriod",
)
MEDIDA = Componente(
    "OBS_VALUE", "Valor", "En la unidad del indicador. Si falta, la observación no lo lleva: no es cero.", tipo="Double"
)
DE_SERIE = (
    Componente("UNIT_MEASURE", "Unidad de medida", "La del indicador.", "CL_UNIDAD", obligatorio=True),
    Componente("DECIMALS", "Decimales", "Con cuántos decimales se muestra el valor.", tipo="Integer", obligatorio=True),
    Componente("SIMBOLO", "Símbolo", "Lo que se escribe junto al valor: %, m², personas…", tipo="String"),
)
DE_OBSERVACION = (
    Componente(
        "OBS_STATUS", "Estado", "Si es normal o provisional, o de qué manera falta.", "CL_OBS_STATUS", None, True
    ),
    Componente("SITUACION", "Situación", "Si la entidad todavía puede revisar la cifra.", "CL_SITUACION"),
    Componente("MOTIVO", "Motivo de la ausencia", "Por qué falta el valor, con el código del portal.", "CL_MOTIVO"),
    Componente("OBS_COMMENT", "Explicación", "El motivo de la ausencia, en palabras.", tipo="String"),
    Componente(
        "FECHA_COMPROMISO",
        "Fecha de compromiso",
        "Cuándo se comprometió alguien a tener el valor.",
        tipo="GregorianDay",
    ),
    Componente("NUMERADOR", "Numerador", "La cantidad de arriba, si la fuente la da.", tipo="Long"),
    Componente("DENOMINADOR", "Denominador", "La cantidad de abajo, si la fuente la da.", tipo="Long"),
    Componente("SE_REPITE", "Se repite", "El valor es igual al anterior de su serie.", tipo="Boolean"),
    Componente("VERSION", "Versión", "Cuántas veces se ha publicado esta cifra.", tipo="Integer"),
    Componente("ID_CIFRA", "Número de la cifra", "El de su constancia: /cifra/<número>/.", tipo="String"),
    Componente("LAST_UPDATE", "Publicada", "Desde cuándo rige esta versión.", tipo="DateTime"),
    Componente("FUENTE", "Fuente", "De dónde sale la cifra.", tipo="String"),
    Componente("FUENTE_URL", "Dirección de la fuente", "Dónde está publicada la fuente.", tipo="String"),
)
ATRIBUTOS = (*DE_SERIE, *DE_OBSERVACION)
COMPONENTES = (*DIMENSIONES, TIEMPO, MEDIDA, *ATRIBUTOS)

_NO_CABE = re.compile(r"[^A-Za-z0-9-]")


def a_id(codigo: str) -> str:
    """El código del portal como identificador SDMX: el punto se escribe ``_`` y lo demás que no cabe, ``@hex@``.

    Dos códigos distintos dan siempre identificadores distintos: «OP.01-I2» es ``OP_01-I2``.
    """
    return _NO_CABE.sub(lambda caso: "_" if caso[0] == "." else f"@{ord(caso[0]):x}@", codigo)


@dataclass(frozen=True, slots=True)
class FichaDeSerie:
    """Lo que toda serie de un indicador lleva: sus atributos de serie, en el orden de ``DE_SERIE``."""

    id: str
    atributos: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Catalogo:
    """Las listas de códigos de hoy y, por clave primaria, los indicadores y ámbitos de las filas."""

    listas: Mapping[str, Lista]
    indicadores: Mapping[int, FichaDeSerie]
    ambitos: Mapping[int, str]


def leer_catalogo() -> Catalogo:
    """Las listas completas, en dos consultas; los textos del catálogo son los de hoy."""
    indicadores = list(
        Indicador.objects.order_by("codigo").values_list("pk", "codigo", "nombre", "unidad", "decimales", "simbolo")
    )
    ambitos = list(Ambito.objects.order_by("codigo").values_list("pk", "codigo", "nombre", "padre__codigo"))
    listas = (
        Lista(
            "CL_INDICADOR", "Indicadores", tuple(_de_portal(codigo, nombre) for _, codigo, nombre, *_ in indicadores)
        ),
        Lista("CL_AMBITO", "Ámbitos", tuple(_de_portal(codigo, nombre, padre) for _, codigo, nombre, padre in ambitos)),
        *_FIJAS,
    )
    return Catalogo(
        listas={lista.id: lista for lista in listas},
        indicadores={
            pk: FichaDeSerie(a_id(codigo), (unidad, str(decimales), simbolo or None))
            for pk, codigo, _, unidad, decimales, simbolo in indicadores
        },
        ambitos={pk: a_id(codigo) for pk, codigo, *_ in ambitos},
    )


def _de_portal(codigo: str, nombre: str, padre: str | None = None) -> Codigo:
    return Codigo(a_id(codigo), nombre, padre=padre and a_id(padre), original=codigo)


def _frase(texto: str) -> str:
    return texto[:1].upper() + texto[1:]


_FIJAS = (
    Lista(
        "CL_SEXO",
        "Sexo",
        tuple(Codigo(str(valor), _frase(str(texto))) for valor, texto in Medicion.Sexo.choices),
        "Los códigos del portal: M es mujeres y H hombres. No son los de la lista CL_SEX de SDMX, donde M es hombres.",
    ),
    Lista(
        "CL_CARACTER",
        "Carácter",
        (
            Codigo("oficial", "Oficial", "La reportó la entidad responsable."),
            Codigo("referencial", "Referencial", "Viene de estadísticas o de la prensa; no entra en ningún avance."),
        ),
    ),
    Lista(
        "CL_CIFRA",
        "Cifra",
        (
            Codigo(MEDICION, "Medición", "Lo que se midió."),
            Codigo(LOGRO, "Logro esperado", "Lo que se espera alcanzar ese año."),
            Codigo(LINEA_BASE, "Línea base", "El valor del año de referencia, anterior a la política."),
        ),
    ),
    Lista(
        "CL_FREQ",
        "Frecuencia",
        (Codigo("A", "Anual"), Codigo("S", "Semestral"), Codigo("Q", "Trimestral"), Codigo("M", "Mensual")),
    ),
    Lista(
        "CL_OBS_STATUS",
        "Estado de la observación",
        (
            Codigo(NORMAL, "Valor normal", "La cifra es definitiva."),
            Codigo(PROVISIONAL, "Valor provisional", "La entidad todavía puede revisarla."),
            Codigo(NO_SE_RECOGIO, "Falta: no se recogió", "Motivo no_medido."),
            Codigo(NO_PUEDE_EXISTIR, "Falta: no puede existir", "Motivos no_existe y no_aplica."),
            Codigo(FALTA, "Falta", "Los demás motivos; el atributo MOTIVO dice cuál."),
            Codigo(RESERVADO, "Falta: reservado", "Motivo pocas_personas: se refiere a menos de diez personas."),
        ),
        "Las letras son las de la lista CL_OBS_STATUS de SDMX.",
    ),
    Lista(
        "CL_SITUACION",
        "Situación",
        tuple(Codigo(str(valor), _frase(str(texto))) for valor, texto in Medicion.Situacion.choices),
    ),
    Lista(
        "CL_MOTIVO",
        "Motivo de la ausencia",
        tuple(
            Codigo(motivo.value, _frase(texto_de_motivo(motivo)))
            for motivo in (*MOTIVOS_DECLARABLES, Motivo.POCAS_PERSONAS)
        ),
    ),
    Lista(
        "CL_UNIDAD",
        "Unidad de medida",
        tuple(Codigo(str(valor), _frase(str(texto))) for valor, texto in Indicador.Unidad.choices),
    ),
)
