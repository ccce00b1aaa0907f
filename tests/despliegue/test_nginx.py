"""Lo que promete ``despliegue/nginx``: qué guarda y qué no, qué hace sin nadie que conteste, y a quién no contesta."""

import gzip
import http.client
import json
import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.despliegue.apoyo import Nginx, Nodo, Pedido, Respuesta, nginx_delante

pytestmark = pytest.mark.produccion

#: Segundos en los que lo guardado deja de valer sin preguntar: uno, y nginx cuenta segundos enteros.
VENCE = 2.1


@pytest.fixture
def planta(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """nginx delante de un nodo que contesta lo que se ponga en ``planta.contesta``."""
    estado = SimpleNamespace(contesta=lambda _pedido: Respuesta())
    nodo = Nodo(lambda pedido: estado.contesta(pedido))
    (tmp_path / "estaticos").mkdir()
    with nginx_delante(tmp_path, nodo.linea) as nginx:
        estado.nodo, estado.nginx, estado.cliente = nodo, nginx, nginx.cliente(cookies=False)
        yield estado
        estado.cliente.cerrar()
    nodo.apagar()


def al_dia(version: list[str]) -> "type[Respuesta]":
    """Contesta como el portal: la ETag es la marca, y a quien la trae, 304."""

    def contestar(pedido: Pedido) -> Respuesta:
        cabeceras = {"Cache-Control": "public, no-cache", "ETag": f'"{version[0]}"', "Vary": "Accept-Encoding"}
        if pedido.cabeceras.get("if-none-match") == f'"{version[0]}"':
            return Respuesta(304, b"", cabeceras)
        return Respuesta(200, version[0].encode(), cabeceras)

    return contestar  # type: ignore[return-value]


def test_lo_publico_se_guarda_se_pregunta_y_se_renueva(planta: SimpleNamespace) -> None:
    version = ["uno"]
    planta.contesta = al_dia(version)
    vistas = [planta.cliente.pedir("GET", "/") for _ in range(5)]
    assert {una.texto for una in vistas} == {"uno"}
    assert [una.cabeceras["x-cache"] for una in vistas] == ["MISS", "HIT", "HIT", "HIT", "HIT"]
    assert len(planta.nodo.pedidos) == 1
    time.sleep(VENCE)  # pregunta con la ETag y sigue valiendo
    assert planta.cliente.pedir("GET", "/").cabeceras["x-cache"] == "REVALIDATED"
    assert planta.nodo.pedidos[-1].cabeceras["if-none-match"] == '"uno"'
    version[0] = "dos"
    time.sleep(VENCE)  # alguien publicó: el primer lector ya recibe lo nuevo, aunque hiciera rato que nadie lo pedía
    nueva = planta.cliente.pedir("GET", "/")
    assert (nueva.texto, nueva.cabeceras["x-cache"]) == ("dos", "EXPIRED")
    assert planta.cliente.pedir("GET", "/", If_None_Match='"dos"').estado == 304


def test_sin_nadie_que_conteste_se_sirve_lo_guardado(planta: SimpleNamespace) -> None:
    planta.contesta = al_dia(["uno"])
    planta.cliente.pedir("GET", "/")
    time.sleep(VENCE)
    planta.contesta = lambda _pedido: Respuesta(503, b"sin base")
    con_503 = planta.cliente.pedir("GET", "/")
    assert (con_503.estado, con_503.texto, con_503.cabeceras["x-cache"]) == (200, "uno", "STALE")
    planta.nodo.apagar()
    sin_nodo = planta.cliente.pedir("GET", "/")
    assert (sin_nodo.estado, sin_nodo.texto, sin_nodo.cabeceras["x-cache"]) == (200, "uno", "STALE")
    sin_copia = planta.cliente.pedir("GET", "/otra/")
    assert sin_copia.estado == 503
    assert "El portal no puede contestar ahora" in sin_copia.texto
    assert sin_copia.cabeceras["retry-after"] == "10"
    assert "unsafe" not in sin_copia.cabeceras["content-security-policy"]
    en_la_api = planta.cliente.pedir("GET", "/api/v1/otra/")
    assert (en_la_api.estado, en_la_api.cabeceras["content-type"]) == (503, "application/problem+json")
    assert json.loads(en_la_api.texto)["incidente"] == en_la_api.cabeceras["x-request-id"]
    assert planta.cliente.pedir("POST", "/admin/x/", {"a": "1"}).estado == 503


@pytest.mark.parametrize(
    "cabeceras",
    [
        {"Cookie": "sessionid=abc"},
        {"Cookie": "otra=1; csrftoken=abc"},
        {"Cookie": "messages=abc"},
        {"Authorization": "Bearer abc"},
    ],
)
def test_lo_de_una_persona_ni_se_guarda_ni_recibe_lo_guardado(
    planta: SimpleNamespace, cabeceras: dict[str, str]
) -> None:
    planta.contesta = lambda pedido: Respuesta(
        200, b"suyo" if cabeceras.keys() & {k.title() for k in pedido.cabeceras} else b"comun"
    )
    for _ in range(2):
        suya = planta.cliente.pedir("GET", "/", **cabeceras)
        assert (suya.texto, suya.cabeceras.get("x-cache")) == ("suyo", None)
    assert planta.cliente.pedir("GET", "/").texto == "comun"
    assert planta.cliente.pedir("GET", "/", **cabeceras).texto == "suyo"


def test_una_cookie_ajena_no_estorba(planta: SimpleNamespace) -> None:
    vistas = [planta.cliente.pedir("GET", "/", Cookie="_ga=1; missessionid=2") for _ in range(2)]
    assert vistas[1].cabeceras["x-cache"] == "HIT"


@pytest.mark.parametrize(
    "cabeceras",
    [
        {"Cache-Control": "private, no-cache"},
        {"Cache-Control": "no-store"},
        {"ETag": '"uno"'},
        {"Cache-Control": "public, no-cache", "Set-Cookie": "csrftoken=abc"},
        {"Cache-Control": "public, no-cache", "Vary": "Accept-Encoding, Accept-Language"},
        {"Cache-Control": "public, no-cache", "RateLimit": '"api";r=5;t=60'},
    ],
)
def test_lo_que_no_es_de_cualquiera_no_se_guarda(planta: SimpleNamespace, cabeceras: dict[str, str]) -> None:
    planta.contesta = lambda _pedido: Respuesta(200, b"x", cabeceras)
    assert [planta.cliente.pedir("GET", "/").cabeceras["x-cache"] for _ in range(2)] == ["MISS", "MISS"]


@pytest.mark.parametrize("estado", [404, 429, 500])
def test_un_error_no_se_guarda(planta: SimpleNamespace, estado: int) -> None:
    planta.contesta = lambda _pedido: Respuesta(estado)
    assert [planta.cliente.pedir("GET", "/").estado for _ in range(2)] == [estado, estado]
    assert len(planta.nodo.pedidos) == 2


def test_cada_compresion_y_en_la_api_cada_formato_son_distintos(planta: SimpleNamespace) -> None:
    planta.contesta = lambda pedido: Respuesta(
        200, f"{pedido.cabeceras.get('accept-encoding', '')}|{pedido.cabeceras.get('accept', '')}".encode()
    )
    casos = {"br, gzip": "br", "gzip;q=1.0, deflate": "gzip", "br;q=0, gzip": "gzip", "deflate": "", "gzip;q=0": ""}
    for dicho, pasa in casos.items():
        assert planta.cliente.pedir("GET", "/", Accept_Encoding=dicho).texto == f"{pasa}|"
    for formato in ("application/json", "text/csv"):
        assert planta.cliente.pedir("GET", "/api/v1/x/", Accept=formato).texto == f"|{formato}"
    assert planta.cliente.pedir("GET", "/", Accept="text/csv", Accept_Encoding="br").cabeceras["x-cache"] == "HIT"


def test_las_cabeceras_de_confianza_las_escribe_nginx(planta: SimpleNamespace) -> None:
    falsas = {
        "X_Forwarded_For": "9.9.9.9",
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Host": "malo.pe",
        "Forwarded": "for=9.9.9.9",
        "X_Real_IP": "9.9.9.9",
        "X_Request_ID": "del-cliente",
        "Proxy": "http://malo.pe",
    }
    respuesta = planta.cliente.pedir("GET", "/admin/", **falsas)
    visto = planta.nodo.pedidos[-1].cabeceras
    assert (visto["x-forwarded-for"], visto["x-forwarded-proto"], visto["host"]) == (
        "127.0.0.1",
        "https",
        "portal.prueba",
    )
    assert not visto.keys() & {"x-forwarded-host", "forwarded", "x-real-ip", "proxy"}
    assert re.fullmatch(r"[0-9a-f]{32}", visto["x-request-id"])
    assert respuesta.cabeceras["x-request-id"] == visto["x-request-id"]


def test_el_codigo_de_incidente_es_de_quien_pide_y_no_de_quien_pidio_primero(planta: SimpleNamespace) -> None:
    planta.contesta = lambda _pedido: Respuesta(
        200, b"x", {"Cache-Control": "public, no-cache", "X-Request-ID": "f" * 32}
    )
    codigos = {planta.cliente.pedir("GET", "/").cabeceras["x-request-id"] for _ in range(3)}
    assert len(codigos) == 3
    assert "f" * 32 not in codigos


def test_por_otro_nombre_no_se_contesta(planta: SimpleNamespace) -> None:
    nginx: Nginx = planta.nginx
    sin_comprobar = ssl._create_unverified_context()
    ajena = http.client.HTTPSConnection("127.0.0.1", nginx.https, context=sin_comprobar, timeout=5)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ajena.request("GET", "/")
    ajena.close()
    otro_host = planta.nginx.cliente()
    otro_host.nombre = "malo.pe"  # el saludo de TLS dice el nuestro y Host dice otro
    otro_host._conexion = None
    assert otro_host.pedir("GET", "/").estado in (0, 421)
    otro_host.cerrar()
    clara = http.client.HTTPConnection("127.0.0.1", nginx.http, timeout=5)
    clara.request("GET", "/indicadores/?a=1", headers={"Host": "portal.prueba"})
    respuesta = clara.getresponse()
    assert (respuesta.status, respuesta.headers["Location"]) == (308, "https://portal.prueba/indicadores/?a=1")
    clara.close()
    assert not planta.nodo.pedidos


def test_los_cuerpos_tienen_tope_y_la_administracion_recibe_una_hoja(planta: SimpleNamespace) -> None:
    grande = {"a": "x" * 100_000}
    rechazado = planta.cliente.pedir("POST", "/indicadores/OP.01-I1/error/", grande)
    assert rechazado.estado == 413
    assert "El archivo es demasiado grande" in rechazado.texto
    assert planta.cliente.pedir("POST", "/admin/hojas/", grande).estado == 200


def test_un_envio_no_se_repite_en_otro_nodo_y_una_lectura_si(tmp_path: Path) -> None:
    """El primer nodo acepta y corta sin contestar: la lectura pasa al otro; el envío quizá se hizo, y no se repite."""

    def cortar(_pedido: Pedido) -> Respuesta:
        raise ConnectionResetError

    malo, bueno = Nodo(cortar), Nodo(lambda _pedido: Respuesta())
    malo.servidor.handle_error = lambda *_: None  # type: ignore[method-assign]
    with nginx_delante(tmp_path, malo.linea.replace("max_fails=3", "max_fails=0") + bueno.linea) as nginx:
        cliente = nginx.cliente()
        lecturas = {cliente.pedir("GET", f"/{n}/").estado for n in range(6)}
        envios = [cliente.pedir("POST", "/admin/x/", {"a": str(n)}).estado for n in range(6)]
        cliente.cerrar()
    assert lecturas == {200}
    assert set(envios) == {200, 503}
    recibidos = [uno for nodo in (malo, bueno) for uno in nodo.pedidos if uno.metodo == "POST"]
    assert len(recibidos) == 6
    malo.apagar()
    bueno.apagar()


def test_un_nodo_apartado_no_recibe_nada(tmp_path: Path) -> None:
    uno, otro = Nodo(lambda _pedido: Respuesta()), Nodo(lambda _pedido: Respuesta())
    with nginx_delante(tmp_path, uno.linea.replace(";", " down;") + otro.linea) as nginx:
        cliente = nginx.cliente()
        assert {cliente.pedir("POST", "/admin/x/", {"a": "1"}).estado for _ in range(6)} == {200}
        cliente.cerrar()
    assert (len(uno.pedidos), len(otro.pedidos)) == (0, 6)
    uno.apagar()
    otro.apagar()


def test_los_estaticos_salen_del_disco_ya_comprimidos(planta: SimpleNamespace) -> None:
    carpeta = planta.nginx.carpeta / "estaticos" / "css"
    carpeta.mkdir()
    for nombre in ("portal.css", "portal.0123456789ab.css"):
        (carpeta / nombre).write_text("a { color: red }", encoding="utf-8")
        (carpeta / f"{nombre}.gz").write_bytes(gzip.compress(b"a { color: red }"))
    fija = planta.cliente.pedir("GET", "/static/css/portal.0123456789ab.css", Accept_Encoding="gzip")
    assert fija.cabeceras["cache-control"] == "public, max-age=31536000, immutable"
    assert fija.cabeceras["content-encoding"] == "gzip"
    assert gzip.decompress(fija.cuerpo) == b"a { color: red }"
    assert planta.cliente.pedir("GET", "/static/css/portal.css").cabeceras["cache-control"] == "public, no-cache"
    no_esta = planta.cliente.pedir("GET", "/static/../tls.llave")
    assert no_esta.estado in (200, 400, 404)
    assert b"PRIVATE KEY" not in no_esta.cuerpo
    for cabecera in ("strict-transport-security", "x-content-type-options", "content-security-policy"):
        assert cabecera in fija.cabeceras
    assert [uno for uno in planta.nodo.pedidos if uno.ruta.startswith("/static/css")] == []


def test_solo_los_datos_se_comprimen_aqui(planta: SimpleNamespace) -> None:
    """Una página sin comprimir puede llevar el secreto de un formulario; un CSV largo, no."""
    planta.contesta = lambda pedido: Respuesta(
        200, b"1;2;3\n" * 500, {"Content-Type": "text/csv" if pedido.ruta.startswith("/api/") else "text/html"}
    )
    assert "content-encoding" not in planta.cliente.pedir("GET", "/", Accept_Encoding="gzip").cabeceras
    assert planta.cliente.pedir("GET", "/api/v1/x/", Accept_Encoding="gzip").cabeceras["content-encoding"] == "gzip"


def test_el_registro_no_guarda_datos_personales(planta: SimpleNamespace) -> None:
    planta.cliente.pedir("GET", "/buscar/?q=Juana+Quispe", User_Agent="navegador-raro", Referer="https://otro.pe/juana")
    planta.cliente.pedir("GET", "/salud/")
    planta.nginx.proceso.send_signal(10)  # USR1: cierra y reabre los registros
    time.sleep(0.2)
    lineas = [json.loads(linea) for linea in planta.nginx.registro().splitlines()]
    assert [linea["ruta"] for linea in lineas] == ["/buscar/", "/salud/"]
    assert {linea["origen"] for linea in lineas} == {"127.0.0.0"}
    for dato in ("Juana", "juana", "navegador-raro", '127.0.0.1",'):
        assert dato not in planta.nginx.registro()


def test_ingresar_tiene_un_tope_por_direccion(planta: SimpleNamespace) -> None:
    estados = [planta.cliente.pedir("POST", "/admin/login/", {"a": "1"}) for _ in range(40)]
    assert {uno.estado for uno in estados} == {200, 429}
    assert "Demasiadas peticiones" in estados[-1].texto
