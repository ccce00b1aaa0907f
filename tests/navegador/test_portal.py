"""La cabecera, la búsqueda, el glosario y las páginas de texto en un navegador real."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.usefixtures("politica_cargada")
PAGINAS = (
    "/buscar/",
    "/buscar/?q=penitenciario",
    "/buscar/?q=xyzzy",
    "/glosario/",
    "/acerca/",
    "/licencia/",
    "/privacidad/",
    "/accesibilidad/",
)


def sobra(page: Page) -> int:
    """Cuánto se desplaza la página de lado."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [1280, 320])
def test_sin_una_sola_infraccion_de_axe_ni_desborde(
    new_context: Callable[..., BrowserContext], revisar_axe: Callable[..., list[str]], ancho: int, esquema: Any
) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}, color_scheme=esquema).new_page()
    for ruta in PAGINAS:
        page.goto(ruta)
        assert revisar_axe(page) == [], ruta
        assert sobra(page) <= 0, ruta


def test_buscar_desde_la_cabecera_sin_javascript(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/servicios/?corte=2021-12-31")
    page.get_by_label("Buscar en todo el portal").fill("línea base")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/buscar/\?q=l%C3%ADnea\+base&corte=2021-12-31$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("resultados para «línea base»")
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="Línea base", exact=True).click()
    expect(page).to_have_url(re.compile("/glosario/.*#linea-base$"))


def test_lo_que_sobra_de_un_grupo_se_despliega(page: Page) -> None:
    page.goto("/buscar/?q=penitenciario")
    resto = page.locator("details.resto").first
    expect(resto.locator("li").first).to_be_hidden()
    resto.locator("summary").press("Enter")
    expect(resto.locator("li").first).to_be_visible()


def test_la_barra_lleva_a_la_busqueda_y_se_puede_apagar(page: Page) -> None:
    page.goto("/accesibilidad/")
    campo = page.get_by_label("Buscar en todo el portal")
    page.keyboard.press("/")
    expect(campo).to_be_focused()
    page.keyboard.type("a/b")
    expect(campo).to_have_value("a/b")
    mando = page.get_by_role("button", name="La tecla «/» está encendida: apagarla")
    mando.click()
    page.reload()
    expect(page.get_by_role("button", name="La tecla «/» está apagada: encenderla")).to_be_visible()
    page.keyboard.press("/")
    expect(campo).not_to_be_focused()


def test_el_primer_tabulador_lleva_al_contenido(page: Page) -> None:
    page.goto("/glosario/")
    page.keyboard.press("Tab")
    salto = page.get_by_role("link", name="Ir al contenido")
    expect(salto).to_be_focused()
    caja = salto.bounding_box()
    assert caja is not None
    assert caja["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("ancho", [320, 375])
def test_en_el_telefono_la_busqueda_es_un_enlace_y_todo_se_toca(
    new_context: Callable[..., BrowserContext], captura: Any, ancho: int
) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}, has_touch=True).new_page()
    page.goto("/")
    expect(page.get_by_label("Buscar en todo el portal")).to_be_hidden()
    enlaces = page.locator(".cabecera a:visible, .pie nav a:visible")
    for caja in enlaces.evaluate_all("(todos) => todos.map((e) => e.getBoundingClientRect().height)"):
        assert caja >= 44
    captura(page, "cabecera")
    page.locator(".cabecera").get_by_role("link", name="Buscar").click()
    expect(page.get_by_label("Buscar en todo el portal")).to_be_visible()


def test_con_el_texto_al_doble_nada_se_corta(page: Page) -> None:
    """El tamaño de letra que se elige en el navegador: 32 en lugar de 16, sin ampliar lo demás."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for ruta in ("/", "/indicadores/OP.01-I2/", "/buscar/?q=inpe", "/glosario/"):
        page.goto(ruta)
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
        assert sobra(page) <= 0, ruta
        cortados = page.evaluate(
            """() => [...document.querySelectorAll(".cabecera *, .pie *, h1, h2, .boton, .casilla span")]
              .filter((e) => e.checkVisibility() && !e.closest(".oculto") && e.scrollWidth > e.clientWidth + 2
                && getComputedStyle(e).overflowX === "hidden").map((e) => e.className)"""
        )
        assert cortados == [], ruta


def test_con_colores_forzados_el_foco_y_los_estados_se_ven(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(forced_colors="active").new_page()
    page.goto("/metodologia/")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    actual = page.locator(".menu a[aria-current]")
    assert actual.evaluate("(e) => getComputedStyle(e).textDecorationLine") == "underline"
    luz = page.locator(".luz.rojo").first
    assert luz.evaluate("(e) => getComputedStyle(e, '::before').forcedColorAdjust") == "none"


def test_un_termino_se_explica_con_teclado_y_al_tocarlo(
    new_context: Callable[..., BrowserContext], revisar_axe: Callable[..., list[str]]
) -> None:
    page = new_context(viewport={"width": 375, "height": 800}, has_touch=True).new_page()
    page.goto("/metodologia/")
    boton = page.get_by_role("button", name="la línea base")
    explicacion = page.locator("#que-es-linea-base")
    expect(explicacion).to_be_hidden()
    boton.tap()
    expect(explicacion).to_be_visible()
    expect(explicacion).to_contain_text("el valor de un año anterior a la política")
    assert revisar_axe(page) == []
    caja = explicacion.bounding_box()
    assert caja is not None
    assert caja["x"] >= 0
    assert caja["x"] + caja["width"] <= 375
    page.keyboard.press("Escape")
    expect(explicacion).to_be_hidden()
    boton.press("Enter")
    explicacion.get_by_role("link", name="Glosario").click()
    expect(page).to_have_url(re.compile("/glosario/#linea-base$"))
