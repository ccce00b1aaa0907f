"""Servicios, entidades, objetivos, ruta y alternativas en un navegador real: anchos, esquemas y sin guiones."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.usefixtures("politica_cargada")
PAGINAS = (
    "/servicios/?orden=cobertura",
    "/servicios/?estado=no_iniciado&corte=2021-12-31",
    "/servicios/OP.03-S1/",
    "/servicios/OP.03-S2/?corte=2021-12-31",
    "/entidades/?con=documentos",
    "/entidades/?q=nada",
    "/entidades/MINJUSDH/",
    "/entidades/puntualidad/",
    "/objetivos/OP.03/?corte=2021-12-31",
    "/ruta/",
    "/ruta/?corte=2021-12-31",
    "/alternativas/",
    "/alternativas/?estado=en_curso",
)
DEDO = 44


def cajas(elementos: Locator) -> list[dict[str, float]]:
    """Dónde está cada elemento que se ve."""
    return [caja for uno in elementos.all() if (caja := uno.bounding_box()) is not None]


@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [1280, 320])
def test_sin_infracciones_de_axe_ni_desborde(
    new_context: Callable[..., BrowserContext], revisar_axe: Callable[..., list[str]], ancho: int, esquema: Any
) -> None:
    page = new_context(viewport={"width": ancho, "height": 800}, color_scheme=esquema).new_page()
    for ruta in PAGINAS:
        page.goto(ruta)
        assert revisar_axe(page) == [], ruta
        sobra = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sobra <= 0, ruta


def test_la_ruta_es_horizontal_donde_cabe_y_vertical_donde_no(new_context: Callable[..., BrowserContext]) -> None:
    for ancho in (1280, 375, 320):
        page = new_context(viewport={"width": ancho, "height": 800}, java_script_enabled=False).new_page()
        page.goto("/ruta/")
        pasos = cajas(page.locator(".camino.numerado > li"))
        assert len(pasos) == 4
        filas, columnas = {round(caja["y"]) for caja in pasos}, {round(caja["x"]) for caja in pasos}
        assert (len(filas), len(columnas)) == ((1, 4) if ancho == 1280 else (4, 1)), ancho
        expect(page.locator("svg.camino-eje")).to_be_visible(visible=ancho == 1280)
        expect(page.get_by_text("Mayo de 2021")).to_be_visible()
        assert all(caja["x"] + caja["width"] <= ancho for caja in pasos)


def test_la_ruta_se_lee_como_lista_en_su_orden(page: Page) -> None:
    page.goto("/ruta/")
    lista = page.get_by_role("region", name="Paso a paso").get_by_role("list")
    titulos = lista.get_by_role("heading", level=3).all_inner_texts()
    assert titulos[0] == "Publicación de la política"
    assert titulos[-1] == "Aprobación del PEM por decreto supremo"


def test_el_cruce_filtra_sin_javascript_y_conserva_la_mirada(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/servicios/?corte=2021-12-31")
    page.get_by_role("link", name="2, ejecución progresiva, no iniciado").click()
    expect(page).to_have_url(re.compile(r"corte=2021-12-31&ejecucion=progresiva&estado=no_iniciado$"))
    expect(page.locator("#resultado")).to_have_text("2 de 13 servicios cumplen lo que se pide.")
    expect(page.get_by_label("Estado", exact=True)).to_have_value("no_iniciado")
    page.get_by_label("Orden", exact=True).select_option("nombre")
    page.get_by_role("button", name="Filtrar").click()
    expect(page).to_have_url(re.compile(r"corte=2021-12-31.*estado=no_iniciado&orden=nombre"))
    nombres = page.locator("table.servicios tbody th.nombre a:first-child").all_inner_texts()
    assert nombres == ["Acompañamiento postpenitenciario", "Bolsa de trabajo"]


def test_las_entidades_se_buscan_sin_javascript(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/entidades/")
    page.get_by_label("Buscar", exact=True).fill("penitenciario")
    page.get_by_label("Mostrar").select_option(label="Con documentos pendientes")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("#resultado")).to_have_text("1 de 16 entidades cumple lo que se pide.")
    expect(page.get_by_label("Buscar", exact=True)).to_have_value("penitenciario")
    page.get_by_role("link", name="Instituto Nacional Penitenciario").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Instituto Nacional Penitenciario")


def test_las_alternativas_se_filtran_con_el_teclado(page: Page) -> None:
    page.goto("/alternativas/?corte=2024-12-31")
    page.get_by_role("link", name="Atendidas 1").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"corte=2024-12-31&estado=atendida$"))
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("cell", name="Decreto Supremo N° 003-2024-JUS")).to_be_visible()


def test_lo_que_se_toca_mide_lo_que_un_dedo(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 320, "height": 800}).new_page()
    for ruta, que in (("/servicios/", ".cruce a"), ("/alternativas/", ".fichas a")):
        page.goto(ruta)
        tocables = cajas(page.locator(que))
        assert tocables
        chicos = [caja for caja in tocables if caja["height"] < DEDO - 0.5 or caja["width"] < DEDO - 0.5]
        assert not chicos, (ruta, chicos)


def test_una_cifra_de_cobertura_lleva_a_su_constancia(page: Page) -> None:
    page.goto("/servicios/OP.01-S1/?corte=2021-12-31")
    page.get_by_role("link", name="38 personas").first.click()
    expect(page).to_have_url(re.compile(r"/cifra/\d+/\?corte=2021-12-31"))
    expect(page.locator("main")).to_contain_text("38")
