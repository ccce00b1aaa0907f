"""La galería de componentes: existe solo al desarrollar, y en ella ningún estado rompe una página."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from penitenciaria.galeria import CASOS, LARGUISIMO

pytestmark = pytest.mark.django_db


def test_fuera_del_desarrollo_no_existe() -> None:
    assert Client().get("/galeria/").status_code == 404


@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [1280, 320])
def test_ningun_estado_rompe_la_pagina(
    new_context: Callable[..., BrowserContext],
    revisar_axe: Callable[..., list[str]],
    captura: Any,
    settings: Any,
    ancho: int,
    esquema: Any,
) -> None:
    settings.DEBUG = True
    page = new_context(viewport={"width": ancho, "height": 900}, color_scheme=esquema).new_page()
    page.goto("/galeria/")
    assert revisar_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    captura(page, f"galeria-{esquema}")


def test_cada_estado_dice_lo_suyo(page: Page, settings: Any) -> None:
    settings.DEBUG = True
    page.goto("/galeria/")
    filas = page.get_by_role("table", name="Un indicador en cada estado").get_by_role("row")
    expect(filas).to_have_count(len(CASOS) + 1)
    for nombre, dicho in {
        "Nunca medido": "nunca medido",
        "Año parcial": "parcial",
        "Se repite": "= se repite",
        "Cumple": "cumple",
        "Cero": "0 casos",
        "Enorme": "99.999.999.999,9",
        LARGUISIMO[:60]: "46 %",
        "Sin logro esperado": "no fijado",
    }.items():
        expect(filas.filter(has_text=nombre).first).to_contain_text(dicho)
