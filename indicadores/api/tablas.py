"""Las columnas de cada recurso de lista: se deducen de la misma forma que documenta el esquema OpenAPI.

Una tabla no puede anidar: lo que en JSON es un objeto dentro de otro (``motivo.codigo``) es aquí una columna con los
dos nombres unidos (``motivo_codigo``). Una lista de códigos va en una celda, separada por «; »; una lista de objetos,
como JSON.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from rest_framework import serializers

Celda = str | int | float | Decimal | bool | None
Esquema = type[serializers.Serializer[Any]]
SEPARADOR = "; "


class Tipo(StrEnum):
    """Qué se escribe en una columna."""

    TEXTO = "texto"
    ENTERO = "entero"
    DECIMAL = "decimal"
    LOGICO = "lógico"
    FECHA = "fecha"
    MOMENTO = "momento"
    LISTA = "lista de códigos"
    ESTRUCTURA = "lista en JSON"


#: En qué se cuenta cada columna numérica, por el nombre en que termina; un nombre entero manda sobre su final.
UNIDADES = {
    "valor": "la del indicador",
    "avance_valor": "puntos de porcentaje",
    "numerador": "la que dice la ficha del indicador",
    "denominador": "la que dice la ficha del indicador",
    "tipo_i": "puntos de porcentaje",
    "tipo_ii": "puntos de porcentaje",
    "anio": "año",
    "capacidad": "personas",
    "decimales": "cifras",
    "con_dato": "indicadores",
    "de": "indicadores",
    "version": "número de orden",
    "relevancia": "de 1 (menos) a 3 (más)",
}
#: De qué habla lo que está dentro de otro objeto.
DENTRO_DE = {
    "linea_base": "Línea base",
    "ultima_medicion": "Última medición",
    "avance": "Avance en el año del corte",
    "ultimo_avance": "Último avance conocido",
    "motivo": "Por qué falta",
    "motivo_tipo_ii": "Por qué falta el avance tipo II",
    "fuente": "Fuente",
    "ficha": "Ficha técnica",
    "enlaces": "Enlace",
}
#: Lo que significa un campo cuyo esquema no lo dice.
SIGNIFICADOS = {
    "codigo": "Código.",
    "codigo_oficial": "Código que le da la norma o la entidad rectora.",
    "nombre": "Nombre.",
    "sigla": "Sigla.",
    "es_colectiva": "Es un grupo de instituciones que la fuente no separa.",
    "unidad": "Unidad de medida.",
    "sentido": "Hacia dónde debe moverse el valor.",
    "periodicidad": "Cada cuánto se mide, si la ficha lo dice.",
    "logros_esperados": "Los logros esperados de cada año.",
    "numerador": "La cantidad que se divide, si la fuente la da.",
    "denominador": "La cantidad entre la que se divide, si la fuente la da.",
    "situacion": "preliminar: la entidad puede revisarla. definitiva: no.",
    "version": "Qué versión de la cifra es; la primera es 1.",
    "publicada_en": "Desde cuándo rige.",
    "nivel": "Si es el país, una oficina regional o un establecimiento.",
    "departamento": "Departamento.",
    "priorizado": "La entidad rectora declaró prioritario su cumplimiento.",
    "objeto_medicion": "Qué se mide.",
    "justificacion": "Por qué se mide.",
    "limitaciones": "Qué no alcanza a mostrar.",
    "metodo_calculo": "Cómo se calcula.",
    "formula": "La fórmula.",
    "tipo_agregacion": "Cómo se agrega.",
    "supuestos": "Qué se supone.",
    "fuente_datos": "De dónde salen los datos.",
    "proceso_recoleccion": "Cómo se recogen.",
    "notas": "Notas.",
    "relevancia": "Cuánto pesa en el avance de su objetivo.",
    "padre": "Código del que lo contiene.",
    "estado": "Estado.",
    "entidades": "Quiénes participan, con su papel.",
    "documentos": "Los documentos que lo gobiernan.",
    "suspensiones": "Qué lo interrumpió, según los reportes.",
    "servicios": "Los servicios en que participa, con su papel.",
    "descripcion": "Descripción.",
    "proveedor": "Quién lo provee.",
    "receptor": "Quién lo recibe.",
    "cobertura": "A quiénes o adónde llega.",
    "estandares": "Con qué estándares se provee.",
}


@dataclass(frozen=True, slots=True)
class Columna:
    """Una columna: ``camino`` es dónde está su dato en el JSON; ``puede_faltar``, si admite celdas vacías."""

    nombre: str
    camino: tuple[str, ...]
    tipo: Tipo
    significado: str
    unidad: str
    puede_faltar: bool
    opciones: tuple[str, ...] = ()


@cache
def columnas_de(esquema: Esquema, primeras: tuple[str, ...] = ()) -> tuple[Columna, ...]:
    """Las columnas de las filas con esa forma; ``primeras`` van delante."""
    todas = {columna.nombre: columna for columna in _recorrer(esquema(), (), False)}
    return (*(todas.pop(nombre) for nombre in primeras), *todas.values())


def _recorrer(esquema: Any, camino: tuple[str, ...], puede_faltar: bool) -> Iterator[Columna]:
    for nombre, campo in esquema.get_fields().items():
        suyo, falta = (*camino, nombre), puede_faltar or campo.allow_null
        if isinstance(campo, serializers.Serializer):
            yield from _recorrer(campo, suyo, falta)
            continue
        unido, tipo = "_".join(suyo), _tipo_de(campo)
        es_numero = tipo in (Tipo.ENTERO, Tipo.DECIMAL)
        dicho = str(campo.help_text or "") or SIGNIFICADOS.get(nombre, "")
        yield Columna(
            nombre=unido,
            camino=suyo,
            tipo=tipo,
            significado=". ".join((*(DENTRO_DE[parte] for parte in camino), dicho)),
            unidad=(UNIDADES.get(unido) or UNIDADES.get(nombre, "")) if es_numero else "",
            puede_faltar=falta or tipo in (Tipo.LISTA, Tipo.ESTRUCTURA) or getattr(campo, "allow_blank", False),
            opciones=tuple(str(opcion) for opcion in getattr(campo, "choices", ())),
        )


def _tipo_de(campo: Any) -> Tipo:
    for clase, tipo in (
        (serializers.ListSerializer, Tipo.ESTRUCTURA),
        (serializers.ListField, Tipo.LISTA),
        (serializers.BooleanField, Tipo.LOGICO),
        (serializers.IntegerField, Tipo.ENTERO),
        (serializers.FloatField, Tipo.DECIMAL),
        (serializers.DateTimeField, Tipo.MOMENTO),
        (serializers.DateField, Tipo.FECHA),
    ):
        if isinstance(campo, clase):
            return tipo
    return Tipo.TEXTO


def aplanar(fila: Mapping[str, Any], columnas: tuple[Columna, ...]) -> list[Celda]:
    """La fila de JSON ``fila`` como celdas, en el orden de ``columnas``; lo que falta es None."""
    return [_celda(fila, columna) for columna in columnas]


def _celda(fila: Mapping[str, Any], columna: Columna) -> Celda:
    dato: Any = fila
    for paso in columna.camino:
        dato = dato[paso]
        if dato is None:
            return None
    if columna.tipo is Tipo.LISTA:
        return SEPARADOR.join(dato) or None
    if columna.tipo is Tipo.ESTRUCTURA:
        return json.dumps(dato, ensure_ascii=False) if dato else None
    return None if dato == "" else dato
