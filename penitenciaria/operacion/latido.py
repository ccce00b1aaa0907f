"""La señal de vida de ``manage.py trabajar``: cada pocos segundos deja escrita la hora.

Con una caché común va en ella, y la ven todas las máquinas; sin ella, en un archivo de esta.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connections

from indicadores.errores import FalloDeLaCache
from penitenciaria.operacion import guardado

ASUNTO = "trabajos"
#: Segundos entre una señal y otra, y desde cuándo su falta quiere decir que nadie trabaja.
CADA = 10.0
SILENCIO = 60.0


@contextmanager
def latiendo(cada: float = CADA) -> Iterator[None]:
    """Deja la señal mientras dura el bloque, aunque el trabajo en curso tarde."""
    parar = Event()

    def seguir() -> None:
        while True:
            latir(time.time())
            connections.close_all()  # las de este hilo, si la caché es una tabla
            if parar.wait(cada):
                return

    hilo = Thread(target=seguir, name="latido", daemon=True)
    hilo.start()
    try:
        yield
    finally:
        parar.set()
        hilo.join()


def latir(momento: float) -> None:
    """Deja dicho que a ``momento`` (segundos desde 1970) el trabajador vivía."""
    if settings.MEMORIA_EN_COMUN:
        with suppress(FalloDeLaCache, DatabaseError):
            cache.set(f"latido-{ASUNTO}", momento, None)
    else:
        guardado.anotar(ASUNTO, {"momento": momento})


def ultimo() -> float | None:
    """De cuándo es la última señal; None si no hay o no se puede saber."""
    if settings.MEMORIA_EN_COMUN:
        with suppress(FalloDeLaCache, DatabaseError):
            momento = cache.get(f"latido-{ASUNTO}")
            return float(momento) if momento is not None else None
        return None
    dicho = guardado.lo_ultimo(ASUNTO)
    momento = dicho.get("momento") if dicho else None
    return float(momento) if isinstance(momento, int | float) else None
