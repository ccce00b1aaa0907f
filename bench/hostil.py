"""``make hostil``: schemathesis contra el portal en marcha, con todo el esquema y todas sus comprobaciones.

Carga la política en una base pasajera, la sirve con gunicorn y genera ``--casos`` peticiones o más, válidas y
malformadas. Termina mal si algo contesta 5xx, incumple el esquema o admite lo que el esquema no admite. El resumen
queda en ``var/hostil.txt``. En lugar de ``positive_data_acceptance`` va la comprobación de ``bench.hostil_ganchos``.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servidores import RAIZ, puerto_libre

#: Casos por operación de cada ronda; las rondas siguen, con otra semilla, hasta completar los pedidos.
POR_OPERACION = 60
CASOS = 10_000
ESPERA = 120


@contextmanager
def portal(carpeta: Path) -> Iterator[str]:
    """La dirección del portal, con los datos reales en una base que se borra."""
    entorno = {
        **os.environ,
        "MODO": "demo",
        "DATABASE_URL": f"sqlite:///{carpeta / 'hostil.sqlite3'}",
        "LIMITE_API": "",
    }
    for propia in (["migrate", "--noinput", "--verbosity", "0"], ["cargar_politica", "--si-vacia"]):
        subprocess.run(
            [sys.executable, "manage.py", *propia], cwd=RAIZ, env=entorno, check=True, stdout=subprocess.DEVNULL
        )
    direccion = f"127.0.0.1:{puerto_libre()}"
    orden = [sys.executable, "-m", "gunicorn", "penitenciaria.wsgi", "--bind", direccion, "--workers", "2"]
    orden += ["--threads", "4", "--no-control-socket", "--log-level", "critical"]
    servidor = subprocess.Popen(orden, cwd=RAIZ, env=entorno, stderr=subprocess.DEVNULL)
    try:
        _esperar(f"http://{direccion}/salud/")
        yield f"http://{direccion}"
    finally:
        servidor.terminate()
        servidor.wait(timeout=30)


def _esperar(direccion: str) -> None:
    limite = time.monotonic() + ESPERA
    while True:
        try:
            with urllib.request.urlopen(direccion, timeout=30):
                return
        except OSError:
            if time.monotonic() > limite:
                raise
            time.sleep(0.5)


def ronda(direccion: str, semilla: int) -> tuple[int, bool, str]:
    """Cuántos casos generó, si todos pasaron y lo que dijo."""
    orden = [str(Path(sys.executable).with_name("st")), "run", f"{direccion}/api/v1/esquema/"]
    orden += ["--exclude-checks", "positive_data_acceptance", "--mode", "all", "--seed", str(semilla)]
    orden += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(POR_OPERACION), "--workers", "2"]
    orden += ["--request-timeout", "60", "--continue-on-failure", "--no-shrink"]
    entorno = {**os.environ, "SCHEMATHESIS_HOOKS": "bench.hostil_ganchos", "PYTHONPATH": str(RAIZ), "COLUMNS": "160"}
    hecho = subprocess.run(orden, cwd=RAIZ / "var", env=entorno, capture_output=True, text=True, check=False)
    generados = re.search(r"([\d,]+) generated", hecho.stdout)
    return int(generados[1].replace(",", "")) if generados else 0, hecho.returncode == 0, hecho.stdout + hecho.stderr


def main() -> int:
    opciones = argparse.ArgumentParser(description=__doc__)
    opciones.add_argument("--casos", type=int, default=CASOS, help="cuántos casos, como mínimo")
    pedidos = opciones.parse_args().casos
    informe = RAIZ / "var" / "hostil.txt"
    informe.parent.mkdir(exist_ok=True)
    total, semilla, bien, inicio = 0, 0, True, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hostil-") as carpeta, portal(Path(carpeta)) as direccion:
        informe.write_text("", encoding="utf-8")
        while total < pedidos and bien:
            semilla += 1
            casos, paso, dicho = ronda(direccion, semilla)
            total, bien = total + casos, paso and casos > 0
            with informe.open("a", encoding="utf-8") as abierto:
                abierto.write(dicho)
            print(f"Semilla {semilla}: {casos} casos, {'sin faltas' if bien else 'CON FALTAS'}.", flush=True)
    print(f"{total} casos en {time.monotonic() - inicio:.0f} s; el detalle, en {informe.relative_to(RAIZ)}.")
    return 0 if bien else 1


if __name__ == "__main__":
    sys.exit(main())
