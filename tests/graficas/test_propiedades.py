"""Lo que vale para toda gráfica, salga lo que salga de los datos."""

import json
import re
from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

from django.utils.html import conditional_escape
from hypothesis import given

from indicadores.calculo.tipos import Caracter
from indicadores.formato import numero_json
from indicadores.graficas import Svg, figura, frase_de_serie, graficar, miniatura, serie_svg
from indicadores.graficas.composicion import componer
from indicadores.graficas.trazado import trazar
from tests.graficas.estrategias import Caso, casos

NUMERO = r"-?\d+(?:\.\d+)?"
COORDENADAS = {"x": 0, "x1": 0, "x2": 0, "cx": 0, "y": 1, "y1": 1, "y2": 1, "cy": 1}


def nombre_de(nodo: ET.Element) -> str:
    return nodo.tag.rpartition("}")[2]


def puntos_de(nodo: ET.Element) -> list[tuple[int, float]]:
    """Pares (eje, coordenada) de un elemento: 0 el horizontal, 1 el vertical."""
    hallados = [(eje, float(nodo.attrib[clave])) for clave, eje in COORDENADAS.items() if clave in nodo.attrib]
    if nombre_de(nodo) == "path":
        assert "nan" not in nodo.attrib["d"]
        for absoluto in re.findall(rf"[ML]?({NUMERO}) ({NUMERO})", nodo.attrib["d"]):
            hallados += [(eje, float(c)) for eje, c in enumerate(absoluto)]
    return hallados


def revisar_svg(svg: Svg) -> ET.Element:
    """Bien formado, sin estilos, sin rastros de Python y con todo dentro del lienzo."""
    raiz = ET.fromstring(svg)
    _, _, ancho, alto = (float(n) for n in raiz.attrib["viewBox"].split())
    for nodo in raiz.iter():
        assert "style" not in nodo.attrib
        assert not [valor for valor in nodo.attrib.values() if valor in {"nan", "inf", "-inf", "None"}]
        if nombre_de(nodo) not in {"rect", "line", "circle", "text", "tspan", "path"}:
            continue
        for eje, coordenada in puntos_de(nodo):
            assert 0 <= coordenada <= (ancho, alto)[eje], ET.tostring(nodo)
    return raiz


def rotulos(caso: Caso, *, estrecha: bool) -> tuple[list[tuple[float, float, float, float]], float, float]:
    trazado = trazar(caso.evaluacion, caso.datos, anio_final=2030)
    dibujo = componer(trazado, caso.simbolo, caso.decimales, estrecha=estrecha)
    cajas = [(c.caja.x0, c.caja.y0, c.caja.x1, c.caja.y1) for c in dibujo.etiquetas]
    return cajas, dibujo.medidas.ancho, dibujo.medidas.alto


@given(casos())
def test_los_svg_son_validos_y_nada_se_sale(caso: Caso) -> None:
    grafica = graficar(*caso.argumentos)
    assert bool(grafica.ancha) == bool(grafica.estrecha) == grafica.hay_dibujo
    if grafica.hay_dibujo:
        raices = [revisar_svg(grafica.ancha), revisar_svg(grafica.estrecha)]
        propios = [{n.attrib["id"] for n in raiz.iter() if "id" in n.attrib} for raiz in raices]
        assert not propios[0] & propios[1]
        for raiz, ids in zip(raices, propios, strict=True):
            assert raiz.attrib["role"] == "img"
            assert {raiz.attrib["aria-labelledby"], raiz.attrib["aria-describedby"]} <= ids
            usados = {n.attrib["fill"][5:-1] for n in raiz.iter() if n.attrib.get("fill", "").startswith("url(#")}
            assert usados <= ids
    else:
        assert grafica.ancha == ""
    mini = miniatura(caso.evaluacion)
    if mini:
        assert revisar_svg(mini).attrib["aria-hidden"] == "true"


@given(casos())
def test_los_rotulos_caben_y_no_se_pisan(caso: Caso) -> None:
    if not serie_svg(*caso.argumentos):
        return
    for estrecha in (False, True):
        cajas, ancho, alto = rotulos(caso, estrecha=estrecha)
        assert all(x0 >= 0 and x1 <= ancho and y0 >= 0 and y1 <= alto for x0, y0, x1, y1 in cajas)
        for a, b in combinations(cajas, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@given(casos())
def test_la_figura_es_json_con_cada_valor_exacto_y_sin_mezclar_caracteres(caso: Caso) -> None:
    dibujada = figura(*caso.argumentos)
    assert bool(dibujada) == bool(serie_svg(*caso.argumentos))
    if not dibujada:
        return
    copia = json.loads(json.dumps(dibujada, allow_nan=False))
    assert copia == dibujada
    for caracter in Caracter:
        esperados = [
            (dato.periodo.fin.isoformat(), numero_json(dato.valor))
            for dato in caso.datos
            if dato.caracter is caracter and dato.valor is not None and dato.periodo.fin <= caso.evaluacion.corte
        ]
        trazas = [traza for traza in dibujada["data"] if traza.get("meta") == {"caracter": caracter.value}]
        assert len(trazas) <= 1
        puntos = [punto for traza in trazas for punto in zip(traza["x"], traza["y"], strict=True)]
        base = caso.evaluacion.linea_base
        if caracter is Caracter.OFICIAL and len(puntos) > len(esperados):
            assert base is not None
            assert puntos.pop(0) == (date(base.anio, 12, 31).isoformat(), numero_json(base.valor))
        assert sorted(puntos) == sorted(esperados)
    largos = dibujada["layout"]["meta"]["tintas"]
    assert len(largos["trazas"]) == len(dibujada["data"])
    assert len(largos["formas"]) == len(dibujada["layout"]["shapes"])
    for forma in ("ancha", "estrecha"):
        segun_ancho = dibujada["layout"]["meta"][forma]
        assert len(segun_ancho["tintas"]) == len(segun_ancho["anotaciones"])


@given(casos())
def test_solo_se_proyecta_lo_que_el_nucleo_proyecta(caso: Caso) -> None:
    hay = any(traza["name"] == "Proyección" for traza in figura(*caso.argumentos).get("data", []))
    svg = serie_svg(*caso.argumentos)
    assert hay == ("g-proyeccion" in svg)
    if caso.evaluacion.proyeccion.valor is None:
        assert not hay
        assert "royección" not in frase_de_serie(*caso.argumentos[1:])
    elif hay:
        assert "g-rotulo-proyeccion" in svg or "proyección" not in svg.lower()


@given(casos())
def test_la_frase_son_oraciones_completas(caso: Caso) -> None:
    grafica = graficar(*caso.argumentos)
    assert grafica.frase == "" or re.fullmatch(r"[A-ZÁÉÍÓÚÑ\d].*\.", grafica.frase, re.DOTALL)
    assert not grafica.hay_dibujo or grafica.frase
    assert "None" not in grafica.frase.replace(caso.simbolo, "")


@given(casos())
def test_una_plantilla_escribe_el_dibujo_tal_cual(caso: Caso) -> None:
    svg = serie_svg(*caso.argumentos)
    assert conditional_escape(svg) == str(svg)


@given(casos())
def test_el_orden_de_los_datos_no_importa(caso: Caso) -> None:
    nombre, simbolo, decimales, evaluacion, datos = caso.argumentos
    al_reves = list(datos)[::-1]
    mismas = [
        figura(nombre, simbolo, decimales, evaluacion, orden).get("data", []) for orden in (list(datos), al_reves)
    ]
    assert mismas[0] == mismas[1]
