"""Los avisos y los choques, en un navegador real: se leen, se marcan y cumplen axe en pantalla ancha y angosta."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from indicadores import acciones
from indicadores.permisos import Rol
from tests import fabricas
from tests.admin.conftest import ANTES, direccion
from tests.navegador.test_admin import entrar, revisar

Axe = Callable[..., list[str]]
Captura = Callable[..., object]


@pytest.mark.parametrize("ancho", [1280, 375])
def test_reconocer_avisos_y_publicar(
    transactional_db: None, page: Page, revisar_axe: Axe, errores_de_pagina: list[str], captura: Captura, ancho: int
) -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.publicada(indicador=indicador, periodo="2020-S1", valor=20, ahora=ANTES)
    medicion = fabricas.en_revision(indicador=indicador, periodo="2021-S1", valor=60, ahora=ANTES)
    page.set_viewport_size({"width": ancho, "height": 800})
    entrar(page, fabricas.persona(Rol.REVISOR, usuario="revisora"))
    page.goto(direccion("paso", medicion.pk, "publicar"))
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    captura(page, "avisos-al-publicar")
    page.get_by_role("button", name="Publicar").click()
    expect(page.get_by_text("Lea los avisos y marque la casilla de cada uno")).to_be_visible()
    page.get_by_label("Entiendo: cambia mucho más de lo que suele").check()
    page.get_by_label("Entiendo: es solo una parte del año").check()
    page.get_by_role("button", name="Publicar").click()
    expect(page.get_by_text("Publicada: ya se ve en el portal.")).to_be_visible()


def test_elegir_entre_lo_mio_y_lo_ajeno(
    transactional_db: None, page: Page, revisar_axe: Axe, errores_de_pagina: list[str]
) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    entrar(page, fabricas.persona(Rol.ANALISTA, usuario="analista"))
    page.goto(direccion("change", medicion.pk))
    acciones.modificar(
        medicion,
        por=fabricas.persona(Rol.ANALISTA, usuario="otra"),
        testigo=1,
        valor="36,5",
        notas="Ajena",
        ahora=ANTES,
    )
    page.get_by_label("Valor", exact=True).fill("35,2")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("otra cambió esta medición mientras usted la editaba")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    page.get_by_label("35,2").check()
    page.get_by_label("Ajena").check()
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("Cambios guardados.")).to_be_visible()
    medicion.refresh_from_db()
    assert (str(medicion.valor), medicion.notas) == ("35.2000", "Ajena")


def test_fijar_muestra_lo_que_reemplaza(
    transactional_db: None, page: Page, revisar_axe: Axe, errores_de_pagina: list[str]
) -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.logro(indicador, 30, ahora=ANTES)
    entrar(page, fabricas.persona(Rol.ADMINISTRADOR, usuario="jefa"))
    page.goto(f"{reverse('admin:indicadores_logroesperado_add')}?indicador={indicador.pk}&anio=2021")
    page.get_by_label("Valor", exact=True).fill("28")
    page.get_by_label("Motivo (obligatorio)").fill("La fija el PEM")
    page.get_by_role("button", name="Fijar").click()
    expect(page.get_by_role("heading", name="Lo que rige hoy y quedará sustituido")).to_be_visible()
    assert revisar(page, revisar_axe, errores_de_pagina) == []
    page.get_by_role("button", name="Fijar").click()
    expect(page.get_by_text("Quedó fijada la versión 2")).to_be_visible()
