"""Toda respuesta lleva el nombre de su petición, y quien la atiende puede saberlo."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from penitenciaria.peticion import ACTUAL, CABECERA, FORMA, ConNombre, Peticion, id_actual, nombre_de
from tests import fabricas
from tests.operacion.conftest import sin_base_para

DE_NGINX = "0123456789abcdef0123456789abcdef"


def nombre(respuesta: Any) -> str:
    return str(respuesta.headers[CABECERA])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("metodo", "direccion", "estado"),
    [
        ("get", "/salud/", 200),
        ("get", "/no-existe/", 404),
        ("post", "/glosario/", 405),
        ("get", "/indicadores", 301),
        ("get", "/api/v1/nada/", 404),
        ("get", "/admin/", 302),
        ("get", "/static/css/portal.css", 200),
    ],
)
def test_toda_respuesta_lleva_su_nombre(client: Client, metodo: str, direccion: str, estado: int) -> None:
    respuesta = getattr(client, metodo)(direccion)
    assert respuesta.status_code == estado
    assert FORMA.fullmatch(nombre(respuesta))
    respuesta.close()


@pytest.mark.django_db(transaction=True)
def test_tambien_lo_contestado_de_memoria_y_cada_vez_el_suyo(client: Client) -> None:
    primera = client.get("/glosario/")
    otra = client.get("/glosario/", HTTP_X_REQUEST_ID=DE_NGINX)
    sin_cambios = client.get("/glosario/", headers={"if-none-match": primera.headers["ETag"]})
    assert (otra.status_code, sin_cambios.status_code) == (200, 304)
    assert otra.content == primera.content
    assert nombre(otra) == DE_NGINX
    assert len({nombre(primera), nombre(otra), nombre(sin_cambios)}) == 3


def pedida_con(cabecera: str) -> HttpRequest:
    return RequestFactory().get("/", HTTP_X_REQUEST_ID=cabecera)


@pytest.mark.parametrize("bueno", ["0123456789abcdef", DE_NGINX, "a" * 64])
def test_se_acepta_el_del_intermediario(bueno: str) -> None:
    assert nombre_de(pedida_con(bueno)) == bueno


@pytest.mark.parametrize("malo", ["", "a" * 15, "a" * 65, "A" * 16, "a" * 16 + "\n", "١" * 16, "a" * 15 + "\r"])
def test_lo_que_no_tiene_la_forma_se_reemplaza(malo: str) -> None:
    assert nombre_de(pedida_con(malo)) != malo
    assert FORMA.fullmatch(nombre_de(pedida_con(malo)))


@given(st.text(max_size=80))
def test_ningun_texto_ajeno_llega_a_la_respuesta(texto: str) -> None:
    assert FORMA.fullmatch(nombre_de(pedida_con(texto)))


def dos_veces() -> Iterator[str]:
    yield id_actual()
    yield id_actual()


def atender(request: HttpRequest, vista: Any) -> Any:
    return ConNombre(vista)(request)


def test_quien_atiende_sabe_que_peticion_es() -> None:
    vistas: list[Peticion | None] = []

    def vista(request: HttpRequest) -> HttpResponse:
        vistas.append(ACTUAL.get())
        return HttpResponse("x")

    sin_nada, con_cookie = RequestFactory().get("/"), RequestFactory().post("/")
    con_cookie.COOKIES["csrftoken"] = "x"
    con_cookie.META["HTTP_COOKIE"] = "csrftoken=x"
    ajena = RequestFactory().get("/", HTTP_COOKIE="otra=1")
    respuestas = [atender(request, vista) for request in (sin_nada, con_cookie, ajena)]
    assert [(una.metodo, una.con_sesion) for una in vistas if una] == [("GET", False), ("POST", True), ("GET", False)]
    assert [una.id for una in vistas if una] == [nombre(respuesta) for respuesta in respuestas]
    assert ACTUAL.get() is None
    assert id_actual() == ""


def test_lo_que_se_escribe_segun_se_envia_es_de_la_misma_peticion() -> None:
    respuesta = atender(RequestFactory().get("/"), lambda _: StreamingHttpResponse(dos_veces()))
    assert ACTUAL.get() is None
    assert b"".join(respuesta.streaming_content).decode() == nombre(respuesta) * 2
    assert ACTUAL.get() is None


@pytest.mark.django_db
def test_si_quien_lo_lee_se_va_a_la_mitad_no_queda_nada_pendiente() -> None:
    respuesta = atender(RequestFactory().get("/"), lambda _: StreamingHttpResponse(dos_veces()))
    assert next(iter(respuesta.streaming_content)).decode() == nombre(respuesta)
    respuesta.close()
    assert ACTUAL.get() is None


def test_un_error_no_deja_la_peticion_puesta() -> None:
    def vista(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        atender(RequestFactory().get("/"), vista)
    assert ACTUAL.get() is None


@pytest.mark.django_db
def test_una_base_ausente_deja_una_linea_con_la_cuenta_y_las_consultas(
    personas: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Y la línea dice qué cuenta del personal era por su número, sin nombrarla."""
    cliente = Client(raise_request_exception=False)
    cliente.force_login(personas.administrador, backend="django.contrib.auth.backends.ModelBackend")
    with caplog.at_level(logging.WARNING), connection.execute_wrapper(sin_base_para("indicadores_lote")):
        respuesta = cliente.get(reverse("admin:hojas"))
    assert respuesta.status_code == 503
    [linea] = [una for una in caplog.records if una.name == "portal.peticion"]
    assert (linea.estado, linea.persona) == (503, personas.administrador.pk)  # type: ignore[attr-defined]
    assert linea.consultas > 0  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_la_pagina_de_error_da_el_codigo_y_no_necesita_la_base() -> None:
    cliente = Client(raise_request_exception=False)
    fabricas.IndicadorFactory(codigo="OP.01-I2")
    with connection.execute_wrapper(sin_base_para("")):
        pagina = cliente.get("/indicadores/OP.01-I2/", HTTP_X_REQUEST_ID=DE_NGINX)
        api = cliente.get("/api/v1/indicadores/OP.01-I2/", HTTP_X_REQUEST_ID=DE_NGINX)
    assert (pagina.status_code, api.status_code) == (503, 503)
    assert "base de datos no responde" in pagina.content.decode()
    assert f'<code class="incidente">{DE_NGINX}</code>' in pagina.content.decode()
    assert api.json()["incidente"] == DE_NGINX
    assert nombre(pagina) == nombre(api) == DE_NGINX


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("direccion", ["/", "/api/v1/", "/api/v1/mediciones/?format=csv", "/no-existe/"])
def test_a_head_no_se_le_da_cuerpo_y_si_su_tamano(direccion: str) -> None:
    """El cliente de pruebas lo quita él: aquí se mira lo que recibe el servidor, que de más se queja."""

    def contestar(metodo: str) -> tuple[dict[str, str], bytes]:
        cabeceras: dict[str, str] = {}
        environ = RequestFactory().generic(metodo, direccion).environ
        respuesta = WSGIHandler()(environ, lambda _estado, suyas, *_: cabeceras.update(suyas))
        cuerpo = b"".join(respuesta)
        respuesta.close()
        return cabeceras, cuerpo

    completas, cuerpo = contestar("GET")
    cabeceras, nada = contestar("HEAD")
    assert len(cuerpo) > 0
    assert nada == b""
    assert cabeceras["Content-Type"] == completas["Content-Type"]
    if "Content-Length" in completas:
        assert int(cabeceras["Content-Length"]) == int(completas["Content-Length"]) == len(cuerpo)
