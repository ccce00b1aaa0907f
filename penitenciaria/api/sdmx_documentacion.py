"""Lo que el esquema OpenAPI dice de las direcciones SDMX."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from indicadores.api.documentacion import MIRADA, Vista, errores, parametro
from penitenciaria.interoperabilidad.sdmx_consulta import TODAS_LAS_DIMENSIONES, Detalle
from penitenciaria.interoperabilidad.sdmx_estructuras import RECURSOS, REFERENCIAS
from penitenciaria.interoperabilidad.sdmx_formatos import Formato
from penitenciaria.interoperabilidad.sdmx_modelo import AGENCIA, DIMENSIONES, FLUJO, TIEMPO, VERSION

_CLAVE = ".".join(dimension.id for dimension in DIMENSIONES)


def _de_ruta(nombre: str, descripcion: str, **otros: Any) -> OpenApiParameter:
    return OpenApiParameter(nombre, OpenApiTypes.STR, OpenApiParameter.PATH, description=descripcion, **otros)


_FLUJO = _de_ruta("flujo", f"El flujo de datos: {FLUJO}, {AGENCIA},{FLUJO} o {AGENCIA},{FLUJO},{VERSION}.")
_DE_CLAVE = _de_ruta(
    "clave",
    f"Qué series: {_CLAVE}, separados por puntos. Una parte vacía es «cualquiera», «+» une varias y «all» es todo. "
    "El punto de un código se escribe «_»: OP_01-I2.PE.T.oficial.MEDICION.A",
)
_DE_ESTRUCTURA = (
    _de_ruta("recurso", "Qué clase de estructura.", enum=list(RECURSOS)),
    _de_ruta("agencia", f"Quién la mantiene: {AGENCIA} (SDMX, para agencyscheme) o all."),
    _de_ruta("identificador", f"Cómo se llama: {FLUJO}, CL_AMBITO…; «+» une varias y «all» es todas."),
    _de_ruta("edicion", f"La versión: {VERSION}, latest o all."),
)
_DE_DATOS = (
    parametro(
        "startPeriod", "Solo periodos que empiezan entonces o después: 2020, 2021-S1, 2021-Q1, 2021-03 o un día."
    ),
    parametro("endPeriod", "Solo periodos que terminan entonces o antes, con las mismas formas."),
    parametro("updatedAfter", "Solo lo publicado después de ese momento (ISO 8601).", OpenApiTypes.DATETIME),
    parametro("firstNObservations", "Cuántas de las primeras observaciones de cada serie.", OpenApiTypes.INT),
    parametro("lastNObservations", "Cuántas de las últimas observaciones de cada serie.", OpenApiTypes.INT),
    parametro(
        "dimensionAtObservation",
        "Series en el tiempo u observaciones sueltas.",
        enum=[TIEMPO.id, TODAS_LAS_DIMENSIONES],
        default=TIEMPO.id,
    ),
    parametro(
        "detail",
        "Todo, solo valores, solo claves de serie, o series con sus atributos y sin observaciones.",
        enum=[detalle.value for detalle in Detalle],
        default=Detalle.TODO.value,
    ),
)
_REFERENCIAS = parametro(
    "references", "Qué otras estructuras se agregan.", enum=[*REFERENCIAS, *RECURSOS], default="none"
)
_ENTERA = parametro("detail", "Una estructura se da siempre entera.", enum=["full"], default="full")
_MIRADA = tuple(uno for uno in MIRADA if uno.name != "format")

Decorador = Callable[[Vista], Vista]


def documentar_datos(nombre: str, resumen: str, formatos: Sequence[Formato], *, con_clave: bool) -> Decorador:
    """Decora el ``get`` de los datos."""
    de_ruta = (_FLUJO, _DE_CLAVE) if con_clave else (_FLUJO,)
    descripcion = (
        f"{resumen}: mediciones, logros esperados y líneas base. Un valor que falta es una observación sin valor, con "
        "su estado (OBS_STATUS) y su motivo (MOTIVO, OBS_COMMENT): nunca cero. Si nada cumple la consulta, 404."
    )
    return _documentar(nombre, resumen, descripcion, formatos, (*de_ruta, *_DE_DATOS))


def documentar_estructuras(nombre: str, resumen: str, formatos: Sequence[Formato], *, partes: int) -> Decorador:
    """Decora el ``get`` de las estructuras; ``partes``, cuántas lleva la dirección después del recurso."""
    de_ruta = _DE_ESTRUCTURA[: partes + 1]
    return _documentar(nombre, resumen, f"{resumen}.", formatos, (*de_ruta, _REFERENCIAS, _ENTERA))


def _documentar(
    nombre: str, resumen: str, descripcion: str, formatos: Sequence[Formato], parametros: Sequence[OpenApiParameter]
) -> Decorador:
    formato = parametro(
        "format",
        "Formato de la respuesta; sin él decide la cabecera Accept.",
        enum=[uno.nombre for uno in formatos],
        default=formatos[0].nombre,
    )
    respuestas: dict[Any, Any] = {
        (200, uno.completo): OpenApiResponse(
            OpenApiTypes.OBJECT if uno.tipo.endswith("+json") else OpenApiTypes.STR, description=resumen
        )
        for uno in formatos
    }
    return extend_schema(
        operation_id=nombre,
        summary=resumen,
        description=descripcion,
        parameters=[*parametros, *_MIRADA, formato],
        responses=respuestas | errores(),
    )
