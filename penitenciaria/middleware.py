"""Lo que toda respuesta bajo ``/api/`` lleva, sea cual sea la vista (o el fallo) que la dio."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import set_response_etag

Siguiente = Callable[[HttpRequest], HttpResponse]

CABECERAS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After",
}
CABECERAS_PREVIAS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def api_abierta(get_response: Siguiente) -> Siguiente:
    """Abre la API a cualquier página (CORS de solo lectura) y hace de la ETag su único validador.

    ``If-Modified-Since`` se ignora: ``Last-Modified`` dice cuándo se publicó la última cifra, y una respuesta puede
    cambiar por otra razón (un texto del catálogo, un día que pasa). Va por fuera de ``ConditionalGetMiddleware``, que
    solo pone la ETag en GET; aquí la recibe también HEAD.
    """

    def atender(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        request.META.pop("HTTP_IF_MODIFIED_SINCE", None)
        response = get_response(request)
        if request.method == "HEAD" and response.status_code == 200 and not response.streaming:
            set_response_etag(response)
        if request.method in ("GET", "HEAD", "OPTIONS"):
            for nombre, valor in (CABECERAS | (CABECERAS_PREVIAS if request.method == "OPTIONS" else {})).items():
                response.headers[nombre] = valor
        return response

    return atender
