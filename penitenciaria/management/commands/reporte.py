"""Escribe el reporte de cumplimiento de un año en un archivo, tal como hoy saldría de los datos publicados."""

import os
import tempfile
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicadores.errores import DatoInvalido
from indicadores.mirada import leer_mirada
from penitenciaria.informe.borrador import comprobar_anio, corte_por_omision, huella_de, leer_borrador
from penitenciaria.informe.formas import POR_EXTENSION, escribir_forma


class Command(BaseCommand):
    help = "Escribe el borrador del reporte de un año en HTML, DOCX o PDF, o su matriz en XLSX. No emite nada."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("anio", type=int, help="Año del reporte, por ejemplo 2021.")
        parser.add_argument("--corte", help="Día de ese año, AAAA-MM-DD; por omisión, el último (u hoy, si no llegó).")
        parser.add_argument(
            "--a-la-fecha", help="Con lo publicado hasta ese día o momento ISO; por omisión, hasta ahora."
        )
        parser.add_argument(
            "--formato", choices=sorted(POR_EXTENSION), help="Por omisión, el de la extensión de --salida."
        )
        parser.add_argument("--salida", required=True, type=Path, help="Archivo que se escribe.")
        parser.add_argument("--sin-parrafos", action="store_true", help="Solo lo que escribe el portal.")

    def handle(self, *args: Any, **opciones: Any) -> None:
        salida: Path = opciones["salida"]
        formato = opciones["formato"] or salida.suffix.removeprefix(".")
        if formato not in POR_EXTENSION:
            raise CommandError(f"Diga el formato con --formato: {', '.join(sorted(POR_EXTENSION))}.")
        if salida.is_dir() or not salida.parent.is_dir():
            motivo = "es una carpeta" if salida.is_dir() else f"la carpeta «{salida.parent}» no existe"
            raise CommandError(f"No se puede escribir en «{salida}»: {motivo}.")
        try:
            contenido, corte = self._escribir(formato, opciones, timezone.now())
        except DatoInvalido as error:
            raise CommandError(str(error)) from error
        try:
            guardar(salida, contenido)
        except OSError as error:
            raise CommandError(f"No se puede escribir en «{salida}»: {error.strerror}.") from error
        self.stdout.write(
            f"{salida}: reporte de {opciones['anio']}, corte {corte.isoformat()}, {len(contenido)} bytes."
        )
        self.stdout.write(f"SHA-256 {huella_de(contenido)}")

    @staticmethod
    def _escribir(formato: str, opciones: dict[str, Any], ahora: datetime) -> tuple[bytes, date]:
        pedido = {"corte": opciones["corte"] or "", "a_la_fecha": opciones["a_la_fecha"] or ""}
        mirada = leer_mirada(pedido, ahora=ahora)
        anio = opciones["anio"]
        comprobar_anio(anio, None if mirada.pide_corte else mirada.corte)
        corte = mirada.corte if mirada.pide_corte else corte_por_omision(anio, mirada.corte)
        borrador = leer_borrador(
            anio=anio, corte=corte, a_la_fecha=mirada.a_la_fecha, con_parrafos=not opciones["sin_parrafos"]
        )
        return escribir_forma(POR_EXTENSION[formato], borrador.componer(), borrador.informe), corte


def guardar(salida: Path, contenido: bytes) -> None:
    """Escribe todo o nada: un archivo provisional al lado, que ocupa su lugar cuando está completo."""
    descriptor, provisional = tempfile.mkstemp(dir=salida.parent, prefix=f".{salida.name}.")
    try:
        with os.fdopen(descriptor, "wb") as archivo:
            archivo.write(contenido)
        Path(provisional).chmod(0o644)
        Path(provisional).replace(salida)
    except OSError:
        Path(provisional).unlink(missing_ok=True)
        raise
