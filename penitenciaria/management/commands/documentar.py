"""Escribe en ``docs/`` los documentos que salen del código: permisos, flujo, cambios de la API, glosario y datos."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from indicadores.formato import enumerar
from penitenciaria.management.documentos import escribir


class Command(BaseCommand):
    help = "Escribe docs/permisos.md, docs/flujo.md y los demás que salen de las tablas que obedece el código."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--carpeta", type=Path, default=Path(settings.BASE_DIR) / "docs", help="Dónde escribirlos.")

    def handle(self, *args: Any, **opciones: Any) -> None:
        cambiados = escribir(opciones["carpeta"])
        self.stdout.write(f"Se escribió {enumerar(cambiados)}." if cambiados else "Los documentos ya estaban al día.")
