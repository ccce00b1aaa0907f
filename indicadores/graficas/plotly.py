"""La misma gráfica como figura de Plotly, para explorarla; solo datos de JSON, sin el paquete ``plotly``.

No lleva colores: ``layout.meta.tintas`` nombra el de cada trazo (``tinta``, ``gris``, ``marca``) y
``static/js/grafica.js`` pone el del esquema vigente. ``layout.meta.ancha`` y
``layout.meta.estrecha`` traen lo que cambia con el ancho.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from indicadores import frases
from indicadores.calculo.tipos import Caracter, Dato, Evaluacion
from indicadores.formato import escribir_valor
from indicadores.graficas.composicion import componer
from indicadores.graficas.elementos import limpiar
from indicadores.graficas.frase import frase_de_serie
from indicadores.graficas.plotly_lienzo import (
    Json,
    anotaciones,
    eje_de_tiempo,
    eje_de_valores,
    numero,
    rayas,
    segun_ancho,
    sin_etiquetas,
)
from indicadores.graficas.trazado import Punto, Trazado, trazar

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
        *_banda(trazado),
        *_referencial(trazado, simbolo, decimales),
        *_logros(trazado, simbolo, decimales),
        *_requerido(trazado, simbolo, decimales),
        *_ajuste(trazado),
        *_proyeccion(trazado, simbolo, decimales),
        *_base_suelta(trazado, simbolo, decimales),
        *_anillos(trazado),
        *_oficial(trazado, simbolo, decimales),
    ]
    formas = rayas(trazado)
    notas = anotaciones(ancha)
    layout: Json = {
        "separators": ",.",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom",
        "xaxis": eje_de_tiempo(ancha),
        "yaxis": eje_de_valores(ancha, simbolo, decimales),
        "shapes": formas,
        "meta": {
            "nombre": limpiar(nombre),
            "frase": limpiar(frase_de_serie(simbolo, decimales, evaluacion, datos, anio_final=anio_final)),
            "tintas": {"trazas": [tinta for tinta, _ in con_tinta], "formas": ["gris"] * len(formas)},
            "ancha": segun_ancho(ancha, notas),
            "estrecha": segun_ancho(estrecha, anotaciones(estrecha)),
        },
    }
    return {"data": [traza for _, traza in con_tinta], "layout": layout}


def _traza(nombre: str, **lo_demas: Any) -> Json:
    return {"type": "scatter", "name": nombre, "hovertemplate": _AL_PASAR, "cliponaxis": False, **lo_demas}


def _dicho(periodo: str, valor: Decimal | Fraction | None, detalle: str, simbolo: str, decimales: int) -> list[str]:
    escrito = "" if valor is None else escribir_valor(valor, simbolo, decimales)
    return [sin_etiquetas(periodo), sin_etiquetas(escrito), sin_etiquetas(detalle)]


def _de_punto(punto: Punto, simbolo: str, decimales: int) -> list[str]:
    detalle = punto.condicion
    if punto.dato.numerador is not None and punto.dato.denominador is not None:
        numerador, denominador = (escribir_valor(n, "", 0) for n in (punto.dato.numerador, punto.dato.denominador))
        detalle += f" · {numerador} de {denominador}"
    dicho = _dicho(punto.periodo, punto.valor, detalle, simbolo, decimales)
    if punto.dato.fuente is not None:
        dicho[2] += f"<br>{sin_etiquetas(punto.dato.fuente.nombre)}"
    return dicho


def _serie(puntos: Sequence[Punto], simbolo: str, decimales: int) -> Json:
    return {
        "x": [punto.dato.periodo.fin.isoformat() for punto in puntos],
        "y": [numero(punto.valor) for punto in puntos],
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
        "y": [numero(base.valor)],
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
            y += [numero(logro.valor)] * 2
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


def _muda(nombre: str, **lo_demas: Any) -> Json:
    """Una traza que acompaña a otra y no dice nada al pasar por ella."""
    return {"type": "scatter", "name": nombre, "hoverinfo": "skip", **lo_demas}


def _banda(trazado: Trazado) -> list[tuple[str, Json]]:
    """El contorno cerrado de la incertidumbre: por arriba hasta el último año y de vuelta por abajo."""
    if not trazado.banda:
        return []
    ida, vuelta = trazado.banda, trazado.banda[::-1]
    traza = _muda(
        "Incertidumbre",
        x=[f"{intervalo.anio:04d}-12-31" for intervalo in (*ida, *vuelta)],
        y=[numero(uno.hasta) for uno in ida] + [numero(uno.desde) for uno in vuelta],
        mode="lines",
        fill="toself",
        line={"width": 0},
    )
    return [("tinta", traza)]


def _requerido(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    """Del último valor oficial al logro esperado; el segundo extremo dice el ritmo."""
    requerido = trazado.requerido
    if requerido is None:
        return []
    ritmo = frases.ritmo_por_anio(requerido.ritmo, simbolo, decimales)
    meta = f"logro esperado {requerido.logro.anio}"
    traza = _traza(
        "Ritmo requerido",
        x=[_dia(requerido.momento), f"{requerido.logro.anio:04d}-12-31"],
        y=[numero(requerido.valor), numero(requerido.meta)],
        customdata=[
            _dicho(que, valor, f"ritmo requerido: {ritmo}", simbolo, decimales)
            for que, valor in (("punto de partida", requerido.valor), (meta, requerido.meta))
        ],
        mode="lines",
        line={"dash": "1px,4px", "width": 1.25},
    )
    return [("marca", traza)]


def _dia(momento: Fraction) -> str:
    """El último día que ya terminó en ``momento``."""
    anio = -(-momento.numerator // momento.denominator) - 1
    primero = date(anio, 1, 1)
    dias = (date(anio, 12, 31) - primero).days + 1
    return (primero + timedelta(days=round((momento - anio) * dias) - 1)).isoformat()


def _ajuste(trazado: Trazado) -> list[tuple[str, Json]]:
    """La recta sobre los años medidos: su pendiente es el ritmo observado."""
    recta = trazado.ajuste
    if recta is None:
        return []
    traza = _muda(
        "Ritmo observado",
        x=[f"{anio:04d}-12-31" for anio in (recta.desde, recta.hasta)],
        y=[numero(valor, 6) for valor in (recta.valor_desde, recta.valor_hasta)],
        mode="lines",
        line={"width": 0.75},
        opacity=0.6,
    )
    return [("tinta", traza)]


def _anillos(trazado: Trazado) -> list[tuple[str, Json]]:
    """El anillo de lo preliminar, que la entidad todavía puede revisar."""
    puntos = [punto for punto in (*trazado.referenciales, *trazado.oficiales) if punto.preliminar]
    if not puntos:
        return []
    traza = _muda(
        "Preliminar",
        x=[punto.dato.periodo.fin.isoformat() for punto in puntos],
        y=[numero(punto.valor) for punto in puntos],
        mode="markers",
        marker={"size": 16, "symbol": "circle-open", "line": {"width": 1}},
    )
    return [("tinta", traza)]


def _proyeccion(trazado: Trazado, simbolo: str, decimales: int) -> list[tuple[str, Json]]:
    """La recta proyectada, con un alto en cada año que tiene intervalo, para poder leerlo."""
    recta = trazado.proyeccion
    if recta is None:
        return []
    intervalo_de = {intervalo.anio: intervalo for intervalo in trazado.banda}
    anios = sorted({recta.desde, *intervalo_de, recta.hasta})
    paso = (recta.valor_hasta - recta.valor_desde) / (recta.hasta - recta.desde)
    valores = {anio: recta.valor_desde + paso * (anio - recta.desde) for anio in anios}

    def dicho(anio: int) -> list[str]:
        detalle = "de seguir la tendencia de los años medidos"
        if anio in intervalo_de:
            detalle = f"{frases.entre(intervalo_de[anio], simbolo, decimales)}, {detalle}"
        que = "tendencia" if anio == recta.desde else "proyección"
        return _dicho(f"{que} {anio}", valores[anio], detalle, simbolo, decimales)

    traza = _traza(
        "Proyección",
        x=[f"{anio:04d}-12-31" for anio in anios],
        y=[numero(valor, decimales + 2) for valor in valores.values()],
        customdata=[dicho(anio) for anio in anios],
        mode="lines",
        line={"dash": "2px,5px", "width": 1.5},
    )
    return [("tinta", traza)]
