"""Archivos mínimos y verdaderos de cada tipo, hechos aquí, y sus imitaciones."""

import struct
import zipfile
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook


def pdf(texto: str = "acta") -> bytes:
    return f"%PDF-1.4\n% {texto}\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n".encode()


def _trozo(clase: bytes, datos: bytes) -> bytes:
    return struct.pack(">I", len(datos)) + clase + datos + struct.pack(">I", zlib.crc32(clase + datos))


def png(ancho: int = 1, alto: int = 1) -> bytes:
    cabeza = _trozo(b"IHDR", struct.pack(">IIBBBBB", ancho, alto, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + cabeza + _trozo(b"IDAT", zlib.compress(b"\0\0")) + _trozo(b"IEND", b"")


def jpeg(ancho: int = 1, alto: int = 1) -> bytes:
    marco = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, alto, ancho, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + marco + b"\xff\xda\x00\x02\x00\xff\xd9"


def webp(ancho: int = 1, alto: int = 1) -> bytes:
    cuerpo = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0"
    cuerpo += (ancho - 1).to_bytes(3, "little") + (alto - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(cuerpo)) + cuerpo


def xlsx() -> bytes:
    libro, salida = Workbook(), BytesIO()
    libro.active.append(["sin sentencia", 35])
    libro.save(salida)
    return salida.getvalue()


def con_pieza(libro: bytes, nombre: str, datos: bytes) -> bytes:
    """El mismo libro con una pieza más."""
    salida = BytesIO(libro)
    with zipfile.ZipFile(salida, "a", zipfile.ZIP_DEFLATED) as zip_:
        zip_.writestr(nombre, datos)
    return salida.getvalue()


def zip_con(**piezas: bytes) -> bytes:
    salida = BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nombre, datos in piezas.items():
            zip_.writestr(nombre, datos)
    return salida.getvalue()


def subida(contenido: bytes, nombre: str = "acta.pdf", tipo: str = "text/html") -> SimpleUploadedFile:
    """Lo que llega de un formulario; ``tipo`` es lo que dice el navegador, que no se cree."""
    return SimpleUploadedFile(nombre, contenido, content_type=tipo)
