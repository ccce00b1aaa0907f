"""Cualquier página, en papel: A4, sin nada que sobre ni se salga, con su texto, su dirección y su corte."""

import io
import re
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

pytestmark = pytest.mark.usefixtures("politica_cargada")
#: Ruta y un texto que el papel debe decir.
PAGINAS = {
    "/?corte=2021-12-31": "Reducir significativamente el hacinamiento",
    "/indicadores/": "Personas privadas de libertad sin sentencia",
    "/indicadores/OP.01-I2/": "Valores publicados",
    "/objetivos/OP.01/": "hacinamiento",
    "/servicios/": "Ejecución inmediata",
    "/servicios/OP.02-S3/": "mental",
    "/entidades/INPE/": "Instituto Nacional Penitenciario",
    "/metodologia/": "Lo que falta, y por qué",
    "/datos/": "Condiciones de uso",
    "/cifras/": "Cómo se comprueba",
    "/glosario/": "Logro esperado",
    "/buscar/?q=penitenciario": "Indicadores",
    "/reporte/2021/": "Objetivo",
}
#: A4 en puntos de imprenta, y lo que mide a 96 puntos por pulgada sin sus márgenes (15 mm a cada lado).
A4 = (595, 842)
ANCHO_UTIL = round((210 - 30) / 25.4 * 96)
#: Lo que en papel no se ve.
SOBRA = ".menu, .menu-del-pie, .busca, .ir-a-buscar, .salto, .migas, .mirada form"

FUERA = """
(ancho) => [...document.querySelectorAll("main *, .pie *")]
  .filter((e) => e.checkVisibility() && !e.closest("svg, .oculto, .desliza-libre") && !e.classList.contains("oculto"))
  .filter((e) => e.getBoundingClientRect().right > ancho + 1)
  .map((e) => `${e.tagName.toLowerCase()}.${e.className}: ${Math.round(e.getBoundingClientRect().right)}`)
"""

LOS_CUADROS = """
() => [...document.querySelectorAll("table.tabla")]
  .filter((t) => t.checkVisibility() && t.querySelector("thead"))
  .map((t) => [t.querySelector("thead"), t.querySelector("tbody tr")].map((e) => getComputedStyle(e)))
  .map(([cabeza, fila]) => [cabeza.display, fila.breakInside])
"""


def llano(texto: str) -> str:
    return re.sub(r"\s+", " ", texto)


@pytest.mark.parametrize("ruta", PAGINAS)
def test_se_imprime_en_a4_sin_que_nada_se_salga(page: Page, ruta: str) -> None:
    page.goto(ruta)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=False)))
    verticales = [hoja for hoja in pdf.pages if hoja.mediabox.width < hoja.mediabox.height]
    for hoja in pdf.pages:
        medidas = sorted((round(float(hoja.mediabox.width)), round(float(hoja.mediabox.height))))
        assert medidas == pytest.approx(A4, abs=1)
    # Solo el reporte tiene hojas apaisadas: las de sus matrices.
    assert len(verticales) == len(pdf.pages) or ruta.startswith("/reporte/")
    texto = llano(" ".join(hoja.extract_text() for hoja in pdf.pages))
    assert PAGINAS[ruta] in texto
    assert llano(page.locator("h1").inner_text()).split(" ")[0] in texto
    assert re.search(rf"http://[\w.]+:\d+{re.escape(ruta.partition('?')[0])}", texto)
    assert "Lo publicado hasta el" in texto or page.locator(".mirada").count() == 0
    assert "Ir al contenido" not in texto
    assert f"1 / {len(pdf.pages)}" in llano(pdf.pages[0].extract_text())


@pytest.mark.parametrize("ruta", [ruta for ruta in PAGINAS if not ruta.startswith("/reporte/")])
def test_en_el_ancho_del_papel_cabe_todo(page: Page, ruta: str) -> None:
    page.set_viewport_size({"width": ANCHO_UTIL, "height": 1000})
    page.emulate_media(media="print")
    page.goto(ruta)
    assert page.evaluate(FUERA, ANCHO_UTIL) == []
    visibles = page.locator(SOBRA).evaluate_all("(todos) => todos.filter((e) => e.checkVisibility()).length")
    assert visibles == 0


def test_en_papel_los_cuadros_repiten_su_cabeza_y_no_parten_filas(page: Page) -> None:
    page.emulate_media(media="print")
    for ruta in ("/indicadores/", "/servicios/", "/indicadores/OP.01-I2/"):
        page.goto(ruta)
        estilos: Any = page.evaluate(LOS_CUADROS)
        assert estilos, ruta
        assert {tuple(uno) for uno in estilos} == {("table-header-group", "avoid")}, ruta


def test_en_papel_siempre_es_tinta_sobre_blanco(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/indicadores/OP.01-I2/")
    colores = page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colores == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
