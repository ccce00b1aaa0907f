"""La clase de lote MATRIZ: se lee con el pedido guardado en el lote y, desde ahí, es una hoja de mediciones más."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from indicadores.intercambio.matriz import Pedido, convertir
from indicadores.intercambio.matriz_archivo import directorio, leer_tablas
from indicadores.intercambio.mediciones import aplicar, comparar
from indicadores.intercambio.tipos import ArchivoIlegible, ErrorDeCelda, Fila, Manejador
from indicadores.permisos import Accion


def leer(archivo: BinaryIO, opciones: Mapping[str, Any]) -> Iterator[Fila | ErrorDeCelda]:
    """Las mediciones de la hoja elegida; levanta :class:`ArchivoIlegible` si todavía no se dijo cómo leerla."""
    if not opciones.get("usos"):
        raise ArchivoIlegible("Falta decir qué es cada columna de la matriz antes de compararla.")
    pedido = Pedido.desde(dict(opciones))
    tabla = next((tabla for tabla in leer_tablas(archivo) if tabla.hoja == pedido.hoja), None)
    if tabla is None:
        raise ArchivoIlegible(f"El archivo no tiene la hoja «{pedido.hoja}».")
    yield from convertir(tabla, pedido, directorio())


MANEJADOR = Manejador(
    leer=leer,
    comparar=comparar,
    aplicar=aplicar,
    accion=Accion.IMPORTAR,
    se_deshace=True,
)
