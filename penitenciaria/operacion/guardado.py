"""Lo que una orden deja dicho para que otra persona lo vea: un archivo JSON pequeño por asunto, en ``ESTADO_DIR``."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings


def anotar(asunto: str, datos: dict[str, Any]) -> bool:
    """Escribe lo último de ``asunto``, entero o nada; falso si no se pudo (no es motivo para que la orden falle)."""
    carpeta = Path(settings.ESTADO_DIR)
    destino, provisional = carpeta / f"{asunto}.json", carpeta / f".{asunto}.{os.getpid()}"
    try:
        carpeta.mkdir(parents=True, exist_ok=True)
        provisional.write_text(json.dumps(datos, ensure_ascii=False), encoding="utf-8")
        provisional.replace(destino)
    except OSError:
        return False
    return True


def leer(archivo: Path) -> dict[str, Any] | None:
    """Lo que dice ese archivo; None si no está, no se puede leer o no es lo esperado."""
    try:
        dicho = json.loads(archivo.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return dicho if isinstance(dicho, dict) else None


def lo_ultimo(asunto: str) -> dict[str, Any] | None:
    """Lo que se dejó dicho de ``asunto``; None si nada."""
    return leer(Path(settings.ESTADO_DIR) / f"{asunto}.json")
