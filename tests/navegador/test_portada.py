"""La portada y las páginas de indicadores en un navegador real: accesibles, completas sin JavaScript y legibles."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.usefixtures("politica_cargada")
PAGINAS = (
    "/",
    "/?corte=2021-12-31",
    "/?a_la_fecha=2019-01-01",
    "/indicadores/",
    "/indicadores/?q=nada+de+eso",
    "/indicadores/OP.01-I1/",
    "/indicadores/OP.01-I2/",
    "/indicadores/OP.02-I1/?corte=2021-12-31",
    "/indicadores/OP.05-I2/",
    "/indicadores/OP.01-S1-I1/",
)


@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [1280, 375, 320])
def test_sin_una_sola_infraccion_de_axe_ni_desborde(
    new_context: Callable[..., BrowserContext],
    revisar_axe: Callable[..., list[str]],
    captura: Any,
    ancho: int,
    esquema: Any,
) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}, color_scheme=esquema).new_page()
    for ruta in PAGINAS:
        page.goto(ruta)
        assert revisar_axe(page) == [], ruta
        sobra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sobra <= 0, ruta
    page.goto("/?corte=2021-12-31")
    captura(page, f"portada-{esquema}")


def test_la_portada_dice_lo_esencial_sin_javascript(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/?corte=2021-12-31")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "De 13 indicadores, 6 se han medido alguna vez. De 7 no se sabe nada."
    )
    expect(page.locator(".casillas a")).to_have_count(13)
    fila = page.get_by_role("row", name="Personas privadas de libertad sin sentencia").first
    for dicho in ("35 %", "marzo de 2021", "30 %", "85,7 %", "en riesgo, parcial", "no hay línea base"):
        expect(fila).to_contain_text(dicho)
    expect(page.get_by_role("row", name="Metros cuadrados por interno").first).to_contain_text("nunca medido")
    page.goto("/indicadores/OP.01-I2/?corte=2021-12-31")
    expect(page.locator("figure svg").first).to_be_visible()
    page.get_by_text("Los 69 establecimientos con cifra").or_(page.get_by_text("Valores publicados")).first.wait_for()


def test_el_corte_se_elige_en_la_pagina_y_se_conserva(page: Page) -> None:
    page.goto("/indicadores/?estado=con_medicion")
    page.get_by_text("Cambiar").click()
    page.get_by_label("Corte").fill("2021-12-31")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page).to_have_url("/indicadores/?estado=con_medicion&corte=2021-12-31&a_la_fecha=")
    expect(page.get_by_role("status")).to_contain_text("11 indicadores: 11 con alguna medición.")
    page.get_by_role("link", name="Tablero").click()
    expect(page.get_by_text("31 de diciembre de 2021").first).to_be_visible()
    page.get_by_role("link", name="Personas privadas de libertad sin sentencia").first.click()
    expect(page).to_have_url("/indicadores/OP.01-I2/?corte=2021-12-31")


def test_el_teclado_llega_al_contenido(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ir al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#contenido")).to_be_focused()


def test_impresa_calla_lo_que_no_se_puede_pulsar(page: Page) -> None:
    page.goto("/indicadores/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Principal")).to_have_css("display", "block")
    expect(page.locator(".menu")).to_be_hidden()
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
