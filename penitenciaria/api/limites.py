"""Cuántas peticiones por minuto admite la API desde cada dirección."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class LimitePorDireccion(SimpleRateThrottle):
    """El límite de ``LIMITE_API`` («600/min»); vacío, no hay límite. Lo que se sirve como 304 también cuenta."""

    scope = "direccion"

    def get_rate(self) -> str | None:
        limite: str | None = settings.LIMITE_API
        return limite

    def get_cache_key(self, request: Request, view: object) -> str:
        return f"limite-api-{self.get_ident(request)}"
