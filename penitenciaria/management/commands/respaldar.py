"""Hace un respaldo de la base y de sus archivos, lo comprueba y, si se pide, borra los que ya sobran."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicadores.formato import escribir_numero, plural
from penitenciaria.management.orden import salida_ordenada
from penitenciaria.respaldo.cifrado import exigir_clave
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.hacer import Hecho, respaldar
from penitenciaria.respaldo.rotacion import Ultimo, anotar, del_hecho, podar


class Command(BaseCommand):
    help = "Respalda en un solo archivo comprobado la base y los archivos que ella nombra (véase docs/respaldo.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--destino", metavar="CARPETA", help=f"Dónde dejarlo; si no se dice, en {settings.RESPALDOS_DIR}."
        )
        cifrado = parser.add_mutually_exclusive_group()
        cifrado.add_argument(
            "--cifrar", action="store_true", help="Exige RESPALDO_CLAVE (si está puesta, se cifra aunque no se diga)."
        )
        cifrado.add_argument("--sin-cifrar", action="store_true", help="No lo cifra aunque haya RESPALDO_CLAVE.")
        parser.add_argument(
            "--conservar",
            type=int,
            metavar="N",
            help="Después, borra los que sobran: quedan los N últimos, uno por semana de cinco y uno por mes de doce.",
        )

    def handle(self, *args: Any, **opciones: Any) -> None:
        carpeta = Path(opciones["destino"] or settings.RESPALDOS_DIR).absolute()
        if opciones["conservar"] is not None and opciones["conservar"] < 1:
            raise CommandError("--conservar se cuenta desde 1.")
        ahora, empezo = timezone.now(), monotonic()
        try:
            clave = "" if opciones["sin_cifrar"] else settings.RESPALDO_CLAVE
            with salida_ordenada():
                hecho = respaldar(
                    carpeta, ahora=ahora, clave=exigir_clave(clave) if clave or opciones["cifrar"] else ""
                )
        except ErrorDeRespaldo as error:
            try:
                anotar(settings.RESPALDOS_DIR, Ultimo(ahora, "", 0, "", False, str(error)))
            except ErrorDeRespaldo as otro:
                raise CommandError(f"{error}\n{otro}") from error
            raise CommandError(str(error)) from error
        ultimo = del_hecho(hecho)
        try:
            anotar(settings.RESPALDOS_DIR, ultimo)
            self._contar(hecho, monotonic() - empezo)
            # Si este no está completo, los anteriores pueden tener lo que le falta.
            if opciones["conservar"] is not None and ultimo.ok:
                for nombre in podar(carpeta, ultimos=opciones["conservar"]):
                    self.stdout.write(f"Sobraba y se borró: {nombre}")
        except ErrorDeRespaldo as error:
            raise CommandError(str(error)) from error
        if not ultimo.ok:
            raise CommandError(f"El respaldo se hizo y sirve, pero no está completo. {ultimo.error}")

    def _contar(self, hecho: Hecho, segundos: float) -> None:
        dicho = hecho.manifiesto
        self.stdout.write(
            f"Respaldo comprobado: {hecho.archivo}\n"
            f"{plural(dicho.filas, 'fila', 'filas')} de {plural(len(dicho.tablas), 'tabla', 'tablas')}, "
            f"{plural(dicho.archivos, 'archivo', 'archivos')}, {escribir_numero(hecho.bytes, 0)} bytes, "
            f"constancia {dicho.cadena[0]}; {escribir_numero(round(segundos), 0)} s.\n"
            f"SHA-256: {hecho.huella}"
        )
        if hecho.ajenas:
            self.stderr.write(f"La base tiene tablas ajenas al portal, que no se guardaron: {', '.join(hecho.ajenas)}.")
