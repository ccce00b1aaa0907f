"""Leer CSV tal como los guardan las hojas de cálculo: UTF-8 con o sin BOM, «;», «,» o tabulador."""

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from indicadores.intercambio.tipos import ArchivoIlegible

#: Caracteres que puede tener una celda.
CELDA_MAXIMA = 1024 * 1024
SEPARADORES = ";,\t"


def filas(archivo: BinaryIO, *, maximo: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """El número de línea de cada registro y sus celdas; levanta :class:`ArchivoIlegible` si no es texto UTF-8.

    El separador es el que más veces aparece en la primera línea escrita que no sea un comentario.
    """
    csv.field_size_limit(CELDA_MAXIMA)  # es de todo el proceso: otra biblioteca puede haberlo cambiado
    lineas = _lineas(archivo)
    primeras: list[str] = []
    separador = ";"
    for linea in lineas:
        primeras.append(linea)
        if linea.strip() and not linea.startswith("#"):
            separador = max(SEPARADORES, key=linea.count)
            break

    def todas() -> Iterator[str]:
        yield from primeras
        yield from lineas

    lector = csv.reader(todas(), delimiter=separador, strict=True)
    anterior = 0
    try:
        for celdas in lector:
            numero, anterior = anterior + 1, lector.line_num
            if numero > maximo:
                raise ArchivoIlegible(f"El archivo pasa de {maximo} filas. Divídalo en varios.")
            yield numero, tuple(celdas)
    except csv.Error as error:
        raise ArchivoIlegible(
            f"La línea {lector.line_num} no está bien escrita como CSV: puede tener comillas sin cerrar o una celda "
            "enorme. Revísela, o guarde el archivo otra vez como CSV UTF-8."
        ) from error


def _lineas(archivo: BinaryIO) -> Iterator[str]:
    archivo.seek(0)
    comienzo = archivo.read(4)
    if comienzo.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ArchivoIlegible("El archivo está en UTF-16. Guárdelo como «CSV UTF-8» y súbalo de nuevo.")
    archivo.seek(3 if comienzo.startswith(codecs.BOM_UTF8) else 0)
    for numero, cruda in enumerate(archivo, start=1):
        if b"\0" in cruda:
            raise ArchivoIlegible(f"La línea {numero} tiene caracteres que no son texto. Suba un .xlsx o un CSV UTF-8.")
        try:
            yield cruda.decode("utf-8")
        except UnicodeDecodeError as error:
            visto = cruda[max(0, error.start - 15) : error.start + 10].decode("latin-1").strip()
            raise ArchivoIlegible(
                f"La línea {numero} no está en UTF-8 (cerca de «{visto}»): el archivo parece Latin-1 o Windows-1252. "
                "En la hoja de cálculo elija «Guardar como», «CSV UTF-8», y súbalo de nuevo."
            ) from error
