"""La petición que se atiende: su nombre, que va en la respuesta y en cada línea del registro, y lo que dice de sí.

El nombre lo pone el intermediario (``X-Request-ID``; nginx reemplaza el que traiga el cliente) o, si falta o no tiene
la forma esperada, se inventa aquí. Es el «código del incidente» que ve quien encuentra un error.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import FileResponse, HttpResponseBase

from penitenciaria import metricas

Siguiente = Callable[[HttpRequest], HttpResponseBase]

CABECERA = "X-Request-ID"
FORMA = re.compile(r"[0-9a-f]{16,64}", re.ASCII)
#: Segundos desde los que una petición deja una línea en el registro aunque haya ido bien.
LENTA = 1.0

registro = logging.getLogger("portal.peticion")


@dataclass(slots=True)
class Marcha:
    """Lo que va pasando al atenderla: el nombre de la dirección, cuántas consultas a la base y cuántos segundos."""

    ruta: str = ""
    consultas: int = 0
    segundos: float = 0.0


@dataclass(frozen=True, slots=True)
class Peticion:
    """``id`` son de 16 a 64 cifras hexadecimales; ``con_sesion``, si trae una cookie de sesión o de formulario."""

    id: str
    metodo: str
    con_sesion: bool
    marcha: Marcha = field(default_factory=Marcha, compare=False, repr=False)


#: La que atiende este hilo; None fuera de una petición (órdenes, trabajos de fondo).
ACTUAL: ContextVar[Peticion | None] = ContextVar("peticion", default=None)


class ConNombre:
    """El middleware de más afuera: nombra la petición, mide lo que tarda y firma la respuesta con su nombre."""

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response
        self.cookies = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        inicio = perf_counter()
        peticion = Peticion(nombre_de(request), request.method or "", self._con_sesion(request))
        # Django anota los 4xx y 5xx cuando ya salió de aquí: lo sabe por la petición.
        request.peticion = peticion  # type: ignore[attr-defined]
        senal = ACTUAL.set(peticion)
        try:
            respuesta = self.get_response(request)
            respuesta.headers[CABECERA] = peticion.id
            segundos = perf_counter() - inicio
            metricas.anotar(request, respuesta, segundos, peticion.marcha.consultas)
            if segundos >= LENTA or respuesta.status_code >= 500:
                dejar_linea(request, respuesta, segundos, peticion.marcha)
        finally:
            ACTUAL.reset(senal)
        if request.method == "HEAD":
            return sin_cuerpo(respuesta)
        if isinstance(respuesta, StreamingHttpResponse) and not isinstance(respuesta, FileResponse):
            # Lo que se escribe según se envía también pertenece a esta petición.
            partes = cast(Iterator[bytes], respuesta.streaming_content)  # sin vistas asíncronas
            respuesta.streaming_content = _dentro_de(peticion, partes)
        return respuesta

    def process_view(self, request: HttpRequest, vista: Any, args: Any, kwargs: Any) -> None:
        """Ya se sabe a qué dirección llegó."""
        peticion = ACTUAL.get()
        if peticion is not None and request.resolver_match is not None:
            peticion.marcha.ruta = request.resolver_match.view_name

    def _con_sesion(self, request: HttpRequest) -> bool:
        return "HTTP_COOKIE" in request.META and any(nombre in request.COOKIES for nombre in self.cookies)


def sin_cuerpo(respuesta: HttpResponseBase) -> HttpResponseBase:
    """Lo que se contesta a HEAD: las mismas cabeceras, con el tamaño que tendría el cuerpo, y nada más."""
    if isinstance(respuesta, StreamingHttpResponse):
        respuesta.streaming_content = iter(())
    elif isinstance(respuesta, HttpResponse) and respuesta.content:
        respuesta.headers.setdefault("Content-Length", str(len(respuesta.content)))
        respuesta.content = b""
    return respuesta


def nombre_de(request: HttpRequest) -> str:
    """El que trae del intermediario, si tiene la forma esperada; si no, uno nuevo de 16 cifras."""
    traido = request.META.get("HTTP_X_REQUEST_ID", "")
    return traido if traido and FORMA.fullmatch(traido) else os.urandom(8).hex()


def id_actual() -> str:
    """El nombre de la petición que se atiende; vacío fuera de una."""
    peticion = ACTUAL.get()
    return peticion.id if peticion else ""


def dejar_linea(request: HttpRequest, respuesta: HttpResponseBase, segundos: float, marcha: Marcha) -> None:
    """Una línea de lo que falló o tardó; de quien la pidió, solo el número de su cuenta si es del personal."""
    cuenta = getattr(request, "_cached_user", None)  # no la busca: solo si la vista ya la pidió
    registro.log(
        logging.ERROR if respuesta.status_code >= 500 else logging.WARNING,
        "Falló la petición." if respuesta.status_code >= 500 else "La petición tardó.",
        extra={
            "estado": respuesta.status_code,
            "ms": round(segundos * 1000, 1),
            "consultas": marcha.consultas,
            "consultas_ms": round(marcha.segundos * 1000, 1),
            "persona": cuenta.pk if cuenta is not None and cuenta.is_staff else None,
        },
    )


def _dentro_de(peticion: Peticion, partes: Iterator[bytes]) -> Iterator[bytes]:
    senal = ACTUAL.set(peticion)
    try:
        yield from partes
    finally:
        ACTUAL.reset(senal)
