"""Las páginas de objetivos, servicios, entidades, metodología y datos en un navegador real."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.usefixtures("politica_cargada")
PAGINAS = (
    "/objetivos/OP.01/",
    "/objetivos/OP.05/?corte=2021-12-31",
    "/objetivos/OP.01/?a_la_fecha=2020-01-01",
    "/servicios/",
    "/servicios/?q=nada",
    "/servicios/OP.02-S3/",
    "/entidades/",
    "/entidades/INPE/",
    "/metodologia/",
    "/metodologia/?sentido=descendente&linea_base=37&logro=30&valor=35",
    "/metodologia/?sentido=descendente&logro=30&valor=x",
    "/datos/",
)
CASO = {"linea_base": "37", "logro": "30", "valor": "35"}


@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [1280, 375])
def test_sin_una_sola_infraccion_de_axe_ni_desborde(
    new_context: Callable[..., BrowserContext], revisar_axe: Callable[..., list[str]], ancho: int, esquema: Any
) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}, color_scheme=esquema).new_page()
    for ruta in PAGINAS:
        page.goto(ruta)
        assert revisar_axe(page) == [], ruta
        sobra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sobra <= 0, ruta


def test_los_errores_tambien_son_accesibles(
    page: Page, revisar_axe: Callable[..., list[str]], errores_de_pagina: list[str]
) -> None:
    for ruta, titulo in (
        ("/no-existe/", "Aquí no hay ninguna página"),
        ("/servicios/?objetivo=OP.99", re.compile("De 13 servicios conocidos")),
        ("/entidades/?corte=ayer", "La dirección pide algo que no se entiende"),
    ):
        page.goto(ruta)
        expect(page.get_by_role("heading", level=1)).to_have_text(titulo)
        assert revisar_axe(page) == [], ruta
    # El navegador anota en la consola toda respuesta 4xx: era lo que se buscaba.
    assert all("40" in error for error in errores_de_pagina)
    errores_de_pagina.clear()


def test_la_calculadora_responde_mientras_se_escribe(page: Page, captura: Any) -> None:
    page.goto("/metodologia/")
    page.get_by_label("Sentido").select_option("descendente")
    for nombre, valor in CASO.items():
        page.locator(f"#{nombre}").press_sequentially(valor)
    resultado = page.locator("#resultado")
    expect(resultado).to_contain_text("en riesgo")
    expect(resultado).to_contain_text("85,7 %")
    expect(resultado).to_contain_text("28,6 %")
    expect(page).to_have_url(re.compile("sentido=descendente.*valor=35"))
    expect(page.locator("#valor")).to_be_focused()
    captura(page, "metodologia")

    page.locator("#valor").fill("treinta")
    expect(page.locator("#error-valor")).to_contain_text("«treinta» no es un número")
    expect(page.locator("#valor")).to_have_attribute("aria-invalid", "true")
    expect(resultado).to_contain_text("No se puede calcular todavía.")

    page.locator("#valor").fill("30")
    expect(page.locator("#error-valor")).to_be_empty()
    expect(page.locator("#valor")).not_to_have_attribute("aria-invalid", "true")
    expect(resultado).to_contain_text("cumple")


def test_al_volver_a_la_direccion_la_calculadora_recuerda(page: Page) -> None:
    page.goto("/metodologia/?corte=2021-12-31")
    page.get_by_label("Sentido").select_option("descendente")
    page.get_by_label("Logro esperado", exact=True).fill("30")
    page.get_by_label("Valor obtenido", exact=True).fill("35")
    expect(page.locator("#resultado")).to_contain_text("85,7 %")
    expect(page).to_have_url(re.compile("corte=2021-12-31"))
    page.reload()
    expect(page.locator("#resultado")).to_contain_text("85,7 %")
    expect(page.get_by_label("Valor obtenido", exact=True)).to_have_value("35")


def test_la_calculadora_funciona_sin_javascript(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/metodologia/")
    page.get_by_label("Sentido").select_option("descendente")
    for nombre, valor in CASO.items():
        page.locator(f"#{nombre}").fill(valor)
    page.get_by_role("button", name="Calcular").click()
    expect(page.locator("#resultado")).to_contain_text("85,7 %")
    expect(page.locator("#resultado")).to_contain_text("28,6 %")
    expect(page.locator("#linea_base")).to_have_value("37")


def test_los_filtros_se_usan_solo_con_el_teclado(page: Page, captura: Any) -> None:
    page.goto("/servicios/?corte=2021-12-31")
    captura(page, "servicios")
    page.locator("#q").focus()
    page.keyboard.type("salud")
    page.keyboard.press("Tab")
    page.keyboard.type("OP.02")
    page.keyboard.press("Tab")
    page.keyboard.type("MINSA")
    for _ in ("ejecución", "estado", "orden", "botón"):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Filtrar")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#resultado")).to_have_text("1 de 13 servicios cumple lo que se pide.")
    expect(page).to_have_url(re.compile(r"corte=2021-12-31&q=salud&objetivo=OP\.02&entidad=MINSA"))
    expect(page.get_by_role("link", name="Centros de Salud Mental Comunitarios", exact=True)).to_be_visible()
    page.get_by_role("link", name="Quitar filtros").press("Enter")
    expect(page.locator("#resultado")).to_have_text("13 servicios")
    expect(page).to_have_url(re.compile(r"/servicios/\?corte=2021-12-31$"))


def test_en_el_telefono_las_tablas_se_apilan_con_sus_rotulos(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 375, "height": 800}).new_page()
    page.goto("/servicios/")
    celda = page.locator('td[data-rotulo="Estado"]').first
    assert celda.evaluate("nodo => getComputedStyle(nodo, '::before').content") == '"Estado"'
    expect(page.get_by_role("columnheader", name="Estado")).to_have_count(1)


def test_lo_que_se_imprime_no_lleva_formularios(page: Page) -> None:
    page.goto("/servicios/")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Filtrar")).to_be_hidden()
    expect(page.get_by_role("link", name="Grilletes electrónicos", exact=True)).to_be_visible()
