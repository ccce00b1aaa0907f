"""Cada ejemplo de la página de datos se ejecuta tal como se lee, contra un servidor."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from penitenciaria.ejemplos import TIPOS_EN_M

MIRADA = "corte=2026-11-30"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("politica_cargada")]


@pytest.fixture
def ejemplos(live_server: LiveServer) -> dict[str, str]:
    """El texto de cada ejemplo, sacado de la página que se lee."""
    with urlopen(f"{live_server.url}/datos/?{MIRADA}") as respuesta:
        pagina = respuesta.read().decode()
    hallados = re.findall(r'<pre [^>]*aria-labelledby="con-([\w-]+)"><code>(.*?)</code>', pagina, re.DOTALL)
    return {clave: unescape(codigo) for clave, codigo in hallados}


def ejecutar(orden: list[str], carpeta: Path) -> str:
    hecho = subprocess.run(orden, cwd=carpeta, capture_output=True, text=True, check=False, timeout=90)
    assert hecho.returncode == 0, hecho.stderr
    return hecho.stdout


def necesita(programa: str) -> str:
    """La ruta del programa; sin él, la prueba se omite diciéndolo."""
    ruta = shutil.which(programa)
    if ruta is None:
        pytest.skip(f"falta {programa}")
    return ruta


def test_estan_todos(ejemplos: dict[str, str]) -> None:
    assert set(ejemplos) == {"curl", "python", "pandas", "r", "javascript", "power-query"}


def test_curl(ejemplos: dict[str, str], tmp_path: Path) -> None:
    necesita("curl")
    ejecutar(["sh", "-c", ejemplos["curl"]], tmp_path)
    filas = list(csv.DictReader(io.StringIO((tmp_path / "mediciones.csv").read_text(), newline="")))
    assert ("2021-03", "35") in {(fila["periodo"], fila["valor"]) for fila in filas}


def test_python(ejemplos: dict[str, str], tmp_path: Path) -> None:
    salida = ejecutar([sys.executable, "-I", "-c", ejemplos["python"]], tmp_path)
    assert "2021-03 35\n" in salida
    assert "2020 37\n" in salida


def test_pandas(ejemplos: dict[str, str], tmp_path: Path) -> None:
    salida = ejecutar([sys.executable, "-c", ejemplos["pandas"]], tmp_path)
    assert re.search(r"2021-03 2021-03-31 +35\.0", salida), salida


def test_r(ejemplos: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "ejemplo.R").write_text(ejemplos["r"])
    salida = ejecutar([necesita("Rscript"), "--vanilla", "ejemplo.R"], tmp_path)
    assert re.search(r"2021-03 +35\.0", salida), salida


def test_javascript(ejemplos: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "ejemplo.mjs").write_text(ejemplos["javascript"])
    assert "2021-03 35\n" in ejecutar([necesita("node"), "ejemplo.mjs"], tmp_path)


def test_power_query_pide_columnas_que_existen_con_su_tipo(ejemplos: dict[str, str]) -> None:
    """Power Query no se ejecuta fuera de Windows: se comprueban su dirección, sus columnas y sus tipos."""
    codigo = ejemplos["power-query"]
    [direccion] = re.findall(r'Web\.Contents\("([^"]+)"\)', codigo)
    with urlopen(direccion) as respuesta:
        filas = list(csv.DictReader(io.TextIOWrapper(respuesta, "utf-8", newline="")))
    assert filas
    nombradas = dict(re.findall(r'\{"(\w+)", ([\w. ]+)\}', codigo))
    assert nombradas == dict(TIPOS_EN_M)
    assert set(nombradas) <= set(filas[0])
    for columna, tipo in nombradas.items():
        for fila in filas:
            if tipo == "type number" and fila[columna]:
                float(fila[columna])
            elif tipo == "Int64.Type" and fila[columna]:
                int(fila[columna])
    assert codigo.count("(") == codigo.count(")")
    assert codigo.count("{") == codigo.count("}")


def test_llevan_el_servidor_y_la_mirada_pedidos(client: Client) -> None:
    pagina = unescape(client.get("/datos/?corte=2021-12-31").content.decode())
    codigos = re.findall(r"<code>(.*?)</code>", pagina, re.DOTALL)
    con_direccion = [uno for uno in codigos if "http://testserver/api/v1/mediciones/" in uno]
    assert len(con_direccion) == 6
    assert all("corte=2021-12-31" in uno for uno in con_direccion)


def test_un_navegador_de_otro_sitio_puede_leerlos(client: Client) -> None:
    for ruta in ("/data.json", "/datos/datapackage.json", "/api/v1/mediciones/?format=csv"):
        respuesta: Any = client.get(ruta)
        assert respuesta.headers["Access-Control-Allow-Origin"] == "*"
        if not respuesta.streaming:
            json.loads(respuesta.content)
        else:
            b"".join(respuesta.streaming_content)
