"""Los colores, calculados: cada pareja de fichas se lee, y los estados no se confunden con ningún daltonismo.

Contraste según WCAG 2.2 (1.4.3: texto, 4,5; 1.4.11: lo que no es texto, 3). Las tres formas de daltonismo se simulan
con las matrices de Machado, Oliveira y Fernandes (2009), severidad 1, sobre RGB lineal.
"""

import re
from itertools import combinations, pairwise

import pytest

from tests.conftest import RAIZ

Color = tuple[float, float, float]
HOJA = (RAIZ / "static" / "css" / "fichas.css").read_text("utf-8")
DESAGREGACION = (RAIZ / "static" / "css" / "desagregacion.css").read_text("utf-8")
TEXTO, FORMA = 4.5, 3.0
MATRICES: dict[str, tuple[Color, Color, Color]] = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
#: Ficha del trazo o de la letra, ficha del fondo y el contraste que le toca.
PAREJAS = [
    *((letra, fondo, TEXTO) for letra in ("tinta", "gris", "marca") for fondo in ("papel", "suave")),
    *((luz, "papel", TEXTO) for luz in ("verde", "ambar", "rojo")),
    ("papel", "marca", TEXTO),
    ("papel", "tinta", TEXTO),
    *(("papel", luz, TEXTO) for luz in ("verde", "ambar", "rojo")),
    ("sin-dato", "papel", FORMA),
    ("sin-dato", "suave", FORMA),
    ("marca", "papel", FORMA),
]
ESQUEMAS = ("claro", "oscuro")
#: Los tramos del mapa: qué letra va sobre cada uno.
TRAMOS = (("m1t", "m1"), ("m1t", "m2"), ("m3t", "m3"), ("m4t", "m4"), ("m5t", "m5"))


def fichas(hoja: str, esquema: str) -> dict[str, str]:
    """Las de un esquema: las del oscuro se escriben encima de las del claro."""
    claras = re.split(r"@media", hoja)[0]
    oscuras = re.search(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", hoja, re.DOTALL)
    assert oscuras is not None
    textos = [claras, oscuras[1]] if esquema == "oscuro" else [claras]
    return {nombre: valor for texto in textos for nombre, valor in re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", texto)}


def lineal(hexadecimal: str) -> Color:
    """De «#8a1c2b» a RGB lineal (IEC 61966-2-1)."""
    cifras = hexadecimal.lstrip("#")
    if len(cifras) == 3:
        cifras = "".join(cifra * 2 for cifra in cifras)
    canales = [int(cifras[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    rojo, verde, azul = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canales)
    return rojo, verde, azul


def luminancia(color: Color) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def contraste(uno: Color, otro: Color) -> float:
    clara, oscura = sorted((luminancia(uno), luminancia(otro)), reverse=True)
    return (clara + 0.05) / (oscura + 0.05)


def simular(color: Color, vista: str) -> Color:
    rojo, verde, azul = (
        min(1.0, max(0.0, sum(peso * canal for peso, canal in zip(fila, color, strict=True))))
        for fila in MATRICES[vista]
    )
    return rojo, verde, azul


def test_la_cuenta_es_la_de_wcag() -> None:
    assert contraste(lineal("#000"), lineal("#fff")) == pytest.approx(21)
    assert contraste(lineal("#777777"), lineal("#ffffff")) == pytest.approx(4.48, abs=0.005)
    assert simular(lineal("#fff"), "protanopia") == pytest.approx((1, 1, 1), abs=1e-5)


@pytest.mark.parametrize("esquema", ESQUEMAS)
@pytest.mark.parametrize(("letra", "fondo", "minimo"), PAREJAS)
def test_cada_pareja_se_lee(letra: str, fondo: str, minimo: float, esquema: str) -> None:
    colores = {nombre: lineal(valor) for nombre, valor in fichas(HOJA, esquema).items()}
    assert contraste(colores[letra], colores[fondo]) >= minimo


@pytest.mark.parametrize("vista", MATRICES)
@pytest.mark.parametrize("esquema", ESQUEMAS)
def test_cada_estado_se_ve_sobre_el_papel_con_cualquier_vista(esquema: str, vista: str) -> None:
    colores = {nombre: simular(lineal(valor), vista) for nombre, valor in fichas(HOJA, esquema).items()}
    for nombre in ("verde", "ambar", "rojo", "tinta", "gris", "marca"):
        assert contraste(colores[nombre], colores["papel"]) >= TEXTO, nombre
    assert contraste(colores["sin-dato"], colores["papel"]) >= FORMA


@pytest.mark.parametrize("esquema", ESQUEMAS)
def test_los_numeros_del_mapa_se_leen_en_cada_tramo(esquema: str) -> None:
    colores = fichas(DESAGREGACION, esquema)
    for letra, fondo in TRAMOS:
        assert contraste(lineal(colores[letra]), lineal(colores[fondo])) >= TEXTO, (letra, fondo)


@pytest.mark.parametrize("vista", [*MATRICES, "sin color"])
@pytest.mark.parametrize("esquema", ESQUEMAS)
def test_los_tramos_del_mapa_van_en_orden_de_luz_con_cualquier_vista(esquema: str, vista: str) -> None:
    colores = fichas(DESAGREGACION, esquema)
    tramos = [lineal(colores[f"m{n}"]) for n in range(1, 6)]
    luces = [luminancia(tramo if vista == "sin color" else simular(tramo, vista)) for tramo in tramos]
    assert luces in (sorted(luces), sorted(luces, reverse=True))
    assert all(contraste(uno, otro) > 1.2 for uno, otro in pairwise(tramos))


def formas_de_luz() -> dict[str, tuple[str, ...]]:
    """De cada estado, lo que lo dibuja y no es su color: contorno, recorte, trazo y trama."""
    hoja = (RAIZ / "static" / "css" / "componentes.css").read_text("utf-8")
    formas = {}
    for clase, cuerpo in re.findall(r"^\.luz\.([\w-]+)::before \{([^}]*)\}", hoja, re.MULTILINE):
        propiedades = [p.strip() for p in cuerpo.split(";") if p.strip() and not p.strip().startswith("color:")]
        formas[clase] = tuple(sorted(propiedades))
    return formas


def test_los_estados_tienen_formas_distintas_sin_contar_el_color() -> None:
    """El contraste entre dos luces no alcanza para distinguirlas (rojo y ámbar oscuros se parecen): la forma, sí."""
    formas = formas_de_luz()
    assert formas.keys() == {"verde", "amarillo", "rojo", "sin-dato", "nunca", "parcial"}
    for uno, otro in combinations(formas, 2):
        assert formas[uno] != formas[otro], (uno, otro)


def test_la_palabra_acompana_siempre_a_la_luz() -> None:
    plantilla = (RAIZ / "templates" / "componentes" / "luz.html").read_text("utf-8")
    assert "palabra" in plantilla
