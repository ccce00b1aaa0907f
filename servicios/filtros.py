"""Lo que la dirección pide filtrar, comprobado contra lo que hay: un valor desconocido se explica junto a su campo."""

from collections.abc import Mapping
from dataclasses import dataclass

from indicadores.formato import sin_acentos


@dataclass(frozen=True, slots=True)
class Filtro:
    """Un filtro de la dirección: ``valor`` es lo pedido (quizá desconocido, y entonces ``error`` lo dice).

    ``vacio`` es lo que se lee cuando no se elige nada.
    """

    campo: str
    rotulo: str
    valor: str
    opciones: tuple[tuple[str, str], ...]
    error: str
    vacio: str = "Todos"


#: Los que se dicen en femenino: «Todas».
FEMENINOS = ("entidad", "ejecucion")


def leer_filtros(
    pedido: Mapping[str, str], opciones: Mapping[str, tuple[str, dict[str, str]]], vacio: str = "Todos"
) -> tuple[Filtro, ...]:
    """Los filtros de ``opciones`` (campo → rótulo y valores posibles) con lo que pide la dirección."""
    filtros = []
    for campo, (rotulo, posibles) in opciones.items():
        valor = pedido.get(campo, "").strip()
        error = ""
        if valor and valor not in posibles:
            citado = valor if len(valor) <= 40 else f"{valor[:40]}…"
            error = f"«{citado}» no está entre las opciones. Elija una de la lista."
        todos = "Todas" if campo in FEMENINOS else vacio
        filtros.append(Filtro(campo, rotulo, valor, tuple(posibles.items()), error, todos))
    return tuple(filtros)


def contiene(donde: str, texto: str) -> bool:
    """Si ``donde`` tiene todas las palabras de ``texto``, sin distinguir tildes ni mayúsculas."""
    plano = sin_acentos(donde)
    return all(palabra in plano for palabra in sin_acentos(texto).split())


def frase_de_resultado(elegidos: int, total: str, que: str, *, hay_filtro: bool, hay_error: bool) -> str:
    """«3 de 13 servicios cumplen lo que se pide.»; ``total`` ya viene escrito y ``que`` es «Ningún servicio»."""
    if hay_error:
        return "No se buscó: corrija el filtro señalado."
    if not hay_filtro:
        return total
    if not elegidos:
        return f"{que} cumple lo que se pide."
    return f"{elegidos} de {total} {'cumple' if elegidos == 1 else 'cumplen'} lo que se pide."
