"""``make fallas``: se rompe una cosa cada vez, con gente leyendo y trabajando; qué se perdió y cuánto tardó en curarse.

Cada falla: se espera a que todo esté bien, se rompe, se deja así un rato, se repara (o se cura sola) y se sigue
mirando. Al final se busca en la base cada escritura que el portal confirmó. Escribe ``docs/fallas.md``; termina mal si
falta alguna.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.fallas_casos import Averias
from bench.fallas_texto import Medida, escribir, fila
from bench.planta import RAIZ, Planta
from bench.planta_programas import salir_en_orden
from bench.trafico import Lector, Libro, Persona, Personal, Series, Sesiones, cotejar

DESTINO = RAIZ / "docs" / "fallas.md"
LECTORES, EQUIPOS = 4, 2


@dataclass(frozen=True, slots=True)
class Falla:
    """``dura`` segundos rota y ``despues`` de observación; sin ``reparar`` se cura sola. ``queda``: qué comprobó."""

    nombre: str
    romper: Callable[[], None]
    reparar: Callable[[], None] | None
    dura: float
    despues: float
    queda: Callable[[], str] = field(default=lambda: "")


@contextmanager
def gente(planta: Planta, libro: Libro, *, lectores: int = LECTORES, equipos: int = EQUIPOS) -> Iterator[Series]:
    """Lectores y equipos de registro trabajando mientras dure el bloque."""
    series, entradas = Series(planta), Sesiones(planta)
    personas: list[Persona] = [Lector(planta, libro, semilla, 0.03) for semilla in range(lectores)]
    personas += [Personal(planta, libro, series, entradas, semilla) for semilla in range(equipos)]
    for persona in personas:
        persona.start()
    try:
        yield series
    finally:
        for persona in personas:
            persona.parar.set()
        for persona in personas:
            persona.join(60)


def medir(libro: Libro, falla: Falla) -> Medida:
    """Rompe, espera, repara, espera a que pasen ``despues`` segundos y cuenta."""
    inicio = time.monotonic()
    falla.romper()
    time.sleep(falla.dura)
    if falla.reparar is not None:
        falla.reparar()
    reparada = time.monotonic() if falla.reparar is not None else inicio
    time.sleep(falla.despues)
    try:
        queda = falla.queda()
    except SystemExit as error:
        if isinstance(error.code, int):  # es una señal, y no algo que la planta no pudo hacer
            raise
        queda = f"no se pudo comprobar: {error}"
    hechos = libro.entre(inicio, time.monotonic())
    publico = [h for h in hechos if h.quien == "publico"]
    personal = [h for h in hechos if h.quien == "personal"]
    tardo = tuple(max([h.cuando - reparada for h in lado if not h.bien] + [0.0]) for lado in (publico, personal))
    return Medida(falla.nombre, publico, personal, (tardo[0], tardo[1]), queda)


def hasta_estar_bien(libro: Libro, segundos: float = 60) -> None:
    """Vuelve cuando en los últimos dos segundos hubo lecturas y escrituras, y ninguna falló."""
    limite = time.monotonic() + segundos
    while time.monotonic() < limite:
        ahora = time.monotonic()
        ultimos = libro.entre(ahora - 2, ahora)
        if {h.quien for h in ultimos} == {"publico", "personal"} and all(h.bien for h in ultimos):
            return
        time.sleep(0.3)


def fallas_de(averias: Averias) -> list[Falla]:
    """Todas, en el orden en que se ensayan."""
    planta = averias.planta
    return [
        Falla("nada (para comparar)", lambda: None, None, 0, 10),
        Falla("`kill -9` a un proceso de gunicorn", averias.matar_un_proceso, None, 0, 8),
        Falla("`kill -9` a un nodo entero", lambda: planta.golpear("nodo1"), None, 0, 12),
        Falla("`kill -9` a la réplica", lambda: planta.matar("replica"), averias.de_vuelta("replica"), 8, 6),
        Falla("`kill -9` a Redis", lambda: planta.matar("redis"), averias.de_vuelta("redis"), 8, 6),
        Falla("principal detenida 15 s", averias.detener_principal, averias.de_vuelta("principal"), 15, 8),
        Falla("`kill -9` a la principal, 3 s", lambda: planta.matar("principal"), averias.de_vuelta("principal"), 3, 8),
        Falla("principal y réplica a la vez, 8 s", averias.sin_bases, averias.vuelven_las_bases, 8, 8),
        Falla("disco de los archivos lleno", averias.llenar_disco, averias.vaciar_disco, 8, 4, averias.adjuntos),
        Falla("mediciones bloqueadas 10 s (base lenta)", averias.bloquear, averias.desbloquear, 10, 6),
        Falla("principal congelada 10 s (`SIGSTOP`)", averias.congelar, averias.descongelar, 10, 8),
        Falla("un nodo con el reloj 60 s adelantado", averias.adelantar, averias.en_hora, 10, 8, averias.reloj),
        Falla("`kill -9` al importar (leyendo)", averias.cortar_lectura, None, 0, 12, averias.importada),
        Falla("`kill -9` al importar (anotando)", averias.cortar_anotacion, None, 0, 12, averias.importada),
        Falla("`kill -9` al emitir un reporte", averias.cortar_emision, None, 0, 10, averias.emitido),
    ]


def main() -> int:
    salir_en_orden()
    libro = Libro()
    with Planta() as planta, Averias(planta) as averias:
        medidas = []
        with gente(planta, libro):
            time.sleep(5)
            for falla in fallas_de(averias):
                hasta_estar_bien(libro)
                medida = medir(libro, falla)
                medidas.append(medida)
                print(fila(medida), flush=True)
        planta.esperar_replica()
        cotejos = {"principal": cotejar(planta, libro), "réplica": cotejar(planta, libro, en="replica")}
        verificada = planta.administrar("verificar").strip().splitlines()[-1]
    DESTINO.write_text(escribir(medidas, cotejos, verificada, (LECTORES, EQUIPOS)), encoding="utf-8")
    perdidas = [perdida for cotejo in cotejos.values() for perdida in cotejo.perdidas]
    confirmadas = cotejos["principal"].confirmadas
    print(f"{confirmadas} escrituras confirmadas, {len(perdidas)} perdidas {perdidas[:5]}. {verificada}")
    return 1 if perdidas else 0


if __name__ == "__main__":
    sys.exit(main())
