"""``make bench``: sirve el portal y la vista desnuda con gunicorn en 127.0.0.1 y compara sus peticiones por segundo.

Cada dirección se mide con la base de partida y con 100.000 mediciones más, para ver que el volumen no la frena. Con
``python -m bench --importar`` mide, en su lugar, importar una hoja de 100.000 filas (véase ``bench.importar``).
"""

import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import importar

RAIZ = Path(__file__).resolve().parent.parent
SEGUNDOS = 3.0
GUNICORN = ("--workers", "1", "--threads", "1", "--no-control-socket", "--log-level", "error", "--keep-alive", "30")
DIRECCIONES = (
    "/",
    "/indicadores/",
    "/indicadores/OP.01-I2/",
    "/servicios/",
    "/api/v1/indicadores/OP.01-I2/",
    "/api/v1/mediciones/?page_size=100",
    "/api/v1/avance/",
)


def puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


@contextmanager
def sirviendo(aplicacion: str, entorno: dict[str, str]) -> Iterator[int]:
    """gunicorn con un solo proceso, hasta que termine el bloque."""
    puerto = puerto_libre()
    proceso = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", aplicacion, "--bind", f"127.0.0.1:{puerto}", *GUNICORN],
        cwd=RAIZ,
        env=entorno,
    )
    try:
        for _ in range(200):
            with socket.socket() as enchufe:
                if enchufe.connect_ex(("127.0.0.1", puerto)) == 0:
                    break
            time.sleep(0.1)
        yield puerto
    finally:
        proceso.terminate()
        proceso.wait(20)


def por_segundo(puerto: int, direccion: str) -> float:
    """Peticiones por segundo de un cliente, una tras otra, durante ``SEGUNDOS``; exige 200 en todas."""
    conexion = http.client.HTTPConnection("127.0.0.1", puerto, timeout=30)
    hechas, inicio = 0, 0.0
    while hechas < 3 or time.perf_counter() - inicio < SEGUNDOS:
        conexion.request("GET", direccion)
        respuesta = conexion.getresponse()
        respuesta.read()
        if respuesta.status != 200:
            raise SystemExit(f"{direccion} respondió {respuesta.status}")
        hechas += 1
        if hechas == 2:  # las dos primeras calientan
            inicio = time.perf_counter()
    return (hechas - 2) / (time.perf_counter() - inicio)


def administrar(entorno: dict[str, str], *orden: str) -> None:
    subprocess.run([sys.executable, "manage.py", *orden], cwd=RAIZ, env=entorno, check=True, stdout=subprocess.DEVNULL)


def medir(puerto: int) -> dict[str, float]:
    return {direccion: por_segundo(puerto, direccion) for direccion in DIRECCIONES}


def main() -> None:
    if "--importar" in sys.argv:  # tarda minutos: 100.000 filas en dos bases
        importar.main([])
        return
    with tempfile.TemporaryDirectory() as carpeta:
        entorno = os.environ | {
            "MODO": "demo",
            "DATABASE_URL": f"sqlite:///{carpeta}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "penitenciaria.settings",
        }
        administrar(entorno, "migrate", "--noinput")
        administrar(entorno, "cargar_politica")
        sin_ajustes = {clave: valor for clave, valor in entorno.items() if clave != "DJANGO_SETTINGS_MODULE"}
        with sirviendo("bench.desnuda:application", sin_ajustes) as puerto:
            piso = por_segundo(puerto, "/")
        with sirviendo("penitenciaria.wsgi", entorno) as puerto:
            de_partida = medir(puerto)
        subprocess.run([sys.executable, "-m", "bench.poblar", "100000"], cwd=RAIZ, env=entorno, check=True)
        with sirviendo("penitenciaria.wsgi", entorno) as puerto:
            con_volumen = medir(puerto)
    print(f"Vista desnuda: {piso:.0f} peticiones por segundo = 1\n")
    print(f"{'dirección':40} {'de partida':>12} {'con 100.000':>12} {'cambio':>8}")
    for direccion in DIRECCIONES:
        antes, despues = de_partida[direccion] / piso, con_volumen[direccion] / piso
        print(f"{direccion:40} {antes:12.4f} {despues:12.4f} {despues / antes:8.2f}")
    resultado = {
        "maquina": f"{platform.python_version()} {platform.machine()}, {os.cpu_count()} núcleos",
        "piso_por_segundo": round(piso, 1),
        "razon_de_partida": {d: round(v / piso, 5) for d, v in de_partida.items()},
        "razon_con_100000_mediciones": {d: round(v / piso, 5) for d, v in con_volumen.items()},
    }
    (RAIZ / "bench" / "resultados.json").write_text(
        json.dumps(resultado, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
