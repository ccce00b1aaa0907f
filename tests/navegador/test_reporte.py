"""El reporte en un navegador: preparar y emitir por dos personas, leerlo, imprimirlo, y que sea accesible."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from objetivos.models import Reporte
from tests.fabricas import CLAVE

PREPARAR = "/reporte/2021/preparar/?corte=2021-06-30"


def ingresar(page: Page, persona: Any) -> None:
    page.context.clear_cookies()
    page.goto(f"/admin/login/?next={PREPARAR}")
    page.get_by_label("Nombre de usuario").fill(persona.get_username())
    page.get_by_label("Contraseña").fill(CLAVE)
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preparar el reporte de 2021")


def desborda(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.usefixtures("politica_cargada")
def test_de_la_analista_que_redacta_a_quien_verifica(
    page: Page, personas: Any, captura: Any, revisar_axe: Any, tmp_path: Path
) -> None:
    ingresar(page, personas.analista)
    assert page.get_by_role("button", name="Emitir").count() == 0
    page.get_by_text("OP.01 Reducir significativamente").click()
    avance = page.locator("section.seccion", has=page.locator("#op-01-avance"))
    avance.get_by_text("Lo que escribe el portal").click()
    expect(avance).to_contain_text("bajó 2 puntos porcentuales")
    avance.get_by_text("Agregar un párrafo").click()
    avance.get_by_label("Párrafo nuevo").fill("En realidad llegó a 41,5 %.")
    avance.get_by_role("button", name="Agregar").click()
    expect(page.get_by_role("status")).to_contain_text("Párrafo guardado.")
    expect(page.locator("#diferencias ~ ul")).to_contain_text("el texto dice 41,5 %")
    captura(page, "reporte-preparar")
    assert not revisar_axe(page)
    avance.get_by_label("Texto del párrafo").fill("Las normas de 2020 facilitaron los beneficios.")
    avance.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("Ninguna: todo lo que citan los párrafos está en los datos.")).to_be_visible()

    ingresar(page, personas.revisor)
    expect(page.get_by_text("Las normas de 2020 facilitaron los beneficios.")).to_be_visible()
    page.get_by_label("Leí el borrador").check()
    page.get_by_role("button", name="Emitir el reporte N.° 1 de 2021").click()
    expect(page.locator(".estado-del-reporte")).to_contain_text("Emitido, N.° 1.")
    expect(page.locator("article.reporte")).to_contain_text("Las normas de 2020 facilitaron los beneficios.")
    captura(page, "reporte-emitido")

    reporte = Reporte.objects.get()
    with page.expect_download() as descarga:
        page.get_by_role("link", name="DOCX, para editar").click()
    assert descarga.value.suggested_filename == "reporte-de-cumplimiento-2021-n1.docx"
    assert Path(descarga.value.path()).read_bytes() == bytes(reporte.docx)
    page.get_by_role("link", name="Verificarlo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Es auténtico y rige.")
    assert page.get_by_alt_text("Código QR de esta página de verificación").evaluate("i => i.naturalWidth > 0")
    captura(page, "reporte-verificado")
    assert not revisar_axe(page)


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize("esquema", ["light", "dark"])
@pytest.mark.parametrize(
    "ruta",
    [
        "/reporte/",
        "/reporte/2021/?corte=2021-06-30",
        "/reporte/2021/comparar/",
        "/reporte/verificar/",
        "/reporte/verificar/?huella=x",
    ],
)
def test_las_paginas_son_accesibles_y_caben(page: Page, revisar_axe: Any, ruta: str, esquema: Any) -> None:
    page.emulate_media(color_scheme=esquema)
    for ancho in (320, 1280):
        page.set_viewport_size({"width": ancho, "height": 900})
        page.goto(ruta)
        assert not desborda(page), ancho
        assert not revisar_axe(page), ancho
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")


@pytest.mark.usefixtures("politica_cargada")
def test_impreso_empieza_por_la_caratula_y_trae_las_hojas_anchas_apaisadas(page: Page, tmp_path: Path) -> None:
    page.goto("/reporte/2021/?corte=2021-06-30")
    page.emulate_media(media="print")
    for oculto in (".menu", ".estado-del-reporte", ".mirada"):
        expect(page.locator(oculto).first).to_be_hidden()
    archivo = tmp_path / "impreso.pdf"
    page.pdf(path=archivo, prefer_css_page_size=True)
    paginas = PdfReader(archivo).pages
    primera = paginas[0].extract_text()
    assert "Reporte de cumplimiento 2021" in primera
    assert "Contenido" in primera
    assert "Anexo F" in primera, "La carátula y el índice caben en una hoja"
    apaisadas = [pagina for pagina in paginas if pagina.mediabox.width > pagina.mediabox.height]
    assert apaisadas
    assert all("Matriz de seguimiento" in apaisadas[0].extract_text() for _ in "1")
    assert {round(float(pagina.mediabox.width)) for pagina in paginas} <= {594, 595, 596, 841, 842, 843}


@pytest.mark.usefixtures("politica_cargada")
def test_la_pagina_suelta_se_ve_sin_red_ni_portal(page: Page, client: Any, tmp_path: Path) -> None:
    archivo = tmp_path / "suelto.html"
    archivo.write_bytes(client.get("/reporte/2021.html?corte=2021-06-30").content)
    pedidas: list[str] = []
    page.on("request", lambda pedido: pedidas.append(pedido.url.split(":")[0]))
    page.goto(archivo.as_uri())
    assert set(pedidas) <= {"file", "data"}
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    color = page.locator(".sello-borrador").evaluate("e => getComputedStyle(e).color")
    assert color == "rgb(138, 28, 43)"
