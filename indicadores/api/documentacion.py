"""Cómo se documenta un recurso: respuestas, errores y parámetros, para el esquema OpenAPI."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from indicadores.api.esquemas import Problema
from indicadores.api.filtros import Filtros
from indicadores.api.paginacion import TAMANO_MAXIMO, TAMANO_POR_DEFECTO

PROBLEMA = "application/problem+json"
_ERRORES = {
    400: "Un parámetro o su valor no se admite; «parametro» dice cuál.",
    404: "No existe lo que se pide, o todavía no se había publicado a la fecha.",
    405: "La API es de solo lectura.",
    406: "Se pide un tipo de contenido que no se ofrece.",
    429: "Demasiadas peticiones desde la misma dirección; «Retry-After» dice cuántos segundos esperar.",
    500: "Fallo del servidor.",
}

Vista = Callable[..., Any]
Esquema = serializers.BaseSerializer[Any]


def detalle(clase: type[serializers.Serializer[Any]]) -> Esquema:
    """Un solo objeto."""
    return clase()


def lista(clase: type[serializers.Serializer[Any]]) -> Esquema:
    """El sobre de una página de ``clase``."""
    sobre: Esquema = inline_serializer(
        f"PaginaDe{clase.__name__}",
        fields={
            "count": serializers.IntegerField(min_value=0, help_text="Cuántos hay en total."),
            "next": serializers.URLField(allow_null=True, help_text="La página siguiente."),
            "previous": serializers.URLField(allow_null=True, help_text="La página anterior."),
            "results": clase(many=True),
        },
    )
    return sobre


def parametro(nombre: str, descripcion: str, tipo: Any = OpenApiTypes.STR, **otros: Any) -> OpenApiParameter:
    return OpenApiParameter(nombre, tipo, OpenApiParameter.QUERY, description=descripcion, **otros)


MIRADA = [
    parametro(
        "corte",
        "Día hasta el que se mira: solo cuentan los periodos terminados entonces. Por defecto, hoy en Lima.",
        OpenApiTypes.DATE,
    ),
    parametro(
        "a_la_fecha",
        "Lo publicado hasta ese día (hasta su último instante en Lima) o momento ISO. Por defecto, ahora.",
    ),
    parametro("format", "Formato de la respuesta.", enum=["json"]),
]
DE_PAGINA = [
    parametro("page", "Número de página, desde 1.", OpenApiTypes.INT, default=1),
    parametro(
        "page_size",
        f"Filas por página, hasta {TAMANO_MAXIMO}.",
        OpenApiTypes.INT,
        default=TAMANO_POR_DEFECTO,
    ),
    parametro("search", "Palabras que se buscan sin distinguir mayúsculas ni tildes; deben estar todas."),
]


def de_filtros(filtros: type[Filtros]) -> list[OpenApiParameter]:
    """Un parámetro por filtro declarado."""
    parametros = []
    for nombre, filtro in filtros.base_filters.items():
        opciones = [clave for clave, _ in filtro.extra.get("choices", [])]
        parametros.append(parametro(nombre, filtro.extra.get("help_text", ""), enum=opciones or None))
    return parametros


def de_orden(ordenes: Iterable[str]) -> OpenApiParameter:
    return parametro("ordering", f"Orden: {', '.join(sorted(ordenes))}; con «-» delante se invierte y la coma separa.")


def documentar(
    nombre: str,
    respuesta: Esquema,
    resumen: str,
    *,
    filtros: type[Filtros] | None = None,
    ordenes: Collection[str] = (),
    parametros: Collection[OpenApiParameter] = (),
) -> Callable[[Vista], Vista]:
    """Decora ``get`` con lo que el esquema dice de él; ``filtros`` u ``ordenes`` hacen de él una lista paginada."""
    todos = [*parametros, *(de_filtros(filtros) if filtros else []), *MIRADA]
    if ordenes:
        todos += [de_orden(ordenes), *DE_PAGINA]
    respuestas: dict[Any, Any] = {200: OpenApiResponse(respuesta, description=resumen)}
    for codigo, descripcion in _ERRORES.items():
        respuestas[codigo, PROBLEMA] = OpenApiResponse(Problema, description=descripcion)
    return extend_schema(
        operation_id=nombre, summary=resumen, description=f"{resumen}.", parameters=todos, responses=respuestas
    )
