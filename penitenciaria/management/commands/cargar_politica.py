"""Carga la política y sus datos de partida en una base vacía."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicadores.models import Carga
from penitenciaria.management.carga import cargar, esta_vacia, huella


class Command(BaseCommand):
    help = "Carga la política, sus datos oficiales y los complementarios; solo en una base vacía."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--si-vacia", action="store_true", help="No falla si la base ya tiene datos: los conserva tal como están."
        )

    def handle(self, *args: Any, **opciones: Any) -> None:
        carpeta = settings.BASE_DIR / "fixtures"
        if Carga.objects.filter(huella=huella(carpeta)).exists():
            self.stdout.write("Ya está cargado: la base se llenó con estos mismos datos. No se cambió nada.")
            return
        if not esta_vacia():
            mensaje = "La base ya tiene datos de la política y no se sobrescriben."
            if opciones["si_vacia"]:
                self.stdout.write(f"{mensaje} Se conserva todo lo ingresado.")
                return
            raise CommandError(f"{mensaje} Para cargar de nuevo use una base vacía (otra DATABASE_URL).")
        self.stdout.write("Cargando la política y sus datos…")
        cuentas = cargar(carpeta, ahora=timezone.now())
        self.stdout.write("Listo: " + ", ".join(f"{cuantas} {que}" for que, cuantas in cuentas.items()) + ".")
