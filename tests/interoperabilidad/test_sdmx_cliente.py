"""El cliente público ``sdmx1`` contra un servidor en marcha: estructuras, claves comprobadas y datos en ML y JSON."""

import io
import json
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
import requests
import sdmx
from sdmx.source import Source, sources

from penitenciaria.api import sdmx as vistas
from penitenciaria.interoperabilidad.sdmx_modelo import ESTADO_DE_MOTIVO, FALTA, NORMAL, PROVISIONAL, RESERVADO
from tests.interoperabilidad.sdmx import CLAVE, por_sdmx1

ML_GENERICO = "application/vnd.sdmx.genericdata+xml;version=2.1"
ML_ESPECIFICO = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
JSON = "application/vnd.sdmx.data+json;version=1.0.0-wd"


@pytest.fixture
def portal(live_server: Any, politica_cargada: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """El cliente, apuntado al servidor de la prueba; pide por la agencia, que para él es el nombre de la fuente."""
    fuente = Source(id="MINJUSDH", name="Portal", url=f"{live_server.url}/api/v1/sdmx")
    monkeypatch.setitem(sources, fuente.id, fuente)
    cliente = sdmx.Client(fuente.id)
    yield cliente
    # El hilo que atiende una conexión abierta conserva la suya con la base, y PostgreSQL no deja borrarla.
    cliente.session.close()


def de_la_api(url: str, **parametros: str) -> list[Any]:
    respuesta = requests.get(f"{url}/api/v1/mediciones/", params={"page_size": "500"} | parametros, timeout=30)
    assert respuesta.json()["next"] is None
    filas: list[Any] = respuesta.json()["results"]
    return filas


def test_las_estructuras(portal: Any) -> None:
    [flujo] = portal.dataflow().dataflow.values()
    assert (flujo.id, str(flujo.structure.id)) == ("PNP", "PNP")
    mensaje = portal.dataflow("PNP")
    estructura = mensaje.structure["PNP"]
    assert [una.id for una in estructura.dimensions.components] == [*CLAVE, "TIME_PERIOD"]
    assert {uno.id for uno in estructura.attributes.components} >= {"OBS_STATUS", "MOTIVO", "UNIT_MEASURE", "ID_CIFRA"}
    sexo = estructura.dimensions.get("SEXO").local_representation.enumerated
    assert {codigo.id: str(codigo.name) for codigo in sexo.items.values()} == {
        "T": "Total",
        "H": "Hombres",
        "M": "Mujeres",
    }
    ambitos = portal.codelist("CL_AMBITO").codelist["CL_AMBITO"]
    assert ambitos["OR-LIMA"].parent is ambitos["PE"]
    assert len(portal.conceptscheme("CS_PNP").concept_scheme["CS_PNP"].items) == len(CLAVE) + 18
    assert "MINJUSDH" in requests.get(f"{portal.source.url}/agencyscheme", timeout=30).text


@pytest.mark.parametrize("tipo", [ML_GENERICO, ML_ESPECIFICO, JSON])
def test_los_datos_de_una_clave_comprobada(portal: Any, live_server: Any, tipo: str) -> None:
    estructura = portal.dataflow("PNP").structure["PNP"]
    clave = {"INDICADOR": "OP_01-I2", "AMBITO": "PE", "CIFRA": "MEDICION", "CARACTER": ["oficial"]}
    mensaje = portal.data("PNP", key=clave, dsd=estructura, headers={"Accept": tipo})
    leidas = {(uno.key["TIME_PERIOD"].value, float(uno.value)) for uno in mensaje.data[0].obs}
    filas = de_la_api(live_server.url, indicador="OP.01-I2", ambito="PE", caracter="oficial")
    assert leidas == {(fila["periodo"], float(fila["valor"])) for fila in filas}
    assert leidas >= {("2020", 37.0), ("2021-03", 35.0)}
    assert mensaje.response.headers["Content-Type"] == tipo


@pytest.mark.parametrize("tipo", [ML_GENERICO, ML_ESPECIFICO, JSON])
def test_todo_lo_publicado_con_su_estado_y_su_motivo(portal: Any, live_server: Any, tipo: str) -> None:
    estructura = portal.dataflow("PNP").structure["PNP"]
    respuesta = requests.get(f"{portal.source.url}/data/PNP/....MEDICION.", headers={"Accept": tipo}, timeout=60)
    leidas = por_sdmx1(respuesta.content, None if tipo is JSON else estructura)
    vistas = {
        fila["ID_CIFRA"]: (fila.get("OBS_VALUE"), fila["OBS_STATUS"] in "AP", fila.get("MOTIVO"), fila["TIME_PERIOD"])
        for fila in leidas
    }
    esperadas = {}
    for fila in de_la_api(live_server.url):
        motivo = fila["motivo"] and fila["motivo"]["codigo"]
        esperadas[fila["id"]] = (fila["valor"], motivo is None, motivo, fila["periodo"])
    assert {n: (v and float(v), *resto) for n, (v, *resto) in vistas.items()} == esperadas


def test_pandas_recibe_los_huecos_como_huecos(portal: Any) -> None:
    mensaje = portal.data("PNP", key="....LINEA_BASE.")
    tabla = sdmx.to_pandas(mensaje, attributes="o")
    assert tabla["value"].isna().sum() == (tabla["MOTIVO"] != "").sum() > 0
    assert not (tabla["value"] == 0).any()


def test_las_claves_que_hay_sin_observaciones(portal: Any) -> None:
    claves = portal.series_keys("PNP")
    assert len(claves) == len(set(map(str, claves))) > 200


def test_csv_2_con_su_estructura(portal: Any) -> None:
    estructura = portal.dataflow("PNP").structure["PNP"]
    cuerpo = requests.get(f"{portal.source.url}/data/PNP", params={"format": "csvdata2"}, timeout=60).content
    por_ml = portal.data("PNP").data[0]
    leidas = sdmx.reader.csv.Reader().convert(io.BytesIO(cuerpo), structure=estructura).data[0]
    assert len(leidas.obs) == len(por_ml.obs)


def test_un_error_llega_como_documento(portal: Any) -> None:
    with pytest.raises(requests.HTTPError) as error:
        portal.data("PNP", key="x")
    assert error.value.response.status_code == 400
    assert json.loads(error.value.response.content)["parametro"] == "clave"


def test_lo_grande_se_pregunta_si_cambio(
    live_server: Any, politica_cargada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vistas, "_CABE", -1)
    direccion = f"{live_server.url}/api/v1/sdmx/data/PNP"
    with requests.Session() as sesion:
        primera = sesion.get(direccion, timeout=60)
        assert "Content-Length" not in primera.headers
        etag = primera.headers["ETag"]
        assert sesion.get(direccion, headers={"If-None-Match": etag}, timeout=60).status_code == 304
        assert sesion.get(direccion, params={"startPeriod": "2021"}, timeout=60).headers["ETag"] != etag


@pytest.mark.usefixtures("politica_cargada")
class TestLaPagina:
    """Lo que la página de datos dice de SDMX."""

    @pytest.fixture
    def seccion(self, live_server: Any) -> str:
        texto = requests.get(f"{live_server.url}/datos/", timeout=60).text
        return texto[texto.index('aria-labelledby="sdmx"') :].partition("</section>")[0]

    def test_su_ejemplo_se_ejecuta_tal_como_se_lee(self, seccion: str) -> None:
        [codigo] = re.findall(r"<pre [^>]*><code>(.*?)</code></pre>", seccion, re.DOTALL)
        orden = [sys.executable, "-c", unescape(codigo)]
        hecho = subprocess.run(orden, capture_output=True, text=True, check=False, timeout=120)
        assert hecho.returncode == 0, hecho.stderr
        assert re.search(r"2021-03 +35\.0+ +A", hecho.stdout), hecho.stdout

    def test_sus_direcciones_contestan(self, seccion: str, live_server: Any) -> None:
        direcciones = [unescape(ruta) for ruta in re.findall(r'href="(/api/[^"]+)"', seccion)]
        assert len(direcciones) == 4
        assert {requests.get(live_server.url + ruta, timeout=60).status_code for ruta in direcciones} == {200}

    def test_sus_estados_son_los_de_la_lista(self, seccion: str) -> None:
        estados = re.findall(r"<code>([A-Z])</code></th>", seccion)
        assert set(estados) == {NORMAL, PROVISIONAL, FALTA, RESERVADO, *ESTADO_DE_MOTIVO.values()}
