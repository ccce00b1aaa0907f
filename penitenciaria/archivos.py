"""Los archivos que se reciben: quedan enteros y en el disco, o no quedan."""

import os
from contextlib import suppress
from secrets import token_hex
from typing import Any

from django.core.files.storage import FileSystemStorage


class ArchivosEnteros(FileSystemStorage):
    """Escribe aparte y le da su nombre al final: un disco lleno o un proceso que muere no dejan un archivo a medias.

    Antes de contestar, espera a que el disco lo tenga (``fsync``), como hace la base con sus filas.
    """

    def _save(self, name: str, content: Any) -> str:
        provisional = f"{name}.{token_hex(8)}.parcial"
        try:
            super()._save(provisional, content)  # type: ignore[misc]
            _asegurar(self.path(provisional))
            name = self._nombrar(provisional, name)
            _asegurar(os.path.dirname(self.path(name)))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(self.path(provisional))
        return name

    def _nombrar(self, provisional: str, name: str) -> str:
        """Le da ``name`` o, si otro lo tomó mientras tanto, uno libre."""
        while True:
            try:
                os.link(self.path(provisional), self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name


def _asegurar(ruta: str) -> None:
    descriptor = os.open(ruta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
