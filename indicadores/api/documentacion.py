"""Cómo se documenta un recurso: respuestas, errores y parámetros, para el esquema OpenAPI."""

import json
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from indicadores.api.esquemas import Problema
from indicadores.api.filtros import DIA, MOMENTO, Filtros
from indicadores.api.formatos import FORMATOS, TIPOS
from indicadores.api.paginacion import TAMANO_MAXIMO, TAMANO_POR_DEFECTO
from indicadores.api.parametros import LARGO_MAXIMO

PROBLEMA = "application/problem+json"
_ERRORES = {
    400: "Un parámetro o su valor no se admite; «parametro» dice cuál.",
    401: "Se envió una llave que no existe, venció o se revocó.",
    404: "No existe lo que se pide, o todavía no se había publicado a la fecha.",
    405: "La API es de solo lectura.",
    406: "Se pide un tipo de contenido que no se ofrece.",
    414: "La dirección es demasiado larga.",
    429: "Demasiadas peticiones desde la misma dirección o con la misma llave; «Retry-After» dice cuántos segundos "
    "esperar.",
    500: "Fallo del servidor.",
}

#: Un texto corto; más largo es un 400.
TEXTO = {"type": "string", "maxLength": LARGO_MAXIMO}

Vista = Callable[..., Any]
Esquema = serializers.BaseSerializer[Any]


def detalle(clase: type[serializers.Serializer[Any]]) -> Esquema:
    """Un solo objeto."""
    return clase()


@cache
def lista(clase: type[serializers.Serializer[Any]]) -> Esquema:
    """El sobre de una página de ``clase``."""
    sobre: Esquema = inline_serializer(
        f"PaginaDe{clase.__name__}",
        fields={
            "count": serializers.IntegerField(min_value=0, help_text="Cuántos hay en total."),
            "next": serializers.URLField(allow_null=True, help_text="La página siguiente."),
            "previous": serializers.URLField(allow_null=True, help_text="La página anterior."),
            "results": clase(many=True, help_text="Las filas de la página."),
        },
    )
    return sobre


def entero(minimo: int, maximo: int, defecto: int | None = None) -> dict[str, Any]:
    """La forma de un número entero acotado."""
    forma: dict[str, Any] = {"type": "integer", "minimum": minimo, "maximum": maximo}
    return forma if defecto is None else forma | {"default": defecto}


def parametro(nombre: str, descripcion: str, tipo: Any = TEXTO, **otros: Any) -> OpenApiParameter:
    return OpenApiParameter(nombre, tipo, OpenApiParameter.QUERY, description=descripcion, **otros)


MIRADA = [
    parametro(
        "corte",
        "Día hasta el que se mira: solo cuentan los periodos terminados entonces. Por defecto, hoy en Lima.",
        DIA,
    ),
    parametro(
        "a_la_fecha",
        "Lo publicado hasta ese día (hasta su último instante en Lima) o momento ISO. Por defecto, ahora.",
        MOMENTO,
    ),
    parametro("format", "Formato de la respuesta.", {"type": "string", "enum": ["json"]}),
]
#: En lugar del anterior, en las listas.
FORMATO_DE_LISTA = parametro(
    "format",
    "Formato de la respuesta. En csv y xlsx, sin page ni page_size, todas las filas.",
    {"type": "string", "enum": list(FORMATOS)},
)
DE_PAGINA = [
    parametro("page", "Número de página, desde 1.", entero(1, 999_999_999, 1)),
    parametro("page_size", f"Filas por página, hasta {TAMANO_MAXIMO}.", entero(1, TAMANO_MAXIMO, TAMANO_POR_DEFECTO)),
    parametro("search", "Palabras que se buscan sin distinguir mayúsculas ni tildes; deben estar todas."),
]


#: Qué nombra cada dirección que nombra algo: el parámetro, su descripción y un caso que existe.
DE_RUTA = {
    "objetivo": ("codigo", "Código del objetivo.", "OP.01"),
    "indicador": ("codigo", "Código del indicador.", "OP.01-I2"),
    "medicion": ("id", "Id de la versión, como lo da mediciones/.", "1000001"),
    "servicio": ("codigo", "Código del servicio.", "OP.01-S1"),
    "entidad": ("sigla", "Sigla de la entidad.", "INPE"),
    "ambito": ("codigo", "Código del ámbito; PE es el país.", "PE"),
}
#: Operación → lo que se pidió y lo que contestó con los datos reales; una prueba los compara y los vuelve a escribir.
EJEMPLOS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("ejemplos.json").read_text(encoding="utf-8") or "{}"
)


def _en_esquema(ejemplo: dict[str, Any] | None) -> list[OpenApiExample]:
    if ejemplo is None:
        return []
    # La dirección no va de nombre: el generador lo reescribe (page_size → pageSize) y al copiarla se recibiría un 400.
    return [OpenApiExample("Real", summary=ejemplo["peticion"], value=ejemplo["respuesta"], response_only=True)]


def admitir_vacios(result: dict[str, Any], **_otros: Any) -> dict[str, Any]:
    """Dice, en cada parámetro de consulta, que vacío equivale a no escribirlo: así los envía un formulario."""
    for operaciones in result["paths"].values():
        for operacion in operaciones.values():
            for suyo in operacion.get("parameters", []):
                if suyo["in"] == "query":
                    suyo["allowEmptyValue"] = True
    return result


def de_filtros(filtros: type[Filtros]) -> list[OpenApiParameter]:
    """Un parámetro por filtro declarado."""
    parametros = []
    for nombre, filtro in filtros.base_filters.items():
        opciones = [clave for clave, _ in filtro.extra.get("choices", [])]
        forma = {"type": "string", "enum": opciones} if opciones else getattr(filtro, "esquema", TEXTO)
        parametros.append(parametro(nombre, filtro.extra.get("help_text", ""), forma))
    return parametros


def de_orden(ordenes: Iterable[str]) -> OpenApiParameter:
    uno = f"-?({'|'.join(sorted(ordenes))})"
    return parametro(
        "ordering",
        f"Orden: {', '.join(sorted(ordenes))}; con «-» delante se invierte y la coma separa.",
        {"type": "string", "pattern": f"^{uno}(,{uno})*$", "maxLength": LARGO_MAXIMO},
    )


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
    ejemplo = EJEMPLOS.get(nombre)
    bien = OpenApiResponse(respuesta, description=resumen, examples=_en_esquema(ejemplo))
    respuestas: dict[Any, Any] = {(200, "application/json"): bien} | errores()
    if ordenes:
        todos = [*todos[:-1], FORMATO_DE_LISTA, de_orden(ordenes), *DE_PAGINA]
        for tipo in TIPOS.values():
            respuestas[200, tipo.partition(";")[0]] = OpenApiTypes.BINARY
    if nombre in DE_RUTA:
        clave, descripcion, caso = DE_RUTA[nombre]
        de_caso = [OpenApiExample(caso, value=caso, parameter_only=(clave, "path"))]
        todos.append(OpenApiParameter(clave, TEXTO, OpenApiParameter.PATH, description=descripcion, examples=de_caso))
    return extend_schema(
        operation_id=nombre, summary=resumen, description=f"{resumen}.", parameters=todos, responses=respuestas
    )


def errores() -> dict[Any, Any]:
    """La respuesta de cada error, igual en todo recurso."""
    return {
        (codigo, PROBLEMA): OpenApiResponse(Problema, description=descripcion)
        for codigo, descripcion in _ERRORES.items()
    }
