"""La tabla entera de mediciones en CSV, escrita por PostgreSQL mismo con ``COPY``: las mismas celdas, más deprisa.

Cada columna se escribe en SQL igual que la escribe ``formatos.escribir_celda``; una prueba compara los bytes de los
dos caminos. ``COPY`` empuja filas y una respuesta las pide: un hilo las pone en una cola corta y quien lee hace
esperar al servidor, así que la memoria no crece. Si quien lee se va, la consulta se cancela.
"""

from collections.abc import Collection, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import (
    Case,
    Expression,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    When,
    Window,
)
from django.db.models.functions import Cast, Lag
from psycopg2 import Error as ErrorDePostgres

from indicadores.api.tablas import Columna
from indicadores.calculo.tipos import Motivo
from indicadores.formato import TEXTO_DE_MOTIVO
from indicadores.intercambio.seguro import ESPACIOS, INICIOS
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Fuente, Indicador, LineaBase
from indicadores.models.granularidad import Granularidad

TROZO = 128 * 1024
EN_COLA = 4
#: Los parámetros que dejan entre lo filtrado el valor anterior de cada fila, que ``se_repite`` compara: eligen series
#: enteras, o todo hasta un día. Con cualquier otro se va por el otro camino.
CONSERVAN_LA_SERIE = frozenset(
    {"format", "corte", "a_la_fecha", "ordering", "search", "hasta"}
    | {"indicador", "objetivo", "servicio", "ambito", "ambito_nivel", "sexo", "caracter"}
)
#: Solo para esta consulta: sus uniones son con tablas pequeñas (conviene una tabla de dispersión), ordena muchas filas
#: y dura menos que compilarla.
PREPARATIVOS = {"jit": "off", "work_mem": "'64MB'", "enable_nestloop": "off", "enable_mergejoin": "off"}

#: De dónde sale lo que hace falta de cada fila; el prefijo evita chocar con los campos del modelo.
CAMPOS = {
    "id": "id",
    "indicador_id": "indicador_id",
    "periodo": "periodo",
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
#: Por qué se ordena, dicho con las columnas de ``_completas``.
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
    """El ``COPY`` completo, con sus parámetros ya escritos."""
    principio, _, final = constancia.rpartition("0")
    expresiones = EXPRESIONES | {
        "enlaces_constancia": cursor.mogrify("%s || c_id || %s", [principio, final]).decode(),
        "motivo_texto": _texto_de_motivo(cursor),
    }
    elegidas = ", ".join(expresiones[columna.nombre] for columna in columnas)
    dentro, parametros = _con_previo(filas.order_by(), mirada).query.sql_with_params()
    completas = COMPLETAS.format(
        ventana=cursor.mogrify(dentro, parametros).decode(),
        orden=", ".join(
            f"{ORDENES[str(campo).removeprefix('-')]} {'DESC' if str(campo).startswith('-') else 'ASC'}"
            for campo in filas.query.order_by
        ),
    )
    return f"COPY (SELECT {elegidas} FROM ({completas}) completas) TO STDOUT (FORMAT csv)".encode()


def _con_previo(filas: QuerySet[Any], mirada: Mirada) -> QuerySet[Any]:
    """Lo que hace falta de cada fila, con el valor anterior de su serie y la línea base que la precede."""
    # Los textos empiezan por letras distintas: con sus códigos basta, y ordenar números cuesta la mitad.
    clase = (
        Func("sexo", function="ASCII", output_field=IntegerField()) * 65536
        + Func("caracter", function="ASCII", output_field=IntegerField()) * 256
        + Func("c_tamano", function="ASCII", output_field=IntegerField())
    )
    con_valor = Case(When(valor__isnull=False, reservada=False, then=1), default=0)
    serie: dict[str, Any] = {
        "partition_by": [F("indicador"), F("ambito"), clase, con_valor],
        "order_by": [F("fin").asc(), F("id").asc()],
    }
    del_pais = Ambito.objects.filter(codigo=Ambito.NACIONAL).order_by("pk").values("pk")
    bases = LineaBase.objects.vigentes(mirada.a_la_fecha).filter(indicador=OuterRef("indicador"), valor__isnull=False)

    def de_la_base(campo: str) -> Expression:
        suya = Subquery(bases.order_by("-version").values(campo)[:1])
        return Case(When(c_tamano="", sexo="T", caracter="oficial", ambito__in=del_pais, then=suya))

    completas = filas.annotate(c_tamano=Granularidad("periodo")).annotate(
        **{f"c_{nombre}": F(campo) for nombre, campo in CAMPOS.items()},
        c_previo=Window(Lag("valor"), **serie),
        c_previo_numerador=Window(Lag("numerador"), **serie),
        c_previo_fin=Window(Lag("fin"), **serie),
        c_base=de_la_base("valor"),
        c_anio_base=de_la_base("anio"),
        c_publicada=Cast("publicada_en", TextField()),
    )
    propias = ("c_previo", "c_previo_numerador", "c_previo_fin", "c_base", "c_anio_base", "c_publicada")
    return completas.values(*(f"c_{nombre}" for nombre in CAMPOS), *propias)


# Cómo se escribe cada celda


def _inocuo(texto: str) -> str:
    """Véase ``seguro.inocuo``."""
    inicios = ", ".join(f"'{signo}'" for signo in INICIOS)
    return f"CASE WHEN left(ltrim({texto}, '{ESPACIOS}'), 1) IN ({inicios}, '''') THEN '''' || {texto} ELSE {texto} END"


def _si_se_muestra(columna: str) -> str:
    return f"CASE WHEN NOT c_reservada THEN {columna} END"


def _texto_de_motivo(cursor: Any) -> str:
    """Lo que alguien explicó o, si no explicó, el texto del código; de lo reservado, solo el suyo.

    Casi ninguna fila tiene motivo: es lo primero que se mira.
    """
    casos = " ".join(
        cursor.mogrify("WHEN %s THEN %s", [motivo.value, texto]).decode() for motivo, texto in TEXTO_DE_MOTIVO.items()
    )
    reservado = cursor.mogrify("%s", [TEXTO_DE_MOTIVO[Motivo.POCAS_PERSONAS]]).decode()
    return (
        f"CASE WHEN c_reservada THEN {_inocuo(reservado)} WHEN c_motivo = '' THEN NULL "
        f"WHEN c_texto <> '' THEN {_inocuo('c_texto')} ELSE {_inocuo(f'(CASE c_motivo {casos} END)')} END"
    )


SE_REPITE = """CASE WHEN c_valor IS NULL OR c_reservada THEN 'false'
 WHEN c_base IS NOT NULL AND c_anio_base < extract(year FROM c_fin)
  AND (c_previo_fin IS NULL OR extract(year FROM c_previo_fin) < c_anio_base)
  THEN CASE WHEN c_base = c_valor THEN 'true' ELSE 'false' END
 WHEN c_previo = c_valor AND (c_previo_numerador IS NULL OR c_numerador IS NULL OR c_previo_numerador = c_numerador)
  THEN 'true' ELSE 'false' END"""
#: El texto de la base («2026-02-02 10:00:00-05») ya sirve si trae ninguna o seis cifras de segundo; si no, se compone.
PUBLICADA_EN = """CASE WHEN length(c_publicada) IN (22, 29)
 THEN overlay(c_publicada PLACING 'T' FROM 11) || ':00'
 ELSE to_char(c_publicada_en, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM') END"""
EXPRESIONES = {
    "indicador": "c_indicador",
    "id": "c_id",
    "periodo": "c_periodo",
    "fin": "c_fin",
    "ambito": "c_ambito",
    "sexo": "c_sexo",
    "valor": _si_se_muestra("trim_scale(c_valor)"),
    "motivo_codigo": f"CASE WHEN c_reservada THEN '{Motivo.POCAS_PERSONAS.value}' ELSE nullif(c_motivo, '') END",
    "motivo_fecha_compromiso": _si_se_muestra("c_compromiso"),
    "numerador": _si_se_muestra("c_numerador"),
    "denominador": _si_se_muestra("c_denominador"),
    "caracter": "c_caracter",
    "situacion": "c_situacion",
    "se_repite": SE_REPITE,
    "version": "c_version",
    "publicada_en": PUBLICADA_EN,
    "fuente_nombre": "c_fuente",
    "fuente_url": "c_url",
}
#: Los textos del catálogo se hacen inocuos una vez cada uno, y no una vez por fila.
COMPLETAS = f"""
WITH i AS MATERIALIZED (SELECT id, codigo, {_inocuo("codigo")} AS inocuo FROM {Indicador._meta.db_table}),
     a AS MATERIALIZED (SELECT id, codigo, {_inocuo("codigo")} AS inocuo FROM {Ambito._meta.db_table}),
     f AS MATERIALIZED (SELECT id, {_inocuo("nullif(nombre, '')")} AS nombre, {_inocuo("nullif(url, '')")} AS url
                        FROM {Fuente._meta.db_table})
SELECT ventana.*, i.inocuo AS c_indicador, a.inocuo AS c_ambito, f.nombre AS c_fuente, f.url AS c_url
FROM ({{ventana}}) ventana JOIN i ON i.id = c_indicador_id JOIN a ON a.id = c_ambito_id
LEFT JOIN f ON f.id = c_fuente_id
ORDER BY {{orden}}"""


class Abandonada(Exception):
    """Quien leía se fue."""


class Cortada(Exception):
    """La base dejó de enviar antes de terminar."""


class Grifo:
    """Lo que ``COPY`` empuja, servido a quien lo pide; en un hilo, sobre la misma conexión, que nadie más usa."""

    def __init__(self, cursor: Any, consulta: bytes) -> None:
        self._cursor, self._consulta = cursor, consulta
        self._cola: Queue[bytes | None] = Queue(maxsize=EN_COLA)
        self._se_fue = Event()
        self._completa = False
        self._error: ErrorDePostgres | None = None
        self._filas: list[bytes] = []
        self._bytes = 0

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
        """Lo llama ``COPY`` con cada fila, terminada en un salto de línea que aquí pasa a CRLF."""
        self._filas.append(fila[:-1])
        self._bytes += len(fila)
        if self._bytes >= TROZO:
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
        if self._filas:
            self._filas.append(b"")
            self._poner(b"\r\n".join(self._filas))
            self._filas, self._bytes = [], 0

    def _poner(self, trozo: bytes | None) -> None:
        while not self._se_fue.is_set():
            try:
                self._cola.put(trozo, timeout=1)
            except Full:
                continue
            return
