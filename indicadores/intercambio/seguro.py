"""Lo que una hoja de cálculo podría tomar por una fórmula, neutralizado al escribir y devuelto al leer. Puro."""

#: También los signos de ancho completo, que algunas hojas leen como los corrientes.
INICIOS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Lo que una hoja se salta antes de mirar el primer signo: espacios de toda clase y marcas que no se ven.
ESPACIOS = " \x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x2010))
)


def inocuo(texto: str) -> str:
    """El texto con un apóstrofo delante si alguna hoja de cálculo lo tomaría por una fórmula (o ya llevaba uno)."""
    return f"'{texto}" if texto.lstrip(ESPACIOS).startswith((*INICIOS, "'")) else texto


def sin_comilla(texto: str) -> str:
    """Lo contrario de :func:`inocuo`."""
    if texto.startswith("'") and texto[1:].lstrip(ESPACIOS).startswith((*INICIOS, "'")):
        return texto[1:]
    return texto
