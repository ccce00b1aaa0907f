"""El segundo factor en un navegador: ponerlo leyendo la pantalla, entrar con él, con teclado y hasta en 320 px."""

from base64 import b32decode
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import BrowserContext, expect

from indicadores.acciones.cuentas import direccion_del_enlace
from indicadores.acciones.factor import CUANTOS_DE_REPUESTO
from indicadores.permisos import Rol
from tests import fabricas
from tests.navegador.test_admin import Axe, Captura, revisar
from tests.seguridad.conftest import codigo_de

pytestmark = pytest.mark.navegador

DESBORDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def analista(transactional_db: None) -> User:
    return fabricas.persona(Rol.ANALISTA, usuario="analista")


@pytest.mark.parametrize(("esquema", "ancho"), [("light", 375), ("dark", 1280), ("light", 320)])
def test_se_pone_y_se_entra_con_el(
    esquema: Any,
    ancho: int,
    new_context: Callable[..., BrowserContext],
    analista: User,
    settings: Any,
    revisar_axe: Axe,
    errores_de_pagina: list[str],
    captura: Captura,
) -> None:
    settings.EXIGIR_SEGUNDO_FACTOR = True
    page = new_context(color_scheme=esquema, viewport={"width": ancho, "height": 900}).new_page()

    def bien(nombre: str) -> None:
        assert revisar(page, revisar_axe, errores_de_pagina) == [], nombre
        assert page.evaluate(DESBORDE) <= 0, nombre
        if (esquema, ancho) == ("light", 375):
            captura(page, nombre, ancho=ancho)

    def dar_clave() -> None:
        page.goto(reverse("admin:login"))
        page.get_by_label("Nombre de usuario").fill("analista")
        page.get_by_label("Contraseña").fill(fabricas.CLAVE)
        page.keyboard.press("Enter")

    dar_clave()
    expect(page.get_by_role("heading", name="Ponga su segundo factor")).to_be_visible()
    expect(page.get_by_role("img", name="Código QR")).to_be_visible()
    bien("segundo-factor-poner")
    llave = page.locator(".llave code").inner_text().replace(" ", "")
    page.get_by_label("Código que muestra la aplicación").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Código que muestra la aplicación")).to_have_attribute("aria-invalid", "true")
    bien("segundo-factor-error")
    hexadecimal = b32decode(llave).hex()
    page.get_by_label("Código que muestra la aplicación").fill(codigo_de(hexadecimal))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Segundo factor puesto")).to_be_visible()
    expect(page.locator(".repuestos li")).to_have_count(CUANTOS_DE_REPUESTO)
    bien("segundo-factor-repuestos")
    repuesto = page.locator(".repuestos li").first.inner_text()
    page.get_by_role("link", name="Ya los guardé").click()
    expect(page.get_by_role("heading", name="Gestión de la información")).to_be_visible()
    page.get_by_role("link", name="Segundo factor").click()
    expect(page.get_by_text("Le quedan 10 de 10")).to_be_visible()
    bien("segundo-factor-puesto")

    page.context.clear_cookies()
    TOTPDevice.objects.update(last_t=-1)
    dar_clave()
    codigo = page.get_by_label("Código", exact=False)
    expect(codigo).to_be_focused()
    bien("segundo-factor-entrar")
    codigo.fill(repuesto)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gestión de la información")).to_be_visible()


def test_las_paginas_de_la_clave_cumplen_axe(
    new_context: Callable[..., BrowserContext],
    analista: User,
    settings: Any,
    revisar_axe: Axe,
    errores_de_pagina: list[str],
) -> None:
    settings.DIRECCION_PUBLICA = ""
    page = new_context(viewport={"width": 375, "height": 900}).new_page()
    rutas = [reverse("admin:clave_olvidada"), direccion_del_enlace(analista, "/"), "/admin/clave-nueva/MQ/no-es/"]
    for ruta in rutas:
        page.goto(ruta)
        assert revisar(page, revisar_axe, errores_de_pagina) == [], ruta
        assert page.evaluate(DESBORDE) <= 0, ruta
