"""Dónde quedan las respuestas ya hechas: en este proceso, con un tope de bytes, y en la caché común si la hay."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.core.cache import cache

from indicadores.errores import FalloDeLaCache

#: Lo que ocupa una respuesta además de su cuerpo, más o menos.
SOBRECOSTO = 1024
#: Segundos que se guarda en la caché común; no es un plazo de validez (lo da la clave), sino de limpieza.
VIDA_EN_COMUN = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Guardada:
    """Una respuesta 200 entera: sus cabeceras, en orden, y su cuerpo."""

    cabeceras: tuple[tuple[str, str], ...]
    cuerpo: bytes


class Almacen:
    """Lo usado hace menos tiempo, hasta ``tope`` bytes; lo pueden usar varios hilos a la vez."""

    def __init__(self, tope: int) -> None:
        self.tope = tope
        self.bytes = 0
        self._guardadas: OrderedDict[str, Guardada] = OrderedDict()
        self._cerrojo = Lock()

    def leer(self, clave: str) -> Guardada | None:
        """Lo guardado con esa clave, aquí o en la caché común; None si no está."""
        with self._cerrojo:
            hallada = self._guardadas.get(clave)
            if hallada is not None:
                self._guardadas.move_to_end(clave)
                return hallada
        if not settings.MEMORIA_EN_COMUN:
            return None
        try:
            par = cache.get(f"memoria-{clave}")
        except FalloDeLaCache:
            return None
        if par is None:
            return None
        hallada = Guardada(*par)
        self._anotar(clave, hallada)
        return hallada

    def guardar(self, clave: str, respuesta: Guardada) -> None:
        """La guarda y olvida las que nadie pide hace más tiempo, si no caben todas."""
        self._anotar(clave, respuesta)
        if settings.MEMORIA_EN_COMUN:
            try:
                cache.set(f"memoria-{clave}", (respuesta.cabeceras, respuesta.cuerpo), VIDA_EN_COMUN)
            except FalloDeLaCache:
                return

    def _anotar(self, clave: str, respuesta: Guardada) -> None:
        with self._cerrojo:
            if (anterior := self._guardadas.pop(clave, None)) is not None:
                self.bytes -= len(anterior.cuerpo) + SOBRECOSTO
            self._guardadas[clave] = respuesta
            self.bytes += len(respuesta.cuerpo) + SOBRECOSTO
            while self.bytes > self.tope:
                _, olvidada = self._guardadas.popitem(last=False)
                self.bytes -= len(olvidada.cuerpo) + SOBRECOSTO


def recordado(clave: str, vida: int, escribir: Callable[[], bytes]) -> bytes:
    """Lo que ``escribir`` da, guardado ``vida`` segundos bajo ``clave``; sin caché a mano, se escribe otra vez."""
    contenido = None
    with suppress(FalloDeLaCache):
        contenido = cache.get(clave)
    if contenido is None:
        contenido = escribir()
        with suppress(FalloDeLaCache):
            cache.set(clave, contenido, vida)
    return bytes(contenido)
