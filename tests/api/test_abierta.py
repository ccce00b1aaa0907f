"""Lo que un programa lee fuera de ``/api/`` contesta y falla como la API."""

import pytest
from django.test import Client
from django.urls import resolve

from tests.api.test_errores import comprobar_problema

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("politica_cargada")]

RUTAS = [
    "/data.json", "/datos/datapackage.json", "/datos/diccionario.csv", "/datos/contexto.jsonld",
    "/datos/paquetes/1.zip", "/cifras/cadena.jsonl", "/cifras/verificador.py", "/novedades.atom",
    "/indicadores/OP.01-I2/novedades.atom",
]  # fmt: skip
AUSENTES = [
    "/datos/paquetes/999999.zip", f"/datos/paquetes/{'9' * 40}.zip", "/cifra/999999.json",
    "/indicadores/OP.99-I9/novedades.atom", "/indicadores/%00/novedades.atom",
]  # fmt: skip
ILEGIBLES = {
    "/data.json?corte=x": "corte",
    "/datos/datapackage.json?a_la_fecha=ayer": "a_la_fecha",
    "/novedades.atom?corte=2021-02-30": "corte",
    "/cifras/cadena.jsonl?desde=-1": "desde",
}


@pytest.mark.parametrize("ruta", RUTAS)
def test_cualquier_pagina_puede_leerlo(client: Client, ruta: str) -> None:
    respuesta = client.get(ruta, headers={"origin": "https://otra.example"})
    assert respuesta.status_code == 200
    assert respuesta.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in respuesta.headers["Access-Control-Expose-Headers"]
    de_nuevo = client.get(ruta, headers={"if-none-match": respuesta.headers["ETag"]})
    assert (de_nuevo.status_code, de_nuevo.headers["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize("ruta", [*RUTAS, *AUSENTES, *ILEGIBLES])
def test_la_pregunta_previa_no_trabaja(client: Client, ruta: str, django_assert_num_queries: object) -> None:
    previa = {"access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}
    with django_assert_num_queries(0):  # type: ignore[operator]
        respuesta = client.options(ruta, headers={"origin": "https://otra.example", **previa})
    assert (respuesta.status_code, respuesta.content) == (204, b"")
    assert respuesta.headers["Allow"] == respuesta.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in respuesta.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("ruta", AUSENTES)
def test_lo_que_no_existe_es_un_documento_del_error(client: Client, ruta: str) -> None:
    respuesta = client.get(ruta)
    comprobar_problema(respuesta, 404)
    assert respuesta.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("ruta", "parametro"), ILEGIBLES.items())
def test_lo_que_no_se_entiende_dice_que(client: Client, ruta: str, parametro: str) -> None:
    respuesta = client.get(ruta)
    assert f"«{parametro}»" in comprobar_problema(respuesta, 400)["detail"]
    assert respuesta.headers["Access-Control-Allow-Origin"] == "*"


def test_preguntar_por_la_cadena_no_la_escribe(client: Client) -> None:
    respuesta = client.head("/cifras/cadena.jsonl")
    assert respuesta.headers["ETag"] == client.get("/cifras/cadena.jsonl").headers["ETag"]
    assert b"".join(respuesta.streaming_content) == b""  # type: ignore[attr-defined]


def test_las_paginas_siguen_fallando_con_una_pagina(client: Client) -> None:
    for ruta in ("/cifra/999999/", "/datos/?corte=x"):
        respuesta = client.get(ruta)
        assert respuesta.status_code in (400, 404)
        assert respuesta.headers["Content-Type"].startswith("text/html")
        assert "Access-Control-Allow-Origin" not in respuesta.headers


def test_toda_descarga_para_programas_va_envuelta() -> None:
    assert all(hasattr(resolve(ruta).func, "__wrapped__") for ruta in RUTAS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ruta", ["/data.json", "/novedades.atom", "/datos/datapackage.json"])
def test_el_304_de_lo_recordado_tambien_es_de_cualquier_sitio(client: Client, ruta: str) -> None:
    primera = client.get(ruta)
    segunda = client.get(ruta, headers={"If-None-Match": primera.headers["ETag"]})
    assert (segunda.status_code, segunda.headers["Access-Control-Allow-Origin"]) == (304, "*")
