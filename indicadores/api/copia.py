"""La tabla entera de mediciones en CSV, escrita por PostgreSQL mismo con ``COPY``: las mismas celdas, más deprisa.

Cada columna se escribe en SQL igual que la escribe ``formatos.escribir_celda``; una prueba compara los bytes de los
dos caminos. ``COPY`` empuja filas y una respuesta las pide: un hilo las pone en una cola corta y quien lee hace
esperar al servidor, así que la memoria no crece. Si quien lee se va, la consulta se cancela.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F, QuerySet
from psycopg2 import Error as ErrorDePostgres

from indicadores.api.formatos import escribir_csv
from indicadores.api.tablas import Columna
from indicadores.calculo.tipos import Motivo
from indicadores.formato import TEXTO_DE_MOTIVO
from indicadores.intercambio.seguro import ESPACIOS, INICIOS, inocuo
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Fuente, Indicador, LineaBase, Medicion
from indicadores.models.granularidad import ESCRITA

TROZO = 128 * 1024
EN_COLA = 4
#: Los parámetros que dejan entre lo filtrado el valor anterior de cada fila, que ``se_repite`` compara: eligen series
#: enteras, o todo hasta un día. Con cualquier otro se va por el otro camino.
CONSERVAN_LA_SERIE = frozenset(
    {"format", "corte", "a_la_fecha", "ordering", "search", "hasta"}
    | {"indicador", "objetivo", "servicio", "ambito", "ambito_nivel", "sexo", "caracter"}
)
#: Solo para esta consulta: sus uniones son con tablas pequeñas (conviene una tabla de dispersión), ordena muchas filas,
#: dura menos que compilarla y la reparten entre sí los procesos que el servidor permita.
PREPARATIVOS = {
    "datestyle": "'ISO'",
    "jit": "off",
    "work_mem": "'64MB'",
    "enable_nestloop": "off",
    "enable_mergejoin": "off",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
}

#: De dónde sale lo que hace falta de cada fila; el prefijo evita chocar con los campos del modelo.
CAMPOS = {
    "id": "id",
    "indicador_id": "indicador_id",
    "periodo": "periodo",
    "inicio": "inicio",
    "fin": "fin",
    "ambito_id": "ambito_id",
    "sexo": "sexo",
    "valor": "valor",
    "motivo": "motivo_ausencia",
    "texto": "texto_ausencia",
    "compromiso": "fecha_compromiso",
    "numerador": "numerador",
    "denominador": "denominador",
    "caracter": "caracter",
    "situacion": "situacion",
    "version": "version",
    "publicada_en": "publicada_en",
    "reservada": "reservada",
    "fuente_id": "fuente_id",
}
DE_LA_ANTERIOR = {
    nombre: CAMPOS[nombre]
    for nombre in ("id", "indicador_id", "ambito_id", "inicio", "fin", "sexo", "caracter", "valor", "numerador")
}
#: Por qué se ordena, dicho con las columnas de ``COMPLETAS``.
ORDENES = {
    "pk": "c_id",
    "fin": "c_fin",
    "publicada_en": "c_publicada_en",
    "indicador__codigo": "i.codigo",
    "ambito__codigo": "a.codigo",
}


def se_puede(filas: QuerySet[Any], pedidos: Collection[str]) -> bool:
    """Si estas mediciones pueden salir por ``COPY``; ``pedidos``, los parámetros que se escribieron."""
    return connections[filas.db].vendor == "postgresql" and CONSERVAN_LA_SERIE.issuperset(pedidos)


def mediciones(
    filas: QuerySet[Any], columnas: tuple[Columna, ...], mirada: Mirada, *, constancia: str
) -> Iterator[bytes]:
    """El CSV de ``filas``, por trozos; ``constancia`` es la dirección de la constancia «0»: las demás salen de ella."""
    conexion = connections[filas.db]
    yield (",".join(columna.nombre for columna in columnas) + "\r\n").encode()
    with transaction.atomic(using=filas.db):
        with conexion.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE %s", [settings.TIME_ZONE])
            for nombre, valor in PREPARATIVOS.items():
                cursor.execute(f"SET LOCAL {nombre} = {valor}")
        with conexion.connection.cursor() as cursor:
            yield from Grifo(cursor, _consulta(cursor, filas, columnas, mirada, constancia)).trozos()
        with conexion.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE %s", [conexion.timezone_name])
            for nombre in PREPARATIVOS:
                cursor.execute(f"SET LOCAL {nombre} TO DEFAULT")


def _consulta(
    cursor: Any, filas: QuerySet[Any], columnas: tuple[Columna, ...], mirada: Mirada, constancia: str
) -> bytes:
    """El ``COPY`` completo, con sus parámetros ya escritos: una sola columna, el renglón de CSV ya compuesto."""
    principio, _, final = constancia.rpartition("0")
    expresiones = EXPRESIONES | {
        "enlaces_constancia": cursor.mogrify("%s || c_id || %s", [principio, final]).decode(),
        "motivo_texto": _texto_de_motivo(cursor),
    }
    nombres = [columna.nombre for columna in columnas]
    donde = nombres.index("se_repite")
    antes = ", ".join(expresiones[nombre] for nombre in nombres[:donde])
    despues = ", ".join(expresiones[nombre] for nombre in nombres[donde + 1 :])
    completas = COMPLETAS.format(
        antes=antes,
        despues=despues,
        filas=_leidas(cursor, filas, "c", CAMPOS),
        anteriores=_leidas(cursor, filas.filter(valor__isnull=False, reservada=False), "p", DE_LA_ANTERIOR),
        orden=", ".join(
            f"{ORDENES[str(campo).removeprefix('-')]} {'DESC' if str(campo).startswith('-') else 'ASC'}"
            for campo in filas.query.order_by
        ),
    )
    repite = SE_REPITE.format(momento=cursor.mogrify("%s::timestamptz", [mirada.a_la_fecha]).decode())
    renglon = f"CASE WHEN despues IS NULL THEN antes ELSE concat_ws(',', antes, {repite}, despues) END"
    return f"COPY (SELECT {renglon} FROM ({completas}) completas) TO STDOUT (FORMAT text)".encode()


def _leidas(cursor: Any, filas: QuerySet[Any], prefijo: str, campos: Mapping[str, str]) -> str:
    """El SQL de ``filas`` con esos campos, cada uno con su prefijo delante."""
    con_prefijo = {f"{prefijo}_{nombre}": F(campo) for nombre, campo in campos.items()}
    sql, parametros = filas.order_by().annotate(**con_prefijo).values(*con_prefijo).query.sql_with_params()
    return str(cursor.mogrify(sql, parametros).decode())


# Cómo se escribe cada celda


def _inocuo(texto: str) -> str:
    """Véase ``seguro.inocuo``."""
    inicios = ", ".join(f"'{signo}'" for signo in INICIOS)
    return f"CASE WHEN left(ltrim({texto}, '{ESPACIOS}'), 1) IN ({inicios}, '''') THEN '''' || {texto} ELSE {texto} END"


def _celda(texto: str) -> str:
    """El texto, inocuo y, si hace falta, entre comillas: como lo escribe ``csv.writer``."""
    return (
        f"CASE WHEN {texto} ~ E'[,\"\\r\\n]' THEN '\"' || replace({_inocuo(texto)}, '\"', '\"\"') || '\"' "
        f"ELSE {_inocuo(texto)} END"
    )


def _celda_fija(cursor: Any, texto: str) -> str:
    """Lo mismo, hecho ya, con un texto que no cambia de fila a fila."""
    return str(cursor.mogrify("%s", [next(escribir_csv([inocuo(texto)], ())).decode().removesuffix("\r\n")]).decode())


def _si_se_muestra(columna: str) -> str:
    return f"CASE WHEN c_reservada THEN '' ELSE coalesce({columna}::text, '') END"


def _texto_de_motivo(cursor: Any) -> str:
    """Lo que alguien explicó o, si no explicó, el texto del código; de lo reservado, solo el suyo.

    Casi ninguna fila tiene motivo: es lo primero que se mira.
    """
    casos = " ".join(
        f"WHEN '{motivo.value}' THEN {_celda_fija(cursor, texto)}" for motivo, texto in TEXTO_DE_MOTIVO.items()
    )
    reservado = _celda_fija(cursor, TEXTO_DE_MOTIVO[Motivo.POCAS_PERSONAS])
    return (
        f"CASE WHEN c_reservada THEN {reservado} WHEN c_motivo = '' THEN '' "
        f"WHEN c_texto <> '' THEN {_celda('c_texto')} ELSE CASE c_motivo {casos} ELSE '' END END"
    )


#: La anterior de una serie es casi siempre la del periodo contiguo, que acaba la víspera y dura lo mismo: se halla sin
#: ordenar y la buscan a la vez varios procesos. Si falta, o si puede contar la línea base, la fila es dudosa.
CONTIGUA = """p_indicador_id = c_indicador_id AND p_ambito_id = c_ambito_id AND p_fin = c_inicio - 1
 AND p_sexo = c_sexo AND p_caracter = c_caracter AND (p_fin - p_inicio) - (c_fin - c_inicio) BETWEEN -4 AND 4"""
DUDOSA = f"""(c_valor IS NOT NULL AND NOT c_reservada AND (p_id IS NULL
 OR (c_sexo = 'T' AND c_caracter = 'oficial' AND length(c_periodo) = 4
  AND c_ambito_id = (SELECT id FROM {Ambito._meta.db_table} WHERE codigo = '{Ambito.NACIONAL}'))))"""
REPITE_LA_CONTIGUA = """CASE WHEN NOT c_reservada AND p_valor = c_valor
 AND (p_numerador IS NULL OR c_numerador IS NULL OR p_numerador = c_numerador) THEN 'true' ELSE 'false' END"""
#: Fila a fila y por índice, solo para las dudosas. Lo correlativo va aquí, y no allá: PostgreSQL no reparte entre
#: procesos una consulta que lo tenga.
SE_REPITE = f"""(
SELECT CASE WHEN CASE
  WHEN base.anio < extract(year FROM esta.fin)
   AND (previa.fin IS NULL OR extract(year FROM previa.fin) < base.anio) THEN base.valor = esta.valor
  ELSE previa.valor = esta.valor AND (previa.numerador IS NULL OR esta.numerador IS NULL
   OR previa.numerador = esta.numerador) END THEN 'true' ELSE 'false' END
FROM {Medicion._meta.db_table} esta
LEFT JOIN LATERAL (
 SELECT m.valor, m.numerador, m.fin FROM {Medicion._meta.db_table} m
 WHERE m.indicador_id = esta.indicador_id AND m.ambito_id = esta.ambito_id AND m.sexo = esta.sexo
  AND m.caracter = esta.caracter AND {ESCRITA.format("m.periodo")} = {ESCRITA.format("esta.periodo")}
  AND m.fin < esta.fin AND m.valor IS NOT NULL AND NOT m.reservada
  AND m.publicada_en <= {{momento}} AND (m.sustituida_en IS NULL OR m.sustituida_en > {{momento}})
 ORDER BY m.fin DESC, m.id DESC LIMIT 1) previa ON true
LEFT JOIN LATERAL (
 SELECT b.valor, b.anio FROM {LineaBase._meta.db_table} b
 WHERE b.indicador_id = esta.indicador_id AND b.valor IS NOT NULL
  AND b.publicada_en <= {{momento}} AND (b.sustituida_en IS NULL OR b.sustituida_en > {{momento}})
 ORDER BY b.version DESC LIMIT 1) base ON esta.sexo = 'T' AND esta.caracter = 'oficial' AND length(esta.periodo) = 4
  AND esta.ambito_id = (SELECT id FROM {Ambito._meta.db_table} WHERE codigo = '{Ambito.NACIONAL}')
WHERE esta.id = completas.c_id)"""
#: «2026-02-02 10:00:00.123456-05», como la base escribe un momento, está a dos retoques de lo que hace falta, y
#: ``to_char`` tarda el triple; solo va por él una fracción terminada en cero, que la base abrevia. La hora de Lima
#: dista de la universal horas enteras.
PUBLICADA_EN = """CASE WHEN c_publicada_en::timestamptz(5) <> c_publicada_en
 OR c_publicada_en::timestamptz(0) = c_publicada_en THEN overlay(c_publicada_en::text PLACING 'T' FROM 11) || ':00'
 ELSE to_char(c_publicada_en, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM') END"""
EXPRESIONES = {
    "indicador": "i.inocuo",
    "id": "c_id",
    "periodo": "c_periodo",
    "fin": "c_fin",
    "ambito": "a.inocuo",
    "sexo": "c_sexo",
    "valor": _si_se_muestra("trim_scale(c_valor)"),
    "motivo_codigo": f"CASE WHEN c_reservada THEN '{Motivo.POCAS_PERSONAS.value}' ELSE c_motivo END",
    "motivo_fecha_compromiso": _si_se_muestra("c_compromiso"),
    "numerador": _si_se_muestra("c_numerador"),
    "denominador": _si_se_muestra("c_denominador"),
    "caracter": "c_caracter",
    "situacion": "c_situacion",
    "version": "c_version",
    "publicada_en": PUBLICADA_EN,
    "fuente_nombre": "coalesce(f.nombre, '')",
    "fuente_url": "coalesce(f.url, '')",
}
#: Los textos del catálogo se hacen inocuos una vez cada uno, y no una vez por fila: el ``ORDER BY`` de cada uno está
#: para que PostgreSQL no junte su consulta con la de fuera (``OFFSET 0`` también lo impide, pero no deja repartirla).
COMPLETAS = f"""
SELECT c_id, CASE WHEN {DUDOSA} THEN concat_ws(',', {{antes}})
  ELSE concat_ws(',', {{antes}}, {REPITE_LA_CONTIGUA}, {{despues}}) END AS antes,
 CASE WHEN {DUDOSA} THEN concat_ws(',', {{despues}}) END AS despues
FROM ({{filas}}) leidas
JOIN (SELECT id, codigo, {_celda("codigo")} AS inocuo FROM {Indicador._meta.db_table} ORDER BY id) i
 ON i.id = c_indicador_id
JOIN (SELECT id, codigo, {_celda("codigo")} AS inocuo FROM {Ambito._meta.db_table} ORDER BY id) a
 ON a.id = c_ambito_id
LEFT JOIN (SELECT id, {_celda("nombre")} AS nombre, {_celda("url")} AS url
           FROM {Fuente._meta.db_table} ORDER BY id) f ON f.id = c_fuente_id
LEFT JOIN ({{anteriores}}) anteriores ON {CONTIGUA}
ORDER BY {{orden}}"""


class Abandonada(Exception):
    """Quien leía se fue."""


class Cortada(Exception):
    """La base dejó de enviar antes de terminar."""


#: Lo que ``COPY (FORMAT text)`` escribe de otro modo; el renglón ya va compuesto y hay que devolvérselo.
ESCAPES = re.compile(rb"\\(.)")
ESCAPADOS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _sin_escape(hallado: re.Match[bytes]) -> bytes:
    return ESCAPADOS.get(hallado[1], hallado[1])


class Grifo:
    """Lo que ``COPY`` empuja, servido a quien lo pide; en un hilo, sobre la misma conexión, que nadie más usa."""

    def __init__(self, cursor: Any, consulta: bytes) -> None:
        self._cursor, self._consulta = cursor, consulta
        self._cola: Queue[bytes | None] = Queue(maxsize=EN_COLA)
        self._se_fue = Event()
        self._completa = False
        self._error: ErrorDePostgres | None = None
        self._trozo = bytearray()

    def trozos(self) -> Iterator[bytes]:
        """Los bytes, por trozos; lo que falle allá se levanta aquí, y así la respuesta queda cortada y no completa."""
        hilo = Thread(target=self._copiar, name="copia-csv", daemon=True)
        hilo.start()
        try:
            while (trozo := self._cola.get()) is not None:
                yield trozo
            if not self._completa:
                raise self._error or Cortada
        finally:
            self._se_fue.set()
            if hilo.is_alive():
                self._cursor.connection.cancel()
            hilo.join()

    def write(self, fila: bytes) -> int:
        """Lo llama ``COPY`` con cada fila."""
        self._trozo += fila
        if len(self._trozo) >= TROZO:
            self._entregar()
            if self._se_fue.is_set():
                raise Abandonada
        return len(fila)

    def _copiar(self) -> None:
        try:
            self._cursor.copy_expert(self._consulta, self)
            self._entregar()
            self._completa = True
        except ErrorDePostgres as error:
            self._error = error
        except Abandonada:
            return
        finally:
            self._poner(None)

    def _entregar(self) -> None:
        """Lo reunido, con CRLF: los saltos de línea que no terminan una fila vienen escritos «\\n»."""
        if self._trozo:
            trozo = bytes(self._trozo.replace(b"\n", b"\r\n"))
            self._poner(ESCAPES.sub(_sin_escape, trozo) if b"\\" in trozo else trozo)
            self._trozo.clear()

    def _poner(self, trozo: bytes | None) -> None:
        while not self._se_fue.is_set():
            try:
                self._cola.put(trozo, timeout=1)
            except Full:
                continue
            return
