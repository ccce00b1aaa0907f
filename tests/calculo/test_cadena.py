"""El texto canónico es uno solo, no pierde nada y no depende de cómo llegó el dato; el enlace es SHA-256 y nada más."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo import cadena

HOJAS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.decimals(allow_nan=False, allow_infinity=False)
)


@given(st.dictionaries(st.text(), HOJAS))
def test_el_canonico_no_depende_del_orden_y_se_lee_de_vuelta_igual(hecho: dict[str, object]) -> None:
    texto = cadena.canonico(hecho)
    assert texto == cadena.canonico(dict(reversed(hecho.items())))
    assert cadena.canonico(json.loads(texto)) == texto


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4), st.integers(0, 6))
def test_un_decimal_se_escribe_igual_con_ceros_o_sin_ellos(valor: Decimal, ceros: int) -> None:
    con_ceros = valor.quantize(Decimal(1).scaleb(-4 - ceros))
    assert cadena.canonico({"v": valor}) == cadena.canonico({"v": con_ceros})
    assert Decimal(json.loads(cadena.canonico({"v": valor}))["v"]) == valor


@pytest.mark.parametrize(
    ("dato", "texto"),
    [
        (Decimal("35.0000"), '"35"'),
        (Decimal("-0.0"), '"0"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("0.10"), '"0.1"'),
        (date(2021, 3, 31), '"2021-03-31"'),
        (datetime(2021, 3, 31, 12, tzinfo=timezone(timedelta(hours=-5))), '"2021-03-31T17:00:00.000000Z"'),
        (datetime(2021, 3, 31, 17, 0, 0, 7, tzinfo=UTC), '"2021-03-31T17:00:00.000007Z"'),
        ("«ñ» \n", '"«ñ» \\n"'),
        ({"b": 1, "a": {}}, '{"a":{},"b":1}'),
        (None, "null"),
    ],
)
def test_cada_dato_se_escribe_de_una_sola_manera(dato: object, texto: str) -> None:
    assert cadena.canonico({"v": dato}) == f'{{"v":{texto}}}'


def test_un_numero_de_coma_flotante_no_se_certifica() -> None:
    with pytest.raises(TypeError, match="float"):
        cadena.canonico({"valor": 0.1})


@given(st.text(), st.text())
def test_el_enlace_y_el_sello_son_sha256_del_texto(uno: str, otro: str) -> None:
    esperada = hashlib.sha256(f"{uno}\n{otro}".encode()).hexdigest()
    assert cadena.enlazar(uno, otro) == cadena.sellar(uno, otro) == esperada


def test_las_sales_de_un_secreto_son_distintas() -> None:
    assert len({cadena.sal_de("s", parte) for parte in cadena.PARTES_SELLADAS}) == 2


def test_de_toda_columna_certificada_se_sabe_si_es_del_catalogo() -> None:
    """Lo que no se compara con la fila de hoy son solo textos de otra tabla."""
    for receta in cadena.RECETAS.values():
        for clave, columna in receta.datos.items():
            assert (clave in cadena.DE_CATALOGO) == ("__" in columna and clave != "version"), clave
