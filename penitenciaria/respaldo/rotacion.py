"""Qué respaldos se conservan y qué se anota del último.

Se conservan los ``ultimos`` más recientes y, además, el último de cada una de las cinco semanas con respaldo más
recientes y de cada uno de los doce meses: un error que se descubre tarde todavía tiene de dónde volver. Los demás
sobran. Se mira solo el nombre, que lleva el momento en UTC.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.hacer import PREFIJO, Hecho

SEMANAS, MESES = 5, 12
ULTIMO = "ultimo.json"
_NOMBRE = re.compile(rf"{PREFIJO}-(\d{{8}}T\d{{6}}Z)\.tar(?:\.cifrado)?")


@dataclass(frozen=True, slots=True)
class Ultimo:
    """El último intento de respaldo: ``ok`` dice si terminó comprobado y completo; ``error``, qué pasó si no."""

    momento: datetime
    archivo: str
    bytes: int
    huella: str
    ok: bool
    error: str = ""


def sobran(momentos: Iterable[datetime], *, ultimos: int) -> list[datetime]:
    """Los que no se conservan, del más antiguo al más reciente."""
    recientes = sorted(momentos, reverse=True)
    quedan = set(recientes[:ultimos])
    for de_que_lapso, cuantos in ((_semana, SEMANAS), (_mes, MESES)):
        por_lapso: dict[tuple[int, int], datetime] = {}
        for momento in recientes:
            por_lapso.setdefault(de_que_lapso(momento), momento)
        quedan |= set(list(por_lapso.values())[:cuantos])
    return sorted(set(recientes) - quedan)


def _semana(momento: datetime) -> tuple[int, int]:
    anio, semana, _ = momento.isocalendar()
    return anio, semana


def _mes(momento: datetime) -> tuple[int, int]:
    return momento.year, momento.month


def podar(carpeta: Path, *, ultimos: int) -> list[str]:
    """Borra de ``carpeta`` los respaldos que sobran, y nada que no lo sea; devuelve sus nombres."""
    por_momento: dict[datetime, list[Path]] = {}
    for archivo in carpeta.iterdir():
        if hallado := _NOMBRE.fullmatch(archivo.name):
            momento = datetime.strptime(hallado[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            por_momento.setdefault(momento, []).append(archivo)
    borrados = [archivo for momento in sobran(por_momento, ultimos=ultimos) for archivo in por_momento[momento]]
    for archivo in borrados:
        try:
            archivo.unlink(missing_ok=True)
        except OSError as error:
            raise ErrorDeRespaldo(
                f"El respaldo se hizo, pero no se pudo borrar «{archivo}»: {error.strerror}."
            ) from error
    return [archivo.name for archivo in borrados]


def del_hecho(hecho: Hecho) -> Ultimo:
    """Lo que se anota de un respaldo terminado; no está bien si le faltaron archivos."""
    faltan = hecho.manifiesto.faltan
    error = f"Faltan {len(faltan)} archivos que la base nombra; el primero, «{faltan[0]}»." if faltan else ""
    return Ultimo(hecho.momento, hecho.archivo.name, hecho.bytes, hecho.huella, not faltan, error)


def anotar(carpeta: Path, ultimo: Ultimo) -> None:
    """Deja el último intento en ``ultimo.json``, de una vez: quien lo lea ve el anterior o este."""
    cuerpo: dict[str, Any] = {campo: getattr(ultimo, campo) for campo in Ultimo.__dataclass_fields__}
    cuerpo["momento"] = ultimo.momento.astimezone(UTC).isoformat()
    try:
        carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
        nuevo = carpeta / f".{ULTIMO}.{os.getpid()}"
        nuevo.write_text(json.dumps(cuerpo, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        nuevo.replace(carpeta / ULTIMO)
    except OSError as error:
        raise ErrorDeRespaldo(f"No se pudo anotar el respaldo en «{carpeta}»: {error.strerror}.") from error
