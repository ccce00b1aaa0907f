"""La política a un corte, reunida una sola vez: lo que leen la portada, la API y, después, el reporte."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from indicadores.calculo.avance import de_objetivo
from indicadores.calculo.tipos import AvanceDeObjetivo, EstadoIndicador, Logro, Movimiento, Semaforo, ValorBase
from indicadores.constancias import Constancias, constancias_de_fijadas
from indicadores.lectura import (
    IndicadorLeido,
    avances_de_objetivos,
    catalogo,
    leer_indicadores,
    ultima_publicacion,
)
from objetivos.models import Alternativa, Hito, ObjetivoPrioritario, Politica
from servicios.models import Participacion, Servicio


@dataclass(frozen=True, slots=True)
class ObjetivoEnTablero:
    """Un objetivo con sus indicadores evaluados y cuántos de ellos se han medido alguna vez."""

    objetivo: ObjetivoPrioritario
    avance: AvanceDeObjetivo
    indicadores: tuple[IndicadorLeido, ...]
    con_medicion: int


@dataclass(frozen=True, slots=True)
class Resumen:
    """Las cuentas de la portada; ``luces`` reparte todos los indicadores y suma ``total``."""

    total: int
    con_medicion: int
    sin_medicion: int
    luces: dict[Semaforo, int]
    parciales: int
    movimientos: dict[Movimiento, int]
    se_repiten: int
    fin_mas_reciente: date | None
    periodo_mas_reciente: str | None


@dataclass(frozen=True, slots=True)
class HitoEnRuta:
    hito: Hito
    cumplido: bool


@dataclass(frozen=True, slots=True)
class AlternativaEnTablero:
    alternativa: Alternativa
    estado: str
    estado_en_palabras: str


@dataclass(frozen=True, slots=True)
class Participante:
    """Una entidad que participa en algún servicio de un objetivo."""

    objetivo: str
    sigla: str
    nombre: str


@dataclass(frozen=True, slots=True)
class Tablero:
    """Todo lo que se dice de la política a un corte y a una fecha."""

    corte: date
    a_la_fecha: datetime
    politica: Politica | None
    objetivos: tuple[ObjetivoEnTablero, ...]
    resumen: Resumen
    ruta: tuple[HitoEnRuta, ...]
    alternativas: tuple[AlternativaEnTablero, ...]
    servicios: tuple[Servicio, ...]
    cobertura: tuple[IndicadorLeido, ...]
    participantes: tuple[Participante, ...]
    constancias: Constancias
    publicado_en: datetime | None

    @property
    def anios(self) -> range:
        """Los años de la política, más el anterior si de él es alguna línea base."""
        if self.politica is None:
            return range(0)
        bases = [
            leido.evaluacion.linea_base.anio
            for objetivo in self.objetivos
            for leido in objetivo.indicadores
            if leido.evaluacion.linea_base
        ]
        return range(min([self.politica.anio_inicio, *bases]), self.politica.anio_fin + 1)


def construir(*, corte: date, a_la_fecha: datetime) -> Tablero:
    """Reúne el tablero en un número fijo de consultas, sean cuantos sean los indicadores y las mediciones."""
    leidos = leer_indicadores(catalogo(), corte=corte, a_la_fecha=a_la_fecha)
    de_objetivos = [leido for leido in leidos if leido.indicador.objetivo_id is not None]
    avances = avances_de_objetivos(de_objetivos, corte=corte)
    politica = Politica.objects.select_related("norma", "rectora").order_by("pk").first()
    hitos = Hito.objects.select_related("norma", "fuente").order_by("politica", "orden")
    alternativas = Alternativa.objects.select_related("norma").order_by("politica", "orden")
    return Tablero(
        corte=corte,
        a_la_fecha=a_la_fecha,
        politica=politica,
        objetivos=tuple(
            _objetivo(objetivo, avances.get(objetivo.pk), de_objetivos, corte)
            for objetivo in ObjetivoPrioritario.objects.order_by("codigo")
        ),
        resumen=resumir(de_objetivos),
        ruta=tuple(
            HitoEnRuta(hito, cumplido=hito.es_cumplido_al(corte)) for hito in hitos if hito.es_visible_al(corte)
        ),
        alternativas=tuple(_alternativa(alternativa, corte) for alternativa in alternativas),
        servicios=tuple(Servicio.objects.select_related("objetivo").order_by("codigo")),
        cobertura=tuple(leido for leido in leidos if leido.indicador.servicio_id is not None),
        participantes=_participantes(),
        constancias=constancias_de_fijadas(_fijadas(leidos)),
        publicado_en=ultima_publicacion(a_la_fecha),
    )


def _fijadas(leidos: Sequence[IndicadorLeido]) -> Iterator[ValorBase | Logro]:
    for leido in leidos:
        yield from leido.evaluacion.logros
        if leido.evaluacion.linea_base is not None:
            yield leido.evaluacion.linea_base


def _participantes() -> tuple[Participante, ...]:
    """Quiénes participan en los servicios de cada objetivo, por objetivo y sigla, en una consulta."""
    columnas = ("servicio__objetivo__codigo", "entidad__sigla", "entidad__nombre")
    filas = Participacion.objects.order_by(*columnas[:2]).values_list(*columnas).distinct()
    return tuple(Participante(*fila) for fila in filas)


def _objetivo(
    objetivo: ObjetivoPrioritario, avance: AvanceDeObjetivo | None, leidos: list[IndicadorLeido], corte: date
) -> ObjetivoEnTablero:
    suyos = tuple(leido for leido in leidos if leido.indicador.objetivo_id == objetivo.pk)
    return ObjetivoEnTablero(
        objetivo=objetivo,
        avance=avance or avance_vacio(corte),
        indicadores=suyos,
        con_medicion=sum(leido.evaluacion.estado is EstadoIndicador.CON_MEDICION for leido in suyos),
    )


def avance_vacio(corte: date) -> AvanceDeObjetivo:
    """El avance de un objetivo que todavía no tiene indicadores."""
    return de_objetivo([], corte.year)


def resumir(leidos: Sequence[IndicadorLeido]) -> Resumen:
    """Las cuentas de unos indicadores."""
    evaluaciones = [leido.evaluacion for leido in leidos]
    luces = Counter(evaluacion.avance.semaforo for evaluacion in evaluaciones)
    movimientos = Counter(evaluacion.movimiento for evaluacion in evaluaciones)
    ultimas = [evaluacion.ultima for evaluacion in evaluaciones if evaluacion.ultima]
    reciente = max(ultimas, key=lambda dato: dato.periodo.fin, default=None)
    con_medicion = sum(evaluacion.estado is EstadoIndicador.CON_MEDICION for evaluacion in evaluaciones)
    return Resumen(
        total=len(evaluaciones),
        con_medicion=con_medicion,
        sin_medicion=len(evaluaciones) - con_medicion,
        luces={luz: luces[luz] for luz in Semaforo},
        parciales=sum(
            evaluacion.avance.parcial and evaluacion.avance.tipo_i is not None for evaluacion in evaluaciones
        ),
        movimientos={movimiento: movimientos[movimiento] for movimiento in Movimiento},
        se_repiten=sum(evaluacion.ultima_se_repite for evaluacion in evaluaciones),
        fin_mas_reciente=reciente.periodo.fin if reciente else None,
        periodo_mas_reciente=reciente.periodo.texto if reciente else None,
    )


def _alternativa(alternativa: Alternativa, corte: date) -> AlternativaEnTablero:
    estado = alternativa.estado_al(corte)
    return AlternativaEnTablero(alternativa, estado, Alternativa.Estado(estado).label)
