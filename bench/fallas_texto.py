"""``docs/fallas.md``, de lo que midió ``bench.fallas``."""

import os
import platform
from collections import Counter
from dataclasses import dataclass
from datetime import date

from bench.trafico import Cotejo, Hecho

CABEZA = """# Fallas ensayadas

Lo escribe `make fallas` con lo que midió; termina mal si falta una sola escritura confirmada.

- {hoy:%d-%m-%Y}, {nucleos} núcleos, Python {python}: PostgreSQL con réplica, Redis, dos nodos de gunicorn, el
  trabajador y nginx con TLS, todo en 127.0.0.1 y en la misma máquina que la gente que lo usa.
- Mientras tanto leen {lectores} personas sin parar (una de cada tres peticiones no la había pedido nadie) y
  {equipos} equipos de analista y revisora registran, envían y publican por la administración.
- Escrituras confirmadas: **{confirmadas}** ({publicadas} publicadas). Perdidas en la principal: **{perdidas}**; en
  la réplica, ya al día: **{en_replica}**.
- La cadena de publicaciones, al final: {verificada}

| Falla | Público | Errores | De lo guardado | Personal | Errores | Último error (s) | Leyó | Quedó |
|---|---|---|---|---|---|---|---|---|
"""
PIE = """
«Último error», público y personal: segundos desde que se repara lo roto o, si se cura solo, desde que se rompe; 0
si no hubo errores después. «De lo guardado»: nginx no obtuvo respuesta y dio la última que tenía. «Leyó»:
lo que vio quien no obtuvo lo que pedía.

Cómo se cura cada cosa: gunicorn repone el proceso que muere; systemd (aquí, el vigilante del ensayo, con la misma
espera) reinicia un nodo o el trabajador; nginx pregunta al otro nodo lo que se puede repetir; lo público se lee en
la réplica si la principal no está y en la principal si no está la réplica; sin ninguna, nginx sirve lo guardado y a
quien pide algo que nadie había pedido se le dice que vuelva. El trabajador espera a la base y retoma los lotes a
medias. Un POST nunca se repite solo: a quien lo envió se le dice que compruebe antes de enviarlo otra vez.
"""


@dataclass(frozen=True, slots=True)
class Medida:
    """Lo contado en una falla. ``recuperacion``: segundos desde que se repara (o se rompe) hasta el último error."""

    nombre: str
    publico: list[Hecho]
    personal: list[Hecho]
    recuperacion: tuple[float, float]
    queda: str


def fila(medida: Medida) -> str:
    """La de la tabla."""
    malas = [hecho for hecho in (*medida.publico, *medida.personal) if not hecho.bien]
    notas = Counter(f"{hecho.quien}: {hecho.nota}" for hecho in malas).most_common(3)
    celdas = (
        medida.nombre,
        len(medida.publico),
        sum(not hecho.bien for hecho in medida.publico),
        sum(hecho.cache == "STALE" for hecho in medida.publico),
        len(medida.personal),
        sum(not hecho.bien for hecho in medida.personal),
        " y ".join(f"{segundos:.1f}".replace(".", ",") for segundos in medida.recuperacion),
        "; ".join(f"{nota} × {veces}" for nota, veces in notas) or "—",
        medida.queda or "todo lo confirmado",
    )
    return f"| {' | '.join(str(celda).replace('|', '/') for celda in celdas)} |"


def escribir(medidas: list[Medida], cotejos: dict[str, Cotejo], verificada: str, cuantos: tuple[int, int]) -> str:
    """El documento; ``cuantos`` son los lectores y los equipos."""
    cabeza = CABEZA.format(
        hoy=date.today(),
        nucleos=os.cpu_count(),
        python=platform.python_version(),
        lectores=cuantos[0],
        equipos=cuantos[1],
        confirmadas=cotejos["principal"].confirmadas,
        publicadas=cotejos["principal"].publicadas,
        perdidas=len(cotejos["principal"].perdidas),
        en_replica=len(cotejos["réplica"].perdidas),
        verificada=verificada,
    )
    return cabeza + "\n".join(map(fila, medidas)) + "\n" + PIE
