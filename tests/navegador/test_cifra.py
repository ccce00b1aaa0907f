"""La constancia en un navegador: accesible, sin desbordes, con su QR, y en una hoja al imprimirla."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from indicadores.models import Medicion


def desborda(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize("esquema", ["light", "dark"])
def test_las_constancias_son_accesibles_y_caben(page: Page, revisar_axe: Any, captura: Any, esquema: Any) -> None:
    nacional = Medicion.objects.get(indicador__codigo="OP.01-I2", periodo="2021-03", ambito__codigo="PE")
    reservada = Medicion.objects.filter(reservada=True).order_by("pk").first()
    assert reservada is not None
    page.emulate_media(color_scheme=esquema)
    for ancho in (320, 375, 1280):
        page.set_viewport_size({"width": ancho, "height": 900})
        for ruta in (f"/cifra/{nacional.pk}/", f"/cifra/{reservada.pk}/", "/cifras/"):
            page.goto(ruta)
            for resumen in page.locator("main details:not(.mirada) summary").all():
                resumen.click()
            assert not desborda(page), (ruta, ancho)
            assert not revisar_axe(page), (ruta, ancho)
    page.goto(f"/cifra/{nacional.pk}/")
    assert page.get_by_alt_text("Código QR de esta constancia").evaluate("i => i.naturalWidth > 0")
    if esquema == "light":
        captura(page, "cifra")
        captura(page, "cifra", 375)


@pytest.mark.usefixtures("politica_cargada")
def test_del_indicador_a_su_constancia_y_de_alli_a_la_cadena(page: Page) -> None:
    page.goto("/indicadores/OP.01-I2/?corte=2021-12-31")
    page.locator("#valores ~ table").get_by_role("link", name=re.compile(r"^35\s%$")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("35 %")
    expect(page.locator("main")).to_contain_text("Rige desde el")
    page.get_by_role("link", name="Cómo comprobarla sin este portal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Cualquiera puede comprobar que lo publicado no se cambió."
    )


@pytest.mark.usefixtures("politica_cargada")
def test_impresa_cabe_en_una_hoja(page: Page, tmp_path: Path) -> None:
    nacional = Medicion.objects.get(indicador__codigo="OP.01-I2", periodo="2021-03", ambito__codigo="PE")
    page.goto(f"/cifra/{nacional.pk}/")
    page.emulate_media(media="print")
    archivo = tmp_path / "constancia.pdf"
    page.pdf(path=archivo, prefer_css_page_size=True)
    (hoja,) = PdfReader(archivo).pages
    assert {round(float(lado)) for lado in hoja.mediabox[2:]} <= {594, 595, 596, 841, 842, 843}
    assert "Huella SHA-256" in hoja.extract_text()
