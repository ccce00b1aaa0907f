"""El descriptor Frictionless Data Package de las tablas: dónde están, qué dice cada columna y cómo se enlazan."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from indicadores.api.a_json import momento
from indicadores.api.tablas import Columna, Tipo
from indicadores.lectura import ultima_publicacion
from indicadores.mirada import Mirada
from indicadores.models import LineaBase, LogroEsperado, Medicion
from objetivos.models import Fuente, Politica
from penitenciaria.abiertos import TABLAS, Tabla, ruta_de

Absoluta = Callable[[str], str]
PERFIL = "tabular-data-package"
TIPO_EN_EL_PAQUETE = {
    Tipo.TEXTO: "string",
    Tipo.ENTERO: "integer",
    Tipo.DECIMAL: "number",
    Tipo.LOGICO: "boolean",
    Tipo.FECHA: "date",
    Tipo.MOMENTO: "datetime",
    Tipo.LISTA: "string",
    Tipo.ESTRUCTURA: "array",
}
LICENCIA_SIN_FIJAR = "notspecified"


def descriptor(politica: Politica | None, mirada: Mirada, absoluta: Absoluta) -> dict[str, Any]:
    """El descriptor; dos consultas. Las direcciones son completas y conservan la mirada pedida."""
    publicado = ultima_publicacion(mirada.a_la_fecha)
    cuerpo: dict[str, Any] = {
        "profile": PERFIL,
        "name": "politica-nacional-penitenciaria",
        "title": politica.nombre if politica else "Política Nacional Penitenciaria",
        "description": (
            "Las cifras publicadas en el portal de la política, con la razón de cada dato que falta. Un texto que una "
            "hoja de cálculo tomaría por una fórmula lleva delante un apóstrofo."
        ),
        "homepage": absoluta(reverse("datos")),
        "version": (momento(publicado) or "sin-publicar"),
        "licenses": [
            {
                "name": LICENCIA_SIN_FIJAR,
                "title": "La entidad rectora no ha fijado una licencia",
                "path": absoluta(reverse("licencia")),
            }
        ],
        "keywords": ["Perú", "política nacional", "sistema penitenciario", "indicadores"],
        "contributors": [{"title": politica.rectora.nombre, "role": "publisher"}] if politica else [],
        "sources": _fuentes(mirada),
        "resources": [_recurso(tabla, mirada, absoluta) for tabla in TABLAS],
    }
    return cuerpo | ({"created": momento(publicado)} if publicado else {})


def _fuentes(mirada: Mirada) -> list[dict[str, str]]:
    """De dónde salen las cifras que a la fecha ya se habían publicado."""
    suyas = {"fuente": OuterRef("pk"), "publicada_en__lte": mirada.a_la_fecha}
    citadas = [Exists(modelo._default_manager.filter(**suyas)) for modelo in (Medicion, LineaBase, LogroEsperado)]
    fuentes = Fuente.objects.filter(citadas[0] | citadas[1] | citadas[2]).order_by("codigo")
    return [{"title": fuente.nombre} | ({"path": fuente.url} if fuente.url else {}) for fuente in fuentes]


def _recurso(tabla: Tabla, mirada: Mirada, absoluta: Absoluta) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": tabla.nombre,
        "title": tabla.recurso.nombre,
        "description": tabla.recurso.contenido,
        "path": absoluta(ruta_de(tabla.vista, "csv", mirada)),
        "scheme": "http" if absoluta("/").startswith("http:") else "https",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_campo(columna) for columna in tabla.lista.columnas()],
            "primaryKey": list(tabla.clave),
            "foreignKeys": [
                {"fields": [columna], "reference": {"resource": _hacia(tabla, otra), "fields": [_clave_de(otra)]}}
                for columna, otra in tabla.apunta
            ],
            "missingValues": [""],
        },
    }


def _hacia(tabla: Tabla, otra: str) -> str:
    """El nombre de la tabla a la que se apunta; vacío si es la misma."""
    return "" if otra == tabla.nombre else otra


def _clave_de(nombre: str) -> str:
    [clave] = next(tabla.clave for tabla in TABLAS if tabla.nombre == nombre)
    return clave


def _campo(columna: Columna) -> dict[str, Any]:
    unidad = f" Unidad: {columna.unidad}." if columna.unidad else ""
    campo: dict[str, Any] = {
        "name": columna.nombre,
        "type": TIPO_EN_EL_PAQUETE[columna.tipo],
        "description": columna.significado + unidad,
    }
    restricciones: dict[str, Any] = {} if columna.puede_faltar else {"required": True}
    if columna.opciones:
        restricciones["enum"] = list(columna.opciones)
    return campo | ({"constraints": restricciones} if restricciones else {})
