"""``make carga``: gente leyendo, consultando la API y registrando, y hojas que se importan, cada vez con más a la vez.

``MINUTOS`` (2 por omisión) se reparte entre 1, 4, 16 y 64 usuarios; la corrida documentada es de 30. En cada tramo se
mide también, con los mismos usuarios, una vista de Django sin nada más. La memoria de cada proceso se anota todo el
tiempo. Escribe ``docs/carga.md`` (y ``bench/carga.json``); termina mal si se pierde una escritura confirmada.
"""

import http.client
import json
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2

from bench.carga_texto import escribir
from bench.hojas import Hojas
from bench.planta import RAIZ, Planta
from bench.planta_programas import salir_en_orden
from bench.servidores import Servidor, proceso, puerto_libre
from bench.trafico import Lector, Libro, Persona, Personal, Series, Sesiones, cotejar, resumir

USUARIOS = (1, 4, 16, 64)
#: De cada tramo, la parte en que los mismos usuarios piden la vista desnuda.
DESNUDA = 0.15
FILAS, ENTRE_HOJAS = 1000, 15
#: Muestras de memoria que se toman, como poco cada segundo.
MUESTRAS = 360


@dataclass(slots=True)
class Memoria:
    """Megabytes residentes de cada papel (la suma de sus procesos), en cada muestra (segundos desde el comienzo)."""

    muestras: list[tuple[float, dict[str, float]]] = field(default_factory=list)

    def pendientes(self, desde: float) -> dict[str, float]:
        """Megabytes por minuto de cada papel a partir de ``desde``, por mínimos cuadrados."""
        utiles = [(t / 60, megas) for t, megas in self.muestras if t >= desde]
        if len(utiles) < 3:
            return {}
        medio = sum(t for t, _ in utiles) / len(utiles)
        abajo = sum((t - medio) ** 2 for t, _ in utiles)
        papeles = utiles[-1][1]
        return {
            papel: round(sum((t - medio) * megas.get(papel, 0.0) for t, megas in utiles) / abajo, 3)
            for papel in papeles
        }


def residentes(planta: Planta) -> dict[str, float]:
    """Megabytes de cada proceso de la planta con sus hijos. Lo compartido se reparte entre quienes lo usan (PSS)."""
    megas = {}
    for nombre, padre in list(planta.procesos.items()):
        pendientes, kilobytes = [padre.pid], 0
        while pendientes:
            raiz = Path("/proc", str(pendientes.pop()))
            try:
                hijos = (raiz / "task" / raiz.name / "children").read_text(encoding="ascii").split()
                lineas = (raiz / "smaps_rollup").read_text(encoding="ascii").splitlines()
            except OSError:  # terminó mientras se miraba
                continue
            pendientes += map(int, hijos)
            kilobytes += sum(int(linea.split()[1]) for linea in lineas if linea.startswith("Pss:"))
        megas[nombre] = round(kilobytes / 1024, 1)
    return megas


class Importadora(Persona):
    """Sube una hoja, la confirma y espera a que se anote; luego otra."""

    def __init__(self, planta: Planta, libro: Libro, entradas: Sesiones) -> None:
        super().__init__(planta, libro, ENTRE_HOJAS)
        self.hojas = Hojas(planta, entradas)
        self.filas = self.fallidas = 0

    def vuelta(self) -> None:
        try:
            self.hojas.subir(FILAS)
            self.hojas.confirmar()
            aplicada = self.hojas.esperar("aplicado", 180)
        except (SystemExit, psycopg2.Error) as error:
            print(f"Importación: {error}", flush=True)
            aplicada = False
        if aplicada:
            self.filas += FILAS
        else:
            self.fallidas += 1


class Desnudo(Persona):
    """Pide la vista sin nada, sin TLS y sin nginx: lo más que esta máquina puede dar con los mismos procesos."""

    def __init__(self, planta: Planta, libro: Libro, servidor: Servidor) -> None:
        super().__init__(planta, libro)
        self.servidor = servidor
        self.tiempos: list[float] = []

    def vuelta(self) -> None:
        inicio = time.perf_counter()
        conexion = http.client.HTTPConnection("127.0.0.1", self.servidor.puerto, timeout=30)
        conexion.request("GET", "/")
        if conexion.getresponse().read():
            self.tiempos.append(time.perf_counter() - inicio)
        conexion.close()


@contextmanager
def trabajando(personas: list[Any]) -> Iterator[None]:
    for persona in personas:
        persona.start()
    try:
        yield
    finally:
        for persona in personas:
            persona.parar.set()
        for persona in personas:
            persona.join(200)


@contextmanager
def vista_desnuda() -> Iterator[Servidor]:
    """La vista de ``bench.desnuda`` con tantos procesos e hilos como los dos nodos juntos."""
    puerto = puerto_libre()
    orden = [sys.executable, "-m", "gunicorn", "bench.desnuda", "--bind", f"127.0.0.1:{puerto}", "--workers", "4"]
    orden += ["--threads", "4", "--no-control-socket", "--log-level", "error"]
    limpio = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    with proceso(orden, puerto, limpio) as servidor:
        yield servidor


def tramo(
    planta: Planta, libro: Libro, series: Series, entradas: Sesiones, usuarios: int, segundos: float, desnuda: Servidor
) -> dict[str, Any]:
    """Mide ``usuarios`` a la vez durante ``segundos``; uno de cada ocho registra y publica, los demás leen."""
    escriben = -(-usuarios // 8) if usuarios > 1 else 0
    personas: list[Persona] = [Personal(planta, libro, series, entradas, n, 0.0) for n in range(escriben)]
    personas += [Lector(planta, libro, 1000 + n) for n in range(usuarios - escriben)]
    inicio = time.monotonic()
    with trabajando(personas):
        time.sleep(segundos * (1 - DESNUDA))
        fin = time.monotonic()
    hechos = libro.entre(inicio, fin)
    desnudos = [Desnudo(planta, libro, desnuda) for _ in range(usuarios)]
    de_la_desnuda = time.monotonic()
    with trabajando(desnudos):
        time.sleep(max(segundos * DESNUDA, 2))
    duro = time.monotonic() - de_la_desnuda
    tiempos = [t for uno in desnudos for t in uno.tiempos]
    hallado: dict[str, Any] = {
        "usuarios": usuarios,
        "segundos": round(fin - inicio),
        "por_segundo": round(len(hechos) / (fin - inicio), 1),
        "desnuda": {"por_segundo": round(len(tiempos) / duro, 1), **resumir(tiempos)},
    }
    clases = {"publico": ("conocida", "nueva"), "personal": ("leer", "registrar", "publicar")}
    for quien, ques in clases.items():
        suyos = [h for h in hechos if h.quien == quien]
        notas = sorted({h.nota for h in suyos if not h.bien})[:3]
        hallado[quien] = {"peticiones": len(suyos), "errores": sum(not h.bien for h in suyos), "notas": notas}
        hallado[quien] |= resumir([h.segundos for h in suyos])
        for que in ques:
            hallado[quien][que] = resumir([h.segundos for h in suyos if h.que == que])
    return hallado


def main() -> int:
    salir_en_orden()
    minutos = float(os.environ.get("MINUTOS", "2"))
    libro, memoria, terminado = Libro(), Memoria(), threading.Event()
    with Planta() as planta, vista_desnuda() as desnuda:
        comienzo = time.monotonic()

        def anotar_memoria() -> None:
            while not terminado.wait(max(1.0, minutos * 60 / MUESTRAS)):
                memoria.muestras.append((time.monotonic() - comienzo, residentes(planta)))

        testigo = threading.Thread(target=anotar_memoria, daemon=True)
        testigo.start()
        series, entradas = Series(planta), Sesiones(planta)
        importadora = Importadora(planta, libro, entradas)
        tramos = []
        with trabajando([importadora]):
            for usuarios in USUARIOS:
                tramos.append(tramo(planta, libro, series, entradas, usuarios, minutos * 60 / len(USUARIOS), desnuda))
                print(json.dumps(tramos[-1], ensure_ascii=False), flush=True)
        duro = time.monotonic() - comienzo
        terminado.set()
        testigo.join(10)
        planta.esperar_replica(120)
        cotejo = cotejar(planta, libro)
        [[filas]] = planta.sql("SELECT count(*) FROM indicadores_medicion")
    resultado = {
        "cuando": f"{date.today():%d-%m-%Y}",
        "maquina": f"{platform.python_version()}, {os.cpu_count()} núcleos",
        "carga_de_la_maquina": round(os.getloadavg()[1], 1),
        "minutos": round(duro / 60, 1),
        "tramos": tramos,
        "importadas": importadora.filas,
        "lotes_sin_terminar": importadora.fallidas,
        "filas_al_final": filas,
        "confirmadas": cotejo.confirmadas,
        "publicadas": cotejo.publicadas,
        "perdidas": cotejo.perdidas,
        "memoria": [(round(t), megas) for t, megas in memoria.muestras],
        "pendientes": memoria.pendientes(duro / 2),
    }
    (RAIZ / "bench" / "carga.json").write_text(json.dumps(resultado, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (RAIZ / "docs" / "carga.md").write_text(escribir(resultado), "utf-8")
    print(f"{cotejo.confirmadas} escrituras confirmadas, {len(cotejo.perdidas)} perdidas. Escrito en docs/carga.md")
    return 1 if cotejo.perdidas else 0


if __name__ == "__main__":
    sys.exit(main())
