"""De qué base lee cada petición, y qué pasa cuando una de las dos no responde.

Con ``REPLICA_URL``, lo que pide alguien sin sesión (GET o HEAD) se lee en la réplica; todo lo demás —quien ingresó,
las órdenes, los trabajos de fondo, cualquier escritura— va a la principal, así que el personal lee lo que acaba de
escribir. La base se elige **una vez por petición**: la marca de ``penitenciaria.memoria`` y las cifras salen de la
misma, y bajo una marca nueva nunca queda guardado un dato viejo.

La réplica se usa mientras responda y no vaya más de ``REPLICA_RETRASO_MAX`` segundos por detrás. Si la principal no
responde, se lee en la réplica aunque no se pueda saber cuánto le falta: nadie puede publicar mientras tanto.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.models import Model
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import FileResponse, HttpResponseBase

from penitenciaria.peticion import ACTUAL

Siguiente = Callable[[HttpRequest], HttpResponseBase]

PRINCIPAL, REPLICA = "default", "replica"
#: Segundos que se recuerda cómo está cada base.
RECUERDO = 2.0
FALLOS = (DatabaseError, InterfaceError)

_LEE_EN: ContextVar[str] = ContextVar("lee_en", default=PRINCIPAL)


def donde_se_lee() -> str:
    """El nombre de la base de la que lee la petición que se atiende; la principal, fuera de una."""
    return _LEE_EN.get()


class Enrutador:
    """Las lecturas, donde eligió la petición; las escrituras y las migraciones, siempre en la principal."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return _LEE_EN.get()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return PRINCIPAL

    def allow_relation(self, uno: Model, otro: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRINCIPAL


# --- Cómo está cada base --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estado:
    """Si responde cada una; ``retraso`` de la réplica en segundos, None si no se puede saber."""

    principal: bool
    replica: bool
    retraso: float | None = None

    @property
    def conviene(self) -> str:
        """De cuál leer lo público; si ninguna responde, la principal, que es quien dirá el error."""
        if not self.replica:
            return PRINCIPAL
        if not self.principal:
            return REPLICA
        al_dia = self.retraso is not None and self.retraso <= settings.REPLICA_RETRASO_MAX
        return REPLICA if al_dia else PRINCIPAL


DE_LA_PRINCIPAL = "SELECT pg_current_wal_lsn()::text, clock_timestamp()::text"
#: Las dos horas son del reloj de la principal (la réplica repite la que traía cada transacción): da igual si los
#: relojes de las máquinas no concuerdan. Sin nada por repetir no hay retraso, aunque haga horas que nadie escribe.
DE_LA_REPLICA = (
    "SELECT pg_is_in_recovery(), pg_wal_lsn_diff(%s::pg_lsn, pg_last_wal_replay_lsn()), "
    "EXTRACT(EPOCH FROM %s::timestamptz - pg_last_xact_replay_timestamp())"
)


def mirar() -> Estado:
    """Pregunta ahora a las dos; cada conexión que falla se cierra, para que la próxima vez se abra otra."""
    punto = hora = None
    principal = _preguntar(PRINCIPAL, DE_LA_PRINCIPAL, ())
    if principal is not None:
        punto, hora = principal
    replica = _preguntar(REPLICA, DE_LA_REPLICA, (punto, hora))
    # Una réplica ascendida ya no sigue a la principal: lo que dice es otra historia.
    if replica is None or not replica[0]:
        return Estado(principal is not None, False)
    _, faltan, segundos = replica
    if faltan is None:
        return Estado(False, True)
    retraso = 0.0 if faltan <= 0 else None if segundos is None else max(float(segundos), 0.0)
    return Estado(True, True, retraso)


def _preguntar(base: str, sentencia: str, valores: tuple[Any, ...]) -> tuple[Any, ...] | None:
    conexion = connections[base]
    try:
        with conexion.cursor() as cursor:
            cursor.execute(sentencia, valores)
            fila: tuple[Any, ...] | None = cursor.fetchone()
            return fila
    except FALLOS:
        conexion.close()
        return None


class Vigia:
    """Lo que se sabe de las dos bases, que se vuelve a preguntar cada ``RECUERDO`` segundos; uno por proceso.

    Pregunta un solo hilo: los demás siguen con lo último que se supo, así que una base que tarda en fallar no hace
    esperar a todos.
    """

    def __init__(self, preguntar: Callable[[], Estado] = mirar, reloj: Callable[[], float] = monotonic) -> None:
        self._preguntar, self._reloj = preguntar, reloj
        self._estado: Estado | None = None
        self._vence = 0.0
        self._turno = Lock()

    def estado(self) -> Estado:
        sabido = self._estado
        if sabido is not None and self._reloj() < self._vence:
            return sabido
        if self._turno.acquire(blocking=sabido is None):
            try:
                if self._estado is None or self._reloj() >= self._vence:
                    self._anotar(self._preguntar())
            finally:
                self._turno.release()
        return self._estado or Estado(True, False)

    def fallo(self, base: str) -> None:
        """Alguien que leía allí vio que no responde."""
        sabido = self._estado or Estado(True, True)
        self._anotar(replace(sabido, principal=False) if base == PRINCIPAL else replace(sabido, replica=False))

    def _anotar(self, estado: Estado) -> None:
        self._estado, self._vence = estado, self._reloj() + RECUERDO


VIGIA = Vigia()


# --- En cada petición -----------------------------------------------------------------------------------------------


class DondeSeLee:
    """Elige la base de la petición y repite una vez lo que solo se lee, si la base se fue a la mitad."""

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response
        self.hay_replica = REPLICA in settings.DATABASES

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(("/static/", "/salud/")):
            return self.get_response(request)
        senal = _LEE_EN.set(self._elegir())
        try:
            respuesta = self.get_response(request)
            if respuesta.status_code == 503 and se_puede_repetir():
                respuesta.close()
                respuesta = self.get_response(request)
            en_cual = _LEE_EN.get()
        finally:
            _LEE_EN.reset(senal)
        if en_cual == PRINCIPAL or isinstance(respuesta, FileResponse):
            return respuesta
        if isinstance(respuesta, StreamingHttpResponse):
            # Lo que se escribe según se envía se lee de la misma base.
            partes = cast("Iterator[bytes]", respuesta.streaming_content)
            respuesta.streaming_content = _leyendo_en(en_cual, partes)
        return respuesta

    def _elegir(self) -> str:
        return VIGIA.estado().conviene if self.hay_replica and _es_de_cualquiera() else PRINCIPAL


def _es_de_cualquiera() -> bool:
    peticion = ACTUAL.get()
    return peticion is not None and peticion.metodo in ("GET", "HEAD") and not peticion.con_sesion


def se_puede_repetir() -> bool:
    """Tras un 503: si lo que pasó es que se perdió la conexión y ahora hay de dónde leer."""
    conexion = connections[_LEE_EN.get()]
    if conexion.connection is not None and conexion.is_usable():
        return False  # la base responde: le pasa otra cosa, y repetir no la arregla
    conexion.close()
    return _preguntar(_LEE_EN.get(), "SELECT 1", ()) is not None or cambiar_de_base()


def cambiar_de_base() -> bool:
    """La de ahora no responde: pasa a la otra, si la hay y lo que se lee es público; falso si no se puede."""
    if REPLICA not in settings.DATABASES or not _es_de_cualquiera():
        return False
    actual = _LEE_EN.get()
    VIGIA.fallo(actual)
    otra = REPLICA if actual == PRINCIPAL else PRINCIPAL
    _LEE_EN.set(otra)
    return True


def _leyendo_en(base: str, partes: Iterator[bytes]) -> Iterator[bytes]:
    senal = _LEE_EN.set(base)
    try:
        yield from partes
    finally:
        _LEE_EN.reset(senal)


def se_fue(error: BaseException | None) -> bool:
    """Si lo que falló es la base (no responde, se reinicia, no le queda sitio, está ocupada) y no lo que se le pidió.

    SQLite llama igual a una sentencia mal escrita; la suya empieza por «no such» o habla de sintaxis.
    """
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and not str(error).startswith(("no such", "near "))
