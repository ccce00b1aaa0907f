"""Qué grupo pide atención primero: cada escalón de la regla, sus desempates y sus leyes."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.atencion import Atencion, Causa, quien_pide_atencion
from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import Evaluacion, Sentido
from tests.calculo.fabricas import UMBRALES, hechos, un_dato, un_logro, una_base

CORTE = date(2021, 12, 31)


def evaluacion(base: str | None, valor: str | None, logro: str | None = None, **otros: Any) -> Evaluacion:
    """Un indicador ascendente con línea base de 2019 y, quizá, un valor (de 2021) y un logro de 2021."""
    periodo, corte = otros.get("periodo", "2021"), otros.get("corte", CORTE)
    return evaluar(
        sentido=Sentido.ASCENDENTE,
        linea_base=una_base(2019, base) if base else None,
        logros=[un_logro(2021, logro)] if logro else [],
        datos=[un_dato(periodo, valor)] if valor else [],
        umbrales=UMBRALES,
        corte=corte,
    )


LEJOS = evaluacion("10", "20", "100")
RETROCEDE = evaluacion("50", "40")
EN_RIESGO = evaluacion("50", "80", "100")
DETENIDO = evaluacion("50", "50")
NUNCA = evaluacion(None, None)
BIEN = evaluacion("50", "100", "100")
#: De lo más grave a lo menos.
ESCALONES = (
    (LEJOS, Causa.LEJOS),
    (RETROCEDE, Causa.RETROCEDE),
    (EN_RIESGO, Causa.EN_RIESGO),
    (DETENIDO, Causa.SIN_CAMBIO),
    (NUNCA, Causa.SIN_MEDICION),
)


@pytest.mark.parametrize(("grave", "causa"), ESCALONES)
def test_cada_causa_se_nombra(grave: Evaluacion, causa: Causa) -> None:
    elegido = quien_pide_atencion([[BIEN, BIEN], [BIEN, grave]])
    assert elegido is not None
    assert (elegido.lugar, elegido.causa, elegido.afectados, elegido.de) == (1, causa, 1, 2)


@pytest.mark.parametrize("escalon", range(len(ESCALONES) - 1))
def test_un_escalon_pesa_mas_que_todos_los_de_abajo(escalon: int) -> None:
    (grave, causa), (siguiente, _) = ESCALONES[escalon], ESCALONES[escalon + 1]
    elegido = quien_pide_atencion([[siguiente, siguiente], [grave, BIEN]])
    assert elegido is not None
    assert (elegido.lugar, elegido.causa) == (1, causa)


def test_se_comparan_partes_y_no_cuentas() -> None:
    elegido = quien_pide_atencion([[LEJOS, BIEN, BIEN], [LEJOS, BIEN]])
    assert elegido is not None
    assert elegido.lugar == 1


def test_lo_que_cumple_y_no_se_mueve_no_pide_nada() -> None:
    assert quien_pide_atencion([[evaluacion("100", "100", "100")]]) is None


def test_a_igualdad_va_primero_el_que_lleva_mas_tiempo_sin_dato() -> None:
    viejo = evaluacion("50", "50", periodo="2020")
    elegido = quien_pide_atencion([[DETENIDO], [viejo]])
    assert elegido == Atencion(1, Causa.SIN_CAMBIO, 1, 1, 12)
    empatados = quien_pide_atencion([[DETENIDO], [DETENIDO]])
    assert empatados is not None
    assert empatados.lugar == 0


def test_lo_antiguo_solo_cuenta_despues_de_un_anio() -> None:
    al_anio, pasado = (evaluacion("50", "100", corte=corte) for corte in (date(2022, 12, 31), date(2023, 1, 31)))
    assert quien_pide_atencion([[al_anio]]) is None
    assert quien_pide_atencion([[BIEN], [pasado]]) == Atencion(1, Causa.ANTIGUO, 1, 1, 13)


def test_sin_grupos_o_con_grupos_vacios_nadie_pide_nada() -> None:
    assert quien_pide_atencion([]) is None
    assert quien_pide_atencion([[], []]) is None
    elegido = quien_pide_atencion([[], [NUNCA]])
    assert elegido is not None
    assert (elegido.lugar, elegido.meses) == (1, None)


@given(st.lists(st.lists(hechos, max_size=3), max_size=4))
def test_el_orden_dentro_de_un_grupo_no_importa(grupos: list[list[dict[str, Any]]]) -> None:
    evaluados = [[evaluar(**uno) for uno in grupo] for grupo in grupos]
    al_reves = [list(reversed(grupo)) for grupo in evaluados]
    assert quien_pide_atencion(evaluados) == quien_pide_atencion(al_reves)


@given(st.lists(st.lists(hechos, min_size=1, max_size=3), min_size=1, max_size=4))
def test_quitar_a_los_demas_no_cambia_la_razon_del_elegido(grupos: list[list[dict[str, Any]]]) -> None:
    evaluados = [[evaluar(**uno) for uno in grupo] for grupo in grupos]
    elegido = quien_pide_atencion(evaluados)
    if elegido is not None:
        solo = quien_pide_atencion([evaluados[elegido.lugar]])
        assert solo is not None
        assert (solo.causa, solo.afectados, solo.de) == (elegido.causa, elegido.afectados, elegido.de)
