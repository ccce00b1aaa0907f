"""Lo que una plantilla necesita para hablar de su página, y para explicar una palabra donde está."""

from typing import Any

from django import template
from django.template.base import NodeList
from django.template.context import Context
from django.template.loader_tags import BlockNode

from penitenciaria.glosario import termino as buscar_termino

register = template.Library()


@register.simple_tag(takes_context=True)
def bloque(context: Context, nombre: str) -> str:
    """Lo que dice un bloque, otra vez: el título y la descripción de una página se escriben en varios sitios."""
    return BlockNode(nombre, NodeList()).render(context).strip()


@register.inclusion_tag("componentes/termino.html", takes_context=True)
def termino(context: Context, clave: str, texto: str = "") -> dict[str, Any]:
    """Un término del glosario, explicado donde está; ``texto`` es cómo se escribe ahí, si no es su nombre.

    ``KeyError`` si el glosario público no lo tiene. Cada aparición en una página lleva su propio ``id``.
    """
    hallado = buscar_termino(clave)
    request = getattr(context, "request", None)
    vistos: dict[str, int] = request.__dict__.setdefault("_terminos", {}) if request is not None else {}
    vistos[clave] = vistos.get(clave, 0) + 1
    clave_html = f"que-es-{clave}" if vistos[clave] == 1 else f"que-es-{clave}-{vistos[clave]}"
    return {"termino": hallado, "texto": texto or hallado.nombre, "clave_html": clave_html}
