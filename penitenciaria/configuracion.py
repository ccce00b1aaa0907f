"""Lo que la configuración necesita para explicarse: condiciones con frase y la clave local del modo demo."""

import os
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def exigir(condicion: bool, mensaje: str) -> None:
    """Detiene el arranque con ``mensaje`` si ``condicion`` no se cumple."""
    if not condicion:
        raise ImproperlyConfigured(mensaje)


def clave_local(ruta: Path, generar: Callable[[], str]) -> str:
    """La clave secreta del modo demo: se genera una sola vez y queda en ``ruta``, legible solo por su dueño."""
    ruta.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return ruta.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as archivo:
        clave = generar()
        archivo.write(clave)
    return clave
