"""La lámina: un SVG suelto en que cabe todo y nada se pisa, diga lo que diga el nombre."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from indicadores.graficas import Svg, graficar
from indicadores.graficas.geometria import ancho_de
from indicadores.graficas.lamina import ANCHO, MARGEN, dibujar_lamina, partir
from tests.graficas.estrategias import Caso, casos

textos = st.text(st.characters(blacklist_categories=("Cs",)), max_size=300)


@given(textos, st.integers(10, 30), st.integers(60, 900))
def test_partir_no_pierde_nada_y_cabe(texto: str, letra: int, ancho: int) -> None:
    renglones = partir(texto, letra, ancho)
    assert "".join(renglones).replace(" ", "") == texto.replace(" ", "")
    assert all(ancho_de(renglon, letra) <= ancho for renglon in renglones)


@given(casos(), textos)
def test_todo_cabe_en_la_lamina(caso: Caso, hallazgo: str) -> None:
    grafica = graficar(*caso.argumentos)
    svg = dibujar_lamina(
        portal="Portal", nombre=caso.nombre, hallazgo=hallazgo, grafica=grafica.ancha, notas=(grafica.pie, "https://x")
    )
    raiz = ET.fromstring(svg)
    alto = float(raiz.attrib["height"])
    propios = [nodo for nodo in raiz if nodo.tag.endswith("}text")]
    anteriores = 0.0
    for nodo in propios:
        y, letra = float(nodo.attrib["y"]), float(nodo.attrib["font-size"])
        assert y - letra >= anteriores - 0.1
        assert y <= alto - MARGEN + 1
        assert float(nodo.attrib["x"]) == MARGEN
        anteriores = y
    for marco in (nodo for nodo in raiz if nodo.tag.endswith("}svg")):
        assert float(marco.attrib["x"]) + float(marco.attrib["width"]) <= ANCHO
        assert float(marco.attrib["y"]) + float(marco.attrib["height"]) <= alto


def test_sin_grafica_queda_lo_dicho() -> None:
    svg = dibujar_lamina(portal="Portal", nombre="Nombre", hallazgo="Nada.", grafica=Svg(), notas=())
    assert "<svg" not in svg[4:]
    assert ">Nada.<" in svg
