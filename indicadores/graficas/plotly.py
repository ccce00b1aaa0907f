"""La misma gráfica como figura de Plotly, para explorarla; solo datos de JSON, sin el paquete ``plotly``.

No lleva colores: ``layout.meta.tintas`` nombra el de cada trazo (``tinta``, ``gris``, ``marca``) y
``static/js/grafica.js`` pone el del esquema vigente. ``layout.meta.ancha`` y
``layout.meta.estrecha`` traen lo que cambia con el ancho.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any

from indicadores.calculo.tipos import Caracter, Dato, Evaluacion
from indicadores.formato import escribir_valor, numero_json, redondear
from indicadores.graficas.composicion import Composicion, componer
from indicadores.graficas.elementos import limpiar
from indicadores.graficas.etiquetas import INTERLINEA, Colocada
from indicadores.graficas.frase import frase_de_serie
from indicadores.graficas.trazado import Punto, Trazado, trazar

Json = dict[str, Any]

_ANCLAJE = {"start": "left", "middle": "center", "end": "right"}
_TINTA_DE_ROTULO = {
    "oficial": "tinta",
    "repite": "tinta",
    "proyeccion": "tinta",
    "logro": "marca",
    "base": "gris",
    "referencial": "gris",
}
_AL_PASAR = "%{customdata[0]}: %{customdata[1]}<br>%{customdata[2]}<extra></extra>"


def figura(
    nombre: str,
    simbolo: str,
    decimales: int,
    evaluacion: Evaluacion,
    datos: Sequence[Dato],
    *,
    anio_final: int = 2030,
) -> Json:
    """``{"data": […], "layout": {…}}``; vacía si hay menos de dos cosas que comparar."""
    trazado = trazar(evaluacion, datos, anio_final=anio_final)
    if trazado.cuantos < 2:
        return {}
    ancha, estrecha = (componer(trazado, simbolo, decimales, estrecha=estrecha) for estrecha in (False, True))
    con_tinta = [
        *_referencial(trazado, simbolo, decimales),
        *_logros(trazado, simbolo, decimales),
        *_proyeccion(trazado, simbolo, decimales),
        *_base_suelta(trazado, simbolo, decimales),
        *_oficial(trazado, simbolo, decimales),
    ]
    formas = _formas(trazado)
    notas = _anotaciones(ancha)
    layout: Json = {
        "separators": ",.",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom",
        "xaxis": _eje_de_tiempo(ancha),
        "yaxis": _eje_de_valores(ancha, simbolo, decimales),
        "shapes": formas,
        "meta": {
            "nombre": limpiar(nombre),
            "frase": limpiar(frase_de_serie(simbolo, decimales, evaluacion, datos, anio_final=anio_final)),
            "tintas": {"trazas": [tinta for tinta, _ in con_tinta], "formas": ["gris"] * len(formas)},
            "ancha": _segun_ancho(ancha, notas),
            "estrecha": _segun_ancho(estrecha, _anotaciones(estrecha)),
        },
    }
    return {"data": [traza for _, traza in con_tinta], "layout": layout}


def _texto(texto: str) -> str:
    """Plotly entiende etiquetas HTML en sus textos: los nuestros no llevan ninguna."""
    return escape(limpiar(texto), quote=False)


def _numero(valor: Decimal | Fraction | None, decimales: int = 4) -> int | float | None:
    """Exacto si es un valor publicado; redondeado si es una cuenta."""
    return numero_json(redondear(valor, decimales) if isinstance(valor, Fraction) else valor)


def _traza(nombre: str, **lo_demas: Any) -> Json:
    return {"type": "scatter", "name": nombre, "hovertemplate": _AL_PASAR, "cliponaxis": False, **lo_demas}


def _dicho(periodo: str, valor: Decimal | Fraction | None, detalle: str, simbolo: str, decimales: int) -> list[str]:
    escrito = "" if valor is None else escribir_valor(valor, simbolo, decimales)
    return [_texto(periodo), _texto(escrito), _texto(detalle)]


def _de_punto(punto: Punto, simbolo: str, decimales: int) -> list[str]:
    detalle = punto.condicion
    if punto.dato.numerador is not None and punto.dato.denominador is not None:
        numerador, denominador = (escribir_valor(n, "", 0) for n in (punto.dato.numerador, punto.dato.denominador))
        detalle += f" · {numerador} de {denominador}"
    dicho = _dicho(punto.periodo, punto.valor, detalle, simbolo, decimales)
    if punto.dato.fuente is not None:
        dicho[2] += f"<br>{_texto(punto.dato.fuente.nombre)}"
    return dicho


def _serie(puntos: Sequence[Punto], simbolo: str, decimales: int) -> Json:
    return {
        "x": [punto.dato.periodo.fin.isoformat() for punto in puntos],
        "y": [_numero(punto.valor) for punto in puntos],
        "customdata": [_de_punto(punto, simbolo, decimales) for punto in puntos],
    }


def _referencial(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    if not trazado.referenciales:
        return []
    traza = _traza(
        "Referencial",
        **_serie(trazado.referenciales, simbolo, decimales),
        mode="lines+markers",
        line={"dash": "dot", "width": 1.5},
        marker={"size": 9, "symbol": "circle-open", "line": {"width": 1.75}},
        meta={"caracter": Caracter.REFERENCIAL.value},
    )
    return [("gris", traza)]


def _oficial(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    """La serie oficial; la línea base la abre si es anterior a toda medición."""
    serie = _serie(trazado.oficiales, simbolo, decimales)
    simbolos = ["circle-open-dot" if punto.parcial else "circle" for punto in trazado.oficiales]
    if trazado.base is not None and trazado.base_abre_la_serie:
        base = _punto_de_base(trazado, simbolo, decimales)
        serie = {clave: [*base[clave], *serie[clave]] for clave in serie}
        simbolos.insert(0, "square-open")
    if not simbolos:
        return []
    traza = _traza(
        "Oficial",
        **serie,
        mode="lines+markers",
        line={"width": 2},
        marker={"size": 9, "symbol": simbolos, "line": {"width": 1.75}},
        meta={"caracter": Caracter.OFICIAL.value},
    )
    return [("tinta", traza)]


def _punto_de_base(trazado: Trazado, simbolo: str, decimales: int) -> Json:
    base = trazado.base
    if base is None:
        return {"x": [], "y": [], "customdata": []}
    detalle = base.fuente.nombre if base.fuente is not None else "valor de partida"
    return {
        "x": [f"{base.anio:04d}-12-31"],
        "y": [_numero(base.valor)],
        "customdata": [_dicho(f"línea base {base.anio}", base.valor, detalle, simbolo, decimales)],
    }


def _base_suelta(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    """La línea base cuando no abre la serie: un cuadro sin unir a nada."""
    if trazado.base is None or trazado.base_abre_la_serie:
        return []
    traza = _traza(
        "Línea base",
        **_punto_de_base(trazado, simbolo, decimales),
        mode="markers",
        marker={"size": 9, "symbol": "square-open", "line": {"width": 1.75}},
    )
    return [("tinta", traza)]


def _logros(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    """Escalones: cada logro vale de enero a diciembre de su año; un hueco separa los años sin logro."""
    if not trazado.logros:
        return []
    x: list[str | None] = []
    y: list[int | float | None] = []
    dichos: list[list[str]] = []
    for tramo in trazado.tramos_de_logros:
        if x:
            x.append(None)
            y.append(None)
            dichos.append(["", "", ""])
        for logro in tramo:
            fuente = logro.fuente.nombre if logro.fuente is not None else "lo que se espera alcanzar ese año"
            x += [f"{logro.anio:04d}-01-01", f"{logro.anio:04d}-12-31"]
            y += [_numero(logro.valor)] * 2
            dichos += [_dicho(f"logro esperado {logro.anio}", logro.valor, fuente, simbolo, decimales)] * 2
    traza = _traza(
        "Logro esperado",
        x=x,
        y=y,
        customdata=dichos,
        mode="lines",
        line={"dash": "dash", "width": 2, "shape": "hv"},
        connectgaps=False,
    )
    return [("marca", traza)]


def _proyeccion(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    recta = trazado.proyeccion
    if recta is None:
        return []
    extremos = ((recta.desde, recta.valor_desde), (recta.hasta, recta.valor_hasta))
    traza = _traza(
        "Proyección",
        x=[f"{anio:04d}-12-31" for anio, _ in extremos],
        y=[_numero(valor, decimales + 2) for _, valor in extremos],
        customdata=[
            _dicho(f"proyección {anio}", valor, "de seguir la tendencia de los años medidos", simbolo, decimales)
            for anio, valor in extremos
        ],
        mode="lines",
        line={"dash": "2px,5px", "width": 1.5},
    )
    return [("tinta", traza)]


def _formas(trazado: Trazado) -> list[Json]:
    """La línea base como una raya fina hasta el final del horizonte."""
    if trazado.base is None:
        return []
    altura = _numero(trazado.base.valor)
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


def _eje_de_tiempo(dibujo: Composicion) -> Json:
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


def _eje_de_valores(dibujo: Composicion, simbolo: str, decimales: int) -> Json:
    junto = simbolo if len(simbolo) <= 2 else ""
    return {
        "range": [float(dibujo.valores.minimo), float(dibujo.valores.maximo)],
        "tickformat": f",.{max(decimales, 0)}~f",
        "ticksuffix": f"\N{NO-BREAK SPACE}{_texto(junto)}" if junto else "",
        "showticksuffix": "last",
        "zeroline": True,
        "ticks": "",
    }


def _segun_ancho(dibujo: Composicion, notas: tuple[list[Json], list[str]]) -> Json:
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


def _anotaciones(dibujo: Composicion) -> tuple[list[Json], list[str]]:
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
            {**unidad, "text": _texto(dibujo.unidad), "showarrow": False, "font": {"size": dibujo.medidas.letra}}
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
        "text": "<br>".join(_texto(linea) for linea in lineas),
        "xanchor": _ANCLAJE[colocada.alineacion],
        "yanchor": "middle",
        "align": _ANCLAJE[colocada.alineacion],
        "font": {"size": letra, "weight": grueso},
        "borderpad": 0,
    }
    if colocada.guia is None or not con_guia:
        return {**nota, "showarrow": False, "xshift": dx, "yshift": -dy}
    return {**nota, "showarrow": True, "arrowhead": 0, "arrowwidth": 0.75, "ax": dx, "ay": dy}
