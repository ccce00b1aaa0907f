"""La gráfica de un indicador en un navegador real: completa sin JavaScript, interactiva a pedido, sin infracciones.

Toda página vigila sus errores de consola y de CSP (véase ``conftest.py``): cada prueba falla si hubo alguno.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

PAGINA = "/indicadores/OP.01-I2/"

#: Lo que en los SVG a la vista se sale del lienzo o se pisa, medido por el propio navegador.
ESTORBOS = """() => [...document.querySelectorAll("svg.g-serie")].flatMap((svg) => {
  if (!svg.getBoundingClientRect().width) return [];
  const { width, height } = svg.viewBox.baseVal;
  const cajas = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBBox()]);
  const fuera = cajas.filter(([, c]) => c.x < 0 || c.y < 0 || c.x + c.width > width || c.y + c.height > height);
  const pisan = cajas.flatMap(([a, A], n) => cajas.slice(n + 1).filter(([, B]) =>
    A.x < B.x + B.width && B.x < A.x + A.width && A.y < B.y + B.height && B.y < A.y + A.height
  ).map(([b]) => `${a} pisa ${b}`));
  return [...fuera.map(([a]) => `${a} se sale`), ...pisan];
})"""

pytestmark = pytest.mark.usefixtures("politica_cargada")


def abrir(page: Page) -> None:
    page.goto(PAGINA)
    expect(page.locator("[data-mando]")).to_be_visible()


def explorar(page: Page) -> None:
    page.get_by_role("button", name="Explorar la gráfica").click()
    expect(page.locator("[data-interactiva] .modebar")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(("ancho", "visible", "oculta"), [(1280, "ancha", "estrecha"), (375, "estrecha", "ancha")])
def test_sin_javascript_el_dibujo_esta_completo(
    new_context: Callable[..., BrowserContext], ancho: int, visible: str, oculta: str
) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": ancho, "height": 800}).new_page()
    page.goto(PAGINA)
    dibujo = page.locator(f"svg.g-{visible}")
    expect(dibujo).to_be_visible()
    expect(page.locator(f"svg.g-{oculta}")).to_be_hidden()
    expect(page.locator("[data-mando]")).to_be_hidden()
    texto = dibujo.text_content() or ""
    assert "logro esperado 2021" in texto
    assert dibujo.get_by_role("img").count() == 0
    assert page.get_by_role("img", name="sin sentencia").count() == 1


@pytest.mark.parametrize("ancho", [1280, 700, 375])
def test_los_rotulos_caben_y_no_se_pisan(page: Page, ancho: int) -> None:
    page.set_viewport_size({"width": ancho, "height": 800})
    abrir(page)
    assert page.evaluate(ESTORBOS) == []


def test_nada_se_descarga_hasta_que_se_pide(page: Page) -> None:
    pedidos: list[str] = []
    page.on("request", lambda pedido: pedidos.append(pedido.url))
    abrir(page)
    page.wait_for_load_state("networkidle")
    assert not [url for url in pedidos if "plotly" in url or "grafica.json" in url]
    page.locator("[data-mando]").hover()
    page.wait_for_function("() => window.Plotly")
    assert not [url for url in pedidos if "grafica.json" in url]


@pytest.mark.parametrize("esquema", ["light", "dark"])
def test_se_explora_se_lee_un_punto_y_se_vuelve(page: Page, esquema: str) -> None:
    page.emulate_media(color_scheme="dark" if esquema == "dark" else "light")
    abrir(page)
    explorar(page)
    expect(page.locator("[data-estatica]")).to_be_hidden()
    expect(page.locator("[data-aviso]")).to_contain_text("Señale un punto")
    punto = page.locator("[data-interactiva] .scatterlayer .trace").last.locator("path.point").last
    punto.scroll_into_view_if_needed()
    caja = punto.bounding_box()
    assert caja is not None
    page.mouse.move(caja["x"] + caja["width"] / 2, caja["y"] + caja["height"] / 2)
    letrero = page.locator("[data-interactiva] .hoverlayer")
    expect(letrero).to_contain_text("marzo de 2021: 35\N{NO-BREAK SPACE}%")
    expect(letrero).to_contain_text("oficial, dato parcial del año")

    tinta = page.evaluate("getComputedStyle(document.body).color")
    assert punto.evaluate("(p) => getComputedStyle(p).stroke") == tinta

    page.get_by_role("button", name="Volver a la imagen").click()
    expect(page.locator("[data-estatica]")).to_be_visible()
    expect(page.locator("[data-interactiva]")).to_be_hidden()
    explorar(page)


def test_cambia_de_esquema_y_de_ancho_sin_recargar(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    abrir(page)
    explorar(page)
    punto = page.locator("[data-interactiva] .scatterlayer .trace").last.locator("path.point").first
    claro = punto.evaluate("(p) => getComputedStyle(p).stroke")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "([p, claro]) => getComputedStyle(document.querySelectorAll('.scatterlayer .trace:last-child path.point')[0])"
        ".stroke !== claro",
        arg=[None, claro],
    )
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_function("() => document.querySelector('[data-interactiva] .main-svg').clientWidth < 375")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_los_mandos_hablan_espanol(page: Page, revisar_axe: Callable[..., list[str]]) -> None:
    abrir(page)
    explorar(page)
    nombres = page.locator("[data-interactiva] .modebar-btn").evaluate_all(
        "(mandos) => mandos.map((m) => m.getAttribute('aria-label'))"
    )
    assert nombres == [
        "Descargar como imagen",
        "Ampliar una zona",
        "Desplazar",
        "Acercar",
        "Alejar",
        "Ver todo",
    ]
    assert revisar_axe(page, ".grafica") == []


def test_con_el_teclado_se_recorre_y_se_lee_cada_punto(page: Page) -> None:
    abrir(page)
    explorar(page)
    lienzo, aviso = page.locator("[data-interactiva]"), page.locator("[data-aviso]")
    lienzo.focus()
    page.keyboard.press("ArrowLeft")
    expect(aviso).to_contain_text("Oficial. marzo de 2021: 35\N{NO-BREAK SPACE}%. oficial, dato parcial del año")
    expect(page.locator("[data-interactiva] .hoverlayer")).to_contain_text("marzo de 2021: 35\N{NO-BREAK SPACE}%")
    page.keyboard.press("ArrowLeft")
    expect(aviso).to_contain_text("2020: 37\N{NO-BREAK SPACE}%")
    page.keyboard.press("ArrowUp")
    expect(aviso).to_contain_text("Logro esperado. logro esperado 2021: 30\N{NO-BREAK SPACE}%")
    page.keyboard.press("ArrowUp")
    expect(aviso).to_contain_text("Referencial.")
    page.keyboard.press("End")
    expect(aviso).to_contain_text("enero de 2026")
    page.keyboard.press("Escape")
    expect(page.locator("[data-interactiva] .hoverlayer")).to_be_empty()
    page.keyboard.press("Tab")
    assert not lienzo.evaluate("(uno) => uno === document.activeElement")


def test_la_imagen_se_descarga(page: Page) -> None:
    abrir(page)
    explorar(page)
    with page.expect_download() as descarga:
        page.get_by_role("button", name="Descargar como imagen").click()
    assert descarga.value.suggested_filename.endswith(".svg")


@pytest.mark.parametrize("falla", [re.compile("plotly.min"), re.compile("grafica.json")])
def test_si_algo_falla_queda_el_dibujo_y_se_dice(
    page: Page, errores_de_pagina: list[str], falla: re.Pattern[str]
) -> None:
    def caer(route: Route) -> None:
        route.abort()

    page.route(falla, caer)
    abrir(page)
    page.get_by_role("button", name="Explorar la gráfica").click()
    expect(page.locator("[data-aviso]")).to_contain_text("No se pudo cargar la gráfica interactiva")
    expect(page.locator("[data-estatica]")).to_be_visible()
    assert all("net::ERR_FAILED" in error for error in errores_de_pagina)
    errores_de_pagina.clear()

    page.unroute(falla, caer)
    explorar(page)
