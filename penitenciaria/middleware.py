"""Lo que vale para todas las direcciones: lo público solo se lee, y qué lleva toda respuesta bajo ``/api/``."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.cache import set_response_etag

from indicadores.api.historia import cabeceras_de

Siguiente = Callable[[HttpRequest], HttpResponse]

CABECERAS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, "
    "Content-Disposition, Deprecation, Sunset, Link",
}
CABECERAS_PREVIAS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match",
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
        cuota, donde = getattr(request, "cuota_de_api", None), request.resolver_match
        propias = cuota.cabeceras() if cuota else {}
        propias |= cabeceras_de(donde.url_name, reverse("api-historial")) if donde else {}
        for nombre, valor in propias.items():
            response.headers[nombre] = valor
        return response

    return atender


#: Las dos direcciones fuera de la administración que reciben algo: la de señalar un error y la del personal.
RECIBEN = frozenset({"indicador-error", "reporte-preparar"})


class LoPublicoSoloSeLee:
    """Contesta 405 a quien quiera escribir en una dirección pública que no lo espera; va antes del control de CSRF.

    De ``/admin/`` y ``/api/`` responden sus propias vistas.
    """

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, vista: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None deja pasar."""
        donde = request.resolver_match
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path_info.startswith("/api/") or donde is None:
            return None
        if "admin" in donde.namespaces or donde.url_name in RECIBEN:
            return None
        return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])
