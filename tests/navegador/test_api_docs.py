"""La referencia de la API: dice lo que dice el esquema, sin JavaScript y sin pedir nada a otro servidor."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect


@pytest.mark.usefixtures("politica_cargada")
def test_la_referencia_dice_lo_que_dice_el_esquema(live_server: Any, page: Page) -> None:
    pedidos: list[str] = []
    page.on("request", lambda pedido: pedidos.append(pedido.url))
    page.goto(f"{live_server.url}/api/v1/docs/")

    esquema = page.request.get(f"{live_server.url}/api/v1/esquema/").json()
    rutas = [ruta for ruta, metodos in esquema["paths"].items() if "get" in metodos]
    titulos = page.locator("h3 > code").all_inner_texts()
    assert [titulo.removeprefix("GET ") for titulo in titulos if titulo.startswith("GET ")] == sorted(
        rutas, key=lambda ruta: titulos.index(f"GET {ruta}")
    )
    con_campos = {nombre for nombre, uno in esquema["components"]["schemas"].items() if uno.get("properties")}
    assert con_campos == {titulo for titulo in titulos if not titulo.startswith("GET ")}
    fila = page.get_by_role("table", name="Campos de Medicion", exact=True).get_by_role("row", name="se_repite")
    expect(fila).to_contain_text(esquema["components"]["schemas"]["Medicion"]["properties"]["se_repite"]["description"])
    ajenos = [url for url in pedidos if urlsplit(url).netloc != urlsplit(live_server.url).netloc]
    assert not ajenos


@pytest.mark.usefixtures("politica_cargada")
def test_todo_enlace_de_la_referencia_lleva_a_algo(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/api/v1/docs/")
    anclas = page.eval_on_selector_all("main a[href^='#']", "enlaces => enlaces.map((e) => e.hash.slice(1))")
    assert anclas
    assert [ancla for ancla in anclas if page.locator(f"[id='{ancla}']").count() != 1] == []
    probar = page.eval_on_selector_all("main a[href^='/api/']", "enlaces => enlaces.map((e) => e.pathname)")
    assert len(probar) > 10
    assert {ruta: page.request.get(live_server.url + ruta).status for ruta in probar} == dict.fromkeys(probar, 200)


def test_se_lee_sin_javascript(live_server: Any, new_context: Any) -> None:
    contexto: BrowserContext = new_context(java_script_enabled=False)
    page = contexto.new_page()
    page.goto(f"{live_server.url}/api/v1/docs/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Referencia de la API")
    expect(page.get_by_role("heading", name="GET /api/v1/mediciones/", exact=True)).to_be_visible()
