"""Cómo se presenta una llave de la API: ``Authorization: Bearer pnp_…``."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, Throttled
from rest_framework.request import Request

from indicadores.acciones.llaves import llave_que_sirve
from indicadores.models import LlaveDeApi
from penitenciaria.api.limites import LimitePorCliente

REALMO = 'Bearer realm="API de la Política Nacional Penitenciaria"'


class PorLlave(BaseAuthentication):
    """Sin cabecera se sigue como anónimo; con una que no sirve, es un 401: callarlo escondería el error de quien pide.

    La llave nunca da permisos de persona: ``request.user`` es siempre anónimo y ``request.auth`` es la llave.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, LlaveDeApi] | None:
        partes = request.headers.get("Authorization", "").split()
        if not partes:
            return None
        if len(partes) != 2 or partes[0].lower() != "bearer":
            raise rechazo(
                request,
                "La cabecera Authorization no se entiende: escriba «Bearer» y la llave, o quítela; la API es pública.",
            )
        llave = llave_que_sirve(partes[1], ahora=timezone.now())
        if llave is None:
            raise rechazo(
                request,
                "La llave no existe, venció o se revocó. Pida otra a quien se la dio, o consulte sin llave: la API es "
                "pública.",
            )
        return AnonymousUser(), llave

    def authenticate_header(self, request: Request) -> str:
        return REALMO


def rechazo(request: Request, porque: str) -> APIException:
    """401, o 429 si desde esa dirección ya se pidió demasiado: probar llaves también cuenta en su límite."""
    limite = LimitePorCliente()
    return AuthenticationFailed(porque) if limite.admite(request, None) else Throttled(limite.wait())
