"""La página de operación y las de error en un navegador real: cumplen axe, caben en un teléfono y dan su código."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from indicadores.permisos import Rol
from indicadores.tareas import comparar
from tests import fabricas
from tests.navegador.test_admin import entrar, revisar
from tests.navegador.test_bandeja import cabe
from tests.operacion.test_pagina import bloquear

Axe = Callable[..., list[str]]
Captura = Callable[..., Path]
CODIGO = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def administrador(transactional_db: None) -> User:
    return fabricas.persona(Rol.ADMINISTRADOR, usuario="administrador")


def test_se_ve_como_esta_todo_y_se_busca_un_incidente(
    page: Page, administrador: User, revisar_axe: Axe, errores_de_pagina: list[str], captura: Captura
) -> None:
    comparar.enqueue(7)
    bloquear("ana")
    entrar(page, administrador)
    page.get_by_role("link", name="Cómo está funcionando el portal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Operación")
    expect(page.get_by_text("El portal atiende; hay que ver")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    page.get_by_label("Código del incidente").fill("hola")
    page.get_by_role("button", name="Ver cómo encontrarlo").click()
    expect(page.get_by_label("Código del incidente")).to_have_accessible_description(
        "Un código de incidente tiene de 16 a 64 cifras, de 0 a 9 y de la a a la f. Revise lo que le dictaron."
    )
    page.get_by_label("Código del incidente").fill(CODIGO)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"journalctl -u 'portal-*' -o cat | grep {CODIGO}")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    captura(page, "operacion", ancho=1280)
    captura(page, "operacion", ancho=375)
    page.set_viewport_size({"width": 320, "height": 720})
    assert cabe(page)
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 720})
    captura(page, "operacion-oscura")
    assert revisar(page, revisar_axe, errores_de_pagina) == []


@pytest.mark.parametrize("estado", ["500", "503", "507"])
def test_las_paginas_de_error_dan_su_codigo(
    page: Page, live_server: Any, revisar_axe: Axe, captura: Captura, estado: str
) -> None:
    contenido = render_to_string(f"{estado}.html", {"hoja": "/static/css/portal.css", "incidente": CODIGO})
    page.route("**/roto/", lambda ruta: ruta.fulfill(status=200, content_type="text/html", body=contenido))
    page.goto("/roto/")
    expect(page.get_by_text(CODIGO)).to_be_visible()
    captura(page, f"error-{estado}", ancho=1280)
    page.set_viewport_size({"width": 320, "height": 720})
    captura(page, f"error-{estado}", ancho=320)
    assert cabe(page)
    assert revisar_axe(page) == []
