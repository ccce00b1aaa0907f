"""El Data Package y el catálogo DCAT, leídos de un servidor por los programas de otros."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from frictionless import Package, system
from pytest_django.live_server_helper import LiveServer

from indicadores.api.tablas import Tipo
from indicadores.intercambio.seguro import sin_comilla
from penitenciaria.abiertos import TABLAS
from penitenciaria.interoperabilidad.dcat import CONTEXTO
from tests.interoperabilidad.conftest import de_json

MIRADA = "corte=2026-11-30&a_la_fecha=2030-12-31"


def leer_paquete(servidor: LiveServer) -> Package:
    return Package(f"{servidor.url}/datos/datapackage.json?{MIRADA}")


@pytest.mark.django_db(transaction=True)
class TestFrictionless:
    def test_es_valido_con_todas_sus_filas_y_enlaces(self, politica_cargada: Any, live_server: LiveServer) -> None:
        with system.use_context(trusted=True):
            informe = leer_paquete(live_server).validate()
        assert informe.valid, informe.to_summary()
        assert len(informe.tasks) == len(TABLAS)

    def test_las_filas_dificiles_son_las_de_json(
        self, datos_dificiles: Any, live_server: LiveServer, client: Client
    ) -> None:
        with system.use_context(trusted=True):
            paquete = leer_paquete(live_server)
            informe = paquete.validate()
            leidas = {recurso.name: recurso.read_rows() for recurso in paquete.resources}
        assert informe.valid, informe.to_summary()
        for tabla in TABLAS:
            columnas = tabla.lista.columnas()
            suyas = [
                [_celda(fila[una.name], una.tipo) for una in _con_nombre(columnas)] for fila in leidas[tabla.nombre]
            ]
            assert [_sin_servidor(f) for f in suyas] == [
                _sin_servidor(f) for f in de_json(client, f"{tabla.nombre}/", columnas)
            ], tabla.nombre


def donde_de(distribucion: dict[str, str]) -> str:
    return distribucion.get("downloadURL") or distribucion["accessURL"]


def _con_nombre(columnas: Any) -> list[Any]:
    from types import SimpleNamespace

    return [SimpleNamespace(name=una.nombre, tipo=una.tipo) for una in columnas]


def _celda(valor: Any, tipo: Tipo) -> Any:
    """Como la escribe ``aplanar``."""
    if valor is None:
        return None
    if tipo in (Tipo.ENTERO, Tipo.DECIMAL):
        return Decimal(valor)
    if tipo is Tipo.FECHA or tipo is Tipo.MOMENTO:
        return valor.isoformat()
    if tipo is Tipo.ESTRUCTURA:
        return json.dumps(valor, ensure_ascii=False)
    return sin_comilla(valor) if isinstance(valor, str) else valor


def _sin_servidor(fila: list[Any]) -> list[Any]:
    """Las direcciones llevan el nombre de quien responde; lo demás, no."""
    return ["/" + una.split("/", 3)[3] if isinstance(una, str) and una.startswith("http://") else una for una in fila]


@pytest.mark.django_db
@pytest.mark.usefixtures("politica_cargada")
class TestDescriptor:
    def test_conserva_la_mirada_y_nombra_sus_fuentes(self, client: Client) -> None:
        cuerpo = client.get("/datos/datapackage.json?corte=2021-12-31").json()
        assert all("corte=2021-12-31" in recurso["path"] for recurso in cuerpo["resources"])
        assert all("format=csv" in recurso["path"] for recurso in cuerpo["resources"])
        assert cuerpo["created"] == cuerpo["version"] == "2026-02-02T10:00:00-05:00"
        assert cuerpo["licenses"][0]["name"] == "notspecified"
        assert cuerpo["sources"]
        assert {campo["name"] for campo in cuerpo["resources"][0]["schema"]["fields"]} >= {"valor", "motivo_codigo"}

    def test_antes_de_publicar_no_hay_momento(self, client: Client) -> None:
        cuerpo = client.get("/datos/datapackage.json?a_la_fecha=2020-01-01").json()
        assert "created" not in cuerpo

    def test_el_diccionario_dice_todas_las_columnas(self, client: Client) -> None:
        lineas = client.get("/datos/diccionario.csv").content.decode().splitlines()
        assert lineas[0] == "tabla,columna,tipo,unidad,puede_faltar,opciones,significado"
        assert len(lineas) == 1 + sum(len(tabla.lista.columnas()) for tabla in TABLAS)


@pytest.mark.django_db
@pytest.mark.usefixtures("politica_cargada")
class TestDcat:
    #: Lo que DCAT-US 1.1 exige a todo conjunto de datos, y lo que pide este portal.
    DEBIDOS = (
        "title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel",
        "license", "temporal", "accrualPeriodicity", "distribution", "landingPage", "language",
    )  # fmt: skip

    def test_todo_conjunto_dice_lo_debido(self, client: Client) -> None:
        catalogo = client.get("/data.json").json()
        assert catalogo["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
        assert len({uno["identifier"] for uno in catalogo["dataset"]}) == len(TABLAS)
        for uno in catalogo["dataset"]:
            assert [nombre for nombre in self.DEBIDOS if not uno.get(nombre)] == []
            assert uno["contactPoint"]["hasEmail"].startswith("mailto:")
            assert uno["accessLevel"] == "public"
            assert uno["temporal"] == "2020-01-01/2030-12-31"
        formatos = {una["format"] for uno in catalogo["dataset"] for una in uno["distribution"]}
        assert formatos == {"JSON", "CSV", "XLSX", "Data Package", "SDMX-ML"}

    def test_toda_direccion_del_catalogo_responde(self, client: Client) -> None:
        catalogo = client.get("/data.json").json()
        direcciones = {catalogo["@context"]}
        for uno in catalogo["dataset"]:
            direcciones |= {uno["license"], uno["landingPage"], uno["describedBy"]}
            direcciones |= {donde_de(una) for una in uno["distribution"]}
        estados = {}
        for una in direcciones:
            respuesta = client.get(una)
            estados[una] = respuesta.status_code
            if respuesta.streaming:
                assert b"".join(respuesta.streaming_content)
        assert set(estados.values()) == {200}, estados

    def test_cada_tipo_es_el_que_se_sirve(self, client: Client) -> None:
        for uno in client.get("/data.json").json()["dataset"]:
            for una in uno["distribution"]:
                assert client.head(donde_de(una)).headers["Content-Type"].startswith(una["mediaType"])

    def test_lo_que_se_baja_trae_la_tabla_entera(self, client: Client) -> None:
        [mediciones] = [
            uno for uno in client.get("/data.json").json()["dataset"] if uno["title"].startswith("Mediciones")
        ]
        en_json, en_csv = mediciones["distribution"][:2]
        pagina = client.get(en_json["accessURL"]).json()
        assert pagina["next"]
        assert "downloadURL" not in en_json
        assert "páginas" in en_json["description"]
        filas = b"".join(client.get(en_csv["downloadURL"]).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(filas) == 1 + pagina["count"]

    def test_el_contexto_explica_todo_nombre(self, client: Client) -> None:
        explicados = CONTEXTO["@context"]
        assert client.get("/datos/contexto.jsonld").json() == CONTEXTO

        def nombres(cuerpo: Any) -> set[str]:
            if isinstance(cuerpo, list):
                return set().union(*(nombres(parte) for parte in cuerpo))
            if isinstance(cuerpo, dict):
                return set(cuerpo).union(*(nombres(parte) for parte in cuerpo.values()))
            return set()

        usados = {nombre for nombre in nombres(client.get("/data.json").json()) if not nombre.startswith("@")}
        assert usados <= set(explicados)
        prefijos = {clave for clave, valor in explicados.items() if isinstance(valor, str) and valor[-1] in "#/"}
        assert {"dcat", "dct", "foaf", "vcard", "org"} <= prefijos

    def test_la_pagina_de_datos_los_enlaza_en_su_cabeza(self, client: Client) -> None:
        cabeza = client.get("/datos/").content.decode().partition("</head>")[0]
        for ruta in ("/data.json", "/datos/datapackage.json", "/datos/diccionario.csv"):
            assert f'href="{ruta}"' in cabeza


@pytest.mark.django_db
def test_sin_politica_todo_responde(client: Client) -> None:
    assert client.get("/data.json").json()["dataset"][0]["publisher"]["name"]
    assert client.get("/datos/datapackage.json").json()["contributors"] == []
    assert "el primer paquete aparece" in client.get("/datos/").content.decode()
