"""La serie en miniatura que acompaña a cada indicador en el tablero: sin ejes ni rótulos, con los años siempre iguales.

Así se comparan de un vistazo las de todos los indicadores. Los números están al lado, en texto: el dibujo es un adorno
para quien usa un lector de pantalla y no se anuncia.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.tipos import Evaluacion
from indicadores.graficas.elementos import Svg, coordenada, elemento

ANCHO, ALTO, MARGEN = 140, 40, 6


def miniatura(evaluacion: Evaluacion, *, desde: int = 2019, hasta: int = 2030) -> Svg:
    """Línea base (cuadro hueco), valores de cada año (punto; claro si es parcial) y logros (escalones a trazos).

    Lo que cae fuera de ``desde``–``hasta`` no se dibuja. Vacía si quedan menos de dos cosas que comparar.
    """
    base = evaluacion.linea_base
    base_en = (base.anio, base.valor) if base and base.valor is not None and desde <= base.anio <= hasta else None
    valores = [
        (del_anio.anio, del_anio.dato.valor, del_anio.parcial)
        for del_anio in evaluacion.serie
        if del_anio.dato is not None and del_anio.dato.valor is not None and desde <= del_anio.anio <= hasta
    ]
    logros = {
        logro.anio: logro.valor
        for logro in evaluacion.logros
        if logro.valor is not None and desde <= logro.anio <= hasta
    }
    if len(valores) + len(logros) + (base_en is not None) < 2:
        return Svg()
    todos = [valor for _, valor, _ in valores] + list(logros.values()) + ([base_en[1]] if base_en else [])
    menor, mayor = min(todos), max(todos)
    franja = (ANCHO - 2 * MARGEN) / (hasta - desde + 1)

    def x(anio: int) -> float:
        """El centro de la franja del año."""
        return MARGEN + (anio - desde + 0.5) * franja

    def y(valor: Decimal) -> float:
        if menor == mayor:
            return ALTO / 2
        parte = (Fraction(valor) - Fraction(menor)) / (Fraction(mayor) - Fraction(menor))
        return ALTO - MARGEN - float(parte) * (ALTO - 2 * MARGEN)

    vertices = [(anio, valor) for anio, valor, _ in valores]
    if base_en is not None and (not vertices or base_en[0] < vertices[0][0]):
        vertices.insert(0, base_en)
    partes = [elemento("path", class_="m-eje", d=f"M0 {ALTO - 1} H{ANCHO}")]
    if logros:
        partes.append(elemento("path", class_="m-logro", fill="none", d=_escalones(logros, x, y, franja)))
    if len(vertices) > 1:
        camino = " L".join(f"{coordenada(x(anio))} {coordenada(y(valor))}" for anio, valor in vertices)
        partes.append(elemento("path", class_="m-serie", fill="none", d=f"M{camino}"))
    if base_en is not None:
        cx, cy = x(base_en[0]), y(base_en[1])
        partes.append(elemento("rect", class_="m-base", x=cx - 2.5, y=cy - 2.5, width=5, height=5))
    for anio, valor, parcial in valores:
        clase = "m-punto m-parcial" if parcial else "m-punto"
        partes.append(elemento("circle", class_=clase, cx=x(anio), cy=y(valor), r=2.5))
    return elemento(
        "svg",
        *partes,
        class_="miniatura",
        viewBox=f"0 0 {ANCHO} {ALTO}",
        width=ANCHO,
        height=ALTO,
        aria_hidden="true",
        focusable="false",
    )


def _escalones(
    logros: Mapping[int, Decimal], x: Callable[[int], float], y: Callable[[Decimal], float], franja: float
) -> str:
    """Un tramo por grupo de años seguidos; dentro de él, un escalón por año."""
    partes = []
    for anio in sorted(logros):
        inicio, fin = coordenada(x(anio) - franja / 2), coordenada(x(anio) + franja / 2)
        altura = coordenada(y(logros[anio]))
        partes.append(f"V{altura} H{fin}" if anio - 1 in logros else f"M{inicio} {altura} H{fin}")
    return " ".join(partes)
