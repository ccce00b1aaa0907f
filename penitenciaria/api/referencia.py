"""La referencia legible de la API, escrita a partir de su esquema OpenAPI: la página nunca dice otra cosa que él."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_REFERENCIA = "#/components/schemas/"
_TIPOS = {
    "string": "texto",
    "integer": "entero",
    "number": "número",
    "boolean": "sí o no",
    "object": "objeto",
    "null": "nulo",
}
_FORMATOS = {"date": "fecha", "date-time": "fecha y hora", "uri": "dirección"}


@dataclass(frozen=True, slots=True)
class Parametro:
    nombre: str
    tipo: str
    significado: str
    es_de_ruta: bool


@dataclass(frozen=True, slots=True)
class Respuesta:
    """El estado HTTP, qué significa y el objeto que lleva; ``objeto`` es vacío si no es uno con nombre."""

    estado: str
    significado: str
    objeto: str


@dataclass(frozen=True, slots=True)
class Operacion:
    """Una dirección; ``probar`` es una que se puede abrir tal cual, o vacío si pide un dato que no se sabe."""

    ancla: str
    ruta: str
    resumen: str
    descripcion: str
    parametros: tuple[Parametro, ...]
    es_lista: bool
    objeto: str
    probar: str


@dataclass(frozen=True, slots=True)
class Grupo:
    nombre: str
    operaciones: tuple[Operacion, ...]


@dataclass(frozen=True, slots=True)
class Campo:
    """Un campo de un objeto: ``objeto`` es el nombre del que lleva dentro; ``opcional``, si puede no venir."""

    nombre: str
    tipo: str
    objeto: str
    significado: str
    opcional: bool


@dataclass(frozen=True, slots=True)
class Objeto:
    nombre: str
    descripcion: str
    campos: tuple[Campo, ...]


@dataclass(frozen=True, slots=True)
class Referencia:
    """Lo que muestra la página: las direcciones por recurso, lo común a todas y los objetos que devuelven."""

    titulo: str
    version: str
    descripcion: str
    cuantas: int
    grupos: tuple[Grupo, ...]
    comunes: tuple[Parametro, ...]
    de_lista: tuple[Parametro, ...]
    errores: tuple[Respuesta, ...]
    objetos: tuple[Objeto, ...]


def escribir_referencia(documento: Json, ejemplos: Mapping[str, str]) -> Referencia:
    """La referencia de un documento OpenAPI 3.1; ``ejemplos`` da un valor a cada parámetro de ruta (por su ruta)."""
    brutas = [(ruta, metodos["get"]) for ruta, metodos in documento["paths"].items() if "get" in metodos]
    listas = [cruda for _, cruda in brutas if _es_lista(cruda)]
    comunes = _en_todas(cruda for _, cruda in brutas)
    de_lista = [nombre for nombre in _en_todas(listas) if nombre not in comunes]
    grupos: dict[str, list[Operacion]] = {}
    for ruta, cruda in brutas:
        propios = [p for p in _parametros(cruda) if p.nombre not in comunes and p.nombre not in de_lista]
        grupos.setdefault(_recurso(ruta), []).append(
            Operacion(
                ancla=cruda["operationId"],
                ruta=ruta,
                resumen=cruda.get("summary", ""),
                descripcion=_sin_repetir(cruda),
                parametros=tuple(propios),
                es_lista=_es_lista(cruda),
                objeto=_objeto_de(cruda["responses"].get("200", {})),
                probar=ruta if "{" not in ruta else ejemplos.get(ruta, ""),
            )
        )
    return Referencia(
        titulo=documento["info"]["title"],
        version=documento["info"]["version"],
        descripcion=documento["info"].get("description", ""),
        cuantas=len(brutas),
        grupos=tuple(Grupo(nombre, tuple(suyas)) for nombre, suyas in sorted(grupos.items())),
        comunes=tuple(p for p in _parametros(brutas[0][1]) if p.nombre in comunes),
        de_lista=tuple(p for p in _parametros(listas[0]) if p.nombre in de_lista) if listas else (),
        errores=_errores(cruda for _, cruda in brutas),
        objetos=tuple(
            _objeto(nombre, esquema)
            for nombre, esquema in sorted(documento.get("components", {}).get("schemas", {}).items())
            if esquema.get("properties")
        ),
    )


def _recurso(ruta: str) -> str:
    """El recurso de una ruta: lo que sigue a la versión; «raíz» si no sigue nada."""
    return ruta.removeprefix("/api/v1/").partition("/")[0] or "raíz"


def _es_lista(cruda: Json) -> bool:
    return any(p["name"] == "page" for p in cruda.get("parameters", ()))


def _en_todas(crudas: Iterable[Json]) -> frozenset[str]:
    """Los parámetros de consulta que admiten todas."""
    conjuntos = [{p["name"] for p in cruda.get("parameters", ()) if p["in"] == "query"} for cruda in crudas]
    return frozenset(set.intersection(*conjuntos)) if conjuntos else frozenset()


def _parametros(cruda: Json) -> list[Parametro]:
    return [
        Parametro(p["name"], _tipo(p.get("schema", {}))[0], p.get("description", ""), p["in"] == "path")
        for p in cruda.get("parameters", ())
        if p["in"] in ("query", "path")
    ]


def _sin_repetir(cruda: Json) -> str:
    """La descripción, si añade algo al resumen."""
    descripcion = str(cruda.get("description", ""))
    return "" if descripcion.rstrip(".") == str(cruda.get("summary", "")).rstrip(".") else descripcion


def _objeto_de(respuesta: Json) -> str:
    for contenido in respuesta.get("content", {}).values():
        return _tipo(contenido.get("schema", {}))[1]
    return ""


def _errores(crudas: Iterable[Json]) -> tuple[Respuesta, ...]:
    """Cada estado de error una sola vez, con lo primero que se dice de él."""
    vistos: dict[str, Respuesta] = {}
    for cruda in crudas:
        for estado, respuesta in cruda["responses"].items():
            if not estado.startswith("2"):
                dicho = Respuesta(estado, respuesta.get("description", ""), _objeto_de(respuesta))
                vistos.setdefault(estado, dicho)
    return tuple(vistos[estado] for estado in sorted(vistos))


def _objeto(nombre: str, esquema: Json) -> Objeto:
    exigidos = esquema.get("required", ())
    campos = []
    for suyo, propiedad in esquema["properties"].items():
        tipo, objeto = _tipo(propiedad)
        dicho = str(propiedad.get("description", "")).partition("\n\n* `")[0]  # lo que sigue repite los valores
        dicho = "" if dicho.startswith("* `") else dicho
        campos.append(Campo(suyo, tipo, objeto, dicho, suyo not in exigidos))
    return Objeto(nombre, str(esquema.get("description", "")), tuple(campos))


def _tipo(esquema: Json) -> tuple[str, str]:
    """El tipo en palabras y el objeto con nombre que lleva (vacío si ninguno)."""
    if "$ref" in esquema:
        return "objeto", str(esquema["$ref"]).removeprefix(_REFERENCIA)
    for clave in ("oneOf", "anyOf", "allOf"):
        if clave in esquema:
            partes = [_tipo(parte) for parte in esquema[clave]]
            return " o ".join(dict.fromkeys(tipo for tipo, _ in partes)), next((o for _, o in partes if o), "")
    if "enum" in esquema:
        return " | ".join("nulo" if valor is None else str(valor) for valor in esquema["enum"]), ""
    tipos = esquema.get("type", "")
    varios = [tipos] if isinstance(tipos, str) else list(tipos)
    if "array" in varios:
        tipo, objeto = _tipo(esquema.get("items", {}))
        return " o ".join(["lista" if objeto or not tipo else f"lista de {tipo}", *_resto(varios)]), objeto
    if esquema.get("format") in _FORMATOS:
        return " o ".join([_FORMATOS[esquema["format"]], *_resto(varios)]), ""
    return " o ".join(_TIPOS.get(uno, uno) for uno in varios if uno) or "cualquiera", ""


def _resto(varios: list[str]) -> list[str]:
    return ["nulo"] if "null" in varios else []
