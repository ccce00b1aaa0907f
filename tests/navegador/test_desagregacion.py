"""Por sexo y lugar en un navegador real: accesible, legible a 320 px, con teclado y sin JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import fabricas

RUTA = "/indicadores/OP.01-I2/"
Contexto = Callable[..., BrowserContext]

#: Los textos del mapa que se salen de su cuadrado, medidos por el propio navegador.
FUERA = """() => [...document.querySelectorAll(".mapa-lugar")].flatMap((lugar) => {
  const caja = lugar.querySelector(".mapa-fondo").getBoundingClientRect();
  return [...lugar.querySelectorAll("text")].filter((texto) => {
    const suya = texto.getBoundingClientRect();
    return suya.left < caja.left || suya.right > caja.right || suya.top < caja.top || suya.bottom > caja.bottom;
  }).map((texto) => texto.textContent);
})"""
SOBRA = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.usefixtures("politica_cargada")
class TestConLosDatosReales:
    @pytest.mark.parametrize("esquema", ["light", "dark"])
    @pytest.mark.parametrize("ancho", [1280, 320])
    def test_sin_infracciones_de_axe_ni_desborde(
        self, new_context: Contexto, revisar_axe: Callable[..., list[str]], captura: Any, ancho: int, esquema: Any
    ) -> None:
        page = new_context(viewport={"width": ancho, "height": 800}, color_scheme=esquema).new_page()
        # Ordenado, el cuadro de establecimientos está abierto: se revisa entero.
        page.goto(f"{RUTA}?orden=capacidad")
        assert revisar_axe(page) == []
        assert page.evaluate(SOBRA) <= 0
        assert page.evaluate(FUERA) == []
        captura(page, f"desagregacion-{esquema}")

    @pytest.mark.parametrize("ancho", [320, 375])
    def test_cada_cuadrado_se_puede_tocar_con_el_dedo(self, new_context: Contexto, ancho: int) -> None:
        page = new_context(viewport={"width": ancho, "height": 800}).new_page()
        page.goto(RUTA)
        for lugar in page.locator(".mapa-fondo").all():
            caja = lugar.bounding_box()
            assert caja is not None
            assert min(caja["width"], caja["height"]) >= 44

    def test_el_teclado_va_del_mapa_a_la_fila(self, page: Page) -> None:
        page.goto(RUTA)
        mapa = page.get_by_role("group", name="Mapa del Perú por departamentos")
        expect(mapa.get_by_role("link")).to_have_count(25)
        piura = mapa.get_by_role("link", name="Piura: 53,7 %, 2 establecimientos")
        piura.focus()
        expect(piura).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{RUTA}#dep-20")
        expect(page.locator("#dep-20")).to_be_in_viewport()
        assert page.locator("#dep-20").evaluate("fila => fila.matches(':target')")
        expect(mapa.get_by_role("link", name="Lima: reservado, 12 establecimientos")).to_be_visible()

    def test_se_ordena_sin_javascript(self, new_context: Contexto) -> None:
        page = new_context(java_script_enabled=False).new_page()
        page.goto(f"{RUTA}?corte=2026-06-30")
        cuadro = page.get_by_role("table", name="Por departamento")
        expect(cuadro.get_by_role("rowheader").first).to_contain_text("Piura")
        expect(cuadro.get_by_role("columnheader", name="Total")).to_have_attribute("aria-sort", "descending")
        cuadro.get_by_role("link", name="Lugar").click()
        expect(page).to_have_url(f"{RUTA}?corte=2026-06-30&orden=nombre#por-departamento")
        expect(cuadro.get_by_role("columnheader", name="Lugar")).to_have_attribute("aria-sort", "ascending")
        expect(cuadro.get_by_role("rowheader").first).to_contain_text("Amazonas")
        cuadro.get_by_role("link", name="Lugar").click()
        expect(cuadro.get_by_role("rowheader").first).to_contain_text("Ucayali")

    def test_en_el_telefono_la_cabeza_que_ordena_sigue_a_la_vista(self, new_context: Contexto) -> None:
        page = new_context(viewport={"width": 320, "height": 800}).new_page()
        page.goto(RUTA)
        enlace = page.get_by_role("table", name="Por oficina regional").get_by_role("link", name="Mujeres")
        caja = enlace.bounding_box()
        assert caja is not None
        assert caja["height"] >= 44
        enlace.click()
        expect(page.get_by_role("table", name="Por oficina regional").get_by_role("rowheader").first).to_contain_text(
            "Lima"
        )

    def test_con_los_colores_del_sistema_el_mapa_conserva_numeros_y_bordes(self, new_context: Contexto) -> None:
        page = new_context(forced_colors="active").new_page()
        page.goto(RUTA)
        fondo = page.locator(".mapa-fondo").first
        letra = page.locator(".mapa-valor").first
        assert fondo.evaluate("nodo => getComputedStyle(nodo).fill") != letra.evaluate(
            "nodo => getComputedStyle(nodo).fill"
        )
        assert fondo.evaluate("nodo => getComputedStyle(nodo).stroke") != "none"


def test_las_historias_y_el_periodo_cumplen_axe(
    transactional_db: None, new_context: Contexto, revisar_axe: Callable[..., list[str]], captura: Any
) -> None:
    indicador = fabricas.IndicadorFactory(codigo="OP.01-I2")
    _, _, penales = fabricas.arbol(1, 1, 1)
    por, revisor = fabricas.persona(fabricas.Rol.ANALISTA), fabricas.persona(fabricas.Rol.REVISOR)
    for n, periodo in enumerate(("2018", "2019", "2020", "2021")):
        for m, penal in enumerate(penales):
            if (n, m) != (2, 1):
                fabricas.publicada(
                    indicador=indicador, ambito=penal, periodo=periodo, valor=None, numerador=20 + 9 * n * m,
                    denominador=100, por=por, revisor=revisor,
                )  # fmt: skip
    for esquema in ("light", "dark"):
        page = new_context(viewport={"width": 320, "height": 800}, color_scheme=esquema).new_page()
        page.goto(RUTA)
        page.get_by_text("Ver las cifras de cada periodo").click()
        assert revisar_axe(page) == []
        assert page.evaluate(SOBRA) <= 0
        expect(page.locator("svg.historia")).to_have_count(3)
        captura(page, f"historias-{esquema}")
        page.get_by_label("Periodo", exact=True).select_option("2019")
        page.get_by_role("button", name="Ver el periodo").click()
        expect(page).to_have_url(f"{RUTA}?periodo=2019#lugares")
        expect(page.locator(".hallazgo")).to_be_visible()
