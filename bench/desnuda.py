"""El piso: una vista de Django sin middleware, sin base y sin plantilla, servida por el mismo gunicorn.

Las otras dan los bytes de un archivo, ya en memoria, sin o con las cabeceras de nuestra respuesta: cuánto cuesta solo
enviarlos.
"""

import json
import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def piso(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"estado": "ok"})


@cache
def leer(nombre: str) -> bytes:
    return Path(os.environ["BYTES"], nombre).read_bytes()


def bytes_de(_request: HttpRequest, nombre: str) -> HttpResponse:
    return HttpResponse(leer(nombre), content_type="application/json")


def con_cabeceras(request: HttpRequest, nombre: str) -> HttpResponse:
    respuesta = bytes_de(request, nombre)
    for cabecera, valor in json.loads(leer(f"{nombre}.cabeceras")).items():
        respuesta.headers[cabecera] = valor
    return respuesta


urlpatterns = [path("", piso), path("<str:nombre>", bytes_de), path("<str:nombre>/con-cabeceras", con_cabeceras)]

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="solo-para-la-comparativa", ALLOWED_HOSTS=["127.0.0.1"])

application = get_wsgi_application()
