"""El manifiesto: qué lleva un respaldo, con qué código se hizo y con qué se comprueba que volvió entero."""

import json
import platform
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import django
from django.conf import settings

from penitenciaria.respaldo.contenedor import Miembro
from penitenciaria.respaldo.errores import ErrorDeRespaldo

FORMATO = 1
DE_TABLA = re.compile(r"tablas/(?P<tabla>\w+)/\d{5}\.jsonl\.gz")
DE_ARCHIVOS = "archivos/"


@dataclass(frozen=True, slots=True)
class DeTabla:
    """Una tabla: sus columnas en orden, cuántas filas, su huella y la última clave que la base dio (None: no da)."""

    columnas: tuple[str, ...]
    filas: int
    huella: str
    ultima_clave: int | None


@dataclass(frozen=True, slots=True)
class Manifiesto:
    """Lo que dice ``manifiesto.json``; momentos en UTC, tamaños en bytes."""

    momento: str
    motor: str
    codigo: str
    migraciones: tuple[tuple[str, str], ...]
    tablas: Mapping[str, DeTabla]
    #: El último eslabón de la cadena de constancias: su número y su huella; (0, "") si no hay.
    cadena: tuple[int, str]
    #: La cuenta de publicaciones y el último momento escrito en una cifra.
    publicaciones: tuple[int, str | None]
    partes: Mapping[str, Miembro]
    #: Los archivos que una fila nombra y que ya no estaban al respaldar.
    faltan: tuple[str, ...]

    @property
    def filas(self) -> int:
        return sum(tabla.filas for tabla in self.tablas.values())

    @property
    def archivos(self) -> int:
        return sum(nombre.startswith(DE_ARCHIVOS) for nombre in self.partes)

    def escribir(self) -> bytes:
        """El JSON, legible."""
        cuerpo = {"formato": FORMATO, "python": platform.python_version(), "django": django.get_version()}
        return (json.dumps(cuerpo | asdict(self), ensure_ascii=False, indent=1) + "\n").encode()


def leer_manifiesto(texto: bytes) -> Manifiesto:
    """Lo escrito por :meth:`Manifiesto.escribir`; :class:`ErrorDeRespaldo` si es de otro formato."""
    try:
        cuerpo: dict[str, Any] = json.loads(texto)
        formato = cuerpo["formato"]
        if formato != FORMATO:
            raise ErrorDeRespaldo(
                f"El respaldo es del formato {formato} y este código lee el {FORMATO}: use la versión que lo escribió."
            )
        return Manifiesto(
            momento=cuerpo["momento"],
            motor=cuerpo["motor"],
            codigo=cuerpo["codigo"],
            migraciones=tuple((app, nombre) for app, nombre in cuerpo["migraciones"]),
            tablas={
                nombre: DeTabla(tuple(una["columnas"]), una["filas"], una["huella"], una["ultima_clave"])
                for nombre, una in cuerpo["tablas"].items()
            },
            cadena=(cuerpo["cadena"][0], cuerpo["cadena"][1]),
            publicaciones=(cuerpo["publicaciones"][0], cuerpo["publicaciones"][1]),
            partes={nombre: Miembro(una["bytes"], una["sha256"]) for nombre, una in cuerpo["partes"].items()},
            faltan=tuple(cuerpo["faltan"]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ErrorDeRespaldo("El manifiesto del respaldo no se entiende. Use otra copia.") from error


@cache
def version() -> str:
    """La versión del portal, según ``pyproject.toml``."""
    proyecto = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(proyecto["project"]["version"])
