"""El piso: una vista de Django sin middleware, sin base y sin plantilla, servida por el mismo gunicorn."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path


def piso(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"estado": "ok"})


urlpatterns = [path("", piso)]

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="solo-para-la-comparativa", ALLOWED_HOSTS=["127.0.0.1"])

application = get_wsgi_application()
