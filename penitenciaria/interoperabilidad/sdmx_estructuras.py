"""Qué estructuras pide una dirección (``codelist/MINJUSDH/CL_SEXO`` …) y cuáles trae con ellas ``references``."""

from collections.abc import Collection
from dataclasses import dataclass

from indicadores.api.parametros import ParametroInvalido, citar
from indicadores.formato import enumerar
from penitenciaria.interoperabilidad.sdmx_consulta import TODO, ULTIMA
from penitenciaria.interoperabilidad.sdmx_modelo import (
    AGENCIA,
    AGENCIA_DE_AGENCIAS,
    AGENCIAS,
    CONCEPTOS,
    FLUJO,
    VERSION,
    Catalogo,
    Lista,
)

RECURSOS = ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme")
REFERENCIAS = ("none", "children", "descendants", "parents", "parentsandsiblings", "all")

#: Una estructura: qué es y cómo se llama.
Nodo = tuple[str, str]


class EstructuraInexistente(LookupError):
    """La dirección nombra una agencia, una estructura o una versión que aquí no hay."""


@dataclass(frozen=True, slots=True)
class Seleccion:
    """Las estructuras de una respuesta; las listas, en el orden del modelo."""

    flujo: bool
    estructura: bool
    conceptos: bool
    agencias: bool
    listas: tuple[Lista, ...]


def elegir(
    recurso: str, agencia: str, identificador: str, version: str, referencias: str, catalogo: Catalogo
) -> Seleccion:
    """Lo pedido y sus referencias. Levanta :class:`EstructuraInexistente` o :class:`ParametroInvalido`."""
    if recurso not in RECURSOS:
        raise EstructuraInexistente(f"No hay estructuras de la clase {citar(recurso)}: hay {enumerar(RECURSOS)}.")
    propios = {nodo for nodo in _todos(catalogo) if nodo[0] == recurso}
    de_quien = AGENCIA_DE_AGENCIAS if recurso == "agencyscheme" else AGENCIA
    if not set(agencia.split("+")) & {TODO, de_quien}:
        raise EstructuraInexistente(f"La agencia {citar(agencia)} no mantiene aquí nada: use «{de_quien}» o «{TODO}».")
    if version not in (TODO, ULTIMA, VERSION):
        raise EstructuraInexistente(f"No hay una versión {citar(version)}: la única es «{VERSION}».")
    pedidos = {(recurso, uno) for uno in identificador.split("+")}
    if identificador != TODO:
        for _, nombre in sorted(pedidos - propios):
            raise EstructuraInexistente(
                f"No hay {recurso} con el identificador {citar(nombre)}: hay "
                f"{enumerar(sorted(otro for _, otro in propios))}."
            )
        propios &= pedidos
    if referencias not in (*REFERENCIAS, *RECURSOS):
        raise ParametroInvalido(
            "references",
            f"El parámetro «references» dice {citar(referencias)}; "
            f"se admite {enumerar([*REFERENCIAS, *RECURSOS], 'o')}.",
        )
    elegidos = propios | _referidos(propios, referencias, catalogo)
    return Seleccion(
        flujo=("dataflow", FLUJO) in elegidos,
        estructura=("datastructure", FLUJO) in elegidos,
        conceptos=("conceptscheme", CONCEPTOS) in elegidos,
        agencias=("agencyscheme", AGENCIAS) in elegidos,
        listas=tuple(lista for lista in catalogo.listas.values() if ("codelist", lista.id) in elegidos),
    )


def _hijos(catalogo: Catalogo) -> dict[Nodo, frozenset[Nodo]]:
    """A qué hace referencia cada estructura."""
    listas = {("codelist", nombre) for nombre in catalogo.listas}
    return {
        ("dataflow", FLUJO): frozenset({("datastructure", FLUJO)}),
        ("datastructure", FLUJO): frozenset({("conceptscheme", CONCEPTOS), *listas}),
    }


def _todos(catalogo: Catalogo) -> set[Nodo]:
    hijos = _hijos(catalogo)
    return set(hijos).union(*hijos.values()) | {("agencyscheme", AGENCIAS)}


def _referidos(propios: Collection[Nodo], referencias: str, catalogo: Catalogo) -> set[Nodo]:
    hijos = _hijos(catalogo)

    def hijos_de(nodos: Collection[Nodo]) -> set[Nodo]:
        return set().union(*(hijos.get(nodo, frozenset()) for nodo in nodos))

    descendientes = hijos_de(propios)
    descendientes |= hijos_de(descendientes)
    padres = {padre for padre, suyos in hijos.items() if suyos & set(propios)}
    con_hermanos = padres | hijos_de(padres)
    por_nombre = {
        "none": set(),
        "children": hijos_de(propios),
        "descendants": descendientes,
        "parents": padres,
        "parentsandsiblings": con_hermanos,
        "all": con_hermanos | descendientes,
    }
    if referencias in por_nombre:
        return por_nombre[referencias]
    return {nodo for nodo in por_nombre["all"] if nodo[0] == referencias}
