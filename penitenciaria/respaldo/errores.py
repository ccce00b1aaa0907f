"""Por qué un respaldo no se pudo hacer, leer o restaurar, en una frase que dice qué hacer."""


class ErrorDeRespaldo(Exception):
    """Nada quedó a medias: lo que hubiera antes sigue como estaba."""
