"""Lo que la planta necesita del sistema: dónde está cada programa, y salir en orden cuando se lo piden."""

import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

POSTGRES = Path("/usr/lib/postgresql")


class FaltaPrograma(Exception):
    """Un programa del sistema no está instalado; el mensaje dice cuál y cómo se instala en Debian."""


def programas() -> dict[str, Path]:
    """Dónde está cada programa que la planta enciende; levanta :class:`FaltaPrograma` si falta alguno."""
    versiones = sorted(POSTGRES.glob("*/bin/postgres"), key=lambda ruta: int(ruta.parts[-3]))
    hallados = {"postgres": versiones[-1].parent if versiones else None}
    for nombre in ("nginx", "redis-server", "openssl"):
        ruta = shutil.which(nombre) or shutil.which(nombre, path="/usr/sbin")
        hallados[nombre] = Path(ruta) if ruta else None
    if faltan := sorted(nombre for nombre, ruta in hallados.items() if ruta is None):
        raise FaltaPrograma(f"Falta {', '.join(faltan)}. En Debian: apt install postgresql nginx redis-server openssl")
    return {nombre: ruta for nombre, ruta in hallados.items() if ruta is not None}


def salir_en_orden() -> None:
    """SIGTERM pasa a ser una salida ordinaria, para que los bloques de limpieza se ejecuten."""

    def salir(senal: int, _marco: FrameType | None) -> NoReturn:
        sys.exit(128 + senal)

    signal.signal(signal.SIGTERM, salir)
