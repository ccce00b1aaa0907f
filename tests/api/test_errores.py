"""Errores como documentos, y lo que rodea a cada respuesta: CORS, cachés, métodos y límites."""

import json
import logging
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.http import http_date
from rest_framework.request import Request
from rest_framework.response import Response

from indicadores.api.views import Recurso
from tests.api.conftest import Pedir, direccion
from tests.fabricas import AHORA, corregida, minuto, publicada

pytestmark = pytest.mark.django_db
CLAVES = ["type", "title", "status", "detail", "instance"]


def comprobar_problema(respuesta: Any, estado: int) -> dict[str, Any]:
    assert respuesta.status_code == estado
    assert respuesta.headers["Content-Type"] == "application/problem+json"
    assert respuesta.headers["Cache-Control"] == "no-store"
    cuerpo: dict[str, Any] = json.loads(respuesta.content)
    assert list(cuerpo)[:5] == CLAVES
    assert (cuerpo["type"], cuerpo["status"]) == ("about:blank", estado)
    assert cuerpo["detail"].endswith(".")
    return cuerpo


def test_400_nombra_al_parametro(client: Client) -> None:
    cuerpo = comprobar_problema(client.get("/api/v1/indicadores/?color=rojo"), 400)
    assert (cuerpo["instance"], cuerpo["parametro"]) == ("/api/v1/indicadores/", "color")
    assert cuerpo["title"] == "Solicitud incorrecta"


def test_400_con_mas_parametros_de_los_que_se_leen(client: Client) -> None:
    comprobar_problema(client.get("/api/v1/indicadores/?" + "&".join(f"p{n}=1" for n in range(1200))), 400)


@pytest.mark.parametrize(
    "ruta",
    [
        "indicadores/NO-EXISTE/",
        "indicadores/op.01-i2/",
        "indicadores/a%00b/",
        "objetivos/OP.99/",
        "servicios/OP.99-S1/",
        "entidades/NADIE/",
        "ambitos/LUNA/",
        "politica/",
        "mediciones/0/",
        "mediciones/-1/",
        "mediciones/abc/",
        "mediciones/%D9%A1/",
        f"mediciones/{10**30}/",
        "nada/",
        "nada",
        "indicadores/OP.01-I2/historia/",
        "v2/%00/",
    ],
)
def test_404(client: Client, ruta: str) -> None:
    cuerpo = comprobar_problema(client.get(f"/api/v1/{ruta}"), 404)
    assert "\0" not in cuerpo["instance"]
    assert "parametro" not in cuerpo


def test_sin_la_barra_final_se_llega_igual(client: Client) -> None:
    respuesta = client.get("/api/v1/indicadores?tipo=objetivo")
    assert (respuesta.status_code, respuesta.headers["Location"]) == (301, "/api/v1/indicadores/?tipo=objetivo")


@pytest.mark.parametrize("metodo", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("ruta", ["", "indicadores/", "mediciones/1/", "avance/calcular/", "esquema/", "docs/"])
def test_405_dice_que_es_de_solo_lectura(ruta: str, metodo: str) -> None:
    respuesta = Client(enforce_csrf_checks=True).generic(metodo, f"/api/v1/{ruta}?cualquiera=1", data=b"{}")
    cuerpo = comprobar_problema(respuesta, 405)
    assert f"«{metodo}»" in cuerpo["detail"]
    assert respuesta.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_una_escritura_a_una_direccion_desconocida_es_404() -> None:
    comprobar_problema(Client(enforce_csrf_checks=True).post("/api/v1/nada/"), 404)


def test_406_dice_que_se_ofrece(client: Client) -> None:
    cuerpo = comprobar_problema(client.get("/api/v1/indicadores/", headers={"accept": "text/csv"}), 406)
    assert "application/json" in cuerpo["detail"]


def test_406_en_una_lista_dice_como_pedir_una_tabla(client: Client) -> None:
    pedir = {"accept": "text/csv"}
    assert "«format»" in comprobar_problema(client.get("/api/v1/mediciones/", headers=pedir), 406)["detail"]
    assert "«format»" not in comprobar_problema(client.get("/api/v1/politica/", headers=pedir), 406)["detail"]


def test_un_nombre_ajeno_en_host_se_dice(client: Client) -> None:
    respuesta = client.get("/api/v1/mediciones/", headers={"host": "otro.example"})
    assert "Host" in comprobar_problema(respuesta, 400)["detail"]


def test_429_dice_cuanto_esperar(client: Client, settings: Any) -> None:
    settings.LIMITE_API = "2/min"
    for _ in range(2):
        assert client.get("/api/v1/").status_code == 200
    respuesta = client.get("/api/v1/")
    comprobar_problema(respuesta, 429)
    assert 0 < int(respuesta.headers["Retry-After"]) <= 60
    assert respuesta.headers["Access-Control-Allow-Origin"] == "*"
    # El límite es por dirección: otra no lo nota, y escribir la cabecera a mano no engaña a nadie sin intermediario.
    assert client.get("/api/v1/", REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.get("/api/v1/", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 429


def test_sin_limite_configurado_no_hay_limite(client: Client, settings: Any) -> None:
    settings.LIMITE_API = None
    assert {client.get("/api/v1/nada/").status_code for _ in range(30)} == {404}


class Averiada(Recurso):
    def get(self, request: Request) -> Response:
        raise RuntimeError("clave secreta: 1234")


def test_500_no_muestra_nada_de_dentro_y_queda_registrado(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    request: HttpRequest = rf.get("/api/v1/averiada/")
    with caplog.at_level(logging.ERROR, logger="django.request"):
        respuesta = Averiada.as_view()(request)
    cuerpo = comprobar_problema(respuesta, 500)
    assert "secreta" not in respuesta.content.decode()
    assert cuerpo["title"] == "Error del servidor"
    assert "clave secreta" in caplog.text


@pytest.mark.parametrize("ruta", ["indicadores/", "indicadores/NO/", "nada/", "indicadores/?x=1", "docs/", "esquema/"])
def test_cualquier_pagina_puede_leerla(client: Client, ruta: str) -> None:
    respuesta = client.get(f"/api/v1/{ruta}", headers={"origin": "https://otro.pe"})
    assert respuesta.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in respuesta.headers["Access-Control-Expose-Headers"]
    assert not respuesta.cookies


def test_la_pregunta_previa_del_navegador(client: Client) -> None:
    respuesta = client.options(
        "/api/v1/indicadores/", headers={"origin": "https://otro.pe", "access-control-request-method": "GET"}
    )
    assert (respuesta.status_code, respuesta.content) == (204, b"")
    assert respuesta.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in respuesta.headers["Access-Control-Allow-Headers"]


def test_fuera_de_la_api_no_se_abre_nada(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/admin/login/").headers


RUTAS = ["", "indicadores/", "objetivos/", "mediciones/", "ambitos/PE/", "avance/", "avance/calcular/", "esquema/"]


@pytest.mark.parametrize("ruta", RUTAS)
def test_etag_y_last_modified(client: Client, ruta: str) -> None:
    publicada()
    url = direccion(ruta)
    primera = client.get(url)
    assert primera.status_code == 200
    assert primera.headers["Last-Modified"] == http_date(AHORA.timestamp())
    assert {"public", "no-cache"} == set(primera.headers["Cache-Control"].split(", "))
    assert "Cookie" not in primera.headers.get("Vary", "")

    repetida = client.get(url, headers={"if-none-match": primera.headers["ETag"]})
    assert (repetida.status_code, repetida.content) == (304, b"")
    assert repetida.headers["Access-Control-Allow-Origin"] == "*"
    cabecera = client.head(url)
    assert (cabecera.status_code, cabecera.content) == (200, b"")
    for nombre in ("ETag", "Last-Modified", "Content-Type", "Cache-Control"):
        assert cabecera.headers[nombre] == primera.headers[nombre]


def test_una_publicacion_cambia_la_etag_al_instante(client: Client) -> None:
    medicion = publicada()
    url = direccion("mediciones/")
    antes = client.get(url)
    corregida(medicion, valor=41, ahora=minuto(5))
    despues = client.get(url, headers={"if-none-match": antes.headers["ETag"]})
    assert despues.status_code == 200
    assert despues.json()["results"][0]["valor"] == 41
    assert despues.headers["Last-Modified"] == http_date(minuto(5).timestamp())


def test_la_fecha_sola_no_valida_nada(client: Client, pedir: Pedir) -> None:
    """Un texto del catálogo puede cambiar sin que se publique cifra alguna: solo la ETag decide."""
    medicion = publicada()
    url = direccion(f"indicadores/{medicion.indicador.codigo}/")
    fecha = client.get(url).headers["Last-Modified"]
    assert client.get(url, headers={"if-modified-since": fecha}).status_code == 200
    # Y, pedida dos veces sin fecha escrita, la misma respuesta lleva la misma ETag aunque pase el tiempo.
    sin_fecha = f"/api/v1/avance/?corte={AHORA:%Y-%m-%d}"
    assert client.get(sin_fecha).headers["ETag"] == client.get(sin_fecha).headers["ETag"]
