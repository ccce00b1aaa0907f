"""Lo común a las órdenes que no deben morir a medias."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def salida_ordenada() -> Iterator[None]:
    """Mientras dura el bloque, SIGTERM es una salida ordinaria: lo que estaba a medias se deshace."""
    anterior = signal.signal(signal.SIGTERM, _salir)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, anterior)


def _salir(senal: int, _marco: FrameType | None) -> NoReturn:
    sys.exit(128 + senal)
