"""Cada página pública, sacada del resolvedor: accesible en claro y oscuro, con letra doble, con teclado y sin guiones.

Una página nueva entra sola (véase ``tests/recorrido.py``). Lo propio de cada una se prueba en su módulo.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from tests.recorrido import VARIANTES, paginas_publicas

pytestmark = pytest.mark.usefixtures("politica_cargada")

DESBORDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Lo que un lector de pantalla usa para orientarse, contado en la página.
ESTRUCTURA = """() => ({
  h1: document.querySelectorAll("h1").length,
  main: document.querySelectorAll("main").length,
  titulo: document.title,
  idioma: document.documentElement.lang,
  saltos: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((h) => Number(h.tagName[1])),
  tablasSinNombre: [...document.querySelectorAll("table")].filter(
    (t) => !t.caption && !t.getAttribute("aria-label") && !t.getAttribute("aria-labelledby")).length,
  celdasDeCabezaSinAlcance: document.querySelectorAll("th:not([scope])").length,
  dibujosMudos: [...document.querySelectorAll("svg")].filter(
    (s) => s.getAttribute("aria-hidden") !== "true" && !s.closest("[aria-hidden=true]")
      && !s.getAttribute("aria-label") && !s.getAttribute("aria-labelledby")).length,
})"""
#: El elemento con el foco: qué es, si se ve que lo tiene y si está dentro de la página.
ENFOCADO = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const estilo = getComputedStyle(e);
  const caja = e.getBoundingClientRect();
  const anillo = (estilo.outlineStyle !== "none" && parseFloat(estilo.outlineWidth) > 0) || estilo.boxShadow !== "none";
  const camino = [];
  for (let n = e; n && n !== document.body; n = n.parentElement)
    camino.unshift(n.tagName + ":" + [...(n.parentElement?.children ?? [])].indexOf(n));
  return {quien: camino.join(">"), texto: (e.innerText || e.ariaLabel || e.name || e.tagName).trim().slice(0, 60),
          anillo, visible: caja.width > 0 && caja.height > 0};
}"""
#: Lo que se puede enfocar con Tab, según la página: los radios del mismo nombre cuentan como uno.
ENFOCABLES = """() => {
  const vistos = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((e) => {
    if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({visibilityProperty: true})) return false;
    if (e.type !== "radio") return true;
    if (vistos.has(e.name)) return false;
    return vistos.add(e.name);
  }).length;
}"""

#: Lo escrito en la página, menos sus botones: copiar o explorar una gráfica es una comodidad que pide JavaScript.
TEXTO = """() => {
  const pagina = document.querySelector("main");
  for (const boton of pagina.querySelectorAll("button")) boton.remove();
  return pagina.innerText;
}"""


@pytest.fixture
def paginas() -> list[str]:
    halladas = [*paginas_publicas(Client()), *VARIANTES]
    assert len(halladas) > 25
    return halladas


@pytest.mark.parametrize("esquema", ["light", "dark"])
def test_cero_infracciones_de_axe(
    new_context: Callable[..., BrowserContext],
    revisar_axe: Callable[..., list[str]],
    paginas: list[str],
    esquema: Any,
) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}, color_scheme=esquema).new_page()
    quejas = []
    for ruta in paginas:
        page.goto(ruta)
        quejas += [f"{ruta}: {queja}" for queja in revisar_axe(page)]
    assert quejas == [], "\n".join(quejas)


@pytest.mark.parametrize(("ancho", "letra"), [(320, "100%"), (1280, "200%"), (375, "200%")])
def test_nada_se_sale_de_la_pantalla(
    new_context: Callable[..., BrowserContext], paginas: list[str], ancho: int, letra: str
) -> None:
    """A 320 px (una pantalla de 1280 al 400 %) y con la letra al doble no hay que mover la página de lado."""
    page = new_context(viewport={"width": ancho, "height": 800}).new_page()
    sobran = {}
    for ruta in paginas:
        page.goto(ruta)
        page.evaluate("letra => document.documentElement.style.fontSize = letra", letra)
        if (sobra := page.evaluate(DESBORDE)) > 1:  # un píxel es redondeo de la letra doble
            sobran[ruta] = sobra
    assert sobran == {}


def test_un_lector_de_pantalla_se_orienta(page: Page, paginas: list[str]) -> None:
    faltas, titulos = [], {}
    for ruta in paginas:
        page.goto(ruta)
        es = page.evaluate(ESTRUCTURA)
        saltos = [(a, b) for a, b in zip(es["saltos"], es["saltos"][1:], strict=False) if b > a + 1]
        for falta, hay in {
            "sin un único h1": es["h1"] != 1,
            "sin un único main": es["main"] != 1,
            "sin idioma": not es["idioma"].startswith("es"),
            f"salta de nivel de título {saltos}": bool(saltos) or es["saltos"][:1] != [1],
            "tabla sin nombre": es["tablasSinNombre"],
            "celda de cabeza sin alcance": es["celdasDeCabezaSinAlcance"],
            "dibujo sin texto": es["dibujosMudos"],
        }.items():
            if hay:
                faltas.append(f"{ruta}: {falta}")
        if "?" not in ruta and (antes := titulos.setdefault(es["titulo"], ruta)) != ruta:
            faltas.append(f"{ruta}: lleva el mismo título que {antes}: «{es['titulo']}»")
    assert faltas == [], "\n".join(faltas)


def test_con_el_teclado_se_llega_a_todo_y_se_ve_donde_se_esta(page: Page, paginas: list[str]) -> None:
    faltas = []
    for ruta in paginas:
        page.goto(ruta)
        esperados, vistos = page.evaluate(ENFOCABLES), set()
        # Un campo de fecha gasta un Tab por cada una de sus partes sin dejar de ser el mismo elemento.
        for _ in range(esperados + 6 * page.locator("input[type=date]").count()):
            page.keyboard.press("Tab")
            foco = page.evaluate(ENFOCADO)
            if foco is None or foco["quien"] in vistos:
                continue
            vistos.add(foco["quien"])
            if not (foco["anillo"] and foco["visible"]):
                faltas.append(f"{ruta}: no se ve el foco en «{foco['texto']}»")
        if len(vistos) < esperados:
            faltas.append(f"{ruta}: Tab llega a {len(vistos)} de {esperados}")
    assert faltas == [], "\n".join(faltas)


def test_sin_javascript_se_lee_lo_mismo(new_context: Callable[..., BrowserContext], paginas: list[str]) -> None:
    con, sin = new_context().new_page(), new_context(java_script_enabled=False).new_page()
    faltan = []
    for ruta in paginas:
        con.goto(ruta)
        sin.goto(ruta)
        palabras = [set(pagina.evaluate(TEXTO).split()) for pagina in (con, sin)]
        if solo_con := palabras[0] - palabras[1]:
            faltan.append(f"{ruta}: {sorted(solo_con)[:20]}")
    assert faltan == [], "\n".join(faltan)


def test_con_colores_forzados_no_se_pierde_nada(
    new_context: Callable[..., BrowserContext], revisar_axe: Callable[..., list[str]]
) -> None:
    """Alto contraste de Windows: cada estado sigue diciéndose con su palabra y su forma tiene borde."""
    page = new_context(forced_colors="active", viewport={"width": 1280, "height": 900}).new_page()
    for ruta in ("/?corte=2021-12-31", "/indicadores/OP.01-I2/?corte=2021-12-31", "/servicios/", "/datos/"):
        page.goto(ruta)
        assert revisar_axe(page) == [], ruta
        assert page.evaluate(DESBORDE) <= 0, ruta
