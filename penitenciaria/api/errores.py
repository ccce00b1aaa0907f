"""Los errores de la API: un documento ``application/problem+json`` (RFC 9457) con una frase en español."""

import json
import logging
from math import ceil
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework import exceptions

from indicadores.api.parametros import ParametroInvalido, citar
from indicadores.errores import DatoInvalido
from indicadores.formato import enumerar, plural
from penitenciaria.peticion import id_actual
from penitenciaria.replicas import se_fue

registro = logging.getLogger("django.request")

TITULOS = {
    400: "Solicitud incorrecta",
    401: "La llave no sirve",
    403: "Acceso denegado",
    404: "No encontrado",
    405: "Método no admitido",
    406: "Tipo de contenido no ofrecido",
    414: "Dirección demasiado larga",
    415: "Tipo de contenido no admitido",
    429: "Demasiadas peticiones",
    500: "Error del servidor",
    503: "El servicio no está disponible",
}
FALLO = "El servidor falló al preparar la respuesta. El fallo quedó registrado; vuelva a intentarlo más tarde."

SIN_BASE = "La base de datos no responde en este momento. Vuelva a intentarlo en unos segundos."


def problema(
    request: HttpRequest,
    estado: int,
    detalle: str,
    *,
    parametro: str | None = None,
    cabeceras: dict[str, str] | None = None,
) -> HttpResponse:
    """El documento del error; no se guarda en ninguna caché."""
    cuerpo: dict[str, Any] = {
        "type": "about:blank",
        "title": TITULOS.get(estado, "Error"),
        "status": estado,
        "detail": detalle,
        "instance": escape_uri_path(request.path),
    }
    if parametro is not None:
        cuerpo["parametro"] = parametro
    if estado >= 500 and (incidente := id_actual()):
        cuerpo["incidente"] = incidente
    return HttpResponse(
        json.dumps(cuerpo, ensure_ascii=False),
        status=estado,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(cabeceras or {})},
    )


def responder_error(error: Exception, contexto: dict[str, Any]) -> HttpResponse:
    """El ``EXCEPTION_HANDLER`` de DRF: traduce lo previsto y registra lo demás sin mostrar nada de dentro."""
    request: HttpRequest = contexto["request"]._request
    if isinstance(error, ParametroInvalido):
        return problema(request, 400, str(error.detail), parametro=error.parametro)
    if isinstance(error, DatoInvalido):
        return problema(request, 400, str(error), parametro=error.campo)
    if isinstance(error, DisallowedHost):
        return problema(request, 400, "La cabecera Host no trae un nombre que este portal atienda.")
    if isinstance(error, SuspiciousOperation):
        return problema(request, 400, "La petición no se puede leer: tiene demasiados parámetros o está mal formada.")
    if isinstance(error, Http404):
        return problema(request, 404, f"No existe la dirección {citar(request.path)}. Empiece por /api/v1/.")
    if isinstance(error, PermissionDenied):
        return problema(request, 403, "No se permite el acceso a este recurso.")
    if isinstance(error, exceptions.APIException):
        return problema(request, error.status_code, _detalle(error, contexto), cabeceras=_cabeceras(error))
    if se_fue(error):
        registro.error("Sin base en %s: %s", request.path, type(error).__name__, extra={"request": request})
        return problema(request, 503, SIN_BASE, cabeceras={"Retry-After": "5"})
    registro.error("Fallo en %s", request.path, exc_info=error, extra={"status_code": 500, "request": request})
    return problema(request, 500, FALLO)


def _detalle(error: exceptions.APIException, contexto: dict[str, Any]) -> str:
    if isinstance(error, exceptions.MethodNotAllowed):
        return f"La API es de solo lectura: no admite «{contexto['request'].method}». Use GET, HEAD u OPTIONS."
    if isinstance(error, exceptions.NotAcceptable):
        tipos = [str(renderer.media_type) for renderer in contexto["view"].get_renderers()]
        tambien = " En CSV o XLSX se pide con «format»." if getattr(contexto["view"], "columnas", None) else ""
        return f"La cabecera Accept no incluye lo que aquí se ofrece: {enumerar(tipos, 'o')}.{tambien}"
    if isinstance(error, exceptions.Throttled):
        espera = plural(ceil(_espera(error) or 1), "segundo", "segundos")
        donde = "con esta llave" if contexto["request"].auth else "desde esta dirección"
        return f"Se superó el límite de peticiones {donde}. Vuelva a intentarlo en {espera}."
    return str(error.detail)


def _cabeceras(error: exceptions.APIException) -> dict[str, str]:
    espera = _espera(error)
    cabeceras = {} if espera is None else {"Retry-After": str(ceil(espera))}
    pide_llave = getattr(error, "auth_header", None)
    return cabeceras | ({"WWW-Authenticate": pide_llave} if pide_llave else {})


def _espera(error: exceptions.APIException) -> float | None:
    """Segundos que faltan para poder volver a pedir, si el error es por pedir demasiado."""
    return getattr(error, "wait", None)
