"""Toda la suite por etapas, con dos núcleos ocupados: ``python -m tests.etapas [opciones de pytest]``.

Primero SQLite y PostgreSQL a la vez; después, solas porque miden esperas, las pruebas de navegador y las de producción.
Todas las etapas se ejecutan aunque una falle. Sale con 0 si todo pasó, con 1 si algo falló, y con 130 o 143 si la
detuvo Ctrl+C o SIGTERM, que llegan una sola vez a cada corrida para que cierre lo que abrió. De las que van a la vez,
la primera se ve según ocurre; las demás se guardan en ``var/pruebas/`` y se muestran cuando terminan.

Con opciones (``-k``, ``-x``…) es un pedazo de la suite: no se mide la cobertura y una etapa puede quedar sin pruebas.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.con_postgres import RAIZ, terminar

GUARDADAS = RAIZ / "var" / "pruebas"
#: Segundos que se espera a que una corrida detenida cierre lo suyo.
GRACIA = 30.0
#: Con lo que pytest dice que no había ninguna prueba que ejecutar.
NINGUNA = 5
RAPIDAS = "not navegador and not produccion"


@dataclass(frozen=True, slots=True)
class Corrida:
    """``programa``: lo que recibe Python; ``marcas``: qué pruebas; ``si_es_entera``: lo que se añade sin opciones."""

    nombre: str
    programa: tuple[str, ...]
    marcas: str
    si_es_entera: tuple[str, ...] = ()

    def orden(self, opciones: Sequence[str]) -> list[str]:
        return [sys.executable, *self.programa, "-m", self.marcas, *(opciones or self.si_es_entera)]

    @property
    def guardada(self) -> str:
        """El archivo de ``var/pruebas/`` donde queda lo que dice, si va a la vez que otra."""
        return f"{self.nombre.lower()}.txt"


def _sin_rastros(nombre: str) -> str:
    """Cada corrida borra al empezar la carpeta de los rastros del navegador: solo la del navegador usa la verdadera."""
    return f"--output=var/pruebas/rastros-{nombre}"


ETAPAS = (
    (
        Corrida(
            "SQLite",
            ("-m", "pytest", _sin_rastros("sqlite")),
            RAPIDAS,
            ("--cov=indicadores.calculo", "--cov-branch"),
        ),
        Corrida(
            "PostgreSQL",
            ("-m", "tests.con_postgres", _sin_rastros("postgresql"), "-o", "cache_dir=var/pruebas/.pytest_cache"),
            RAPIDAS,
        ),
    ),
    (Corrida("Navegador", ("-m", "pytest"), "navegador"),),
    (Corrida("Producción", ("-m", "pytest", _sin_rastros("produccion")), "produccion and not navegador"),),
)


def correr(etapas: Sequence[Sequence[Corrida]], opciones: Sequence[str], *, carpeta: Path = GUARDADAS) -> int:
    """Ejecuta todas las etapas, en orden, y dice al final cómo acabó cada corrida; 0 si todas bien, 1 si no.

    ``carpeta``: donde se guarda lo que dicen las que van a la vez que otra.
    """
    carpeta.mkdir(parents=True, exist_ok=True)
    salidas: list[tuple[Corrida, int]] = []
    for etapa in etapas:
        _decir(f"\n=== {' y '.join(una.nombre for una in etapa)}{', a la vez' if len(etapa) > 1 else ''} ===\n")
        with _en_marcha(etapa, opciones, carpeta) as procesos:
            salidas += [(una, proceso.wait()) for una, proceso in zip(etapa, procesos, strict=True)]
        for una in etapa[1:]:
            _decir(f"\n=== {una.nombre} ===\n{(carpeta / una.guardada).read_text('utf-8', errors='replace')}")
    _decir("\n=== En resumen ===\n")
    for una, salida in salidas:
        _decir(f"{una.nombre}: {_en_palabras(salida, bool(opciones))}\n")
    return int(any(not _bien(salida, bool(opciones)) for _, salida in salidas))


@contextmanager
def _en_marcha(
    etapa: Sequence[Corrida], opciones: Sequence[str], carpeta: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Las corridas de una etapa; al salir del bloque, termine como termine, ninguna sigue."""
    procesos: list[subprocess.Popen[bytes]] = []
    try:
        for numero, una in enumerate(etapa):
            with (carpeta / una.guardada).open("wb") if numero else nullcontext() as archivo:
                # Cada una en su grupo: Ctrl+C llega solo aquí y de aquí, una vez, a cada grupo.
                procesos.append(
                    subprocess.Popen(
                        una.orden(opciones),
                        cwd=RAIZ,
                        stdin=subprocess.DEVNULL,
                        stdout=archivo,
                        stderr=subprocess.STDOUT if archivo else None,
                        process_group=0,
                    )
                )
        yield procesos
    finally:
        _detener([proceso for proceso in procesos if proceso.poll() is None])


def _detener(procesos: Sequence[subprocess.Popen[bytes]]) -> None:
    """Les pide que acaben, como Ctrl+C; a lo que siga pasada la gracia (o si vuelven a interrumpir), sin preguntar."""
    try:
        for proceso in procesos:
            _avisar(proceso, signal.SIGINT)
        for proceso in procesos:
            with suppress(subprocess.TimeoutExpired):
                proceso.wait(GRACIA)
    finally:
        for proceso in procesos:
            _avisar(proceso, signal.SIGKILL)
            proceso.wait()


def _avisar(proceso: subprocess.Popen[bytes], senal: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(proceso.pid, senal)


def _bien(salida: int, es_un_pedazo: bool) -> bool:
    return salida == 0 or (es_un_pedazo and salida == NINGUNA)


def _en_palabras(salida: int, es_un_pedazo: bool) -> str:
    if salida == NINGUNA:
        return "ninguna prueba" if es_un_pedazo else "FALLÓ: no había ninguna prueba"
    return "FALLÓ" if salida else "bien"


def _decir(texto: str) -> None:
    sys.stdout.write(texto)
    sys.stdout.flush()


def main(opciones: list[str]) -> int:
    signal.signal(signal.SIGTERM, terminar)
    try:
        return correr(ETAPAS, opciones)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
