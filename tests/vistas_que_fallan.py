"""Las direcciones del portal y otras que fallan como falla una máquina: para ver qué contesta el portal entonces."""

import errno

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from penitenciaria import urls
from penitenciaria.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def sin_base(request: HttpRequest) -> HttpResponse:
    raise OperationalError('connection to server at "10.0.0.7", port 5432 failed: Connection refused')


def sin_sitio(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device")


def mal_escrita(request: HttpRequest) -> HttpResponse:
    raise OperationalError("no such table: inventada")


class ApiSinBase(APIView):
    def get(self, request: Request) -> Response:
        raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [
    path("falla/base/", sin_base),
    path("falla/sitio/", sin_sitio),
    path("falla/otra/", mal_escrita),
    path("api/v1/falla/", ApiSinBase.as_view()),
    *urls.urlpatterns,
]
