"""Hacer un respaldo: la base tal como estaba en un instante, y después los archivos que esa base nombra.

El orden importa. Una evidencia se guarda primero en su archivo y después en su fila, y un archivo guardado no cambia ni
se borra: si la foto de la base se toma antes, todo archivo que nombra ya estaba completo cuando se copia. Al revés,
entre los archivos y la foto podría entrar una fila cuyo archivo no se copió. Solo se copian los archivos que la foto
nombra; lo que se está subiendo queda para el respaldo siguiente.
"""

import copy
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from penitenciaria.respaldo.contenedor import Escritor, Partes, Sumador, abrir
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.manifiesto import DE_ARCHIVOS, DeTabla, Manifiesto, version
from penitenciaria.respaldo.revisar import revisar
from penitenciaria.respaldo.tablas import EXENTAS, Tabla, tablas_de, volcar
from penitenciaria.vigilancia import TABLA as PUBLICACIONES

PREFIJO = "portal"
PARCIAL = ".parcial"


@dataclass(frozen=True, slots=True)
class Hecho:
    """Un respaldo terminado y comprobado; ``huella`` es el SHA-256 del archivo entero."""

    archivo: Path
    momento: datetime
    bytes: int
    huella: str
    manifiesto: Manifiesto
    #: Tablas de la base que este portal no conoce y no se guardaron.
    ajenas: tuple[str, ...]


def respaldar(carpeta: Path, *, ahora: datetime, clave: str = "", prefijo: str = PREFIJO) -> Hecho:
    """Escribe en ``carpeta`` un respaldo nuevo, lo vuelve a leer entero y solo entonces le da su nombre.

    Con ``clave``, cifrado. Errores: :class:`ErrorDeRespaldo` (sin sitio, sin permiso, otro en curso, base que no
    responde); no queda nada a medias.
    """
    nombre = f"{prefijo}-{ahora.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar{'.cifrado' if clave else ''}"
    try:
        carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turno(carpeta):
            destino = carpeta / nombre
            if destino.exists():
                raise ErrorDeRespaldo(f"«{destino}» ya existe y no se reemplaza. Espere un segundo y repita la orden.")
            return _escribir(destino, ahora=ahora, clave=clave)
    except OSError as error:
        raise ErrorDeRespaldo(
            f"No se pudo escribir en «{carpeta}»: {error.strerror or error}. No quedó nada a medias; libere espacio o "
            "elija otra carpeta con --destino."
        ) from error
    except (DatabaseError, InterfaceError) as error:
        raise ErrorDeRespaldo(f"La base no dejó leerse: {str(error).strip()}. No quedó nada a medias.") from error


@contextmanager
def _turno(carpeta: Path) -> Iterator[None]:
    """Uno a la vez por carpeta; lo que otro dejó a medias al morir se borra aquí."""
    with (carpeta / ".turno").open("w") as candado:
        try:
            fcntl.flock(candado, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ErrorDeRespaldo(f"Ya hay otro respaldo en curso en «{carpeta}». Espere a que termine.") from None
        for resto in carpeta.glob(f".*{PARCIAL}"):
            resto.unlink(missing_ok=True)
        yield


def _escribir(destino: Path, *, ahora: datetime, clave: str) -> Hecho:
    parcial = destino.with_name(f".{destino.name}{PARCIAL}")
    try:
        with os.fdopen(os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as abierto:
            salida = Sumador(abierto)
            escritor = Escritor(salida, momento=ahora, clave=clave)
            with foto() as conexion:
                manifiesto, ajenas = _guardar(conexion, escritor, ahora)
            escritor.terminar(manifiesto.escribir())
            abierto.flush()
            os.fsync(abierto.fileno())
        with abrir(parcial) as escrito:
            leido = revisar(escrito, clave)
        if leido != manifiesto:
            raise ErrorDeRespaldo("Al volver a leer el respaldo no dice lo que se escribió: revise el disco.")
        parcial.rename(destino)
        asegurar_en_disco(destino.parent)
    finally:
        with suppress(FileNotFoundError):
            parcial.unlink()
    return Hecho(destino, ahora, salida.bytes, salida.huella, manifiesto, ajenas)


def asegurar_en_disco(carpeta: Path) -> None:
    """Que un nombre recién puesto en la carpeta sobreviva a un corte de luz."""
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def foto() -> Iterator[BaseDatabaseWrapper]:
    """Una conexión propia que ve la base como está ahora mientras dure el bloque, sin hacer esperar a quien escribe."""
    comun = connections[DEFAULT_DB_ALIAS]
    conexion = connections.create_connection(DEFAULT_DB_ALIAS)
    ajustes: dict[str, Any] = copy.deepcopy(comun.settings_dict)
    if comun.vendor == "sqlite":
        # IMMEDIATE es para escribir: aquí detendría a los demás.
        ajustes["OPTIONS"]["transaction_mode"] = "DEFERRED"
    conexion.settings_dict = ajustes
    # Sin forzarlo, en SQLite no empezaría ninguna transacción hasta la primera escritura.
    conexion.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        with conexion.cursor() as cursor:
            if comun.vendor == "postgresql":
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT count(*) FROM django_migrations")
        yield conexion
    finally:
        if comun.vendor == "sqlite":
            # Una base en memoria no se cierra nunca: sin esto, la foto seguiría reteniendo las tablas.
            conexion.rollback()
        conexion.close()


def _guardar(conexion: BaseDatabaseWrapper, escritor: Escritor, ahora: datetime) -> tuple[Manifiesto, tuple[str, ...]]:
    """Las tablas, los archivos que nombran y el manifiesto de todo."""
    aplicadas = aplicadas_en(conexion)
    tablas = tablas_de(conexion, aplicadas)
    guardadas, archivos = {}, set[str]()
    for tabla in tablas:
        partes = Partes(escritor, f"tablas/{tabla.nombre}")
        volcado = volcar(tabla, conexion, partes.agregar, archivos.add)
        partes.cerrar()
        guardadas[tabla.nombre] = DeTabla(tabla.columnas, volcado.filas, volcado.huella, ultima_clave(conexion, tabla))
    cuenta, eslabon = _leer_una(conexion, PUBLICACIONES), _ultimo_eslabon(conexion, tablas)
    existentes = {nombre for nombre in conexion.introspection.table_names() if not nombre.startswith("sqlite_")}
    ajenas = tuple(sorted(existentes - {tabla.nombre for tabla in tablas} - set(EXENTAS)))
    manifiesto = Manifiesto(
        momento=ahora.astimezone(UTC).isoformat(),
        motor=conexion.vendor,
        codigo=version(),
        migraciones=tuple(aplicadas),
        tablas=guardadas,
        cadena=eslabon,
        publicaciones=cuenta,
        partes=escritor.partes,
        faltan=tuple(_copiar_archivos(escritor, sorted(archivos))),
    )
    return manifiesto, ajenas


def aplicadas_en(conexion: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Las migraciones ya hechas en la base, de las aplicaciones que este código tiene."""
    instaladas = MigrationLoader(conexion).migrated_apps
    return sorted(una for una in MigrationRecorder(conexion).applied_migrations() if una[0] in instaladas)


def _copiar_archivos(escritor: Escritor, nombres: list[str]) -> Iterator[str]:
    """Copia cada archivo; da los que ya no están."""
    for nombre in nombres:
        try:
            abierto = default_storage.open(nombre, "rb")
        except FileNotFoundError:
            yield nombre
            continue
        with abierto:
            escritor.copiar(f"{DE_ARCHIVOS}{nombre}", abierto, abierto.size)


def ultima_clave(conexion: BaseDatabaseWrapper, tabla: Tabla) -> int | None:
    """La última clave que la base dio en esa tabla (0: ninguna); None si no las da ella. Las borradas no se repiten."""
    if tabla.automatica is None:
        return None
    with conexion.cursor() as cursor:
        if conexion.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{tabla.nombre}"', tabla.automatica])
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {cursor.fetchone()[0]}")
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [tabla.nombre])
        fila = cursor.fetchone()
    return int(fila[0]) if fila else 0


def _leer_una(conexion: BaseDatabaseWrapper, tabla: str) -> tuple[int, str | None]:
    """La cuenta de publicaciones; cero si la base todavía no la lleva."""
    with conexion.cursor() as cursor:
        if tabla not in conexion.introspection.table_names(cursor):
            return 0, None
        cursor.execute(f"SELECT numero, hasta FROM {tabla} WHERE id = 1")
        fila = cursor.fetchone()
    if fila is None:
        return 0, None
    numero, hasta = fila
    # SQLite no tiene momentos: los guarda escritos, en UTC.
    return numero, hasta.astimezone(UTC).isoformat() if isinstance(hasta, datetime) else hasta and f"{hasta}+00:00"


def _ultimo_eslabon(conexion: BaseDatabaseWrapper, tablas: list[Tabla]) -> tuple[int, str]:
    """El número y la huella de la última constancia que se ve en la foto."""
    constancia = next((tabla.nombre for tabla in tablas if tabla.nombre == "indicadores_constancia"), None)
    if constancia is None:
        return 0, ""
    with conexion.cursor() as cursor:
        cursor.execute(f"SELECT numero, huella FROM {constancia} ORDER BY numero DESC LIMIT 1")
        fila = cursor.fetchone()
    return (int(fila[0]), str(fila[1])) if fila else (0, "")
