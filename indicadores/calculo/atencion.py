"""Qué grupo de indicadores pide atención primero: una regla fija sobre lo ya evaluado. Sin pesos ni opiniones.

Se comparan, en este orden y como partes del grupo (así pesan igual el de dos indicadores y el de tres): los que están
lejos de su logro esperado, los que retroceden, los que están en riesgo, los que no se mueven (salvo que ya cumplan) y
los nunca medidos. Si empatan en todo, va antes el que lleva más meses sin un dato y, si también empatan, el que se dio
primero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from indicadores.calculo.tipos import EstadoIndicador, Evaluacion, Movimiento, Semaforo

#: Meses sin dato nuevo que por sí solos no llaman la atención: un indicador anual se mide una vez al año.
MESES_AL_DIA = 12


class Causa(StrEnum):
    """Por qué un grupo pide atención: lo más grave que le pasa a alguno de sus indicadores, de mayor a menor."""

    LEJOS = "lejos"
    RETROCEDE = "retrocede"
    EN_RIESGO = "en_riesgo"
    SIN_CAMBIO = "sin_cambio"
    SIN_MEDICION = "sin_medicion"
    ANTIGUO = "antiguo"


@dataclass(frozen=True, slots=True)
class Atencion:
    """El grupo elegido por su lugar en la lista; ``afectados`` de ``de`` indicadores tienen la causa.

    ``meses`` son los que pasaron desde el último dato del grupo; None si no lo hay.
    """

    lugar: int
    causa: Causa
    afectados: int
    de: int
    meses: int | None


def quien_pide_atencion(grupos: Sequence[Sequence[Evaluacion]]) -> Atencion | None:
    """El grupo que va primero según la regla; None si ninguno tiene nada que atender. Un grupo vacío no cuenta."""
    juzgados = [(lugar, grupo, _cuentas(grupo), _meses(grupo)) for lugar, grupo in enumerate(grupos) if grupo]
    elegido = max(
        juzgados,
        key=lambda uno: (
            *(Fraction(cuantos, len(uno[1])) for cuantos in uno[2].values()),
            float("inf") if uno[3] is None else uno[3],
            -uno[0],
        ),
        default=None,
    )
    if elegido is None:
        return None
    lugar, grupo, cuentas, meses = elegido
    causa = next((causa for causa, cuantos in cuentas.items() if cuantos), None)
    if causa is None:
        if meses is None or meses <= MESES_AL_DIA:
            return None
        return Atencion(lugar, Causa.ANTIGUO, len(grupo), len(grupo), meses)
    return Atencion(lugar, causa, cuentas[causa], len(grupo), meses)


def _cuentas(grupo: Sequence[Evaluacion]) -> dict[Causa, int]:
    """Cuántos indicadores del grupo tiene cada causa, de la más grave a la menos; uno puede tener varias."""
    return {
        Causa.LEJOS: sum(una.avance.semaforo is Semaforo.ROJO for una in grupo),
        Causa.RETROCEDE: sum(una.movimiento is Movimiento.RETROCEDE for una in grupo),
        Causa.EN_RIESGO: sum(una.avance.semaforo is Semaforo.AMARILLO for una in grupo),
        Causa.SIN_CAMBIO: sum(
            una.movimiento is Movimiento.SIN_CAMBIO and una.avance.semaforo is not Semaforo.VERDE for una in grupo
        ),
        Causa.SIN_MEDICION: sum(una.estado is EstadoIndicador.SIN_MEDICION for una in grupo),
    }


def _meses(grupo: Sequence[Evaluacion]) -> int | None:
    """Los meses desde el último dato de cualquiera del grupo."""
    return min((una.antiguedad_meses for una in grupo if una.antiguedad_meses is not None), default=None)
