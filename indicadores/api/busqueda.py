"""Búsqueda de texto que no distingue mayúsculas ni tildes, igual en cualquier base de datos.

Los catálogos son pequeños (cientos de filas): se comparan en memoria, y así «poblacion» halla «población» también en
SQLite. Las mediciones, que son muchas, se buscan por los nombres de su indicador y de su ámbito.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

CAMPOS_DE_INDICADOR = ("codigo", "codigo_oficial", "nombre", "nombre_corto")
CAMPOS_DE_AMBITO = ("codigo", "nombre", "departamento")


def normalizar(texto: str) -> str:
    """Sin tildes, en minúsculas y con espacios simples."""
    separado = unicodedata.normalize("NFKD", texto.casefold())
    return " ".join("".join(letra for letra in separado if not unicodedata.combining(letra)).split())


def terminos(texto: str) -> list[str]:
    return normalizar(texto).split()


def juntar(textos: Iterable[Any]) -> str:
    """Aquello en que se busca, normalizado."""
    return normalizar(" ".join(str(texto or "") for texto in textos))


def claves_por_termino(filas: QuerySet[Any], campos: tuple[str, ...], buscados: list[str]) -> dict[str, set[int]]:
    """Qué filas (por su clave primaria) contienen cada término en alguno de ``campos``; una consulta."""
    halladas: dict[str, set[int]] = {termino: set() for termino in buscados}
    for clave, *textos in filas.order_by("pk").values_list("pk", *campos):
        todo = juntar(textos)
        for termino, claves in halladas.items():
            if termino in todo:
                claves.add(clave)
    return halladas


def buscar(filas: QuerySet[Any], campos: tuple[str, ...], texto: str) -> QuerySet[Any]:
    """Las filas que contienen todos los términos de ``texto`` entre sus ``campos``."""
    buscados = terminos(texto)
    if not buscados:
        return filas
    halladas = claves_por_termino(filas, campos, buscados)
    return filas.filter(pk__in=set.intersection(*halladas.values()))
