"""Rectángulos, segmentos y anchos de texto: lo que hace falta para saber si dos cosas se estorban."""

from dataclasses import dataclass
from functools import lru_cache
from math import hypot

_ANGOSTAS = frozenset("ijlIí.,:;|!'’· ()\N{NO-BREAK SPACE}")
_ANCHAS = frozenset("mwMWQO%—")


@lru_cache(maxsize=1024)
def ancho_de(texto: str, letra: float, *, negrita: bool = False) -> float:
    """Ancho estimado, por exceso: la letra definitiva es la del sistema de quien mira, y puede ser de las anchas."""
    ems = sum(0.36 if c in _ANGOSTAS else 0.98 if c in _ANCHAS else 0.7 if c.isupper() else 0.64 for c in texto)
    return ems * letra * (1.1 if negrita else 1)


@dataclass(frozen=True, slots=True)
class Trazo:
    """Un segmento dibujado; ``peso`` dice cuánto estorba que un rótulo lo tape."""

    x0: float
    y0: float
    x1: float
    y1: float
    peso: float = 14

    def cruza(self, otro: "Trazo") -> bool:
        """¿Se cortan los dos segmentos en un punto interior?"""
        if max(self.x0, self.x1) < min(otro.x0, otro.x1) or max(otro.x0, otro.x1) < min(self.x0, self.x1):
            return False
        return self._separa(otro) and otro._separa(self)

    def _separa(self, otro: "Trazo") -> bool:
        """¿Quedan los extremos de ``otro`` a distinto lado de la recta de este?"""
        dx, dy = self.x1 - self.x0, self.y1 - self.y0
        uno = dx * (otro.y0 - self.y0) - dy * (otro.x0 - self.x0)
        dos = dx * (otro.y1 - self.y0) - dy * (otro.x1 - self.x0)
        return uno * dos < 0


@dataclass(frozen=True, slots=True)
class Caja:
    """Un rectángulo alineado con los ejes; ``y`` crece hacia abajo."""

    x0: float
    y0: float
    x1: float
    y1: float

    def choca(self, otra: "Caja", holgura: float = 0) -> bool:
        return (
            self.x0 < otra.x1 + holgura
            and otra.x0 < self.x1 + holgura
            and self.y0 < otra.y1 + holgura
            and otra.y0 < self.y1 + holgura
        )

    def con_margen(self, margen: float) -> "Caja":
        return Caja(self.x0 - margen, self.y0 - margen, self.x1 + margen, self.y1 + margen)

    def contiene(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def lejania(self, x: float, y: float) -> float:
        """La distancia de un punto al rectángulo; 0 si está dentro."""
        return hypot(max(self.x0 - x, 0, x - self.x1), max(self.y0 - y, 0, y - self.y1))

    @property
    def centro(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def dentro_de(self, otra: "Caja") -> bool:
        return self.x0 >= otra.x0 and self.y0 >= otra.y0 and self.x1 <= otra.x1 and self.y1 <= otra.y1

    def cruza(self, trazo: Trazo) -> bool:
        """¿Pasa por dentro el segmento? Se descarta lo evidente y se recorta lo demás (Liang y Barsky)."""
        ax, bx = (trazo.x0, trazo.x1) if trazo.x0 <= trazo.x1 else (trazo.x1, trazo.x0)
        ay, by = (trazo.y0, trazo.y1) if trazo.y0 <= trazo.y1 else (trazo.y1, trazo.y0)
        if bx < self.x0 or ax > self.x1 or by < self.y0 or ay > self.y1:
            return False
        dx, dy = trazo.x1 - trazo.x0, trazo.y1 - trazo.y0
        entra, sale = 0.0, 1.0
        for p, q in (
            (-dx, trazo.x0 - self.x0),
            (dx, self.x1 - trazo.x0),
            (-dy, trazo.y0 - self.y0),
            (dy, self.y1 - trazo.y0),
        ):
            if p < 0:
                entra = max(entra, q / p)
            elif p > 0:
                sale = min(sale, q / p)
        return entra <= sale
