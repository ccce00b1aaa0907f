"""Un trabajador de verdad, en su proceso, muerto a mitad de camino: nada queda a medias y otro lo retoma."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

RAIZ = Path(__file__).resolve().parent.parent.parent
FILAS = 4000
TABLA = DBTaskResult._meta.db_table
GUION = """
import django; django.setup()
from django.core.files.base import ContentFile
from indicadores.acciones import lotes
from indicadores.models import Lote, Medicion
from indicadores.permisos import Rol
from indicadores.tareas import pedir_anotacion, pedir_comparacion
"""
SUBIR = """
from tests.fabricas import AmbitoFactory, IndicadorFactory, persona
AmbitoFactory(); por = persona(Rol.ANALISTA)
titulos = 'indicador;periodo;sexo;valor'
filas = [titulos]
for i in range(4):
    codigo = IndicadorFactory().codigo
    filas += [f'{codigo};{a}-{m:02};{s};{m}' for a in range(1991, 2019) for m in range(1, 13) for s in 'THM']
filas = filas[:%d + 1]
lote = lotes.recibir(por=por, clase='mediciones', archivo=ContentFile('\\n'.join(filas).encode()), nombre='x.csv')
pedir_comparacion(lote)
"""
CONFIRMAR = """
lote = Lote.objects.select_related('creado_por').get()
pedir_anotacion(lotes.confirmar(lote, por=lote.creado_por, testigo=lote.testigo))
"""
MIRAR = "lote = Lote.objects.get(); print(lote.estado, lote.hechas, Medicion.objects.count())"


@pytest.fixture
def entorno(tmp_path: Path) -> dict[str, str]:
    """Una base y una carpeta de archivos aparte, que ven varios procesos."""
    (tmp_path / "ajustes_aparte.py").write_text(
        f"from penitenciaria.settings import *\nMEDIA_ROOT = {str(tmp_path / 'archivos')!r}\n", encoding="utf-8"
    )
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/base.sqlite3",
        "DJANGO_SETTINGS_MODULE": "ajustes_aparte",
        "PYTHONPATH": f"{tmp_path}:{RAIZ}",
        "MODO": "demo",
    }


def correr(entorno: dict[str, str], guion: str) -> str:
    orden = [sys.executable, "-c", GUION + guion]
    return subprocess.run(orden, cwd=RAIZ, env=entorno, check=True, capture_output=True, text=True).stdout.strip()


def trabajar(entorno: dict[str, str], *opciones: str) -> subprocess.Popen[bytes]:
    orden = [sys.executable, "manage.py", "trabajar", *opciones]
    return subprocess.Popen(orden, cwd=RAIZ, env=entorno, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def matar_cuando(proceso: subprocess.Popen[bytes], base: str, ya: Callable[[Any], bool]) -> None:
    """Lo mata sin aviso en cuanto la base dice que está en lo suyo (o cuando ya terminó)."""
    limite = time.monotonic() + 60
    while time.monotonic() < limite:
        with sqlite3.connect(base) as conexion:
            fila = conexion.execute(
                f"SELECT estado, hechas, (SELECT count(*) FROM {TABLA} WHERE status = 'RUNNING') FROM indicadores_lote"
            ).fetchone()
        conexion.close()
        if ya(fila):
            break
        time.sleep(0.02)
    proceso.send_signal(signal.SIGKILL)
    proceso.wait(20)


def test_un_trabajador_muerto_no_deja_nada_a_medias(entorno: dict[str, str], tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("basta una vez: usa su propia base")
    base = str(tmp_path / "base.sqlite3")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"], cwd=RAIZ, env=entorno, check=True
    )
    correr(entorno, SUBIR % FILAS)
    assert correr(entorno, MIRAR) == "recibido 0 0"

    matar_cuando(
        trabajar(entorno), base, lambda fila: (fila[0] == "leyendo" and fila[1] > 0) or fila[0] == "por_confirmar"
    )
    assert correr(entorno, MIRAR).split()[0] in ("leyendo", "por_confirmar")
    assert trabajar(entorno, "--una-vez").wait(120) == 0
    assert correr(entorno, MIRAR) == f"por_confirmar {FILAS} 0"

    correr(entorno, CONFIRMAR)
    matar_cuando(trabajar(entorno), base, lambda fila: fila[2] > 1 or fila[0] == "aplicado")
    estado, _, cuantas = correr(entorno, MIRAR).split()
    assert (estado, cuantas) in {("anotando", "0"), ("aplicado", str(FILAS))}
    assert trabajar(entorno, "--una-vez").wait(120) == 0
    assert correr(entorno, MIRAR) == f"aplicado {FILAS} {FILAS}"
