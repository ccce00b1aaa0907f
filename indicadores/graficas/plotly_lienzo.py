"""El lienzo de la figura interactiva: ejes, medidas según el ancho y rótulos atados a sus datos."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any

from indicadores.formato import numero_json, redondear
from indicadores.graficas.composicion import Composicion
from indicadores.graficas.elementos import limpiar
from indicadores.graficas.etiquetas import INTERLINEA, Colocada
from indicadores.graficas.trazado import Trazado

Json = dict[str, Any]

_ANCLAJE = {"start": "left", "middle": "center", "end": "right"}
_TINTA_DE_ROTULO = {
    "oficial": "tinta",
    "repite": "tinta",
    "proyeccion": "tinta",
    "logro": "marca",
    "requerido": "marca",
    "base": "gris",
    "referencial": "gris",
}


def sin_etiquetas(texto: str) -> str:
    """Plotly entiende etiquetas HTML en sus textos: los nuestros no llevan ninguna."""
    return escape(limpiar(texto), quote=False)


def numero(valor: Decimal | Fraction | None, decimales: int = 4) -> int | float | None:
    """Exacto si es un valor publicado; redondeado si es una cuenta."""
    return numero_json(redondear(valor, decimales) if isinstance(valor, Fraction) else valor)


def rayas(trazado: Trazado) -> list[Json]:
    """La línea base como una raya fina hasta el final del horizonte."""
    if trazado.base is None:
        return []
    altura = numero(trazado.base.valor)
    return [
        {
            "type": "line",
            "layer": "below",
            "x0": f"{trazado.base.anio:04d}-12-31",
            "x1": f"{trazado.anio_final + 1:04d}-01-01",
            "y0": altura,
            "y1": altura,
            "line": {"width": 1},
        }
    ]


def eje_de_tiempo(dibujo: Composicion) -> Json:
    return {
        "type": "date",
        "range": [f"{dibujo.tiempo.inicio:04d}-01-01", f"{dibujo.tiempo.fin:04d}-01-01"],
        "ticklabelmode": "period",
        "tickformatstops": [
            {"dtickrange": [None, "M6"], "value": "%b %Y"},
            {"dtickrange": ["M6", None], "value": "%Y"},
        ],
        "showgrid": False,
        "ticks": "outside",
    }


def eje_de_valores(dibujo: Composicion, simbolo: str, decimales: int) -> Json:
    junto = simbolo if len(simbolo) <= 2 else ""
    return {
        "range": [float(dibujo.valores.minimo), float(dibujo.valores.maximo)],
        "tickformat": f",.{max(decimales, 0)}~f",
        "ticksuffix": f"\N{NO-BREAK SPACE}{sin_etiquetas(junto)}" if junto else "",
        "showticksuffix": "last",
        "zeroline": True,
        "ticks": "",
    }


def segun_ancho(dibujo: Composicion, notas: tuple[list[Json], list[str]]) -> Json:
    """Lo que depende del ancho disponible: tamaño, márgenes, rótulos y cuántos años caben."""
    medidas = dibujo.medidas
    return {
        "ancho": medidas.ancho,
        "alto": medidas.alto,
        "letra": medidas.letra,
        "margenes": {
            "l": round(dibujo.tiempo.izquierda),
            "r": medidas.derecha,
            "t": medidas.arriba,
            "b": medidas.abajo,
        },
        "marcas_x": len(dibujo.anios) + 1,
        "marcas_y": len(dibujo.marcas) + 1,
        "anotaciones": notas[0],
        "tintas": notas[1],
    }


def anotaciones(dibujo: Composicion) -> tuple[list[Json], list[str]]:
    """Los rótulos del SVG, atados a su dato, y la tinta de cada uno."""
    notas: list[Json] = []
    tintas: list[str] = []
    for colocada in dibujo.etiquetas:
        partes = _partes(colocada, dibujo.medidas.letra)
        notas += partes
        tintas += [_TINTA_DE_ROTULO[colocada.clase]] * len(partes)
    if dibujo.unidad:
        unidad = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 6}
        notas.append(
            {**unidad, "text": sin_etiquetas(dibujo.unidad), "showarrow": False, "font": {"size": dibujo.medidas.letra}}
        )
        tintas.append("gris")
    return notas, tintas


def _partes(colocada: Colocada, letra: float) -> list[Json]:
    """Una anotación para lo que va en negrita y otra para lo demás: ``<b>`` dentro del texto pondría un ``style``."""
    n = colocada.negritas
    grupos = [(0, colocada.lineas[:n], "bold"), (n, colocada.lineas[n:], "normal")]
    return [
        _anotacion(colocada, lineas, desde, grueso, letra, con_guia=desde == 0 or n == 0)
        for desde, lineas, grueso in grupos
        if lineas
    ]


def _anotacion(
    colocada: Colocada, lineas: Sequence[str], desde: int, grueso: str, letra: float, *, con_guia: bool
) -> Json:
    alto = letra * INTERLINEA
    dx = round(colocada.x - colocada.ancla.x, 1)
    dy = round(colocada.caja.y0 + (desde + len(lineas) / 2) * alto - colocada.ancla.y, 1)
    nota: Json = {
        "x": colocada.ancla.fecha,
        "y": colocada.ancla.valor,
        "text": "<br>".join(sin_etiquetas(linea) for linea in lineas),
        "xanchor": _ANCLAJE[colocada.alineacion],
        "yanchor": "middle",
        "align": _ANCLAJE[colocada.alineacion],
        "font": {"size": letra, "weight": grueso},
        "borderpad": 0,
    }
    if colocada.guia is None or not con_guia:
        return {**nota, "showarrow": False, "xshift": dx, "yshift": -dy}
    return {**nota, "showarrow": True, "arrowhead": 0, "arrowwidth": 0.75, "ax": dx, "ay": dy}
