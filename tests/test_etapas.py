"""``make test`` por etapas: no se pierde ninguna prueba, ningún fallo se calla y nada sigue cuando se detiene."""

import itertools
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from tests.conftest import RAIZ
from tests.etapas import ETAPAS, RAPIDAS, Corrida, correr

AJUSTES = tomllib.loads((RAIZ / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
MARCAS = [una.partition(":")[0] for una in AJUSTES["markers"]]
#: Anota su número, espera a que la detengan y deja dicho que cerró lo suyo.
ESPERA = """
import os, sys, time
aqui = sys.argv[-1] + "/" + sys.argv[-2]
open(aqui + ".parcial", "w").write(str(os.getpid()))
os.rename(aqui + ".parcial", aqui)
try:
    time.sleep(60)
except KeyboardInterrupt:
    open(aqui + ".cerrada", "w").close()
"""
DETENIBLE = """
import signal, sys
from pathlib import Path
from tests.con_postgres import terminar
from tests.etapas import Corrida, correr
espera, carpeta = sys.argv[1:]
signal.signal(signal.SIGTERM, terminar)
signal.signal(signal.SIGINT, signal.default_int_handler)
correr([[Corrida(n, ("-c", espera), n, (n, carpeta)) for n in ("una", "otra")]], (), carpeta=Path(carpeta, "dicho"))
"""


def corrida(nombre: str, programa: str) -> Corrida:
    return Corrida(nombre, ("-c", programa), "marcas")


def test_cada_prueba_se_ejecuta_una_vez_en_sqlite() -> None:
    """Para toda combinación de marcas la elige una sola corrida; PostgreSQL repite las de la primera."""
    expresiones = [una.marcas for una in itertools.chain(*ETAPAS) if una.nombre != "PostgreSQL"]
    for tiene in itertools.product([False, True], repeat=len(MARCAS)):
        marcada = dict(zip(MARCAS, tiene, strict=True))
        elegida = [expresion for expresion in expresiones if eval(expresion, {}, marcada)]
        assert len(elegida) == 1, (marcada, elegida)
    assert {una.nombre: una.marcas for una in ETAPAS[0]} == {"SQLite": RAPIDAS, "PostgreSQL": RAPIDAS}


def test_todas_se_ejecutan_aunque_una_falle_y_se_dice_cual(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    etapas = [
        [corrida("Bien", "print('a la vista')"), corrida("Mal", "import sys; print('guardado'); sys.exit(1)")],
        [corrida("Última", "print('también')")],
    ]
    assert correr(etapas, (), carpeta=tmp_path) == 1
    dicho = capfd.readouterr().out
    assert dicho.index("a la vista") < dicho.index("=== Mal ===\nguardado\n") < dicho.index("también")
    assert dicho.endswith("=== En resumen ===\nBien: bien\nMal: FALLÓ\nÚltima: bien\n")
    assert (tmp_path / "mal.txt").read_text("utf-8") == "guardado\n"


def test_las_de_una_etapa_van_a_la_vez(tmp_path: Path) -> None:
    """Cada una espera el archivo que escribe la otra: una tras otra no acabarían."""
    programa = """
import sys, time
from pathlib import Path
mio, ajeno = (Path({carpeta!r}, nombre) for nombre in {nombres!r})
mio.touch()
limite = time.monotonic() + 30
while not ajeno.exists():
    if time.monotonic() > limite:
        sys.exit("va sola")
    time.sleep(0.01)
"""
    etapa = [corrida(nombres[0], programa.format(carpeta=str(tmp_path), nombres=nombres)) for nombres in ("ab", "ba")]
    assert correr([etapa], (), carpeta=tmp_path / "dicho") == 0


@pytest.mark.parametrize(("opciones", "sale", "dice"), [((), 1, "FALLÓ: no había"), (("-x",), 0, "ninguna prueba\n")])
def test_una_etapa_sin_pruebas_es_un_fallo_salvo_en_un_pedazo(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], opciones: tuple[str, ...], sale: int, dice: str
) -> None:
    assert correr([[corrida("Vacía", "import sys; sys.exit(5)")]], opciones, carpeta=tmp_path) == sale
    assert f"Vacía: {dice}" in capfd.readouterr().out


def test_la_cobertura_solo_se_mide_con_la_suite_entera() -> None:
    sqlite = ETAPAS[0][0]
    assert "--cov=indicadores.calculo" in sqlite.orden(())
    assert sqlite.orden(["-k", "x"])[-4:] == ["-m", RAPIDAS, "-k", "x"]
    assert not any(opcion.startswith("--cov") for una in ETAPAS[0][1:] for opcion in una.orden(()))


@pytest.mark.parametrize(("senal", "salida"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)])
def test_al_detenerla_las_dos_cierran_lo_suyo_y_ninguna_sigue(
    tmp_path: Path, senal: signal.Signals, salida: int
) -> None:
    orden = [sys.executable, "-c", DETENIBLE, ESPERA, str(tmp_path)]
    archivos = [tmp_path / nombre for nombre in ("una", "otra")]
    with subprocess.Popen(orden, cwd=RAIZ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as proceso:
        limite = time.monotonic() + 30
        while not all(archivo.exists() for archivo in archivos):
            assert time.monotonic() < limite, "No llegaron a arrancar."
            time.sleep(0.01)
        proceso.send_signal(senal)
        assert proceso.wait(30) == salida
    for archivo in archivos:
        assert Path(f"{archivo}.cerrada").exists()
        with pytest.raises(ProcessLookupError):
            os.kill(int(archivo.read_text()), 0)
