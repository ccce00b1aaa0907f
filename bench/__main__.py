"""``make bench``: cuánto tarda cada dirección pública, en frío y ya hecha, y frente a qué se compara.

Por omisión, con 1.000 y 100.000 mediciones en SQLite y en PostgreSQL (menos de diez minutos). Con ``--grande``, además
1.000.000 en las dos y 10.000.000 en PostgreSQL. Con ``--importar`` mide, en su lugar, importar una hoja de 100.000
filas (véase ``bench.importar``). Todo queda en ``bench/resultados.json``.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bench import importar
from bench.comparar import comparar
from bench.servidores import RAIZ, administrar, entorno_para, sirviendo
from bench.volumen import DIRECCIONES, medir_volumen
from tests.con_postgres import servidor_pasajero

__all__ = ["RAIZ", "administrar", "sirviendo"]  # también los usa bench.auditar

RESULTADOS = RAIZ / "bench" / "resultados.json"
QUE_SE_MIDE = {"frio": "sin nada guardado", "hecha": "ya hecha", "304": "con su ETag (304)"}


@contextmanager
def base_en(motor: str, carpeta: Path) -> Iterator[str]:
    """La dirección de una base vacía y pasajera."""
    if motor == "sqlite":
        yield f"sqlite:///{carpeta}/bench.sqlite3"
    else:
        with servidor_pasajero() as direccion:
            yield direccion


def medir_motor(motor: str, tamanos: list[int], carpeta: Path) -> dict[str, Any]:
    """Una base nueva de cada tamaño, que se compara con la más pequeña; con 100.000, además, con los demás."""
    hallado: dict[str, Any] = {"volumen": {}}
    with poblada(motor, tamanos[0], carpeta) as pequena:
        for tamano in tamanos:
            with nullcontext(pequena) if tamano == tamanos[0] else poblada(motor, tamano, carpeta) as direccion:
                hallado["volumen"][str(tamano)] = medido = medir_volumen(direccion, pequena)
                escribir_volumen(motor, tamano, medido)
                if tamano == 100_000:
                    hallado["comparacion"] = comparar(direccion, carpeta / str(tamano))
    return hallado


@contextmanager
def poblada(motor: str, tamano: int, carpeta: Path) -> Iterator[str]:
    """Una base nueva con esas mediciones; se borra al terminar."""
    suya = carpeta / str(tamano)
    suya.mkdir()
    with base_en(motor, suya) as direccion:
        entorno = entorno_para(direccion)
        administrar(entorno, "migrate", "--noinput")
        administrar(entorno, "cargar_politica")
        subprocess.run([sys.executable, "-m", "bench.poblar", str(tamano)], cwd=RAIZ, env=entorno, check=True)
        yield direccion
    shutil.rmtree(suya)


def escribir_volumen(motor: str, tamano: int, medido: dict[str, Any]) -> None:
    print(f"\n{motor}, {tamano:,} mediciones".replace(",", "."))
    razones = "p50, p95 y cpu, frío/1.º"
    print(f"{'milisegundos (p50 / p95)':58} {'en frío':>17} {'ya hecha':>15} {'304':>15} {razones:>26}")
    for direccion in DIRECCIONES:
        suyo = medido[direccion]
        celdas = [f"{suyo[como]['p50']:7.2f} /{suyo[como]['p95']:7.2f}" for como in ("frio", "hecha", "304")]
        veces = " ".join(f"{suyo['razon'][que]:8.2f}" for que in ("p50", "p95", "cpu"))
        print(f"{direccion[:58]:58} {celdas[0]:>17} {celdas[1]:>15} {celdas[2]:>15} {veces:>26}", flush=True)


def main() -> None:
    if "--importar" in sys.argv:  # tarda minutos: 100.000 filas en dos bases
        importar.main([])
        return
    grande = "--grande" in sys.argv
    tamanos = {"sqlite": [1_000, 100_000], "postgresql": [1_000, 100_000]}
    if grande:
        tamanos["sqlite"].append(1_000_000)
        tamanos["postgresql"] += [1_000_000, 10_000_000]
    # Un motor medido solo no borra lo que se midió del otro.
    resultado: dict[str, Any] = json.loads(RESULTADOS.read_text(encoding="utf-8")) if RESULTADOS.exists() else {}
    resultado |= {
        "maquina": f"{platform.python_version()} {platform.machine()}, {os.cpu_count()} núcleos",
        "carga_al_empezar": round(os.getloadavg()[0], 1),
        "que_se_mide": QUE_SE_MIDE,
    }
    elegidos = [motor for motor in tamanos if f"--{motor}" in sys.argv] or list(tamanos)
    for motor in elegidos:
        with tempfile.TemporaryDirectory() as carpeta:
            resultado[motor] = medir_motor(motor, tamanos[motor], Path(carpeta))
    RESULTADOS.write_text(json.dumps(resultado, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\nEscrito en {RESULTADOS.relative_to(RAIZ)}")


if __name__ == "__main__":
    main()
