"""Cuándo un valor es idéntico al anterior, y cuál es el anterior."""

from dataclasses import replace
from decimal import Decimal

import pytest

from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Caracter, Motivo, Sexo
from tests.calculo.fabricas import un_dato, una_base

DATO = un_dato("2021", "33")


@pytest.mark.parametrize(
    ("anteriores", "repetido"),
    [
        pytest.param([], False, id="sin anteriores"),
        pytest.param([("2020", "33")], True, id="igual al anterior"),
        pytest.param([("2020", "33.000")], True, id="igual aunque se escriba distinto"),
        pytest.param([("2020", "33.1")], False, id="distinto del anterior"),
        pytest.param([("2019", "33"), ("2020", "34")], False, id="solo cuenta el más cercano"),
        pytest.param([("2020", "34"), ("2019", "33")], False, id="en cualquier orden"),
        pytest.param([("2019", "33"), ("2020", None)], True, id="las ausencias se saltan"),
        pytest.param([("2020-12", "33"), ("2020-S2", "33")], False, id="otra granularidad no cuenta"),
        pytest.param([("2021", "33"), ("2022", "33")], False, id="ni él mismo ni lo posterior"),
    ],
)
def test_el_anterior(anteriores, repetido):
    assert se_repite(DATO, [un_dato(*anterior) for anterior in anteriores], None) is repetido


@pytest.mark.parametrize("otro", [{"ambito": "OR-LIMA"}, {"sexo": Sexo.MUJERES}, {"caracter": Caracter.REFERENCIAL}])
def test_el_anterior_es_del_mismo_ambito_sexo_y_caracter(otro):
    anterior = un_dato("2020", "33")

    assert se_repite(DATO, [replace(anterior, **otro)], None) is False
    assert se_repite(replace(DATO, **otro), [replace(anterior, **otro)], None) is True


def test_subanual_contra_subanual():
    assert se_repite(un_dato("2021-03", "5"), [un_dato("2021-02", "5"), un_dato("2020", "6")], None)
    assert not se_repite(un_dato("2021-03", "5"), [un_dato("2021-02", "6"), un_dato("2020", "5")], None)


@pytest.mark.parametrize(
    ("antes", "despues", "repetido"), [(10, 20, False), (10, 10, True), (None, 20, True), (10, None, True)]
)
def test_dos_numeradores_distintos_lo_desmienten(antes, despues, repetido):
    anterior = un_dato("2020", "33", numerador=antes)

    assert se_repite(replace(DATO, numerador=despues), [anterior], None) is repetido


def test_una_ausencia_no_se_repite():
    ausente = un_dato("2021", None, Motivo.NO_MEDIDO)

    assert not se_repite(ausente, [un_dato("2020", None, Motivo.NO_MEDIDO)], None)


@pytest.mark.parametrize(
    ("base", "anteriores", "repetido"),
    [
        pytest.param((2020, "33"), [], True, id="la base es el valor anual anterior"),
        pytest.param((2015, "33"), [], True, id="aunque sea de varios años antes"),
        pytest.param((2020, "34"), [], False, id="base distinta"),
        pytest.param((2020, None), [("2019", "33")], True, id="una base ausente se salta"),
        pytest.param((2021, "33"), [], False, id="la base del mismo año no es anterior"),
        pytest.param((2022, "33"), [], False, id="ni la de un año posterior"),
        pytest.param((2022, "33"), [("2020", "33")], True, id="que tampoco tapa lo anterior"),
        pytest.param((2019, "33"), [("2020", "34")], False, id="lo medido está más cerca"),
        pytest.param((2019, "34"), [("2020", "33")], True, id="y decide también si es igual"),
        pytest.param((2020, "33"), [("2019", "34")], True, id="la base está más cerca"),
        pytest.param((2020, "34"), [("2019", "33")], False, id="y decide también si es distinta"),
        pytest.param((2020, "33"), [("2020", "34")], False, id="en el mismo año manda lo medido"),
    ],
)
def test_la_linea_base_como_anterior(base, anteriores, repetido):
    assert se_repite(DATO, [un_dato(*anterior) for anterior in anteriores], una_base(*base)) is repetido


@pytest.mark.parametrize("otro", [{"sexo": Sexo.HOMBRES}, {"caracter": Caracter.REFERENCIAL}])
def test_la_linea_base_es_anual_oficial_y_total(otro):
    base = una_base(2020, "33")

    assert se_repite(DATO, [], base)
    assert not se_repite(replace(DATO, **otro), [], base)
    assert not se_repite(un_dato("2021-12", "33"), [], base)


def test_cero_tambien_se_repite():
    assert se_repite(un_dato("2021", "0"), [un_dato("2020", "0")], None)
    assert se_repite(replace(DATO, valor=Decimal(0)), [], una_base(2020, "0"))
