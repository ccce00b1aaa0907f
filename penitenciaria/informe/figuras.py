"""Los dibujos del portal, completos por sí mismos: para un PDF, un DOCX o un archivo suelto.

En la página, la hoja de estilo colorea cada clase. Aquí cada trazo lleva consigo sus atributos de presentación (los del
esquema claro), sin clases, sin variables y sin nada que un lector modesto de SVG no entienda: la trama de los valores
parciales pasa de patrón a trazos, y el halo de los rótulos, de ``paint-order`` a una copia debajo.
"""

import copy
import math
from xml.etree import ElementTree

import typst

from indicadores.graficas.elementos import coordenada
from indicadores.graficas.svg import PRESENTACION

NS = "http://www.w3.org/2000/svg"
#: Letras que un procesador de textos encuentra en cualquier máquina.
LETRAS = "Arial, 'Liberation Sans', Helvetica, sans-serif"
#: La única con que cuenta siempre el compositor del PDF: viaja dentro de su paquete.
LETRAS_DEL_PDF = "Libertinus Serif"

_OFICIAL, _LOGRO, _BASE = (PRESENTACION[clase] for clase in ("g-oficial", "g-logro", "g-base-punto"))
#: Cómo se ve cada clase. Las gráficas ya lo dicen ellas mismas; las miniaturas dependen en la página de su hoja.
ESTILOS: dict[str, dict[str, str | float]] = PRESENTACION | {
    "m-eje": PRESENTACION["g-malla"] | {"fill": "none"},
    "m-serie": _OFICIAL | {"stroke_width": "1.5"},
    "m-logro": _LOGRO | {"stroke_width": "1.75", "stroke_dasharray": "3.5 2.5"},
    "m-base": _BASE | {"stroke_width": "1.5"},
    "m-punto": PRESENTACION["g-oficial-punto"] | {"stroke_width": "1.25"},
    "m-parcial": {"fill": PRESENTACION["g-trama-fondo"]["fill"]},
}
#: Clases que solo ordenan la página.
SIN_ESTILO = frozenset({"g-serie", "g-ancha", "g-estrecha", "miniatura"})
_SOBRAN = ("id", "aria-labelledby", "aria-describedby", "aria-hidden", "focusable")
_PASO_DE_LA_TRAMA = 3.2


def autonoma(svg: str, *, para_pdf: bool = False) -> str:
    """El mismo dibujo sin depender de nada; aplicada dos veces da lo mismo que una.

    ``para_pdf``: con la letra del PDF y sin partir los rótulos, para que su texto se lea una sola vez. Levanta
    ``ValueError`` si no es un SVG o usa una clase sin estilo.
    """
    try:
        raiz = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"El dibujo no es XML bien formado: {error}") from error
    _sin_espacio_de_nombres(raiz)
    if raiz.tag != "svg":
        raise ValueError(f"Se esperaba un dibujo SVG y se recibió «{raiz.tag}».")
    for uno in raiz.iter():
        _vestir(uno)
    _trazar_la_trama(raiz)
    if not para_pdf:
        _separar_los_halos(raiz)
    _medir(raiz)
    raiz.set("role", "img")
    raiz.set("font-family", LETRAS_DEL_PDF if para_pdf else LETRAS)
    raiz.set("xmlns", NS)
    return ElementTree.tostring(raiz, encoding="unicode")


def png(svg: str, ancho_px: int) -> bytes:
    """El dibujo en píxeles, sobre blanco, para lo que no lee SVG; los mismos bytes en cualquier máquina."""
    if ancho_px < 1:
        raise ValueError("El ancho debe ser de al menos un píxel.")
    pagina = (
        "#set page(width: 1in, height: auto, margin: 0pt, fill: white)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 1in)'
    )
    imagen = typst.compile(
        pagina.encode(),
        format="png",
        ppi=float(ancho_px),
        ignore_system_fonts=True,
        sys_inputs={"svg": autonoma(svg, para_pdf=True)},
    )
    assert isinstance(imagen, bytes)
    return imagen


def _sin_espacio_de_nombres(raiz: ElementTree.Element) -> None:
    for uno in raiz.iter():
        uno.tag = uno.tag.removeprefix(f"{{{NS}}}")


def _vestir(uno: ElementTree.Element) -> None:
    """Pone los atributos de sus clases, en su orden, y quita lo que solo servía en la página."""
    for clase in uno.attrib.pop("class", "").split():
        if clase in SIN_ESTILO:
            continue
        if clase not in ESTILOS:
            raise ValueError(f"La clase «{clase}» no tiene estilo en penitenciaria/informe/figuras.py.")
        for nombre, valor in ESTILOS[clase].items():
            uno.set(nombre.replace("_", "-"), str(valor))
    if uno.tag == "pattern":
        return
    for sobra in _SOBRAN:
        uno.attrib.pop(sobra, None)


def _trazar_la_trama(raiz: ElementTree.Element) -> None:
    """Cada punto relleno de una trama pasa a ser un punto claro con sus rayas ya recortadas."""
    for padre in list(raiz.iter()):
        for lugar, hijo in reversed(list(enumerate(padre))):
            if hijo.tag == "circle" and hijo.get("fill", "").startswith("url("):
                hijo.set("fill", str(ESTILOS["g-trama-fondo"]["fill"]))
                padre.insert(lugar + 1, _rayas(hijo))
            elif hijo.tag == "defs":
                padre.remove(hijo)


def _rayas(circulo: ElementTree.Element) -> ElementTree.Element:
    cx, cy, radio = (float(circulo.get(nombre, "0")) for nombre in ("cx", "cy", "r"))
    trazos = []
    cuantas = int(radio / _PASO_DE_LA_TRAMA)
    for n in range(-cuantas, cuantas + 1):
        lejos = n * _PASO_DE_LA_TRAMA
        media = math.sqrt(max(radio * radio - lejos * lejos, 0.0))
        # La raya baja hacia la izquierda, a 45°, y pasa a «lejos» del centro.
        x, y, paso = cx + lejos * math.sqrt(0.5), cy + lejos * math.sqrt(0.5), media * math.sqrt(0.5)
        trazos.append(f"M{coordenada(x + paso)} {coordenada(y - paso)} L{coordenada(x - paso)} {coordenada(y + paso)}")
    rayas = ElementTree.Element("path", {"d": " ".join(trazos), "fill": "none"})
    for nombre, valor in ESTILOS["g-trama"].items():
        rayas.set(nombre.replace("_", "-"), str(valor))
    return rayas


def _separar_los_halos(raiz: ElementTree.Element) -> None:
    """Un rótulo con borde claro pasa a ser dos: el borde, debajo, y las letras."""
    for padre in list(raiz.iter()):
        for lugar, hijo in reversed(list(enumerate(padre))):
            if hijo.attrib.pop("paint-order", None) is None:
                continue
            borde = copy.deepcopy(hijo)
            borde.set("fill", hijo.get("stroke", "none"))
            padre.insert(lugar, borde)
            for nombre in ("stroke", "stroke-width", "stroke-linejoin"):
                hijo.attrib.pop(nombre, None)


def _medir(raiz: ElementTree.Element) -> None:
    """Ancho y alto explícitos: sin ellos, cada lector supone los suyos."""
    caja = raiz.get("viewBox", "").split()
    if len(caja) != 4:
        raise ValueError("El dibujo no dice cuánto mide: le falta «viewBox».")
    raiz.set("width", raiz.get("width", caja[2]))
    raiz.set("height", raiz.get("height", caja[3]))
