"""Leer libros que llegan de fuera sin confiar en ellos: ni macros, ni bombas, ni enlaces, ni entidades.

Se comprueba el contenedor antes de abrirlo y se recorre fila por fila, sin cargar la hoja.
"""

import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from indicadores.intercambio import xlsx_rapido
from indicadores.intercambio.tipos import ArchivoIlegible

#: Una hoja de 100.000 filas ocupa unos 150 MB abierta; más que esto no es una hoja, es una bomba.
ABIERTO_MAXIMO = 600 * 1024 * 1024
#: Los textos compartidos se guardan en la memoria: tienen su propio límite.
TEXTOS_MAXIMO = 64 * 1024 * 1024
PARTES_MAXIMAS = 500
RAZON_MAXIMA = 200
FILAS_MAXIMAS = 300_000

FilaXlsx = tuple[Any, ...]

# Al abrir un libro que no dice sus dimensiones, openpyxl recorre cada hoja entera para contarlas: segundos con 100.000
# filas, y en la petición de quien lo sube. Aquí no se usan (openpyxl admite no saberlas: ``reset_dimensions``).
ReadOnlyWorksheet._get_size = lambda _hoja: None  # type: ignore[attr-defined]

#: Lo que levantan zipfile, openpyxl, lxml y expat con un libro roto a propósito o por accidente (``SyntaxError`` es el
#: de los dos lectores de XML).
ROTURAS = (
    BadZipFile,
    InvalidFileException,
    ExpatError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
)


def abrir(archivo: BinaryIO, *, abierto_maximo: int = ABIERTO_MAXIMO) -> Workbook:
    """El libro, en modo de lectura por filas; levanta :class:`ArchivoIlegible` si no es de fiar."""
    try:
        _comprobar_contenedor(archivo, abierto_maximo)
        archivo.seek(0)
        return load_workbook(archivo, read_only=True, data_only=False, keep_links=False, keep_vba=False)
    except ROTURAS as error:
        if isinstance(error, ArchivoIlegible):
            raise
        raise ArchivoIlegible(
            "El libro está dañado o no es .xlsx. Ábralo en su hoja de cálculo, guárdelo como .xlsx y súbalo de nuevo."
        ) from error


def filas(hoja: Any, *, maximo: int = FILAS_MAXIMAS) -> Iterator[tuple[int, FilaXlsx]]:
    """El número de cada fila escrita y sus valores (una fórmula llega como texto que empieza con «=»)."""
    de_fecha = frozenset(hoja.parent._date_formats)
    try:
        with hoja._get_source() as xml:
            leidas = xlsx_rapido.filas(xml, textos=hoja._shared_strings, de_fecha=de_fecha)
            # También se cuentan: un libro puede decir que todas sus filas son la primera.
            for cuantas, (numero, fila) in enumerate(leidas, start=1):
                if max(numero, cuantas) > maximo:
                    raise ArchivoIlegible(f"La hoja «{hoja.title}» pasa de {maximo} filas. Divídala en varias.")
                yield numero, fila
    except ROTURAS as error:
        if isinstance(error, ArchivoIlegible):
            raise
        raise ArchivoIlegible(f"La hoja «{hoja.title}» está dañada: no se pudo leer hasta el final.") from error


def _comprobar_contenedor(archivo: BinaryIO, abierto_maximo: int) -> None:
    archivo.seek(0)
    if archivo.read(4) != b"PK\x03\x04":
        raise ArchivoIlegible("El archivo no es un libro .xlsx. Ábralo en su hoja de cálculo y guárdelo como .xlsx.")
    with ZipFile(archivo) as contenedor:
        partes = contenedor.infolist()
        if len(partes) > PARTES_MAXIMAS or sum(parte.file_size for parte in partes) > abierto_maximo:
            raise ArchivoIlegible("El libro es demasiado grande al abrirse. Divídalo en varios.")
        for parte in partes:
            _comprobar_parte(contenedor, parte)


def _comprobar_parte(contenedor: ZipFile, parte: ZipInfo) -> None:
    nombre = parte.filename.lower()
    if "vbaproject" in nombre or (nombre.endswith(".bin") and "macro" in nombre):
        raise ArchivoIlegible("El libro lleva macros. Guárdelo como .xlsx, sin macros, y vuelva a subirlo.")
    if parte.flag_bits & 1:
        raise ArchivoIlegible("El libro tiene contraseña. Quítesela y vuelva a subirlo.")
    # Una parte pequeña puede comprimirse mucho sin malicia; una grande, no.
    if parte.file_size > 50 * 1024 * 1024 and parte.file_size > RAZON_MAXIMA * max(1, parte.compress_size):
        raise ArchivoIlegible("El libro se abre en algo desmesurado: no se lee.")
    if nombre.endswith("sharedstrings.xml") and parte.file_size > TEXTOS_MAXIMO:
        raise ArchivoIlegible("El libro trae demasiado texto. Divídalo en varios.")
    if nombre.endswith((".xml", ".rels")):
        with contenedor.open(parte) as abierta:
            comienzo = abierta.read(2048)
        if b"<!DOCTYPE" in comienzo or b"<!ENTITY" in comienzo:
            raise ArchivoIlegible("El libro declara entidades XML, que un .xlsx no lleva: no se lee.")
