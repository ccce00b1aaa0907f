"""Las estructuras SDMX: qué trae cada dirección, sus referencias y sus errores."""

import json
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from tests.interoperabilidad.sdmx import pedir, problema

pytestmark = pytest.mark.django_db


def ids(cuerpo: bytes) -> dict[str, list[str]]:
    """Qué estructuras trae un mensaje JSON."""
    return {clase: [una["id"] for una in suyas] for clase, suyas in json.loads(cuerpo)["data"].items()}


@pytest.mark.parametrize(
    ("resto", "referencias", "espera"),
    [
        ("dataflow", "none", {"dataflows"}),
        ("dataflow/MINJUSDH/PNP/latest", "children", {"dataflows", "dataStructures"}),
        ("dataflow/all/PNP", "descendants", {"dataflows", "dataStructures", "conceptSchemes", "codelists"}),
        ("dataflow", "all", {"dataflows", "dataStructures", "conceptSchemes", "codelists"}),
        ("dataflow", "codelist", {"dataflows", "codelists"}),
        ("datastructure/all", "none", {"dataStructures"}),
        ("datastructure", "parents", {"dataStructures", "dataflows"}),
        ("datastructure", "children", {"dataStructures", "conceptSchemes", "codelists"}),
        ("datastructure", "all", {"dataflows", "dataStructures", "conceptSchemes", "codelists"}),
        ("codelist/MINJUSDH/CL_SEXO/1.0", "none", {"codelists"}),
        ("codelist/MINJUSDH/CL_SEXO", "parents", {"codelists", "dataStructures"}),
        ("codelist/MINJUSDH/CL_SEXO", "parentsandsiblings", {"codelists", "dataStructures", "conceptSchemes"}),
        ("conceptscheme/MINJUSDH/CS_PNP/all", "children", {"conceptSchemes"}),
        ("agencyscheme/SDMX/AGENCIES/1.0", "all", {"agencySchemes"}),
    ],
)
def test_references_trae_lo_que_dice(
    politica_cargada: Any, client: Client, resto: str, referencias: str, espera: set[str]
) -> None:
    assert set(ids(pedir(client, resto, references=referencias, format="json"))) == espera


def test_se_piden_varias_listas_a_la_vez(politica_cargada: Any, client: Client) -> None:
    cuerpo = pedir(client, "codelist/MINJUSDH/CL_SEXO+CL_FREQ", format="json")
    assert ids(cuerpo) == {"codelists": ["CL_SEXO", "CL_FREQ"]}


@pytest.mark.parametrize(
    ("resto", "dice"),
    [
        ("provisionagreement", "No hay estructuras de la clase"),
        ("codelist/INPE", "no mantiene aquí nada"),
        ("agencyscheme/MINJUSDH", "no mantiene aquí nada"),
        ("codelist/MINJUSDH/CL_SEX", "No hay codelist con el identificador «CL_SEX»"),
        ("datastructure/MINJUSDH/PNP/2.0", "la única es «1.0»"),
    ],
)
def test_la_estructura_que_no_existe_es_un_404(politica_cargada: Any, client: Client, resto: str, dice: str) -> None:
    assert dice in problema(client, resto, 404)["detail"]


def test_la_estructura_rechaza_lo_que_no_entiende(politica_cargada: Any, client: Client) -> None:
    assert problema(client, "codelist", 400, references="todo")["parametro"] == "references"
    assert problema(client, "codelist", 400, detail="allstubs")["parametro"] == "detail"
    assert problema(client, "codelist", 400, format="jsondata")["parametro"] == "format"


def test_pedirla_entera_es_lo_de_siempre(politica_cargada: Any, client: Client) -> None:
    assert ids(pedir(client, "codelist", detail="full", format="json")) == ids(pedir(client, "codelist", format="json"))


def test_la_lista_de_ambitos_dice_quien_contiene_a_quien(politica_cargada: Any, client: Client) -> None:
    [lista] = json.loads(pedir(client, "codelist/MINJUSDH/CL_AMBITO", format="json"))["data"]["codelists"]
    codigos = {codigo["id"]: codigo for codigo in lista["codes"]}
    assert "parent" not in codigos["PE"]
    assert codigos["OR-LIMA"]["parent"] == "PE"
    assert {codigo.get("parent", "PE") for codigo in codigos.values()} <= set(codigos)
    xml = etree.fromstring(pedir(client, "codelist/MINJUSDH/CL_INDICADOR"))
    assert "OP.01-I2" in "".join(xml.itertext())
