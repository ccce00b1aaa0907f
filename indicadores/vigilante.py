"""Cuántos intentos fallidos de entrar se admiten: por cuenta y lugar, por cuenta y por lugar.

django-axes tiene un solo límite para todas las combinaciones. Aquí cada una tiene su techo (``AXES_TECHOS``): cinco a
una cuenta desde un lugar; muchos más a una cuenta desde todas partes, para que molestar a alguien no sea tan fácil
como equivocarse cinco veces; y un tope a lo que un lugar puede probar con nombres distintos.
"""

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

#: Lo que cabe en el registro de intentos; ninguna cuenta tiene un nombre tan largo.
LARGO_DEL_NOMBRE = 255


def nombre_de(request: HttpRequest, credenciales: dict[str, str] | None = None) -> str | None:
    """El nombre con que se intenta entrar, tal como se anota: sin nulos y recortado a lo que cabe."""
    dicho = credenciales.get("username") if credenciales else request.POST.get("username")
    return None if dicho is None else dicho.replace("\0", "")[:LARGO_DEL_NOMBRE]


class Vigilante(AxesDatabaseHandler):
    """Los mismos registros que django-axes, contados contra varios techos."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        """Los fallos de la combinación más cerca de su techo, llevados a la escala de ``AXES_FAILURE_LIMIT``."""
        cercanias = []
        for intentos, techo in zip(self.get_user_attempts(request, credentials), settings.AXES_TECHOS, strict=True):
            fallos = intentos.aggregate(suma=Sum("failures_since_start"))["suma"] or 0
            cercanias.append(fallos * settings.AXES_FAILURE_LIMIT // techo)
        return max(cercanias)
