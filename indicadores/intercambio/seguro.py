"""Lo que una hoja de cálculo podría tomar por una fórmula, neutralizado al escribir y devuelto al leer. Puro."""

INICIOS = ("=", "+", "-", "@", "\t", "\r")


def inocuo(texto: str) -> str:
    """El texto con un apóstrofo delante si alguna hoja de cálculo lo tomaría por una fórmula (o ya llevaba uno)."""
    return f"'{texto}" if texto.lstrip(" ").startswith((*INICIOS, "'")) else texto


def sin_comilla(texto: str) -> str:
    """Lo contrario de :func:`inocuo`."""
    if texto.startswith("'") and texto[1:].lstrip(" ").startswith((*INICIOS, "'")):
        return texto[1:]
    return texto
