"""Lo que puede salir mal al escribir una cifra, siempre con un mensaje en español para quien la escribe.

Y, aparte, lo que falla sin que nadie haya escrito nada mal: la caché común.
"""

try:
    from redis.exceptions import RedisError as FalloDeLaCache  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # Redis es opcional

    class FalloDeLaCache(Exception):  # type: ignore[no-redef]
        """Sin Redis no hay caché común que falle."""


class ErrorDelDominio(Exception):
    """Base de todos los rechazos del dominio; ``str(error)`` es la frase que se muestra."""


class PermisoDenegado(ErrorDelDominio):
    """Quien lo pide no puede hacerlo; el mensaje dice quién puede."""


class TransicionInvalida(ErrorDelDominio):
    """La medición no está en una etapa que admita ese paso."""


class DatoInvalido(ErrorDelDominio):
    """El valor, el periodo u otro dato no se acepta; ``campo`` dice cuál, si es uno."""

    def __init__(self, mensaje: str, *, campo: str | None = None) -> None:
        super().__init__(mensaje)
        self.campo = campo


class EjercicioBloqueado(TransicionInvalida):
    """El año de la cifra está cerrado; el mensaje dice quién lo cerró, cuándo, por qué y quién puede ayudar."""


class ConflictoDeEdicion(ErrorDelDominio):
    """Alguien más cambió la medición entre que se leyó y se quiso escribir."""
