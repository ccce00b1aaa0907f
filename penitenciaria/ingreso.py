"""Quién es quien pide, en un solo lugar: una sesión vencida o sin su segundo factor no es de nadie.

``request.user`` es una persona solo si su sesión está completa. Todo lo que pregunta por ella —la administración, la
preparación del reporte, las evidencias— obedece sin saberlo, y una página nueva también. Se averigua cuando alguien
pregunta: lo público, que no pregunta, sigue sin leer la sesión.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from indicadores.acciones.comun import momento
from indicadores.acciones.sesiones import Estado, anotar_uso, estado

Siguiente = Callable[[HttpRequest], HttpResponseBase]

#: Las páginas de la administración que no preguntan quién es, o que son precisamente para quien está a medias.
ABIERTAS = frozenset({"jsi18n", "clave_olvidada", "clave_nueva", "segundo_factor", "segundo_factor_poner"})


class IngresoCompleto:
    """Va después de ``AuthenticationMiddleware`` y de los mensajes, que usa para decir que la sesión venció."""

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.a_medias = None  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(lambda: _quien(request))  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, vista: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """A quien está a medias se le pide lo que falta; a quien se le venció la sesión se le dice. None deja pasar."""
        donde = request.resolver_match
        if donde is None or "admin" not in donde.namespaces or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        como = estado(request.session, ahora=momento(None))
        if como is Estado.VENCIDA:
            request.session.flush()
            if donde.url_name not in (*ABIERTAS, "login", "logout"):
                messages.info(request, "Su sesión se cerró: pasó demasiado tiempo sin usarse. Vuelva a entrar.")
        elif como is Estado.A_MEDIAS and donde.url_name not in ABIERTAS:
            # Quien escribe otra vez su clave empieza de nuevo; quien solo mira, sigue donde estaba.
            if donde.url_name == "login":
                return None if request.method == "POST" else _a_completar(request.GET.get("next", ""))
            return _a_completar(request.get_full_path() if request.method == "GET" else "")
        return None


def _a_completar(destino: str) -> HttpResponseBase:
    """A dar el segundo factor y, después, a ``destino``; esa página comprueba que sea del portal."""
    respuesta = redirect_to_login(destino or reverse("admin:index"), reverse("admin:segundo_factor"))
    add_never_cache_headers(respuesta)
    return respuesta


def _quien(request: HttpRequest) -> Any:
    """La persona de una sesión completa o, si no lo está, nadie; la de una a medias queda en ``request.a_medias``."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return AnonymousUser()
    persona = get_user(request)
    ahora = momento(None)
    como = estado(request.session, ahora=ahora)
    if como is Estado.COMPLETA:
        anotar_uso(request.session, ahora=ahora)
        return persona
    if como is Estado.A_MEDIAS and persona.is_authenticated:
        request.a_medias = persona  # type: ignore[attr-defined]
    return AnonymousUser()
