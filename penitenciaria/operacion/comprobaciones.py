"""Lo que hace falta para atender, comprobado una vez y en poco tiempo: un número fijo de preguntas.

Son esenciales la base y sus migraciones: sin ellas el proceso no está listo (503). Lo demás puede faltar y el portal
sigue contestando, así que se dice pero no lo saca del balanceador: «degradado».
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache as una_vez
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Min
from django_tasks_db.models import DBTaskResult

from indicadores.errores import FalloDeLaCache
from indicadores.formato import escribir_numero, plural
from penitenciaria import replicas
from penitenciaria.operacion import latido

#: Milisegundos que se espera a PostgreSQL por cada pregunta.
ESPERA_MS = 2000
#: Bytes libres con los que todavía se recibe una hoja de cálculo y una docena de evidencias.
DISCO_MINIMO = 512 * 2**20
#: Lo que un trabajo puede esperar su turno sin que nadie lo atienda.
ESPERA_DE_LA_COLA = timedelta(minutes=10)
CLAVE_DE_PRUEBA = "operacion-prueba"


@dataclass(frozen=True, slots=True)
class Comprobacion:
    """``detalle`` es una frase para quien administra, sin claves ni direcciones; ``ms``, lo que tardó en saberse.

    ``bien`` es None cuando todavía no hay señales con que saberlo: ni va bien ni ha fallado.
    """

    nombre: str
    titulo: str
    bien: bool | None
    esencial: bool
    detalle: str
    ms: float

    @property
    def mal(self) -> bool:
        return self.bien is False

    @property
    def sin_senales(self) -> bool:
        return self.bien is None

    @property
    def estado(self) -> str:
        """Para un programa: «ok», «fallo» o «sin señales»."""
        return "sin señales" if self.bien is None else "ok" if self.bien else "fallo"


@dataclass(frozen=True, slots=True)
class Informe:
    """Todas las comprobaciones, en orden de importancia."""

    comprobaciones: tuple[Comprobacion, ...]

    @property
    def listo(self) -> bool:
        return not any(una.mal for una in self.comprobaciones if una.esencial)

    @property
    def estado(self) -> str:
        """«listo» (nada falla), «degradado» (atiende, pero algo falta) o «no listo»."""
        if not self.listo:
            return "no listo"
        return "degradado" if any(una.mal for una in self.comprobaciones) else "listo"


def comprobar_todo(ahora: datetime) -> Informe:
    """Pregunta por todo; si la base no contesta, lo que depende de ella queda dicho sin esperarla otra vez."""
    base = _medir("base", "Base de datos", _base, esencial=True)
    hechas = [base]
    for nombre, titulo, preguntar, esencial in (
        ("migraciones", "Migraciones", _migraciones, True),
        ("trabajos", "Trabajos de fondo", lambda: _trabajos(ahora), False),
    ):
        if base.bien:
            hechas.append(_medir(nombre, titulo, preguntar, esencial=esencial))
        else:
            hechas.append(Comprobacion(nombre, titulo, False, esencial, "No se sabe: la base no contesta.", 0.0))
    hechas.append(_medir("cache", "Caché", _cache))
    if replicas.REPLICA in settings.DATABASES:
        hechas.append(_medir("replica", "Réplica", _replica))
    hechas.append(_medir("disco", "Disco de los archivos", _disco))
    return Informe(tuple(hechas))


def _medir(
    nombre: str, titulo: str, preguntar: Callable[[], tuple[bool | None, str]], *, esencial: bool = False
) -> Comprobacion:
    inicio = perf_counter()
    try:
        bien, detalle = preguntar()
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        bien, detalle = False, f"La base no contesta ({type(error).__name__})."
    except FalloDeLaCache as error:
        bien, detalle = False, f"La caché no contesta ({type(error).__name__}); se sigue sin ella, más despacio."
    except OSError as error:
        bien, detalle = False, f"El sistema no lo permite ({error.strerror or type(error).__name__})."
    return Comprobacion(nombre, titulo, bien, esencial, detalle, round((perf_counter() - inicio) * 1000, 1))


@contextmanager
def _sin_esperar() -> Iterator[Any]:
    """Un cursor al que PostgreSQL contesta pronto o no contesta; en SQLite no se abre transacción, que esperaría."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {ESPERA_MS}")
        yield cursor


def _base() -> tuple[bool, str]:
    with _sin_esperar() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    motor = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return True, f"{motor} contesta."


def _migraciones() -> tuple[bool, str]:
    with _sin_esperar() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        hechas = set(cursor.fetchall())
    faltan = sorted(f"{aplicacion}.{nombre}" for (aplicacion, nombre), vale in _del_codigo() if not vale & hechas)
    if faltan:
        return False, f"Sin aplicar: {', '.join(faltan[:5])}{'…' if len(faltan) > 5 else ''}. Ejecute migrate."
    return True, "Todas aplicadas."


@una_vez
def _del_codigo() -> tuple[tuple[tuple[str, str], frozenset[tuple[str, str]]], ...]:
    """Cada migración que el código trae, y con cuál anotada (ella, o la última de las que resume) se da por hecha."""
    disco = MigrationLoader(None).disk_migrations or {}
    return tuple((clave, frozenset({clave, *migracion.replaces[-1:]})) for clave, migracion in sorted(disco.items()))


def _trabajos(ahora: datetime) -> tuple[bool | None, str]:
    with _sin_esperar():
        desde = (
            DBTaskResult.objects.using("default").filter(status="READY").aggregate(desde=Min("enqueued_at"))["desde"]
        )
    espera = ahora - desde if desde else timedelta(0)
    cola = f"el trabajo que más espera lleva {escribir_duracion(espera)}" if desde else "nada espera"
    senal = latido.ultimo()
    if senal is not None:
        silencio = max(ahora.timestamp() - senal, 0.0)
        if silencio > latido.SILENCIO:
            hace = escribir_duracion(timedelta(seconds=silencio))
            return False, f"El trabajador no da señales desde hace {hace}; {cola}. Reinicie portal-trabajos."
        return True, f"El trabajador vive; {cola}."
    if settings.MEMORIA_EN_COMUN or espera > ESPERA_DE_LA_COLA:
        return False, f"Nadie hace los trabajos; {cola}. Arranque portal-trabajos (manage.py trabajar)."
    return None, f"Ningún trabajador ha dado señales; {cola}. Si sigue así más de un minuto: manage.py trabajar."


def _cache() -> tuple[bool, str]:
    valor = os.urandom(8).hex()
    clave = f"{CLAVE_DE_PRUEBA}-{valor}"
    cache.set(clave, valor, 5)
    if cache.get(clave) != valor:
        return False, "La caché no devolvió lo que se guardó."
    cache.delete(clave)
    return True, "La común contesta." if settings.MEMORIA_EN_COMUN else "Es de cada proceso: no hay una común."


def _replica() -> tuple[bool, str]:
    return decir_replica(replicas.mirar(), settings.REPLICA_RETRASO_MAX)


def decir_replica(visto: replicas.Estado, retraso_max: float) -> tuple[bool, str]:
    """Si se lee en la réplica, y por qué no; ``retraso_max`` en segundos."""
    if not visto.replica:
        return False, "No contesta; lo público se lee en la principal."
    if not visto.principal:
        return False, "Contesta, pero la principal no: lo público se lee en ella sin saber cuánto le falta."
    if visto.retraso is None:
        return False, "Contesta, pero no se sabe cuánto le falta; lo público se lee en la principal."
    va = f"Va {escribir_numero(Fraction(visto.retraso), 1)} segundos por detrás"
    if visto.retraso > retraso_max:
        return False, f"{va}: más de lo admitido. Lo público se lee en la principal."
    return True, f"{va}."


def _disco() -> tuple[bool, str]:
    carpeta = Path(settings.MEDIA_ROOT)
    while not carpeta.exists() and carpeta != carpeta.parent:
        carpeta = carpeta.parent  # todavía nadie guardó nada
    uso = shutil.disk_usage(carpeta)
    libres = f"Quedan {escribir_bytes(uso.free)} de {escribir_bytes(uso.total)}."
    if uso.free < DISCO_MINIMO:
        return False, f"{libres} Con menos de {escribir_bytes(DISCO_MINIMO)} pueden rechazarse archivos: haga sitio."
    if not os.access(carpeta, os.W_OK):
        return False, f"{libres} La cuenta del portal no puede escribir en la carpeta de archivos."
    return True, libres


def escribir_bytes(cuantos: int) -> str:
    """«1,5 GB», «320 MB» o «12 kB»."""
    for unidad, tamano in (("GB", 2**30), ("MB", 2**20)):
        if cuantos >= tamano:
            return f"{escribir_numero(Fraction(cuantos, tamano), 1)} {unidad}"
    return f"{escribir_numero(Fraction(cuantos, 1024), 0)} kB"


def escribir_duracion(tiempo: timedelta) -> str:
    """En la unidad que mejor se entiende: «40 segundos», «5 minutos», «3 horas» o «2 días»."""
    segundos = max(int(tiempo.total_seconds()), 0)
    for unidad, varias, tamano in (("día", "días", 86400), ("hora", "horas", 3600), ("minuto", "minutos", 60)):
        if segundos >= (tamano if tamano == 60 else 2 * tamano):
            return plural(segundos // tamano, unidad, varias)
    return plural(segundos, "segundo", "segundos")
