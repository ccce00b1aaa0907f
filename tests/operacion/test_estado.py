"""``manage.py estado``: lo mismo en texto, con un código de salida para cron."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from penitenciaria.operacion import cuidados, guardado, latido
from tests import fabricas
from tests.operacion.conftest import sin_base_para

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _carpetas(settings: Any, tmp_path: Path) -> None:
    settings.ESTADO_DIR = settings.RESPALDOS_DIR = tmp_path


def estado(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    salida = 0
    try:
        call_command("estado")
    except SystemExit as fin:
        salida = int(fin.code or 0)
    return salida, capsys.readouterr().out


def test_uno_si_algo_falta(capsys: pytest.CaptureFixture[str]) -> None:
    salida, texto = estado(capsys)
    assert salida == 1
    assert "bien                 Base de datos" in texto
    assert "FALLO                Respaldo" in texto
    assert "El portal atiende; hay que ver respaldo y cadena de constancias." in texto.splitlines()[-1]


def test_dos_si_no_atiende(capsys: pytest.CaptureFixture[str]) -> None:
    with connection.execute_wrapper(sin_base_para("")):
        salida, texto = estado(capsys)
    assert salida == 2
    assert "FALLO                Base de datos          La base no contesta (OperationalError)." in texto
    assert "El portal no puede atender bien: " in texto.splitlines()[-1]


def cuidar(capsys: pytest.CaptureFixture[str]) -> None:
    """Deja hecho lo que se hace cada día."""
    fabricas.publicada()
    call_command("verificar")
    guardado.anotar("ultimo", {"momento": timezone.now().isoformat(), "ok": True, "archivo": "x.tar", "bytes": 1})
    capsys.readouterr()


def test_cero_si_todo_va_bien(capsys: pytest.CaptureFixture[str]) -> None:
    cuidar(capsys)
    latido.latir(timezone.now().timestamp())
    salida, texto = estado(capsys)
    assert salida == 0
    assert texto.rstrip().endswith("Todo funciona.")
    assert "La cadena está íntegra" in texto


def test_lo_que_todavia_no_da_senales_ni_va_bien_ni_falla(capsys: pytest.CaptureFixture[str]) -> None:
    cuidar(capsys)
    salida, texto = estado(capsys)
    assert salida == 0
    assert "sin señales todavía  Trabajos de fondo      Ningún trabajador ha dado señales; nada espera." in texto
    assert texto.rstrip().endswith("Nada falla. Sin señales todavía de trabajos de fondo.")


def test_verificar_una_parte_o_una_copia_no_cuenta_como_la_de_cada_dia(tmp_path: Path) -> None:
    fabricas.publicada()
    fabricas.publicada()
    call_command("verificar", "--desde", "2")
    assert guardado.lo_ultimo(cuidados.VERIFICACION) is None
    call_command("verificar")
    dicho = guardado.lo_ultimo(cuidados.VERIFICACION)
    assert dicho is not None
    assert dicho["ok"] is True
