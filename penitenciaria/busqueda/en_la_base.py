"""Qué filas pueden responder a una consulta: PostgreSQL lo decide con su búsqueda de texto; SQLite da todas.

En PostgreSQL el texto se pliega con ``translate`` (la extensión ``unaccent`` puede faltar) y se busca dos veces: con la
configuración ``spanish``, por raíces, y con ``simple``, por la palabra tal cual o por su comienzo. En las dos bases
decide el orden la misma función: :func:`penitenciaria.busqueda.hallazgos.hallar`.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from penitenciaria.busqueda.palabras import Consulta, con_su_tilde, formas

CON_TILDE, SIN_TILDE = (
    "ÁÀÂÄÃÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇáàâäãéèêëíìîïóòôöõúùûüñç",
    "AAAAAEEEEIIIIOOOOOUUUUNCaaaaaeeeeiiiiooooouuuunc",
)


def que_pueden_responder(filas: QuerySet[Any], campos: Sequence[str], consulta: Consulta) -> QuerySet[Any]:
    """Las filas con alguna de las palabras en alguno de los ``campos``, o con el código buscado."""
    if connections[filas.db].vendor != "postgresql":
        return filas
    plegado = _plegado(campos)
    condicion = reduce(or_, (Q(raices=_por_raiz(termino)) for termino in consulta.terminos), Q())
    condicion |= reduce(
        or_, (Q(literal=_tal_cual(uno)) for termino in consulta.terminos for uno in formas(termino)), Q()
    )
    if consulta.prefijo:
        condicion |= Q(literal=SearchQuery(f"{consulta.prefijo}:*", config="simple", search_type="raw"))
    if consulta.codigo and "codigo" in campos:
        filas = filas.annotate(clave=_clave_de_codigo())
        condicion |= Q(clave__startswith=consulta.codigo)
    return filas.annotate(
        raices=SearchVector(_sin(plegado, r"ion\M", "ión"), config="spanish"),
        literal=SearchVector(plegado, config="simple"),
    ).filter(condicion)


def _por_raiz(termino: str) -> SearchQuery:
    return SearchQuery(con_su_tilde(termino), config="spanish", search_type="raw")


def _tal_cual(termino: str) -> SearchQuery:
    return SearchQuery(termino, config="simple", search_type="raw")


def _plegado(campos: Sequence[str]) -> Func:
    """Los campos juntos, sin tildes, en minúsculas y con un espacio donde no hay letra ni número."""
    juntos = Func(Value(" "), *(F(campo) for campo in campos), function="concat_ws", output_field=TextField())
    sin_tildes = Func(juntos, Value(CON_TILDE), Value(SIN_TILDE), function="translate", output_field=TextField())
    return _sin(Lower(sin_tildes), "[^a-z0-9]+", " ")


def _clave_de_codigo() -> Func:
    """Lo mismo que :func:`penitenciaria.busqueda.palabras.clave_de_codigo`, del campo ``codigo``."""
    return _sin(_sin(Lower(F("codigo")), "[^a-z0-9]", ""), "([a-z])0+([0-9])", r"\1\2")


def _sin(expresion: Any, patron: str, reemplazo: str) -> Func:
    partes = (expresion, Value(patron), Value(reemplazo), Value("g"))
    return Func(*partes, function="regexp_replace", output_field=TextField())
