"""Los dibujos que viajan fuera de la página."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from indicadores.graficas import svg as graficas
from indicadores.graficas.elementos import elemento
from penitenciaria.informe.figuras import ESTILOS, SIN_ESTILO, autonoma, png

RAIZ = Path(__file__).resolve().parents[2]
DIBUJO = str(
    elemento(
        "svg",
        elemento("title", "Personas <b> & «otras»", id="t"),
        elemento("line", class_="g-malla", x1=0, x2=100, y1=50, y2=50),
        elemento("defs", elemento("pattern", elemento("rect", class_="g-trama-fondo"), id="r")),
        elemento("circle", class_="g-parcial-punto", cx=50, cy=25, r=4.5, fill="url(#r)"),
        elemento(
            "text",
            elemento("tspan", "35 %", x=60, y=25),
            class_="g-rotulo g-rotulo-oficial",
            **graficas.PRESENTACION["g-rotulo"],
        ),
        elemento("circle", class_="m-punto m-parcial", cx=10, cy=25, r=2.5),
        xmlns="http://www.w3.org/2000/svg",
        class_="g-serie g-ancha",
        viewBox="0 0 100 50",
        aria_labelledby="t",
    )
)


def clases_de_los_dibujos() -> set[str]:
    """Toda clase que escribe el código que dibuja, esté en un texto suelto o dentro de otro."""
    halladas: set[str] = set()
    for archivo in (RAIZ / "indicadores" / "graficas").glob("*.py"):
        for nodo in ast.walk(ast.parse(archivo.read_text(encoding="utf-8"))):
            if isinstance(nodo, ast.Constant) and isinstance(nodo.value, str):
                palabras = nodo.value.split()
                if palabras and all(re.fullmatch(r"[gm]-[a-z-]*[a-z]|miniatura", palabra) for palabra in palabras):
                    halladas |= set(palabras)
    return halladas


def test_toda_clase_de_nuestros_dibujos_tiene_estilo() -> None:
    halladas = clases_de_los_dibujos()

    assert {"g-oficial", "m-punto", "m-parcial", "g-parcial-menudo"} <= halladas
    assert halladas - SIN_ESTILO <= ESTILOS.keys()


def test_los_estilos_son_los_de_la_hoja() -> None:
    """Cada color de una clase aquí es el que le da la hoja con el esquema claro."""
    fichas = dict(
        re.findall(r"--([a-z]+): (#[0-9a-f]+);", (RAIZ / "static/css/fichas.css").read_text("utf-8").split("@media")[0])
    )
    hoja = (RAIZ / "static/css/graficas.css").read_text("utf-8").split("@media")[0]
    reglas = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", hoja, flags=re.S))
    comparadas = 0
    for selectores, cuerpo in reglas:
        for nombre, ficha in re.findall(r"(fill|stroke): var\(--([a-z]+)\)", cuerpo):
            for clase in re.findall(r"\.([gm]-[a-z-]+)", selectores):
                comparadas += 1
                assert _parecidos(str(ESTILOS[clase][nombre]), fichas[ficha]), (clase, nombre)
    assert comparadas > 20


def _parecidos(uno: str, otro: str) -> bool:
    """El mismo tono: el gris de la página es un punto más oscuro que el del dibujo."""
    tonos = []
    for color in (uno, otro):
        cifras = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
        tonos.append([int(cifras[i : i + 2], 16) for i in (0, 2, 4)])
    return all(abs(a - b) <= 8 for a, b in zip(*tonos, strict=True))


def test_queda_completo_por_si_mismo() -> None:
    escrito = autonoma(DIBUJO)

    raiz = ElementTree.fromstring(escrito)
    assert raiz.tag == "{http://www.w3.org/2000/svg}svg"
    assert (raiz.get("width"), raiz.get("height"), raiz.get("role")) == ("100", "50", "img")
    for sobra in ("class=", "var(", "style=", "url(", "aria-", "<defs", "paint-order", "id="):
        assert sobra not in escrito
    assert raiz[0].text == "Personas <b> & «otras»"
    assert raiz[1].get("stroke") == "#d9dde2"


def test_la_trama_pasa_a_rayas_dentro_del_punto() -> None:
    raiz = ElementTree.fromstring(autonoma(DIBUJO))
    [rayas] = [uno for uno in raiz if uno.tag.endswith("path")]

    puntos = [tuple(map(float, par)) for par in re.findall(r"[ML]([\d.]+) ([\d.]+)", rayas.get("d", ""))]
    assert len(puntos) == 6
    for x, y in puntos:
        assert (x - 50) ** 2 + (y - 25) ** 2 <= 4.6**2


def test_la_ultima_clase_manda() -> None:
    """Como en la hoja: un punto parcial de miniatura es hueco, con el borde del punto."""
    raiz = ElementTree.fromstring(autonoma(DIBUJO))

    assert (raiz[-1].get("fill"), raiz[-1].get("stroke")) == ("#ffffff", "#16191d")


def test_el_halo_va_debajo_de_sus_letras() -> None:
    borde, letras = ElementTree.fromstring(autonoma(DIBUJO)).findall("{http://www.w3.org/2000/svg}text")

    assert (borde.get("fill"), borde.get("stroke")) == ("#ffffff", "#ffffff")
    assert (letras.get("fill"), letras.get("stroke")) == ("#16191d", None)
    assert autonoma(DIBUJO, para_pdf=True).count("35 %") == 1


@pytest.mark.parametrize("para_pdf", [False, True])
def test_dos_veces_es_lo_mismo_que_una(para_pdf: bool) -> None:
    una = autonoma(DIBUJO, para_pdf=para_pdf)

    assert autonoma(una, para_pdf=para_pdf) == una


@pytest.mark.parametrize(
    ("malo", "queja"),
    [
        ("", "bien formado"),
        ("<svg", "bien formado"),
        ("<html/>", "Se esperaba un dibujo SVG"),
        ("<svg/>", "cuánto mide"),
        ('<svg viewBox="0 0 1 1"><g class="g-otra"/></svg>', "g-otra"),
    ],
)
def test_lo_que_no_entiende_lo_dice(malo: str, queja: str) -> None:
    with pytest.raises(ValueError, match=queja):
        autonoma(malo)


def test_png_del_ancho_pedido_y_siempre_igual() -> None:
    imagen = png(DIBUJO, 600)

    assert imagen[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(imagen[16:20], "big"), int.from_bytes(imagen[20:24], "big")) == (600, 300)
    assert png(DIBUJO, 600) == imagen
    with pytest.raises(ValueError, match="píxel"):
        png(DIBUJO, 0)
