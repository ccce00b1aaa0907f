"""Clientes hostiles: nada de lo que manden tumba la API ni la hace decir algo que su esquema no dice.

La ronda grande (10.000 casos o más contra el portal en marcha) es ``make hostil``; aquí va una breve y siempre igual.
"""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from bench import hostil_ganchos
from tests import fabricas
from tests.api.test_errores import comprobar_problema

POR_OPERACION = 6
CHECKS_PROPIOS = [hostil_ganchos.lo_valido_se_acepta]


@pytest.fixture
def _conexion_abierta() -> Iterator[None]:
    """Sin el cierre de conexiones de cada pedido: la prueba está dentro de una transacción, y es la misma conexión."""
    for senal in (request_started, request_finished):
        senal.disconnect(close_old_connections)
    yield
    for senal in (request_started, request_finished):
        senal.connect(close_old_connections)


@pytest.mark.usefixtures("politica_cargada", "_conexion_abierta")
def test_nada_de_lo_generado_incumple_el_esquema() -> None:
    """Válido y malformado, en toda operación, con las comprobaciones de schemathesis y la propia."""
    documento = schemathesis.openapi.from_wsgi("/api/v1/esquema/", WSGIHandler())
    todas = [resultado.ok() for resultado in documento.get_all_operations()]
    assert len(todas) > 20
    for operacion in todas:
        _bombardear(operacion)


def _bombardear(operacion: Any) -> None:
    casos = st.one_of(*(operacion.as_strategy(generation_mode=modo) for modo in GenerationMode))

    @settings(
        max_examples=POR_OPERACION,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(caso=casos)
    def bombardear(caso: Any) -> None:
        excluidas = [CHECKS.get_one("positive_data_acceptance")]
        caso.call_and_validate(excluded_checks=excluidas, additional_checks=CHECKS_PROPIOS)

    bombardear()


# --- A mano ---------------------------------------------------------------------------------------------------------

LARGUISIMO = "9" * 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ruta", "estado"),
    [
        ("mediciones/?page=999999999", 404),
        ("mediciones/?page=1000000000", 400),
        (f"mediciones/?page={'9' * 150}", 400),
        ("mediciones/?page=-1", 400),
        ("mediciones/?page=1e3", 400),
        ("mediciones/?page=٣", 400),
        ("mediciones/?page_size=501", 400),
        ("mediciones/?page_size=0", 400),
        (f"mediciones/{'9' * 18}/", 404),
        (f"mediciones/{LARGUISIMO}/", 404),
        ("mediciones/?search=%00", 400),
        ("mediciones/?indicador=null", 400),
        ("mediciones/?anio=NaN", 400),
        ("mediciones/?anio=Infinity", 400),
        ("mediciones/?corte=null", 400),
        ("mediciones/?corte=0000-00-00", 400),
        ("mediciones/?corte=9999-12-31", 400),
        ("mediciones/?a_la_fecha=9999-12-31T23:59:59-05:00", 400),
        ("mediciones/?a_la_fecha=0001-01-01T00:00:00%2B05:00", 400),
        ("mediciones/?actualizado_desde=%F0%9F%92%A9", 400),
        ("mediciones/?sexo=T&sexo=H", 400),
        ("mediciones/?sexo=T&sexo=T", 400),
        ("mediciones/?=1", 400),
        ("mediciones/?indicador[]=OP.01-I2", 400),
        ("mediciones/?__proto__=1", 400),
        ("mediciones/?ordering=fin,,fin", 400),
        ("mediciones/?ordering=--fin", 400),
        ("mediciones/?ordering=fin;DROP%20TABLE", 400),
        ("mediciones/?corte=%FF%FE", 400),
        ("mediciones/?search=%ED%A0%80", 200),
        ("mediciones/?search=' OR 1=1 --", 200),
        ("mediciones/?search=%F0%9F%92%A9%E2%80%AE%CC%81", 200),
        ("mediciones/?search=" + quote("ñ́" * 60), 200),
        ("mediciones/?search=" + "a " * 99, 200),
        ("mediciones/?search=" + "a" * 201, 400),
        ("mediciones/?" + "&".join(f"x{n}=1" for n in range(300)), 400),
        ("mediciones/?search=" + "a" * 5000, 414),
        ("mediciones/?&&&", 200),
        ("avance/calcular/?valor=1e999", 400),
        (f"avance/calcular/?valor={'9' * 12}", 400),
        ("avance/calcular/?valor=99999999999&logro=0.0001&linea_base=-99999999999&sentido=ascendente", 200),
        ("avance/calcular/?valor=--1", 400),
        (f"cambios/?cursor={'9' * 60}", 400),
        ("indicadores/..%2F..%2Fetc%2Fpasswd/", 404),
        ("indicadores/%2e%2e/", 404),
        ("%2e%2e/%2e%2e/etc/passwd", 404),
        ("indicadores/%F0%9F%92%A9/", 404),
        ("indicadores/" + "a" * 3000 + "/", 404),
    ],
)
def test_lo_raro_se_contesta_con_orden(client: Client, ruta: str, estado: int) -> None:
    respuesta = client.get(f"/api/v1/{ruta}")
    if estado == 200:
        assert respuesta.status_code == 200, respuesta.content
        assert json.loads(respuesta.content) is not None
    else:
        comprobar_problema(respuesta, estado)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("acepta", "estado"),
    [
        ("", 406),
        ("*/*;q=abc", 200),
        ("application/json;q=0.1, text/html", 200),
        ("a" * 3000, 406),
        ("///", 406),
        ("text/html;q=", 406),
        ("application/json; charset=utf-16; " + "x=1; " * 200, 406),
    ],
)
def test_una_cabecera_accept_cualquiera(client: Client, acepta: str, estado: int) -> None:
    respuesta = client.get("/api/v1/ambitos/", headers={"accept": acepta})
    if estado == 200:
        assert respuesta.status_code == 200
    else:
        comprobar_problema(respuesta, estado)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tipo", ["application/xml", "application/json", "multipart/form-data", "x", "text/plain; charset=nada"]
)
@pytest.mark.parametrize("metodo", ["POST", "PUT", "PATCH", "DELETE"])
def test_un_cuerpo_cualquiera_no_se_lee(metodo: str, tipo: str) -> None:
    cuerpos = (b"", b"{", b"\xff\xfe", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", b"[" * 9000)
    for cuerpo in cuerpos:
        respuesta = Client().generic(metodo, "/api/v1/mediciones/", data=cuerpo, content_type=tipo)
        comprobar_problema(respuesta, 405)


@pytest.mark.django_db
def test_un_metodo_inventado_y_un_get_con_cuerpo(client: Client) -> None:
    comprobar_problema(client.generic("INVENTADO", "/api/v1/mediciones/"), 405)
    assert client.generic("GET", "/api/v1/mediciones/", data=b"{", content_type="application/json").status_code == 200


# --- Lentos ---------------------------------------------------------------------------------------------------------


def abrir(servidor: Any) -> socket.socket:
    """Una conexión que guarda muy poco de lo que todavía no se leyó."""
    partes = urlsplit(servidor.url)
    enchufe = socket.socket()
    enchufe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    enchufe.settimeout(30)
    enchufe.connect((str(partes.hostname), partes.port or 80))
    return enchufe


def pedir(servidor: Any, ruta: str) -> int:
    partes = urlsplit(servidor.url)
    conexion = http.client.HTTPConnection(str(partes.hostname), partes.port, timeout=30)
    conexion.request("GET", ruta)
    respuesta = conexion.getresponse()
    respuesta.read()
    conexion.close()
    return respuesta.status


def test_quien_lee_o_escribe_despacio_no_detiene_a_los_demas(politica_cargada: Any, live_server: Any) -> None:
    """Varios piden la página más grande y la leen gota a gota, otros nunca terminan su petición: los demás siguen."""
    ruta = "/api/v1/mediciones/?page_size=500"
    lentos = [abrir(live_server) for _ in range(4)]
    mudos = [abrir(live_server) for _ in range(4)]
    try:
        for lento in lentos:
            lento.sendall(f"GET {ruta} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            assert lento.recv(1) == b"H"
        for mudo in mudos:
            mudo.sendall(b"GET /api/v1/ HTTP/1.1\r\nHost: local")
        estados: list[int] = []
        otros = [
            threading.Thread(target=lambda: estados.append(pedir(live_server, "/api/v1/ambitos/"))) for _ in range(4)
        ]
        for otro in otros:
            otro.start()
        for otro in otros:
            otro.join(30)
        assert estados == [200] * 4
        for lento in lentos:
            recibido = bytearray(b"H")
            while gota := lento.recv(777):
                recibido += gota
            cabeza, _, cuerpo = bytes(recibido).partition(b"\r\n\r\n")
            assert b" 200 " in cabeza.splitlines()[0]
            assert json.loads(cuerpo)["count"] > 200
    finally:
        for enchufe in (*lentos, *mudos):
            enchufe.close()


@pytest.mark.django_db
def test_las_paginas_hondas_existen_y_no_se_repiten(client: Client) -> None:
    indicador = fabricas.IndicadorFactory()
    for anio in range(2000, 2020):
        fabricas.publicada(indicador=indicador, periodo=str(anio))
    vistas, url = [], "/api/v1/mediciones/?page_size=1"
    while url:
        cuerpo = client.get(url).json()
        vistas += [fila["id"] for fila in cuerpo["results"]]
        url = cuerpo["next"]
    assert len(vistas) == len(set(vistas)) == 20
