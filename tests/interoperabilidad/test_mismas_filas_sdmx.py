"""Las filas de SDMX, en cualquiera de sus formatos, son las de JSON: valores, periodos, estados y versiones."""

import csv
import io
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from indicadores.intercambio.seguro import sin_comilla
from tests.api.conftest import direccion
from tests.interoperabilidad.sdmx import CLAVE, Filas, leer_estructura, originales, pedir, por_json_oficial, por_sdmx1

ESTADOS = {
    "no_medido": "L",
    "no_existe": "M",
    "no_aplica": "M",
    "pocas_personas": "Q",
}
FILTROS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("all", {}, {}),
    ("...referencial..", {}, {"caracter": "referencial"}),
    ("all", {"startPeriod": "2012", "endPeriod": "2012"}, {"anio": "2012"}),
    ("all", {"corte": "2012-06-30"}, {"corte": "2012-06-30"}),
    ("all", {"a_la_fecha": "2022-06-15T17:01:00+00:00"}, {"a_la_fecha": "2022-06-15T17:01:00+00:00"}),
    ("..T...", {"dimensionAtObservation": "AllDimensions"}, {"sexo": "T"}),
]


def de_json(cliente: Client, recurso: str, **parametros: str) -> Iterator[Any]:
    siguiente: str | None = direccion(recurso, page_size=500, **parametros)
    while siguiente:
        pagina = cliente.get(siguiente).json()
        yield from pagina["results"]
        siguiente = pagina["next"]


def esperada(fila: Any) -> dict[str, str]:
    """Lo que SDMX debe decir de una medición de la API."""
    motivo, fuente = fila["motivo"], fila["fuente"] or {}
    presente = {"preliminar": "P", "definitiva": "A"}[fila["situacion"]]
    dice = {
        "INDICADOR": fila["indicador"],
        "AMBITO": fila["ambito"],
        "SEXO": fila["sexo"],
        "CARACTER": fila["caracter"],
        "CIFRA": "MEDICION",
        "FREQ": frecuencia(fila["periodo"]),
        "TIME_PERIOD": fila["periodo"],
        "OBS_VALUE": fila["valor"],
        "OBS_STATUS": ESTADOS.get(motivo["codigo"], "O") if motivo else presente,
        "SITUACION": fila["situacion"],
        "MOTIVO": motivo and motivo["codigo"],
        "OBS_COMMENT": motivo and motivo["texto"],
        "FECHA_COMPROMISO": motivo and motivo["fecha_compromiso"],
        "NUMERADOR": fila["numerador"],
        "DENOMINADOR": fila["denominador"],
        "SE_REPITE": "true" if fila["se_repite"] else "false",
        "VERSION": fila["version"],
        "ID_CIFRA": fila["id"],
        "LAST_UPDATE": fila["publicada_en"],
        "FUENTE": fuente.get("nombre"),
        "FUENTE_URL": fuente.get("url"),
    }
    return {nombre: str(valor) for nombre, valor in dice.items() if valor is not None}


def frecuencia(periodo: str) -> str:
    return {"": "A", "S": "S", "Q": "Q"}.get(periodo[5:6], "M")


def comparables(filas: Filas, estructura: Any) -> list[dict[str, str]]:
    """Con los códigos del portal, sin los atributos de serie y en un orden que no depende del formato."""
    codigo_de = {"INDICADOR": originales(estructura, "CL_INDICADOR"), "AMBITO": originales(estructura, "CL_AMBITO")}
    limpias = []
    for fila in filas:
        limpia = {n: t for n, t in fila.items() if n not in ("UNIT_MEASURE", "DECIMALS", "SIMBOLO")}
        limpias.append(limpia | {nombre: codigos[fila[nombre]] for nombre, codigos in codigo_de.items()})
    return ordenadas(limpias)


def ordenadas(filas: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(filas, key=lambda fila: [fila[nombre] for nombre in (*CLAVE, "TIME_PERIOD")])


def por_csv(cuerpo: bytes) -> Filas:
    filas = csv.DictReader(io.StringIO(cuerpo.decode(), newline=""), strict=True)
    ajenas = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION")
    return [
        {nombre: sin_comilla(texto) for nombre, texto in fila.items() if texto and nombre not in ajenas}
        for fila in filas
    ]


def sin_control(filas: list[dict[str, str]]) -> list[dict[str, str]]:
    """XML 1.0 no admite caracteres de control: allí se leen como «�»."""
    return [{n: re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", t) for n, t in fila.items()} for fila in filas]


def comprobar(cliente: Client, clave: str, parametros: dict[str, str], iguales: list[dict[str, str]]) -> None:
    """Los seis formatos de la clave dicen ``iguales``."""
    mensaje = leer_estructura(cliente)
    estructura = mensaje.structure["PNP"]
    for formato in ("genericdata", "structurespecificdata", "jsondata", "jsondata1", "csvdata", "csvdata2"):
        cuerpo = pedir(cliente, f"data/PNP/{clave}", format=formato, **parametros)
        if formato.startswith("csv"):
            filas = por_csv(cuerpo)
        elif formato == "jsondata1":
            filas = por_json_oficial(cuerpo)
        else:
            filas = por_sdmx1(cuerpo, None if formato == "jsondata" else estructura)
        es_xml = formato in ("genericdata", "structurespecificdata")
        leidas = comparables([{n: en_json(n, t) for n, t in fila.items()} for fila in filas], mensaje)
        assert leidas == (sin_control(iguales) if es_xml else iguales), formato


def en_json(nombre: str, texto: str) -> str:
    """El valor como lo escribe JSON: sdmx1 lee «33» como 33.0."""
    return str(int(float(texto))) if nombre == "OBS_VALUE" and float(texto).is_integer() else texto


def de_la_clave(clave: str) -> str:
    """La misma clave, solo de las mediciones."""
    return "....MEDICION." if clave == "all" else ".".join((*clave.split(".")[:4], "MEDICION", clave.split(".")[5]))


@pytest.mark.parametrize(("clave", "en_sdmx", "en_json"), FILTROS, ids=str)
def test_las_mediciones_dificiles_son_las_mismas(
    datos_dificiles: SimpleNamespace, client: Client, clave: str, en_sdmx: dict[str, str], en_json: dict[str, str]
) -> None:
    iguales = ordenadas([esperada(fila) for fila in de_json(client, "mediciones/", **en_json)])
    assert iguales
    comprobar(client, de_la_clave(clave), en_sdmx, iguales)


def test_las_mediciones_reales_son_las_mismas(politica_cargada: Any, client: Client) -> None:
    iguales = ordenadas([esperada(fila) for fila in de_json(client, "mediciones/")])
    assert len({fila["OBS_STATUS"] for fila in iguales}) > 1
    comprobar(client, "....MEDICION.", {}, iguales)


@pytest.mark.parametrize(("recurso", "cifra"), [("logros/", "LOGRO_ESPERADO"), ("lineas_base/", "LINEA_BASE")])
def test_logros_y_lineas_base_son_los_mismos(politica_cargada: Any, client: Client, recurso: str, cifra: str) -> None:
    iguales = []
    for fila in de_json(client, recurso):
        motivo = fila["motivo"]
        dice = {
            "INDICADOR": fila["indicador"],
            "AMBITO": "PE",
            "SEXO": "T",
            "CARACTER": "oficial",
            "CIFRA": cifra,
            "FREQ": "A",
            "TIME_PERIOD": fila["anio"],
            "OBS_VALUE": fila["valor"],
            "OBS_STATUS": ESTADOS.get(motivo["codigo"], "O") if motivo else "A",
            "MOTIVO": motivo and motivo["codigo"],
            "OBS_COMMENT": motivo and motivo["texto"],
            "VERSION": fila["version"],
            "LAST_UPDATE": fila["publicada_en"],
            "FUENTE": fila["fuente"] and fila["fuente"]["nombre"],
            "FUENTE_URL": fila["fuente"] and fila["fuente"]["url"],
        }
        iguales.append({nombre: str(valor) for nombre, valor in dice.items() if valor is not None})
    assert iguales
    comprobar(client, f"....{cifra}.", {}, ordenadas(iguales))
