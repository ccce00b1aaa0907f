"""Con otros procesos de verdad: se respalda mientras se publica, y se cruza de una base a la otra."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from penitenciaria.respaldo.esquema import nombre_de_la_base
from tests.respaldo import actividad

pytestmark = pytest.mark.django_db(transaction=True)


class Portal:
    """Un portal en otro proceso: su base y su carpeta de datos."""

    def __init__(self, carpeta: Path, base: str = "") -> None:
        self.carpeta = carpeta
        carpeta.mkdir(exist_ok=True)
        ajenas = ("REPLICA_URL", "CACHE_URL", "RESPALDO_CLAVE")
        self.entorno = {clave: valor for clave, valor in os.environ.items() if clave not in ajenas} | {
            "MODO": "demo",
            "DATABASE_URL": base or f"sqlite:///{carpeta / 'portal.sqlite3'}",
            "CARPETA_DATOS": str(carpeta),
        }

    def manage(self, *orden: str, sale: int = 0) -> str:
        hecho = subprocess.run(
            [sys.executable, "manage.py", *orden],
            cwd=settings.BASE_DIR,
            env=self.entorno,
            capture_output=True,
            text=True,
            check=False,
        )
        assert hecho.returncode == sale, hecho.stdout + hecho.stderr
        return hecho.stdout + hecho.stderr

    def respaldar(self) -> Path:
        self.manage("respaldar")
        return max((self.carpeta / "respaldos").glob("portal-*.tar"))


def el_de_la_prueba(carpeta: Path) -> Portal:
    """El portal cuya base es la de esta prueba; la de memoria se copia antes a un archivo."""
    if connection.vendor == "postgresql":
        direccion = urlsplit(os.environ["DATABASE_URL"])
        return Portal(carpeta, urlunsplit(direccion._replace(path=f"/{connection.settings_dict['NAME']}")))
    portal = Portal(carpeta)
    connection.ensure_connection()
    with sqlite3.connect(carpeta / "portal.sqlite3") as copia:
        connection.connection.backup(copia)
    copia.close()
    return portal


def manifiesto(respaldo: Path) -> dict[str, Any]:
    with tarfile.open(respaldo) as tar:
        abierto = tar.extractfile("manifiesto.json")
        assert abierto is not None
        leido: dict[str, Any] = json.load(abierto)
        return leido


def test_se_respalda_mientras_se_publica_y_se_cruza_de_base(
    politica_cargada: Any, personas: SimpleNamespace, carpetas: SimpleNamespace
) -> None:
    hecho = actividad.actuar(personas, politica_cargada.cargada_en + timedelta(days=1))
    uno = el_de_la_prueba(carpetas.raiz)
    otro = Portal(carpetas.raiz / "otro")
    if connection.vendor == "sqlite":
        # De paso, un código anterior: a la base le falta una migración (que no cambia ninguna tabla).
        uno.manage("migrate", "admin", "0002")
    publicador = subprocess.Popen(
        [sys.executable, "-m", "tests.respaldo.publicando", (hecho.en + timedelta(days=2)).isoformat()],
        cwd=settings.BASE_DIR,
        env=uno.entorno,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert publicador.stdin is not None
    assert publicador.stdout is not None
    try:
        assert publicador.stdout.read(1) == b"."
        primero = uno.respaldar()
        assert publicador.stdout.read(1) == b"."
        segundo = uno.respaldar()
    finally:
        publicador.stdin.close()
        publicador.stdout.read()
        publicador.stdout.close()
        assert publicador.wait(30) == 0
    # Se publicó entre uno y otro; cada uno es un instante, con todos los archivos que nombra.
    assert manifiesto(segundo)["cadena"][0] > manifiesto(primero)["cadena"][0] > 0
    assert manifiesto(segundo)["faltan"] == []

    dicho = otro.manage("restaurar", str(segundo))
    assert "Restaurado y comprobado" in dicho
    assert ("es de una versión anterior: se ponen al día" in dicho) is (connection.vendor == "sqlite")
    otro.manage("migrate", "--check")
    assert "La cadena está íntegra" in otro.manage("verificar")
    cruzado = otro.respaldar()
    assert manifiesto(cruzado)["motor"] == "sqlite"
    assert manifiesto(cruzado)["tablas"] == manifiesto(segundo)["tablas"]
    assert manifiesto(cruzado)["cadena"] == manifiesto(segundo)["cadena"]

    # Y de vuelta a la base de la prueba, sobre lo que hay.
    salida = StringIO()
    call_command("restaurar", str(cruzado), reemplazar=nombre_de_la_base(), sin_copia_previa=True, stdout=salida)
    assert "Restaurado y comprobado" in salida.getvalue()
    dichas = {nombre: (una["filas"], una["huella"]) for nombre, una in manifiesto(segundo)["tablas"].items()}
    assert actividad.filas() == dichas
    assert actividad.evidencias_en_su_sitio()
    actividad.publicar_otra(personas, hecho.en + timedelta(days=9))
