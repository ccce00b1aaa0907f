"""Lo que debe hacerse cada día sin que nadie lo pida: el respaldo y la verificación de la cadena."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from indicadores.formato import fecha_corta
from penitenciaria.operacion import guardado
from penitenciaria.operacion.comprobaciones import Comprobacion, escribir_bytes, escribir_duracion

VERIFICACION = "verificacion"
#: Se hacen cada día; unas horas más tarde ya es que no se hicieron.
PLAZO = timedelta(hours=30)


def cuidados(ahora: datetime) -> tuple[Comprobacion, ...]:
    """Cómo fueron los últimos; ninguno es esencial para atender."""
    return (_respaldo(ahora), _verificacion(ahora))


def anotar_verificacion(*, ahora: datetime, bien: bool, frase: str) -> bool:
    """Deja dicho cómo fue la última verificación; falso si no se pudo escribir."""
    return guardado.anotar(VERIFICACION, {"momento": ahora.isoformat(), "ok": bien, "frase": frase})


def _respaldo(ahora: datetime) -> Comprobacion:
    dicho = guardado.leer(Path(settings.RESPALDOS_DIR) / "ultimo.json")
    momento = _momento(dicho)
    if dicho is None or momento is None:
        return _una("respaldo", "Respaldo", False, "No consta ninguno. Haga uno con manage.py respaldar.")
    if not dicho.get("ok"):
        razon = str(dicho.get("error") or "No terminó bien.")
        return _una("respaldo", "Respaldo", False, f"El del {escribir_momento(momento)} falló. {razon}")
    tamano = dicho.get("bytes")
    cuanto = f", {escribir_bytes(tamano)}" if isinstance(tamano, int) else ""
    return _con_plazo("respaldo", "Respaldo", ahora, momento, f"{dicho.get('archivo') or 'Hecho'}{cuanto}")


def _verificacion(ahora: datetime) -> Comprobacion:
    titulo = "Cadena de constancias"
    dicho = guardado.lo_ultimo(VERIFICACION)
    momento = _momento(dicho)
    if dicho is None or momento is None:
        return _una(VERIFICACION, titulo, False, "No consta ninguna verificación. Haga una con manage.py verificar.")
    frase = str(dicho.get("frase") or "")
    if not dicho.get("ok"):
        return _una(VERIFICACION, titulo, False, f"{escribir_momento(momento)}: {frase}")
    return _con_plazo(VERIFICACION, titulo, ahora, momento, frase.rstrip("."))


def _con_plazo(nombre: str, titulo: str, ahora: datetime, momento: datetime, frase: str) -> Comprobacion:
    hace = f"Hace {escribir_duracion(ahora - momento)}"
    if ahora - momento > PLAZO:
        return _una(nombre, titulo, False, f"{hace}: debe hacerse cada día. {frase}.")
    return _una(nombre, titulo, True, f"{hace}. {frase}.")


def _una(nombre: str, titulo: str, bien: bool, detalle: str) -> Comprobacion:
    return Comprobacion(nombre, titulo, bien, False, detalle, 0.0)


def _momento(dicho: Mapping[str, Any] | None) -> datetime | None:
    try:
        momento = datetime.fromisoformat(str(dicho["momento"])) if dicho else None
    except (KeyError, ValueError):
        return None
    return momento if momento is not None and momento.tzinfo is not None else None


def escribir_momento(momento: datetime) -> str:
    """«25-09-2020 14:05», en hora de Lima."""
    local = timezone.localtime(momento)
    return f"{fecha_corta(local.date())} {local:%H:%M}"
