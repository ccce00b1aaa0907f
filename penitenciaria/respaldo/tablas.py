"""Las filas de cada tabla como líneas JSON que no dependen de la base, y de vuelta a la base.

Una línea es una fila: una lista con sus columnas en el orden que dice el manifiesto. Decimales como texto, momentos en
UTC, bytes en base 64. La huella de una tabla es la de sus filas en orden de clave, con las claves de cada JSON
ordenadas: sale igual de SQLite y de PostgreSQL, y así se comprueba que lo restaurado es lo que se respaldó.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.vigilancia import TABLA as PUBLICACIONES

#: Las que no se guardan fila por fila, y por qué.
EXENTAS = {
    "django_session": "quien estaba dentro vuelve a ingresar: una copia no revive sesiones cerradas",
    "django_migrations": "el manifiesto dice qué migraciones estaban aplicadas",
    PUBLICACIONES: "al restaurar, su marca tiene que ser otra",
}
#: Cuántas filas se piden a la base de una vez; pocas donde una sola puede traer megabytes.
TANDA, TANDA_DE_BYTES = 2000, 4
#: Bytes de líneas que se juntan antes de entregarlas.
JUNTAS = 2**18

TEXTO, NUMERO, BOOLEANO, MOMENTO, FECHA, DECIMAL, JSON, BYTES, UUID = range(9)
CLASES: dict[str, int] = {
    **dict.fromkeys(("CharField", "TextField", "SlugField", "FileField", "GenericIPAddressField"), TEXTO),
    **dict.fromkeys(("AutoField", "BigAutoField", "SmallAutoField"), NUMERO),
    **dict.fromkeys(("IntegerField", "BigIntegerField", "SmallIntegerField"), NUMERO),
    **dict.fromkeys(("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"), NUMERO),
    "BooleanField": BOOLEANO,
    "DateTimeField": MOMENTO,
    "DateField": FECHA,
    "DecimalField": DECIMAL,
    "JSONField": JSON,
    "BinaryField": BYTES,
    "UUIDField": UUID,
}


@dataclass(frozen=True, slots=True)
class Tabla:
    """Una tabla: su modelo según las migraciones aplicadas y, de cada columna, su nombre y su clase."""

    modelo: type[models.Model]
    nombre: str
    columnas: tuple[str, ...]
    clases: tuple[int, ...]
    #: Las columnas que nombran archivos guardados fuera de la base, por su posición.
    de_archivos: tuple[int, ...]
    #: La columna cuya clave pone la base, si la hay.
    automatica: str | None


@dataclass(frozen=True, slots=True)
class Volcado:
    """Lo que dio recorrer una tabla."""

    filas: int
    huella: str


def tablas_de(conexion: BaseDatabaseWrapper, migraciones: Sequence[tuple[str, str]]) -> list[Tabla]:
    """Las tablas que hay tras esas migraciones, por nombre; :class:`ErrorDeRespaldo` si este código no las conoce."""
    cargador = MigrationLoader(conexion)
    if desconocidas := sorted(set(migraciones) - set(cargador.graph.nodes)):
        nombres = ", ".join(f"{app}.{nombre}" for app, nombre in desconocidas)
        raise ErrorDeRespaldo(
            f"Este código es anterior a los datos: no conoce {nombres}. Use la versión que los escribió."
        )
    estado = cargador.project_state(list(migraciones))
    modelos = estado.apps.get_models(include_auto_created=True)
    halladas = {
        modelo._meta.db_table: _tabla(modelo)
        for modelo in modelos
        if modelo._meta.managed and not modelo._meta.proxy and modelo._meta.db_table not in EXENTAS
    }
    return [halladas[nombre] for nombre in sorted(halladas)]


def _tabla(modelo: type[models.Model]) -> Tabla:
    campos = [campo for campo in modelo._meta.local_concrete_fields if not campo.generated]
    clases = []
    for campo in campos:
        raiz: Any = campo
        while raiz.remote_field:
            raiz = raiz.target_field
        clase = CLASES.get(raiz.get_internal_type())
        if clase is None:
            raise ErrorDeRespaldo(
                f"El respaldo no sabe guardar {modelo._meta.label}.{campo.name} ({raiz.get_internal_type()}): "
                "agréguelo en penitenciaria/respaldo/tablas.py."
            )
        clases.append(clase)
    automatico = modelo._meta.auto_field
    return Tabla(
        modelo=modelo,
        nombre=modelo._meta.db_table,
        columnas=tuple(str(campo.column) for campo in campos),
        clases=tuple(clases),
        de_archivos=tuple(n for n, campo in enumerate(campos) if isinstance(campo, models.FileField)),
        automatica=automatico.column if automatico else None,
    )


# De la base a las líneas


def volcar(
    tabla: Tabla,
    conexion: BaseDatabaseWrapper,
    entregar: Callable[[bytes], None] = lambda lineas: None,
    nombrar: Callable[[str], None] = lambda archivo: None,
) -> Volcado:
    """Recorre la tabla por su clave; ``entregar`` recibe las líneas y ``nombrar``, cada archivo que una fila nombra."""
    campos = [campo.attname for campo in tabla.modelo._meta.local_concrete_fields if not campo.generated]
    consulta = tabla.modelo._base_manager.using(conexion.alias).order_by("pk").values_list(*campos).query
    filas_de_la_base = consulta.get_compiler(connection=conexion).results_iter(
        tuple_expected=True, chunked_fetch=True, chunk_size=TANDA_DE_BYTES if BYTES in tabla.clases else TANDA
    )
    huella, filas, con_json = hashlib.sha256(), 0, JSON in tabla.clases
    juntas: list[bytes] = []
    bytes_juntos = 0
    for fila in filas_de_la_base:
        linea = orjson.dumps(fila, _a_texto, orjson.OPT_APPEND_NEWLINE)
        canonica = orjson.dumps(fila, _a_texto, orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS) if con_json else linea
        huella.update(canonica)
        filas += 1
        juntas.append(linea)
        bytes_juntos += len(linea)
        if bytes_juntos >= JUNTAS:
            entregar(b"".join(juntas))
            juntas, bytes_juntos = [], 0
        for posicion in tabla.de_archivos:
            if fila[posicion]:
                nombrar(fila[posicion])
    if juntas:
        entregar(b"".join(juntas))
    return Volcado(filas, huella.hexdigest())


def _a_texto(dato: Any) -> str:
    """Lo que JSON no sabe escribir."""
    if isinstance(dato, Decimal):
        return f"{dato:f}"
    if isinstance(dato, bytes | bytearray | memoryview):
        return base64.b64encode(dato).decode()
    raise TypeError(f"No se respalda un dato de tipo {type(dato).__name__}.")


# De las líneas a la base


def cargar(tabla: Tabla, conexion: BaseDatabaseWrapper, lineas: Iterator[bytes]) -> int:
    """Inserta las filas de esas líneas, de corrido; devuelve cuántas. No valida: eso lo hace la base."""
    columnas = ", ".join(conexion.ops.quote_name(columna) for columna in tabla.columnas)
    destino = f"{conexion.ops.quote_name(tabla.nombre)} ({columnas})"
    with conexion.cursor() as cursor:
        if conexion.vendor == "postgresql":
            corriente = _Corriente(lineas, [_EN_COPY[clase] for clase in tabla.clases])
            cursor.copy_expert(f"COPY {destino} FROM STDIN", corriente, 2**16)
            return corriente.filas
        escritores = [_EN_SQLITE.get(clase) for clase in tabla.clases]
        marcas = ", ".join(["%s"] * len(tabla.columnas))
        filas = 0
        for tanda in _por_tandas(lineas):
            valores = [
                [
                    dato if dato is None or escribir is None else escribir(dato)
                    for dato, escribir in zip(orjson.loads(linea), escritores, strict=True)
                ]
                for linea in tanda
            ]
            cursor.executemany(f"INSERT INTO {destino} VALUES ({marcas})", valores)
            filas += len(valores)
        return filas


def _por_tandas(lineas: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Las líneas de a muchas, hasta un tope de bytes."""
    tanda: list[bytes] = []
    bytes_juntos = 0
    for linea in lineas:
        tanda.append(linea)
        bytes_juntos += len(linea)
        if bytes_juntos >= JUNTAS:
            yield tanda
            tanda, bytes_juntos = [], 0
    if tanda:
        yield tanda


#: Cómo guarda Django cada clase en SQLite, cuando no es como viene en la línea.
_EN_SQLITE: dict[int, Callable[[Any], Any]] = {
    MOMENTO: lambda dato: dato.replace("T", " ", 1).removesuffix("+00:00"),
    JSON: json.dumps,
    BYTES: base64.b64decode,
    UUID: lambda dato: dato.replace("-", ""),
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escapar(dato: str) -> str:
    return dato.translate(_ESCAPES)


#: Cómo se escribe cada clase en el formato de texto de COPY.
_EN_COPY: dict[int, Callable[[Any], str]] = {
    TEXTO: _escapar,
    NUMERO: str,
    BOOLEANO: lambda dato: "t" if dato else "f",
    MOMENTO: str,
    FECHA: str,
    DECIMAL: str,
    JSON: lambda dato: _escapar(json.dumps(dato)),
    BYTES: lambda dato: "\\\\x" + base64.b64decode(dato).hex(),
    UUID: str,
}


class _Corriente:
    """Las líneas, vueltas el texto que COPY lee, sin acumularlas."""

    def __init__(self, lineas: Iterator[bytes], escritores: Sequence[Callable[[Any], str]]) -> None:
        self._tandas = _por_tandas(lineas)
        self._escritores = escritores
        self._pendiente = b""
        self._posicion = 0
        self.filas = 0

    def read(self, cuantos: int) -> bytes:
        if self._posicion == len(self._pendiente):
            self._pendiente, self._posicion = self._escribir(next(self._tandas, [])), 0
        parte = self._pendiente[self._posicion : self._posicion + cuantos]
        self._posicion += len(parte)
        return parte

    def _escribir(self, tanda: list[bytes]) -> bytes:
        self.filas += len(tanda)
        textos = (
            "\t".join(
                "\\N" if dato is None else escribir(dato)
                for dato, escribir in zip(orjson.loads(linea), self._escritores, strict=True)
            )
            for linea in tanda
        )
        return "".join(f"{texto}\n" for texto in textos).encode()
