"""Qué celdas deduce un lector, decidido con matrices densas sobre un cuerpo finito.

Independiente del núcleo: una celda oculta está determinada si su vector unitario es combinación de las igualdades,
restringidas a las ocultas. Los coeficientes son −1, 0 y 1: ningún menor de matrices tan pequeñas es múltiplo del primo.
"""

from collections.abc import Collection, Mapping

from indicadores.calculo.tipos import Sexo

PRIMO = 2**61 - 1
Clave = tuple[str, Sexo]
Fila = list[int]


def reducir(fila: Fila, escalones: list[tuple[int, Fila]]) -> Fila:
    """Lo que queda de ``fila`` al quitarle cuanto explican los escalones (columna, fila con 1 en ella)."""
    for columna, escalon in escalones:
        if veces := fila[columna]:
            fila = [(a - veces * b) % PRIMO for a, b in zip(fila, escalon, strict=True)]
    return fila


def escalonar(filas: list[Fila]) -> list[tuple[int, Fila]]:
    escalones: list[tuple[int, Fila]] = []
    for fila in filas:
        resto = reducir([x % PRIMO for x in fila], escalones)
        if any(resto):
            columna = next(numero for numero, x in enumerate(resto) if x)
            inverso = pow(resto[columna], -1, PRIMO)
            escalones.append((columna, [x * inverso % PRIMO for x in resto]))
    return escalones


def deducibles(entre: Collection[Clave], padres: Mapping[str, str | None], publicas: Collection[Clave]) -> set[Clave]:
    """Las celdas de ``entre``, no públicas, cuyo valor se sigue de las públicas en el árbol entero."""
    ocultas = [(ambito, sexo) for ambito in padres for sexo in Sexo if (ambito, sexo) not in publicas]
    sumas = [((a, Sexo.TOTAL), [(a, Sexo.HOMBRES), (a, Sexo.MUJERES)]) for a in padres]
    for padre in padres:
        partes = [ambito for ambito, suyo in padres.items() if suyo == padre]
        if partes:
            sumas += [((padre, sexo), [(parte, sexo) for parte in partes]) for sexo in Sexo]
    escalones = escalonar([[(celda in partes) - (celda == total) for celda in ocultas] for total, partes in sumas])
    return {
        celda
        for numero, celda in enumerate(ocultas)
        if celda in entre and not any(reducir([int(columna == numero) for columna in range(len(ocultas))], escalones))
    }
