"""La cifra de un conjunto de lugares a partir de las de cada uno, solo cuando el resultado es exacto.

Suma únicamente celdas que ya son públicas. Por eso no revela nada: lo que da lo puede calcular cualquier lector con lo
que tiene delante. Si una sola de las celdas se reserva, el conjunto se reserva con ella, porque restarle las demás la
descubriría. Un porcentaje se rehace con los numeradores y denominadores; nunca se promedian porcentajes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from indicadores.calculo.tipos import Dato, Motivo


class Agregable(StrEnum):
    """Cómo se obtiene el valor de un conjunto: de sus cantidades, sumando valores, o de ningún modo."""

    PORCENTAJE = "porcentaje"
    CONTEO = "conteo"
    NO = "no"


class Falta(StrEnum):
    """Por qué no hay una cifra del conjunto."""

    SIN_PARTES = "sin_partes"
    RESERVADA = "reservada"
    INCOMPLETA = "incompleta"
    NO_AGREGABLE = "no_agregable"
    NO_APLICA = "no_aplica"


@dataclass(frozen=True, slots=True)
class Suma:
    """El valor exacto de un conjunto de ``partes`` lugares, o qué lo impide y en cuántas de ellas (``afectadas``).

    ``valor`` está en la unidad del indicador; ``numerador`` y ``denominador`` solo los tiene un porcentaje.
    """

    partes: int
    valor: Fraction | None = None
    numerador: int | None = None
    denominador: int | None = None
    falta: Falta | None = None
    afectadas: int = 0


def sumar(partes: Sequence[Dato | None], agregable: Agregable) -> Suma:
    """La cifra del conjunto que forman ``partes``; ``None`` es un lugar del que no hay dato.

    Las partes deben ser disjuntas y completas: un lugar sin dato impide la suma. Uno en que el indicador no aplica (sin
    personas) no aporta nada y no la impide.
    """
    cuantas = len(partes)
    if not partes:
        return Suma(0, falta=Falta.SIN_PARTES)
    if reservadas := sum(_motivo(dato) is Motivo.POCAS_PERSONAS for dato in partes):
        return Suma(cuantas, falta=Falta.RESERVADA, afectadas=reservadas)
    aplican = [dato for dato in partes if not _no_aplica(dato)]
    con_valor = [dato for dato in aplican if dato is not None and dato.valor is not None]
    if not aplican:
        return Suma(cuantas, falta=Falta.NO_APLICA, afectadas=cuantas)
    if sin_valor := len(aplican) - len(con_valor):
        return Suma(cuantas, falta=Falta.INCOMPLETA, afectadas=sin_valor)
    if agregable is Agregable.CONTEO:
        return Suma(cuantas, valor=sum((Fraction(dato.valor or 0) for dato in con_valor), Fraction(0)))
    completas = [
        (dato.numerador, dato.denominador)
        for dato in con_valor
        if dato.numerador is not None and dato.denominador is not None
    ]
    if agregable is Agregable.NO or len(completas) < len(con_valor):
        return Suma(cuantas, falta=Falta.NO_AGREGABLE, afectadas=len(con_valor) - len(completas))
    numerador, denominador = (sum(cantidades) for cantidades in zip(*completas, strict=True))
    if not denominador:
        return Suma(cuantas, falta=Falta.NO_APLICA, afectadas=cuantas)
    return Suma(cuantas, Fraction(100 * numerador, denominador), numerador, denominador)


def _motivo(dato: Dato | None) -> Motivo | None:
    return dato.ausencia.motivo if dato is not None and dato.ausencia is not None else None


def _no_aplica(dato: Dato | None) -> bool:
    return dato is not None and _motivo(dato) is Motivo.NO_APLICA and not dato.denominador
