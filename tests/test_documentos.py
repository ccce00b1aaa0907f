"""Los documentos que escribe el código son los que están en ``docs/``, y nombran puertas y verbos que existen."""

from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.management import call_command

from indicadores import acciones
from indicadores.acciones import TRANSICIONES
from indicadores.admin.roles import PorRoles
from indicadores.permisos import ROLES_DE_ACCION, Accion, Rol
from penitenciaria.management.documentos import PUERTAS, documentos, flujo, permisos, ruta_de
from tests.conftest import RAIZ


@pytest.mark.parametrize("nombre", ["permisos.md", "flujo.md", "api-cambios.md", "glosario.md", "modelo-de-datos.md"])
def test_el_documento_del_disco_es_el_que_escribe_el_codigo(nombre: str) -> None:
    guardado = (RAIZ / "docs" / nombre).read_text(encoding="utf-8")
    assert guardado == documentos()[nombre], "Ejecute `manage.py documentar` y guarde lo que cambie."


def test_la_orden_escribe_una_vez_y_despues_dice_que_esta_al_dia(tmp_path: Path) -> None:
    for dicho in (
        "Se escribió permisos.md, flujo.md, api-cambios.md, glosario.md y modelo-de-datos.md.",
        "Los documentos ya estaban al día.",
    ):
        salida = StringIO()
        call_command("documentar", carpeta=tmp_path, stdout=salida)
        assert salida.getvalue().strip() == dicho


def test_la_matriz_dice_lo_que_dicen_las_reglas() -> None:
    filas = [[celda.strip() for celda in linea.strip("|").split("|")] for linea in permisos().splitlines()]
    matriz = {fila[0]: fila[1:] for fila in filas if len(fila) == len(Rol) + 3}
    for accion in Accion:
        assert matriz[accion.value] == ["sí" if rol in ROLES_DE_ACCION[accion] else "—" for rol in Rol] + ["—", "—"]


def test_cada_puerta_existe_y_llama_a_un_verbo_que_existe() -> None:
    for puerta in PUERTAS:
        assert ruta_de(puerta.direccion).startswith("/")
        assert set(puerta.metodos.split(", ")) <= {"GET", "POST"}
        if puerta.verbo:
            modulo, _, verbo = puerta.verbo.rpartition(".")
            raiz = "penitenciaria" if modulo.startswith("informe") else acciones.__name__
            assert callable(getattr(import_module(f"{raiz}.{modulo}".rstrip(".")), verbo))
    assert {puerta.verbo for puerta in PUERTAS} >= set(TRANSICIONES)


def test_toda_la_administracion_esta_entre_las_puertas() -> None:
    """Lo que un ModelAdmin deja agregar o cambiar, y cada página propia que se inscribe, tiene su fila."""
    puertas = {(puerta.accion, puerta.direccion) for puerta in PUERTAS}
    for modelo, suyo in admin.site._registry.items():
        assert isinstance(suyo, PorRoles), (
            f"{modelo.__name__} se gestiona por los permisos de Django, no por los roles."
        )
        nombre = f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}"
        for accion, direccion in ((suyo.accion_de_agregar, "add"), (suyo.accion_de_cambiar, "change")):
            assert accion is None or (accion, f"{nombre}_{direccion}") in puertas, f"Falta {nombre}_{direccion}."
    nombradas = {puerta.direccion for puerta in PUERTAS}
    nombres = (getattr(patron, "name", None) or "" for patron in admin.site.urls[0])
    propias = {f"admin:{nombre}" for nombre in nombres if nombre.startswith(("hojas", "cuadricula"))}
    assert propias
    assert propias <= nombradas
    assert {puerta.accion for puerta in PUERTAS} == set(Accion)


def test_el_diagrama_nombra_cada_transicion() -> None:
    texto = flujo()
    for verbo, transicion in TRANSICIONES.items():
        for etapa in transicion.desde:
            flecha = f"    {etapa} --> {transicion.hacia}: {verbo}"
            assert (flecha in texto) is (verbo != "corregir")
