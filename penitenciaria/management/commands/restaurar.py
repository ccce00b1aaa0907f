"""Restaura un respaldo hecho con `manage.py respaldar`, en cualquiera de las dos bases."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from indicadores.formato import plural
from penitenciaria.management.orden import salida_ordenada
from penitenciaria.respaldo import devolver, esquema
from penitenciaria.respaldo.contenedor import abrir
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.hacer import respaldar
from penitenciaria.respaldo.revisar import revisar

PREFIJO_DE_ANTES = "antes-de-restaurar"


class Command(BaseCommand):
    help = "Comprueba un respaldo y deja la base y los archivos como él dice; o nada, si algo no concuerda."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archivo", metavar="ARCHIVO", help="El respaldo; si está cifrado, con RESPALDO_CLAVE.")
        parser.add_argument("--solo-comprobar", action="store_true", help="Lo lee entero y no toca nada.")
        parser.add_argument(
            "--reemplazar",
            metavar="BASE",
            help="El nombre de la base en uso: confirma que se pierde lo que tiene (antes se respalda aparte).",
        )
        parser.add_argument(
            "--sin-copia-previa", action="store_true", help="Con --reemplazar: no respalda antes lo que se pierde."
        )
        parser.add_argument(
            "--aunque-este-rota",
            action="store_true",
            help="Acepta que la cadena o las evidencias estuvieran rotas ya cuando se respaldó.",
        )

    def handle(self, *args: Any, **opciones: Any) -> None:
        ahora, rota = timezone.now(), opciones["aunque_este_rota"]
        try:
            with salida_ordenada(), abrir(Path(opciones["archivo"])) as abierto:
                manifiesto = revisar(abierto, settings.RESPALDO_CLAVE)
                self.stdout.write(
                    f"El respaldo está íntegro: {manifiesto.momento}, versión {manifiesto.codigo}, "
                    f"{manifiesto.motor}, {plural(manifiesto.filas, 'fila', 'filas')}, "
                    f"{plural(manifiesto.archivos, 'archivo', 'archivos')}, constancia {manifiesto.cadena[0]}."
                )
                if opciones["solo_comprobar"]:
                    return
                if not esquema.esta_vacia(connection):
                    self._apartar(opciones, ahora)
                devuelto = devolver.restaurar(
                    abierto,
                    manifiesto,
                    ahora=ahora,
                    clave=settings.RESPALDO_CLAVE,
                    aceptar_roturas=rota,
                    avance=self._avance,
                )
                avisos = devuelto.avisos
                if devolver.faltan_migraciones():
                    self.stdout.write("El respaldo es de una versión anterior: se ponen al día las tablas.")
                    call_command("migrate", interactive=False, verbosity=0)
                    avisos = devolver.terminar_tras_migrar(manifiesto, aceptar_roturas=rota)
        except ErrorDeRespaldo as error:
            raise CommandError(str(error)) from error
        for aviso in avisos:
            self.stderr.write(aviso)
        if devuelto.archivos_apartados:
            self.stdout.write(
                f"{plural(devuelto.archivos_apartados, 'archivo tenía', 'archivos tenían')} el mismo nombre y otro "
                f"contenido: {devuelto.carpeta_de_apartados}."
            )
        self.stdout.write(
            "Restaurado y comprobado: las filas, los archivos y la cadena son los del respaldo. Las sesiones "
            "abiertas se cerraron."
        )

    def _apartar(self, opciones: dict[str, Any], ahora: Any) -> None:
        """Exige la confirmación y respalda lo que se va a perder."""
        base = esquema.nombre_de_la_base()
        if opciones["reemplazar"] != base:
            raise ErrorDeRespaldo(
                f"La base «{base}» tiene datos y restaurar los reemplaza todos. Si es lo que quiere, detenga los "
                f"servicios y agregue --reemplazar {base}; si no, use una base vacía (otra DATABASE_URL)."
            )
        if opciones["sin_copia_previa"]:
            return
        hecho = respaldar(settings.RESPALDOS_DIR, ahora=ahora, clave=settings.RESPALDO_CLAVE, prefijo=PREFIJO_DE_ANTES)
        self.stdout.write(f"Lo que había quedó en {hecho.archivo}.")

    def _avance(self, que: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"… {que:<60}", ending="\r")
