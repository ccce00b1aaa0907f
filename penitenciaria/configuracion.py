"""Lo que la configuración necesita para explicarse: condiciones con frase y la clave local del modo demo."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def exigir(condicion: bool, mensaje: str) -> None:
    """Detiene el arranque con ``mensaje`` si ``condicion`` no se cumple."""
    if not condicion:
        raise ImproperlyConfigured(mensaje)


def clave_local(ruta: Path, generar: Callable[[], str]) -> str:
    """La clave secreta del modo demo: se genera una sola vez y queda en ``ruta``, legible solo por su dueño.

    Dos procesos que empiezan a la vez acaban con la misma: el segundo espera a que el primero la termine de escribir.
    """
    ruta.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(ruta, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as archivo:
        fcntl.flock(archivo, fcntl.LOCK_EX)  # se suelta al cerrar
        clave = archivo.read().strip()
        if not clave:
            clave = generar()
            archivo.write(clave)
    return clave
