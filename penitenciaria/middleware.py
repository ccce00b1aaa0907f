"""Lo que vale para todas las direcciones: lo público solo se lee, y qué lleva toda respuesta bajo ``/api/``."""

from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import ResolverMatch, resolve
from django.utils.cache import set_response_etag

from indicadores.api.a_json import direccion_de
from indicadores.api.historia import cabeceras_de
from indicadores.formato import enumerar

Siguiente = Callable[[HttpRequest], HttpResponse]

CABECERAS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, "
    "Content-Disposition, Deprecation, Sunset, Link, X-Request-ID",
}
CABECERAS_PREVIAS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


#: Lo que ninguna página del portal usa, ni deja usar a lo que se incruste en ella.
POLITICA_DE_PERMISOS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()"
)


def cabeceras_de_seguridad(get_response: Siguiente) -> Siguiente:
    """Lo que lleva toda respuesta, también las de error: qué no puede usar el navegador y quién la puede incrustar.

    Una página o algo del personal no se carga desde otro sitio; los datos, las gráficas y la API, sí. Va por dentro de
    la memoria de respuestas, que las guarda con estas cabeceras.
    """

    def atender(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        propia = request.path_info.startswith(("/admin/", "/evidencias/"))
        propia = propia or response.headers.get("Content-Type", "").startswith("text/html")
        quien = "same-origin" if propia and not request.path_info.startswith("/api/") else "cross-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", quien)
        response.headers.setdefault("Permissions-Policy", POLITICA_DE_PERMISOS)
        return response

    return atender


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
        propias |= cabeceras_de(donde.url_name, direccion_de("api-historial")) if donde else {}
        for nombre, valor in propias.items():
            response.headers[nombre] = valor
        return response

    return atender


def politica_de_contenidos(get_response: Siguiente) -> Siguiente:
    """La cabecera que compone django-csp a partir de la configuración, una vez: no depende de la petición."""
    partes = CSPMiddleware(get_response).get_policy_parts(HttpRequest(), HttpResponse())
    politica = build_policy(**asdict(partes))

    def atender(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", politica)
        return response

    return atender


@lru_cache(maxsize=1024)
def hallar(urlconf: str, ruta: str) -> ResolverMatch:
    """Qué atiende esa ruta; recorrer todas las direcciones en cada petición cuesta más que recordarlo."""
    return resolve(ruta, urlconf)


class DerechoALaVista:
    """Lo que se lee de la API no pasa por sesiones, formularios, personas ni mensajes: allí nadie ingresa.

    La referencia (``docs/``) es una página y sigue el camino de las páginas.
    """

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or not request.path_info.startswith("/api/"):
            return self.get_response(request)
        donde = hallar(settings.ROOT_URLCONF, request.path_info)
        if donde.url_name == "api-docs":
            return self.get_response(request)
        request.resolver_match = donde
        respuesta: HttpResponseBase = donde.func(request, *donde.args, **donde.kwargs)
        if isinstance(respuesta, SimpleTemplateResponse):
            respuesta = respuesta.render()
        if isinstance(respuesta, HttpResponse):
            respuesta.headers["Content-Length"] = str(len(respuesta.content))
        return respuesta


#: Las dos direcciones fuera de la administración que reciben algo: la de señalar un error y la del personal.
RECIBEN = frozenset({"indicador-error", "reporte-preparar"})


class LoPublicoSoloSeLee:
    """Contesta 405 a quien quiera escribir en una dirección pública que no lo espera; va antes del control de CSRF.

    La administración recibe además POST, y ningún otro método. De ``/api/`` responden sus propias vistas.
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
            return None if request.method == "POST" else _no_se_admite("GET", "HEAD", "OPTIONS", "POST")
        return _no_se_admite("GET", "HEAD", "OPTIONS")


def _no_se_admite(*metodos: str) -> HttpResponse:
    texto = f"Esta dirección solo se puede pedir con {enumerar(metodos, 'o')}.\n"
    return HttpResponseNotAllowed(metodos, texto, content_type="text/plain; charset=utf-8")


#: Cifras que caben en una clave de la base (64 bits).
CIFRAS_DE_UNA_CLAVE = 18
#: Los argumentos de las direcciones de la administración que son la clave de un objeto: todas son números.
DE_UN_OBJETO = ("object_id", "id", "pk")


class SinDesmesuras:
    """Contesta 404 a una dirección del personal con un argumento que ninguna base admite, y 400 a una pregunta así.

    Un texto, un número de treinta cifras o un carácter nulo no son la clave de nada, y cada base falla con ellos a su
    manera. Lo público lo comprueba cada vista, que además lo explica.
    """

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, vista: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None deja pasar."""
        donde = request.resolver_match
        if donde is None or "admin" not in donde.namespaces:
            return None
        claves = [str(kwargs[nombre]) for nombre in DE_UN_OBJETO if nombre in kwargs] + [str(valor) for valor in args]
        no_es_clave = any(not (clave.isascii() and clave.isdecimal()) for clave in claves)
        if no_es_clave or any(desmesurado(str(valor)) for valor in (*args, *kwargs.values())):
            raise Http404("No hay nada con esa clave.")
        elegidos = request.POST.getlist("_selected_action") if request.method == "POST" else []
        preguntas = [valor for nombre, valores in request.GET.lists() if nombre != "q" for valor in valores]
        no_son_claves = any(not (elegido.isascii() and elegido.isdecimal()) for elegido in elegidos)
        if no_son_claves or "\0" in request.GET.get("q", "") or any(map(desmesurado, (*elegidos, *preguntas))):
            raise SuspiciousOperation("La petición trae un valor que no cabe en la base.")
        return None


def desmesurado(texto: str) -> bool:
    """Si lleva un carácter nulo o un número que no cabe en la base."""
    partes = (parte.strip().lstrip("-") for parte in texto.split(","))
    return "\0" in texto or any(parte.isdecimal() and len(parte) > CIFRAS_DE_UNA_CLAVE for parte in partes)
