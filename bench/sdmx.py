"""Cuánta memoria y cuánto tiempo cuesta pedir todas las cifras en cada formato SDMX, según cuántas hay.

Se mide cada petición en un proceso recién empezado: cuánto crece su memoria mientras envía la respuesta (debe ser lo
mismo con mil filas que con cien mil) y cuánto tarda frente al CSV de ``mediciones/``, que trae las mismas filas.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.servidores import RAIZ, administrar, entorno_para

TAMANOS = (1_000, 100_000)
CSV = "mediciones/?format=csv"
DIRECCIONES = {
    "CSV de mediciones": CSV,
    "ML genérico": "sdmx/data/PNP?format=genericdata",
    "ML específico": "sdmx/data/PNP?format=structurespecificdata",
    "JSON": "sdmx/data/PNP?format=jsondata",
    "SDMX-CSV": "sdmx/data/PNP?format=csvdata",
    "ML específico, solo datos": "sdmx/data/PNP?format=structurespecificdata&detail=dataonly",
}


def medir_una(direccion: str) -> dict[str, float]:
    """En este proceso: segundos, segundos hasta el primer byte, megabytes que creció y megabytes enviados.

    ``pico_mb`` es toda la memoria que llegó a ocupar el proceso, con lo que ya tenía al empezar.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "penitenciaria.settings"
    import django

    django.setup()
    from django.test import Client

    cliente: Any = Client(headers={"host": "localhost"})
    # Lo que solo se carga una vez no cuenta: primero, una petición pequeña al mismo recurso.
    cliente.get(f"/api/v1/{direccion}&corte=1990-01-31").getvalue()
    antes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    comienzo = time.perf_counter()
    respuesta = cliente.get(f"/api/v1/{direccion}")
    enviados, primero = 0, 0.0
    for trozo in respuesta.streaming_content if respuesta.streaming else [respuesta.content]:
        primero = primero or time.perf_counter() - comienzo
        enviados += len(trozo)
    despues = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "segundos": round(time.perf_counter() - comienzo, 3),
        "primer_byte": round(primero, 3),
        "memoria_mb": round((despues - antes) / 1024, 1),
        "pico_mb": round(despues / 1024, 1),
        "enviado_mb": round(enviados / 2**20, 1),
    }


def main() -> None:
    resultado: dict[str, dict[str, dict[str, float]]] = {nombre: {} for nombre in DIRECCIONES}
    with tempfile.TemporaryDirectory() as carpeta:
        vacia = Path(carpeta, "vacia.sqlite3")
        entorno = entorno_para(f"sqlite:///{vacia}")
        administrar(entorno, "migrate", "--noinput")
        administrar(entorno, "cargar_politica")
        for tamano in TAMANOS:
            base = shutil.copy(vacia, Path(carpeta, f"{tamano}.sqlite3"))
            entorno = entorno_para(f"sqlite:///{base}")
            subprocess.run([sys.executable, "-m", "bench.poblar", str(tamano)], cwd=RAIZ, env=entorno, check=True)
            for nombre, direccion in DIRECCIONES.items():
                orden = [sys.executable, "-m", "bench.sdmx", direccion]
                salida = subprocess.run(orden, cwd=RAIZ, env=entorno, check=True, capture_output=True, text=True).stdout
                resultado[nombre][str(tamano)] = json.loads(salida)
            escribir(resultado, tamano)
    archivo = RAIZ / "bench" / "sdmx.json"
    archivo.write_text(json.dumps(resultado, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\nEscrito en {archivo.relative_to(RAIZ)}")


def escribir(resultado: dict[str, dict[str, dict[str, float]]], tamano: int) -> None:
    print(f"\n{tamano:,} mediciones".replace(",", "."))
    print(f"{'':28} {'segundos':>9} {'1.er byte':>9} {'MB crece':>9} {'MB envía':>9} {'tiempo/CSV':>11}")
    del_csv = resultado["CSV de mediciones"][str(tamano)]["segundos"]
    for nombre, medidas in resultado.items():
        suyo = medidas[str(tamano)]
        print(
            f"{nombre:28} {suyo['segundos']:9.2f} {suyo['primer_byte']:9.2f} {suyo['memoria_mb']:9.1f} "
            f"{suyo['enviado_mb']:9.1f} {suyo['segundos'] / del_csv:11.2f}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(medir_una(sys.argv[1])))
    else:
        main()
