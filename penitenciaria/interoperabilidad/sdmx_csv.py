"""Datos en SDMX-CSV 1.0 y 2.0: una fila por observación, con los códigos de la estructura.

Un atributo que una hoja de cálculo tomaría por una fórmula lleva delante un apóstrofo, como en el CSV de la API.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from indicadores.intercambio.seguro import inocuo
from penitenciaria.interoperabilidad.sdmx_consulta import Consulta
from penitenciaria.interoperabilidad.sdmx_lectura import Serie
from penitenciaria.interoperabilidad.sdmx_mensaje import escribir_valor
from penitenciaria.interoperabilidad.sdmx_modelo import (
    AGENCIA,
    DE_OBSERVACION,
    DE_SERIE,
    DIMENSIONES,
    FLUJO,
    MEDIDA,
    TIEMPO,
    VERSION,
)

_NOMBRE = f"{AGENCIA}:{FLUJO}({VERSION})"
#: Las columnas con que empieza cada versión y lo que dicen en todas las filas.
PRIMERAS = {
    "1.0.0": (("DATAFLOW",), (_NOMBRE,)),
    "2.0.0": (("STRUCTURE", "STRUCTURE_ID", "ACTION"), ("dataflow", _NOMBRE, "I")),
}


def inocuos(atributos: Iterable[str | None]) -> tuple[str | None, ...]:
    """Los mismos, sin que ninguno parezca una fórmula; lo que falta sigue faltando."""
    return tuple(texto and inocuo(texto) for texto in atributos)


def filas(series: Iterable[Serie], consulta: Consulta, version: str) -> Iterator[str]:
    """El archivo, fila por fila (RFC 4180). ``nodata`` y ``serieskeysonly`` dan una fila por serie."""
    nombres, siempre = PRIMERAS[version]
    detalle = consulta.detalle
    columnas = [uno.id for uno in DIMENSIONES]
    if detalle.con_observaciones:
        columnas += [TIEMPO.id, MEDIDA.id]
    if detalle.con_atributos:
        columnas += [uno.id for uno in DE_SERIE]
        columnas += [uno.id for uno in DE_OBSERVACION] if detalle.con_observaciones else []
    papel = io.StringIO()
    escribir = csv.writer(papel).writerow
    escribir((*nombres, *columnas))
    for serie in series:
        de_serie = inocuos(serie.atributos) if detalle.con_atributos else ()
        if not detalle.con_observaciones:
            escribir((*siempre, *serie.clave, *de_serie))
        for una in serie.observaciones if detalle.con_observaciones else ():
            valor = "" if una.valor is None else escribir_valor(una.valor)
            de_observacion = inocuos(una.atributos) if detalle.con_atributos else ()
            escribir((*siempre, *serie.clave, una.periodo, valor, *de_serie, *de_observacion))
        yield papel.getvalue()
        papel.seek(0)
        papel.truncate()
    yield papel.getvalue()
