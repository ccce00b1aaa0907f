"""El documento guardado como texto y leído de vuelta, idéntico: lo emitido se muestra como se emitió. Puro."""

import json
from dataclasses import fields, is_dataclass
from typing import Any

from penitenciaria.informe.documento import Columna, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo

CLASES = {clase.__name__: clase for clase in (Columna, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo)}
#: La clave que dice de qué clase es cada objeto.
CLASE = "clase"


def a_texto(documento: Documento) -> str:
    """El documento como JSON, con las claves en orden."""
    return json.dumps(_plano(documento), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def de_texto(texto: str) -> Documento:
    """El documento que ``a_texto`` escribió."""
    documento = json.loads(texto, object_hook=_armar)
    if not isinstance(documento, Documento):
        raise ValueError("El texto no guarda un documento.")
    return documento


def _plano(hecho: Any) -> Any:
    if isinstance(hecho, tuple):
        return [_plano(uno) for uno in hecho]
    if is_dataclass(hecho):
        campos = {campo.name: _plano(getattr(hecho, campo.name)) for campo in fields(hecho)}
        return {CLASE: type(hecho).__name__, **campos}
    return hecho


def _armar(objeto: dict[str, Any]) -> Any:
    clase = CLASES[objeto.pop(CLASE)]
    return clase(**{campo: _inmutable(valor) for campo, valor in objeto.items()})


def _inmutable(valor: Any) -> Any:
    return tuple(_inmutable(uno) for uno in valor) if isinstance(valor, list) else valor
