"""Hace los trabajos de fondo: retoma los lotes que quedaron a medias y atiende la cola."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from indicadores.models import Lote
from indicadores.tareas import retomar
from penitenciaria.replicas import FALLOS, se_fue

EN_CURSO = (Lote.Estado.RECIBIDO, Lote.Estado.LEYENDO, Lote.Estado.ANOTANDO)
#: Segundos que espera antes de preguntar otra vez a una base que no responde.
ESPERA = 2


class Command(BaseCommand):
    help = "Retoma los lotes interrumpidos y atiende la cola de trabajos hasta que se detenga."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--una-vez", action="store_true", help="Termina cuando la cola queda vacía.")

    def handle(self, *args: Any, **opciones: Any) -> None:
        while True:
            try:
                self._trabajar(una_vez=opciones["una_vez"])
                return
            except FALLOS as error:
                if opciones["una_vez"] or not se_fue(error):
                    raise
                self.stderr.write(f"La base no responde; se vuelve a intentar en {ESPERA} segundos.")
            connections.close_all()
            time.sleep(ESPERA)

    def _trabajar(self, *, una_vez: bool) -> None:
        pendientes = Lote.objects.filter(estado__in=EN_CURSO).order_by("pk")
        retomados = sum(retomar(lote) for lote in pendientes)
        if retomados:
            self.stdout.write(f"Lotes retomados: {retomados}.")
        call_command("db_worker", batch=una_vez, startup_delay=False, reload=False, verbosity=1)
