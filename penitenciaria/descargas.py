"""Los datos para programas que no están en la API: catálogo, descriptor, diccionario y paquetes sellados."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.cache import cache_control

from indicadores.api.formatos import TIPOS, escribir_csv
from indicadores.constancias import ultimo_eslabon
from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from objetivos.models import Politica
from penitenciaria.abiertos import ENCABEZADO, diccionario
from penitenciaria.interoperabilidad import dcat, paquete, sellados

#: Cualquier página de otro sitio puede leerlos, como la API.
ABIERTO = {"Access-Control-Allow-Origin": "*"}


@con_mirada
def paquete_de_datos(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """El descriptor Frictionless de todas las tablas."""
    return _en_json(paquete.descriptor(_politica(), mirada, request.build_absolute_uri))


@con_mirada
def catalogo(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """El catálogo DCAT."""
    correo = settings.DEFAULT_FROM_EMAIL
    return _en_json(dcat.catalogo(_politica(), mirada, request.build_absolute_uri, correo=correo))


@cache_control(public=True, max_age=60 * 60)
def contexto(request: HttpRequest) -> HttpResponse:
    """Qué término es cada nombre del catálogo."""
    return _en_json(dcat.CONTEXTO, tipo="application/ld+json")


@cache_control(public=True, max_age=60 * 60)
def el_diccionario(request: HttpRequest) -> HttpResponse:
    """Qué significa cada columna de cada tabla."""
    cuerpo = b"".join(escribir_csv(ENCABEZADO, diccionario()))
    nombre = {"Content-Disposition": 'attachment; filename="diccionario.csv"'}
    return HttpResponse(cuerpo, content_type=TIPOS["csv"], headers=ABIERTO | nombre)


def paquete_sellado(request: HttpRequest, numero: int) -> HttpResponseBase:
    """Lo que regía tras la constancia ``numero``. Su dirección y su sello no cambian.

    Sus bytes sí, si una de sus celdas se reserva después: por eso se pregunta antes de volver a usar lo guardado. Una
    celda se reserva solo al publicarse otra, y entonces cambia la última huella.
    """
    if numero > 2**63 - 1 or sellados.manifiesto(numero) is None:
        raise Http404(f"No hay un paquete sellado con el número {numero}.")
    etag = f'"{ultimo_eslabon()[1]}-{numero}"'
    respuesta: HttpResponseBase = get_conditional_response(request, etag=etag) or StreamingHttpResponse(
        _nada() if request.method == "HEAD" else sellados.paquete(numero),
        content_type="application/zip",
        headers=ABIERTO | {"Content-Disposition": f'attachment; filename="paquete-{numero}.zip"'},
    )
    respuesta["ETag"] = etag
    patch_cache_control(respuesta, no_cache=True, public=True)
    return respuesta


def _nada() -> Iterator[bytes]:
    yield from ()


def _politica() -> Politica | None:
    return Politica.objects.select_related("rectora").order_by("pk").first()


def _en_json(cuerpo: dict[str, Any], *, tipo: str = "application/json") -> HttpResponse:
    return JsonResponse(
        cuerpo, content_type=tipo, headers=ABIERTO, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
