"""Carpetas propias para los archivos y los respaldos de cada prueba."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from penitenciaria.respaldo.contenedor import Escritor
from penitenciaria.respaldo.manifiesto import DeTabla, Manifiesto

CLAVE = "una frase larga que nadie adivina"
MOMENTO = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def carpetas(tmp_path: Path, settings: Any) -> SimpleNamespace:
    """``archivos`` (MEDIA_ROOT) y ``respaldos``, vacías y solo de esta prueba."""
    settings.MEDIA_ROOT = tmp_path / "archivos"
    settings.RESPALDOS_DIR = tmp_path / "respaldos"
    settings.RESPALDO_CLAVE = ""
    return SimpleNamespace(archivos=settings.MEDIA_ROOT, respaldos=settings.RESPALDOS_DIR, raiz=tmp_path)


def leer_ultimo(carpeta: Path) -> SimpleNamespace:
    """Lo anotado del último intento de respaldo."""
    return SimpleNamespace(**json.loads((carpeta / "ultimo.json").read_text(encoding="utf-8")))


def pequeno(
    clave: str = "", arreglar: Callable[[Escritor], None] = lambda escritor: None, **cambios: Any
) -> tuple[bytes, Manifiesto]:
    """Un respaldo íntegro de una tabla y un archivo, sin base de por medio; ``arreglar`` agrega lo que no debería."""
    salida = BytesIO()
    escritor = Escritor(salida, momento=MOMENTO, clave=clave)
    escritor.agregar("tablas/cosas/00001.jsonl.gz", b"no se descomprime al revisar")
    escritor.agregar("archivos/evidencias/2026/acta ñ.pdf", bytes(range(256)) * 3)
    arreglar(escritor)
    datos: dict[str, Any] = {
        "momento": MOMENTO.isoformat(),
        "motor": "sqlite",
        "codigo": "1.0.0",
        "migraciones": (("indicadores", "0001_initial"),),
        "tablas": {"cosas": DeTabla(("id",), 1, "0" * 64, 7)},
        "cadena": (3, "f" * 64),
        "publicaciones": (9, None),
        "partes": escritor.partes,
        "faltan": (),
    }
    manifiesto = Manifiesto(**(datos | cambios))
    escritor.terminar(manifiesto.escribir())
    return salida.getvalue(), manifiesto
