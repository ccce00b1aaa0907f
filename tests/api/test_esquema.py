"""El esquema OpenAPI es válido, se genera sin avisos y las respuestas reales lo cumplen clave por clave."""

import io
from copy import deepcopy
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.api.conftest import direccion

#: Ruta del esquema → (lo que se pide, parámetros).
REALES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "": [("", {})],
    "politica/": [("politica/", {}), ("politica/", {"corte": "2021-12-31"})],
    "objetivos/": [("objetivos/", {}), ("objetivos/", {"corte": "2021-12-31"})],
    "objetivos/{codigo}/": [("objetivos/OP.02/", {"corte": "2021-12-31"})],
    "lineamientos/": [("lineamientos/", {})],
    "indicadores/": [("indicadores/", {"page_size": 5}), ("indicadores/", {"corte": "2021-12-31"})],
    "indicadores/{codigo}/": [("indicadores/OP.01-I2/", {"corte": "2021-12-31"}), ("indicadores/OP.01-I1/", {})],
    "mediciones/": [("mediciones/", {"page_size": 500}), ("mediciones/", {"page": 2})],
    "mediciones/{id}/": [("mediciones/1000001/", {})],
    "lineas_base/": [("lineas_base/", {}), ("lineas_base/", {"indicador": "OP.01-I2"})],
    "logros/": [("logros/", {}), ("logros/", {"anio": "2021"})],
    "cambios/": [("cambios/", {"page_size": 200}), ("cambios/", {"cursor": "20", "a_la_fecha": None})],
    "historial/": [("historial/", {})],
    "servicios/": [("servicios/", {})],
    "servicios/{codigo}/": [("servicios/OP.03-S1/", {})],
    "entidades/": [("entidades/", {})],
    "entidades/{sigla}/": [("entidades/INPE/", {})],
    "ambitos/": [("ambitos/", {"page_size": 100})],
    "ambitos/{codigo}/": [("ambitos/PE/", {})],
    "avance/": [("avance/", {}), ("avance/", {"corte": "2021-12-31", "a_la_fecha": None})],
    "avance/calcular/": [
        ("avance/calcular/", {}),
        ("avance/calcular/", {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "35"}),
    ],
}


#: De estas se ocupa ``tests/interoperabilidad``: no contestan un JSON descrito aquí.
SDMX = "/api/v1/sdmx/"
#: Lo que se pone en cada dirección para preguntarle por sus parámetros.
CASO = {"codigo": "X", "sigla": "X", "id": "1", "recurso": "dataflow", "agencia": "all"} | {
    "identificador": "all",
    "edicion": "latest",
    "flujo": "PNP",
    "clave": "all",
}


@pytest.fixture
def esquema(client: Client, db: None) -> dict[str, Any]:
    documento: dict[str, Any] = client.get("/api/v1/esquema/").json()
    return documento


def cerrar(esquema: Any) -> None:
    """Que una clave no documentada sea también un error."""
    if isinstance(esquema, dict):
        if "properties" in esquema:
            esquema["additionalProperties"] = False
        for parte in esquema.values():
            cerrar(parte)
    elif isinstance(esquema, list):
        for parte in esquema:
            cerrar(parte)


def errores(cuerpo: Any, esquema: dict[str, Any], documento: dict[str, Any]) -> list[str]:
    completo = deepcopy({**esquema, "components": documento["components"]})
    cerrar(completo)
    validador = Draft202012Validator(completo, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validador.iter_errors(cuerpo)]


def test_se_genera_sin_avisos(db: None) -> None:
    avisos = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO(), stderr=avisos)
    assert avisos.getvalue() == ""


def test_es_un_documento_openapi_valido(esquema: dict[str, Any]) -> None:
    validate(esquema)
    assert esquema["openapi"].startswith("3.")
    assert {f"/api/v1/{ruta}" for ruta in REALES} == {ruta for ruta in esquema["paths"] if not ruta.startswith(SDMX)}


@pytest.mark.parametrize("ruta", REALES)
def test_las_respuestas_reales_lo_cumplen(
    politica_cargada: Any, client: Client, esquema: dict[str, Any], ruta: str
) -> None:
    respuestas = esquema["paths"][f"/api/v1/{ruta}"]["get"]["responses"]
    documentado = respuestas["200"]["content"]["application/json"]["schema"]
    for camino, parametros in REALES[ruta]:
        respuesta = client.get(direccion(camino, **parametros))
        assert respuesta.status_code == 200
        assert not errores(respuesta.json(), documentado, esquema)
    problema = respuestas["400"]["content"]["application/problem+json"]["schema"]
    assert not errores(client.get(f"{direccion(camino)}&color=rojo").json(), problema, esquema)


def test_la_comparacion_no_deja_pasar_una_clave_de_mas_ni_de_menos(esquema: dict[str, Any]) -> None:
    ambito = {"$ref": "#/components/schemas/Ambito"}
    bueno = {
        "codigo": "PE",
        "nombre": "Perú",
        "nivel": "nacional",
        "padre": None,
        "departamento": None,
        "ubigeo": None,
        "capacidad": None,
    }
    assert not errores(bueno, ambito, esquema)
    assert errores(bueno | {"poblacion": 1}, ambito, esquema)
    assert errores({clave: valor for clave, valor in bueno.items() if clave != "padre"}, ambito, esquema)
    assert errores(bueno | {"nivel": "distrito"}, ambito, esquema)


def test_todo_lo_documentado_esta_en_espanol_y_explicado(esquema: dict[str, Any]) -> None:
    for ruta, operaciones in esquema["paths"].items():
        operacion = operaciones["get"]
        assert operacion["summary"], ruta
        assert set(operacion["responses"]) == {"200", "400", "401", "404", "405", "406", "414", "429", "500"}
        assert all(parametro.get("description") for parametro in operacion["parameters"] if parametro["in"] == "query")
    identificadores = [operaciones["get"]["operationId"] for operaciones in esquema["paths"].values()]
    assert len(set(identificadores)) == len(identificadores)


def test_los_parametros_documentados_son_los_que_se_admiten(client: Client, esquema: dict[str, Any]) -> None:
    for ruta, operaciones in esquema["paths"].items():
        documentados = {suyo["name"] for suyo in operaciones["get"]["parameters"] if suyo["in"] == "query"}
        problema = client.get(f"{ruta.format(**CASO)}?desconocido=1").json()
        _, _, lista = problema["detail"].partition("Se admiten ")
        admitidos = set(lista.rstrip(".").replace(" y ", ", ").replace(" e ", ", ").split(", "))
        assert admitidos == documentados, ruta
