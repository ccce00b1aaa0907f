"""La gráfica para llevársela: una lámina con su título, lo que dice, su fuente y desde dónde se miró.

Se entiende sola en una presentación o en un mensaje. Es un SVG de fondo blanco, con los colores del esquema claro.
"""

from collections.abc import Sequence

from indicadores.graficas.composicion import ANCHA
from indicadores.graficas.elementos import Svg, elemento
from indicadores.graficas.geometria import ancho_de

MARGEN = 36
ANCHO = ANCHA.ancho + 2 * MARGEN
_TINTA, _GRIS, _LINEA, _MARCA = "#16191d", "#5a626c", "#d9dde2", "#8a1c2b"


def dibujar_lamina(*, portal: str, nombre: str, hallazgo: str, grafica: Svg, notas: Sequence[str]) -> Svg:
    """La lámina de un indicador; sin ``grafica`` (menos de dos cosas que comparar) queda el hallazgo.

    ``notas`` van al pie, una por párrafo: la fuente, el corte y la dirección.
    """
    partes: list[Svg] = []
    y = MARGEN + 4.0

    def parrafo(texto: str, letra: float, color: str, *, negrita: bool = False, aparte: float = 0) -> None:
        nonlocal y
        y += aparte
        for linea in partir(texto, letra, ANCHO - 2 * MARGEN, negrita=negrita):
            y += letra
            grosor = "600" if negrita else ""
            renglon = elemento("text", linea, x=MARGEN, y=y, font_size=letra, fill=color, font_weight=grosor)
            partes.append(renglon)
            y += letra * 0.32

    parrafo(portal, 13, _MARCA, negrita=True)
    parrafo(nombre, 24, _TINTA, negrita=True, aparte=8)
    parrafo(hallazgo, 16, _TINTA, aparte=8)
    if grafica:
        y += 14
        partes.append(elemento("svg", grafica, x=MARGEN, y=y, width=ANCHA.ancho, height=ANCHA.alto))
        y += ANCHA.alto
    y += 14
    partes.append(elemento("line", x1=MARGEN, x2=ANCHO - MARGEN, y1=y, y2=y, stroke=_LINEA))
    for nota in notas:
        parrafo(nota, 12, _GRIS, aparte=5)
    alto = round(y + MARGEN)
    return elemento(
        "svg",
        elemento("title", nombre),
        elemento("desc", hallazgo),
        elemento("rect", width=ANCHO, height=alto, fill="#ffffff"),
        *partes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {ANCHO} {alto}",
        width=ANCHO,
        height=alto,
        role="img",
    )


def partir(texto: str, letra: float, ancho: float, *, negrita: bool = False) -> list[str]:
    """El texto en renglones que caben en ``ancho``; una palabra que no cabe sola se parte por donde llega."""
    renglones: list[str] = []
    actual = ""
    for palabra in texto.split(" "):
        candidato = f"{actual} {palabra}" if actual else palabra
        if ancho_de(candidato, letra, negrita=negrita) <= ancho:
            actual = candidato
            continue
        if actual:
            renglones.append(actual)
        while ancho_de(palabra, letra, negrita=negrita) > ancho:
            cabe = next(n for n in range(len(palabra), 0, -1) if ancho_de(palabra[:n], letra, negrita=negrita) <= ancho)
            renglones.append(palabra[:cabe])
            palabra = palabra[cabe:]
        actual = palabra
    return [*renglones, actual] if actual else renglones
