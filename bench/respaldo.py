"""Cuánto tarda y cuánta memoria usa respaldar y restaurar: ``python -m bench.respaldo [filas …]``.

Con los datos reales y con las mediciones de prueba que se le pidan (1.000.000, si no se dice), sobre SQLite en una
carpeta temporal que se borra. La memoria es el máximo residente del proceso: si no crece con las filas, es constante.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
AJENAS = ("REPLICA_URL", "CACHE_URL", "RESPALDO_CLAVE")


@dataclass(frozen=True, slots=True)
class Medida:
    """Lo que costó una orden: segundos de reloj y megabytes residentes, como mucho."""

    segundos: float
    megas: float


def medir(carpeta: Path, *orden: str, **entorno: str) -> Medida:
    """Ejecuta ``manage.py`` sobre la base de esa carpeta."""
    carpeta.mkdir(exist_ok=True)
    propio = {clave: valor for clave, valor in os.environ.items() if clave not in AJENAS} | {
        "MODO": "demo",
        "DATABASE_URL": f"sqlite:///{carpeta / 'portal.sqlite3'}",
        "CARPETA_DATOS": str(carpeta),
        **entorno,
    }
    empezo = time.monotonic()
    programa = [sys.executable, *orden]
    proceso = subprocess.Popen(programa, cwd=RAIZ, env=propio, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert proceso.stderr is not None
    dicho = proceso.stderr.read()
    proceso.stderr.close()
    _, estado, gasto = os.wait4(proceso.pid, 0)
    proceso.returncode = os.waitstatus_to_exitcode(estado)
    if proceso.returncode:
        raise SystemExit(f"{' '.join(orden)} falló: {dicho.decode()[-600:]}")
    return Medida(time.monotonic() - empezo, gasto.ru_maxrss / 1024)


def ultimo(carpeta: Path) -> Path:
    return max((carpeta / "respaldos").glob("portal-*"))


def main(cuantas: list[int]) -> None:
    print(f"{'filas agregadas':>16} {'respaldo MB':>12} {'respaldar s':>12} {'MB':>6} {'restaurar s':>12} {'MB':>6}")
    with tempfile.TemporaryDirectory(prefix="respaldo-") as temporal:
        for filas in [0, *cuantas]:
            origen, destino = Path(temporal, f"de-{filas}"), Path(temporal, f"a-{filas}")
            medir(origen, "manage.py", "migrate", "--verbosity", "0")
            medir(origen, "manage.py", "cargar_politica")
            if filas:
                medir(origen, "-m", "bench.poblar", str(filas))
            hecho = medir(origen, "manage.py", "respaldar", "--cifrar", RESPALDO_CLAVE="solo para medir, no es secreta")
            tamano = ultimo(origen).stat().st_size / 2**20
            # Las filas de prueba no pasan por los verbos: su cadena no se puede verificar, y se acepta.
            devuelto = medir(
                destino,
                "manage.py",
                "restaurar",
                str(ultimo(origen)),
                "--aunque-este-rota",
                RESPALDO_CLAVE="solo para medir, no es secreta",
            )
            print(
                f"{filas:>16} {tamano:>12.1f} {hecho.segundos:>12.1f} {hecho.megas:>6.0f} "
                f"{devuelto.segundos:>12.1f} {devuelto.megas:>6.0f}"
            )


if __name__ == "__main__":
    main([int(dicho) for dicho in sys.argv[1:]] or [1_000_000])
