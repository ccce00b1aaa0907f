"""La cuenta de publicaciones: una fila que cambia, en la misma transacción, con todo lo que puede cambiar lo público.

La mueve la base con disparadores, y no el código, para que nada pueda olvidarla: ni una orden, ni un arreglo a mano.
``marca`` es aleatoria y nunca se repite, tampoco después de restaurar una copia; ``hasta`` es el último momento escrito
en una cifra: si todavía no llega (relojes que no concuerdan), lo que se ve cambiará sin que nadie escriba.

En PostgreSQL el disparador se aplaza hasta el final de la transacción: el cerrojo de la fila dura lo que dura el
``COMMIT``, siempre es el último que se toma y una publicación larga no hace esperar a otra. En SQLite ya hay un solo
escritor. La tabla no tiene modelo: nadie la edita ni la vuelca. ``instalar`` se llama al final de cada ``migrate``
porque SQLite rehace (y deja sin disparadores) las tablas que una migración altera.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLA = "publicaciones"
PROPIAS = ("objetivos", "servicios", "indicadores", "penitenciaria")

#: Tablas nuestras que no cambian por sí solas nada público, y por qué.
EXENTAS = {
    "indicadores_aliasdeambito": "solo se usa al leer hojas",
    "indicadores_avisoenviado": "correos al personal",
    "indicadores_carga": "la huella de los datos de partida",
    "indicadores_comentario": "conversación del personal",
    "indicadores_errorsenalado": "lo que un lector señala solo lo ve el personal",
    "indicadores_llavedeapi": "quién consulta no cambia lo que se le contesta",
    "indicadores_lote": "trabajo interno; lo que anota entra en otras tablas",
    "indicadores_suceso": "lo público suyo se escribe junto con el cambio de la medición, o antes de publicarla",
    "objetivos_historicalparrafo": "el historial de los párrafos lo lee el personal",
    "objetivos_parrafo": "un párrafo se ve cuando se emite el reporte, que es otra fila",
}


@dataclass(frozen=True, slots=True)
class Vigilada:
    """Una tabla; ``si``, qué filas cuentan (``{fila}`` es la nueva o la anterior); ``columnas``, qué cambios.

    ``momentos`` son las columnas que dicen desde o hasta cuándo rige una fila. Sin ``altas``, una fila nueva o borrada
    no cambia nada público.
    """

    tabla: str
    si: str = ""
    momentos: tuple[str, ...] = ()
    columnas: tuple[str, ...] = ()
    altas: bool = True


RIGEN = ("publicada_en", "sustituida_en")
#: Las que no se vigilan enteras.
PARTICULARES = (
    Vigilada("indicadores_medicion", si="{fila}.publicada_en IS NOT NULL", momentos=RIGEN),
    Vigilada("indicadores_lineabase", momentos=RIGEN),
    Vigilada("indicadores_logroesperado", momentos=RIGEN),
    Vigilada("indicadores_umbral", momentos=RIGEN),
    Vigilada("indicadores_evidencia", si="{fila}.publica"),
    # Quién emitió un reporte se dice por su nombre.
    Vigilada("auth_user", columnas=("username", "first_name", "last_name"), altas=False),
)


def vigiladas() -> list[Vigilada]:
    """Toda tabla de nuestras aplicaciones, también las del historial, salvo las exentas."""
    tablas = {
        modelo._meta.db_table
        for modelo in apps.get_models(include_auto_created=True)
        if modelo._meta.app_label in PROPIAS and modelo._meta.managed
    }
    particulares = {una.tabla for una in PARTICULARES}
    return [*PARTICULARES, *(Vigilada(tabla) for tabla in sorted(tablas - particulares - set(EXENTAS)))]


def instalar(using: str = "default") -> int:
    """Crea lo que falte (la tabla, su fila, los disparadores) y quita los que ya no correspondan; cuántos cambió."""
    conexion = connections[using]
    if conexion.vendor not in ("postgresql", "sqlite"):
        return 0
    postgres = conexion.vendor == "postgresql"
    with conexion.cursor() as cursor:
        existentes = set(conexion.introspection.table_names(cursor))
        if TABLA not in existentes:
            for sentencia in TABLA_EN_POSTGRES if postgres else TABLA_EN_SQLITE:
                cursor.execute(sentencia)
        cursor.execute(INSTALADOS_EN_POSTGRES if postgres else INSTALADOS_EN_SQLITE)
        instalados = dict(cursor.fetchall())
        queridos = {
            disparador.nombre: disparador
            for vigilada in vigiladas()
            if vigilada.tabla in existentes
            for disparador in disparadores(vigilada, conexion)
        }
        for nombre in instalados.keys() - queridos.keys():
            cursor.execute(f"DROP TRIGGER {nombre} ON {instalados[nombre]}" if postgres else f"DROP TRIGGER {nombre}")
        nuevos = [queridos[nombre] for nombre in sorted(queridos.keys() - instalados.keys())]
        if postgres and nuevos:
            cursor.execute(FUNCION)
        for disparador in nuevos:
            cursor.execute(disparador.sql)
    return len(nuevos)


@dataclass(frozen=True, slots=True)
class Disparador:
    """``nombre`` lleva la huella de lo que hace: si cambia, se reemplaza."""

    nombre: str
    sql: str


def disparadores(vigilada: Vigilada, conexion: BaseDatabaseWrapper) -> Iterator[Disparador]:
    """Los de una tabla: alta, cambio y baja (y vaciado, que SQLite no tiene)."""
    postgres = conexion.vendor == "postgresql"
    escribir = _en_postgres if postgres else _en_sqlite
    hechos = ("INSERT", "UPDATE", "DELETE", *(("TRUNCATE",) if postgres else ())) if vigilada.altas else ("UPDATE",)
    for hecho in hechos:
        plantilla = escribir(vigilada, hecho)
        huella = sha256((plantilla + FUNCION).encode()).hexdigest()[:8]
        nombre = f"publica_{vigilada.tabla[:30]}_{hecho.lower()}_{huella}"
        yield Disparador(nombre, plantilla.replace("{nombre}", nombre))


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

TABLA_EN_POSTGRES = (
    (
        f"CREATE TABLE {TABLA} (id smallint PRIMARY KEY CHECK (id = 1), numero bigint NOT NULL, "
        "marca varchar(32) NOT NULL, hasta timestamptz)"
    ),
    f"INSERT INTO {TABLA} (id, numero, marca) VALUES (1, 0, replace(gen_random_uuid()::text, '-', ''))",
)
INSTALADOS_EN_POSTGRES = (
    "SELECT d.tgname, d.tgrelid::regclass::text FROM pg_trigger d JOIN pg_class c ON c.oid = d.tgrelid "
    r"WHERE d.tgname LIKE 'publica\_%' AND NOT d.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
)
#: Cuenta una vez por transacción (las señales se borran solas al terminar, y al deshacer hasta un punto de guarda).
FUNCION = f"""
CREATE OR REPLACE FUNCTION contar_publicacion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  momento timestamptz;
BEGIN
  IF TG_NARGS > 0 AND TG_OP IN ('INSERT', 'UPDATE') THEN
    momento := GREATEST(NEW.publicada_en, NEW.sustituida_en);
  END IF;
  IF current_setting('portal.contada', true) IS DISTINCT FROM 'si' THEN
    INSERT INTO {TABLA} AS p (id, numero, marca, hasta)
    VALUES (1, 1, replace(gen_random_uuid()::text, '-', ''), momento)
    ON CONFLICT (id) DO UPDATE
    SET numero = p.numero + 1, marca = EXCLUDED.marca, hasta = GREATEST(p.hasta, EXCLUDED.hasta);
    PERFORM set_config('portal.contada', 'si', true);
    PERFORM set_config('portal.hasta', coalesce(momento::text, '-infinity'), true);
  ELSIF momento > current_setting('portal.hasta')::timestamptz THEN
    UPDATE {TABLA} SET hasta = momento WHERE id = 1 AND (hasta IS NULL OR hasta < momento);
    PERFORM set_config('portal.hasta', momento::text, true);
  END IF;
  RETURN NULL;
END $$
"""


def _en_postgres(vigilada: Vigilada, hecho: str) -> str:
    if hecho == "TRUNCATE":
        return (
            f"CREATE TRIGGER {{nombre}} AFTER TRUNCATE ON {vigilada.tabla} "
            "FOR EACH STATEMENT EXECUTE FUNCTION contar_publicacion()"
        )
    condiciones = [_cuenta(vigilada, hecho)]
    if hecho == "UPDATE":
        condiciones.append("OLD.* IS DISTINCT FROM NEW.*")
    cuando = " AND ".join(f"({condicion})" for condicion in condiciones if condicion)
    argumento = "'momentos'" if vigilada.momentos else ""
    return (
        f"CREATE CONSTRAINT TRIGGER {{nombre}} AFTER {hecho}{_de_columnas(vigilada)} ON {vigilada.tabla} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {f'WHEN ({cuando}) ' if cuando else ''}"
        f"EXECUTE FUNCTION contar_publicacion({argumento})"
    )


# --- SQLite ---------------------------------------------------------------------------------------------------------

TABLA_EN_SQLITE = (
    (
        f"CREATE TABLE {TABLA} (id integer PRIMARY KEY CHECK (id = 1), numero integer NOT NULL, "
        "marca varchar(32) NOT NULL, hasta text)"
    ),
    f"INSERT INTO {TABLA} (id, numero, marca) VALUES (1, 0, lower(hex(randomblob(16))))",
)
INSTALADOS_EN_SQLITE = (
    r"SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'publica\_%' ESCAPE '\'"
)


def _en_sqlite(vigilada: Vigilada, hecho: str) -> str:
    cuando = _cuenta(vigilada, hecho)
    momentos = "".join(f", coalesce(NEW.{una}, '')" for una in vigilada.momentos) if hecho != "DELETE" else ""
    hasta = f", hasta = nullif(max(coalesce(hasta, ''){momentos}), '')" if momentos else ""
    return (
        f"CREATE TRIGGER {{nombre}} AFTER {hecho}{_de_columnas(vigilada)} ON {vigilada.tabla} FOR EACH ROW "
        f"{f'WHEN {cuando} ' if cuando else ''}BEGIN "
        f"UPDATE {TABLA} SET numero = numero + 1, marca = lower(hex(randomblob(16))){hasta}; END"
    )


# --- Las dos --------------------------------------------------------------------------------------------------------


def _cuenta(vigilada: Vigilada, hecho: str) -> str:
    """La condición sobre las filas que ese hecho tiene; vacía si cuentan todas."""
    filas = {"INSERT": ("NEW",), "DELETE": ("OLD",)}.get(hecho, ("NEW", "OLD"))
    return " OR ".join(vigilada.si.format(fila=fila) for fila in filas) if vigilada.si else ""


def _de_columnas(vigilada: Vigilada) -> str:
    return f" OF {', '.join(vigilada.columnas)}" if vigilada.columnas else ""


def al_terminar_migrate(sender: Any, using: str, **_: Any) -> None:
    """Receptor de ``post_migrate``: la única señal nuestra."""
    instalar(using)
