"""Escribir números, fechas y palabras: lo que ven las personas y lo que ven las máquinas."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores import formato
from indicadores.calculo.tipos import (
    Caracter,
    Motivo,
    Movimiento,
    PeriodoInvalido,
    Semaforo,
    Sentido,
    Sexo,
    Situacion,
)
from indicadores.formato import (
    avance_json,
    enumerar,
    escribir_antiguedad,
    escribir_editable,
    escribir_fecha,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    fecha_corta,
    numero_json,
    plural,
    sin_acentos,
    texto_de_motivo,
)


@pytest.mark.parametrize(
    ("x", "decimales", "sin_ceros", "con_ceros"),
    [
        (Decimal("30326"), 0, "30.326", "30.326"),
        (Decimal("34.9000"), 1, "34,9", "34,9"),
        (Decimal("34.9000"), 4, "34,9", "34,9000"),
        (Decimal("1.90"), 2, "1,9", "1,90"),
        (Decimal("35"), 1, "35", "35,0"),
        (Decimal("100"), 0, "100", "100"),
        (Decimal("1234567.891"), 2, "1.234.567,89", "1.234.567,89"),
        (Decimal("0.05"), 2, "0,05", "0,05"),
        (Decimal("0.05"), 1, "0,1", "0,1"),
        (Decimal("-0.04"), 1, "0", "0,0"),
        (Decimal("-0.5"), 1, "−0,5", "−0,5"),
        (Decimal("-1234.5"), 0, "−1.235", "−1.235"),
        (Fraction(600, 7), 2, "85,71", "85,71"),
        (999_999, 0, "999.999", "999.999"),
        (Decimal("999.96"), 1, "1.000", "1.000,0"),
    ],
)
def test_escribir_numero(x, decimales, sin_ceros, con_ceros):
    assert escribir_numero(x, decimales) == sin_ceros
    assert escribir_numero(x, decimales, ceros=True) == con_ceros


@pytest.mark.parametrize(
    ("valor", "simbolo", "decimales", "esperado"),
    [
        (Decimal("34.9"), "%", 1, "34,9\N{NO-BREAK SPACE}%"),
        (Decimal("30326"), "personas", 0, "30.326\N{NO-BREAK SPACE}personas"),
        (Decimal("715"), "", 0, "715"),
        (Decimal(1), "casos", 0, "1\N{NO-BREAK SPACE}caso"),
        (Decimal(-1), "personas", 0, "−1\N{NO-BREAK SPACE}persona"),
        (Decimal("1.2"), "casos", 0, "1\N{NO-BREAK SPACE}caso"),
        (Decimal(1), "m² por interno", 0, "1\N{NO-BREAK SPACE}m² por interno"),
        (Decimal("-2"), "m²", 2, "−2\N{NO-BREAK SPACE}m²"),
    ],
)
def test_escribir_valor(valor, simbolo, decimales, esperado):
    assert escribir_valor(valor, simbolo, decimales) == esperado


@pytest.mark.parametrize(
    ("x", "esperado"),
    [
        ("34.9000", "34,9"),
        ("30326.0000", "30326"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("-0.5", "-0,5"),
        ("0.0001", "0,0001"),
        ("-0.00", "0"),
        ("0", "0"),
    ],
)
def test_escribir_editable(x, esperado):
    assert escribir_editable(Decimal(x)) == esperado


def comprobar_json(obtenido: int | float | None, esperado: int | float | None) -> None:
    assert (type(obtenido), obtenido) == (type(esperado), esperado)


@pytest.mark.parametrize(
    ("x", "esperado"), [("35.0000", 35), ("34.9000", 34.9), ("0", 0), ("-0.25", -0.25), ("1E+3", 1000), (None, None)]
)
def test_numero_json(x, esperado):
    comprobar_json(numero_json(None if x is None else Decimal(x)), esperado)


@pytest.mark.parametrize(
    ("avance", "esperado"),
    [
        (Fraction(600, 7), 85.71),
        (Fraction(100), 100),
        (Fraction(-218, 7), -31.14),
        (Fraction(1, 200), 0.01),
        (None, None),
    ],
)
def test_avance_json(avance, esperado):
    comprobar_json(avance_json(avance), esperado)


@given(st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4))
def test_numero_json_no_pierde_lo_guardable(x):
    assert Decimal(str(numero_json(x))) == x


@pytest.mark.parametrize(
    ("precision", "esperado"), [("dia", "25 de setiembre de 2020"), ("mes", "setiembre de 2020"), ("anio", "2020")]
)
def test_escribir_fecha(precision, esperado):
    assert escribir_fecha(date(2020, 9, 25), precision) == esperado


def test_fecha_por_omision_lleva_el_dia():
    assert escribir_fecha(date(2021, 5, 3)) == "3 de mayo de 2021"
    assert escribir_fecha(date(2024, 12, 31)) == "31 de diciembre de 2024"


def test_una_precision_desconocida_es_un_error():
    with pytest.raises(ValueError, match="«hora» no es una precisión"):
        escribir_fecha(date(2020, 9, 25), "hora")


def test_fecha_corta():
    assert fecha_corta(date(2020, 9, 25)) == "25-09-2020"
    assert fecha_corta(date(987, 1, 2)) == "02-01-0987"


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("2020", "2020"),
        ("2021-S1", "primer semestre de 2021"),
        ("2021-S2", "segundo semestre de 2021"),
        ("2021-Q1", "primer trimestre de 2021"),
        ("2021-Q2", "segundo trimestre de 2021"),
        ("2021-Q3", "tercer trimestre de 2021"),
        ("2021-Q4", "cuarto trimestre de 2021"),
        ("2021-01", "enero de 2021"),
        ("2021-03", "marzo de 2021"),
        ("2021-12", "diciembre de 2021"),
    ],
)
def test_escribir_periodo(texto, esperado):
    assert escribir_periodo(texto) == esperado


def test_escribir_periodo_rechaza_lo_que_no_lo_es():
    with pytest.raises(PeriodoInvalido, match="«ayer»"):
        escribir_periodo("ayer")


@pytest.mark.parametrize(
    ("meses", "esperado"),
    [
        (-1, "menos de un mes"),
        (0, "menos de un mes"),
        (1, "1 mes"),
        (11, "11 meses"),
        (12, "1 año"),
        (13, "1 año y 1 mes"),
        (24, "2 años"),
        (67, "5 años y 7 meses"),
    ],
)
def test_escribir_antiguedad(meses, esperado):
    assert escribir_antiguedad(meses) == esperado


@pytest.mark.parametrize(
    ("elementos", "conjuncion", "esperado"),
    [
        ([], "y", ""),
        (["a"], "y", "a"),
        (["a", "b"], "y", "a y b"),
        (["a", "b", "c"], "y", "a, b y c"),
        (["a", "b", "c"], "o", "a, b o c"),
        (["MINJUSDH", "INPE"], "y", "MINJUSDH e INPE"),
        (["padres", "hijos"], "y", "padres e hijos"),
        (["Piura", "Ítalo"], "y", "Piura e Ítalo"),
        (["agua", "hielo"], "y", "agua y hielo"),
        (["Lima", "«Informe»"], "y", "Lima e «Informe»"),
        (["interno", "mes"], "y", "interno y mes"),
        (["siete", "ocho"], "o", "siete u ocho"),
        (["días", "horas"], "o", "días u horas"),
        (["sí", "Óscar"], "o", "sí u Óscar"),
        (["uno", "hielo"], "o", "uno o hielo"),
        (["uno", "ocho"], "y", "uno y ocho"),
        (("uno", "inicio"), "ni", "uno ni inicio"),
    ],
)
def test_enumerar(elementos, conjuncion, esperado):
    assert enumerar(elementos, conjuncion) == esperado


def test_enumerar_une_con_y_por_omision():
    assert enumerar(["a", "b"]) == "a y b"


@pytest.mark.parametrize(
    ("n", "esperado"),
    [(0, "0 indicadores"), (1, "1 indicador"), (13, "13 indicadores"), (30_326, "30.326 indicadores")],
)
def test_plural(n, esperado):
    assert plural(n, "indicador", "indicadores") == esperado


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [("Módulo", "modulo"), ("ÁÉÍÓÚ Ñandú", "aeiou nandu"), ("pingüino 1.º", "pinguino 1.º"), ("", "")],
)
def test_sin_acentos(texto, esperado):
    assert sin_acentos(texto) == esperado


@pytest.mark.parametrize("motivo", Motivo)
def test_cada_motivo_tiene_un_fragmento_de_frase(motivo):
    texto = texto_de_motivo(motivo)

    assert texto[0].islower()
    assert texto[-1].isalpha()
    assert [otro for otro in Motivo if texto_de_motivo(otro) == texto] == [motivo]


def test_textos_acordados():
    assert texto_de_motivo(Motivo.NO_CONSTA) == "las fuentes disponibles no lo consignan"
    assert texto_de_motivo(Motivo.POCAS_PERSONAS) == "reservado: se refiere a menos de diez personas"
    assert [formato.PALABRA_DE_SEMAFORO[luz] for luz in Semaforo] == ["cumple", "en riesgo", "lejos", "sin datos"]
    assert [formato.PALABRA_DE_SEXO[sexo] for sexo in Sexo] == ["total", "hombres", "mujeres"]
    assert formato.PALABRA_DE_SENTIDO[Sentido.NO_DEFINIDO] == "no definido"
    assert formato.PALABRA_DE_MOVIMIENTO[Movimiento.RETROCEDE] == "retrocede"


@pytest.mark.parametrize(
    ("palabras", "codigos"),
    [
        (formato.PALABRA_DE_SEMAFORO, Semaforo),
        (formato.PALABRA_DE_SENTIDO, Sentido),
        (formato.PALABRA_DE_CARACTER, Caracter),
        (formato.PALABRA_DE_SITUACION, Situacion),
        (formato.PALABRA_DE_SEXO, Sexo),
        (formato.PALABRA_DE_MOVIMIENTO, Movimiento),
    ],
)
def test_cada_codigo_tiene_su_palabra(palabras, codigos):
    assert list(palabras) == list(codigos)
    assert len(set(palabras.values())) == len(codigos)
