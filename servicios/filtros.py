"""Lo que la dirección pide filtrar, comprobado contra lo que hay: un valor desconocido se explica junto a su campo."""

from collections.abc import Mapping
from dataclasses import dataclass

from indicadores.formato import sin_acentos


@dataclass(frozen=True, slots=True)
class Filtro:
    """Un filtro de la dirección: ``valor`` es lo pedido (quizá desconocido, y entonces ``error`` lo dice)."""

    campo: str
    rotulo: str
    valor: str
    opciones: tuple[tuple[str, str], ...]
    error: str


def leer_filtros(pedido: Mapping[str, str], opciones: Mapping[str, tuple[str, dict[str, str]]]) -> tuple[Filtro, ...]:
    """Los filtros de ``opciones`` (campo → rótulo y valores posibles) con lo que pide la dirección."""
    filtros = []
    for campo, (rotulo, posibles) in opciones.items():
        valor = pedido.get(campo, "").strip()
        error = ""
        if valor and valor not in posibles:
            citado = valor if len(valor) <= 40 else f"{valor[:40]}…"
            error = f"«{citado}» no está entre las opciones. Elija una de la lista."
        filtros.append(Filtro(campo, rotulo, valor, tuple(posibles.items()), error))
    return tuple(filtros)


def contiene(donde: str, texto: str) -> bool:
    """Si ``donde`` tiene todas las palabras de ``texto``, sin distinguir tildes ni mayúsculas."""
    plano = sin_acentos(donde)
    return all(palabra in plano for palabra in sin_acentos(texto).split())
