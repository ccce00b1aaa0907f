"""Lo que ``bench.hostil`` y las pruebas le dicen a schemathesis: qué no se genera y qué se comprueba de más.

Se cargan con ``SCHEMATHESIS_HOOKS``.
"""

from typing import Any
from urllib.parse import quote

import schemathesis

#: Lo que estos parámetros admiten está en la base y ningún esquema puede decirlo: que no exista es un 400.
DE_LA_BASE = {"indicador", "objetivo", "servicio", "ambito", "padre", "entidad", "lineamiento", "cursor"}
#: Una dirección más larga la contesta el servidor web, que no habla en ``application/problem+json``.
LARGO_DEL_SERVIDOR = 3800


@schemathesis.hook
def filter_query(ctx: Any, query: dict[str, Any] | None) -> bool:
    """Vacío o con espacios alrededor equivale a no escribirlo o a escribirlo sin ellos (``allowEmptyValue``).

    Tampoco «4.0», que JSON Schema llama entero: aquí un entero se escribe sin decimales.
    """
    escritos = [str(parte) for par in (query or {}).items() for parte in par]
    if sum(len(quote(texto)) for texto in escritos) > LARGO_DEL_SERVIDOR:
        return False
    if any(isinstance(valor, float) for valor in (query or {}).values()):
        return False
    textos = [valor for valor in (query or {}).values() if isinstance(valor, str)]
    return all(texto and texto == texto.strip() for texto in textos)


@schemathesis.check
def lo_valido_se_acepta(ctx: Any, response: Any, case: Any) -> None:
    """A lo que el esquema admite solo se responde 400 por lo que no está en la base, y diciendo qué parámetro es.

    Va en lugar de ``positive_data_acceptance``, que no sabe de eso. De SDMX se ocupan sus propias pruebas: la gramática
    de sus claves no cabe en un esquema.
    """
    propio = "/sdmx/" not in case.path
    if response.status_code == 400 and propio and case.meta is not None and case.meta.generation.mode.is_positive:
        culpable = response.json().get("parametro")
        assert culpable in DE_LA_BASE, f"Se rechazó algo que el esquema admite: {response.text}"
