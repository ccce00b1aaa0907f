"""A quién se avisa de un fallo de seguridad: ``/.well-known/security.txt`` (RFC 9116)."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from indicadores.acciones.comun import dia_en_lima, momento

#: Días que se puede confiar en lo escrito; se escribe de nuevo cada día.
VALE = 180


def security_txt(request: HttpRequest) -> HttpResponse:
    """El contacto que diga ``CONTACTO_SEGURIDAD``; sin él no hay página: sería una promesa que nadie atiende."""
    if not settings.CONTACTO_SEGURIDAD:
        raise Http404("No hay un contacto de seguridad publicado.")
    vence = dia_en_lima(momento(None)) + timedelta(days=VALE)
    lineas = (
        f"Contact: {settings.CONTACTO_SEGURIDAD}",
        f"Expires: {vence.isoformat()}T05:00:00Z",
        "Preferred-Languages: es, en",
        f"Canonical: {request.build_absolute_uri(reverse('seguridad-txt'))}",
        "",
    )
    return HttpResponse("\n".join(lineas), content_type="text/plain; charset=utf-8")
