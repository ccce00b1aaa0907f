"""Lo que se busca y no está en la base: el glosario y las secciones de las páginas de texto.

Las secciones se leen de sus propias plantillas: lo que se halla es lo que la página dice.
"""

import html
import re
from functools import cache

from django.template.loader import get_template
from django.urls import reverse

from penitenciaria.busqueda.hallazgos import Documento
from penitenciaria.glosario import publicos, termino

#: Nombre de la dirección → plantilla y título de su página.
PLANTILLAS = {
    "metodologia": ("metodologia/metodologia.html", "Metodología"),
    "datos": ("datos/datos.html", "Datos abiertos"),
    "acerca": ("portal/acerca.html", "Acerca del portal"),
    "licencia": ("portal/licencia.html", "Licencia y uso"),
    "privacidad": ("portal/privacidad.html", "Privacidad"),
    "accesibilidad": ("portal/accesibilidad.html", "Accesibilidad"),
}
SECCION = re.compile(r'<section\b[^>]*aria-labelledby="[\w-]+"[^>]*>(.*?)</section>', re.DOTALL)
TITULO = re.compile(r'<h2[^>]*\bid="([\w-]+)"[^>]*>(.*?)</h2>', re.DOTALL)
DE_PLANTILLA = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
TERMINO = re.compile(r'{% termino "([\w-]+)"(?: "([^"]+)")? %}')
ETIQUETA = re.compile(r"<[^>]+>")


@cache
def textos_del_portal() -> tuple[Documento, ...]:
    """Los términos del glosario y las secciones de las páginas; no cambian mientras el programa no cambie."""
    return (*_terminos(), *_secciones())


def _terminos() -> tuple[Documento, ...]:
    pagina = reverse("glosario")
    return tuple(
        Documento("Glosario", _con_mayuscula(uno.nombre), f"{_con_mayuscula(uno.que_es)}.", f"{pagina}#{uno.clave}")
        for uno in publicos()
    )


def _secciones() -> list[Documento]:
    halladas = []
    for nombre, (plantilla, pagina) in PLANTILLAS.items():
        fuente = get_template(plantilla).template.source  # type: ignore[attr-defined]
        fuente = TERMINO.sub(lambda hallado: hallado[2] or termino(hallado[1]).nombre, fuente)
        fuente = DE_PLANTILLA.sub(" ", fuente)
        for seccion in SECCION.findall(fuente):
            titulo = TITULO.search(seccion)
            if titulo:
                texto = _llano(seccion[titulo.end() :])
                ruta = f"{reverse(nombre)}#{titulo[1]}"
                halladas.append(Documento("Metodología y páginas", _llano(titulo[2]), texto, ruta, detalle=pagina))
    return halladas


def _llano(codigo: str) -> str:
    return re.sub(r"\s+([,.:;)])", r"\1", " ".join(html.unescape(ETIQUETA.sub(" ", codigo)).split()))


def _con_mayuscula(texto: str) -> str:
    return texto[:1].upper() + texto[1:]
