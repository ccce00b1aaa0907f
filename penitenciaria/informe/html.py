"""El documento en HTML: sus bloques listos para la plantilla y, con ella, una página completa por sí misma.

Todo lo que la página suelta necesita viaja dentro: hojas de estilo, dibujos y código QR van como direcciones ``data:``.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from penitenciaria.informe.documento import Bloque, Columna, Documento, Figura, Tabla, Titulo
from penitenciaria.informe.figuras import autonoma

HOJAS = tuple(f"css/{hoja}.css" for hoja in ("fichas", "base", "tablas", "componentes", "reporte", "impresion"))
#: Hasta qué nivel de título llega el índice.
NIVELES_DEL_INDICE = 2


@dataclass(frozen=True, slots=True)
class Pieza:
    """Un bloque con el nombre de su clase en minúscula (``titulo``, ``tabla``…).

    ``imagen`` es la de una figura; ``nivel``, el de un título, que en una página no puede saltarse ninguno.
    """

    tipo: str
    bloque: Bloque
    imagen: str = ""
    nivel: int = 0

    @property
    def filas(self) -> Iterator[Iterator[tuple[Columna, str]]]:
        """Las celdas de una tabla, cada una con su columna."""
        assert isinstance(self.bloque, Tabla)
        for fila in self.bloque.filas:
            yield zip(self.bloque.columnas, fila, strict=True)


@dataclass(frozen=True, slots=True)
class DocumentoEnHtml:
    """Lo que la plantilla ``reporte/documento.html`` dibuja."""

    documento: Documento
    piezas: tuple[Pieza, ...]
    indice: tuple[Titulo, ...]
    qr: str


def preparar(documento: Documento) -> DocumentoEnHtml:
    """Los bloques en su orden, el índice y el código QR de la dirección de verificación, si la hay."""
    return DocumentoEnHtml(
        documento=documento,
        piezas=tuple(_piezas(documento.bloques)),
        indice=tuple(b for b in documento.bloques if isinstance(b, Titulo) and b.nivel <= NIVELES_DEL_INDICE),
        qr=codigo_qr(documento.direccion) if documento.direccion else "",
    )


def escribir_html(documento: Documento) -> bytes:
    """Una página completa, que se abre y se imprime sin el portal; la misma para el mismo documento."""
    contexto = {"pagina": preparar(documento), "hojas": [_hoja(nombre) for nombre in HOJAS]}
    return render_to_string("reporte/suelto.html", contexto).encode()


def codigo_qr(direccion: str) -> str:
    """El código QR de una dirección, como imagen vectorial en una dirección ``data:``."""
    codigo = segno.make(direccion, error="m", micro=False)
    salida = BytesIO()
    codigo.save(salida, kind="svg", border=2, scale=4, dark="#16191d", light="#fff", xmldecl=False)
    return como_datos(salida.getvalue().decode())


def como_datos(svg: str) -> str:
    """Un SVG como dirección ``data:``: ni se mezcla con la página ni pide nada por la red."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _piezas(bloques: Iterable[Bloque]) -> Iterator[Pieza]:
    nivel = 0
    for bloque in bloques:
        tipo = type(bloque).__name__.lower()
        if isinstance(bloque, Titulo):
            nivel = min(bloque.nivel, nivel + 1)
            yield Pieza(tipo, bloque, nivel=nivel)
        elif isinstance(bloque, Figura):
            yield Pieza(tipo, bloque, imagen=como_datos(autonoma(bloque.svg)))
        else:
            yield Pieza(tipo, bloque)


@cache
def _hoja(nombre: str) -> str:
    """Una hoja de estilo, sin comentarios, como dirección ``data:``."""
    archivo = finders.find(nombre)
    assert isinstance(archivo, str), f"Falta {nombre}"
    texto = re.sub(r"/\*.*?\*/\n?", "", Path(archivo).read_text(encoding="utf-8"), flags=re.DOTALL)
    return f"data:text/css;base64,{b64encode(texto.encode()).decode()}"
