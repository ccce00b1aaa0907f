"""Dice si una versión anterior que sigue atendiendo soporta las migraciones; sale con error si no."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from penitenciaria.management.migraciones import examinar, nuevas, pendientes


class Command(BaseCommand):
    help = "Comprueba que las migraciones se puedan aplicar con la versión anterior en marcha. Solo lee."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pendientes", action="store_true", help="Solo las que faltan en esta base (lo que se va a aplicar ahora)."
        )

    def handle(self, *args: Any, **opciones: Any) -> None:
        cargador = MigrationLoader(connection if opciones["pendientes"] else None)
        migraciones = pendientes(cargador) if opciones["pendientes"] else nuevas(cargador)
        riesgos = examinar(migraciones, cargador, juntas=opciones["pendientes"])
        for uno in riesgos:
            if uno.aceptado:
                self.stdout.write(f"Aceptado: {uno} Razón: {uno.aceptado}")
            elif not uno.propio:
                self.stdout.write(f"Aviso (de un paquete, no se puede anotar): {uno}")
        if malos := [uno for uno in riesgos if uno.propio and not uno.aceptado]:
            lista = "\n".join(f"  {uno}" for uno in malos)
            raise CommandError(
                f"La versión que está atendiendo no soportaría esto:\n{lista}\n"
                "Hágalo en dos entregas (docs/operacion.md, «Migraciones») o diga en riesgos_aceptados por qué no daña."
            )
        cuantas = len(migraciones)
        self.stdout.write(f"Migraciones examinadas: {cuantas}. La versión anterior puede seguir atendiendo.")
