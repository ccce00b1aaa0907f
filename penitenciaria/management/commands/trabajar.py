"""Hace los trabajos de fondo: retoma los lotes que quedaron a medias y atiende la cola."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from indicadores.models import Lote
from indicadores.tareas import retomar

EN_CURSO = (Lote.Estado.RECIBIDO, Lote.Estado.LEYENDO, Lote.Estado.ANOTANDO)


class Command(BaseCommand):
    help = "Retoma los lotes interrumpidos y atiende la cola de trabajos hasta que se detenga."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--una-vez", action="store_true", help="Termina cuando la cola queda vacía.")

    def handle(self, *args: Any, **opciones: Any) -> None:
        pendientes = Lote.objects.filter(estado__in=EN_CURSO).order_by("pk")
        retomados = sum(retomar(lote) for lote in pendientes)
        if retomados:
            self.stdout.write(f"Lotes retomados: {retomados}.")
        call_command("db_worker", batch=opciones["una_vez"], startup_delay=False, reload=False, verbosity=1)
