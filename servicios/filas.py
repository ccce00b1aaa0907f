"""Lo que se muestra de un servicio en cualquier tabla: su estado, quienes participan, su cobertura y sus documentos."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from indicadores import frases
from indicadores.calculo.tipos import Motivo
from indicadores.formato import escribir_fecha, escribir_numero, escribir_periodo, escribir_valor, plural
from indicadores.graficas import miniatura
from indicadores.lectura import IndicadorLeido, ultima_publicacion
from indicadores.mirada import Mirada
from objetivos.models import Fuente
from servicios.models import DocumentoDeProvision, Participacion, Servicio, Suspension

#: Qué clase de barra (llena, a medias, vacía, sin constancia) acompaña a cada palabra.
CLASE_DE_ESTADO = {
    Servicio.Estado.EN_PROVISION: "hecho",
    Servicio.Estado.EN_PRUEBA: "medio",
    Servicio.Estado.EN_DISENO: "medio",
    Servicio.Estado.NO_INICIADO: "falta",
    Servicio.Estado.NO_CONSTA: "nulo",
}
CLASE_DE_DOCUMENTO = {
    DocumentoDeProvision.Estado.APROBADO: "hecho",
    DocumentoDeProvision.Estado.EN_DISENO: "medio",
    DocumentoDeProvision.Estado.NECESARIO: "falta",
}
#: Cómo se cuenta cada estado de un documento, del que ya rige al que falta.
PALABRAS_DE_DOCUMENTO = (
    (DocumentoDeProvision.Estado.APROBADO, "aprobado", "aprobados"),
    (DocumentoDeProvision.Estado.EN_DISENO, "en diseño", "en diseño"),
    (DocumentoDeProvision.Estado.NECESARIO, "hace falta", "hacen falta"),
)
PAPEL_EN_BREVE = {
    Participacion.Rol.PROVEEDORA: "provee",
    Participacion.Rol.CORRESPONSABLE: "corresponsable",
    Participacion.Rol.ARTICULADORA: "articula",
    Participacion.Rol.NO_CONSTA: "papel por precisar",
}


@dataclass(frozen=True, slots=True)
class Marca:
    """Un estado que no es del semáforo: una barra (``clase``) y su palabra."""

    clase: str
    palabra: str


@dataclass(frozen=True, slots=True)
class Papel:
    """Las entidades que cumplen un mismo papel en un servicio: ternas (sigla, cómo se la nombra, órgano)."""

    nombre: str
    entidades: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CifraDeCobertura:
    """El último valor oficial de un indicador de servicio; si ``razon`` no está vacía, no hay ninguno.

    ``cifra`` es la versión publicada de que sale el valor; ``miniatura``, su serie, vacía si no hay dos años que unir.
    """

    codigo: str
    nombre: str
    numero: str
    valor: str
    cuando: str
    hace: str
    fuente: str
    fuente_url: str
    razon: str
    cifra: int | None = None
    miniatura: str = ""


@dataclass(frozen=True, slots=True)
class DocumentoEscrito:
    """Un documento de provisión con su estado; ``norma`` es la que lo aprueba, si al corte ya existía."""

    documento: DocumentoDeProvision
    estado: Marca
    fecha: str
    norma: str = ""


@dataclass(frozen=True, slots=True)
class FilaDeServicio:
    """Una fila de las tablas de servicios. ``gobierno`` resume sus documentos; None si al corte no consta ninguno."""

    servicio: Servicio
    estado: Marca
    papeles: tuple[Papel, ...]
    cifras: tuple[CifraDeCobertura, ...]
    documentos: tuple[DocumentoEscrito, ...] = ()
    gobierno: Marca | None = None
    suspensiones: str = ""


def servicios_con_entidades() -> QuerySet[Servicio]:
    """Los servicios en su orden, con su objetivo y quienes participan: dos consultas."""
    participaciones = Participacion.objects.select_related("entidad").order_by("servicio", "entidad__sigla")
    return (
        Servicio.objects.select_related("objetivo", "lineamiento", "fuente")
        .prefetch_related(Prefetch("participaciones", queryset=participaciones))
        .order_by("codigo")
    )


def por_que_no_hay_cifras(mirada: Mirada) -> str:
    """La frase de quien mira antes de la primera publicación; vacía si a la fecha ya había alguna."""
    if ultima_publicacion(mirada.a_la_fecha) is not None:
        return ""
    dia = escribir_fecha(timezone.localdate(mirada.a_la_fecha))
    return (
        f"Al {dia} aún no se había publicado nada en este portal: no hay cifras que mostrar. Elija una fecha posterior."
    )


def servicios_completos() -> QuerySet[Servicio]:
    """Los mismos con sus documentos y lo que se les suspendió: cuatro consultas."""
    documentos = DocumentoDeProvision.objects.select_related("norma", "fuente").order_by("servicio", "estado", "titulo")
    suspensiones = Suspension.objects.select_related("fuente").order_by("servicio", "-anio", "actividad")
    return servicios_con_entidades().prefetch_related(
        Prefetch("documentos", queryset=documentos), Prefetch("suspensiones", queryset=suspensiones)
    )


def filas_de_servicios(
    servicios: Iterable[Servicio], leidos: Iterable[IndicadorLeido], corte: date
) -> tuple[FilaDeServicio, ...]:
    """Una fila por servicio (de ``servicios_completos``) como se veía al ``corte``.

    ``leidos`` son indicadores ya evaluados, y de ellos cuentan los de cada servicio.
    """
    cifras: defaultdict[int, list[CifraDeCobertura]] = defaultdict(list)
    for leido in leidos:
        if leido.indicador.servicio_id is not None:
            cifras[leido.indicador.servicio_id].append(cifra_de(leido))
    return tuple(_fila(servicio, cifras[servicio.pk], corte) for servicio in servicios)


def _fila(servicio: Servicio, cifras: Iterable[CifraDeCobertura], corte: date) -> FilaDeServicio:
    documentos = documentos_al(servicio.documentos.all(), corte)
    suspendidas = sum(una.anio <= corte.year for una in servicio.suspensiones.all())
    return FilaDeServicio(
        servicio=servicio,
        estado=marca_de(servicio),
        papeles=_papeles(servicio.participaciones.all()),
        cifras=tuple(cifras),
        documentos=documentos,
        gobierno=_gobierno(documentos),
        suspensiones=plural(suspendidas, "actividad suspendida", "actividades suspendidas") if suspendidas else "",
    )


def _gobierno(documentos: Sequence[DocumentoEscrito]) -> Marca | None:
    """Cómo están los documentos de un servicio en una marca: llena si todos rigen, a medias si solo algunos."""
    cuantos = Counter(escrito.documento.estado for escrito in documentos)
    palabras = [
        f"{cuantos[estado]} {palabra if cuantos[estado] == 1 else palabras}"
        for estado, palabra, palabras in PALABRAS_DE_DOCUMENTO
        if cuantos[estado]
    ]
    if not palabras:
        return None
    clases = {CLASE_DE_DOCUMENTO[DocumentoDeProvision.Estado(estado)] for estado in cuantos}
    return Marca(clases.pop() if len(clases) == 1 else "medio", ", ".join(palabras))


def marca_de(servicio: Servicio) -> Marca:
    """El estado de un servicio con su barra."""
    return Marca(CLASE_DE_ESTADO[Servicio.Estado(servicio.estado)], servicio.get_estado_display())


def documentos_al(documentos: Iterable[DocumentoDeProvision], corte: date) -> tuple[DocumentoEscrito, ...]:
    """Los documentos que al corte ya existían o no tienen fecha."""
    return tuple(escribir_documento(uno, corte) for uno in documentos if uno.es_visible_al(corte))


def escribir_documento(documento: DocumentoDeProvision, corte: date) -> DocumentoEscrito:
    """Un documento de provisión con su barra, su fecha hasta donde se conoce y su norma, si al corte ya regía."""
    estado = DocumentoDeProvision.Estado(documento.estado)
    fecha = escribir_fecha(documento.fecha, documento.precision_fecha) if documento.fecha else ""
    norma = str(documento.norma) if documento.norma and documento.norma.es_visible_al(corte) else ""
    return DocumentoEscrito(documento, Marca(CLASE_DE_DOCUMENTO[estado], str(estado.label)), fecha, norma)


def cifra_de(leido: IndicadorLeido) -> CifraDeCobertura:
    """La cobertura que cuenta un indicador de servicio, o por qué no se conoce."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    ultima = evaluacion.ultima
    if ultima is None or ultima.valor is None:
        razon = frases.mayuscula(frases.razon(evaluacion.ausencia, Motivo.SIN_MEDICION))
        if evaluacion.ausencia is None:
            razon = "Al corte no hay ninguna cifra publicada"
        return CifraDeCobertura(indicador.codigo, indicador.nombre_corto, "–", "–", "", "", "", "", razon)
    return CifraDeCobertura(
        codigo=indicador.codigo,
        nombre=indicador.nombre_corto,
        numero=escribir_numero(ultima.valor, indicador.decimales),
        valor=escribir_valor(ultima.valor, indicador.simbolo, indicador.decimales),
        cuando=escribir_periodo(ultima.periodo.texto),
        hace=frases.antiguedad(evaluacion),
        fuente=ultima.fuente.nombre if ultima.fuente else "",
        fuente_url=(ultima.fuente.url or "") if ultima.fuente else "",
        razon="",
        cifra=ultima.id,
        miniatura=miniatura(evaluacion),
    )


def fuentes_de(fuentes: Iterable[Fuente | None]) -> str:
    """Los nombres de las fuentes, una vez cada uno."""
    return "; ".join(sorted({fuente.nombre for fuente in fuentes if fuente is not None}))


def _papeles(participaciones: Iterable[Participacion]) -> tuple[Papel, ...]:
    por_rol: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for participacion in participaciones:
        entidad = participacion.entidad
        nombre = entidad.nombre if entidad.es_colectiva else entidad.sigla
        por_rol[participacion.rol].append((entidad.sigla, nombre, participacion.organo))
    return tuple(Papel(PAPEL_EN_BREVE[rol], tuple(por_rol[rol])) for rol in Participacion.Rol if por_rol[rol])
