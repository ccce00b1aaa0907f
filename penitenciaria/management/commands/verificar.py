"""Comprueba la cadena de constancias: la de la base o una copia descargada; sale con 1 y nombra la primera rotura."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicadores import constancias
from indicadores.calculo.cadena import Revision, revisar_lineas
from indicadores.formato import escribir_numero, plural
from penitenciaria.operacion.cuidados import anotar_verificacion

#: Cada cuántas líneas de una copia se cuenta cómo va.
PASO = 10_000


class Command(BaseCommand):
    help = "Recalcula la cadena de constancias y la huella de cada evidencia, y nombra lo que no coincide."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--desde", type=int, default=1, metavar="N", help="Empieza en la constancia N.")
        parser.add_argument(
            "--archivo",
            metavar="COPIA",
            help="Comprueba una copia de /cifras/cadena.jsonl, sin mirar la base («-»: la entrada estándar).",
        )
        parser.add_argument(
            "--cotejar",
            action="store_true",
            help="Con --archivo: además, que la base conserve la última constancia de la copia.",
        )

    def handle(self, *args: Any, **opciones: Any) -> None:
        desde, archivo = opciones["desde"], opciones["archivo"]
        if desde < 1:
            raise CommandError("--desde se cuenta desde 1.")
        if opciones["cotejar"] and not archivo:
            raise CommandError("--cotejar necesita la copia: agregue --archivo.")
        ahora = timezone.now()
        try:
            frase = self._verificar(desde, archivo, cotejar=opciones["cotejar"])
        except CommandError as error:
            if archivo is None and desde == 1:
                anotar_verificacion(ahora=ahora, bien=False, frase=str(error))
            raise
        if archivo is None and desde == 1:
            anotar_verificacion(ahora=ahora, bien=True, frase=frase)
        self.stdout.write(frase)

    def _verificar(self, desde: int, archivo: str | None, *, cotejar: bool) -> str:
        revision = (
            self._de_archivo(archivo, desde) if archivo else constancias.revisar(desde=desde, avance=self._avance)
        )
        if revision.rotura is not None:
            raise CommandError(f"La cadena está rota. {revision.rotura}")
        if cotejar and constancias.huella_numero(revision.ultimo) != revision.huella:
            raise CommandError(
                f"La copia es íntegra, pero la base no conserva su constancia {revision.ultimo}: la historia se rehízo."
            )
        if archivo is None and (rotas := list(constancias.evidencias_rotas())):
            raise CommandError("La cadena está íntegra, pero no las evidencias.\n" + "\n".join(rotas))
        return self._resumen(revision, archivo is None)

    def _resumen(self, revision: Revision, de_la_base: bool) -> str:
        if not revision.eslabones:
            return "La cadena está vacía: todavía no hay constancias."
        cuantas = plural(revision.eslabones, "constancia comprobada", "constancias comprobadas")
        donde = "y coincide con las cifras de la base" if de_la_base else "en la copia"
        return f"La cadena está íntegra {donde}: {cuantas}. Última huella ({revision.ultimo}): {revision.huella}"

    def _avance(self, numero: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"… {escribir_numero(numero, 0)}", ending="\r")

    def _de_archivo(self, archivo: str, desde: int) -> Revision:
        ultima = Revision(0, desde - 1, "")
        with _abrir(archivo) as lineas:
            for ultima in revisar_lineas(_desde(lineas, desde)):
                if ultima.eslabones % PASO == 0:
                    self._avance(ultima.ultimo)
        return ultima


@contextmanager
def _abrir(archivo: str) -> Iterator[TextIO]:
    if archivo == "-":
        yield sys.stdin
        return
    try:
        with Path(archivo).open(encoding="utf-8", newline="\n") as abierto:
            yield abierto
    except OSError as error:
        raise CommandError(f"No se puede leer «{archivo}»: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"«{archivo}» no es un texto en UTF-8. Descargue la copia de nuevo.") from error


def _desde(lineas: TextIO, desde: int) -> Iterator[str]:
    """Las líneas desde la constancia ``desde``; las que no se entienden pasan, para que la revisión las nombre."""
    empezo = desde <= 1
    for linea in lineas:
        if not empezo:
            try:
                empezo = json.loads(json.loads(linea)["canonico"])["numero"] >= desde
            except (ValueError, KeyError, TypeError):
                empezo = True
        if empezo:
            yield linea
