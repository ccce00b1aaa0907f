"""Lo que espera a cada persona: un número fijo de consultas, tenga la base las filas que tenga.

Cada sección trae unas pocas filas y el total; el resto se ve en su lista. Aquí no hay direcciones ni frases: las pone
la puerta.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from indicadores.calculo.plazos import ANTICIPACION, Entrega
from indicadores.entregas import CifraExigida, con_plazo, leer_exigidas
from indicadores.models import Ambito, ErrorSenalado, Indicador, LineaBase, LogroEsperado, Lote, Medicion, Suceso
from indicadores.permisos import Accion, puede

#: Cuántas filas trae cada sección.
A_LA_VISTA = 5
#: Cuántas trae la que se pide entera.
POR_PAGINA = 50

Etapa = Medicion.Etapa
LOTES_SIN_TERMINAR = (
    Lote.Estado.RECIBIDO,
    Lote.Estado.LEYENDO,
    Lote.Estado.CON_ERRORES,
    Lote.Estado.POR_CONFIRMAR,
    Lote.Estado.ANOTANDO,
    Lote.Estado.FALLIDO,
)
CLASES_DE_AUSENTE = (("medicion", "valor"), ("linea_base", "línea base"), ("logro", "logro esperado"))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tramo(Generic[T]):
    """Unas filas de una sección y cuántas hay en total."""

    filas: tuple[T, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Ventana:
    """La sección que se mira entera, por páginas; de las demás, solo las primeras filas."""

    seccion: str = ""
    pagina: int = 1

    def trozo(self, seccion: str) -> slice:
        if seccion != self.seccion:
            return slice(0, A_LA_VISTA)
        return slice((self.pagina - 1) * POR_PAGINA, self.pagina * POR_PAGINA)


@dataclass(frozen=True, slots=True)
class Compromiso:
    """Un valor que falta y el día en que alguien se comprometió a tenerlo."""

    clave: str
    indicador: Indicador
    que: str
    periodo: str
    fecha: date
    medicion: int | None = None


@dataclass(frozen=True, slots=True)
class Exigida:
    """Una cifra por entregar y, si alguien ya la tiene entre manos, su medición abierta."""

    cifra: CifraExigida
    abierta: Medicion | None = None


@dataclass(frozen=True, slots=True)
class Bandeja:
    """Todo lo que espera a una persona, ya contado."""

    borradores: Tramo[Medicion] = field(default_factory=Tramo)
    observadas: Tramo[Medicion] = field(default_factory=Tramo)
    por_revisar: Tramo[Medicion] = field(default_factory=Tramo)
    enviadas: Tramo[Medicion] = field(default_factory=Tramo)
    vencidas: Tramo[Exigida] = field(default_factory=Tramo)
    por_vencer: Tramo[Exigida] = field(default_factory=Tramo)
    compromisos: Tramo[Compromiso] = field(default_factory=Tramo)
    senalados: Tramo[ErrorSenalado] = field(default_factory=Tramo)
    lotes: Tramo[Lote] = field(default_factory=Tramo)
    hay_plazos: bool = False
    etapas: dict[str, int] = field(default_factory=dict)


def hechas_por(persona: Any) -> Q:
    """Las que ``persona`` registró, envió, modificó o subió en una hoja: las mismas que no puede publicar."""
    modificadas = Medicion.objects.filter(sucesos__por=persona.pk, sucesos__accion__in=("modificar", "enviar")).values(
        "pk"
    )
    subidas = Q(lote__creado_por=persona.pk)
    return Q(registrada_por=persona.pk) | Q(enviada_por=persona.pk) | subidas | Q(pk__in=modificadas)


def leer_bandeja(persona: Any, *, ahora: datetime, ventana: Ventana = Ventana()) -> Bandeja:
    """La bandeja de ``persona``: cada sección según lo que puede hacer. Quien no ve borradores no tiene ninguna."""
    if not puede(persona, Accion.VER_BORRADORES):
        return Bandeja()
    mediciones = Medicion.objects.select_related("indicador", "ambito").order_by("registrada_en", "id")
    suyas = mediciones.filter(hechas_por(persona))
    registra, publica = puede(persona, Accion.REGISTRAR), puede(persona, Accion.PUBLICAR)
    vencidas, por_vencer = _por_entregar(ahora, ventana)

    def tramo(seccion: str, filas: QuerySet[Any], le_toca: bool) -> Tramo[Any]:
        return Tramo(tuple(filas[ventana.trozo(seccion)]), filas.count()) if le_toca else Tramo()

    pendientes = ErrorSenalado.objects.filter(estado=ErrorSenalado.Estado.PENDIENTE).select_related("indicador")
    sin_terminar = Lote.objects.filter(creado_por=persona.pk, estado__in=LOTES_SIN_TERMINAR)
    observadas = _con_motivo(suyas.filter(etapa=Etapa.OBSERVADA), "observar")
    por_revisar = mediciones.filter(etapa=Etapa.EN_REVISION).exclude(hechas_por(persona))
    return Bandeja(
        borradores=tramo("borradores", suyas.filter(etapa=Etapa.BORRADOR), registra),
        observadas=tramo("observadas", observadas, registra),
        por_revisar=tramo("por_revisar", por_revisar, publica),
        enviadas=tramo("enviadas", suyas.filter(etapa=Etapa.EN_REVISION), registra),
        vencidas=vencidas,
        por_vencer=por_vencer,
        compromisos=_compromisos(ahora, ventana.trozo("compromisos")),
        senalados=tramo("senalados", pendientes.order_by("recibido_en", "id"), puede(persona, Accion.ATENDER)),
        lotes=tramo("lotes", sin_terminar.order_by("-id"), puede(persona, Accion.IMPORTAR)),
        hay_plazos=con_plazo().exists(),
        etapas=dict(Medicion.objects.order_by("etapa").values_list("etapa").annotate(Count("id"))),
    )


def _con_motivo(mediciones: QuerySet[Medicion], accion: str) -> QuerySet[Medicion]:
    """Cada medición con el motivo y la persona del último suceso de esa acción."""
    ultimo = Suceso.objects.filter(medicion=OuterRef("pk"), accion=accion).order_by("-en", "-id")
    return mediciones.annotate(
        motivo_dicho=Subquery(ultimo.values("motivo")[:1]), dicho_por=Subquery(ultimo.values("por__username")[:1])
    )


def _por_entregar(ahora: datetime, ventana: Ventana) -> tuple[Tramo[Exigida], Tramo[Exigida]]:
    """Lo vencido, de lo más atrasado a lo menos, y lo que vence en los días que siguen."""
    hoy = timezone.localdate(ahora)
    vencidas, por_vencer = separar_exigidas(leer_exigidas(corte=hoy, a_la_fecha=ahora), hoy)
    visibles = [*vencidas[ventana.trozo("vencidas")], *por_vencer[ventana.trozo("por_vencer")]]
    abiertas = {
        (una.indicador_id, una.periodo): una
        for una in Medicion.objects.abiertas()
        .oficiales_nacionales()
        .filter(
            indicador__in=[una.indicador.pk for una in visibles],
            periodo__in=[una.exigencia.periodo.texto for una in visibles],
        )
    }

    def tramo(seccion: str, todas: list[CifraExigida]) -> Tramo[Exigida]:
        filas = todas[ventana.trozo(seccion)]
        return Tramo(
            tuple(Exigida(una, abiertas.get((una.indicador.pk, una.exigencia.periodo.texto))) for una in filas),
            len(todas),
        )

    return tramo("vencidas", vencidas), tramo("por_vencer", por_vencer)


def separar_exigidas(exigidas: Collection[CifraExigida], hoy: date) -> tuple[list[CifraExigida], list[CifraExigida]]:
    """Las vencidas sin entregar y las que vencen a más tardar en :data:`ANTICIPACION` días; lo más antiguo primero."""
    orden = sorted(exigidas, key=lambda una: (una.exigencia.vence, una.indicador.codigo))
    pronto = hoy + timedelta(days=ANTICIPACION)
    return (
        [una for una in orden if una.juicio.entrega is Entrega.NO_ENTREGADA],
        [una for una in orden if una.juicio.entrega is Entrega.EN_PLAZO and una.exigencia.vence <= pronto],
    )


def _compromisos(ahora: datetime, trozo: slice) -> Tramo[Compromiso]:
    hoy = timezone.localdate(ahora)
    total = sum(ausentes.count() for ausentes in _ausentes(ahora, hoy))
    return Tramo(tuple(leer_compromisos(ahora=ahora, hasta=hoy, tope=trozo.stop)[trozo]), total)


def _ausentes(ahora: datetime, hasta: date) -> tuple[QuerySet[Any], QuerySet[Any], QuerySet[Any]]:
    """Lo que rige sin valor y se prometió a más tardar ``hasta``: mediciones, líneas base y logros."""
    prometido = Q(fecha_compromiso__lte=hasta, valor__isnull=True)
    return (
        Medicion.objects.vigentes(ahora).filter(prometido).select_related("indicador", "ambito"),
        LineaBase.objects.vigentes(ahora).filter(prometido).select_related("indicador"),
        LogroEsperado.objects.vigentes(ahora).filter(prometido).select_related("indicador"),
    )


def leer_compromisos(*, ahora: datetime, hasta: date, tope: int | None = None) -> list[Compromiso]:
    """Los valores ausentes que rigen y se prometieron a más tardar el día ``hasta``: tres consultas.

    Con ``tope``, a lo sumo esos primeros de cada clase; van del más antiguo al más reciente.
    """
    hallados = []
    for (clave, que), ausentes in zip(CLASES_DE_AUSENTE, _ausentes(ahora, hasta), strict=True):
        for uno in ausentes.order_by("fecha_compromiso", "id")[:tope]:
            es_medicion = isinstance(uno, Medicion)
            donde = f" ({uno.ambito.nombre})" if es_medicion and uno.ambito.nivel != Ambito.Nivel.NACIONAL else ""
            periodo = uno.periodo if es_medicion else str(uno.anio)
            hallados.append(
                Compromiso(
                    f"{clave}:{uno.pk}",
                    uno.indicador,
                    f"{que}{donde}",
                    periodo,
                    uno.fecha_compromiso,
                    uno.pk if es_medicion else None,
                )
            )
    return sorted(hallados, key=lambda uno: (uno.fecha, uno.indicador.codigo, uno.clave))
