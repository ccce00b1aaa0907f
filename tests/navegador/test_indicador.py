"""La página de un indicador en un navegador real: la banda, las descargas, la cita y lo que queda sin JavaScript."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import fabricas
from tests.fabricas import minuto
from tests.navegador.test_grafica import ESTORBOS, explorar

RUTA = "/indicadores/IX-1/?corte=2021-12-31"


@pytest.fixture
def proyectado(personas: SimpleNamespace) -> None:
    """Tres años dispersos, el último preliminar, y un logro por delante."""
    indicador = fabricas.IndicadorFactory(
        codigo="IX-1", nombre="Porcentaje de aulas abiertas en los establecimientos penitenciarios"
    )
    fabricas.linea_base(indicador, 30, anio=2017, por=personas.administrador)
    for n, (anio, valor, situacion) in enumerate(
        ((2018, "31.5", "definitiva"), (2020, "30.6", "definitiva"), (2021, "34.2", "preliminar"))
    ):
        fabricas.publicada(
            indicador=indicador, periodo=str(anio), valor=Decimal(valor), situacion=situacion, por=personas.analista,
            revisor=personas.revisor, ahora=minuto(n),
        )  # fmt: skip
    fabricas.logro(indicador, 50, anio=2030, por=personas.administrador, ahora=minuto(5))


pytestmark = pytest.mark.usefixtures("proyectado")


@pytest.mark.parametrize(("ancho", "esquema"), [(1280, "light"), (375, "dark"), (320, "light")])
def test_se_ve_entera_sin_estorbos_ni_infracciones(
    page: Page, revisar_axe: Callable[..., list[str]], captura: Callable[..., Path], ancho: int, esquema: str
) -> None:
    page.emulate_media(color_scheme="dark" if esquema == "dark" else "light")
    page.set_viewport_size({"width": ancho, "height": 900})
    page.goto(RUTA)
    expect(page.locator("svg.g-serie:visible .g-banda")).to_have_count(1)
    assert page.evaluate(ESTORBOS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert revisar_axe(page) == []
    captura(page, f"indicador-{esquema}", ancho)


def test_la_banda_se_explora_con_su_tinta(page: Page) -> None:
    page.goto(RUTA)
    explorar(page)
    banda = page.locator("[data-interactiva] .scatterlayer .js-fill").first
    relleno = banda.evaluate("(una) => [getComputedStyle(una).fill, getComputedStyle(una).fillOpacity]")
    assert relleno[0].startswith("rgb")
    assert float(relleno[1]) == pytest.approx(0.09, abs=0.01)
    page.locator("[data-interactiva]").focus()
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    expect(page.locator("[data-aviso]")).to_contain_text("Proyección. tendencia 2021")
    page.keyboard.press("End")
    expect(page.locator("[data-aviso]")).to_contain_text("proyección 2030")
    expect(page.locator("[data-aviso]")).to_contain_text("entre ")


def test_las_descargas_traen_lo_que_dicen(page: Page) -> None:
    page.goto(RUTA)
    lista = page.get_by_role("list", name="Descargas de este indicador")

    def bajar(nombre: str) -> bytes:
        with page.expect_download() as descarga:
            lista.get_by_role("link", name=nombre, exact=True).click()
        return Path(descarga.value.path()).read_bytes()

    filas = bajar("Datos en CSV").decode("utf-8-sig").splitlines()
    columnas = filas[0].split(",")
    assert {"indicador", "periodo", "valor"} <= set(columnas)
    assert {"31.5", "30.6", "34.2"} <= {fila.split(",")[columnas.index("valor")] for fila in filas[1:]}
    assert bajar("Datos en XLSX")[:2] == b"PK"
    svg = ElementTree.fromstring(bajar("Imagen SVG"))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    png, grande = bajar("Imagen PNG"), bajar("Imagen PNG grande")
    anchos = [int.from_bytes(imagen[16:20]) for imagen in (png, grande)]
    assert anchos[1] == 2 * anchos[0]


def test_la_imagen_suelta_se_ve_como_documento(page: Page) -> None:
    respuesta = page.goto("/indicadores/IX-1/grafica.svg?corte=2021-12-31")
    assert respuesta is not None
    assert respuesta.status == 200
    assert page.evaluate("document.documentElement.querySelectorAll('text').length") > 5


def test_copiar_la_cita(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(RUTA)
    cita = page.locator("[data-cita]").first
    cita.get_by_role("button", name="Copiar").click()
    expect(cita.locator("[data-copiado]")).to_have_text("Copiado.")
    copiado = page.evaluate("navigator.clipboard.readText()")
    assert copiado == cita.locator("[data-texto]").text_content()
    assert "constancia " in copiado


def test_si_no_se_puede_copiar_queda_seleccionado(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(RUTA)
    cita = page.locator("[data-cita]").last
    cita.get_by_role("button", name="Copiar").click()
    expect(cita.locator("[data-copiado]")).to_contain_text("cópielo con el teclado")
    assert page.evaluate("getSelection().toString()").startswith("@misc{")


def test_sin_javascript_esta_todo(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(RUTA)
    expect(page.get_by_role("heading", name="Citar")).to_be_visible()
    expect(page.locator("[data-copiar]").first).to_be_hidden()
    expect(page.locator("[data-texto]").first).to_contain_text("Consultado el")
    expect(page.get_by_role("list", name="Descargas de este indicador").get_by_role("link")).to_have_count(7)
    expect(page.locator("svg.g-serie:visible .g-proyeccion")).to_have_count(1)
    page.locator(".permanente").click()
    expect(page.locator(".mirada summary")).to_contain_text("31 de diciembre de 2021")
