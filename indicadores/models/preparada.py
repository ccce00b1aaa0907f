"""Sentencias que se leen muchas veces con otros valores: la marca, una lista, lo de un indicador.

PostgreSQL las prepara una vez por conexión, porque planear una consulta de pocas filas le cuesta tanto como ejecutarla,
y decide él, como con cualquier sentencia preparada, si un mismo plan le sirve para todos los valores. Solo se prepara
fuera de una transacción, donde un fallo no deshace nada: si la base no quiso prepararla o ya no la tiene (un
intermediario que reparte conexiones, una tabla que cambió), se ejecuta tal cual y esa conexión no vuelve a intentarlo.
El nombre sale del texto, así que un mismo nombre nunca es otra sentencia.

SQLite ya recuerda sus planes: allí se va derecho al conductor, que los envoltorios de Django cuestan el doble que leer
una fila. Quien mide o vigila las consultas (``execute_wrappers``) las ve igual; cuando Django las anota todas
(``queries_logged``: la depuración, las pruebas que cuentan), van por donde él las anota.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, cast

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

Fila = tuple[Any, ...]

#: Las que se preparan en una conexión; las demás se ejecutan como siempre.
TOPE = 200
#: Cómo empiezan los códigos de lo que puede fallar solo por estar preparada: no la tiene o ya la tenía, cambió una
#: tabla, no supo de qué tipo es un valor. La sentencia tal cual dirá si el fallo era suyo.
NO_SIRVE = ("26", "42", "0A", "22")


class _Preparadas:
    """Las de una conexión de verdad: si Django abre otra, se empieza de nuevo."""

    def __init__(self, conexion: BaseDatabaseWrapper) -> None:
        self.de = conexion.connection
        self.hechas: set[str] = set()
        self.imposibles: set[str] = set()


def leer(conexion: BaseDatabaseWrapper, sql: str, valores: Sequence[Any] = (), *, preparar: bool = True) -> list[Fila]:
    """Las filas de ``sql`` (con un ``%s`` por valor). Los errores son los de Django al ejecutarla.

    No conviene preparar una cuyo mejor plan depende de los valores: entre qué días, desde qué fila.
    """
    directo = not conexion.queries_logged
    if directo and conexion.vendor == "sqlite" and conexion.connection is not None:
        conexion.validate_no_broken_transaction()
        ejecutar: Callable[..., Any] = _derecho
        for envoltorio in reversed(conexion.execute_wrappers):
            ejecutar = partial(envoltorio, ejecutar)
        return cast("list[Fila]", ejecutar(sql, valores, False, {"connection": conexion}))
    with conexion.cursor() as cursor:
        se_prepara = preparar and directo and conexion.vendor == "postgresql" and not conexion.in_atomic_block
        if not (se_prepara and _preparada(conexion, cursor, sql, valores)):
            cursor.execute(sql, valores or None)
        return cast("list[Fila]", cursor.fetchall())


def _derecho(sql: str, valores: Sequence[Any], _varias: bool, contexto: dict[str, Any]) -> list[Fila]:
    conexion: BaseDatabaseWrapper = contexto["connection"]
    with conexion.wrap_database_errors:
        filas: list[Fila] = conexion.connection.execute(_con_interrogaciones(sql, len(valores)), valores).fetchall()
        return filas


@lru_cache(maxsize=1024)
def _con_interrogaciones(sql: str, cuantos: int) -> str:
    return sql % (("?",) * cuantos) if cuantos else sql


def con_fijos(conexion: BaseDatabaseWrapper, sql: str, valores: Sequence[Any], huecos: Collection[int]) -> str:
    """``sql`` con los valores que nunca cambian escritos en ella; quedan los ``%s`` de ``huecos``.

    Así PostgreSQL sabe, al planear una vez para cualquier valor, cuántas filas dejan los que no cambian.
    """
    with conexion.cursor() as cursor:
        escritos = [
            "%s" if lugar in huecos else cursor.mogrify("%s", [valor]).decode().replace("%", "%%")
            for lugar, valor in enumerate(valores)
        ]
    return sql.replace("%%", "%%%%") % tuple(escritos)


def texto_de(sentencia: str) -> str:
    """Lo que ejecuta un ``EXECUTE`` nuestro; cualquier otra sentencia, como vino."""
    return _TEXTOS.get(sentencia.partition("(")[0], sentencia)


#: «EXECUTE nombre» → la sentencia; tantas como distintas se preparan.
_TEXTOS: dict[str, str] = {}


def _preparada(conexion: BaseDatabaseWrapper, cursor: CursorWrapper, sql: str, valores: Sequence[Any]) -> bool:
    """Si se ejecutó preparada."""
    suyas: _Preparadas | None = getattr(conexion, "_portal_preparadas", None)
    if suyas is None or suyas.de is not conexion.connection:
        suyas = conexion._portal_preparadas = _Preparadas(conexion)  # type: ignore[attr-defined]
    nombre, preparar, ejecutar = _sentencias(sql, len(valores))
    if nombre in suyas.imposibles:
        return False
    try:
        if nombre not in suyas.hechas:
            if len(suyas.hechas) >= TOPE:
                return False
            cursor.execute(preparar)
            suyas.hechas.add(nombre)
        cursor.execute(ejecutar, valores or None)
    except DatabaseError as error:
        if not (getattr(error.__cause__, "pgcode", None) or "").startswith(NO_SIRVE):
            raise
        suyas.imposibles.add(nombre)
        return False
    return True


@lru_cache(maxsize=1024)
def _sentencias(sql: str, cuantos: int) -> tuple[str, str, str]:
    """El nombre, cómo se prepara y cómo se ejecuta."""
    nombre = f"portal_{blake2b(sql.encode(), digest_size=12).hexdigest()}"
    texto = sql % tuple(f"${n}" for n in range(1, cuantos + 1)) if cuantos else sql
    ejecutar = f"EXECUTE {nombre}"
    _TEXTOS[ejecutar] = sql
    return nombre, f"PREPARE {nombre} AS {texto}", f"{ejecutar}({', '.join(['%s'] * cuantos)})" if cuantos else ejecutar
