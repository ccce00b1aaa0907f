"""Cuánto falta para el logro esperado y cuándo se llegaría: el ritmo observado frente al requerido."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from indicadores.calculo.tipos import Evaluacion, Logro, Sentido


class Rumbo(StrEnum):
    """En qué está el camino hacia el logro esperado; solo uno vale a la vez."""

    SIN_SENTIDO = "sin_sentido"
    SIN_LOGRO = "sin_logro"
    SIN_MEDICION = "sin_medicion"
    ALCANZADO = "alcanzado"
    SIN_RITMO = "sin_ritmo"
    NO_SE_MUEVE = "no_se_mueve"
    SE_ALEJA = "se_aleja"
    POCOS_ANIOS = "pocos_anios"
    RECTA_ADELANTADA = "recta_adelantada"
    A_TIEMPO = "a_tiempo"
    TARDE = "tarde"


@dataclass(frozen=True, slots=True)
class Camino:
    """El camino del último valor al logro esperado.

    ``logro``: el próximo o, si ya no queda ninguno por delante (``vencido``), el último que se fijó. ``falta``, en la
    unidad del indicador: positiva si aún no se alcanza, negativa si se supera. ``llegada``: el primer año en que la
    recta de los años medidos lo alcanza, solo cuando el núcleo admite proyectar.
    """

    rumbo: Rumbo
    logro: Logro | None = None
    vencido: bool = False
    falta: Decimal | None = None
    llegada: int | None = None


def caminar(evaluacion: Evaluacion) -> Camino:
    """El camino que se desprende de una evaluación; no levanta errores."""
    proximo = evaluacion.ritmo.proximo_logro
    logro = proximo or _ultimo_fijado(evaluacion)
    vencido = proximo is None and logro is not None
    if evaluacion.sentido is Sentido.NO_DEFINIDO:
        return Camino(Rumbo.SIN_SENTIDO, logro, vencido)
    if logro is None or logro.valor is None:
        return Camino(Rumbo.SIN_LOGRO)
    ultima = evaluacion.ultima
    if ultima is None or ultima.valor is None:
        return Camino(Rumbo.SIN_MEDICION, logro, vencido)
    sube = evaluacion.sentido is Sentido.ASCENDENTE
    falta = logro.valor - ultima.valor if sube else ultima.valor - logro.valor
    if falta <= 0:
        return Camino(Rumbo.ALCANZADO, logro, vencido, falta)
    rumbo, llegada = _llegada(evaluacion, Fraction(logro.valor), logro.anio, sube)
    return Camino(rumbo, logro, vencido, falta, llegada)


def _ultimo_fijado(evaluacion: Evaluacion) -> Logro | None:
    con_valor = [logro for logro in evaluacion.logros if logro.valor is not None]
    return max(con_valor, key=lambda logro: logro.anio, default=None)


def _llegada(evaluacion: Evaluacion, meta: Fraction, anio: int, sube: bool) -> tuple[Rumbo, int | None]:
    """El rumbo de quien aún no alcanza ``meta``, y el año en que la recta la cruza si se puede decir."""
    recta = evaluacion.tendencia
    if recta is None:
        return Rumbo.SIN_RITMO, None
    if recta.pendiente == 0:
        return Rumbo.NO_SE_MUEVE, None
    if (recta.pendiente > 0) is not sube:
        return Rumbo.SE_ALEJA, None
    if evaluacion.proyeccion.valor is None:
        return Rumbo.POCOS_ANIOS, None
    llegada = ceil(recta.anio_origen + (meta - recta.origen) / recta.pendiente)
    if llegada <= recta.anios[-1]:
        return Rumbo.RECTA_ADELANTADA, None
    return (Rumbo.A_TIEMPO if llegada <= anio else Rumbo.TARDE), llegada
