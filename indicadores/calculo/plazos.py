"""Qué periodos de un indicador ya se exigen, cuándo vence cada uno y con cuánto atraso llega. Módulo puro.

Un periodo se exige si termina desde el día que fija el plazo; vence ``dias`` días después de terminar, y ese último
día todavía es a tiempo. Los atrasos se cuentan en días corridos. El reloj lo pone quien llama.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from indicadores.calculo.tipos import Granularidad, Periodo

#: Con cuántos días de anticipación se recuerda lo que está por vencer.
ANTICIPACION = 7
#: Cada cuántos días se insiste en lo que sigue sin entregarse después del primer mes.
INSISTENCIA = 30

_MESES = {
    Granularidad.MENSUAL: 1,
    Granularidad.TRIMESTRAL: 3,
    Granularidad.SEMESTRAL: 6,
    Granularidad.ANUAL: 12,
}


class Entrega(StrEnum):
    """Cómo quedó lo exigido de un periodo."""

    A_TIEMPO = "a_tiempo"
    TARDE = "tarde"
    EN_PLAZO = "en_plazo"
    NO_ENTREGADA = "no_entregada"


@dataclass(frozen=True, slots=True)
class Plazo:
    """Cada cuánto se mide, cuántos días se dan y desde qué día se exige."""

    granularidad: Granularidad
    dias: int
    desde: date


@dataclass(frozen=True, slots=True)
class Exigencia:
    """Un periodo exigido y su último día para entregarlo a tiempo."""

    periodo: Periodo
    vence: date


@dataclass(frozen=True, slots=True)
class Juicio:
    """Cómo quedó una exigencia y cuántos días de atraso tiene (0 si no los tiene)."""

    entrega: Entrega
    dias: int


def periodo_de(dia: date, granularidad: Granularidad) -> Periodo:
    """El periodo de esa granularidad que contiene el ``dia``."""
    lugar = (dia.month - 1) // _MESES[granularidad] + 1
    sufijo = {
        Granularidad.MENSUAL: f"-{lugar:02d}",
        Granularidad.TRIMESTRAL: f"-Q{lugar}",
        Granularidad.SEMESTRAL: f"-S{lugar}",
        Granularidad.ANUAL: "",
    }[granularidad]
    return Periodo.leer(f"{dia.year:04d}{sufijo}")


def exigencias(plazo: Plazo, hasta: date) -> tuple[Exigencia, ...]:
    """Los periodos exigidos que terminaron a más tardar el día ``hasta``, del más antiguo al más reciente."""
    hallados = []
    periodo = periodo_de(plazo.desde, plazo.granularidad)
    while periodo.fin <= hasta:
        hallados.append(_exigir(periodo, plazo))
        periodo = periodo_de(periodo.fin + timedelta(days=1), plazo.granularidad)
    return tuple(hallados)


def proxima(plazo: Plazo, dia: date) -> Exigencia:
    """La primera exigencia que vence ese ``dia`` o después, haya terminado ya su periodo o no."""
    return _exigir(periodo_de(max(plazo.desde, dia - timedelta(days=plazo.dias)), plazo.granularidad), plazo)


def _exigir(periodo: Periodo, plazo: Plazo) -> Exigencia:
    return Exigencia(periodo, periodo.fin + timedelta(days=plazo.dias))


def juzgar(vence: date, entregada: date | None, dia: date) -> Juicio:
    """Cómo está, visto el ``dia``, algo que vence ``vence`` y se entregó el día ``entregada`` (None: todavía no)."""
    atraso = ((entregada or dia) - vence).days
    if atraso <= 0:
        return Juicio(Entrega.EN_PLAZO if entregada is None else Entrega.A_TIEMPO, 0)
    return Juicio(Entrega.NO_ENTREGADA if entregada is None else Entrega.TARDE, atraso)


def tramo_de_aviso(vence: date, dia: date) -> str | None:
    """El recordatorio que corresponde ese día a algo sin entregar; None si todavía ninguno.

    ``pronto`` desde siete días antes hasta el vencimiento; después ``1``, ``7`` y cada treinta (``30``, ``60``…): el
    último escalón alcanzado, para que un día sin ejecutar no deje un hueco ni amontone recordatorios.
    """
    atraso = (dia - vence).days
    if atraso < -ANTICIPACION:
        return None
    if atraso <= 0:
        return "pronto"
    if atraso < 7:
        return "1"
    if atraso < INSISTENCIA:
        return "7"
    return str(atraso - atraso % INSISTENCIA)
