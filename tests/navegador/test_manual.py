"""El recorrido del manual del analista, de punta a punta y en un navegador; de paso, sus fotos.

``MANUAL=1 pytest tests/navegador/test_manual.py`` vuelve a escribir ``docs/img/manual/*.png``. Sin esa variable se da
el mismo recorrido y se comprueba que manual, fotos y recorrido nombran lo mismo. El reloj es el de la prueba: las fotos
no cambian con el día en que se toman.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from indicadores import acciones
from indicadores.models import Indicador, Lote, Medicion
from tests import archivos, fabricas
from tests.navegador import manual
from tests.navegador.test_admin import elegir

CODIGO = "OP.04-I3"
PESO_MAXIMO, PESO_DE_TODAS = 120 * 1024, 2 * 1024 * 1024

Foto = Callable[..., None]


class Reloj:
    """Ocupa el lugar de ``timezone.now``: da la hora que se le puso, unos milisegundos más tarde cada vez."""

    def __init__(self) -> None:
        self.el(3)

    def el(self, dia: int, hora: int = 10) -> None:
        """Las ``hora`` en Lima de ese día de marzo de 2026."""
        self._desde, self._veces = datetime(2026, 3, dia, hora + 5, tzinfo=UTC), count(1)

    def __call__(self) -> datetime:
        return self._desde + timedelta(milliseconds=next(self._veces))


@pytest.fixture
def reloj(monkeypatch: pytest.MonkeyPatch) -> Reloj:
    nuevo = Reloj()
    monkeypatch.setattr(timezone, "now", nuevo)
    return nuevo


@pytest.fixture(autouse=True)
def _portal(settings: Any, tmp_path: Path, transactional_db: None, politica_cargada: Any, reloj: Reloj) -> None:
    """La política real, con plazo para un indicador, y los archivos en una carpeta de la prueba."""
    settings.MEDIA_ROOT = tmp_path / "archivos"
    Indicador.objects.filter(codigo=CODIGO).update(dias_de_plazo=65, plazo_desde=date(2025, 1, 1), periodicidad="anual")


@pytest.fixture
def ingresar(page: Page) -> Callable[[User], None]:
    def con(persona: User) -> None:
        page.set_viewport_size({"width": manual.ANCHO, "height": 800})
        page.context.clear_cookies()
        page.goto("/admin/login/?next=/admin/")
        page.get_by_label("Nombre de usuario").fill(persona.username)
        page.get_by_label("Contraseña").fill(fabricas.CLAVE)
        page.get_by_role("button", name="Iniciar sesión").click()
        expect(page.get_by_role("heading", name="Mi bandeja")).to_be_visible()

    return con


@pytest.fixture
def foto(page: Page) -> Foto:
    def tomar(nombre: str, desde: Locator | str, hasta: Locator | str | None = None) -> None:
        uno = page.locator(desde) if isinstance(desde, str) else desde
        otro = page.locator(hasta) if isinstance(hasta, str) else hasta
        manual.fotografiar(page, nombre, uno, otro)

    return tomar


def boton(page: Page, nombre: str) -> Locator:
    return page.get_by_role("button", name=nombre, exact=True)


def dice(page: Page, texto: str) -> None:
    """La página muestra ese mensaje."""
    expect(page.get_by_text(texto).first).to_be_visible()


def abrir(page: Page, medicion: Medicion) -> None:
    page.goto(f"/admin/indicadores/medicion/{medicion.pk}/change/")


def publicar(page: Page) -> None:
    """Reconoce los avisos que haya y publica."""
    for casilla in page.locator(".acuse input").all():
        casilla.check()
    boton(page, "Publicar").click()
    dice(page, "Publicada: ya se ve en el portal.")


def test_el_ciclo_de_una_cifra(page: Page, personas: Any, ingresar: Any, foto: Foto, reloj: Reloj) -> None:
    page.set_viewport_size({"width": manual.ANCHO, "height": 800})
    page.goto("/admin/login/")
    foto("entrar", "#header", "#content")
    ingresar(personas.analista)
    foto("bandeja", "#content h1", ".bandeja .etapas")

    # Registrar
    page.get_by_role("link", name=re.compile(f"Registrar: {CODIGO}.*2025")).click()
    expect(page.get_by_label("Periodo")).to_have_value("2025")
    page.get_by_label("Valor", exact=True).fill("34,9")
    expect(page.locator("[data-resultado]")).to_contain_text("34,9")
    foto("registrar", "form.ficha-form", "form.ficha-form")
    page.get_by_label("Valor", exact=True).fill("34,9,9")
    boton(page, "Guardar borrador").click()
    expect(page.locator("#id_valor_error")).to_contain_text("«34,9,9» no es un número")
    foto("registrar-error", ".errornote", ".campo-valor")
    page.get_by_label("Valor", exact=True).fill("34,9")
    elegir(page, "fuente", "reporte", "eporte")
    boton(page, "Guardar borrador").click()
    dice(page, "Guardada como borrador.")
    medicion = Medicion.objects.get(indicador__codigo=CODIGO, periodo="2025")

    # Evidencia y comentario
    acta = {"name": "acta-medio-libre-2025.pdf", "mimeType": "application/pdf", "buffer": archivos.pdf()}
    page.locator("#evidencia_archivo").set_input_files(acta)  # type: ignore[arg-type]
    boton(page, "Adjuntar evidencia").click()
    dice(page, "Evidencia guardada.")
    page.get_by_label("Nuevo comentario").fill("El acta confirma el valor en su página 2.")
    boton(page, "Comentar").click()
    dice(page, "Comentario agregado.")
    foto("expediente", "#expediente")

    # Enviar
    boton(page, "Guardar y enviar a revisión").click()
    expect(page.locator(".encabezado")).to_contain_text("en revisión")
    foto("enviada", ".messagelist", ".pasos")
    page.goto(f"/cifra/{medicion.pk}/")
    dice(page, "404")


