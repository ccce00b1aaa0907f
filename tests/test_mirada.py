"""Corte y fecha: qué piden los parámetros de una dirección y con qué frase se rechazan."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from indicadores.errores import DatoInvalido
from indicadores.mirada import Mirada, leer_mirada

#: Las 02:00 UTC del día 24 son todavía las 21:00 del 23 en Lima.
AHORA = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LIMA = ZoneInfo("America/Lima")


def test_por_omision_es_hoy_en_lima_y_lo_publicado_hasta_ahora() -> None:
    mirada = leer_mirada({}, ahora=AHORA)
    assert mirada == Mirada(corte=date(2026, 11, 23), a_la_fecha=AHORA)
    assert (mirada.sufijo, mirada.pide_corte, mirada.pide_fecha) == ("", False, False)


def test_lo_vacio_no_es_un_pedido() -> None:
    assert leer_mirada({"corte": "", "a_la_fecha": "  ", "otro": "x"}, ahora=AHORA) == leer_mirada({}, ahora=AHORA)


def test_un_corte() -> None:
    mirada = leer_mirada({"corte": " 2021-12-31 "}, ahora=AHORA)
    assert (mirada.corte, mirada.a_la_fecha) == (date(2021, 12, 31), AHORA)
    assert (mirada.sufijo, mirada.pide_corte, mirada.pide_fecha) == ("?corte=2021-12-31", True, False)


@pytest.mark.parametrize(
    ("escrito", "momento"),
    [
        ("2026-11-30", datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=LIMA)),
        ("20261130", datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=LIMA)),
        ("2026-11-30T18:00:00", datetime(2026, 11, 30, 18, tzinfo=LIMA)),
        ("2026-11-30T18:00", datetime(2026, 11, 30, 18, tzinfo=LIMA)),
        ("2026-11-30T18:00:00-05:00", datetime(2026, 11, 30, 18, tzinfo=LIMA)),
        ("2026-11-30T18:00:00Z", datetime(2026, 11, 30, 18, tzinfo=UTC)),
        ("2026-11-30T18:00:00.5 00:00", datetime(2026, 11, 30, 18, 0, 0, 500000, tzinfo=UTC)),
        ("2026-11-30 18:00", datetime(2026, 11, 30, 18, tzinfo=LIMA)),
        ("2026-11-30T00:00:00", datetime(2026, 11, 30, 0, tzinfo=LIMA)),
        ("1990-01-01", datetime(1990, 1, 1, 23, 59, 59, 999999, tzinfo=LIMA)),
        ("2100-12-31", datetime(2100, 12, 31, 23, 59, 59, 999999, tzinfo=LIMA)),
    ],
)
def test_una_fecha_es_el_fin_de_ese_dia_en_lima_y_un_momento_es_ese_momento(escrito: str, momento: datetime) -> None:
    mirada = leer_mirada({"a_la_fecha": escrito}, ahora=AHORA)
    assert mirada.a_la_fecha == momento
    assert mirada.corte == date(2026, 11, 23)
    assert (mirada.pide_corte, mirada.pide_fecha) == (False, True)


def test_los_enlaces_conservan_lo_pedido_y_solo_lo_pedido() -> None:
    pedido = {"otro": "x", "a_la_fecha": "2026-11-30T18:00:00-05:00", "corte": "2021-12-31"}
    mirada = leer_mirada(pedido, ahora=AHORA)
    assert mirada.sufijo == "?corte=2021-12-31&a_la_fecha=2026-11-30T18%3A00%3A00-05%3A00"


@pytest.mark.parametrize(
    "escrito", ["ayer", "2021", "2021-13-01", "2021-02-30", "31-12-2021", "1989-12-31", "2101-01-01"]
)
@pytest.mark.parametrize("campo", ["corte", "a_la_fecha"])
def test_lo_que_no_se_entiende_se_dice_con_el_nombre_del_parametro(campo: str, escrito: str) -> None:
    with pytest.raises(DatoInvalido) as error:
        leer_mirada({campo: escrito}, ahora=AHORA)
    assert str(error.value).startswith(f"El parámetro «{campo}» dice «{escrito}»; se espera un día como ")
    assert str(error.value).endswith("entre 1990 y 2100.")
    assert error.value.campo == campo


@pytest.mark.parametrize("escrito", ["2021-12-31T00:00:00", "2021-12-31 00:00"])
def test_un_corte_es_un_dia_y_no_un_momento(escrito: str) -> None:
    with pytest.raises(DatoInvalido, match="«corte»"):
        leer_mirada({"corte": escrito}, ahora=AHORA)


@pytest.mark.parametrize("escrito", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-30T25:00"])
def test_un_momento_imposible_no_es_un_fallo_del_portal(escrito: str) -> None:
    with pytest.raises(DatoInvalido, match="«a_la_fecha»"):
        leer_mirada({"a_la_fecha": escrito}, ahora=AHORA)
