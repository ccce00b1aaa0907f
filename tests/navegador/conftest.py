"""Pruebas en un navegador real: el Chromium del sistema, sin descargas.

Toda página abierta con ``page``, ``context`` o ``new_context`` vigila sus errores: si los hay, la prueba falla al
terminar, salvo que ella misma los examine y vacíe ``errores_de_pagina``.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebError
from pytest_django.live_server_helper import LiveServer

from tests.conftest import EN_CI, RAIZ

CAPTURAS = RAIZ / "var" / "capturas"

#: Sin GPU ni aislamiento (las pruebas corren también como root) y sin una sola conexión que no sea nuestra.
ARGUMENTOS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

#: La consola ya cuenta las infracciones de la CSP como errores, pero calla las de `report-only`.
VIGILAR_CSP = """
document.addEventListener("securitypolicyviolation", (e) => {
  const donde = `${e.sourceFile}:${e.lineNumber}`;
  console.error(`CSP: ${e.effectiveDirective} impide ${e.blockedURI || "código en línea"} (${donde})`);
});
"""


def chromium() -> str | None:
    """La ruta del navegador: la de la variable ``CHROMIUM`` o la primera que haya en el sistema."""
    candidatos = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((ruta for nombre in candidatos if nombre and (ruta := shutil.which(nombre))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navegador)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    ruta = chromium()
    if ruta is None:
        aviso = "no hay Chromium: instálelo o indique su ruta en la variable CHROMIUM"
        pytest.fail(aviso) if EN_CI else pytest.skip(aviso)
    return {**browser_type_launch_args, "executable_path": ruta, "args": ARGUMENTOS}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """El portal servido de verdad: ``page.goto("/indicadores/")`` va a él."""
    return str(live_server.url)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "es-PE", "timezone_id": "America/Lima", "reduced_motion": "reduce"}


@pytest.fixture
def errores_de_pagina() -> Iterator[list[str]]:
    """Lo que se quejaron las páginas: consola, excepciones y CSP. Debe quedar vacía."""
    errores: list[str] = []
    yield errores
    assert not errores, "La página tuvo errores:\n" + "\n".join(errores)


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], errores_de_pagina: list[str]
) -> Callable[..., BrowserContext]:
    def anotar_consola(mensaje: ConsoleMessage) -> None:
        if mensaje.type == "error":
            errores_de_pagina.append(f"consola: {mensaje.text} ({mensaje.location.get('url', '')})")

    def anotar_excepcion(error: WebError) -> None:
        errores_de_pagina.append(f"excepción: {error.error}")

    def contexto_vigilado(**opciones: Any) -> BrowserContext:
        contexto = new_context(**opciones)
        contexto.on("console", anotar_consola)
        contexto.on("weberror", anotar_excepcion)
        contexto.add_init_script(VIGILAR_CSP)
        return contexto

    return contexto_vigilado


@pytest.fixture(scope="session")
def revisar_axe() -> Callable[..., list[str]]:
    """``revisar_axe(page)`` → una línea por elemento que infringe una regla de accesibilidad; vacía si todo está bien.

    axe-core viaja dentro de su paquete y se inyecta por el protocolo del navegador: ni red ni excepción en la CSP.
    """
    axe = Axe()

    def revisar(page: Page, contexto: Any = None) -> list[str]:
        # Sin `preload`: para leer cada @import, axe lo escribiría en línea, y la CSP lo impide.
        infracciones = axe.run(page, context=contexto, options={"preload": False}).response["violations"]
        return [
            f"{regla['id']} ({regla['impact']}): {nodo['target']} — {regla['help']}"
            for regla in infracciones
            for nodo in regla["nodes"]
        ]

    return revisar


@pytest.fixture(scope="session")
def captura() -> Callable[..., Path]:
    """``captura(page, "portada", ancho=360)`` guarda la página entera en ``var/capturas/portada-360.png``."""

    def guardar(page: Page, nombre: str, ancho: int | None = None) -> Path:
        vista = page.viewport_size or {"width": 1280, "height": 720}
        if ancho is not None:
            page.set_viewport_size({"width": ancho, "height": vista["height"]})
        CAPTURAS.mkdir(parents=True, exist_ok=True)
        destino = CAPTURAS / f"{nombre}-{ancho or vista['width']}.png"
        page.screenshot(path=destino, full_page=True)
        return destino

    return guardar
