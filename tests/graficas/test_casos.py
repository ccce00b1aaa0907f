"""Hechos conocidos: cómo se ven los indicadores de la política y los bordes que una propiedad no nombra."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from indicadores.calculo.tipos import Caracter, Dato, Logro, Periodo, Procedencia, Sentido, ValorBase
from indicadores.formato import porcentaje_de
from indicadores.graficas import figura, frase_de_serie, graficar, miniatura, serie_svg
from indicadores.graficas.escala import EscalaDeTiempo, escala_de_valores, fin_del_dia
from tests.graficas.estrategias import Caso, evaluar_caso

SVG = "{http://www.w3.org/2000/svg}"
REFERENCIALES = (
    ("2013-09", 36147, 66497),
    ("2015-03", 36534, 73255),
    ("2018-07", 34739, 88423),
    ("2022-03", 34904, 89091),
    ("2025-03", 38080, 101302),
    ("2026-01", 37924, 103717),
)


def dato(periodo: str, valor: str | None, caracter: Caracter = Caracter.OFICIAL) -> Dato:
    return Dato(
        periodo=Periodo.leer(periodo),
        valor=None if valor is None else Decimal(valor),
        caracter=caracter,
        fuente=Procedencia("Reporte <2021> & anexos"),
    )


def caso(datos: list[Dato], base: str | None = None, logros: dict[int, str] | None = None) -> Caso:
    evaluacion = evaluar_caso(
        datos,
        sentido=Sentido.DESCENDENTE,
        base=None if base is None else ValorBase(2019, Decimal(base)),
        logros=[Logro(anio, Decimal(valor)) for anio, valor in (logros or {}).items()],
    )
    return Caso("Porcentaje de personas sin sentencia", "%", 1, evaluacion, datos)


@pytest.fixture
def sin_sentencia() -> Caso:
    """OP.01-I2, con lo que publica el portal."""
    referenciales = [
        Dato(periodo=Periodo.leer(p), valor=porcentaje_de(n, d), caracter=Caracter.REFERENCIAL)
        for p, n, d in REFERENCIALES
    ]
    return caso([dato("2020", "37"), dato("2021-03", "35"), *referenciales], logros={2021: "30"})


def con_clase(svg: str, clase: str) -> list[ET.Element]:
    return [nodo for nodo in ET.fromstring(svg).iter() if clase in nodo.attrib.get("class", "").split()]


def textos(svg: str) -> str:
    return " | ".join("".join(nodo.itertext()) for nodo in ET.fromstring(svg).iter(f"{SVG}text"))


def test_sin_sentencia_en_svg(sin_sentencia: Caso) -> None:
    for estrecha in (False, True):
        svg = serie_svg(*sin_sentencia.argumentos, estrecha=estrecha)
        assert len(con_clase(svg, "g-oficial-punto")) == 1
        assert len(con_clase(svg, "g-parcial-punto")) == 1
        assert len(con_clase(svg, "g-referencial-punto")) == 6
        assert len(con_clase(svg, "g-logro")) == 1
        assert not con_clase(svg, "g-base")
        assert not con_clase(svg, "g-proyeccion")
        for rotulo in ("2020: 37", "logro esperado 2021: 30", "parcial", "referencial", "setiembre 2013: 54,4"):
            assert rotulo in textos(svg).replace("\N{NO-BREAK SPACE}", " ")


def test_sin_sentencia_en_plotly(sin_sentencia: Caso) -> None:
    dibujada = figura(*sin_sentencia.argumentos)
    referencial, logro, oficial = dibujada["data"]
    assert (oficial["x"], oficial["y"]) == (["2020-12-31", "2021-03-31"], [37, 35])
    assert oficial["customdata"][1] == [
        "marzo de 2021",
        "35\N{NO-BREAK SPACE}%",
        "oficial, dato parcial del año<br>Reporte &lt;2021&gt; &amp; anexos",
    ]
    assert len(referencial["y"]) == 6
    assert referencial["y"][0] == 54.3588
    assert (logro["x"], logro["y"]) == (["2021-01-01", "2021-12-31"], [30, 30])
    assert dibujada["layout"]["separators"] == ",."
    assert dibujada["layout"]["xaxis"]["range"] == ["2013-01-01", "2031-01-01"]
    assert dibujada["layout"]["yaxis"]["range"] == [20, 60]


def test_sin_sentencia_en_palabras(sin_sentencia: Caso) -> None:
    frase = frase_de_serie(*sin_sentencia.argumentos[1:]).replace("\N{NO-BREAK SPACE}", " ")
    assert frase == (
        "El valor oficial bajó de 37 % en 2020 a 35 % en marzo de 2021, un dato parcial del año. "
        "El logro esperado de 2021 es 30 %. "
        "Los 6 valores referenciales, que no cuentan para el avance, "
        "bajaron de 54,4 % en setiembre de 2013 a 36,6 % en enero de 2026."
    )


def test_lo_que_se_repite_lleva_su_marca() -> None:
    repetido = caso([dato("2020", "33")], base="33", logros={2021: "35"})
    svg = serie_svg(*repetido.argumentos)
    assert "2020: = 33" in textos(svg)
    assert "= repite el anterior" in textos(svg)
    assert "línea base 2019: 33" in textos(svg)
    oficial = figura(*repetido.argumentos)["data"][-1]
    assert oficial["marker"]["symbol"] == ["square-open", "circle"]
    assert "repite el valor anterior" in oficial["customdata"][1][2]


@pytest.mark.parametrize("datos", [[], [dato("2020", None)], [dato("2020", "34.9")]])
def test_menos_de_dos_cosas_no_son_una_grafica(datos: list[Dato]) -> None:
    solo = caso(datos)
    assert serie_svg(*solo.argumentos) == ""
    assert figura(*solo.argumentos) == {}
    assert miniatura(solo.evaluacion) == ""
    frase = graficar(*solo.argumentos).frase.replace("\N{NO-BREAK SPACE}", " ")
    assert frase == ("El único valor oficial es 34,9 %, en 2020." if solo.evaluacion.ultima else "")


def test_un_valor_y_un_logro_bastan() -> None:
    bastan = caso([dato("2020", "34.9")], logros={2021: "45"})
    assert len(con_clase(miniatura(bastan.evaluacion), "m-punto")) == 1
    assert len(con_clase(serie_svg(*bastan.argumentos), "g-oficial-punto")) == 1


def test_la_proyeccion_se_nombra() -> None:
    proyectada = caso([dato(str(2020 + n), str(40 - n)) for n in range(4)])
    assert proyectada.evaluacion.proyeccion.valor == 30
    assert "proyección 2030: 30" in textos(serie_svg(*proyectada.argumentos))
    traza = next(t for t in figura(*proyectada.argumentos)["data"] if t["name"] == "Proyección")
    assert (traza["x"], traza["y"]) == (["2023-12-31", "2030-12-31"], [37, 30])


def test_logros_de_anios_salteados_no_se_unen() -> None:
    salteados = caso([], logros={2021: "10", 2022: "20", 2025: "30"})
    assert len(con_clase(serie_svg(*salteados.argumentos), "g-logro")) == 2
    traza = figura(*salteados.argumentos)["data"][0]
    assert traza["y"] == [10, 10, 20, 20, None, 30, 30]
    assert traza["line"]["shape"] == "hv"


def test_lo_posterior_al_corte_no_se_dibuja(sin_sentencia: Caso) -> None:
    evaluacion = evaluar_caso(sin_sentencia.datos, logros=[Logro(2021, Decimal(30))], corte=date(2021, 2, 28))
    svg = serie_svg("n", "%", 1, evaluacion, sin_sentencia.datos)
    assert not con_clase(svg, "g-parcial-punto")
    assert len(con_clase(svg, "g-referencial-punto")) == 3


def test_los_millones_encabezan_el_eje() -> None:
    enorme = caso([dato("2020", "99000000000"), dato("2021", "45000000000")])
    svg = serie_svg("Gasto", "soles", 0, enorme.evaluacion, enorme.datos)
    assert "millones de soles" in textos(svg)
    assert "100.000" in textos(svg)


@pytest.mark.parametrize(
    ("valores", "minimo", "maximo", "paso"),
    [
        (["37", "35", "30", "54.4"], 20, 60, 10),
        (["33", "35"], 32, 36, 1),
        (["1.3", "8"], 0, 10, 2),
        (["0", "0"], 0, 1, 1),
        (["-4", "6"], -10, 10, 5),
        (["100", "60"], 50, 100, 10),
    ],
)
def test_escala_redonda(valores: list[str], minimo: int, maximo: int, paso: int) -> None:
    escala = escala_de_valores([Decimal(v) for v in valores], decimales=0, marcas=4, arriba=0, abajo=100)
    assert [escala.minimo, escala.maximo, escala.paso] == [Fraction(n) for n in (minimo, maximo, paso)]
    assert (escala.y(escala.minimo), escala.y(escala.maximo)) == (100, 0)


def test_un_punto_esta_al_final_de_su_periodo() -> None:
    assert fin_del_dia(date(2020, 12, 31)) == 2021
    assert fin_del_dia(date(2021, 3, 31)) == 2021 + Fraction(90, 365)
    escala = EscalaDeTiempo(inicio=2020, fin=2030, izquierda=0, derecha=100)
    assert escala.x(fin_del_dia(date(2024, 12, 31))) == 50
    assert escala.rotulados(25) == (2024, 2029)
