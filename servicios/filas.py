"""Lo que se muestra de un servicio en cualquier tabla: su estado, quienes participan, su cobertura y sus documentos."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from indicadores import frases
from indicadores.calculo.tipos import Motivo
from indicadores.formato import escribir_fecha, escribir_numero, escribir_periodo, escribir_valor
from indicadores.lectura import IndicadorLeido, ultima_publicacion
from indicadores.mirada import Mirada
from objetivos.models import Fuente
from servicios.models import DocumentoDeProvision, Participacion, Servicio

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
    """El último valor oficial de un indicador de servicio; si ``razon`` no está vacía, no hay ninguno."""

    codigo: str
    nombre: str
    numero: str
    valor: str
    cuando: str
    hace: str
    fuente: str
    fuente_url: str
    razon: str


@dataclass(frozen=True, slots=True)
class FilaDeServicio:
    """Una fila de las tablas de servicios."""

    servicio: Servicio
    estado: Marca
    papeles: tuple[Papel, ...]
    cifras: tuple[CifraDeCobertura, ...]


@dataclass(frozen=True, slots=True)
class DocumentoEscrito:
    documento: DocumentoDeProvision
    estado: Marca
    fecha: str


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


def filas_de_servicios(servicios: Iterable[Servicio], leidos: Iterable[IndicadorLeido]) -> tuple[FilaDeServicio, ...]:
    """Una fila por servicio; ``leidos`` son indicadores ya evaluados, y de ellos cuentan los de cada servicio."""
    cifras: defaultdict[int, list[CifraDeCobertura]] = defaultdict(list)
    for leido in leidos:
        if leido.indicador.servicio_id is not None:
            cifras[leido.indicador.servicio_id].append(cifra_de(leido))
    return tuple(
        FilaDeServicio(
            servicio=servicio,
            estado=marca_de(servicio),
            papeles=_papeles(servicio.participaciones.all()),
            cifras=tuple(cifras[servicio.pk]),
        )
        for servicio in servicios
    )


def marca_de(servicio: Servicio) -> Marca:
    """El estado de un servicio con su barra."""
    return Marca(CLASE_DE_ESTADO[Servicio.Estado(servicio.estado)], servicio.get_estado_display())


def escribir_documento(documento: DocumentoDeProvision) -> DocumentoEscrito:
    """Un documento de provisión con su barra y su fecha, escrita hasta donde se conoce."""
    estado = DocumentoDeProvision.Estado(documento.estado)
    fecha = escribir_fecha(documento.fecha, documento.precision_fecha) if documento.fecha else ""
    return DocumentoEscrito(documento, Marca(CLASE_DE_DOCUMENTO[estado], str(estado.label)), fecha)


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
