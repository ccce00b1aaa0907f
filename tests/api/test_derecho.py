"""Ir derecho a la vista da lo mismo que pasar por todo lo de las páginas: estado, cuerpo y cabeceras."""

from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client

pytestmark = pytest.mark.django_db

DERECHO = "penitenciaria.middleware.DerechoALaVista"
RUTAS = (
    "/api/v1/",
    "/api/v1/politica/",
    "/api/v1/indicadores/?semaforo=rojo",
    "/api/v1/indicadores/OP.01-I2/?corte=2021-12-31",
    "/api/v1/mediciones/?page_size=3&page=2",
    "/api/v1/mediciones/?format=csv&ambito=PE",
    "/api/v1/cambios/?page_size=2",
    "/api/v1/avance/calcular/?valor=3",
    "/api/v1/sdmx/dataflow",
    "/api/v1/docs/",
    "/api/v1/esquema/",
    "/api/v1/mediciones/?sexo=X",
    "/api/v1/indicadores/no-existe/",
    "/api/v1/nada/",
    "/api/v1/ambitos",
    "/api/otra/",
)
#: Cualquiera de estas lleva por el camino general o por el de DRF entero.
CABECERAS: tuple[dict[str, str], ...] = ({}, {"accept": "application/json"}, {"accept": "text/html"})


def contestar(metodo: str, ruta: str, cabeceras: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    respuesta = getattr(Client(), metodo)(ruta, headers=cabeceras)
    cuerpo = b"".join(respuesta.streaming_content) if respuesta.streaming else respuesta.content
    suyas = {nombre: valor for nombre, valor in respuesta.items() if nombre != "X-Request-ID"}
    return respuesta.status_code, cuerpo, suyas


def test_los_dos_caminos_contestan_lo_mismo(politica_cargada: Any, settings: Any) -> None:
    settings.LIMITE_API = "1000/d"
    pedidos = [(metodo, ruta, una) for metodo in ("get", "head", "options") for ruta in RUTAS for una in CABECERAS]
    derecho = [contestar(*pedido) for pedido in pedidos]
    settings.MIDDLEWARE = [uno for uno in settings.MIDDLEWARE if uno != DERECHO]
    for pedido, (estado, cuerpo, cabeceras) in zip(pedidos, derecho, strict=True):
        otro_estado, otro_cuerpo, otras = contestar(*pedido)
        for suyas in (cabeceras, otras):  # lo que queda de la cuota baja con cada petición
            suyas.pop("RateLimit", None)
        assert (estado, cuerpo, cabeceras) == (otro_estado, otro_cuerpo, otras), pedido
    assert {estado for estado, _, _ in derecho} >= {200, 204, 301, 400, 404, 406}


def test_acepta_todo_o_json_es_lo_mismo(politica_cargada: Any) -> None:
    for ruta in RUTAS[:7]:
        con_todo, solo_json = (contestar("get", ruta, {"accept": una}) for una in ("*/*", "application/json"))
        assert con_todo == solo_json, ruta


def test_la_api_no_pasa_por_sesiones(politica_cargada: Any, client: Client) -> None:
    """Ni lee ni renueva la de quien ingresó, y la página de referencia sí lo reconoce."""
    respuesta = client.get("/api/v1/ambitos/")
    assert not hasattr(respuesta.wsgi_request, "session")
    assert hasattr(client.get("/api/v1/docs/").wsgi_request, "session")


def test_la_politica_de_contenidos_es_la_de_django_csp(client: Client) -> None:
    respuesta = client.get("/glosario/")
    compuesta = CSPMiddleware(lambda _: HttpResponse()).process_response(HttpRequest(), HttpResponse())
    assert respuesta.headers["Content-Security-Policy"] == compuesta.headers["Content-Security-Policy"]
