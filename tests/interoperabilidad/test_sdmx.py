"""Las direcciones SDMX: claves, parámetros, formatos, referencias y errores."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Motivo
from penitenciaria.api import sdmx as vistas
from penitenciaria.interoperabilidad.sdmx_consulta import comprobar_flujo
from penitenciaria.interoperabilidad.sdmx_formatos import DE_DATOS, DE_ESTRUCTURA, por_accept
from penitenciaria.interoperabilidad.sdmx_modelo import (
    COMPONENTES,
    DIMENSIONES,
    ESTADO_DE_MOTIVO,
    FALTA,
    a_id,
    leer_catalogo,
)
from tests import fabricas
from tests.fabricas import minuto
from tests.interoperabilidad.sdmx import pedir, problema, ruta

pytestmark = pytest.mark.django_db


def filas(cliente: Client, clave: str = "all", **parametros: Any) -> list[dict[str, str]]:
    cuerpo = pedir(cliente, f"data/PNP/{clave}", format="csvdata", **parametros)
    return list(csv.DictReader(io.StringIO(cuerpo.decode(), newline="")))


def periodos(cliente: Client, clave: str = "all", **parametros: Any) -> list[str]:
    return [fila["TIME_PERIOD"] for fila in filas(cliente, clave, **parametros)]


@pytest.fixture
def serie(personas: SimpleNamespace) -> SimpleNamespace:
    """Una serie anual de 2018 a 2021 y otras subanuales, publicadas a un minuto una de otra."""
    fabricas.AmbitoFactory()
    indicador = fabricas.IndicadorFactory(codigo="OP.09-I1")
    textos = ("2018", "2019", "2020", "2021", "2020-S2", "2021-Q1", "2021-03", "2021-11")
    for n, periodo in enumerate(textos):
        fabricas.publicada(
            indicador=indicador, periodo=periodo, valor=10 + n, por=personas.analista, revisor=personas.revisor,
            ahora=minuto(n),
        )  # fmt: skip
    return SimpleNamespace(indicador=indicador, personas=personas)


# La clave


@pytest.mark.parametrize(
    ("clave", "espera"),
    [
        ("OP_09-I1.....A", ["2018", "2019", "2020", "2021"]),
        (".....S+Q", ["2021-Q1", "2020-S2"]),
        (".....M", ["2021-03", "2021-11"]),
        ("OP_09-I1.PE.T.oficial.MEDICION.S", ["2020-S2"]),
        ("..T+H.oficial+..+A", ["2018", "2019", "2020", "2021"]),
    ],
)
def test_la_clave_elige_las_series(serie: SimpleNamespace, client: Client, clave: str, espera: list[str]) -> None:
    assert periodos(client, clave) == espera
    assert periodos(client, f"{clave}/MINJUSDH") == espera


def test_sin_clave_y_con_barra_final_es_todo(serie: SimpleNamespace, client: Client) -> None:
    todo = pedir(client, "data/PNP", format="csvdata")
    for resto in ("data/PNP/", "data/PNP/all", "data/PNP/all/", "data/PNP/all/all", "data/MINJUSDH,PNP,1.0/....."):
        assert pedir(client, resto, format="csvdata") == todo


@pytest.mark.parametrize(
    ("clave", "dice"),
    [
        ("OP.09-I1.PE.T.oficial.MEDICION.A", "7 partes y se esperan 6"),
        ("OP_09-I1", "1 parte y se esperan 6"),
        (".....X", "«X» en FREQ y ese código no está en la lista CL_FREQ"),
        ("OP.....", "«OP» en INDICADOR"),
    ],
)
def test_una_clave_que_no_se_entiende_dice_como_se_escribe(
    serie: SimpleNamespace, client: Client, clave: str, dice: str
) -> None:
    error = problema(client, f"data/PNP/{clave}", 400)
    assert dice in error["detail"]
    assert error["parametro"] == "clave"


def test_los_identificadores_no_se_confunden() -> None:
    codigos = ("OP.01-I1", "OP_01-I1", "OP@5f@01-I1", "Ñ 1", "@", "EP-Lima", "a/b", "a b", "a+b")
    ids = [a_id(codigo) for codigo in codigos]
    assert len(set(ids)) == len(codigos)
    assert ids[:4] == ["OP_01-I1", "OP@5f@01-I1", "OP@40@5f@40@01-I1", "@d1@@20@1"]
    assert not any(set(uno) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@_-") for uno in ids)


@pytest.mark.parametrize("flujo", ["OTRO", "INPE,PNP", "MINJUSDH,PNP,9.9", "a,b,c,d", "PNP/all/INPE"])
def test_otro_flujo_o_proveedor_no_existe(serie: SimpleNamespace, client: Client, flujo: str) -> None:
    assert "el de este portal es" in problema(client, f"data/{flujo}", 404)["detail"]


def test_el_flujo_se_puede_nombrar_de_varias_maneras() -> None:
    for texto in ("PNP", "all,PNP", "MINJUSDH,PNP", "MINJUSDH,PNP,latest", "all,all,all"):
        comprobar_flujo(texto)


# Los parámetros


@pytest.mark.parametrize(
    ("parametros", "espera"),
    [
        ({"startPeriod": "2020", "endPeriod": "2020"}, ["2020", "2020-S2"]),
        ({"startPeriod": "2021-Q1", "endPeriod": "2021-Q1"}, ["2021-03", "2021-Q1"]),
        ({"startPeriod": "2021-M03", "endPeriod": "2021-S1"}, ["2021-03"]),
        ({"endPeriod": "2018-A1"}, ["2018"]),
        ({"startPeriod": "2021-04-01T00:00:00"}, ["2021-11"]),
        ({"endPeriod": "2018-12-31"}, ["2018"]),
        ({"firstNObservations": "1"}, ["2018", "2021-03", "2021-Q1", "2020-S2"]),
        ({"lastNObservations": "1"}, ["2021", "2021-11", "2021-Q1", "2020-S2"]),
        (
            {"firstNObservations": "1", "lastNObservations": "2"},
            ["2018", "2020", "2021", "2021-03", "2021-11", "2021-Q1", "2020-S2"],
        ),
        ({"updatedAfter": minuto(5).isoformat()}, ["2021-03", "2021-11"]),
        ({"corte": "2020-12-31", "startPeriod": "2020"}, ["2020", "2020-S2"]),
        ({"a_la_fecha": minuto(1).isoformat()}, ["2018", "2019"]),
    ],
    ids=str,
)
def test_los_parametros_limitan_las_observaciones(
    serie: SimpleNamespace, client: Client, parametros: dict[str, str], espera: list[str]
) -> None:
    assert periodos(client, "....MEDICION.", **parametros) == espera


@pytest.mark.parametrize(
    ("nombre", "valor"),
    [
        ("startPeriod", "mañana"),
        ("startPeriod", "2021-02-30"),
        ("endPeriod", "2021-M13"),
        ("updatedAfter", "ayer"),
        ("updatedAfter", "1066-01-01"),
        ("firstNObservations", "0"),
        ("lastNObservations", "-1"),
        ("lastNObservations", "٣"),
        ("detail", "poco"),
        ("dimensionAtObservation", "SEXO"),
        ("format", "yaml"),
        ("corte", "ayer"),
        ("includeHistory", "true"),
    ],
)
def test_un_parametro_que_no_se_entiende_se_nombra(
    serie: SimpleNamespace, client: Client, nombre: str, valor: str
) -> None:
    assert problema(client, "data/PNP/all", 400, **{nombre: valor})["parametro"] == nombre


def test_las_series_sueltas_no_existen(serie: SimpleNamespace, client: Client) -> None:
    for detalle in ("serieskeysonly", "nodata"):
        parametros = {"dimensionAtObservation": "AllDimensions", "detail": detalle}
        assert problema(client, "data/PNP/all", 400, **parametros)["parametro"] == "detail"


def test_lo_que_nada_cumple_es_un_404(serie: SimpleNamespace, client: Client) -> None:
    for parametros in (
        {"endPeriod": "1995"},
        {"a_la_fecha": "2020-01-01"},
        {"startPeriod": "2021", "endPeriod": "2020"},
    ):
        assert "ninguna observación" in problema(client, "data/PNP", 404, **parametros)["detail"]
    assert "ninguna observación" in problema(client, "data/PNP/..H...", 404)["detail"]


def test_el_detalle_dice_cuanto_se_cuenta(serie: SimpleNamespace, client: Client) -> None:
    todo = filas(client)[0]
    solo_datos = filas(client, detail="dataonly")
    assert set(solo_datos[0]) == {"DATAFLOW", *(una.id for una in DIMENSIONES), "TIME_PERIOD", "OBS_VALUE"}
    assert len(solo_datos) == 8
    claves = filas(client, detail="serieskeysonly")
    assert [fila["FREQ"] for fila in claves] == ["A", "M", "Q", "S"]
    assert set(claves[0]) == {"DATAFLOW", *(una.id for una in DIMENSIONES)}
    sin_datos = filas(client, detail="nodata")
    assert set(sin_datos[0]) == set(claves[0]) | {"UNIT_MEASURE", "DECIMALS", "SIMBOLO"}
    assert set(todo) == {"DATAFLOW", *(uno.id for uno in COMPONENTES)}


# Lo que falta


def test_un_valor_ausente_es_una_observacion_sin_valor(personas: SimpleNamespace, client: Client) -> None:
    _, _, [penal, _, _] = fabricas.arbol(2, 1)
    indicador = fabricas.IndicadorFactory()
    comunes: dict[str, Any] = {"indicador": indicador, "por": personas.analista, "revisor": personas.revisor}
    for n, motivo in enumerate(MOTIVOS_DECLARABLES):
        fabricas.publicada(periodo=str(2000 + n), motivo_ausencia=motivo.value, ahora=minuto(n), **comunes)
    fabricas.publicada(periodo="2015", ambito=penal, valor=50, numerador=3, denominador=6, ahora=minuto(9), **comunes)
    fabricas.publicada(periodo="2016", valor=0, situacion="preliminar", ahora=minuto(10), **comunes)
    por_periodo = {fila["TIME_PERIOD"]: fila for fila in filas(client, "....MEDICION.")}
    for n, motivo in enumerate(MOTIVOS_DECLARABLES):
        fila = por_periodo[str(2000 + n)]
        assert (fila["OBS_VALUE"], fila["MOTIVO"]) == ("", motivo.value)
        assert fila["OBS_STATUS"] == ESTADO_DE_MOTIVO.get(motivo, FALTA)
        assert fila["OBS_COMMENT"]
    reservada = por_periodo["2015"]
    assert (reservada["OBS_STATUS"], reservada["MOTIVO"]) == ("Q", Motivo.POCAS_PERSONAS.value)
    assert (reservada["OBS_VALUE"], reservada["NUMERADOR"], reservada["DENOMINADOR"]) == ("", "", "")
    assert (por_periodo["2016"]["OBS_VALUE"], por_periodo["2016"]["OBS_STATUS"]) == ("0", "P")
    for formato in DE_DATOS:
        cuerpo = pedir(client, f"data/PNP/{a_id(indicador.codigo)}.{a_id(penal.codigo)}....", format=formato.nombre)
        assert b"pocas_personas" in cuerpo
        assert not [escrito for escrito in (b'"50"', b"[50", b",50,") if escrito in cuerpo]


def test_todo_motivo_y_todo_codigo_que_sale_esta_en_su_lista(politica_cargada: Any, client: Client) -> None:
    listas = {nombre: {codigo.id for codigo in lista.codigos} for nombre, lista in leer_catalogo().listas.items()}
    de_lista = [uno for uno in COMPONENTES if uno.lista is not None]
    for fila in filas(client):
        fuera = {uno.id: fila[uno.id] for uno in de_lista if fila[uno.id] not in listas[str(uno.lista)] | {""}}
        assert not fuera
    assert set(ESTADO_DE_MOTIVO.values()) <= listas["CL_OBS_STATUS"]


# El formato


@pytest.mark.parametrize(
    ("accept", "espera"),
    [
        ("", "genericdata"),
        ("*/*", "genericdata"),
        ("application/xml", "genericdata"),
        ("text/xml;q=0.5, application/json", "jsondata"),
        ("application/json", "jsondata"),
        ("application/vnd.sdmx.data+json", "jsondata"),
        ("application/vnd.sdmx.data+json;version=1.0.0-wd", "jsondata"),
        ("application/vnd.sdmx.data+json; version=1.0.0", "jsondata1"),
        ("application/vnd.sdmx.data+json;version=2.0.0, application/vnd.sdmx.data+csv;version=2.0.0", "csvdata2"),
        ("text/csv", "csvdata"),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "structurespecificdata"),
        ("application/vnd.sdmx.genericdata+xml;q=0, application/*", "structurespecificdata"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "genericdata"),
        ("application/vnd.sdmx.data+csv;q=abc", "csvdata"),
    ],
)
def test_accept_elige_el_formato(accept: str, espera: str) -> None:
    elegido = por_accept(accept, DE_DATOS)
    assert elegido is not None
    assert elegido.nombre == espera


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.sdmx.data+xml;version=3.0.0", "*/*;q=0"])
def test_lo_que_no_se_ofrece_es_un_406_que_dice_que_hay(serie: SimpleNamespace, client: Client, accept: str) -> None:
    for resto, formatos in (("data/PNP", DE_DATOS), ("codelist", DE_ESTRUCTURA)):
        respuesta = client.get(ruta(resto), headers={"accept": accept})
        assert respuesta.status_code == 406
        assert all(formato.completo in respuesta.json()["detail"] for formato in formatos)


def test_format_gana_a_accept_y_el_tipo_se_declara(serie: SimpleNamespace, client: Client) -> None:
    for resto, formatos in (("data/PNP", DE_DATOS), ("dataflow", DE_ESTRUCTURA)):
        for formato in formatos:
            respuesta = client.get(ruta(resto, format=formato.nombre), headers={"accept": "text/html"})
            assert respuesta.headers["Content-Type"] == formato.completo
            assert "Accept" in respuesta.headers["Vary"]


# La respuesta


def test_las_cabeceras_son_las_de_toda_la_api(serie: SimpleNamespace, client: Client) -> None:
    for resto in ("data/PNP", "codelist/MINJUSDH/CL_SEXO/1.0"):
        respuesta: Any = client.get(ruta(resto))
        assert respuesta.headers["Access-Control-Allow-Origin"] == "*"
        assert {"public", "no-cache"} <= set(respuesta.headers["Cache-Control"].replace(" ", "").split(","))
        assert respuesta.headers["Last-Modified"]
        etag = respuesta.headers["ETag"]
        assert client.get(ruta(resto), headers={"if-none-match": etag}).status_code == 304
        cabeza = client.head(ruta(resto))
        assert (cabeza.status_code, cabeza.headers["Content-Type"]) == (200, respuesta.headers["Content-Type"])
        assert client.options(ruta(resto)).status_code == 204
        assert client.post(ruta(resto)).status_code == 405


def test_dos_peticiones_iguales_reciben_los_mismos_bytes(serie: SimpleNamespace, client: Client) -> None:
    for formato in DE_DATOS:
        direccion = f"/api/v1/sdmx/data/PNP?format={formato.nombre}&corte=2021-12-31"
        assert client.get(direccion).getvalue() == client.get(direccion).getvalue()  # type: ignore[attr-defined]


def test_lo_grande_se_envia_por_trozos_y_dice_lo_mismo(
    serie: SimpleNamespace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for formato in DE_DATOS:
        entera = pedir(client, "data/PNP", format=formato.nombre)
        with monkeypatch.context() as parche:
            parche.setattr(vistas, "_CABE", -1)
            respuesta: Any = client.get(ruta("data/PNP", format=formato.nombre))
            assert respuesta.streaming
            assert respuesta.getvalue() == entera
            assert "Content-Length" not in respuesta.headers
            cabeza: Any = client.head(ruta("data/PNP", format=formato.nombre))
            assert (cabeza.status_code, cabeza.getvalue()) == (200, b"")


def consultas(cliente: Client, formato: str) -> int:
    with CaptureQueriesContext(connection) as capturadas:
        pedir(cliente, "data/PNP", format=formato)
    return len(capturadas)


@pytest.mark.parametrize("formato", [formato.nombre for formato in DE_DATOS])
def test_las_consultas_no_crecen_con_las_filas_ni_con_los_lugares(
    serie: SimpleNamespace, client: Client, formato: str
) -> None:
    antes = consultas(client, formato)
    oficina = fabricas.OficinaFactory()
    for n in range(12):
        fabricas.publicada(
            indicador=fabricas.IndicadorFactory(), periodo=str(2000 + n), ambito=oficina, valor=n,
            por=serie.personas.analista, revisor=serie.personas.revisor, ahora=minuto(20),
        )  # fmt: skip
    assert consultas(client, formato) == antes


def test_se_ve_lo_de_cada_fecha(serie: SimpleNamespace, client: Client) -> None:
    antes = pedir(client, "data/PNP", a_la_fecha=minuto(7).isoformat())
    fabricas.logro(serie.indicador, 50, anio=2021, por=serie.personas.administrador, ahora=minuto(30))
    assert pedir(client, "data/PNP", a_la_fecha=minuto(7).isoformat()) == antes
    ahora = filas(client, "....LOGRO_ESPERADO.", a_la_fecha=minuto(30).isoformat())
    assert [(fila["TIME_PERIOD"], fila["OBS_VALUE"], fila["ID_CIFRA"]) for fila in ahora] == [("2021", "50", "")]
    despues = minuto(30) + timedelta(seconds=1)
    assert not [fila for fila in filas(client, updatedAfter=minuto(29)) if fila["CIFRA"] != "LOGRO_ESPERADO"]
    assert problema(client, "data/PNP", 404, updatedAfter=despues.isoformat())
