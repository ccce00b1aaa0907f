"""La base que recibe un respaldo: si está vacía, en qué migración está, y cómo se vacía y se vuelve a cerrar.

Mientras se carga no hay candados, disparadores ni claves foráneas que miren fila por fila; se reponen al final, y
entonces la base comprueba todo de una vez. Todo ocurre dentro de la transacción de quien llama.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.manifiesto import DeTabla, Manifiesto
from penitenciaria.respaldo.tablas import Tabla

SIN_PERSONAS_NI_DATOS = ("auth_user", "objetivos_politica", "indicadores_indicador", "indicadores_medicion")
#: Cuánto se espera a quien esté usando las tablas (PostgreSQL); en SQLite lo dice la configuración.
ESPERA = "10s"
_FORANEAS = """
SELECT quote_ident(t.relname), quote_ident(c.conname), pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, c.conname
"""
_INDICES = """
SELECT quote_ident(i.indexname), i.indexdef FROM pg_indexes i
WHERE i.schemaname = current_schema() AND i.tablename = ANY(%s) AND NOT EXISTS (
  SELECT 1 FROM pg_constraint c WHERE c.conindid = format('%%I.%%I', i.schemaname, i.indexname)::regclass)
"""


def nombre_de_la_base() -> str:
    """Cómo se llama la base en uso: lo que hay que escribir para reemplazarla."""
    conexion = connections[DEFAULT_DB_ALIAS]
    nombre = str(conexion.settings_dict["NAME"])
    return nombre.rpartition("/")[2] if conexion.vendor == "sqlite" else nombre


def esta_vacia(conexion: BaseDatabaseWrapper) -> bool:
    """Si no tiene personas ni datos de la política (las tablas pueden estar)."""
    existentes = set(conexion.introspection.table_names())
    with conexion.cursor() as cursor:
        for tabla in SIN_PERSONAS_NI_DATOS:
            if tabla in existentes:
                cursor.execute(f"SELECT 1 FROM {tabla} LIMIT 1")
                if cursor.fetchone():
                    return False
    return True


def preparar(conexion: BaseDatabaseWrapper, manifiesto: Manifiesto) -> None:
    """Deja la base con las tablas del respaldo: las crea si no hay ninguna; si hay, exige que sean las mismas."""
    ejecutor = MigrationExecutor(conexion)
    aplicadas = set(MigrationRecorder(conexion).applied_migrations()) & set(ejecutor.loader.graph.nodes)
    queridas = set(manifiesto.migraciones)
    if not aplicadas and not conexion.introspection.table_names():
        # La última de cada aplicación: la que no precede a otra de la suya.
        nodos = ejecutor.loader.graph.node_map
        anteriores = {madre.key for una in queridas for madre in nodos[una].parents if madre.key[0] == una[0]}
        ejecutor.migrate(sorted(queridas - anteriores))
    elif aplicadas != queridas:
        raise ErrorDeRespaldo(
            "Las tablas de esta base no son las del respaldo: tienen otras migraciones. Restáurelo en una base recién "
            "creada, sin `migrate` (DATABASE_URL): restaurar hace las tablas y después las pone al día."
        )


@contextmanager
def abierta_de_par_en_par(conexion: BaseDatabaseWrapper, tablas: Sequence[Tabla]) -> Iterator[None]:
    """Vacía las tablas y, mientras dura el bloque, no las cuida nadie; al salir bien, todo vuelve a su lugar."""
    nombres = [tabla.nombre for tabla in tablas]
    if conexion.vendor == "postgresql":
        yield from _en_postgres(conexion, nombres)
    else:
        yield from _en_sqlite(conexion, nombres)


def _en_postgres(conexion: BaseDatabaseWrapper, nombres: list[str]) -> Iterator[None]:
    with conexion.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA])
        cursor.execute(_FORANEAS)
        foraneas = cursor.fetchall()
        cursor.execute(_INDICES, [nombres])
        indices = cursor.fetchall()
        for tabla, restriccion, _ in foraneas:
            cursor.execute(f"ALTER TABLE {tabla} DROP CONSTRAINT {restriccion}")
        for nombre in nombres:
            cursor.execute(f'ALTER TABLE "{nombre}" DISABLE TRIGGER USER')
        en_uso = [*nombres, "django_session"]
        cursor.execute(f"TRUNCATE {', '.join(conexion.ops.quote_name(nombre) for nombre in en_uso)}")
        for indice, _ in indices:
            cursor.execute(f"DROP INDEX {indice}")
        yield
        for _, definicion in indices:
            cursor.execute(definicion)
        for tabla, restriccion, definicion in foraneas:
            cursor.execute(f"ALTER TABLE {tabla} ADD CONSTRAINT {restriccion} {definicion}")
        for nombre in nombres:
            cursor.execute(f'ALTER TABLE "{nombre}" ENABLE TRIGGER USER')


def _en_sqlite(conexion: BaseDatabaseWrapper, nombres: list[str]) -> Iterator[None]:
    with conexion.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL "
            "AND sql NOT LIKE 'CREATE UNIQUE%%' ORDER BY type, name"
        )
        apartados = cursor.fetchall()
        for clase, nombre, _ in apartados:
            cursor.execute(f'DROP {clase} "{nombre}"')
        for nombre in [*nombres, "django_session"]:
            cursor.execute(f'DELETE FROM "{nombre}"')
        yield
        for _, _, definicion in apartados:
            cursor.execute(definicion)
        conexion.check_constraints()


def poner_ultima_clave(conexion: BaseDatabaseWrapper, tabla: Tabla, dicha: DeTabla) -> None:
    """La próxima clave que dé la base es la que habría dado la base respaldada, nunca una ya usada."""
    if tabla.automatica is None:
        return
    with conexion.cursor() as cursor:
        cursor.execute(f'SELECT max("{tabla.automatica}") FROM "{tabla.nombre}"')
        ultima = max(dicha.ultima_clave or 0, cursor.fetchone()[0] or 0)
        if conexion.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
                [f'"{tabla.nombre}"', tabla.automatica, max(ultima, 1), ultima > 0],
            )
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [tabla.nombre])
        if ultima:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [tabla.nombre, ultima])


def esta_ocupada(error: Exception) -> bool:
    """Si la base rechazó porque otro la está usando: 55P03 en PostgreSQL, «locked» en SQLite."""
    return getattr(error.__cause__, "pgcode", None) == "55P03" or "is locked" in str(error)


def analizar(conexion: BaseDatabaseWrapper) -> None:
    """Que la base vuelva a contar sus filas: sin eso elige malos índices."""
    with conexion.cursor() as cursor:
        cursor.execute("ANALYZE")
