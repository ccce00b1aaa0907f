"""Las puertas: si este proceso está listo, sus métricas y la página de quien administra."""

import hmac
import ipaddress
from datetime import datetime

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from indicadores.errores import PermisoDenegado
from penitenciaria.operacion import pagina
from penitenciaria.operacion.comprobaciones import Informe, comprobar_todo
from penitenciaria.operacion.exposicion import TIPO, exponer


@require_safe
@cache_control(no_store=True)
def listo(request: HttpRequest) -> HttpResponse:
    """200 si este proceso puede atender, 503 si no; qué le pasa, con palabras, solo a quien vigila."""
    informe = comprobar_todo(_ahora())
    dicho = en_json(informe, con_detalle=vigila(request))
    return JsonResponse(dicho, status=200 if informe.listo else 503, json_dumps_params={"ensure_ascii": False})


@require_safe
@cache_control(no_store=True)
def metricas(request: HttpRequest) -> HttpResponse:
    """Para Prometheus: desde esta máquina o con ``METRICAS_LLAVE``."""
    if not vigila(request):
        frase = "Las métricas se leen desde la propia máquina o con «Authorization: Bearer» y METRICAS_LLAVE.\n"
        return HttpResponse(frase, status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(exponer(_ahora()), content_type=TIPO)


@require_safe
@cache_control(private=True, no_store=True)
def operacion(request: HttpRequest) -> HttpResponse:
    """Cómo está el portal, para quien lo administra."""
    try:
        escrita = pagina.escribir(por=request.user, pedido=request.GET.dict(), ahora=_ahora())
    except PermisoDenegado as error:
        raise PermissionDenied(str(error)) from error
    contexto = {**admin.site.each_context(request), "title": "Operación", "pagina": escrita}
    return TemplateResponse(request, "admin/operacion.html", contexto)


def en_json(informe: Informe, *, con_detalle: bool) -> dict[str, object]:
    """El informe para un programa; sin detalle no dice más que cómo está cada cosa y cuánto tardó en saberse."""
    comprobaciones = {}
    for una in informe.comprobaciones:
        dicho = {"estado": una.estado, "esencial": una.esencial, "ms": una.ms}
        comprobaciones[una.nombre] = dicho | ({"detalle": una.detalle} if con_detalle else {})
    return {"estado": informe.estado, "comprobaciones": comprobaciones}


def vigila(request: HttpRequest) -> bool:
    """Si pregunta alguien de esta máquina (también a través del intermediario) o quien trae la llave."""
    llave = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICAS_LLAVE and hmac.compare_digest(llave.encode(), settings.METRICAS_LLAVE.encode()):
        return True
    pasos = [request.META.get("REMOTE_ADDR", ""), *request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return all(es_de_aqui(paso.strip()) for paso in pasos if paso.strip())


def es_de_aqui(direccion: str) -> bool:
    """Si es una dirección de la propia máquina."""
    try:
        return ipaddress.ip_address(direccion).is_loopback
    except ValueError:
        return False


def _ahora() -> datetime:
    return timezone.now()
