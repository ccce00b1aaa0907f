"""Las mismas filas que JSON, en CSV y XLSX; sin ``page`` ni ``page_size``, la tabla entera, sin acumularla.

CSV según RFC 4180: UTF-8 sin BOM (los programas lo prefieren así; para abrir en una hoja de cálculo está XLSX), coma,
CRLF, comillas solo donde hacen falta, celda vacía para lo que falta. Un texto que una hoja de cálculo tomaría por una
fórmula lleva delante un apóstrofo, que se quita para volver al original; un número nunca lo lleva.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from indicadores.api.hoja_xlsx import Hoja, libro
from indicadores.api.tablas import Celda, Columna, Tipo, aplanar
from indicadores.intercambio.seguro import inocuo, sin_comilla

FORMATOS = ("json", "csv", "xlsx")
TIPOS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Cuántas filas se convierten de una vez.
TANDA = 2000
TROZO = 64 * 1024
ENCABEZADO_DEL_DICCIONARIO = ("columna", "tipo", "unidad", "puede_faltar", "opciones", "significado")

Fila = Mapping[str, Any]
Filas = QuerySet[Any] | Sequence[Any]


def tandas(filas: Filas, campos: Sequence[str], a_dict: Callable[[list[Any]], list[dict[str, Any]]]) -> Iterator[Fila]:
    """Todas las filas en su forma de JSON, convertidas de ``TANDA`` en ``TANDA``: consultas fijas por cada una."""
    if isinstance(filas, QuerySet):
        elegidas: Iterable[Any] = (filas.values(*campos) if campos else filas).iterator(chunk_size=TANDA)
    else:
        elegidas = filas
    por_leer = iter(elegidas)
    while tanda := list(islice(por_leer, TANDA)):
        yield from a_dict(tanda)


def escribir(formato: str, nombre: str, columnas: tuple[Columna, ...], filas: Iterable[Fila]) -> Iterator[bytes]:
    """El archivo de ``filas`` (en su forma de JSON), por trozos."""
    celdas = (aplanar(fila, columnas) for fila in filas)
    if formato == "csv":
        return escribir_csv([columna.nombre for columna in columnas], celdas)
    return en_xlsx(nombre, columnas, celdas)


def descarga(trozos: Iterable[bytes], formato: str, nombre: str, *, corte: str) -> StreamingHttpResponse:
    """``trozos`` como archivo que se baja, con el corte en su nombre."""
    return StreamingHttpResponse(
        trozos,
        content_type=TIPOS[formato],
        headers={"Content-Disposition": f'attachment; filename="{nombre}-{corte}.{formato}"'},
    )


def escribir_csv(encabezado: Sequence[str], filas: Iterable[Sequence[Celda]]) -> Iterator[bytes]:
    """Un CSV con ese encabezado, por trozos."""
    bufer = io.StringIO(newline="")
    escritor = csv.writer(bufer, lineterminator="\r\n")
    escritor.writerow(encabezado)
    for fila in filas:
        escritor.writerow(map(escribir_celda, fila))
        if bufer.tell() >= TROZO:
            yield bufer.getvalue().encode()
            bufer.seek(0)
            bufer.truncate()
    yield bufer.getvalue().encode()


def leer_csv(trozos: Iterable[bytes], columnas: tuple[Columna, ...]) -> Iterator[list[Celda]]:
    """Las celdas de un CSV nuestro (cada trozo, de filas enteras), con el tipo de su columna."""
    lineas = (linea for trozo in trozos for linea in io.StringIO(trozo.decode(), newline=""))
    lector = csv.reader(lineas, strict=True)
    next(lector)
    for fila in lector:
        yield [leer_celda(texto, columna.tipo) for texto, columna in zip(fila, columnas, strict=True)]


def leer_celda(texto: str, tipo: Tipo) -> Celda:
    """Lo contrario de :func:`escribir_celda`."""
    if not texto:
        return None
    if tipo is Tipo.LOGICO:
        return texto == "true"
    if tipo in (Tipo.ENTERO, Tipo.DECIMAL):
        return float(texto) if "." in texto else int(texto)
    return sin_comilla(texto)


def escribir_celda(valor: Celda) -> str:
    """Lo que se escribe en una celda de CSV."""
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "true" if valor else "false"
    if isinstance(valor, str):
        return inocuo(valor)
    return str(valor)


def en_xlsx(nombre: str, columnas: tuple[Columna, ...], filas: Iterable[Sequence[Celda]]) -> Iterator[bytes]:
    """El libro: una hoja con los datos y otra con lo que significa cada columna."""
    return libro(
        [
            Hoja(nombre, [columna.nombre for columna in columnas], filas),
            Hoja("diccionario", ENCABEZADO_DEL_DICCIONARIO, [fila_del_diccionario(columna) for columna in columnas]),
        ]
    )


def fila_del_diccionario(columna: Columna) -> list[Celda]:
    """Lo que el diccionario dice de una columna."""
    return [
        columna.nombre,
        columna.tipo.value,
        columna.unidad or None,
        columna.puede_faltar,
        " | ".join(columna.opciones) or None,
        columna.significado,
    ]
