"""Cuántas peticiones admite la API por lapso: desde cada dirección o, si trae una llave, con cada llave.

Se cuenta por ventanas fijas en la caché compartida, con una sola suma atómica: vale igual con muchos procesos. La
cuenta viaja en la petición y ``penitenciaria.middleware.api_abierta`` la escribe en las cabeceras ``RateLimit`` y
``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-10), también en los errores. Lo que se contesta ya hecho,
desde la memoria de respuestas, no llega hasta aquí: ni cuenta ni lleva esas cabeceras.
"""

import hashlib
import time
from dataclasses import dataclass
from math import ceil

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from indicadores.models import LlaveDeApi
from penitenciaria.almacen import FalloDeLaCache

#: Segundos de cada lapso que admite ``LIMITE_API``.
SEGUNDOS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}


@dataclass(frozen=True, slots=True)
class Limite:
    """Cuántas peticiones cada cuántos segundos, y con qué nombre se anuncia."""

    nombre: str
    peticiones: int
    segundos: int


@dataclass(frozen=True, slots=True)
class Cuota:
    """Lo que va de una ventana: cuántas quedan y cuántos segundos faltan para la siguiente."""

    limite: Limite
    pedidas: int
    faltan: int

    @property
    def quedan(self) -> int:
        return max(self.limite.peticiones - self.pedidas, 0)

    @property
    def se_paso(self) -> bool:
        return self.pedidas > self.limite.peticiones

    def cabeceras(self) -> dict[str, str]:
        """Campos estructurados (RFC 9651): ``"direccion";q=600;w=60`` y ``"direccion";r=599;t=42``."""
        suyo = self.limite
        return {
            "RateLimit-Policy": f'"{suyo.nombre}";q={suyo.peticiones};w={suyo.segundos}',
            "RateLimit": f'"{suyo.nombre}";r={self.quedan};t={self.faltan}',
        }


def leer_limite(nombre: str, texto: str | None) -> Limite | None:
    """«600/min» → 600 peticiones cada 60 segundos; sin texto, sin límite."""
    if not texto:
        return None
    cuantas, _, lapso = texto.partition("/")
    return Limite(nombre, int(cuantas), SEGUNDOS[lapso])


def contar(limite: Limite, quien: str, *, ahora: float) -> Cuota:
    """Anota una petición de ``quien`` en la ventana de ``ahora`` (segundos desde 1970) y dice cómo va."""
    ventana = int(ahora // limite.segundos)
    seudonimo = hashlib.sha256(quien.encode()).hexdigest()[:32]
    clave = f"limite-api-{limite.nombre}-{limite.segundos}-{ventana}-{seudonimo}"
    if cache.add(clave, 1, timeout=limite.segundos + 1):
        pedidas = 1
    else:
        try:
            pedidas = cache.incr(clave)
        except ValueError:  # venció entre una orden y la otra
            cache.set(clave, 1, timeout=limite.segundos + 1)
            pedidas = 1
    return Cuota(limite, pedidas, faltan=max(ceil((ventana + 1) * limite.segundos - ahora), 1))


class LimitePorCliente(BaseThrottle):
    """``LIMITE_API`` a cada dirección; ``LIMITE_API_TOKEN``, o el límite propio, a cada llave."""

    cuota: Cuota | None = None

    def allow_request(self, request: Request, view: object) -> bool:
        return self.admite(request, request.auth)

    def admite(self, request: Request, llave: object) -> bool:
        """Cuenta esta petición como de ``llave`` o, si no es una llave, de la dirección; si todavía cabe."""
        if request.method == "OPTIONS":  # la pregunta previa de un navegador no es una petición suya
            return True
        if isinstance(llave, LlaveDeApi):
            limite, quien = limite_de_llave(llave), f"llave {llave.pk}"
        else:
            limite, quien = leer_limite("direccion", settings.LIMITE_API), f"direccion {self.get_ident(request)}"
        if limite is None:
            return True
        try:
            self.cuota = contar(limite, quien, ahora=time.time())
        except FalloDeLaCache:  # sin dónde contar se atiende: el límite cuida al portal, no al revés
            return True
        request._request.cuota_de_api = self.cuota  # type: ignore[attr-defined]
        return not self.cuota.se_paso

    def wait(self) -> float | None:
        return self.cuota.faltan if self.cuota else None


def limite_de_llave(llave: LlaveDeApi) -> Limite | None:
    """El propio de la llave o, si no tiene, el de todas."""
    if llave.por_minuto is not None:
        return Limite("llave", llave.por_minuto, SEGUNDOS["min"])
    return leer_limite("llave", settings.LIMITE_API_TOKEN)
