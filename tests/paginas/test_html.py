"""Todo el HTML público pasa el validador Nu del W3C (vnu-jar, con Java): cero errores y cero avisos."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.conftest import EN_CI, RAIZ
from tests.recorrido import VARIANTES, paginas_de_cada_cosa, paginas_publicas

VALIDADOR = RAIZ / "tests" / "herramientas" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def exigir_validador() -> None:
    if VALIDADOR.exists() and shutil.which("java"):
        return
    aviso = "falta Java o el validador: «make herramientas» lo instala con npm"
    pytest.fail(aviso) if EN_CI else pytest.skip(aviso)


@pytest.mark.django_db
@pytest.mark.usefixtures("politica_cargada")
def test_ninguna_pagina_tiene_un_error_de_html(client: Client, tmp_path: Path) -> None:
    exigir_validador()
    direcciones = dict.fromkeys([*paginas_publicas(client), *VARIANTES, *paginas_de_cada_cosa(), "/no-existe/"])
    assert len(direcciones) > 60
    archivos = {}
    for numero, direccion in enumerate(direcciones):
        archivo = tmp_path / f"{numero}.html"
        archivo.write_bytes(client.get(direccion).content)
        archivos[archivo.name] = direccion
    orden = ["java", "-Xss4m", "-jar", str(VALIDADOR), "--exit-zero-always", "--stdout", "--format", "json"]
    dicho = subprocess.run([*orden, str(tmp_path)], capture_output=True, text=True, check=True, timeout=300)
    quejas = [
        f"{archivos[re.sub(r'.*/', '', queja['url'])]}: línea {queja.get('lastLine')}: {queja['message']}"
        for queja in json.loads(dicho.stdout)["messages"]
    ]
    assert quejas == [], "\n".join(quejas)
