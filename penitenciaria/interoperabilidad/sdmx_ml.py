"""Datos en SDMX-ML 2.1: genérico y específico de la estructura, escritos serie por serie."""

import re
from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from penitenciaria.interoperabilidad.sdmx_consulta import TODAS_LAS_DIMENSIONES, Consulta
from penitenciaria.interoperabilidad.sdmx_lectura import Observacion, Serie
from penitenciaria.interoperabilidad.sdmx_mensaje import URN_DE_LA_ESTRUCTURA, Mensaje, escribir_valor
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

_RAIZ = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
DECLARACION = '<?xml version="1.0" encoding="UTF-8"?>\n'
ESPACIOS = f'xmlns:mes="{_RAIZ}/message" xmlns:com="{_RAIZ}/common"'
_GENERICO = f'{ESPACIOS} xmlns:gen="{_RAIZ}/data/generic"'
_ESPECIFICO = (
    f'{ESPACIOS} xmlns:ss="{_RAIZ}/data/structurespecific" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
#: Lo que XML 1.0 no admite ni escapado.
_ILEGIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_IDS_DE_SERIE = tuple(uno.id for uno in DE_SERIE)
_IDS_DE_OBSERVACION = tuple(uno.id for uno in DE_OBSERVACION)
_IDS_DE_CLAVE = tuple(uno.id for uno in DIMENSIONES)
_TODOS_LOS_ATRIBUTOS = (*_IDS_DE_SERIE, *_IDS_DE_OBSERVACION)


def texto_xml(texto: str) -> str:
    """El texto de un elemento; lo que XML no puede llevar se cambia por «�»."""
    return escape(_ILEGIBLE.sub("\N{REPLACEMENT CHARACTER}", texto))


def atributo_xml(texto: str) -> str:
    """El valor de un atributo, con sus comillas."""
    return quoteattr(_ILEGIBLE.sub("\N{REPLACEMENT CHARACTER}", texto))


def cabecera_xml(mensaje: Mensaje, estructura: str = "") -> str:
    """``mes:Header``; ``estructura`` es su elemento ``mes:Structure`` cuando el mensaje trae datos."""
    return (
        f"<mes:Header><mes:ID>{mensaje.id}</mes:ID><mes:Test>false</mes:Test>"
        f'<mes:Prepared>{mensaje.preparado}</mes:Prepared><mes:Sender id="{AGENCIA}"/>{estructura}</mes:Header>'
    )


def generico(series: Iterable[Serie], consulta: Consulta, mensaje: Mensaje) -> Iterator[str]:
    """``mes:GenericData``."""
    escribir = _genericas_sueltas if consulta.plana else _serie_generica
    yield (
        f"{DECLARACION}<mes:GenericData {_GENERICO}>{cabecera_xml(mensaje, _estructura(consulta))}"
        f'<mes:DataSet structureRef="{FLUJO}" action="Information">\n'
    )
    yield from _series(series, consulta, escribir)
    yield "</mes:DataSet></mes:GenericData>\n"


def especifico(series: Iterable[Serie], consulta: Consulta, mensaje: Mensaje) -> Iterator[str]:
    """``mes:StructureSpecificData``: las dimensiones y los atributos son atributos de XML."""
    nombre = f"{URN_DE_LA_ESTRUCTURA}:ObsLevelDim:{_observada(consulta)}"
    estructura = _estructura(consulta, f' namespace="{nombre}"')
    escribir = _especificas_sueltas if consulta.plana else _serie_especifica
    yield (
        f'{DECLARACION}<mes:StructureSpecificData {_ESPECIFICO} xmlns:pnp="{nombre}">'
        f'{cabecera_xml(mensaje, estructura)}<mes:DataSet ss:structureRef="{FLUJO}" xsi:type="pnp:DataSetType" '
        'ss:dataScope="DataStructure" ss:action="Information">\n'
    )
    yield from _series(series, consulta, escribir)
    yield "</mes:DataSet></mes:StructureSpecificData>\n"


Escritor = Callable[[Serie, Consulta], str]


def _series(series: Iterable[Serie], consulta: Consulta, escribir: Escritor) -> Iterator[str]:
    for serie in series:
        yield escribir(serie, consulta)


def _observada(consulta: Consulta) -> str:
    return TODAS_LAS_DIMENSIONES if consulta.plana else TIEMPO.id


def _estructura(consulta: Consulta, mas: str = "") -> str:
    return (
        f'<mes:Structure structureID="{FLUJO}"{mas} dimensionAtObservation="{_observada(consulta)}"><com:Structure>'
        f'<Ref agencyID="{AGENCIA}" id="{FLUJO}" version="{VERSION}"/></com:Structure></mes:Structure>'
    )


# --- Genérico -------------------------------------------------------------------------------------------------------


def _valores(ids: Iterable[str], valores: Iterable[str | None]) -> str:
    return "".join(
        f'<gen:Value id="{uno}" value={atributo_xml(valor)}/>'
        for uno, valor in zip(ids, valores, strict=True)
        if valor is not None
    )


def _atributos(ids: Iterable[str], valores: Iterable[str | None], consulta: Consulta) -> str:
    escritos = _valores(ids, valores) if consulta.detalle.con_atributos else ""
    return f"<gen:Attributes>{escritos}</gen:Attributes>" if escritos else ""


def _valor_generico(observacion: Observacion) -> str:
    return "" if observacion.valor is None else f'<gen:ObsValue value="{escribir_valor(observacion.valor)}"/>'


def _serie_generica(serie: Serie, consulta: Consulta) -> str:
    partes = [f"<gen:Series><gen:SeriesKey>{_valores(_IDS_DE_CLAVE, serie.clave)}</gen:SeriesKey>"]
    partes.append(_atributos(_IDS_DE_SERIE, serie.atributos, consulta))
    if consulta.detalle.con_observaciones:
        partes += [
            f'<gen:Obs><gen:ObsDimension value="{una.periodo}"/>{_valor_generico(una)}'
            f"{_atributos(_IDS_DE_OBSERVACION, una.atributos, consulta)}</gen:Obs>"
            for una in serie.observaciones
        ]
    partes.append("</gen:Series>\n")
    return "".join(partes)


def _genericas_sueltas(serie: Serie, consulta: Consulta) -> str:
    clave = _valores(_IDS_DE_CLAVE, serie.clave)
    return "".join(
        f'<gen:Obs><gen:ObsKey>{clave}<gen:Value id="{TIEMPO.id}" value="{una.periodo}"/></gen:ObsKey>'
        f"{_valor_generico(una)}"
        f"{_atributos(_TODOS_LOS_ATRIBUTOS, (*serie.atributos, *una.atributos), consulta)}</gen:Obs>\n"
        for una in serie.observaciones
    )


# --- Específico de la estructura ------------------------------------------------------------------------------------


def _pares(ids: Iterable[str], valores: Iterable[str | None]) -> str:
    return "".join(
        f" {uno}={atributo_xml(valor)}" for uno, valor in zip(ids, valores, strict=True) if valor is not None
    )


def _observacion_especifica(clave: str, una: Observacion, atributos: str) -> str:
    valor = "" if una.valor is None else f' {MEDIDA.id}="{escribir_valor(una.valor)}"'
    return f'<Obs{clave} {TIEMPO.id}="{una.periodo}"{valor}{atributos}/>'


def _serie_especifica(serie: Serie, consulta: Consulta) -> str:
    con_atributos = consulta.detalle.con_atributos
    de_serie = _pares(_IDS_DE_SERIE, serie.atributos) if con_atributos else ""
    partes = [f"<Series{_pares(_IDS_DE_CLAVE, serie.clave)}{de_serie}>"]
    if consulta.detalle.con_observaciones:
        partes += [
            _observacion_especifica("", una, _pares(_IDS_DE_OBSERVACION, una.atributos) if con_atributos else "")
            for una in serie.observaciones
        ]
    partes.append("</Series>\n")
    return "".join(partes)


def _especificas_sueltas(serie: Serie, consulta: Consulta) -> str:
    clave = _pares(_IDS_DE_CLAVE, serie.clave)
    partes = []
    for una in serie.observaciones:
        atributos = ""
        if consulta.detalle.con_atributos:
            atributos = _pares(_TODOS_LOS_ATRIBUTOS, (*serie.atributos, *una.atributos))
        partes.append(f"{_observacion_especifica(clave, una, atributos)}\n")
    return "".join(partes)
