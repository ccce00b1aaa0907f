"""Qué respaldos quedan y qué se anota del último."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.rotacion import MESES, SEMANAS, Ultimo, anotar, podar, sobran
from tests.respaldo.conftest import leer_ultimo

INICIO = datetime(2025, 1, 1, 7, 30, tzinfo=UTC)
DIARIOS = [INICIO + timedelta(days=n) for n in range(500)]


def test_de_quinientos_diarios_quedan_los_ultimos_y_uno_por_semana_y_por_mes() -> None:
    quedan = sorted(set(DIARIOS) - set(sobran(DIARIOS, ultimos=7)))
    assert quedan[-7:] == DIARIOS[-7:]
    # Las cinco semanas y los doce meses más recientes cuentan también los últimos siete.
    domingos = [dia for dia in DIARIOS if dia.isoweekday() == 7]
    finales = [dia for dia in DIARIOS if (dia + timedelta(days=1)).day == 1]
    assert set(domingos[-4:]) | set(finales[-11:]) <= set(quedan)
    assert len(quedan) <= 7 + SEMANAS + MESES
    assert quedan[0] == finales[-11]


@given(st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), unique=True), st.integers(1, 30))
def test_leyes_de_lo_que_queda(momentos: list[datetime], ultimos: int) -> None:
    fuera = sobran(momentos, ultimos=ultimos)
    quedan = set(momentos) - set(fuera)
    assert fuera == sorted(fuera)
    assert set(fuera) <= set(momentos)
    assert set(sorted(momentos)[-ultimos:]) <= quedan
    assert len(quedan) <= ultimos + SEMANAS + MESES
    # Lo que queda, queda: podar otra vez no borra más.
    assert sobran(quedan, ultimos=ultimos) == []


def test_podar_solo_borra_respaldos(tmp_path: Path) -> None:
    for momento in DIARIOS[:40]:
        (tmp_path / f"portal-{momento:%Y%m%dT%H%M%SZ}.tar").touch()
    ajenos = ["antes-de-restaurar-20200101T000000Z.tar", "portal-20200101T000000Z.tar.gpg", "ultimo.json", "notas"]
    for nombre in ajenos:
        (tmp_path / nombre).touch()
    (tmp_path / f"portal-{DIARIOS[0]:%Y%m%dT%H%M%SZ}.tar.cifrado").touch()
    borrados = podar(tmp_path, ultimos=3)
    quedan = {archivo.name for archivo in tmp_path.iterdir()}
    assert set(ajenos) <= quedan
    assert f"portal-{DIARIOS[0]:%Y%m%dT%H%M%SZ}.tar.cifrado" in borrados
    assert len(quedan) + len(borrados) == 45
    assert {f"portal-{momento:%Y%m%dT%H%M%SZ}.tar" for momento in DIARIOS[37:40]} <= quedan


def test_el_ultimo_se_anota_de_una_vez(tmp_path: Path) -> None:
    carpeta = tmp_path / "nueva"
    for ultimo in (
        Ultimo(INICIO, "portal-x.tar", 10, "ab", True),
        Ultimo(INICIO + timedelta(days=1), "", 0, "", False, "No hay sitio."),
    ):
        anotar(carpeta, ultimo)
        assert vars(leer_ultimo(carpeta)) == asdict(ultimo) | {"momento": ultimo.momento.isoformat()}
    assert [archivo.name for archivo in carpeta.iterdir()] == ["ultimo.json"]


def test_si_no_se_puede_anotar_se_dice(tmp_path: Path) -> None:
    (tmp_path / "archivo").touch()
    with pytest.raises(ErrorDeRespaldo, match="No se pudo anotar"):
        anotar(tmp_path / "archivo", Ultimo(INICIO, "", 0, "", False))
