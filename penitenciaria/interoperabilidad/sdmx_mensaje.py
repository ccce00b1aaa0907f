"""Lo común a todo mensaje SDMX: cómo se identifica, sus nombres propios y cómo se envía por trozos."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from indicadores.formato import numero_json
from penitenciaria.interoperabilidad.sdmx_modelo import AGENCIA, FLUJO, VERSION

#: Caracteres por trozo enviado, más o menos.
_TROZO = 32_768

NOMBRE_DEL_FLUJO = "Política Nacional Penitenciaria al 2030: indicadores, logros esperados y líneas base"
TITULO_DE_LA_ESTRUCTURA = "Cifras de los indicadores de la Política Nacional Penitenciaria al 2030"
TITULO_DE_LOS_CONCEPTOS = "Conceptos con que se describe cada cifra"

_CLASES = {
    "dataflow": "datastructure.Dataflow",
    "datastructure": "datastructure.DataStructure",
    "codelist": "codelist.Codelist",
    "code": "codelist.Code",
    "conceptscheme": "conceptscheme.ConceptScheme",
    "concept": "conceptscheme.Concept",
    "agencyscheme": "base.AgencyScheme",
}


@dataclass(frozen=True, slots=True)
class Mensaje:
    """Un mensaje: ``id`` (el mismo para la misma respuesta), ``preparado`` (ISO 8601) y la dirección que lo produjo."""

    id: str
    preparado: str
    direccion: str


def urn(recurso: str, identificador: str, *partes: str, agencia: str = AGENCIA) -> str:
    """El nombre universal de una estructura o, con ``partes``, de un elemento suyo."""
    detras = "".join(f".{parte}" for parte in partes)
    return f"urn:sdmx:org.sdmx.infomodel.{_CLASES[recurso]}={agencia}:{identificador}({VERSION}){detras}"


URN_DE_LA_ESTRUCTURA = urn("datastructure", FLUJO)


def escribir_valor(valor: Decimal) -> str:
    """El número tal como va en JSON: punto decimal y sin ceros sobrantes."""
    return str(numero_json(valor))


def en_trozos(partes: Iterator[str]) -> Iterator[bytes]:
    """Junta textos pequeños en trozos que valga la pena enviar; nunca guarda más de uno."""
    pendientes: list[str] = []
    largo = 0
    for parte in partes:
        pendientes.append(parte)
        largo += len(parte)
        if largo >= _TROZO:
            yield "".join(pendientes).encode()
            pendientes, largo = [], 0
    if pendientes:
        yield "".join(pendientes).encode()
