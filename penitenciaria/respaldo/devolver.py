"""Restaurar un respaldo: primero se comprueba entero, después se carga, y solo si lo cargado es idéntico se confirma.

La base se reemplaza en una sola transacción, con las dos bases igual: mientras tanto, quien lee sigue viendo lo de
antes. Los archivos se agregan antes de confirmar (uno de más no daña; uno de menos, sí) y los que hubiera con el mismo
nombre y otro contenido se apartan, no se borran. Si algo no concuerda, la base y los archivos quedan como estaban.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from indicadores import constancias
from penitenciaria import vigilancia
from penitenciaria.respaldo import esquema
from penitenciaria.respaldo.contenedor import TROZO, Entrada, Lector, en_claro, lineas_de, recorrer
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.manifiesto import DE_ARCHIVOS, DE_TABLA, Manifiesto
from penitenciaria.respaldo.tablas import Tabla, cargar, tablas_de, volcar

APARTADOS = "apartados"


@dataclass(frozen=True, slots=True)
class Devuelto:
    """Lo que dejó una restauración; ``avisos``, lo que no concordaba ya al respaldar y se aceptó."""

    manifiesto: Manifiesto
    archivos_nuevos: int
    archivos_apartados: int
    carpeta_de_apartados: Path
    avisos: tuple[str, ...]


def restaurar(
    abierto: BinaryIO,
    manifiesto: Manifiesto,
    *,
    ahora: datetime,
    clave: str = "",
    aceptar_roturas: bool = False,
    avance: Callable[[str], None] = lambda que: None,
) -> Devuelto:
    """Deja la base y los archivos como dice un respaldo ya revisado.

    ``aceptar_roturas``: se acepta que la cadena o las evidencias estuvieran rotas ya al respaldar. Errores:
    :class:`ErrorDeRespaldo`; nada cambió.
    """
    conexion = connections[DEFAULT_DB_ALIAS]
    traslado = Traslado(ahora)
    try:
        tablas = {tabla.nombre: tabla for tabla in tablas_de(conexion, manifiesto.migraciones)}
        _comparar_tablas(manifiesto, tablas)
        avance("preparando las tablas")
        esquema.preparar(conexion, manifiesto)
        with traslado:
            with _sin_vigilar_claves(conexion), transaction.atomic(durable=True):
                _cargar_todo(conexion, en_claro(abierto, clave), manifiesto, tablas, traslado, avance)
                avance("la comparación con el respaldo")
                _comparar_filas(conexion, manifiesto, tablas)
                avisos: tuple[str, ...] = ()
                if not _faltan_migraciones(conexion):
                    vigilancia.instalar()
                    _renovar_marca(conexion, manifiesto)
                    avance("la cadena de constancias")
                    avisos = _comprobar_la_cadena(manifiesto, aceptar_roturas=aceptar_roturas)
            traslado.confirmar()
    except OSError as error:
        raise ErrorDeRespaldo(
            f"No se pudieron escribir los archivos: {error.strerror or error}. Nada cambió."
        ) from error
    except (DatabaseError, InterfaceError) as error:
        if esquema.esta_ocupada(error):
            raise ErrorDeRespaldo(
                "Alguien está usando la base: detenga los servicios y repita. Nada cambió."
            ) from error
        raise ErrorDeRespaldo(f"La base rechazó la restauración: {str(error).strip()} Nada cambió.") from error
    esquema.analizar(conexion)
    return Devuelto(manifiesto, len(traslado.nuevos), len(traslado.apartados), traslado.carpeta, avisos)


def _cargar_todo(
    conexion: BaseDatabaseWrapper,
    entrada: Entrada,
    manifiesto: Manifiesto,
    tablas: dict[str, Tabla],
    traslado: "Traslado",
    avance: Callable[[str], None],
) -> None:
    """Las filas y los archivos, de corrido y en el orden en que vienen; después, las claves que la base dará."""
    with esquema.abierta_de_par_en_par(conexion, list(tablas.values())):
        for nombre, contenido in recorrer(entrada):
            if de_tabla := DE_TABLA.fullmatch(nombre):
                avance(de_tabla["tabla"])
                cargar(tablas[de_tabla["tabla"]], conexion, lineas_de(contenido))
            elif nombre.startswith(DE_ARCHIVOS):
                traslado.traer(nombre.removeprefix(DE_ARCHIVOS), contenido, manifiesto.partes[nombre].sha256)
        avance("los índices")
    for tabla in tablas.values():
        esquema.poner_ultima_clave(conexion, tabla, manifiesto.tablas[tabla.nombre])


def terminar_tras_migrar(manifiesto: Manifiesto, *, aceptar_roturas: bool = False) -> tuple[str, ...]:
    """Lo que en un respaldo de un código anterior solo puede hacerse con las tablas ya puestas al día."""
    _renovar_marca(connections[DEFAULT_DB_ALIAS], manifiesto)
    return _comprobar_la_cadena(manifiesto, aceptar_roturas=aceptar_roturas)


def faltan_migraciones() -> bool:
    """Si las tablas restauradas son de un código anterior."""
    return _faltan_migraciones(connections[DEFAULT_DB_ALIAS])


def _faltan_migraciones(conexion: BaseDatabaseWrapper) -> bool:
    ejecutor = MigrationExecutor(conexion)
    return bool(ejecutor.migration_plan(ejecutor.loader.graph.leaf_nodes()))


def _comparar_tablas(manifiesto: Manifiesto, tablas: dict[str, Tabla]) -> None:
    """Que el respaldo traiga las tablas y columnas de sus migraciones."""
    dichas = {nombre: tabla.columnas for nombre, tabla in manifiesto.tablas.items()}
    propias = {nombre: tabla.columnas for nombre, tabla in tablas.items()}
    if dichas != propias:
        distintas = sorted(dict(dichas.items() ^ propias.items()))
        raise ErrorDeRespaldo(
            f"El respaldo y este código no tienen las mismas columnas en «{distintas[0]}». Use la versión "
            f"{manifiesto.codigo} del portal, con la que se hizo."
        )


@contextmanager
def _sin_vigilar_claves(conexion: BaseDatabaseWrapper) -> Iterator[None]:
    """SQLite solo deja de vigilar las claves foráneas fuera de una transacción; se comprueban todas al final."""
    if conexion.vendor != "sqlite":
        yield
        return
    conexion.disable_constraint_checking()
    try:
        yield
    finally:
        conexion.enable_constraint_checking()


def _comparar_filas(conexion: BaseDatabaseWrapper, manifiesto: Manifiesto, tablas: dict[str, Tabla]) -> None:
    """Lo que la base tiene ahora, vuelto a leer, es lo que el respaldo dice."""
    for nombre, dicha in manifiesto.tablas.items():
        volcado = volcar(tablas[nombre], conexion)
        if (volcado.filas, volcado.huella) != (dicha.filas, dicha.huella):
            raise ErrorDeRespaldo(
                f"La tabla «{nombre}» no quedó igual ({volcado.filas} filas de {dicha.filas}). Nada cambió."
            )


def _renovar_marca(conexion: BaseDatabaseWrapper, manifiesto: Manifiesto) -> None:
    """Otra marca y un número mayor: ninguna respuesta guardada de antes vale ya."""
    numero, hasta = manifiesto.publicaciones
    al_azar = "replace(gen_random_uuid()::text, '-', '')"
    if conexion.vendor == "sqlite":
        al_azar = "lower(hex(randomblob(16)))"
        hasta = hasta and hasta.replace("T", " ", 1).removesuffix("+00:00")
    mayor = "greatest" if conexion.vendor == "postgresql" else "max"
    with conexion.cursor() as cursor:
        cursor.execute(
            f"UPDATE {vigilancia.TABLA} SET numero = {mayor}(numero, %s) + 1, marca = {al_azar}, hasta = %s",
            [numero, hasta],
        )


def _comprobar_la_cadena(manifiesto: Manifiesto, *, aceptar_roturas: bool) -> tuple[str, ...]:
    """La cadena está íntegra, termina donde terminaba y cada evidencia tiene su archivo."""
    roturas = []
    revision = constancias.revisar()
    if revision.rotura is not None:
        roturas.append(f"La cadena está rota. {revision.rotura}")
    elif manifiesto.cadena[0] and (revision.ultimo, revision.huella) != manifiesto.cadena:
        roturas.append(f"La cadena termina en {revision.ultimo} y el respaldo dice {manifiesto.cadena[0]}.")
    roturas += constancias.evidencias_rotas()
    if roturas and not aceptar_roturas:
        raise ErrorDeRespaldo(
            "\n".join(roturas) + "\nEl respaldo es íntegro: así estaba la base cuando se hizo. Nada cambió. Use uno "
            "anterior o, si lo acepta, agregue --aunque-este-rota."
        )
    return tuple(roturas)


@dataclass
class Traslado:
    """Los archivos que se van poniendo en su lugar, y cómo volver atrás si no se confirma."""

    ahora: datetime
    nuevos: list[Path] = field(default_factory=list)
    apartados: list[tuple[Path, Path]] = field(default_factory=list)
    confirmado: bool = False

    @property
    def carpeta(self) -> Path:
        """Donde quedan los archivos de antes que tenían el mismo nombre y otro contenido."""
        return Path(settings.MEDIA_ROOT, APARTADOS, f"{self.ahora.astimezone(UTC):%Y%m%dT%H%M%SZ}")

    def __enter__(self) -> "Traslado":
        return self

    def __exit__(self, *_: object) -> None:
        if self.confirmado:
            return
        for nuevo in self.nuevos:
            nuevo.unlink(missing_ok=True)
        for apartado, lugar in self.apartados:
            apartado.replace(lugar)

    def confirmar(self) -> None:
        """Desde aquí los archivos se quedan."""
        self.confirmado = True

    def traer(self, nombre: str, contenido: Lector, huella: str) -> None:
        """Deja el archivo en su lugar; si ya está igual, no lo toca."""
        try:
            lugar = Path(default_storage.path(nombre))
        except SuspiciousFileOperation:
            raise ErrorDeRespaldo(f"El respaldo trae «{nombre}», que sale de su carpeta. Nada cambió.") from None
        if lugar.exists() and _huella_de(lugar) == huella:
            return
        lugar.parent.mkdir(parents=True, exist_ok=True)
        parcial = lugar.with_name(f".{lugar.name}.parcial")
        try:
            with parcial.open("wb") as escrito:
                while trozo := contenido.read(TROZO):
                    escrito.write(trozo)
                escrito.flush()
                os.fsync(escrito.fileno())
            if settings.FILE_UPLOAD_PERMISSIONS is not None:
                parcial.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            if lugar.exists():
                self._apartar(lugar, nombre)
            parcial.rename(lugar)
            self.nuevos.append(lugar)
        finally:
            parcial.unlink(missing_ok=True)

    def _apartar(self, lugar: Path, nombre: str) -> None:
        apartado = self.carpeta / nombre
        apartado.parent.mkdir(parents=True, exist_ok=True)
        lugar.rename(apartado)
        self.apartados.append((apartado, lugar))


def _huella_de(archivo: Path) -> str:
    with archivo.open("rb") as abierto:
        return hashlib.file_digest(abierto, "sha256").hexdigest()
