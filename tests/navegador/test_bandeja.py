"""La bandeja, la puntualidad y el aviso de un lector en un navegador real: cumplen axe y caben en un teléfono."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from indicadores import acciones
from indicadores.models import ErrorSenalado, Indicador
from indicadores.permisos import Rol
from tests import fabricas
from tests.admin.conftest import ANTES
from tests.navegador.test_admin import entrar, revisar

Axe = Callable[..., list[str]]
Captura = Callable[..., Path]


@pytest.fixture
def indicador(transactional_db: None) -> Indicador:
    fabricas.AmbitoFactory()
    return fabricas.IndicadorFactory(
        codigo="OP.01-I2",
        nombre_corto="PPL sin sentencia",
        periodicidad="anual",
        dias_de_plazo=90,
        plazo_desde=date(2020, 1, 1),
        responsable=fabricas.EntidadFactory(sigla="INPE", nombre="Instituto Nacional Penitenciario"),
    )


@pytest.fixture
def analista(transactional_db: None) -> User:
    return fabricas.persona(Rol.ANALISTA, usuario="analista")


def cabe(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_la_bandeja_lleva_de_la_frase_al_formulario(
    page: Page, indicador: Indicador, analista: User, revisar_axe: Axe, errores_de_pagina: list[str], captura: Captura
) -> None:
    fabricas.borrador(indicador=indicador, periodo="2018", por=analista, ahora=ANTES)
    observada = fabricas.en_revision(indicador=indicador, periodo="2019", por=analista, ahora=ANTES)
    acciones.observar(observada, por=fabricas.persona(Rol.REVISOR), motivo="La tabla 3 dice otra cosa", ahora=ANTES)
    entrar(page, analista)
    expect(page.get_by_role("heading", name="Mi bandeja")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    captura(page, "bandeja")
    captura(page, "bandeja", ancho=375)
    assert cabe(page)
    page.get_by_role("link", name=re.compile(r"Registrar ?: OP.01-I2 PPL sin sentencia, 2020$")).click()
    expect(page.get_by_label("Periodo")).to_have_value("2020")


def test_la_puntualidad(page: Page, indicador: Indicador, revisar_axe: Axe, captura: Captura) -> None:
    fabricas.publicada(indicador=indicador, periodo="2020", ahora=ANTES)
    page.goto("/entidades/puntualidad/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("a tiempo")
    assert revisar_axe(page) == []
    captura(page, "puntualidad")
    captura(page, "puntualidad", ancho=375)
    assert cabe(page)
    assert revisar_axe(page) == []


def test_un_lector_senala_un_error(page: Page, indicador: Indicador, revisar_axe: Axe, captura: Captura) -> None:
    page.goto("/indicadores/OP.01-I2/")
    page.get_by_role("link", name="Reportar un error en esta cifra").click()
    assert revisar_axe(page) == []
    captura(page, "senalar", ancho=375)
    assert cabe(page)
    page.get_by_label("Qué está mal").fill("El valor de 2020 no coincide con el informe")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("heading", name="Gracias por avisar")).to_be_visible()
    assert revisar_axe(page) == []
    assert ErrorSenalado.objects.count() == 1
