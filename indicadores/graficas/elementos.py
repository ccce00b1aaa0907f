"""Escribir XML bien formado: todo texto y todo atributo pasa por aquí y sale escapado."""

import re
from xml.sax.saxutils import escape, quoteattr

#: Lo que XML 1.0 no admite ni escapado.
_PROHIBIDOS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Svg(str):
    """SVG ya escapado: responde a ``__html__``, y por eso una plantilla lo escribe tal cual; vacío si no hay dibujo."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def limpiar(texto: str) -> str:
    """El texto sin los caracteres de control que invalidarían el documento."""
    return _PROHIBIDOS.sub("", texto)


def coordenada(x: float) -> str:
    """Una décima de unidad basta; sin ceros de más ni «-0»."""
    escrita = f"{x:.1f}".removesuffix(".0")
    return "0" if escrita == "-0" else escrita


def elemento(nombre: str, *hijos: str, **atributos: str | float) -> Svg:
    """``<nombre …>hijos</nombre>``. Lo que no es ``Svg`` se escapa; en los atributos, ``_`` es ``-``."""
    escritos = "".join(
        f" {clave.rstrip('_').replace('_', '-')}={_atributo(valor)}"
        for clave, valor in atributos.items()
        if valor != ""
    )
    dentro = "".join(hijo if isinstance(hijo, Svg) else escape(limpiar(hijo)) for hijo in hijos)
    return Svg(f"<{nombre}{escritos}>{dentro}</{nombre}>" if dentro else f"<{nombre}{escritos}/>")


def _atributo(valor: str | float) -> str:
    return quoteattr(limpiar(valor) if isinstance(valor, str) else coordenada(valor))
