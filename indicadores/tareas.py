"""Los trabajos de fondo: los pequeños se hacen al momento; los grandes esperan su turno en la cola de la base."""

from django.contrib.auth.models import User
from django.db import transaction
from django_tasks import task

from indicadores.acciones.cuentas import mandar_enlace
from indicadores.intercambio.proceso import anotar_lote, comparar_lote
from indicadores.intercambio.tipos import ArchivoIlegible, manejador_de
from indicadores.models import Lote

#: Hasta aquí no vale la pena esperar a un trabajador.
FILAS_EN_LINEA = 500


@task()
def comparar(lote_id: int) -> None:
    """Compara el lote, si todavía hace falta."""
    lote = Lote.objects.select_related("creado_por").get(pk=lote_id)
    if lote.estado in (Lote.Estado.RECIBIDO, Lote.Estado.LEYENDO):
        comparar_lote(lote)


@task()
def anotar(lote_id: int) -> None:
    """Anota el lote confirmado, si todavía hace falta."""
    lote = Lote.objects.select_related("creado_por").get(pk=lote_id)
    if lote.estado == Lote.Estado.ANOTANDO:
        anotar_lote(lote)


@task()
def mandar_enlace_de_clave(correo: str) -> None:
    """Manda un enlace a cada cuenta activa con ese correo y con clave; si no hay ninguna, no hace nada.

    Es un trabajo de fondo también para que pedirlo tarde lo mismo haya o no una cuenta.
    """
    for cuenta in User.objects.filter(email__iexact=correo, is_active=True, is_staff=True).order_by("pk"):
        if cuenta.has_usable_password():
            mandar_enlace(cuenta)


def pedir_comparacion(lote: Lote) -> None:
    """Compara ahora lo corto y manda a la cola lo largo."""
    if es_corto(lote):
        comparar_lote(lote)
    else:
        _a_la_cola(comparar, lote)


def pedir_anotacion(lote: Lote) -> None:
    """Anota ahora lo corto y manda a la cola lo largo."""
    if lote.total <= FILAS_EN_LINEA:
        anotar_lote(lote)
    else:
        _a_la_cola(anotar, lote)


def retomar(lote: Lote) -> bool:
    """Devuelve a la cola un lote interrumpido (o que nunca empezó); falso si no hay nada que retomar.

    Repetirlo no hace daño: un trabajo que encuentra su lote ya hecho no hace nada.
    """
    if lote.estado in (Lote.Estado.RECIBIDO, Lote.Estado.LEYENDO):
        if lote.clase == Lote.Clase.MATRIZ and not lote.opciones.get("usos"):
            return False  # espera a que se diga cómo se lee
        _a_la_cola(comparar, lote)
    elif lote.estado == Lote.Estado.ANOTANDO:
        _a_la_cola(anotar, lote)
    else:
        return False
    return True


def es_corto(lote: Lote) -> bool:
    """Si el archivo tiene pocas filas; uno ilegible también lo es, para decirlo en el acto."""
    with lote.archivo.open("rb") as abierto:
        try:
            leidas = manejador_de(lote.clase).leer(abierto.file, lote.opciones)
            return all(numero < FILAS_EN_LINEA for numero, _ in enumerate(leidas))
        except ArchivoIlegible:
            return True


def _a_la_cola(trabajo: object, lote: Lote) -> None:
    transaction.on_commit(lambda: trabajo.enqueue(lote.pk))  # type: ignore[attr-defined]
