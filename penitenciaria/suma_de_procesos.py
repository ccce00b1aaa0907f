"""Las métricas de los procesos que ya terminaron: se suman en un solo archivo por clase, para que no se acumulen.

Con ``PROMETHEUS_MULTIPROC_DIR`` cada proceso cuenta en archivos propios (``counter_PID.db``). gunicorn cambia de
proceso cada tanto y sus archivos quedarían para siempre; al terminar uno, ``retirar`` suma los suyos a
``counter_0.db`` y los borra. Lo llama ``despliegue/gunicorn.conf.py``, que no carga Django: este módulo tampoco.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def carpeta() -> Path | None:
    """Donde los procesos suman; None si cada uno cuenta lo suyo."""
    dicha = os.environ.get(VARIABLE, "")
    return Path(dicha) if dicha else None


@contextmanager
def turno(donde: Path, *, exclusivo: bool) -> Iterator[None]:
    """Quien lee no ve un proceso contado dos veces ni ninguna: espera a que otro termine de sumarlo."""
    with (donde / "turno").open("w", encoding="ascii") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX if exclusivo else fcntl.LOCK_SH)
        yield


def retirar(proceso: int) -> None:
    """Suma lo que contó ``proceso``, que ya terminó, y borra sus archivos; sin carpeta no hace nada."""
    donde = carpeta()
    if donde is None or not donde.is_dir():
        return
    with turno(donde, exclusivo=True):
        for clase in ("counter", "histogram"):
            suyo = donde / f"{clase}_{proceso}.db"
            if not suyo.exists():
                continue
            suma = MmapedDict(str(donde / f"{clase}_0.db"))
            try:
                for clave, valor, _, _ in MmapedDict.read_all_values_from_file(str(suyo)):
                    suma.write_value(clave, suma.read_value(clave)[0] + valor, 0.0)
            finally:
                suma.close()
            suyo.unlink()
