"""Leer, redondear y escribir números, fechas y palabras en el español del Perú."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.formato import (
    NumeroInvalido,
    escribir_editable,
    escribir_numero,
    leer_decimal,
    porcentaje_de,
    redondear,
)

guardables = st.decimals(min_value=-(10**11) + 1, max_value=10**11 - 1, places=4)
fracciones = st.fractions(min_value=-(10**6), max_value=10**6)


# --- Leer ---


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("34,9", "34.9"),
        ("34.9", "34.9"),
        (" 34,9 ", "34.9"),
        ("34,9%", "34.9"),
        ("34,9 %", "34.9"),
        ("34,9\N{NO-BREAK SPACE}%", "34.9"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1 234 567,89", "1234567.89"),
        ("30 326", "30326"),
        ("30\N{NO-BREAK SPACE}326", "30326"),
        ("30\N{NARROW NO-BREAK SPACE}326", "30326"),
        ("30\N{THIN SPACE}326", "30326"),
        ("1 234.567", "1234.567"),
        ("1,234", "1.234"),
        ("0.123", "0.123"),
        ("0.000", "0.000"),
        ("37.4567", "37.4567"),
        ("1234.567", "1234.567"),
        ("12,34", "12.34"),
        ("-5", "-5"),
        ("\N{MINUS SIGN}5,5", "-5.5"),
        ("-1.234,5", "-1234.5"),
        ("-0", "0"),
        ("-0,00", "0.00"),
        ("007", "7"),
        ("0", "0"),
        ("34,9000000", "34.9000"),
        ("99999999999,9999", "99999999999.9999"),
        ("00000000000000000001", "1"),
    ],
)
def test_leer_decimal(texto, valor):
    leido = leer_decimal(texto)

    assert str(leido) == valor  # también el signo y los decimales tal como se escribieron


@pytest.mark.parametrize(
    ("texto", "valor"),
    [("1234", 1234), ("1.234", 1234), ("30.326", 30326), ("1,234,567", 1234567), ("30 326", 30326), ("-1.234", -1234)],
)
def test_leer_entero(texto, valor):
    leido = leer_decimal(texto, entero=True)

    assert (leido, leido.as_tuple().exponent) == (valor, 0)


@pytest.mark.parametrize("texto", ["1.234", "30.326", "-1.234", "\N{MINUS SIGN}999.000", " 1.234 %"])
def test_un_punto_y_tres_cifras_es_ambiguo_en_un_campo_decimal(texto):
    with pytest.raises(NumeroInvalido) as error:
        leer_decimal(texto)

    mensaje = str(error.value)
    sin_millares, con_coma = mensaje.split("«")[2].split("»")[0], mensaje.split("«")[3].split("»")[0]
    assert f"«{texto.strip()}» es ambiguo" in mensaje
    assert leer_decimal(con_coma) * 1000 == leer_decimal(sin_millares) == leer_decimal(texto, entero=True)


def test_el_mensaje_de_lo_ambiguo_dice_como_escribir_cada_cosa():
    with pytest.raises(NumeroInvalido) as error:
        leer_decimal("1.234")

    assert str(error.value) == (
        "«1.234» es ambiguo: escriba «1234» si el punto separa millares o «1,234» si separa decimales."
    )


@pytest.mark.parametrize("texto", ["1,234", "30,326"])
def test_una_coma_y_tres_cifras_es_ambigua_en_un_campo_entero(texto):
    sin_coma = texto.replace(",", "")

    with pytest.raises(NumeroInvalido, match=f"«{texto}» es ambiguo: si la coma .* escriba «{sin_coma}»;"):
        leer_decimal(texto, entero=True)


@pytest.mark.parametrize("texto", ["34,9", "34.9", "0,123", "0.123", "1234.567", "1.234,5", "1,234.0", "34,0"])
def test_un_campo_entero_rechaza_decimales(texto):
    with pytest.raises(NumeroInvalido, match=f"«{texto}» lleva decimales y se espera un número entero.*«1234»"):
        leer_decimal(texto, entero=True)


@pytest.mark.parametrize(
    "texto",
    [
        *("abc", "34,9,9", "34.9.9", "NaN", "Infinity", "1e5", "٣", "١٢", "½", "5,", "5.", ",5", ".5", "-", "%", "+5"),
        *("--5", "- 5", "5-", "12 34", "1  234", "34 ,9", "34, 9", "1.23.456", "1.2345.678", "1234.567.890", "1,2,3"),
        *("1.234,567,890", "1,234.567.890", "1 234,567,8", "0.123.456", "0 123", "0.123,5", "5 % %", "5%5", "1_000"),
        *("1\n234", "0x10", "«5»", "S/ 5"),
    ],
)
@pytest.mark.parametrize("entero", [False, True])
def test_lo_que_no_es_un_numero(texto, entero):
    with pytest.raises(NumeroInvalido) as error:
        leer_decimal(texto, entero=entero)

    assert str(error.value).startswith(f"«{texto}» no es un número")
    assert str(error.value).endswith(f"Escriba, por ejemplo, {'«1234»' if entero else '«34,9»'}.")


@pytest.mark.parametrize("texto", ["", "  ", "\N{NO-BREAK SPACE}\n"])
def test_vacio(texto):
    with pytest.raises(NumeroInvalido, match=r"^Falta el número\. Escriba, por ejemplo, «34,9»\.$"):
        leer_decimal(texto)
    with pytest.raises(NumeroInvalido, match="«1234»"):
        leer_decimal(texto, entero=True)


def test_demasiados_decimales():
    with pytest.raises(NumeroInvalido, match="«34,12345» tiene 5 decimales y se admiten hasta 4 decimales"):
        leer_decimal("34,12345")
    with pytest.raises(NumeroInvalido, match="«34,12» tiene 2 decimales y se admiten hasta 1 decimal\\."):
        leer_decimal("34,12", decimales_max=1)
    assert leer_decimal("34,12345", decimales_max=5) == Decimal("34.12345")


def test_demasiadas_cifras():
    with pytest.raises(NumeroInvalido, match="«123456789012» es demasiado grande: se admiten hasta 11 cifras enteras"):
        leer_decimal("123456789012")
    assert leer_decimal("12345678901") == 12345678901
    assert leer_decimal("99,9", digitos_max=3, decimales_max=1) == Decimal("99.9")
    with pytest.raises(NumeroInvalido, match="hasta 2 cifras"):
        leer_decimal("100", digitos_max=3, decimales_max=1)


def test_lo_muy_largo_se_cita_recortado():
    with pytest.raises(NumeroInvalido) as error:
        leer_decimal("9" * 41)
    assert f"«{'9' * 40}…»" in str(error.value)
    with pytest.raises(NumeroInvalido) as error:
        leer_decimal("9" * 40)
    assert f"«{'9' * 40}»" in str(error.value)


@given(st.text(max_size=12) | st.text("0123456789.,- %", max_size=12), st.booleans())
def test_leer_es_total_y_solo_devuelve_lo_guardable(texto, entero):
    """Cualquier texto da un número dentro de los límites o un mensaje; nunca otra cosa."""
    try:
        leido = leer_decimal(texto, entero=entero)
    except NumeroInvalido:
        return
    assert abs(leido) < 10**11
    assert leido == round(leido, 0 if entero else 4)
    assert not (leido.is_signed() and leido == 0)


@given(guardables)
def test_lo_editable_se_lee_igual(valor):
    assert leer_decimal(escribir_editable(valor)) == valor


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_un_entero_escrito_para_leer_vuelve_igual(n):
    assert leer_decimal(escribir_numero(n, 0), entero=True) == n
    assert leer_decimal(escribir_editable(Decimal(n)), entero=True) == n


@given(guardables.filter(lambda x: x != x.to_integral_value()))
def test_un_decimal_escrito_para_leer_vuelve_igual(valor):
    assert leer_decimal(escribir_numero(valor, 4)) == valor


# --- Redondear ---


@pytest.mark.parametrize(
    ("x", "decimales", "esperado"),
    [
        (Decimal("0.5"), 0, "1"),
        (Decimal("-0.5"), 0, "-1"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("0.49999999999999999999999999999999999"), 0, "0"),
        (Decimal("1.005"), 2, "1.01"),
        (Decimal("-1.005"), 2, "-1.01"),
        (Fraction(600, 7), 2, "85.71"),
        (Fraction(2, 3), 4, "0.6667"),
        (Decimal("-0.04"), 1, "0.0"),
        (Decimal("34.9"), 4, "34.9000"),
        (7, 2, "7.00"),
        (Decimal("123456789012345678901234567890.5"), 0, "123456789012345678901234567891"),
    ],
)
def test_redondear(x, decimales, esperado):
    assert str(redondear(x, decimales)) == esperado


@given(guardables, st.integers(0, 5))
def test_redondear_igual_que_decimal(x, decimales):
    esperado = x.quantize(Decimal(1).scaleb(-decimales), rounding=decimal.ROUND_HALF_UP)

    assert redondear(x, decimales) == esperado


@given(fracciones, st.integers(0, 6))
def test_redondear_se_aparta_a_lo_mas_media_unidad(x, decimales):
    assert abs(Fraction(redondear(x, decimales)) - x) * 10**decimales <= Fraction(1, 2)
    assert redondear(-x, decimales) == -redondear(x, decimales)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40, places=3))
def test_redondear_no_depende_del_contexto(x):
    with decimal.localcontext(prec=3):
        estrecho = redondear(x, 2)

    assert estrecho == redondear(x, 2)


@pytest.mark.parametrize(
    ("numerador", "denominador", "esperado"),
    [
        (30_326, 86_646, "34.9999"),
        (1, 3, "33.3333"),
        (2, 3, "66.6667"),
        (0, 5, "0.0000"),
        (1, 1, "100.0000"),
        (1, 160_000, "0.0006"),
    ],
)
def test_porcentaje_de(numerador, denominador, esperado):
    assert str(porcentaje_de(numerador, denominador)) == esperado


@pytest.mark.parametrize("denominador", [0, -1])
def test_un_porcentaje_exige_denominador(denominador):
    with pytest.raises(ValueError, match="mayor que cero"):
        porcentaje_de(1, denominador)
