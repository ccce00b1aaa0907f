"""De valores y fechas a unidades del dibujo, con fracciones exactas: la coma flotante aparece solo al final."""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

Numero = Decimal | Fraction | int


@dataclass(frozen=True, slots=True)
class EscalaDeValores:
    """Eje vertical: ``minimo`` y ``maximo`` son múltiplos de ``paso``, que es 1, 2 o 5 por una potencia de diez."""

    minimo: Fraction
    maximo: Fraction
    paso: Fraction
    arriba: float
    abajo: float

    def y(self, valor: Numero) -> float:
        parte = (Fraction(valor) - self.minimo) / (self.maximo - self.minimo)
        return self.abajo - float(parte) * (self.abajo - self.arriba)

    @property
    def marcas(self) -> tuple[Fraction, ...]:
        cuantas = int((self.maximo - self.minimo) / self.paso)
        return tuple(self.minimo + n * self.paso for n in range(cuantas + 1))


def escala_de_valores(
    valores: Sequence[Numero], *, decimales: int, marcas: int, arriba: float, abajo: float
) -> EscalaDeValores:
    """La escala que contiene ``valores`` con holgura y unas ``marcas`` divisiones, nunca más finas que ``decimales``.

    Incluye el cero cuando dice algo: si está a menos de media amplitud de los datos. No inventa negativos si no los
    hay, ni valores por encima de cero si todos son negativos.
    """
    exactos = [Fraction(valor) for valor in valores]
    menor, mayor = min(exactos), max(exactos)
    abajo_real, arriba_real = menor, mayor
    fino = Fraction(1, 10**decimales)
    if menor == mayor:
        holgura = max(abs(menor) / 10, fino)
        menor, mayor = menor - holgura, mayor + holgura
    elif 0 < menor <= (mayor - menor) / 2:
        menor = Fraction(0)
    elif 0 > mayor >= (menor - mayor) / 2:
        mayor = Fraction(0)
    if abajo_real >= 0:
        menor = max(menor, Fraction(0))
    if arriba_real <= 0 and abajo_real < 0:
        mayor = min(mayor, Fraction(0))
    paso = max(paso_redondo((mayor - menor) / marcas), fino)
    while True:
        inferior, superior = menor // paso * paso, -(-mayor // paso) * paso
        borde = (superior - inferior) / 10
        if abajo_real - inferior < borde and (inferior > 0 or abajo_real < 0):
            inferior -= paso
        if superior - arriba_real < borde and (superior < 0 or arriba_real > 0) and superior != 100:
            superior += paso
        if superior - inferior <= (marcas + 1) * paso:
            return EscalaDeValores(inferior, superior, paso, arriba, abajo)
        paso = paso_redondo(paso * Fraction(3, 2))


def paso_redondo(minimo: Fraction) -> Fraction:
    """El menor de la familia 1, 2, 5 × 10ⁿ que no es menor que ``minimo`` (> 0)."""
    potencia = Fraction(1)
    while potencia > minimo:
        potencia /= 10
    while potencia * 10 <= minimo:
        potencia *= 10
    return next(potencia * factor for factor in (1, 2, 5, 10) if potencia * factor >= minimo)


def decimales_de(paso: Fraction) -> int:
    """Cuántos decimales hacen falta para escribir un múltiplo de ``paso`` (1, 2 o 5 por una potencia de diez)."""
    decimales = 0
    while (paso * 10**decimales).denominator != 1:
        decimales += 1
    return decimales


@dataclass(frozen=True, slots=True)
class EscalaDeTiempo:
    """Eje horizontal, en años fraccionarios: el 1 de enero de 2020 es 2020 y el fin de ese año, 2021."""

    inicio: int
    fin: int
    izquierda: float
    derecha: float

    def x(self, momento: Numero) -> float:
        parte = (Fraction(momento) - self.inicio) / (self.fin - self.inicio)
        return self.izquierda + float(parte) * (self.derecha - self.izquierda)

    @property
    def ancho_del_anio(self) -> float:
        return (self.derecha - self.izquierda) / (self.fin - self.inicio)

    def salto(self, ancho_minimo: float) -> int:
        """Cada cuántos años cabe un rótulo de ``ancho_minimo``."""
        escalon = 1
        while True:
            for factor in (1, 2, 5):
                if factor * escalon * self.ancho_del_anio >= ancho_minimo:
                    return factor * escalon
            escalon *= 10

    def rotulados(self, ancho_minimo: float) -> tuple[int, ...]:
        """Los años que llevan rótulo, contados hacia atrás desde el último, que siempre lo lleva."""
        return tuple(range(self.fin - 1, self.inicio - 1, -self.salto(ancho_minimo)))[::-1]


def fin_del_dia(dia: date) -> Fraction:
    """El momento en que termina ``dia``, en años: el 31 de diciembre de 2020 da 2021."""
    dias = 366 if isleap(dia.year) else 365
    return dia.year + Fraction(dia.timetuple().tm_yday, dias)
