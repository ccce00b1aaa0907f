"""Cómo preguntan las pruebas por la cadena: con una frase."""

from indicadores import constancias


def rotura() -> str:
    hallada = constancias.revisar().rotura
    return str(hallada) if hallada else ""
