"""Los ejemplos del esquema son respuestas reales: cada uno se vuelve a pedir y debe contestar lo mismo.

Para escribirlos de nuevo, cuando lo que contesta la API cambia a propósito::

    ESCRIBIR_EJEMPLOS=1 python -m pytest tests/api/test_ejemplos.py
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from indicadores.api import documentacion
from indicadores.api.historia import VERSIONES
from tests.api.test_esquema import esquema  # noqa: F401 — es una fixture

ARCHIVO = Path(documentacion.__file__).with_name("ejemplos.json")
MIRADA = "corte=2021-12-31&a_la_fecha=2026-11-30"
#: Operación → qué se pide. La dirección es la del portal de demostración.
PETICIONES = {
    "raiz": "",
    "politica": f"politica/?{MIRADA}",
    "objetivos": f"objetivos/?{MIRADA}&page_size=1",
    "objetivo": f"objetivos/OP.01/?{MIRADA}",
    "lineamientos": "lineamientos/",
    "indicadores": f"indicadores/?{MIRADA}&semaforo=amarillo&page_size=1",
    "indicador": f"indicadores/OP.01-I2/?{MIRADA}",
    "mediciones": f"mediciones/?{MIRADA}&indicador=OP.01-I2&page_size=2",
    "medicion": f"mediciones/1000001/?{MIRADA}",
    "lineas_base": f"lineas_base/?{MIRADA}&indicador=OP.02-I1",
    "logros": f"logros/?{MIRADA}&indicador=OP.02-I1",
    "servicios": f"servicios/?{MIRADA}&page_size=1",
    "servicio": f"servicios/OP.01-S1/?{MIRADA}",
    "entidades": "entidades/?search=INPE&page_size=1",
    "entidad": "entidades/INPE/",
    "ambitos": "ambitos/?nivel=oficina_regional&page_size=2",
    "ambito": "ambitos/PE/",
    "cambios": f"cambios/?{MIRADA}&page_size=2",
    "avance": f"avance/?{MIRADA}",
    "calcular": "avance/calcular/?sentido=descendente&linea_base=37&logro=30&valor=35",
    "historial": "historial/",
}
#: Lo que sale del azar de cada carga.
AL_AZAR = re.compile(r'"huella": "[0-9a-f]{64}"')


def responder(client: Client, peticion: str) -> Any:
    respuesta = client.get(f"/api/v1/{peticion}", headers={"host": "localhost:8000"})
    assert respuesta.status_code == 200, (peticion, respuesta.content.decode())
    fijo = AL_AZAR.sub('"huella": "' + "0" * 64 + '"', json.dumps(respuesta.json(), ensure_ascii=False))
    return json.loads(fijo)


@pytest.mark.usefixtures("politica_cargada")
def test_cada_ejemplo_es_lo_que_se_contesta(client: Client) -> None:
    reales = {
        operacion: {"peticion": f"/api/v1/{peticion}", "respuesta": responder(client, peticion)}
        for operacion, peticion in PETICIONES.items()
    }
    if os.environ.get("ESCRIBIR_EJEMPLOS"):
        ARCHIVO.write_text(json.dumps(reales, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert reales == documentacion.EJEMPLOS or os.environ.get("ESCRIBIR_EJEMPLOS")


def test_cada_operacion_propia_tiene_su_ejemplo(esquema: dict[str, Any]) -> None:  # noqa: F811
    for ruta, operaciones in esquema["paths"].items():
        if ruta.startswith("/api/v1/sdmx/"):
            continue
        operacion = operaciones["get"]
        json_ = operacion["responses"]["200"]["content"]["application/json"]
        [ejemplo] = json_["examples"].values()
        assert ejemplo["summary"] == documentacion.EJEMPLOS[operacion["operationId"]]["peticion"]
        assert not [nombre for nombre in json_["examples"] if not re.fullmatch(r"[A-Za-z0-9._-]+", nombre)]
        assert ejemplo["value"] == documentacion.EJEMPLOS[operacion["operationId"]]["respuesta"]


def test_cada_campo_y_cada_parametro_dice_que_es(esquema: dict[str, Any]) -> None:  # noqa: F811
    mudos = [
        f"{nombre}.{campo}"
        for nombre, componente in esquema["components"]["schemas"].items()
        for campo, suyo in componente.get("properties", {}).items()
        if not suyo.get("description")
    ]
    mudos += [
        f"{ruta} {parametro['name']}"
        for ruta, operaciones in esquema["paths"].items()
        for parametro in operaciones["get"]["parameters"]
        if not parametro.get("description")
    ]
    assert not mudos


def test_la_llave_es_optativa_y_la_version_es_la_de_la_historia(esquema: dict[str, Any]) -> None:  # noqa: F811
    assert esquema["components"]["securitySchemes"]["llave"]["scheme"] == "bearer"
    for ruta, operaciones in esquema["paths"].items():
        assert operaciones["get"]["security"] == [{"llave": []}, {}], ruta
    assert esquema["info"]["version"] == VERSIONES[0].numero
