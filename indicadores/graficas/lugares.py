"""Dibujos pequeños para comparar lugares en una escala común: la barra de una fila y la historia de una oficina.

El número está al lado, en texto: la barra es un adorno para quien usa un lector de pantalla. La historia, en cambio, se
anuncia con su frase.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from indicadores.graficas.elementos import Svg, coordenada, elemento

Numero = Decimal | Fraction | int
ANCHO_DE_BARRA, ALTO_DE_BARRA = 100, 10
ANCHO, ALTO, MARGEN = 180, 64, 6


@dataclass(frozen=True, slots=True)
class Extension:
    """El tramo de valores que abarca una escala; siempre contiene el cero."""

    menor: Fraction
    mayor: Fraction

    @classmethod
    def de(cls, valores: Sequence[Numero]) -> "Extension":
        exactos = [Fraction(0), *(Fraction(valor) for valor in valores)]
        return cls(min(exactos), max(exactos))

    def parte(self, valor: Numero) -> float:
        """Qué fracción del tramo, de 0 a 1, queda por debajo de ``valor``."""
        return float((Fraction(valor) - self.menor) / (self.mayor - self.menor)) if self.mayor > self.menor else 0.0


def barra(valor: Numero | None, extension: Extension, *, referencia: Numero | None = None) -> Svg:
    """Del cero al valor, con una raya en ``referencia`` si cae dentro de la escala; vacía si no hay valor."""
    if valor is None:
        return Svg()
    cero, fin = extension.parte(0) * ANCHO_DE_BARRA, extension.parte(valor) * ANCHO_DE_BARRA
    partes = [
        elemento("rect", class_="barra-riel", width=ANCHO_DE_BARRA, height=ALTO_DE_BARRA),
        elemento("rect", class_="barra-valor", x=min(cero, fin), width=abs(fin - cero), height=ALTO_DE_BARRA),
    ]
    if referencia is not None and extension.menor <= Fraction(referencia) <= extension.mayor:
        x = coordenada(extension.parte(referencia) * ANCHO_DE_BARRA)
        partes.append(elemento("path", class_="barra-pais", d=f"M{x} 0V{ALTO_DE_BARRA}"))
    return elemento(
        "svg",
        *partes,
        class_="barra-dibujo",
        viewBox=f"0 0 {ANCHO_DE_BARRA} {ALTO_DE_BARRA}",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


@dataclass(frozen=True, slots=True)
class Momento:
    """Un valor en el último día de su periodo; ``None`` donde no hay cifra."""

    dia: date
    valor: Numero | None


def extension_de_historias(historias: Sequence[Sequence[Momento]]) -> tuple[Fraction, Fraction] | None:
    """El menor y el mayor valor de todas: la escala común. None si no hay ninguno."""
    valores = [Fraction(momento.valor) for historia in historias for momento in historia if momento.valor is not None]
    return (min(valores), max(valores)) if valores else None


def historia_svg(
    momentos: Sequence[Momento], *, pais: Sequence[Momento], entre: tuple[Fraction, Fraction], etiqueta: str
) -> Svg:
    """La línea de un lugar sobre la del país (a trazos); se corta donde falta un valor y termina en un punto.

    ``entre`` son los extremos de la escala común; ``momentos`` y ``pais`` traen los mismos días, en orden.
    """
    dias = [momento.dia.toordinal() for momento in momentos]
    primero, ultimo = dias[0], dias[-1]
    menor, mayor = entre

    def x(dia: date) -> float:
        parte = (dia.toordinal() - primero) / (ultimo - primero) if ultimo > primero else 0.5
        return MARGEN + parte * (ANCHO - 2 * MARGEN)

    def y(valor: Numero) -> float:
        parte = float((Fraction(valor) - menor) / (mayor - menor)) if mayor > menor else 0.5
        return ALTO - MARGEN - parte * (ALTO - 2 * MARGEN)

    def camino(puntos: Sequence[Momento]) -> str:
        trazo, sigue = [], False
        for punto in puntos:
            if punto.valor is not None:
                trazo.append(f"{'L' if sigue else 'M'}{coordenada(x(punto.dia))} {coordenada(y(punto.valor))}")
            sigue = punto.valor is not None
        return " ".join(trazo)

    partes = [elemento("path", class_="h-eje", d=f"M0 {ALTO - 1}H{ANCHO}")]
    if del_pais := camino(pais):
        partes.append(elemento("path", class_="h-pais", fill="none", d=del_pais))
    if suyo := camino(momentos):
        partes.append(elemento("path", class_="h-linea", fill="none", d=suyo))
    con_valor = [(punto, punto.valor) for punto in momentos if punto.valor is not None]
    for punto, valor in con_valor:
        es_ultimo = punto is con_valor[-1][0]
        radio = 3 if es_ultimo else 1.75
        clase = "h-ultimo" if es_ultimo else "h-punto"
        partes.append(elemento("circle", class_=clase, cx=x(punto.dia), cy=y(valor), r=radio))
    return elemento("svg", *partes, class_="historia", viewBox=f"0 0 {ANCHO} {ALTO}", role="img", aria_label=etiqueta)
