"""El mapa de cuadrados, las barras y las historias: qué se dibuja, dónde y con qué palabras."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.graficas import DEPARTAMENTOS, Extension, Momento, Tesela, barra, dibujar_mapa, historia_svg
from indicadores.graficas.lugares import extension_de_historias
from indicadores.graficas.mapa import CLASES, COLUMNAS, FILAS, Mapa, clase_de, cortes_de
from tests.conftest import RAIZ
from tests.graficas.test_casos import con_clase, textos

VALORES = st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=25)
LUGAR = {lugar.nombre: lugar for lugar in DEPARTAMENTOS}


def mapa(valores: dict[str, str | None], reservados: frozenset[str] = frozenset(), decimales: int = 1) -> Mapa:
    teselas = [
        Tesela(
            lugar,
            None if (valor := valores.get(lugar.ubigeo)) is None else Decimal(valor),
            f"{lugar.nombre}: {valor or '«nada» & <menos>'}",
            f"dep-{lugar.ubigeo}",
            lugar.ubigeo in reservados,
        )
        for lugar in DEPARTAMENTOS
    ]
    return dibujar_mapa("Mapa <de> prueba", teselas, simbolo="%", decimales=decimales)


def test_son_los_25_ubigeos_cada_uno_en_su_casilla() -> None:
    assert [lugar.ubigeo for lugar in DEPARTAMENTOS] == [f"{n:02}" for n in range(1, 26)]
    assert len({lugar.sigla for lugar in DEPARTAMENTOS}) == 25
    casillas = {(lugar.columna, lugar.fila) for lugar in DEPARTAMENTOS}
    assert len(casillas) == 25
    assert max(columna for columna, _ in casillas) == COLUMNAS - 1
    assert max(fila for _, fila in casillas) == FILAS - 1


@pytest.mark.parametrize(
    ("uno", "otro"),
    [("Tumbes", "Piura"), ("Callao", "Lima"), ("Cusco", "Apurímac"), ("Puno", "Madre de Dios"), ("Lima", "Ica")],
)
def test_los_vecinos_quedan_pegados(uno: str, otro: str) -> None:
    assert abs(LUGAR[uno].columna - LUGAR[otro].columna) + abs(LUGAR[uno].fila - LUGAR[otro].fila) == 1


def test_el_norte_esta_arriba_y_la_selva_a_la_derecha() -> None:
    assert LUGAR["Tumbes"].fila < LUGAR["Lima"].fila < LUGAR["Arequipa"].fila < LUGAR["Tacna"].fila
    assert LUGAR["Lambayeque"].columna < LUGAR["San Martín"].columna < LUGAR["Loreto"].columna


def test_cada_cuadrado_es_un_enlace_con_nombre_y_su_numero() -> None:
    dibujo = mapa({"15": "43.21", "20": "10"}, frozenset({"07"})).dibujo
    enlaces = con_clase(dibujo, "mapa-lugar")
    assert [enlace.get("href") for enlace in enlaces] == [f"#dep-{lugar.ubigeo}" for lugar in DEPARTAMENTOS]
    assert all(enlace.get("aria-label") for enlace in enlaces)
    raiz = ET.fromstring(dibujo)
    assert (raiz.get("role"), raiz.get("aria-label")) == ("group", "Mapa <de> prueba")
    assert "LIM | 43,2" in textos(dibujo)
    assert "CAL | R" in textos(dibujo)
    assert "TAC | –" in textos(dibujo)
    assert len(con_clase(dibujo, "mapa-rayas")) == 23
    assert "style" not in {clave for nodo in raiz.iter() for clave in nodo.attrib}


def test_los_cuadrados_son_iguales_no_se_pisan_y_caben() -> None:
    dibujo = mapa({"15": "1"}).dibujo
    fondos = con_clase(dibujo, "mapa-fondo")
    cajas = [tuple(float(fondo.get(clave, "0")) for clave in ("x", "y", "width", "height")) for fondo in fondos]
    assert {(ancho, alto) for *_, ancho, alto in cajas} == {(48, 48)}
    assert len({(x, y) for x, y, *_ in cajas}) == 25
    assert all(x % 50 == 0 and y % 50 == 0 for x, y, *_ in cajas)
    # A 320 px quedan 288 para el dibujo: un cuadrado mide al menos los 44 px que pide un dedo.
    _, _, ancho_total, _ = map(float, ET.fromstring(dibujo).get("viewBox", "").split())
    assert 48 * 288 / ancho_total >= 44


def test_la_leyenda_dice_los_tramos_y_las_ausencias() -> None:
    completo = mapa({"15": "20", "20": "53.7"}, frozenset({"07"}))
    assert [(escalon.clase, escalon.texto) for escalon in completo.leyenda] == [
        ("m1", "20 a menos de 30"),
        ("m2", "30 a menos de 40"),
        ("m4", "40 a menos de 50"),
        ("m5", "50 a 60"),
        ("reservada", "R: reservado"),
        ("vacia", "– : sin dato"),
    ]
    assert completo.unidad == "%"
    sin_nada = mapa({})
    assert [escalon.clase for escalon in sin_nada.leyenda] == ["vacia"]


def test_los_numeros_largos_se_escriben_en_miles_o_millones() -> None:
    miles = mapa({"15": "1234567", "20": "0"}, decimales=0)
    assert miles.unidad == "miles de %"
    assert "LIM | 1.235" in textos(miles.dibujo)
    millones = mapa({"15": "12345678901"}, decimales=0)
    assert millones.unidad == "millones de %"
    assert "LIM | 12.346" in textos(millones.dibujo)


@given(VALORES, st.integers(0, 4))
def test_las_clases_son_pocas_redondas_y_contienen_todo(valores: list[Decimal], decimales: int) -> None:
    exactos = [Fraction(valor) for valor in valores]
    cortes = cortes_de(exactos, decimales)
    assert 2 <= len(cortes) <= CLASES + 1
    assert cortes[0] <= min(exactos)
    assert max(exactos) <= cortes[-1]
    assert len({despues - antes for antes, despues in pairwise(cortes)}) == 1
    en_orden = [clase_de(valor, cortes) for valor in sorted(exactos)]
    assert en_orden == sorted(en_orden)
    assert all(1 <= clase <= CLASES for clase in en_orden)


def test_sin_valores_no_hay_clases() -> None:
    assert cortes_de([], 1) == ()
    assert clase_de(Fraction(5), cortes_de([Fraction(5)], 0)) == 3


def ancho_de(dibujo: str) -> tuple[float, float]:
    (valor,) = con_clase(dibujo, "barra-valor")
    return float(valor.get("x", "0")), float(valor.get("width", "0"))


def test_la_barra_va_del_cero_al_valor() -> None:
    extension = Extension.de([Decimal(20), Decimal(40)])
    assert ancho_de(barra(Decimal(10), extension)) == (0, 25)
    assert barra(None, extension) == ""
    de_los_dos_lados = Extension.de([Decimal(-10), Decimal(30)])
    assert ancho_de(barra(Decimal(-10), de_los_dos_lados)) == (0, 25)
    assert ancho_de(barra(Decimal(30), de_los_dos_lados)) == (25, 75)
    assert ancho_de(barra(Decimal(0), Extension.de([Decimal(0)]))) == (0, 0)


def test_la_raya_del_pais_solo_si_cae_en_la_escala() -> None:
    extension = Extension.de([Decimal(40)])
    assert con_clase(barra(Decimal(10), extension, referencia=Decimal(20)), "barra-pais")[0].get("d") == "M50 0V10"
    assert not con_clase(barra(Decimal(10), extension, referencia=Decimal(50)), "barra-pais")


def momentos(*valores: int | None) -> list[Momento]:
    return [Momento(date(2020 + n, 12, 31), valor) for n, valor in enumerate(valores)]


def test_la_historia_se_corta_donde_falta_un_valor() -> None:
    svg = historia_svg(
        momentos(1, 2, None, 3), pais=momentos(None, None, None, None), entre=(Fraction(1), Fraction(3)), etiqueta="a"
    )
    (linea,) = con_clase(svg, "h-linea")
    assert linea.get("d", "").count("M") == 2
    assert len(con_clase(svg, "h-punto")) == 2
    assert len(con_clase(svg, "h-ultimo")) == 1
    assert not con_clase(svg, "h-pais")
    assert ET.fromstring(svg).get("aria-label") == "a"


def test_las_historias_comparten_escala() -> None:
    una, otra = momentos(10, 20), momentos(None, 30)
    entre = extension_de_historias([una, otra])
    assert entre == (10, 30)
    assert extension_de_historias([momentos(None)]) is None

    def altura_final(linea: list[Momento]) -> float:
        (ultimo,) = con_clase(historia_svg(linea, pais=una, entre=entre, etiqueta="x"), "h-ultimo")
        return float(ultimo.get("cy", "0"))

    assert altura_final(otra) < altura_final(una)
    plana = historia_svg(momentos(5), pais=momentos(None), entre=(Fraction(5), Fraction(5)), etiqueta="x")
    assert con_clase(plana, "h-ultimo")[0].get("cy") == "32"
    vacia = historia_svg(momentos(None), pais=momentos(None), entre=(Fraction(0), Fraction(1)), etiqueta="x")
    assert [nodo.tag for nodo in ET.fromstring(vacia)] == ["path"]


# Colores


def luminancia(color: str) -> float:
    """La luminancia relativa de WCAG de un color «#rrggbb» o «#rgb»."""
    hexadecimal = color.removeprefix("#")
    if len(hexadecimal) == 3:
        hexadecimal = "".join(2 * letra for letra in hexadecimal)
    canales = (int(hexadecimal[n : n + 2], 16) / 255 for n in (0, 2, 4))
    lineales = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canales]
    return sum(peso * canal for peso, canal in zip((0.2126, 0.7152, 0.0722), lineales, strict=True))


def colores(esquema: str) -> dict[str, str]:
    """Las variables de la hoja del mapa en un esquema; el oscuro redefine las del claro."""
    claro, oscuro = (RAIZ / "static/css/desagregacion.css").read_text(encoding="utf-8").split("@media", 2)[:2]
    definidos = dict(re.findall(r"--(m\w+): (#\w+)", claro))
    return definidos | (dict(re.findall(r"--(m\w+): (#\w+)", oscuro)) if esquema == "oscuro" else {})


@pytest.mark.parametrize("esquema", ["claro", "oscuro"])
def test_los_colores_se_ordenan_por_claridad_y_lo_escrito_se_lee(esquema: str) -> None:
    """La escala es de un solo tono: quien no distingue colores la ordena igual, porque la ordena la luz."""
    de = colores(esquema)
    fondos = [luminancia(de[f"m{n}"]) for n in range(1, 6)]
    assert fondos == sorted(fondos, reverse=esquema == "claro")
    for n, fondo in enumerate(fondos, start=1):
        letra = luminancia(de[f"m{n}t"] if f"m{n}t" in de else de["m1t"])
        mayor, menor = max(fondo, letra), min(fondo, letra)
        assert (mayor + 0.05) / (menor + 0.05) >= 4.5, (esquema, n)
