"""La documentación de la API se dibuja sin infringir la CSP y sin pedir nada a otro servidor."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect


def test_la_documentacion_se_dibuja_sin_salir_del_servidor(live_server: Any, page: Page) -> None:
    pedidos: list[str] = []
    page.on("request", lambda pedido: pedidos.append(pedido.url))
    page.goto(f"{live_server.url}/api/v1/docs/")

    expect(page.get_by_role("heading", name="API de la Política Nacional Penitenciaria al 2030")).to_be_visible()
    operacion = page.locator("#operations-indicadores-indicadores")
    operacion.locator(".opblock-summary-control").click()
    expect(operacion.get_by_text("La luz del avance en el año del corte.")).to_be_visible()
    operacion.get_by_role("button", name="Try it out").click()
    operacion.get_by_role("button", name="Execute").click()
    expect(operacion.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
    page.wait_for_load_state("networkidle")

    ajenos = [
        url
        for url in pedidos
        if not url.startswith("data:") and urlsplit(url).netloc != urlsplit(live_server.url).netloc
    ]
    assert not ajenos
