"""Lo que un programa lee fuera de ``/api/`` (catálogos, paquetes, novedades) contesta y falla como la API.

Sin esto, una página de otro sitio que vuelve a pedir con ``If-None-Match`` no pasa la pregunta previa de su navegador,
y un programa que pide un paquete que no existe recibe una página en vez de un documento que pueda leer.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag

from indicadores.views import NO_SE_ENTIENDE
from penitenciaria.api.errores import problema

Vista = Callable[..., HttpResponseBase]

METODOS = "GET, HEAD, OPTIONS"
#: Lo mismo que escribe la API, que lo hace para todo lo que está bajo ``/api/``.
DE_ORIGEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Content-Disposition, X-Request-ID",
}
PREVIAS = {
    "Allow": METODOS,
    "Access-Control-Allow-Methods": METODOS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def abierta(vista: Vista) -> Vista:
    """Contesta ``OPTIONS`` sin trabajar, abre la respuesta a otros sitios y escribe sus errores como RFC 9457."""

    @wraps(vista)
    def envuelta(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            respuesta: HttpResponseBase = HttpResponse(status=204, headers=PREVIAS)
        else:
            respuesta = _condicionada(request, _atender(vista, request, args, kwargs))
        for nombre, valor in DE_ORIGEN.items():
            respuesta.headers[nombre] = valor
        return respuesta

    return envuelta


def _condicionada(request: HttpRequest, respuesta: HttpResponseBase) -> HttpResponseBase:
    """El 304 se decide aquí, y no en ``ConditionalGetMiddleware``, que le quitaría las cabeceras para otros sitios."""
    if not isinstance(respuesta, HttpResponse) or respuesta.status_code != 200:
        return respuesta
    if not respuesta.has_header("ETag"):
        set_response_etag(respuesta)
    return get_conditional_response(request, etag=respuesta.headers["ETag"], response=respuesta) or respuesta


def _atender(vista: Vista, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
    try:
        respuesta = vista(request, *args, **kwargs)
    except Http404 as error:
        return problema(request, 404, str(error) or "No hay nada publicado en esta dirección.")
    if respuesta.status_code == 400:
        return problema(request, 400, getattr(request, NO_SE_ENTIENDE, "La petición no se entiende."))
    return respuesta
