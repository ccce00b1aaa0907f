"""Una hoja bajada, llena y subida en un navegador real: diferencia, confirmación y vuelta atrás."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from indicadores.intercambio.columnas import COLUMNAS
from indicadores.models import Indicador, Lote, Medicion
from tests.navegador.test_admin import entrar, revisar

Axe = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _archivos_aparte(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "archivos"


@pytest.mark.parametrize("ancho", [1280, 375])
def test_bajar_llenar_subir_confirmar_y_deshacer(
    ancho: int,
    page: Page,
    transactional_db: None,
    politica_cargada: Any,
    personas: Any,
    tmp_path: Path,
    revisar_axe: Axe,
    errores_de_pagina: list[str],
    captura: Callable[..., Path],
) -> None:
    page.set_viewport_size({"width": ancho, "height": 900})
    entrar(page, personas.analista)
    page.goto(reverse("admin:index"))
    page.get_by_role("link", name="Hojas de cálculo").click()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    captura(page, f"hojas-de-calculo-{ancho}")
    page.get_by_label("Indicadores").select_option(str(Indicador.objects.get(codigo="OP.01-I2").pk))
    page.get_by_label("Desde el año").fill("2019")
    page.get_by_label("Hasta el año").fill("2022")
    with page.expect_download() as bajada:
        page.get_by_role("button", name="Bajar la hoja").click()
    hoja = tmp_path / "llena.xlsx"
    bajada.value.save_as(hoja)
    llenar(hoja, "34,9")

    page.get_by_label("Archivo").set_input_files(hoja)
    page.get_by_role("button", name="Subir y comparar").click()
    expect(page.locator("ins").first).to_have_text("34,9")
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    captura(page, f"diferencia-de-una-hoja-{ancho}")
    page.get_by_role("button", name="Anotar 1 fila", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("aplicado")
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    assert Medicion.objects.filter(lote=Lote.objects.get(), etapa="borrador").count() == 1

    page.get_by_text("Deshacer el lote…").click()
    page.get_by_role("button", name="Deshacer el lote entero").click()
    expect(page.get_by_role("status")).to_contain_text("deshecho")
    assert Medicion.objects.get(lote=Lote.objects.get()).etapa == "descartada"

    llenar(hoja, "mucho")
    page.goto(reverse("admin:hojas"))
    page.get_by_label("Archivo").set_input_files(hoja)
    page.get_by_role("button", name="Subir y comparar").click()
    expect(page.get_by_role("cell", name="no es un número")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []


def llenar(hoja: Path, valor: str) -> None:
    """Escribe el valor en la primera fila que no lo tiene (o que lo tiene ya escrito por la prueba)."""
    libro = load_workbook(hoja)
    columna = next(i for i, c in enumerate(COLUMNAS, start=1) if c.campo == "valor")
    base = next(i for i, c in enumerate(COLUMNAS, start=1) if c.campo == "base")
    pestana = libro["Mediciones"]
    fila = next(n for n in range(2, pestana.max_row + 1) if pestana.cell(n, base).value == "0")
    pestana.cell(fila, columna).value = valor
    libro.save(hoja)
