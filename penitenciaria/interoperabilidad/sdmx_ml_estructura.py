"""Las estructuras en SDMX-ML 2.1 (``mes:Structure``)."""

from collections.abc import Iterator

from penitenciaria.interoperabilidad.sdmx_estructuras import Seleccion
from penitenciaria.interoperabilidad.sdmx_mensaje import (
    NOMBRE_DEL_FLUJO,
    TITULO_DE_LA_ESTRUCTURA,
    TITULO_DE_LOS_CONCEPTOS,
    Mensaje,
    urn,
)
from penitenciaria.interoperabilidad.sdmx_ml import DECLARACION, ESPACIOS, atributo_xml, cabecera_xml, texto_xml
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

_ESPACIOS = f'{ESPACIOS} xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"'
#: El tipo de la anotación que lleva el código con que el portal nombra algo.
ANOTACION_DE_CODIGO = "CODIGO"


def estructuras(seleccion: Seleccion, mensaje: Mensaje) -> Iterator[str]:
    """El mensaje entero, en el orden que fija el esquema."""
    yield f"{DECLARACION}<mes:Structure {_ESPACIOS}>{cabecera_xml(mensaje)}<mes:Structures>"
    if seleccion.agencias:
        yield _agencias()
    if seleccion.flujo:
        yield _flujo()
    if seleccion.listas:
        yield f"<str:Codelists>{''.join(_lista(lista) for lista in seleccion.listas)}</str:Codelists>"
    if seleccion.conceptos:
        yield _conceptos()
    if seleccion.estructura:
        yield _estructura()
    yield "</mes:Structures></mes:Structure>\n"


def _nombres(nombre: str, descripcion: str = "") -> str:
    escrito = f'<com:Name xml:lang="{IDIOMA}">{texto_xml(nombre)}</com:Name>'
    if descripcion:
        escrito += f'<com:Description xml:lang="{IDIOMA}">{texto_xml(descripcion)}</com:Description>'
    return escrito


def _mantenible(recurso: str, identificador: str, agencia: str = AGENCIA) -> str:
    """Los atributos de una estructura con versión."""
    nombre = urn(recurso, identificador, agencia=agencia)
    return f'id="{identificador}" urn="{nombre}" agencyID="{agencia}" version="{VERSION}"'


def _referencia(identificador: str, paquete: str, clase: str) -> str:
    return f'<Ref id="{identificador}" version="{VERSION}" agencyID="{AGENCIA}" package="{paquete}" class="{clase}"/>'


def _agencias() -> str:
    return (
        f"<str:OrganisationSchemes><str:AgencyScheme {_mantenible('agencyscheme', AGENCIAS, AGENCIA_DE_AGENCIAS)}>"
        f'{_nombres("Agencias")}<str:Agency id="{AGENCIA}">{_nombres(NOMBRE_DE_LA_AGENCIA)}</str:Agency>'
        "</str:AgencyScheme></str:OrganisationSchemes>"
    )


def _flujo() -> str:
    return (
        f"<str:Dataflows><str:Dataflow {_mantenible('dataflow', FLUJO)}>{_nombres(NOMBRE_DEL_FLUJO)}"
        f"<str:Structure>{_referencia(FLUJO, 'datastructure', 'DataStructure')}</str:Structure>"
        "</str:Dataflow></str:Dataflows>"
    )


def _lista(lista: Lista) -> str:
    codigos = "".join(_codigo(codigo, lista.id) for codigo in lista.codigos)
    return (
        f"<str:Codelist {_mantenible('codelist', lista.id)}>{_nombres(lista.nombre, lista.descripcion)}{codigos}"
        "</str:Codelist>\n"
    )


def _codigo(codigo: Codigo, lista: str) -> str:
    anotacion = ""
    if codigo.original is not None:
        anotacion = (
            f"<com:Annotations><com:Annotation><com:AnnotationTitle>{texto_xml(codigo.original)}</com:AnnotationTitle>"
            f"<com:AnnotationType>{ANOTACION_DE_CODIGO}</com:AnnotationType></com:Annotation></com:Annotations>"
        )
    padre = f'<str:Parent><Ref id="{codigo.padre}"/></str:Parent>' if codigo.padre else ""
    return (
        f'<str:Code id="{codigo.id}" urn={atributo_xml(urn("code", lista, codigo.id))}>{anotacion}'
        f"{_nombres(codigo.nombre, codigo.descripcion)}{padre}</str:Code>"
    )


def _conceptos() -> str:
    conceptos = "".join(
        f'<str:Concept id="{uno.id}" urn="{urn("concept", CONCEPTOS, uno.id)}">{_nombres(uno.nombre, uno.descripcion)}'
        "</str:Concept>"
        for uno in COMPONENTES
    )
    return (
        f"<str:Concepts><str:ConceptScheme {_mantenible('conceptscheme', CONCEPTOS)}>"
        f"{_nombres(TITULO_DE_LOS_CONCEPTOS)}{conceptos}</str:ConceptScheme></str:Concepts>\n"
    )


def _estructura() -> str:
    dimensiones = "".join(
        f'<str:Dimension id="{una.id}" position="{n}">{_identidad(una)}</str:Dimension>'
        for n, una in enumerate(DIMENSIONES, start=1)
    )
    clave = "".join(f'<str:Dimension><Ref id="{una.id}"/></str:Dimension>' for una in DIMENSIONES[:1])
    medida = f'<str:PrimaryMeasure><Ref id="{MEDIDA.id}"/></str:PrimaryMeasure>'
    atributos = "".join(_atributo(uno, clave) for uno in DE_SERIE)
    atributos += "".join(_atributo(uno, medida) for uno in DE_OBSERVACION)
    return (
        f"<str:DataStructures><str:DataStructure {_mantenible('datastructure', FLUJO)}>"
        f"{_nombres(TITULO_DE_LA_ESTRUCTURA)}<str:DataStructureComponents>"
        f'<str:DimensionList id="DimensionDescriptor">{dimensiones}'
        f'<str:TimeDimension id="{TIEMPO.id}" position="{len(DIMENSIONES) + 1}">{_identidad(TIEMPO)}'
        "</str:TimeDimension></str:DimensionList>"
        f'<str:AttributeList id="AttributeDescriptor">{atributos}</str:AttributeList>'
        f'<str:MeasureList id="MeasureDescriptor"><str:PrimaryMeasure id="{MEDIDA.id}">{_identidad(MEDIDA)}'
        "</str:PrimaryMeasure></str:MeasureList></str:DataStructureComponents></str:DataStructure>"
        "</str:DataStructures>"
    )


def _identidad(uno: Componente) -> str:
    """De qué concepto es y cómo se representa."""
    if uno.lista is not None:
        representacion = f"<str:Enumeration>{_referencia(uno.lista, 'codelist', 'Codelist')}</str:Enumeration>"
    else:
        representacion = f'<str:TextFormat textType="{uno.tipo}"/>'
    return (
        f'<str:ConceptIdentity><Ref id="{uno.id}" maintainableParentID="{CONCEPTOS}" '
        f'maintainableParentVersion="{VERSION}" agencyID="{AGENCIA}" package="conceptscheme" class="Concept"/>'
        f"</str:ConceptIdentity><str:LocalRepresentation>{representacion}</str:LocalRepresentation>"
    )


def _atributo(uno: Componente, relacion: str) -> str:
    return (
        f'<str:Attribute id="{uno.id}" assignmentStatus="{"Mandatory" if uno.obligatorio else "Conditional"}">'
        f"{_identidad(uno)}<str:AttributeRelationship>{relacion}</str:AttributeRelationship></str:Attribute>"
    )
