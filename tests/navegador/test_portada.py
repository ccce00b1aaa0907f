"""La portada y las páginas de indicadores en un navegador real: accesibles, completas sin JavaScript y legibles."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.usefixtures("politica_cargada")
PAGINAS = (
    "/",
    "/?corte=2021-12-31",
    "/?corte=2021-12-31&estado=sin_medicion&entidad=INPE",
    "/?corte=2021-12-31&estado=rojo",
    "/?a_la_fecha=2019-01-01",
    "/anios/2021/",
    "/anios/2030/",
    "/cambios/",
    "/cambios/?desde=2026-01-01&indicador=OP.01-I2",
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


# El tablero


@pytest.mark.parametrize("con_javascript", [True, False])
def test_los_filtros_viven_en_la_direccion(new_context: Callable[..., BrowserContext], con_javascript: bool) -> None:
    page = new_context(java_script_enabled=con_javascript).new_page()
    page.goto("/?corte=2021-12-31")
    page.get_by_label("Objetivo", exact=True).select_option("OP.02")
    page.get_by_label("Estado", exact=True).select_option("sin_cambio")
    page.get_by_role("button", name="Filtrar").click()
    expect(page).to_have_url("/?corte=2021-12-31&objetivo=OP.02&entidad=&estado=sin_cambio#por-objetivo")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 de 13 indicadores")
    expect(page.locator(".casillas a")).to_have_count(2)
    expect(page.get_by_label("Estado", exact=True)).to_have_value("sin_cambio")
    page.get_by_role("link", name="Quitar filtros").click()
    expect(page).to_have_url("/?corte=2021-12-31")
    page.get_by_role("link", name="siguen igual").click()
    expect(page).to_have_url("/?estado=sin_cambio&corte=2021-12-31")
    expect(page.locator(".casillas a")).to_have_count(3)


def test_la_primera_pantalla_contesta_las_tres_preguntas(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto("/?corte=2026-11-23")
    for dicho in ("siguen igual", "Qué pide atención primero", "Desde cuándo no se sabe más", "no se sabe hacia dónde"):
        caja = page.get_by_text(dicho, exact=True).first.bounding_box()
        assert caja is not None
        assert caja["y"] + caja["height"] < 800, dicho


@pytest.mark.parametrize("ancho", [320, 375, 768, 1280])
def test_la_matriz_cabe_entera(new_context: Callable[..., BrowserContext], ancho: int) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}).new_page()
    page.goto("/?corte=2021-12-31")
    fuera = page.evaluate(
        """() => [...document.querySelectorAll('.matriz a, .matriz b, .matriz th')].filter((uno) => {
          const caja = uno.getBoundingClientRect();
          return caja.width && (caja.left < 0 || caja.right > document.documentElement.clientWidth);
        }).length"""
    )
    assert fuera == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    fila = page.get_by_role("row", name="Personas privadas de libertad sin sentencia").last
    expect(fila.get_by_role("link", name="35 (en riesgo, parcial: marzo de 2021)")).to_be_visible()
    expect(fila.get_by_role("link", name="logro esperado 30")).to_be_visible()
    if ancho < 992:
        for enlace in fila.get_by_role("cell").get_by_role("link").all():
            caja = enlace.bounding_box()
            assert caja is not None
            assert min(caja["height"], caja["width"]) >= 44
        expect(fila).to_contain_text("37")
    fila.get_by_role("link", name="logro esperado 30").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("30")


def test_la_matriz_se_recorre_con_el_teclado(page: Page) -> None:
    page.goto("/?corte=2021-12-31")
    page.locator(".matriz thead a").first.focus()
    vistos = []
    for _ in range(16):
        vistos.append(page.evaluate("document.activeElement.textContent.trim()"))
        contorno = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert contorno != "none"
        page.keyboard.press("Tab")
    assert vistos[:12] == [str(anio) for anio in range(2019, 2031)]
    page.locator(".matriz thead a", has_text="2021").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/anios/2021/")
    expect(page.get_by_role("heading", level=1)).to_have_text("En 2021 se midió 1 de 13 indicadores, y solo a medias.")
    page.get_by_role("link", name="Año siguiente").press("Enter")
    expect(page).to_have_url("/anios/2022/")


@pytest.mark.parametrize("con_javascript", [True, False])
def test_lo_que_cambio_desde_un_dia(new_context: Callable[..., BrowserContext], con_javascript: bool) -> None:
    page = new_context(java_script_enabled=con_javascript).new_page()
    page.goto("/")
    page.get_by_label("Ver todo lo que cambió desde").fill("2026-02-01")
    page.get_by_role("button", name="Ver cambios").click()
    expect(page).to_have_url("/cambios/?desde=2026-02-01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Qué cambió desde el 1 de febrero de 2026")
    page.get_by_label("Cifras").select_option(label="También por lugar y sexo")
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page).to_have_url(re.compile("lugares=todos"))
    page.get_by_role("link", name="Ver los anteriores").click()
    expect(page.get_by_role("link", name="Volver a los más recientes")).to_be_visible()
    page.locator(".sucesos a").first.click()
    expect(page).to_have_url(re.compile(r"/cifras?/[0-9]+/"))
