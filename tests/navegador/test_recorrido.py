"""El recorrido que justifica el portal: una persona registra 34,9, otra lo publica y todos ven la misma cifra."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

CLAVE = "una-clave-de-prueba-larga"


@pytest.fixture
def ingresar(page: Page, personas: Any) -> Any:
    """``ingresar(persona)`` cierra la sesión que hubiera e ingresa por la página, como cualquiera."""

    def con(persona: Any) -> None:
        persona.set_password(CLAVE)
        persona.save()
        page.context.clear_cookies()
        page.goto("/admin/login/?next=/admin/")
        page.get_by_label("Nombre de usuario").fill(persona.get_username())
        page.get_by_label("Contraseña").fill(CLAVE)
        page.get_by_role("button", name="Iniciar sesión").click()
        expect(page.get_by_text(persona.get_username()).first).to_be_visible()

    return con


def elegir(page: Page, campo: str, texto: str) -> None:
    """Elige en una lista con búsqueda, con el teclado."""
    page.locator(f"#id_{campo} + .select2 .select2-selection").press("Enter")
    page.locator(".select2-search__field").fill(texto)
    page.locator(".select2-results__option--highlighted").filter(has_text=texto).wait_for()
    page.keyboard.press("Enter")


@pytest.mark.usefixtures("politica_cargada")
def test_de_la_analista_al_tablero(page: Page, personas: Any, ingresar: Any, captura: Any) -> None:
    page.goto("/?corte=2021-12-31")
    fila = page.locator("tr", has=page.get_by_role("link", name="Cumplimiento de ejecución de medidas en medio libre"))
    expect(fila.first).to_contain_text("sin dato de 2021")

    ingresar(personas.analista)
    page.goto("/admin/indicadores/medicion/add/")
    elegir(page, "indicador", "OP.04-I3")
    page.get_by_label("Periodo").fill("2021")
    page.get_by_label("Valor", exact=True).fill("34,9")
    expect(page.locator("aside.panel")).to_contain_text("77,6 %")
    captura(page, "registrar-una-medicion")
    elegir(page, "fuente", "reporte")
    page.get_by_role("button", name="Guardar y enviar a revisión").click()
    expect(page.get_by_text("En revisión").or_(page.get_by_text("en revisión")).first).to_be_visible()
    direccion = page.url if "/change/" in page.url else None

    page.goto("/?corte=2021-12-31")
    expect(fila.first).to_contain_text("sin dato de 2021")

    ingresar(personas.revisor)
    if direccion is None:
        page.goto("/admin/indicadores/medicion/?etapa=en_revision")
        page.get_by_role("link", name="OP.04-I3").first.click()
    else:
        page.goto(direccion)
    page.get_by_role("link", name="Publicar…").click()
    for aviso in page.locator("input[name=aviso]").all():
        aviso.check()
    page.get_by_role("button", name="Publicar").click()
    expect(page.get_by_text("publicada").first).to_be_visible()

    page.goto("/?corte=2021-12-31")
    expect(fila.first).to_contain_text("34,9 %")
    expect(fila.first).to_contain_text("77,6 %")
    expect(fila.first).to_contain_text("en riesgo")
    page.goto("/indicadores/OP.04-I3/?corte=2021-12-31")
    expect(page.locator("dl.cifras")).to_contain_text("77,6 %")
    expect(page.get_by_text("se repite").first).to_be_visible()
    respuesta = page.request.get("/api/v1/indicadores/OP.04-I3/?corte=2021-12-31").json()
    assert respuesta["ultima_medicion"]["valor"] == 34.9
    assert respuesta["ultima_medicion"]["periodo"] == "2021"
    assert respuesta["avance"] | {"motivo_tipo_ii": None} == {
        "anio": 2021,
        "tipo_i": 77.56,
        "tipo_ii": None,
        "semaforo": "amarillo",
        "parcial": False,
        "motivo": None,
        "motivo_tipo_ii": None,
    }
