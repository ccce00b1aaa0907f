"""La portada ya escrita: del Tablero a frases, casillas, filas y matriz; la plantilla solo los coloca."""

from penitenciaria.portada.pagina import Portada, escribir

__all__ = ["Portada", "escribir"]
