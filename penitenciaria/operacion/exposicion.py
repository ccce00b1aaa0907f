"""Las métricas en el formato de texto de Prometheus: lo contado al atender y lo que se pregunta en el momento."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min
from django_tasks_db.models import DBTaskResult
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from penitenciaria import replicas
from penitenciaria.metricas import DE_MEMORIA
from penitenciaria.operacion import guardado, latido
from penitenciaria.suma_de_procesos import carpeta, turno
from penitenciaria.vigilancia import TABLA

TIPO = "text/plain; version=0.0.4; charset=utf-8"
ARRANQUE = time.time()


def exponer(ahora: datetime) -> bytes:
    """Todas las métricas, como las lee Prometheus."""
    propio = CollectorRegistry()
    propio.register(DelMomento(ahora))
    with _contado() as contado:
        return generate_latest(contado) + generate_latest(propio)


@contextmanager
def _contado() -> Iterator[CollectorRegistry]:
    """Lo que contaron todos los procesos o, sin carpeta común, este."""
    donde = carpeta()
    if donde is None:
        yield REGISTRY
        return
    de_todos = CollectorRegistry()
    MultiProcessCollector(de_todos, path=str(donde))
    with turno(donde, exclusivo=False):
        yield de_todos


def muestras(*nombres: str) -> list[tuple[str, dict[str, str], float]]:
    """Lo contado hasta ahora con esos nombres: muestra, etiquetas y valor."""
    with _contado() as contado:
        todas = [muestra for familia in contado.collect() for muestra in familia.samples]
    return [(una.name, una.labels, una.value) for una in todas if una.name in nombres]


def aciertos_de_memoria() -> tuple[int, int]:
    """Respuestas públicas contestadas de memoria (con 304 o enteras) y las que hubo que preparar."""
    aciertos = fallas = 0.0
    for nombre, etiquetas, valor in muestras("portal_peticiones_total", "portal_memoria_fallas_total"):
        if nombre == "portal_memoria_fallas_total":
            fallas += valor
        elif etiquetas["ruta"] == DE_MEMORIA:
            aciertos += valor
    return int(aciertos), int(fallas)


class DelMomento(Collector):
    """Lo que no se cuenta al atender: la base, la cola, la réplica, el disco, el respaldo y la memoria ocupada."""

    def __init__(self, ahora: datetime) -> None:
        self.ahora = ahora

    def collect(self) -> Iterable[Metric]:
        yield from self._de_la_base()
        if replicas.REPLICA in settings.DATABASES:
            visto = replicas.mirar()
            yield _medida("portal_replica_responde", "1 si la réplica contesta.", float(visto.replica))
            if visto.retraso is not None:
                yield _medida("portal_replica_retraso_segundos", "Segundos por detrás.", visto.retraso)
        senal = latido.ultimo()
        if senal is not None:
            silencio = max(self.ahora.timestamp() - senal, 0.0)
            yield _medida("portal_trabajador_silencio_segundos", "Desde la última señal del trabajador.", silencio)
        yield from _del_respaldo(self.ahora)
        yield from _de_los_procesos()
        yield _medida("portal_arranque_segundos", "Cuándo arrancó este proceso, desde 1970.", ARRANQUE)

    def _de_la_base(self) -> Iterator[Metric]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT numero FROM {TABLA} WHERE id = 1")
                fila = cursor.fetchone()
            cola = list(
                DBTaskResult.objects.using(replicas.PRINCIPAL)
                .filter(status__in=("READY", "RUNNING", "FAILED"))
                .values_list("status")
                .annotate(cuantos=Count("pk"), desde=Min("enqueued_at"))
                .order_by("status")
            )
        except (DatabaseError, InterfaceError):
            connection.close()
            yield _medida("portal_base_responde", "1 si la base principal contesta.", 0.0)
            return
        yield _medida("portal_base_responde", "1 si la base principal contesta.", 1.0)
        yield _medida("portal_publicaciones", "Veces que cambió lo publicado.", float(fila[0] if fila else 0))
        trabajos = GaugeMetricFamily("portal_trabajos", "Trabajos de fondo, por estado.", labels=("estado",))
        cuantos = dict.fromkeys(("READY", "RUNNING", "FAILED"), 0) | {estado: total for estado, total, _ in cola}
        for estado, nombre in (("READY", "en espera"), ("RUNNING", "en curso"), ("FAILED", "fallidos")):
            trabajos.add_metric((nombre,), cuantos[estado])
        yield trabajos
        espera = next(((self.ahora - desde).total_seconds() for estado, _, desde in cola if estado == "READY"), 0.0)
        yield _medida("portal_trabajos_espera_segundos", "Lo que espera el trabajo más antiguo.", max(espera, 0.0))


def _medida(nombre: str, que: str, valor: float) -> Metric:
    return GaugeMetricFamily(nombre, que, value=valor)


def _del_respaldo(ahora: datetime) -> Iterator[Metric]:
    dicho = guardado.leer(Path(settings.RESPALDOS_DIR) / "ultimo.json")
    if dicho is None:
        return
    try:
        edad = (ahora - datetime.fromisoformat(str(dicho["momento"]))).total_seconds()
    except (KeyError, TypeError, ValueError):
        return
    yield _medida("portal_respaldo_edad_segundos", "Desde el último respaldo.", edad)
    yield _medida("portal_respaldo_bien", "1 si el último respaldo se verificó.", float(bool(dicho.get("ok"))))


def _de_los_procesos() -> Iterator[Metric]:
    """La memoria residente de cada proceso web de este gunicorn; solo Linux la cuenta así."""
    medida = GaugeMetricFamily("portal_memoria_residente_bytes", "Memoria de cada proceso.", labels=("proceso",))
    for proceso in _hermanos():
        try:
            paginas = int(Path(f"/proc/{proceso}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            continue  # terminó mientras se preguntaba
        medida.add_metric((str(proceso),), paginas * os.sysconf("SC_PAGE_SIZE"))
    yield medida


def _hermanos() -> list[int]:
    """Los procesos que atienden junto a este."""
    padre = os.getppid()
    if carpeta() is None:
        return [os.getpid()]
    try:
        hijos = Path(f"/proc/{padre}/task/{padre}/children").read_text(encoding="ascii").split()
    except OSError:
        return [os.getpid()]
    return [int(hijo) for hijo in hijos]
