"""Lo que entra al portal sin que nadie lo mire: sus dependencias, sus secretos y a quién llama."""

import ast
import json
import re
import subprocess
from typing import Any

import pytest
from django.test import Client

from tests.auditoria import veredicto
from tests.conftest import RAIZ
from tests.test_casa import nodos_de_codigo

#: Formas de secretos de verdad: llaves de nube, de repositorios y privadas, y claves dentro de una dirección.
SECRETOS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abpr]-[\w-]{10,}"
    r"|\bpnp_[\w-]{43}\b|\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.|\bglpat-[\w-]{20}\b|\bAIza[\w-]{35}\b"
    r"|\b(?:postgres(?:ql)?|redis|smtps?)(?:\+\w+)?://[^\s:/@{}$<>]+:(?P<clave>[^\s@{}$<>/]{6,})@"
)
#: Claves de ejemplo dentro de una dirección.
DE_EJEMPLO = re.compile(r"(?i)clave|usuario|secreto|password|\*+|x+|ejemplo|prueba")
#: Con qué se llama a otros servidores desde Python.
CLIENTES = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "socket", "ftplib", "telnetlib", "urllib3"}


def versionados() -> list[str]:
    listado = subprocess.run(["git", "ls-files", "-z"], cwd=RAIZ, capture_output=True, check=True).stdout.decode()
    return [nombre for nombre in listado.split("\0") if nombre and (RAIZ / nombre).is_file()]


def test_ningun_secreto_esta_versionado() -> None:
    hallados = []
    for nombre in versionados():
        contenido = (RAIZ / nombre).read_bytes()
        if b"\0" in contenido[:1024]:
            continue
        for caso in SECRETOS.finditer(contenido.decode("utf-8", "ignore")):
            if not (caso["clave"] and DE_EJEMPLO.search(caso["clave"])):
                hallados.append(f"{nombre}: {caso[0][:24]}…")
    assert hallados == []


@pytest.mark.parametrize(
    "secreto",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJ234567",
        "pnp_" + "a" * 43,
        "postgres://portal:" + "s3gur1s1ma@base:5432/portal",
    ],
)
def test_el_buscador_de_secretos_los_reconoce(secreto: str) -> None:
    caso = SECRETOS.search(secreto)
    assert caso
    assert not (caso["clave"] and DE_EJEMPLO.search(caso["clave"]))


def test_lo_que_no_se_versiona_no_esta_versionado() -> None:
    prohibidos = [n for n in versionados() if re.search(r"(^|/)(\.env|var/|.*\.sqlite3|.*\.pem|.*\.key|id_rsa)", n)]
    assert [n for n in prohibidos if not n.endswith(".ejemplo")] == []


def test_el_portal_no_llama_a_ningun_servidor_por_su_cuenta() -> None:
    """No hay a dónde dirigir un SSRF: ni avisos a direcciones ajenas, ni descargas de lo que alguien escriba."""
    llaman = []
    for lugar, nodo in nodos_de_codigo(ast.Import, ast.ImportFrom):
        nombres = {alias.name for alias in nodo.names} if isinstance(nodo, ast.Import) else {str(nodo.module)}
        if isinstance(nodo, ast.ImportFrom):
            nombres |= {f"{nodo.module}.{alias.name}" for alias in nodo.names}
        if nombres & CLIENTES:
            llaman.append(lugar)
    assert llaman == []


def pip_audit(*fallos: str) -> str:
    vulnerable = [{"id": fallo, "fix_versions": ["2.0"]} for fallo in fallos]
    return json.dumps({"dependencies": [{"name": "django", "version": "1.0", "vulns": vulnerable}]})


@pytest.mark.parametrize(
    ("codigo", "salida", "termina", "dice"),
    [
        (0, pip_audit(), 0, "Sin vulnerabilidades conocidas en 1 requisitos."),
        (1, pip_audit("PYSEC-1"), 1, "django 1.0: PYSEC-1. Corregido en 2.0."),
        (1, "", 0, "No se pudo consultar"),
        (1, "Connection refused", 0, "No se pudo consultar"),
        (2, pip_audit(), 0, "No se pudo consultar"),
    ],
)
def test_la_auditoria_falla_con_hallazgos_y_sin_red_lo_dice(codigo: int, salida: str, termina: int, dice: str) -> None:
    hecho = veredicto(codigo, salida)
    assert hecho.codigo == termina
    assert dice in " ".join(hecho.lineas)


def test_a_quien_avisar_de_un_fallo(client: Client, db: None, settings: Any) -> None:
    direccion = "/.well-known/security.txt"
    assert client.get(direccion).status_code == 404
    settings.CONTACTO_SEGURIDAD = "mailto:seguridad@ejemplo.pe"
    respuesta = client.get(direccion)
    assert respuesta.headers["Content-Type"] == "text/plain; charset=utf-8"
    campos = dict(linea.split(": ", 1) for linea in respuesta.content.decode().splitlines())
    assert campos["Contact"] == "mailto:seguridad@ejemplo.pe"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT05:00:00Z", campos["Expires"])
    assert campos["Canonical"].endswith(direccion)
