"""Qué se le pregunta a la base: se cuenta en cada petición y se recuerda lo que tardó más de ``CONSULTA_LENTA_MS``.

De una consulta lenta se guarda la sentencia sin sus valores, que pueden ser de una persona. Las últimas quedan en la
caché: con una común (``CACHE_URL``) las de todos los procesos; sin ella, las de este. Todas van al registro.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError

from indicadores.errores import FalloDeLaCache
from indicadores.models import preparada
from penitenciaria import metricas
from penitenciaria.peticion import ACTUAL

Ejecutar = Callable[[str, Any, bool, dict[str, Any]], Any]

#: Cuántas lentas se recuerdan y por cuántos segundos.
RECORDADAS = 50
VIDA = 7 * 24 * 60 * 60
#: Lo que se guarda de una sentencia.
LARGO = 1500
CUENTA = "consultas-lentas"

registro = logging.getLogger("portal.consultas")


@dataclass(frozen=True, slots=True)
class Lenta:
    """``momento`` en segundos desde 1970; ``ruta`` y ``peticion``, vacías si no fue en una petición."""

    momento: float
    ms: float
    ruta: str
    peticion: str
    sql: str


def medir(ejecutar: Ejecutar, sql: str, valores: Any, varias: bool, contexto: dict[str, Any]) -> Any:
    """Envoltorio de cada consulta de Django (``execute_wrapper``)."""
    inicio = time.perf_counter()
    try:
        return ejecutar(sql, valores, varias, contexto)
    except (OperationalError, InterfaceError) as error:
        metricas.ERRORES_DE_BASE.labels(type(error).__name__).inc()
        raise
    finally:
        segundos = time.perf_counter() - inicio
        peticion = ACTUAL.get()
        if peticion is not None:
            peticion.marcha.consultas += 1
            peticion.marcha.segundos += segundos
        limite = settings.CONSULTA_LENTA_MS
        if limite and segundos * 1000 >= limite:
            _anotar(str(sql), segundos * 1000)


def al_conectar(connection: Any, **_: Any) -> None:
    """Receptor de ``connection_created``: toda conexión nueva se mide."""
    if medir not in connection.execute_wrappers:
        connection.execute_wrappers.append(medir)


def lentas() -> list[Lenta]:
    """Las últimas, la más reciente primero; ninguna si la caché no responde."""
    with suppress(FalloDeLaCache, DatabaseError):
        guardadas = cache.get_many([_clave(lugar) for lugar in range(RECORDADAS)])
        return sorted((Lenta(*datos) for datos in guardadas.values()), key=lambda una: -una.momento)
    return []


def _anotar(sql: str, ms: float) -> None:
    peticion = ACTUAL.get()
    ruta, nombre = (peticion.marcha.ruta, peticion.id) if peticion else ("", "")
    una = Lenta(time.time(), round(ms, 1), ruta, nombre, " ".join(preparada.texto_de(sql).split())[:LARGO])
    metricas.CONSULTAS_LENTAS.inc()
    registro.warning("Consulta lenta.", extra={"ms": una.ms, "sql": una.sql})
    if settings.CACHES["default"]["BACKEND"].endswith(".DatabaseCache"):
        return  # anotarla sería otra consulta, dentro de la transacción de quien pregunta
    with suppress(FalloDeLaCache, DatabaseError):
        cache.add(CUENTA, 0, None)
        try:
            turno = cache.incr(CUENTA)
        except ValueError:  # la caché olvidó la cuenta entre una orden y la otra
            turno = 0
        cache.set(_clave(turno % RECORDADAS), (una.momento, una.ms, una.ruta, una.peticion, una.sql), VIDA)


def _clave(lugar: int) -> str:
    return f"{CUENTA}-{lugar}"
