"""Una sola hoja de estilo para las páginas públicas: las fuentes son archivos pequeños y se entregan juntos.

``portal.css`` es una lista de ``@import``. Mientras se escribe (``DEBUG`` y pruebas) el navegador los sigue; al reunir
los estáticos, :class:`ManifiestoEnUnaHoja` entrega el texto de todos en un archivo, cuya huella cambia con cualquiera.
"""

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Las hojas que se entregan con lo que importan dentro.
HOJAS = ("css/portal.css",)
IMPORTACION = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']\)?\s*;[^\S\n]*\n?""")
COMENTARIO = re.compile(r"/\*.*?\*/[^\S\n]*\n?", re.DOTALL)


def reunir_hoja(nombre: str, leer: Callable[[str], str]) -> str:
    """El texto de una hoja con el de las que importa, en su orden, cada una una vez y sin comentarios.

    ``leer`` da el texto de un archivo estático por su nombre; lo que levante si no existe, sale tal cual.
    """
    return "".join(_partes(nombre, leer, set()))


def _partes(nombre: str, leer: Callable[[str], str], vistas: set[str]) -> Iterator[str]:
    if nombre in vistas:
        return
    vistas.add(nombre)
    texto = COMENTARIO.sub("", leer(nombre))
    for importada in IMPORTACION.findall(texto):
        yield from _partes(normpath(join(dirname(nombre), importada)), leer, vistas)
    yield IMPORTACION.sub("", texto)


class ManifiestoEnUnaHoja(CompressedManifestStaticFilesStorage):
    """Los estáticos con huella y comprimidos de WhiteNoise, con cada hoja de :data:`HOJAS` entera en su archivo."""

    def post_process(self, paths: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """``paths``: nombre → (dónde está, cómo se llama ahí); las hojas reunidas se ponen en memoria en su lugar."""

        def leer(nombre: str) -> str:
            if nombre not in paths:
                raise FileNotFoundError(f"Una hoja importa «{nombre}», que no está entre los archivos estáticos.")
            donde, ruta = paths[nombre]
            with donde.open(ruta) as archivo:
                return str(archivo.read().decode())

        memoria = InMemoryStorage()
        reunidas = {}
        for nombre in HOJAS:
            if nombre in paths:
                reunidas[nombre] = (memoria, memoria.save(nombre, ContentFile(reunir_hoja(nombre, leer).encode())))
        yield from super().post_process(paths | reunidas, *args, **kwargs)
