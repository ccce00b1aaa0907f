"""La historia de la API, con sus fechas, y lo que está por dejar de ofrecerse: una sola tabla para todo lo que lo dice.

De aquí salen ``/api/v1/historial/``, ``docs/api-cambios.md``, el número de versión del esquema y las cabeceras
``Deprecation`` (RFC 9745), ``Sunset`` (RFC 8594) y ``Link`` de cada dirección que se va.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Version:
    """Una versión: la primera cifra cambia si algo que funcionaba deja de funcionar; la segunda, si hay algo nuevo."""

    numero: str
    fecha: date
    cambios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obsoleta:
    """Una dirección que se dejará de ofrecer: desde cuándo se avisa, hasta cuándo se sirve y qué usar en su lugar."""

    desde: date
    hasta: date
    en_su_lugar: str
    razon: str


#: De la más reciente a la primera.
VERSIONES: tuple[Version, ...] = (
    Version(
        "1.1.0",
        date(2026, 11, 23),
        (
            "`cambios/`: lo publicado, sustituido, retirado, reservado y fijado, en orden, para mantener una copia.",
            "`actualizado_desde` en `mediciones/` y en `indicadores/`.",
            "Cada medición lleva `enlaces.constancia`, la dirección de su constancia.",
            "`lineas_base/` y `logros/`: lo fijado, una fila por cada uno.",
            "`format=csv` y `format=xlsx` en las listas; SDMX en `sdmx/`.",
            "Llaves: `Authorization: Bearer …` da un límite propio. Ninguna dirección la exige.",
            "`ordering=indicador` y `ordering=ambito` ordenan, dentro de cada uno, por el fin del periodo.",
            "`/data.json`, los paquetes y las novedades responden a la pregunta previa y fallan como la API.",
            "Cabeceras `RateLimit` y `RateLimit-Policy`; `Deprecation` y `Sunset` en lo que se vaya, y `historial/`.",
        ),
    ),
    Version(
        "1.0.0",
        date(2026, 11, 23),
        ("La política y sus cifras, de solo lectura, a cualquier `corte` y `a_la_fecha`, y la calculadora.",),
    ),
)
#: Nombre de la dirección → su aviso. Vacía: hoy no se va ninguna.
OBSOLETAS: dict[str, Obsoleta] = {}


def cabeceras_de(nombre: str | None, direccion: str, obsoletas: Mapping[str, Obsoleta] = OBSOLETAS) -> dict[str, str]:
    """Lo que avisa que ``nombre`` se va; ``direccion`` es la de la historia. Vacío si no se va."""
    aviso = obsoletas.get(nombre or "")
    if aviso is None:
        return {}
    return {
        "Deprecation": f"@{int(_principio(aviso.desde).timestamp())}",
        "Sunset": format_datetime(_principio(aviso.hasta), usegmt=True),
        "Link": f'<{direccion}>; rel="deprecation"; type="application/json", <{aviso.en_su_lugar}>; '
        'rel="successor-version"',
    }


def escribir(versiones: Sequence[Version] = VERSIONES, obsoletas: Mapping[str, Obsoleta] = OBSOLETAS) -> str:
    """El documento «Cambios de la API», en Markdown."""
    lineas = ["# Cambios de la API", ""]
    for version in versiones:
        lineas += [f"## {version.numero} · {version.fecha.isoformat()}", ""]
        lineas += [f"- {cambio}" for cambio in version.cambios]
        lineas.append("")
    lineas += ["## Lo que se va", ""]
    lineas += [
        f"- `{nombre}`: se avisa desde el {aviso.desde.isoformat()} y se sirve hasta el {aviso.hasta.isoformat()}; "
        f"en su lugar, `{aviso.en_su_lugar}`. {aviso.razon}"
        for nombre, aviso in sorted(obsoletas.items())
    ] or ["Nada: todo lo que se publicó sigue sirviéndose."]
    return "\n".join([*lineas, ""])


def _principio(dia: date) -> datetime:
    return datetime.combine(dia, time.min, tzinfo=UTC)
