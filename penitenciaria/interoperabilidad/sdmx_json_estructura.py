"""Las estructuras en SDMX-JSON 1.0."""

import json
from collections.abc import Iterator
from typing import Any

from penitenciaria.interoperabilidad.sdmx_estructuras import Seleccion
from penitenciaria.interoperabilidad.sdmx_mensaje import (
    NOMBRE_DEL_FLUJO,
    TITULO_DE_LA_ESTRUCTURA,
    TITULO_DE_LOS_CONCEPTOS,
    URN_DE_LA_ESTRUCTURA,
    Mensaje,
    urn,
)
from penitenciaria.interoperabilidad.sdmx_ml_estructura import ANOTACION_DE_CODIGO
from penitenciaria.interoperabilidad.sdmx_modelo import (
    AGENCIA,
    AGENCIA_DE_AGENCIAS,
    AGENCIAS,
    COMPONENTES,
    CONCEPTOS,
    DE_OBSERVACION,
    DE_SERIE,
    DIMENSIONES,
    FLUJO,
    IDIOMA,
    MEDIDA,
    NOMBRE_DE_LA_AGENCIA,
    TIEMPO,
    VERSION,
    Codigo,
    Componente,
    Lista,
)

Json = dict[str, Any]
_ESQUEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/1.0/sdmx-json-structure-schema.json"


def meta(mensaje: Mensaje, esquema: str) -> Json:
    """Cómo se identifica un mensaje JSON 1.0; la dirección que lo produjo, en ``links``."""
    return {
        "schema": esquema,
        "id": mensaje.id,
        "prepared": mensaje.preparado,
        "test": False,
        "contentLanguages": [IDIOMA],
        "sender": {"id": AGENCIA, "name": NOMBRE_DE_LA_AGENCIA},
        "links": [{"href": mensaje.direccion, "rel": "self"}],
    }


def estructuras(seleccion: Seleccion, mensaje: Mensaje) -> Iterator[str]:
    """El mensaje entero."""
    datos: Json = {}
    if seleccion.estructura:
        datos["dataStructures"] = [_estructura()]
    if seleccion.conceptos:
        datos["conceptSchemes"] = [_conceptos()]
    if seleccion.listas:
        datos["codelists"] = [_lista(lista) for lista in seleccion.listas]
    if seleccion.agencias:
        agencia = {"id": AGENCIA} | nombres(NOMBRE_DE_LA_AGENCIA)
        esquema = _mantenible("agencyscheme", AGENCIAS, "Agencias", agencia=AGENCIA_DE_AGENCIAS)
        datos["agencySchemes"] = [esquema | {"agencies": [agencia]}]
    if seleccion.flujo:
        datos["dataflows"] = [_mantenible("dataflow", FLUJO, NOMBRE_DEL_FLUJO) | {"structure": URN_DE_LA_ESTRUCTURA}]
    yield json.dumps({"meta": meta(mensaje, _ESQUEMA), "data": datos}, ensure_ascii=False)


def nombres(nombre: str, descripcion: str = "") -> Json:
    """El nombre y, si la hay, la descripción, en el idioma del portal."""
    escritos: Json = {"name": nombre, "names": {IDIOMA: nombre}}
    if descripcion:
        escritos |= {"description": descripcion, "descriptions": {IDIOMA: descripcion}}
    return escritos


def _enlace(nombre: str) -> list[Json]:
    return [{"urn": nombre, "rel": "self"}]


def _mantenible(
    recurso: str, identificador: str, nombre: str, descripcion: str = "", *, agencia: str = AGENCIA
) -> Json:
    propios = {"id": identificador, "agencyID": agencia, "version": VERSION}
    enlace = _enlace(urn(recurso, identificador, agencia=agencia))
    return propios | nombres(nombre, descripcion) | {"links": enlace}


def _lista(lista: Lista) -> Json:
    codigos = [_codigo(codigo, lista.id) for codigo in lista.codigos]
    return _mantenible("codelist", lista.id, lista.nombre, lista.descripcion) | {"codes": codigos}


def _codigo(codigo: Codigo, lista: str) -> Json:
    escrito: Json = {"id": codigo.id} | nombres(codigo.nombre, codigo.descripcion)
    escrito["links"] = _enlace(urn("code", lista, codigo.id))
    if codigo.padre is not None:
        escrito["parent"] = codigo.padre
    if codigo.original is not None:
        escrito["annotations"] = [{"title": codigo.original, "type": ANOTACION_DE_CODIGO}]
    return escrito


def _conceptos() -> Json:
    conceptos = [
        {"id": uno.id, "links": _enlace(urn("concept", CONCEPTOS, uno.id))} | nombres(uno.nombre, uno.descripcion)
        for uno in COMPONENTES
    ]
    return _mantenible("conceptscheme", CONCEPTOS, TITULO_DE_LOS_CONCEPTOS) | {"concepts": conceptos}


def _estructura() -> Json:
    dimensiones = [_identidad(una) | {"position": n, "type": "Dimension"} for n, una in enumerate(DIMENSIONES, start=1)]
    tiempo = _identidad(TIEMPO) | {"position": len(DIMENSIONES) + 1, "type": "TimeDimension"}
    atributos = [_atributo(uno, {"dimensions": [DIMENSIONES[0].id]}) for uno in DE_SERIE]
    atributos += [_atributo(uno, {"primaryMeasure": MEDIDA.id}) for uno in DE_OBSERVACION]
    componentes = {
        "dimensionList": {"id": "DimensionDescriptor", "dimensions": dimensiones, "timeDimensions": [tiempo]},
        "attributeList": {"id": "AttributeDescriptor", "attributes": atributos},
        "measureList": {"id": "MeasureDescriptor", "primaryMeasure": _identidad(MEDIDA)},
    }
    return _mantenible("datastructure", FLUJO, TITULO_DE_LA_ESTRUCTURA) | {"dataStructureComponents": componentes}


def _identidad(uno: Componente) -> Json:
    if uno.lista is not None:
        representacion: Json = {"enumeration": urn("codelist", uno.lista)}
    else:
        representacion = {"textFormat": {"textType": uno.tipo}}
    return {
        "id": uno.id,
        "conceptIdentity": urn("concept", CONCEPTOS, uno.id),
        "localRepresentation": representacion,
    }


def _atributo(uno: Componente, relacion: Json) -> Json:
    estado = "Mandatory" if uno.obligatorio else "Conditional"
    return _identidad(uno) | {"assignmentStatus": estado, "attributeRelationship": relacion}
