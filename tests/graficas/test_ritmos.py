"""Lo que la gráfica promete y lo que pide: banda, ritmo observado, ritmo requerido y valores preliminares."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from indicadores.calculo.camino import Rumbo, caminar
from indicadores.calculo.tipos import Caracter, Dato, Logro, Periodo, Procedencia, Sentido, Situacion, ValorBase
from indicadores.graficas import figura, frase_de_serie, serie_svg
from indicadores.graficas.composicion import MUCHOS_PUNTOS, componer, contorno_de_la_banda
from indicadores.graficas.trazado import trazar
from tests.graficas.estrategias import Caso, casos, evaluar_caso

CORTE = date(2021, 12, 31)


def dato(periodo: str, valor: str, **otros: Any) -> Dato:
    return Dato(periodo=Periodo.leer(periodo), valor=Decimal(valor), **otros)


def caso(datos: list[Dato], logros: dict[int, str], sentido: Sentido = Sentido.ASCENDENTE) -> Caso:
    evaluacion = evaluar_caso(
        datos,
        sentido=sentido,
        base=ValorBase(2018, Decimal(30)),
        logros=[Logro(anio, Decimal(valor)) for anio, valor in logros.items()],
        corte=CORTE,
    )
    return Caso("Porcentaje de prueba", "%", 1, evaluacion, datos)


@pytest.fixture
def disperso() -> Caso:
    return caso([dato("2019", "31"), dato("2020", "30.5"), dato("2021", "33")], {2024: "39", 2030: "50"})


def traza(uno: Caso, nombre: str) -> dict[str, Any] | None:
    hallada = next((t for t in figura(*uno.argumentos).get("data", []) if t["name"] == nombre), None)
    return None if hallada is None else dict(hallada)


def con_clase(svg: str, clase: str) -> list[ET.Element]:
    return [nodo for nodo in ET.fromstring(svg).iter() if clase in nodo.attrib.get("class", "").split()]


def leido(svg: str) -> str:
    return " ".join("".join(nodo.itertext()) for nodo in ET.fromstring(svg).iter()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("estrecha", [False, True])
def test_la_banda_y_los_dos_ritmos_estan_dibujados_y_dichos(disperso: Caso, estrecha: bool) -> None:
    svg = serie_svg(*disperso.argumentos, estrecha=estrecha)
    for clase in ("g-banda", "g-ajuste", "g-proyeccion", "g-requerido"):
        assert len(con_clase(svg, clase)) == 1, clase
    assert re.search(r"proyección 2030:\s?[\d,]+ %entre [\d,]+ % y [\d,]+ %", leido(svg))
    assert "(intervalo de predicción del 80 %)" in leido(svg)
    # En el dibujo estrecho el rótulo del ritmo se omite si no cabe: está en la frase de la página.
    assert estrecha or "ritmo requerido: +2 puntos al año" in leido(svg)


def test_la_figura_trae_lo_mismo_que_el_dibujo(disperso: Caso) -> None:
    evaluacion = disperso.evaluacion
    intervalo = evaluacion.proyeccion.intervalo
    assert intervalo is not None
    banda, requerido, ajuste, proyeccion = (
        traza(disperso, nombre) for nombre in ("Incertidumbre", "Ritmo requerido", "Ritmo observado", "Proyección")
    )
    assert banda is not None
    assert requerido is not None
    assert ajuste is not None
    assert proyeccion is not None
    assert banda["x"] == banda["x"][::-1]
    assert banda["fill"] == "toself"
    ultimo = banda["x"].index("2030-12-31")
    assert banda["y"][ultimo] == pytest.approx(float(intervalo.hasta), abs=1e-3)
    assert banda["y"][ultimo + 1] == pytest.approx(float(intervalo.desde), abs=1e-3)
    assert (requerido["x"], requerido["y"]) == (["2021-12-31", "2024-12-31"], [33, 39])
    assert requerido["customdata"][1][1:] == [
        "39\N{NO-BREAK SPACE}%",
        "ritmo requerido: sube 2 puntos porcentuales por año",
    ]
    assert ajuste["x"] == ["2018-12-31", "2021-12-31"]
    assert ajuste["hoverinfo"] == banda["hoverinfo"] == "skip"
    assert proyeccion["x"] == [f"{anio}-12-31" for anio in range(2021, 2031)]
    assert proyeccion["customdata"][-1][2].startswith("entre ")


@given(casos())
def test_se_dibuja_solo_lo_que_el_nucleo_sostiene(caso: Caso) -> None:
    svg = serie_svg(*caso.argumentos)
    if not svg:
        return
    evaluacion = caso.evaluacion
    trazado = trazar(evaluacion, caso.datos, anio_final=2030)
    assert bool(trazado.banda) == (trazado.proyeccion is not None and evaluacion.proyeccion.intervalo is not None)
    assert ("g-banda" in svg) == bool(trazado.banda)
    camino = caminar(evaluacion)
    falta_y_se_puede = camino.falta is not None and camino.rumbo is not Rumbo.ALCANZADO and not camino.vencido
    assert ("g-requerido" in svg) == falta_y_se_puede
    for estrecha in (False, True):
        dibujo = componer(trazado, caso.simbolo, caso.decimales, estrecha=estrecha)
        for x, y in contorno_de_la_banda(dibujo):
            assert dibujo.tiempo.izquierda <= x <= dibujo.tiempo.derecha
            assert dibujo.valores.arriba <= y <= dibujo.valores.abajo


@given(casos())
def test_la_banda_no_aplasta_los_datos(caso: Caso) -> None:
    """Por ancha que sea, los valores ocupan al menos un tercio de lo que ocupaban."""
    trazado = trazar(caso.evaluacion, caso.datos, anio_final=2030)
    if not trazado.banda or trazado.cuantos < 2:
        return
    propios, todos = trazado.valores, trazado.valores_con_banda
    amplitud = Fraction(max(propios)) - Fraction(min(propios))
    assert Fraction(max(todos)) - Fraction(min(todos)) <= max(2 * amplitud, Fraction(max(map(abs, propios))) / 5, 2)


def test_lo_alcanzado_y_lo_vencido_no_piden_ritmo() -> None:
    for logros in ({2030: "20"}, {2020: "90"}):
        svg = serie_svg(*caso([dato("2019", "31"), dato("2021", "33")], logros).argumentos)
        assert not con_clase(svg, "g-requerido")


def test_en_una_recta_exacta_no_hay_banda() -> None:
    exacta = caso([dato("2019", "31"), dato("2020", "32"), dato("2021", "33")], {2030: "50"})
    svg = serie_svg(*exacta.argumentos)
    assert con_clase(svg, "g-proyeccion")
    assert not con_clase(svg, "g-banda")
    assert traza(exacta, "Incertidumbre") is None


def test_lo_preliminar_lleva_anillo_nota_y_frase() -> None:
    datos = [dato("2019", "31"), dato("2020", "30.5"), dato("2021", "33", situacion=Situacion.PRELIMINAR)]
    preliminar = caso(datos, {2030: "50"})
    svg = serie_svg(*preliminar.argumentos)
    assert len(con_clase(svg, "g-preliminar")) == 1
    assert "preliminar" in leido(svg)
    anillos = traza(preliminar, "Preliminar")
    assert anillos is not None
    assert (anillos["x"], anillos["y"]) == (["2021-12-31"], [33])
    assert "El valor de 2021 es preliminar" in frase_de_serie("%", 1, preliminar.evaluacion, datos)
    varios = [replace(uno, situacion=Situacion.PRELIMINAR) for uno in datos]
    frase = frase_de_serie("%", 1, caso(varios, {}).evaluacion, varios)
    assert "Los valores de 2019, de 2020 y de 2021 son preliminares" in frase
    muchos = [dato(f"2021-{mes:02d}", str(mes), situacion=Situacion.PRELIMINAR) for mes in range(1, 6)]
    assert "5 valores oficiales son preliminares" in frase_de_serie("%", 1, caso(muchos, {}).evaluacion, muchos)


def test_los_puntos_de_una_serie_larga_se_visten_en_grupo() -> None:
    datos = [
        dato(f"{anio}-{mes:02d}", str(10 + mes), fuente=Procedencia("Informe largo"), caracter=caracter)
        for caracter in Caracter
        for anio in (2019, 2020, 2021)
        for mes in range(1, 13)
    ]
    svg = serie_svg(*caso(datos, {}).argumentos)
    for clase in ("g-parcial-menudo", "g-referencial-punto"):
        (grupo,) = con_clase(svg, clase)
        assert grupo.tag.endswith("}g")
        assert len(grupo) == 36 > MUCHOS_PUNTOS
        assert not [circulo for circulo in grupo if set(circulo.attrib) - {"cx", "cy", "r"}]
    assert "diciembre de 2021: 22 %" in leido(svg)
    assert "Informe largo" not in svg
