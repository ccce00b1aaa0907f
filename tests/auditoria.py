"""Busca vulnerabilidades conocidas en los requisitos fijados: ``python -m tests.auditoria`` (``make auditoria``).

Termina mal si alguna versión fijada tiene una vulnerabilidad publicada. Si no se pudo consultar (no hay red, o el
servicio no contesta) lo dice y termina bien: una máquina aislada también debe poder revisarse.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
REQUISITOS = ("requirements.txt", "requirements-dev.txt")
ORDEN = (
    *("-m", "pip_audit", "--format", "json", "--progress-spinner", "off"),
    *("--disable-pip", "--no-deps", "--timeout", "10"),
)
#: Hallazgos que se sabe que no alcanzan al portal, con su razón; vacío mientras no haya ninguno.
ACEPTADOS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Veredicto:
    """Lo que se dice y con qué código se termina."""

    codigo: int
    lineas: tuple[str, ...]


def veredicto(codigo: int, salida: str) -> Veredicto:
    """Qué quiere decir lo que contestó pip-audit: 0 sin hallazgos, 1 con ellos, cualquier otra cosa es no poder."""
    try:
        paquetes = json.loads(salida)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Veredicto(0, ("No se pudo consultar si hay vulnerabilidades conocidas: repítalo con red.",))
    hallados = [
        f"{uno['name']} {uno['version']}: {fallo['id']}. Corregido en {', '.join(fallo['fix_versions']) or 'ninguna'}."
        for uno in paquetes
        for fallo in uno.get("vulns", ())
        if fallo["id"] not in ACEPTADOS
    ]
    if hallados:
        return Veredicto(1, ("Requisitos con vulnerabilidades conocidas:", *hallados))
    if codigo not in (0, 1) or not paquetes:
        return Veredicto(0, ("No se pudo consultar si hay vulnerabilidades conocidas: repítalo con red.",))
    return Veredicto(0, (f"Sin vulnerabilidades conocidas en {len(paquetes)} requisitos.",))


def main() -> int:
    peor = 0
    for requisitos in REQUISITOS:
        orden = [sys.executable, *ORDEN, "--requirement", requisitos]
        hecho = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, check=False)
        dicho = veredicto(hecho.returncode, hecho.stdout)
        sys.stdout.write("\n".join((f"{requisitos}:", *dicho.lineas)) + "\n")
        peor = max(peor, dicho.codigo)
    return peor


if __name__ == "__main__":
    sys.exit(main())
