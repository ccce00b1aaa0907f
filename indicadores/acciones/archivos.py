"""Qué es de verdad un archivo recibido: lo dice su contenido, nunca su nombre ni lo que declare quien lo envía.

Solo se admiten los tipos de :data:`TIPOS`. No se abre ni se dibuja nada: se comprueba que la estructura sea la de ese
tipo, entera, y que no traiga código.
"""

import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePosixPath

from indicadores.errores import DatoInvalido

#: Extensión → tipo de contenido.
TIPOS: dict[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}
ADMITIDOS = "PDF, Excel (.xlsx), PNG, JPEG o WEBP"
LARGO_DEL_NOMBRE = 160

#: Lo que levanta ``zipfile`` con un contenedor roto o cifrado (``RuntimeError`` incluye lo que no sabe descomprimir).
DANOS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError, LookupError)

#: Límites de lo que un libro puede ocupar desplegado: ni una bomba ni miles de piezas.
MAXIMO_DESPLEGADO = 200 * 1024 * 1024
MAXIMO_DE_PIEZAS = 2000
MAXIMA_COMPRESION = 200
LADO_MAXIMO = 30_000

LIBRO = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
CON_CODIGO = re.compile(
    r"vbaproject|macrosheets|dialogsheets|activex|embeddings|/ctrlprops|externallinks", re.IGNORECASE
)


class _NoEs(Exception):
    """La estructura no es la del tipo que su firma anuncia; el texto dice en qué."""


def reconocer(contenido: bytes) -> str:
    """La extensión (clave de :data:`TIPOS`) de lo que ``contenido`` es; :class:`DatoInvalido` si no se admite."""
    for extension, firma, comprobar in FIRMAS:
        if re.match(firma, contenido, re.DOTALL):
            try:
                comprobar(contenido)
            except _NoEs as razon:
                raise DatoInvalido(
                    f"El archivo parece {NOMBRES[extension]}, pero {razon}. Vuelva a guardarlo y adjúntelo de nuevo.",
                    campo="archivo",
                ) from razon
            return extension
    raise DatoInvalido(
        f"Por su contenido, el archivo no es {ADMITIDOS}: no se admite, aunque su nombre lo diga.", campo="archivo"
    )


def limpiar_nombre(nombre: str, extension: str) -> str:
    """El nombre con que se lista y se descarga: sin carpetas ni caracteres de control, con la extensión verdadera."""
    base = PurePosixPath(nombre.replace("\\", "/")).name
    base = "".join(letra for letra in unicodedata.normalize("NFC", base) if unicodedata.category(letra)[0] != "C")
    propias = (extension, "jpeg") if extension == "jpg" else (extension,)
    tronco, punto, cola = base.rpartition(".")
    if not punto or cola.lower() not in propias:
        tronco = base
    tronco = re.sub(r'[<>:"/|?*]+', " ", tronco).strip(" .") or "evidencia"
    return f"{tronco[: LARGO_DEL_NOMBRE - len(extension) - 1].rstrip()}.{extension}"


def _es_pdf(contenido: bytes) -> None:
    if b"%%EOF" not in contenido[-1024:]:
        raise _NoEs("no llega hasta su final")
    if b"startxref" not in contenido[-2048:]:
        raise _NoEs("le falta el índice con que se lee")


def _es_png(contenido: bytes) -> None:
    posicion, primera, ultima = 8, True, b""
    while posicion + 12 <= len(contenido):
        (largo,) = struct.unpack(">I", contenido[posicion : posicion + 4])
        ultima, fin = contenido[posicion + 4 : posicion + 8], posicion + 8 + largo
        if fin + 4 > len(contenido):
            raise _NoEs("está cortado")
        if zlib.crc32(contenido[posicion + 4 : fin]) != struct.unpack(">I", contenido[fin : fin + 4])[0]:
            raise _NoEs("está dañado")
        if primera:
            if ultima != b"IHDR" or largo != 13:
                raise _NoEs("no dice sus dimensiones")
            _comprobar_lados(*struct.unpack(">II", contenido[posicion + 8 : posicion + 16]))
        posicion, primera = fin + 4, False
        if ultima == b"IEND":
            break
    if ultima != b"IEND" or posicion != len(contenido):
        raise _NoEs("no termina donde una imagen termina")


def _es_jpeg(contenido: bytes) -> None:
    if not contenido.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise _NoEs("no termina donde una imagen termina")
    posicion = 2
    while posicion + 4 <= len(contenido):
        if contenido[posicion] != 0xFF:
            raise _NoEs("está dañado")
        marca = contenido[posicion + 1]
        if marca == 0xFF:
            posicion += 1
            continue
        (largo,) = struct.unpack(">H", contenido[posicion + 2 : posicion + 4])
        if 0xC0 <= marca <= 0xCF and marca not in (0xC4, 0xC8, 0xCC):
            if posicion + 9 > len(contenido):
                break
            alto, ancho = struct.unpack(">HH", contenido[posicion + 5 : posicion + 9])
            return _comprobar_lados(ancho, alto)
        if marca == 0xDA or largo < 2:
            break
        posicion += 2 + largo
    raise _NoEs("no dice sus dimensiones")


def _es_webp(contenido: bytes) -> None:
    (largo,) = struct.unpack("<I", contenido[4:8])
    if len(contenido) not in (largo + 8, largo + 9):
        raise _NoEs("no termina donde una imagen termina")
    clase, cuerpo = contenido[12:16], contenido[20:30]
    if len(cuerpo) < 10:
        raise _NoEs("no dice sus dimensiones")
    if clase == b"VP8X":
        ancho, alto = (1 + int.from_bytes(cuerpo[i : i + 3], "little") for i in (4, 7))
    elif clase == b"VP8 " and cuerpo[3:6] == b"\x9d\x01\x2a":
        ancho, alto = (lado & 0x3FFF for lado in struct.unpack("<HH", cuerpo[6:10]))
    elif clase == b"VP8L" and cuerpo[0] == 0x2F:
        lados = int.from_bytes(cuerpo[1:5], "little")
        ancho, alto = 1 + (lados & 0x3FFF), 1 + (lados >> 14 & 0x3FFF)
    else:
        raise _NoEs("no dice sus dimensiones")
    _comprobar_lados(ancho, alto)


def _comprobar_lados(ancho: int, alto: int) -> None:
    if not (0 < ancho <= LADO_MAXIMO and 0 < alto <= LADO_MAXIMO):
        raise _NoEs(f"dice medir {ancho} × {alto} puntos")


def _es_xlsx(contenido: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(contenido)) as libro:
            piezas = libro.infolist()
            _comprobar_piezas(piezas, len(contenido))
            nombres = {pieza.filename for pieza in piezas}
            if "[Content_Types].xml" not in nombres or "xl/workbook.xml" not in nombres:
                raise _NoEs("no es un libro de Excel")
            with libro.open("[Content_Types].xml") as pieza:
                tipos = pieza.read(2**20)
    except DANOS as error:
        raise _NoEs("está dañado o cifrado") from error
    if LIBRO not in tipos or b"macroEnabled" in tipos or b"<!DOCTYPE" in tipos:
        raise _NoEs("no es un libro de Excel sin macros")


def _comprobar_piezas(piezas: list[zipfile.ZipInfo], largo: int) -> None:
    if len(piezas) > MAXIMO_DE_PIEZAS:
        raise _NoEs("trae demasiadas piezas")
    desplegado = sum(pieza.file_size for pieza in piezas)
    if desplegado > MAXIMO_DESPLEGADO or desplegado > MAXIMA_COMPRESION * largo:
        raise _NoEs("al abrirse ocuparía demasiado")
    for pieza in piezas:
        if pieza.flag_bits & 1:
            raise _NoEs("está cifrado")
        if pieza.filename.startswith("/") or ".." in pieza.filename.split("/") or "\\" in pieza.filename:
            raise _NoEs("trae rutas que no corresponden")
        if CON_CODIGO.search(pieza.filename):
            raise _NoEs("trae macros, objetos incrustados o vínculos a otros libros")


FIRMAS: tuple[tuple[str, bytes, Callable[[bytes], None]], ...] = (
    ("pdf", rb"%PDF-[12]\.\d", _es_pdf),
    ("xlsx", rb"PK\x03\x04", _es_xlsx),
    ("png", rb"\x89PNG\r\n\x1a\n", _es_png),
    ("jpg", rb"\xff\xd8\xff", _es_jpeg),
    ("webp", rb"RIFF....WEBP", _es_webp),
)
NOMBRES = {"pdf": "un PDF", "xlsx": "un libro de Excel", "png": "un PNG", "jpg": "un JPEG", "webp": "un WEBP"}
