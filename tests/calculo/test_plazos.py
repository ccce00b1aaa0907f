"""Los plazos: qué periodos se exigen, cuándo vencen, con qué atraso llegan y qué recordatorio toca."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.plazos import (
    Entrega,
    Exigencia,
    Juicio,
    Plazo,
    exigencias,
    juzgar,
    periodo_de,
    proxima,
    tramo_de_aviso,
)
from indicadores.calculo.tipos import Granularidad, Periodo

dias = st.dates(date(1995, 1, 1), date(2095, 12, 31))
plazos = st.builds(Plazo, st.sampled_from(Granularidad), st.integers(0, 730), dias)


@pytest.mark.parametrize(
    ("granularidad", "texto"),
    [
        (Granularidad.ANUAL, "2021"),
        (Granularidad.SEMESTRAL, "2021-S2"),
        (Granularidad.TRIMESTRAL, "2021-Q3"),
        (Granularidad.MENSUAL, "2021-08"),
    ],
)
def test_el_periodo_que_contiene_un_dia(granularidad: Granularidad, texto: str) -> None:
    assert periodo_de(date(2021, 8, 31), granularidad) == Periodo.leer(texto)


def test_se_exigen_los_terminados_desde_el_dia_del_plazo() -> None:
    plazo = Plazo(Granularidad.TRIMESTRAL, 45, date(2021, 4, 1))
    assert exigencias(plazo, date(2021, 9, 29)) == (Exigencia(Periodo.leer("2021-Q2"), date(2021, 8, 14)),)
    assert [una.periodo.texto for una in exigencias(plazo, date(2021, 9, 30))] == ["2021-Q2", "2021-Q3"]
    assert exigencias(plazo, date(2021, 3, 31)) == ()


def test_la_proxima_puede_no_haber_terminado() -> None:
    plazo = Plazo(Granularidad.ANUAL, 90, date(2021, 1, 1))
    assert proxima(plazo, date(2022, 3, 31)).periodo.texto == "2021"
    assert proxima(plazo, date(2022, 4, 1)) == Exigencia(Periodo.leer("2022"), date(2023, 3, 31))


def test_el_ultimo_dia_es_a_tiempo() -> None:
    vence, siguiente = date(2022, 3, 31), date(2022, 4, 1)
    assert juzgar(vence, vence, date(2023, 1, 1)) == Juicio(Entrega.A_TIEMPO, 0)
    assert juzgar(vence, siguiente, date(2023, 1, 1)) == Juicio(Entrega.TARDE, 1)
    assert juzgar(vence, None, vence) == Juicio(Entrega.EN_PLAZO, 0)
    assert juzgar(vence, None, siguiente) == Juicio(Entrega.NO_ENTREGADA, 1)


@pytest.mark.parametrize(
    ("dias_despues", "tramo"),
    [
        (-8, None),
        (-7, "pronto"),
        (0, "pronto"),
        (1, "1"),
        (6, "1"),
        (7, "7"),
        (29, "7"),
        (30, "30"),
        (59, "30"),
        (60, "60"),
    ],
)
def test_los_escalones_del_recordatorio(dias_despues: int, tramo: str | None) -> None:
    vence = date(2022, 3, 31)
    assert tramo_de_aviso(vence, vence + timedelta(days=dias_despues)) == tramo


@given(plazos, dias)
def test_las_exigencias_son_seguidas_y_ninguna_falta(plazo: Plazo, hasta: date) -> None:
    halladas = exigencias(plazo, hasta)
    for una in halladas:
        assert plazo.desde <= una.periodo.fin <= hasta
        assert una.vence - una.periodo.fin == timedelta(days=plazo.dias)
    for antes, despues in pairwise(halladas):
        assert despues.periodo.inicio == antes.periodo.fin + timedelta(days=1)
    if halladas:
        assert halladas[0].periodo.inicio <= plazo.desde
        assert periodo_de(halladas[-1].periodo.fin + timedelta(days=1), plazo.granularidad).fin > hasta
    else:
        assert periodo_de(plazo.desde, plazo.granularidad).fin > hasta


@given(plazos, dias)
def test_la_proxima_es_la_primera_que_no_ha_vencido(plazo: Plazo, dia: date) -> None:
    siguiente = proxima(plazo, dia)
    assert siguiente.vence >= dia
    assert all(una.vence < dia for una in exigencias(plazo, siguiente.periodo.inicio - timedelta(days=1)))


@given(dias, dias)
def test_dia_a_dia_ningun_escalon_retrocede(vence: date, dia: date) -> None:
    orden = {None: -2, "pronto": -1}
    hoy, maniana = (tramo_de_aviso(vence, dia + timedelta(days=n)) for n in (0, 1))
    valor = [orden[t] if t in orden else int(t or 0) for t in (hoy, maniana)]
    assert valor[0] <= valor[1]
