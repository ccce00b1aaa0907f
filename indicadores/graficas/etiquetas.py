"""Rotular los trazos directamente, sin leyenda: ningún rótulo pisa a otro ni se sale del lienzo.

El ancho del texto se estima por exceso con las proporciones de una letra ancha, porque la definitiva es la del sistema
de quien mira.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Altura de línea y ascenso de la letra, como parte de su tamaño.
INTERLINEA = 1.25
ASCENSO = 0.8
_ANGOSTAS = frozenset("ijlIí.,:;|!'’· ()\N{NO-BREAK SPACE}")
_ANCHAS = frozenset("mwMWQO%—")


def ancho_de(texto: str, letra: float, *, negrita: bool = False) -> float:
    """Ancho estimado de ``texto``, en las unidades de ``letra`` (el tamaño de la letra)."""
    ems = sum(0.36 if c in _ANGOSTAS else 0.98 if c in _ANCHAS else 0.7 if c.isupper() else 0.64 for c in texto)
    return ems * letra * (1.1 if negrita else 1)


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

    def dentro_de(self, otra: "Caja") -> bool:
        return self.x0 >= otra.x0 and self.y0 >= otra.y0 and self.x1 <= otra.x1 and self.y1 <= otra.y1

    def cruza(self, trazo: "Trazo") -> bool:
        """¿Pasa por dentro el segmento? (recorte de Liang y Barsky)"""
        dx, dy = trazo.x1 - trazo.x0, trazo.y1 - trazo.y0
        entra, sale = 0.0, 1.0
        for p, q in (
            (-dx, trazo.x0 - self.x0),
            (dx, self.x1 - trazo.x0),
            (-dy, trazo.y0 - self.y0),
            (dy, self.y1 - trazo.y0),
        ):
            if p == 0:
                if q < 0:
                    return False
            elif p < 0:
                entra = max(entra, q / p)
            else:
                sale = min(sale, q / p)
        return entra <= sale


@dataclass(frozen=True, slots=True)
class Trazo:
    """Un segmento dibujado; ``peso`` dice cuánto estorba que un rótulo lo tape."""

    x0: float
    y0: float
    x1: float
    y1: float
    peso: float = 14


@dataclass(frozen=True, slots=True)
class Ancla:
    """El lugar que un rótulo nombra: en el lienzo y en los datos (fecha ISO y valor), y los lados que prefiere.

    ``alcance`` limita cuánto puede apartarse el rótulo, en separaciones.
    """

    x: float
    y: float
    fecha: str
    valor: float
    lados: tuple[str, ...]
    alcance: float = 6


@dataclass(frozen=True, slots=True)
class Etiqueta:
    """Un rótulo por colocar. ``clase`` dice de qué trazo es; la primera línea de lo oficial va en negrita.

    ``variantes``: el texto en una o más líneas, de la forma preferida a la que ocupa menos ancho.
    """

    variantes: tuple[tuple[str, ...], ...]
    clase: str
    anclas: tuple[Ancla, ...]


@dataclass(frozen=True, slots=True)
class Colocada:
    """Un rótulo en su sitio: ``x`` es el punto que fija ``alineacion`` (start, middle, end); ``guia``, si va lejos."""

    lineas: tuple[str, ...]
    clase: str
    ancla: Ancla
    caja: Caja
    x: float
    alineacion: str
    guia: Trazo | None


#: Hacia dónde se aparta el rótulo de su ancla: (horizontal, vertical).
_LADOS = {
    "e": (1, 0),
    "o": (-1, 0),
    "n": (0, -1),
    "s": (0, 1),
    "ne": (1, -1),
    "no": (-1, -1),
    "se": (1, 1),
    "so": (-1, 1),
}
TODOS_LOS_LADOS = ("e", "o", "ne", "no", "se", "so", "n", "s")
#: Tapar un punto es lo peor; una línea, malo (``Trazo.peso``); apartarse, apenas.
PESO_DE_PUNTO = 30
_DISTANCIAS = (1.0, 1.7, 2.6, 4.0, 6.0)


def colocar(
    etiquetas: Iterable[Etiqueta],
    *,
    marco: Caja,
    puntos: Sequence[Caja],
    trazos: Sequence[Trazo],
    letra: float,
    separacion: float,
) -> list[Colocada]:
    """Coloca cada rótulo, por orden de importancia, donde menos estorba; el que no cabe en ningún lado se omite."""
    colocadas: list[Colocada] = []
    for etiqueta in etiquetas:
        mejor: tuple[float, Colocada] | None = None
        for costo, candidata in _candidatas(etiqueta, letra, separacion):
            if mejor is not None and costo >= mejor[0]:
                continue
            if not candidata.caja.dentro_de(marco) or any(_se_estorban(candidata, c) for c in colocadas):
                continue
            amplia = candidata.caja.con_margen(3)
            costo += PESO_DE_PUNTO * sum(candidata.caja.choca(punto, 1) for punto in puntos)
            costo += sum(trazo.peso for trazo in trazos if amplia.cruza(trazo))
            if mejor is None or costo < mejor[0]:
                mejor = costo, candidata
        if mejor is not None:
            colocadas.append(mejor[1])
    return colocadas


def _candidatas(etiqueta: Etiqueta, letra: float, separacion: float) -> Iterable[tuple[float, Colocada]]:
    """Las posiciones posibles con su costo de partida: lejos, partido o del lado menos preferido es peor."""
    for orden, lineas in enumerate(etiqueta.variantes):
        for costo, candidata in _alrededor(etiqueta, lineas, letra, separacion):
            yield costo + 3 * orden, candidata


def _alrededor(
    etiqueta: Etiqueta, lineas: tuple[str, ...], letra: float, separacion: float
) -> Iterable[tuple[float, Colocada]]:
    anchos = [ancho_de(linea, letra, negrita=etiqueta.clase == "oficial" and n == 0) for n, linea in enumerate(lineas)]
    ancho, alto = max(anchos), len(anchos) * letra * INTERLINEA
    for orden_de_ancla, ancla in enumerate(etiqueta.anclas):
        for orden, lado in enumerate(ancla.lados):
            h, v = _LADOS[lado]
            for distancia in (d for d in _DISTANCIAS if d <= ancla.alcance):
                aparte = separacion * distancia
                # En diagonal basta apartarse menos en horizontal: el rótulo ya está por encima o por debajo.
                x = ancla.x + h * (aparte if v == 0 else min(aparte, separacion) * 0.5)
                y = ancla.y + v * (aparte + alto / 2 - letra * 0.1)
                x0 = x if h > 0 else x - ancho if h < 0 else x - ancho / 2
                caja = Caja(x0, y - alto / 2, x0 + ancho, y + alto / 2)
                alineacion = "start" if h > 0 else "end" if h < 0 else "middle"
                guia = _guia(ancla, caja, x) if distancia > 2 else None
                costo = 0.5 * orden + 2 * orden_de_ancla + 5 * (distancia - 1)
                yield costo, Colocada(lineas, etiqueta.clase, ancla, caja, x, alineacion, guia)


def _se_estorban(una: Colocada, otra: Colocada) -> bool:
    """Ni los textos se pisan ni la guía de uno pasa sobre el otro."""
    return (
        una.caja.choca(otra.caja, 3)
        or (otra.guia is not None and una.caja.cruza(otra.guia))
        or (una.guia is not None and otra.caja.cruza(una.guia))
    )


def _guia(ancla: Ancla, caja: Caja, x: float) -> Trazo:
    y = caja.y1 if caja.y1 <= ancla.y else caja.y0 if caja.y0 >= ancla.y else (caja.y0 + caja.y1) / 2
    return Trazo(ancla.x, ancla.y, x, y)
