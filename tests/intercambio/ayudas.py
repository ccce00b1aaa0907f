"""Lo que comparten las pruebas de las hojas: armar archivos, subirlos y leer su diferencia."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from openpyxl import Workbook

from indicadores.acciones import lotes
from indicadores.intercambio.proceso import comparar_lote, diferencias_de
from indicadores.intercambio.tipos import Diferencia
from indicadores.models import Lote
from tests.fabricas import AHORA


def csv(*filas: str) -> bytes:
    return "\r\n".join(filas).encode()


def xlsx(*filas: list[Any]) -> bytes:
    """Un libro con esas filas en la hoja «Mediciones»."""
    libro = Workbook()
    hoja = libro.worksheets[0]
    hoja.title = "Mediciones"
    for fila in filas:
        hoja.append(fila)
    salida = BytesIO()
    libro.save(salida)
    return salida.getvalue()


def subir(
    contenido: bytes, por: User, *, clase: str = "mediciones", nombre: str = "hoja.csv", ahora: datetime = AHORA
) -> Lote:
    """El lote recibido y ya comparado."""
    lote = lotes.recibir(por=por, clase=clase, archivo=ContentFile(contenido), nombre=nombre, ahora=ahora)
    return comparar_lote(lote, ahora=ahora)


def diferencias(lote: Lote) -> list[Diferencia]:
    return list(diferencias_de(lote))


def cuenta(lote: Lote) -> dict[str, int]:
    """Los tipos que hay, sin los ceros."""
    return {tipo: cuantas for tipo, cuantas in lote.resumen["cuenta"].items() if cuantas}
