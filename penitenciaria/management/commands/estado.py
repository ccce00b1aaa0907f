"""Dice en texto cómo está el portal; la salida sirve a cron y a quien vigila: 0 va bien, 1 degradado, 2 no atiende."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from penitenciaria.operacion.comprobaciones import comprobar_todo
from penitenciaria.operacion.cuidados import cuidados
from penitenciaria.operacion.pagina import resumir, version

DEGRADADO, NO_ATIENDE = 1, 2
PALABRAS = {"ok": "bien", "fallo": "FALLO", "sin señales": "sin señales todavía"}
LARGO = max(map(len, PALABRAS.values()))


class Command(BaseCommand):
    help = "Comprueba la base, las migraciones, los trabajos, la caché, la réplica, el disco, el respaldo y la cadena."
    #: Si algo no anda, esto es lo que lo dice: no puede depender de que todo ande.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **opciones: Any) -> None:
        ahora = timezone.now()
        informe, hechos_a_diario = comprobar_todo(ahora), cuidados(ahora)
        todas = (*informe.comprobaciones, *hechos_a_diario)
        ancho = max(len(una.titulo) for una in todas)
        for una in todas:
            self.stdout.write(f"{PALABRAS[una.estado]:{LARGO}}  {una.titulo:{ancho}}  {una.detalle}")
        self.stdout.write(f"Versión {version()}. {resumir(informe, hechos_a_diario)}")
        if not informe.listo:
            sys.exit(NO_ATIENDE)
        if any(una.mal for una in todas):
            sys.exit(DEGRADADO)
