"""Una matriz del INPE subida en un navegador real: archivo, columnas, un nombre desconocido y la diferencia."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from indicadores.models import AliasDeAmbito, Lote
from tests.conftest import RAIZ
from tests.navegador.test_admin import elegir, entrar, revisar

Axe = Callable[..., list[str]]
HOJA = RAIZ / "tests" / "intercambio" / "datos" / "matriz_norte.csv"


@pytest.fixture
def hoja(settings: Any, tmp_path: Path) -> Path:
    """La hoja de la oficina Norte con un nombre que el portal no conoce."""
    settings.MEDIA_ROOT = tmp_path / "archivos"
    copia = tmp_path / "cuadro.csv"
    copia.write_bytes(HOJA.read_bytes().replace(b"E.P. DE CHICLAYO", b"E.P. PICSI"))
    return copia


@pytest.mark.parametrize("ancho", [1280, 375])
def test_de_la_hoja_a_la_diferencia(
    ancho: int,
    page: Page,
    transactional_db: None,
    politica_cargada: Any,
    personas: Any,
    hoja: Path,
    revisar_axe: Axe,
    errores_de_pagina: list[str],
    captura: Callable[..., Path],
) -> None:
    page.set_viewport_size({"width": ancho, "height": 900})
    entrar(page, personas.analista)
    page.goto(reverse("admin:hojas_matriz"))
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    page.get_by_label("Archivo").set_input_files(hoja)
    elegir(page, "indicador", "OP.01-I2", "OP.01-I2")
    elegir(page, "fuente", "anexos 04 y 06", "anexos 04 y 06")
    page.get_by_label("Periodo").fill("2026-01")
    page.get_by_label("Carácter").select_option("referencial")
    page.get_by_role("button", name="Subir y ver sus columnas").click()

    expect(page.get_by_text("12 filas con datos y 5 columnas con cantidades")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    captura(page, "matriz-columnas", ancho)
    papeles = {"B": "suma a los dos", "C": "suma a los dos", "F": "total que comprueba el denominador"}
    for columna, papel in papeles.items():
        page.get_by_label(f"Para qué sirve: de la columna {columna},").select_option(papel)
    for columna in "DE":
        page.get_by_label(f"Para qué sirve: de la columna {columna},").select_option("suma al denominador")
    page.get_by_role("button", name="Comparar con lo que hay").click()

    dudoso = page.get_by_label("Fila 7, E.P. PICSI")
    expect(page.get_by_text("Elija qué lugar es «E.P. PICSI»")).to_be_visible()
    expect(page.get_by_label("Para qué sirve: de la columna B,")).to_have_value("nd")
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    dudoso.select_option("E.P. de Chiclayo")
    page.get_by_role("button", name="Comparar con lo que hay").click()

    expect(page.get_by_text("Se comparan las cifras de ambos sexos, hombres y mujeres.")).to_be_visible()
    lote = Lote.objects.get()
    assert (lote.estado, lote.resumen["cuenta"]["igual"]) == (Lote.Estado.POR_CONFIRMAR, 33)
    assert AliasDeAmbito.objects.get().ambito.codigo == "EP04"
    assert revisar(page, revisar_axe, errores_de_pagina) == []
