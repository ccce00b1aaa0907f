"""La gráfica completa en SVG: se entiende sin JavaScript, sin hoja de estilo y también impresa o descargada.

Cada trazo lleva una clase, que ``static/css/graficas.css`` colorea según el esquema claro u oscuro, y además los
atributos de presentación con que se ve cuando el dibujo viaja solo. Ningún atributo ``style``: la CSP no los admite.
"""

import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal

from indicadores.calculo.tipos import Dato, Evaluacion
from indicadores.graficas.composicion import (
    ANCHA,
    MUCHOS_PUNTOS,
    Composicion,
    componer,
    contorno_de_la_banda,
    escalones,
    raya_requerida,
    tramo_oficial,
    tramo_referencial,
)
from indicadores.graficas.elementos import Svg, coordenada, elemento
from indicadores.graficas.etiquetas import ASCENSO, INTERLINEA, Colocada
from indicadores.graficas.frase import frase_de_serie
from indicadores.graficas.trazado import Punto, Trazado, descripcion, fin_del_anio, trazar

_TINTA, _GRIS, _LINEA, _PAPEL, _MARCA = "#16191d", "#5a626c", "#d9dde2", "#ffffff", "#8a1c2b"
_RECTA: dict[str, str | float] = {"fill": "none", "stroke_linejoin": "round"}

#: Cómo se ve cada clase sin hoja de estilo.
PRESENTACION: dict[str, dict[str, str | float]] = {
    "g-malla": {"stroke": _LINEA},
    "g-cero": {"stroke": _GRIS},
    "g-eje": {"stroke": _GRIS, "fill": "none"},
    "g-texto": {"fill": _GRIS},
    "g-guia": {"stroke": _GRIS, "stroke_width": "0.75"},
    "g-base": {"stroke": _GRIS},
    "g-base-punto": {"fill": _PAPEL, "stroke": _TINTA, "stroke_width": "1.75"},
    "g-logro": _RECTA | {"stroke": _MARCA, "stroke_width": "2", "stroke_dasharray": "6 4"},
    "g-banda": {"fill": _TINTA, "fill_opacity": "0.09"},
    "g-ajuste": _RECTA | {"stroke": _TINTA, "stroke_width": "0.75", "stroke_opacity": "0.6"},
    "g-requerido": _RECTA
    | {"stroke": _MARCA, "stroke_width": "1.25", "stroke_dasharray": "1 4", "stroke_linecap": "round"},
    "g-proyeccion": _RECTA
    | {"stroke": _TINTA, "stroke_width": "1.5", "stroke_dasharray": "2 5", "stroke_linecap": "round"},
    "g-referencial": _RECTA
    | {"stroke": _GRIS, "stroke_width": "1.5", "stroke_dasharray": "1 4", "stroke_linecap": "round"},
    "g-referencial-punto": {"fill": _PAPEL, "stroke": _GRIS, "stroke_width": "1.75"},
    "g-oficial": _RECTA | {"stroke": _TINTA, "stroke_width": "2"},
    "g-oficial-punto": {"fill": _TINTA, "stroke": _TINTA, "stroke_width": "1.75"},
    "g-preliminar": {"fill": "none", "stroke": _TINTA, "stroke_width": "1"},
    "g-parcial-punto": {"stroke": _TINTA, "stroke_width": "1.75"},
    "g-parcial-menudo": {"fill": _PAPEL, "stroke": _TINTA, "stroke_width": "1.5"},
    "g-trama-fondo": {"fill": _PAPEL},
    "g-trama": {"stroke": _TINTA, "stroke_width": "1.6"},
    "g-rotulo": {"stroke": _PAPEL, "stroke_width": "4", "stroke_linejoin": "round", "paint_order": "stroke"},
    "g-rotulo-oficial": {"fill": _TINTA},
    "g-rotulo-repite": {"fill": _TINTA},
    "g-rotulo-referencial": {"fill": _GRIS},
    "g-rotulo-base": {"fill": _GRIS},
    "g-rotulo-logro": {"fill": _MARCA},
    "g-rotulo-proyeccion": {"fill": _TINTA},
    "g-rotulo-requerido": {"fill": _MARCA},
}
_LETRAS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"


def serie_svg(
    nombre: str,
    simbolo: str,
    decimales: int,
    evaluacion: Evaluacion,
    datos: Sequence[Dato],
    *,
    anio_final: int = 2030,
    estrecha: bool = False,
    clave: str = "",
) -> Svg:
    """La gráfica de una serie, o un texto vacío si hay menos de dos cosas que comparar (basta entonces la frase).

    ``datos``: lo oficial y lo referencial de un ámbito y un sexo. ``estrecha``: para columnas de menos de 42 rem.
    ``clave`` distingue los identificadores de dos gráficas iguales en una misma página.
    """
    trazado = trazar(evaluacion, datos, anio_final=anio_final)
    if trazado.cuantos < 2:
        return Svg()
    dibujo = componer(trazado, simbolo, decimales, estrecha=estrecha)
    medidas = dibujo.medidas
    propia = zlib.crc32(f"{nombre}|{clave}|{evaluacion.corte}|{trazado.valores}".encode())
    forma = "ancha" if medidas is ANCHA else "estrecha"
    raiz = f"g{propia:08x}-{forma}"
    return Svg(
        elemento(
            "svg",
            elemento("title", nombre, id=f"{raiz}-t"),
            elemento(
                "desc", frase_de_serie(simbolo, decimales, evaluacion, datos, anio_final=anio_final), id=f"{raiz}-d"
            ),
            *_trama(trazado, raiz),
            *_ejes(dibujo),
            *_comparaciones(dibujo),
            *_guias(dibujo),
            *_series(dibujo, simbolo, decimales, raiz),
            *(_rotulo(etiqueta, medidas.letra) for etiqueta in dibujo.etiquetas),
            xmlns="http://www.w3.org/2000/svg",
            class_=f"g-serie g-{forma}",
            viewBox=f"0 0 {medidas.ancho} {medidas.alto}",
            width=medidas.ancho,
            height=medidas.alto,
            role="img",
            aria_labelledby=f"{raiz}-t",
            aria_describedby=f"{raiz}-d",
            font_family=_LETRAS,
            font_size=medidas.letra,
        )
    )


def _con(clase: str, **atributos: str | float) -> dict[str, str | float]:
    """Los atributos de un elemento de esa clase, con su presentación por defecto."""
    return {"class_": clase, **PRESENTACION[clase], **atributos}


def _camino(vertices: Iterable[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{coordenada(x)} {coordenada(y)}" for x, y in vertices)


def _trama(trazado: Trazado, raiz: str) -> list[Svg]:
    """El rayado de los valores parciales, si los hay."""
    if not any(punto.parcial for punto in trazado.oficiales):
        return []
    fondo = elemento("rect", **_con("g-trama-fondo", width=4, height=4))
    raya = elemento("path", **_con("g-trama", d="M1 0 V4"))
    patron = elemento(
        "pattern",
        fondo,
        raya,
        id=f"{raiz}-r",
        width="3.2",
        height="4",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return [elemento("defs", patron)]


def _ejes(dibujo: Composicion) -> list[Svg]:
    medidas, tiempo = dibujo.medidas, dibujo.tiempo
    izquierda, derecha, suelo = tiempo.izquierda, tiempo.derecha, dibujo.valores.abajo
    partes = []
    for marca in dibujo.marcas:
        clase = "g-cero" if marca.valor == 0 else "g-malla"
        partes.append(elemento("line", **_con(clase, x1=izquierda, x2=derecha, y1=marca.y, y2=marca.y)))
        lugar = _con("g-texto", x=izquierda - 8, y=marca.y + medidas.letra * 0.35, text_anchor="end")
        partes.append(elemento("text", marca.texto, **lugar))
    if dibujo.unidad:
        partes.append(elemento("text", dibujo.unidad, **_con("g-texto", x=2, y=medidas.letra)))
    divisiones = range(tiempo.inicio, tiempo.fin + 1, 1 if tiempo.ancho_del_anio >= 8 else tiempo.salto(8))
    rayas = " ".join(f"M{coordenada(tiempo.x(anio))} {coordenada(suelo)} v5" for anio in divisiones)
    partes.append(elemento("path", **_con("g-eje", d=rayas)))
    # El rótulo del año va en medio de su franja: lo que está entre dos rayas es ese año.
    for anio in dibujo.anios:
        x = (tiempo.x(anio) + tiempo.x(anio + 1)) / 2
        mitad = medidas.letra * 1.4
        x = min(max(x, mitad), medidas.ancho - mitad)
        lugar = _con("g-texto", x=x, y=suelo + 8 + medidas.letra, text_anchor="middle")
        partes.append(elemento("text", str(anio), **lugar))
    return partes


def _comparaciones(dibujo: Composicion) -> list[Svg]:
    """Banda, línea base, logros, ritmo requerido, ajuste y proyección: con qué se comparan los valores."""
    trazado, tiempo = dibujo.trazado, dibujo.tiempo
    partes = []
    if trazado.banda:
        partes.append(elemento("path", **_con("g-banda", d=f"{_camino(contorno_de_la_banda(dibujo))} Z")))
    if trazado.base is not None and trazado.base.valor is not None:
        x, y = tiempo.x(fin_del_anio(trazado.base.anio)), dibujo.y(trazado.base.valor)
        partes.append(elemento("line", **_con("g-base", x1=x, x2=tiempo.derecha, y1=y, y2=y)))
    partes += [
        elemento("path", **_con("g-logro", d=_camino(escalones(dibujo, tramo)))) for tramo in trazado.tramos_de_logros
    ]
    if trazado.requerido is not None:
        partes.append(elemento("path", **_con("g-requerido", d=_camino(raya_requerida(dibujo, trazado.requerido)))))
    for clase, recta in (("g-ajuste", trazado.ajuste), ("g-proyeccion", trazado.proyeccion)):
        if recta is not None:
            extremos = [
                (tiempo.x(fin_del_anio(anio)), dibujo.y(valor))
                for anio, valor in ((recta.desde, recta.valor_desde), (recta.hasta, recta.valor_hasta))
            ]
            partes.append(elemento("path", **_con(clase, d=_camino(extremos))))
    return partes


def _series(dibujo: Composicion, simbolo: str, decimales: int, raiz: str) -> list[Svg]:
    """Lo referencial debajo y lo oficial encima; nunca los une una línea."""
    trazado = dibujo.trazado
    partes = []
    for clase, vertices in (("g-referencial", tramo_referencial(dibujo)), ("g-oficial", tramo_oficial(dibujo))):
        if len(vertices) > 1:
            partes.append(elemento("path", **_con(clase, d=_camino(vertices))))
        if clase == "g-referencial":
            partes += _anillos(dibujo, trazado.referenciales)
            partes += _puntos(trazado.referenciales, dibujo, simbolo, decimales, "")
    if trazado.base is not None and trazado.base.valor is not None:
        partes.append(_cuadro(dibujo, trazado.base.anio, trazado.base.valor))
    partes += _anillos(dibujo, trazado.oficiales)
    partes += _puntos(trazado.oficiales, dibujo, simbolo, decimales, raiz)
    return partes


def _anillos(dibujo: Composicion, puntos: Iterable[Punto]) -> list[Svg]:
    """Lo preliminar, que la entidad todavía puede revisar, lleva un anillo alrededor de su punto."""
    return [
        elemento("circle", **_con("g-preliminar", cx=dibujo.x(p), cy=dibujo.y(p.valor), r=dibujo.radio * 1.8))
        for p in puntos
        if p.preliminar
    ]


def _cuadro(dibujo: Composicion, anio: int, valor: Decimal) -> Svg:
    x, y, lado = dibujo.tiempo.x(fin_del_anio(anio)), dibujo.y(valor), dibujo.radio * 1.9
    lugar = _con("g-base-punto", x=x - lado / 2, y=y - lado / 2, width=lado, height=lado)
    return elemento("rect", **lugar)


def _puntos(puntos: Sequence[Punto], dibujo: Composicion, simbolo: str, decimales: int, raiz: str) -> list[Svg]:
    """Cada punto dice qué es al detenerse en él. Si son muchos, los iguales van en un grupo que los viste a todos."""
    muchos = len(puntos) > MUCHOS_PUNTOS
    grupos: dict[str, list[Svg]] = {}
    sueltos: list[Svg] = []
    for punto in puntos:
        clase = _clase(punto, dibujo) if raiz else "g-referencial-punto"
        propios: dict[str, str | float] = {}
        if not muchos:
            propios = _con(clase) | ({"fill": f"url(#{raiz}-r)"} if clase == "g-parcial-punto" else {})
        dicho = descripcion(punto, simbolo, decimales, con_fuente=not muchos)
        circulo = elemento(
            "circle",
            elemento("title", dicho),
            **propios,
            cx=dibujo.x(punto),
            cy=dibujo.y(punto.valor),
            r=dibujo.radio,
        )
        (grupos.setdefault(clase, []) if muchos else sueltos).append(circulo)
    return sueltos + [elemento("g", *circulos, **_con(clase)) for clase, circulos in grupos.items()]


def _clase(punto: Punto, dibujo: Composicion) -> str:
    """Lleno si es oficial; si es parcial, rayado o, entre muchos, claro; lo referencial es hueco."""
    if not punto.parcial:
        return "g-oficial-punto"
    return "g-parcial-menudo" if len(dibujo.trazado.oficiales) > MUCHOS_PUNTOS else "g-parcial-punto"


def _guias(dibujo: Composicion) -> list[Svg]:
    """La raya que une con su lugar un rótulo apartado; debajo de los puntos, para no mancharlos."""
    guias = [colocada.guia for colocada in dibujo.etiquetas if colocada.guia is not None]
    return [elemento("line", **_con("g-guia", x1=g.x0, y1=g.y0, x2=g.x1, y2=g.y1)) for g in guias]


def _rotulo(colocada: Colocada, letra: float) -> Svg:
    caja = colocada.caja
    alto = letra * INTERLINEA
    clase = f"g-rotulo-{colocada.clase}"
    lineas = []
    for n, linea in enumerate(colocada.lineas):
        base = caja.y0 + n * alto + (alto - letra) / 2 + letra * ASCENSO
        peso = "600" if n < colocada.negritas else ""
        lineas.append(elemento("tspan", linea, x=colocada.x, y=base, font_weight=peso))
    presentacion = {**PRESENTACION["g-rotulo"], **PRESENTACION[clase]}
    return elemento("text", *lineas, class_=f"g-rotulo {clase}", text_anchor=colocada.alineacion, **presentacion)
