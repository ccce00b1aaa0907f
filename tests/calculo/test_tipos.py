"""Los periodos y los códigos de los hechos."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Granularidad, Motivo, Periodo, PeriodoInvalido


@pytest.mark.parametrize(
    ("texto", "inicio", "fin", "granularidad"),
    [
        ("2020", "2020-01-01", "2020-12-31", "anual"),
        ("2021-S1", "2021-01-01", "2021-06-30", "semestral"),
        ("2021-S2", "2021-07-01", "2021-12-31", "semestral"),
        ("2021-Q1", "2021-01-01", "2021-03-31", "trimestral"),
        ("2021-Q4", "2021-10-01", "2021-12-31", "trimestral"),
        ("2021-03", "2021-03-01", "2021-03-31", "mensual"),
        ("2020-02", "2020-02-01", "2020-02-29", "mensual"),
        (" 2021-s1\n", "2021-01-01", "2021-06-30", "semestral"),
    ],
)
def test_leer_periodo(texto, inicio, fin, granularidad):
    periodo = Periodo.leer(texto)

    assert periodo == Periodo(
        texto.strip().upper(), date.fromisoformat(inicio), date.fromisoformat(fin), Granularidad(granularidad)
    )
    assert periodo.es_anual == (granularidad == "anual")
    assert periodo.anio == int(texto.strip()[:4])


@pytest.mark.parametrize(
    "texto", ["", "21", "0999", "3000", "2021-13", "2021-00", "2021-3", "2021-S3", "2021-Q5", "٢٠٢١"]
)
def test_lo_que_no_es_un_periodo(texto):
    with pytest.raises(PeriodoInvalido, match=f"«{texto}» no es un periodo"):
        Periodo.leer(texto)


@given(
    st.integers(1000, 2999),
    st.sampled_from([[f"-{m:02d}" for m in range(1, 13)], ["-Q1", "-Q2", "-Q3", "-Q4"], ["-S1", "-S2"]]),
)
def test_las_partes_de_un_anio_lo_cubren_sin_huecos(anio, partes):
    entero, pedazos = Periodo.leer(str(anio)), [Periodo.leer(f"{anio}{parte}") for parte in partes]

    assert (pedazos[0].inicio, pedazos[-1].fin) == (entero.inicio, entero.fin)
    assert all(a.fin + timedelta(days=1) == b.inicio for a, b in pairwise(pedazos))


def test_los_motivos_que_deduce_el_nucleo_no_se_declaran():
    deducidos = set(Motivo) - set(MOTIVOS_DECLARABLES)

    assert deducidos == {
        "pocas_personas",
        "sin_linea_base",
        "sin_logro_esperado",
        "sin_medicion",
        "sin_sentido",
        "base_igual_a_logro",
        "logro_cero",
    }
    assert len(Motivo) == 15


def test_los_hechos_son_inmutables():
    periodo = Periodo.leer("2020")

    with pytest.raises(AttributeError):
        periodo.texto = Decimal(1)
