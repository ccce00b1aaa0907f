"""La administración en un navegador real: cumple axe y la CSP, y muestra el avance mientras se escribe."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from indicadores.models import Indicador, Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.admin.conftest import ANTES, direccion

Axe = Callable[..., list[str]]
Captura = Callable[..., Path]


@pytest.fixture
def indicador(transactional_db: None) -> Indicador:
    """Descendente, de 37 % a 30 %, con un valor publicado de 2020."""
    fabricas.AmbitoFactory()
    indicador = fabricas.IndicadorFactory(
        codigo="OP.01-I2", nombre_corto="PPL sin sentencia", sentido=Indicador.Sentido.DESCENDENTE
    )
    fabricas.linea_base(indicador, 37, ahora=ANTES)
    fabricas.logro(indicador, 30, ahora=ANTES)
    fabricas.publicada(indicador=indicador, periodo="2020", valor=Decimal(37), ahora=ANTES)
    return indicador


@pytest.fixture
def analista(transactional_db: None) -> User:
    return fabricas.persona(Rol.ANALISTA, usuario="analista")


def entrar(page: Page, cuenta: User) -> None:
    page.goto(reverse("admin:login"))
    page.get_by_label("Nombre de usuario").fill(cuenta.username)
    page.get_by_label("Contraseña").fill(fabricas.CLAVE)
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(page.get_by_role("heading", name="Gestión de la información")).to_be_visible()


def revisar(page: Page, revisar_axe: Axe, errores: list[str]) -> list[str]:
    """Las infracciones de axe, sin contar los errores de consola que provoca él mismo al leer las hojas de estilo.

    axe copia cada ``@import`` (las hojas de Django los usan) en un ``<style>``, que nuestra CSP rechaza como debe.
    """
    antes = len(errores)
    infracciones = revisar_axe(page)
    page.wait_for_timeout(100)
    del errores[antes:]
    return infracciones


def elegir(page: Page, etiqueta: str, busqueda: str, opcion: str) -> None:
    """Busca en un campo de los que completan y elige una opción."""
    page.locator(f".campo-{etiqueta} .select2-selection").click()
    page.locator(".select2-search__field").fill(busqueda)
    page.get_by_role("option", name=opcion).click()


@pytest.mark.parametrize("esquema", ["light", "dark"])
def test_las_paginas_cumplen_axe_en_claro_y_en_oscuro(
    esquema: Any,
    new_context: Callable[..., BrowserContext],
    indicador: Indicador,
    analista: User,
    revisar_axe: Axe,
    errores_de_pagina: list[str],
) -> None:
    page = new_context(color_scheme=esquema).new_page()
    borrador = fabricas.borrador(indicador=indicador, periodo="2021", por=analista, ahora=ANTES)
    page.goto(reverse("admin:login"))
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    entrar(page, analista)
    publicada = Medicion.objects.get(etapa="publicada")
    for pagina in (
        reverse("admin:index"),
        direccion("changelist"),
        f"{direccion('add')}?indicador={indicador.pk}&periodo=2021-S1&valor=35",
        direccion("change", borrador.pk),
        direccion("change", publicada.pk),
        direccion("paso", borrador.pk, "descartar"),
        reverse("admin:indicadores_indicador_history", args=[indicador.pk]),
    ):
        page.goto(pagina)
        assert revisar(page, revisar_axe, errores_de_pagina) == [], pagina


def test_el_formulario_con_errores_cumple_axe(
    page: Page, indicador: Indicador, analista: User, revisar_axe: Axe, errores_de_pagina: list[str]
) -> None:
    entrar(page, analista)
    page.goto(f"{direccion('add')}?indicador={indicador.pk}")
    page.get_by_label("Valor", exact=True).fill("34,9,9")
    page.get_by_role("button", name="Guardar borrador").click()
    valor = page.get_by_label("Valor", exact=True)
    expect(valor).to_have_attribute("aria-invalid", "true")
    expect(valor).to_have_attribute("aria-describedby", re.compile("id_valor_error"))
    expect(page.locator("#id_valor_error")).to_contain_text("«34,9,9» no es un número")
    expect(valor).to_have_value("34,9,9")
    assert revisar(page, revisar_axe, errores_de_pagina) == []


def test_mientras_se_escribe_se_ve_el_avance_y_se_guarda_lo_escrito(
    page: Page, indicador: Indicador, analista: User, captura: Captura
) -> None:
    entrar(page, analista)
    page.goto(direccion("add"))
    panel = page.locator("[data-resultado]")
    expect(panel).to_have_attribute("aria-live", "polite")
    elegir(page, "indicador", "sentencia", "OP.01-I2 PPL sin sentencia")
    expect(panel).to_contain_text("Último valor publicado")
    expect(page.locator("[data-unidad]")).to_have_text("%")
    page.get_by_label("Periodo").fill("2021")
    page.get_by_label("Valor", exact=True).fill("35")
    expect(panel).to_contain_text("85,7")
    expect(panel).to_contain_text("28,6")
    expect(panel).to_contain_text("en riesgo")
    page.get_by_label("Valor", exact=True).fill("29,9,9")
    expect(panel).to_contain_text("«29,9,9» no es un número")
    page.get_by_label("Valor", exact=True).fill("29,9")
    expect(panel).to_contain_text("cumple")
    for ancho in (1280, 375):
        captura(page, "admin-registrar", ancho=ancho)
        assert page.evaluate("document.documentElement.scrollWidth") <= ancho
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("Guardada como borrador.")).to_be_visible()
    assert Medicion.objects.get(periodo="2021").valor == Decimal("29.9")


def test_sin_javascript_el_boton_calcula_lo_mismo(
    new_context: Callable[..., BrowserContext], indicador: Indicador, analista: User
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    entrar(page, analista)
    page.goto(f"{direccion('add')}?indicador={indicador.pk}&periodo=2021")
    page.get_by_label("Valor", exact=True).fill("35")
    page.get_by_role("button", name="Calcular el avance").click()
    expect(page.locator("[data-resultado]")).to_contain_text("85,7")
    expect(page.get_by_label("Valor", exact=True)).to_have_value("35")
    assert not Medicion.objects.filter(periodo="2021").exists()


def test_ninguna_pagina_infringe_la_csp(page: Page, indicador: Indicador, transactional_db: None) -> None:
    """Los errores de la consola, los de la CSP entre ellos, hacen fallar la prueba al terminar."""
    administra = fabricas.persona(Rol.ADMINISTRADOR, usuario="admin", superusuario=True)
    servicio = fabricas.ServicioFactory()
    norma = fabricas.NormaFactory()
    entrar(page, administra)
    for nombre, argumentos in (
        ("indicadores_medicion_changelist", []),
        ("indicadores_indicador_change", [indicador.pk]),
        ("indicadores_indicador_history", [indicador.pk]),
        ("indicadores_lineabase_add", []),
        ("servicios_servicio_change", [servicio.pk]),
        ("auth_user_change", [administra.pk]),
        ("auth_user_add", []),
        ("auth_user_password_change", [administra.pk]),
    ):
        page.goto(reverse(f"admin:{nombre}", args=argumentos))
    # El calendario de Django, y una fila más de una parte en línea con su campo que busca.
    page.goto(reverse("admin:objetivos_norma_change", args=[norma.pk]))
    page.locator(".datetimeshortcuts a").last.click()
    expect(page.locator(".calendarbox").first).to_be_visible()
    page.goto(reverse("admin:servicios_servicio_change", args=[servicio.pk]))
    page.locator("#participaciones-group .add-row a").click()
    page.locator("#participaciones-0 .select2-selection").first.click()
    expect(page.locator(".select2-results__option").first).to_be_visible()
