"""La tabla de verdad de todas las direcciones: qué contesta cada una, por cada método, a cada papel.

Está escrita en ``docs/permisos-direcciones.md``: un cambio se ve en la diferencia del documento. Para escribirla otra
vez: ``ESCRIBIR_TABLA=1 pytest tests/seguridad/test_tabla.py``. Nada de lo que se pide aquí puede contestar un 500.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from indicadores.acciones.llaves import emitir_llave
from indicadores.acciones.senalados import senalar
from indicadores.models import Indicador, Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.conftest import RAIZ
from tests.intercambio.ayudas import csv, subir
from tests.tabla import agotar
from tests.test_direcciones import Direccion, direcciones

DOCUMENTO = RAIZ / "docs" / "permisos-direcciones.md"
METODOS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
QUIENES = ("Sin cuenta", "Sin rol", *(rol.value for rol in Rol))
#: De lo que cuesta dibujar, los métodos que solo miran se prueban con GET; el resto, con quien menos y quien más puede.
SOLO_DOS = ("HEAD", "OPTIONS")
INTRODUCCION = """# Qué contesta cada dirección a cada quien

<!-- Lo escribe `ESCRIBIR_TABLA=1 pytest tests/seguridad/test_tabla.py`: no lo edite a mano. -->

Cada dirección del portal, pedida por cada método y por cada papel, sin datos de formulario. «ingreso» es una
redirección a la página de ingreso; 405, un método que la dirección no admite; 429, un límite. Un superusuario recibe lo
que un Administrador. HEAD y OPTIONS se piden sin cuenta y como Administrador, y contestan a los demás lo que GET.

"""

pytestmark = pytest.mark.django_db


class Quien:
    """Un navegador con la sesión de un papel, que vuelve a ella después de cada petición."""

    def __init__(self, papel: str) -> None:
        self.papel, self.cliente = papel, Client(raise_request_exception=False)
        if papel != "Sin cuenta":
            roles = () if papel == "Sin rol" else (Rol(papel),)
            self.cliente.force_login(fabricas.persona(*roles), backend="django.contrib.auth.backends.ModelBackend")
        self.galletas = dict(self.cliente.cookies)

    def pedir(self, metodo: str, ruta: str) -> str:
        """El código de la respuesta; lo que escriba se deshace."""
        self.cliente.cookies.clear()
        self.cliente.cookies.update(self.galletas)
        with transaction.atomic():
            respuesta: Any = self.cliente.generic(metodo, ruta)
            agotar(respuesta)
            transaction.set_rollback(True)
        if respuesta.status_code == 302 and respuesta.headers["Location"].startswith(reverse("admin:login")):
            return "ingreso"
        return str(respuesta.status_code)


@pytest.fixture
def todas(politica_cargada: Any, settings: Any, tmp_path: Any) -> list[Direccion]:
    """Las direcciones, con al menos un objeto de cada cosa que el personal mira."""
    settings.MEDIA_ROOT = tmp_path
    administra, analista = fabricas.persona(Rol.ADMINISTRADOR), fabricas.persona(Rol.ANALISTA)
    emitir_llave(por=administra, nombre="x", correo="x@ejemplo.pe")
    senalar(indicador=Indicador.objects.order_by("pk")[0], medicion=None, texto="El dato es otro: 12 %", correo="")
    subir(csv("indicador;periodo;valor", "OP.01-I1;2024;1"), analista)
    assert Medicion.objects.exists()
    assert User.objects.exists()
    return direcciones()


def filas(todas: list[Direccion]) -> Iterator[str]:
    """Una por dirección y por grupo de métodos que contestan igual."""
    gente = [Quien(papel) for papel in QUIENES]
    for una in sorted(todas, key=lambda d: (d.patron, d.ruta)):
        contestan: dict[tuple[str, ...], list[str]] = {}
        for metodo in METODOS:
            pide = [q for q in gente if metodo not in SOLO_DOS or q.papel in (QUIENES[0], QUIENES[-1])]
            dichas = {quien.papel: quien.pedir(metodo, una.ruta) for quien in pide}
            if metodo in SOLO_DOS:
                de_get = next(dichos for dichos, metodos in contestan.items() if "GET" in metodos)
                iguales = (dichas[QUIENES[0]], dichas[QUIENES[-1]]) == (de_get[0], de_get[-1])
                contestado = de_get if iguales else tuple(dichas.get(papel, "·") for papel in QUIENES)
            else:
                contestado = tuple(dichas[papel] for papel in QUIENES)
            contestan.setdefault(contestado, []).append(metodo)
        for contestado, metodos in contestan.items():
            yield f"| `{una.patron}` | {', '.join(metodos)} | {' | '.join(contestado)} |"


def test_cada_direccion_contesta_a_cada_quien_lo_que_dice_la_tabla(todas: list[Direccion]) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("La tabla es la misma en cualquier base; con los números absurdos sí se prueban las dos.")
    encabezado = f"| Dirección | Métodos | {' | '.join(QUIENES)} |\n| --- | --- |{' --- |' * len(QUIENES)}\n"
    escritas = list(dict.fromkeys(filas(todas)))
    tabla = INTRODUCCION + encabezado + "\n".join(escritas) + "\n"
    if os.environ.get("ESCRIBIR_TABLA"):
        DOCUMENTO.write_text(tabla, encoding="utf-8")
    assert [fila for fila in escritas if "| 50" in fila] == []
    guardadas = DOCUMENTO.read_text(encoding="utf-8").splitlines() if DOCUMENTO.exists() else []
    nuevas = [fila for fila in tabla.splitlines() if fila not in guardadas]
    viejas = [fila for fila in guardadas if fila not in tabla.splitlines()]
    assert (nuevas, viejas) == ([], []), "Si el cambio es el que se quería, ESCRIBIR_TABLA=1 y revise la diferencia."
