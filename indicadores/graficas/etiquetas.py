"""Rotular los trazos directamente, sin leyenda: ningún rótulo pisa a otro ni se sale del lienzo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indicadores.graficas.geometria import Caja, Trazo, ancho_de

#: Altura de línea y ascenso de la letra, como parte de su tamaño.
INTERLINEA = 1.25
ASCENSO = 0.8

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
#: A qué distancias se prueba, en separaciones, y lo que cuesta cada una.
_DISTANCIAS = ((1.0, 0.0), (1.7, 3.0), (2.6, 8.0), (4.0, 12.0), (6.0, 17.0), (9.0, 22.0), (13.0, 28.0))
#: Tapar un punto es lo peor; una línea, malo (``Trazo.peso``); apartarse, apenas.
_TAPAR_UN_PUNTO = 30
#: Estar más cerca de un punto ajeno que del propio: se leería como rótulo del otro.
_EQUIVOCO = 25
#: A partir de este costo, más vale omitir un rótulo prescindible.
_COSTO_MAXIMO = 42
#: Cuántos sitios buenos bastan para elegir.
_SITIOS = 12


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
    alcance: float = 20


@dataclass(frozen=True, slots=True)
class Etiqueta:
    """Un rótulo por colocar. ``clase`` dice de qué trazo es; lo oficial va en negrita.

    ``variantes``: el texto en una o más líneas, de la forma preferida a la que ocupa menos ancho; las ``notas`` van
    debajo.
    Un rótulo ``prescindible`` se omite antes que tapar algo.
    """

    variantes: tuple[tuple[str, ...], ...]
    clase: str
    anclas: tuple[Ancla, ...]
    notas: tuple[str, ...] = ()
    prescindible: bool = True

    @property
    def costo_de_omitir(self) -> float:
        return _COSTO_MAXIMO if self.prescindible else 10 * _COSTO_MAXIMO


@dataclass(frozen=True, slots=True)
class Colocada:
    """Un rótulo en su sitio: ``x`` es el punto que fija ``alineacion`` (start, middle, end); ``guia``, si va lejos.

    Las primeras ``negritas`` líneas van en negrita.
    """

    lineas: tuple[str, ...]
    negritas: int
    clase: str
    ancla: Ancla
    caja: Caja
    x: float
    alineacion: str
    guia: Trazo | None

    def estorba_a(self, otra: "Colocada") -> bool:
        """¿Se pisan los textos, o pasa la guía de uno sobre el otro?"""
        return (
            self.caja.choca(otra.caja, 3)
            or (otra.guia is not None and self.caja.cruza(otra.guia))
            or (self.guia is not None and otra.caja.cruza(self.guia))
            or (self.guia is not None and otra.guia is not None and self.guia.cruza(otra.guia))
        )


@dataclass(frozen=True, slots=True)
class Fondo:
    """Lo que ya está dibujado: el marco donde caben los rótulos, los puntos y los trazos que no conviene tapar."""

    marco: Caja
    puntos: Sequence[Caja]
    trazos: Sequence[Trazo]

    def costo_de_tapar(self, sitio: Colocada, limite: float) -> float:
        """Lo que estorba un rótulo en ese sitio; en cuanto pasa de ``limite`` deja de contarse."""
        costo = _TAPAR_UN_PUNTO * float(sum(punto.choca(sitio.caja, 1) for punto in self.puntos))
        if costo >= limite:
            return costo
        caja = sitio.caja.con_margen(3)
        costo += sum(trazo.peso for trazo in self.trazos if caja.cruza(trazo))
        if costo >= limite:
            return costo
        ajenos = [punto for punto in self.puntos if not punto.contiene(sitio.ancla.x, sitio.ancla.y)]
        if sitio.guia is None:
            propia = sitio.caja.lejania(sitio.ancla.x, sitio.ancla.y)
            cerca = [punto for punto in ajenos if punto.choca(sitio.caja, propia)]
            nombra_un_punto = len(ajenos) < len(self.puntos)
            equivoco = nombra_un_punto and any(sitio.caja.lejania(*punto.centro) <= propia + 1 for punto in cerca)
            return costo + _EQUIVOCO if equivoco else costo
        costo += _TAPAR_UN_PUNTO * sum(punto.cruza(sitio.guia) for punto in ajenos)
        return costo + sum(trazo.peso / 2 for trazo in self.trazos if trazo.cruza(sitio.guia))


def colocar(etiquetas: Sequence[Etiqueta], fondo: Fondo, *, letra: float, separacion: float) -> list[Colocada]:
    """Coloca los rótulos donde menos estorban en conjunto; el que no cabe se omite.

    Por turnos, cada uno toma su mejor sitio libre. El turno decide quién cede, así que se prueban varios: el de
    importancia, que es el recibido, y los que adelantan a cada rótulo.
    """
    sitios = [_sitios(etiqueta, fondo, letra, separacion) for etiqueta in etiquetas]
    omitir = [etiqueta.costo_de_omitir for etiqueta in etiquetas]
    importancia = list(range(len(etiquetas)))
    turnos = [importancia]
    turnos += [[n, *(otro for otro in importancia if otro != n)] for n in importancia[1:]]
    turnos += [[*importancia[n:], *importancia[:n]] for n in importancia[2:]]
    return min((_repartir(turno, sitios, omitir) for turno in turnos), key=lambda reparto: reparto[0])[1]


def _repartir(
    turno: Sequence[int], sitios: Sequence[Sequence[tuple[float, Colocada]]], omitir: Sequence[float]
) -> tuple[float, list[Colocada]]:
    """El costo total y los rótulos, si cada uno elige en ese turno."""
    total, colocadas = 0.0, list[Colocada]()
    for n in turno:
        libres = ((costo, sitio) for costo, sitio in sitios[n] if not any(sitio.estorba_a(c) for c in colocadas))
        costo, elegido = next(libres, (omitir[n], None))
        total += costo
        if elegido is not None:
            colocadas.append(elegido)
    return total, colocadas


def _sitios(etiqueta: Etiqueta, fondo: Fondo, letra: float, separacion: float) -> list[tuple[float, Colocada]]:
    """Los mejores sitios dentro del marco con su costo, del que menos estorba al que más."""
    hallados: list[tuple[float, Colocada]] = []
    buenos = 0
    for costo, sitio in _candidatos(etiqueta, letra, separacion):
        if buenos >= _SITIOS:
            break
        if not sitio.caja.dentro_de(fondo.marco):
            continue
        total = costo + fondo.costo_de_tapar(sitio, etiqueta.costo_de_omitir - costo)
        if total < etiqueta.costo_de_omitir:
            hallados.append((total, sitio))
            buenos += total - costo < 2
    return sorted(hallados, key=lambda hallado: hallado[0])


def _candidatos(etiqueta: Etiqueta, letra: float, separacion: float) -> Iterator[tuple[float, Colocada]]:
    """Las posiciones posibles, de menor a mayor costo propio: lejos, partido o del lado no preferido es peor."""
    posibles = [
        (3 * partido + 2 * otra + 0.5 * orden + recargo, partido, otra, lado, distancia)
        for partido in range(len(etiqueta.variantes))
        for otra, ancla in enumerate(etiqueta.anclas)
        for orden, lado in enumerate(ancla.lados)
        for distancia, recargo in _DISTANCIAS
        if distancia <= ancla.alcance
    ]
    for costo, partido, otra, lado, distancia in sorted(posibles):
        aparte = separacion * distancia
        yield (
            costo,
            _situar(etiqueta.variantes[partido], etiqueta, etiqueta.anclas[otra], lado, aparte, letra, distancia > 2),
        )


def _situar(
    lineas: tuple[str, ...], etiqueta: Etiqueta, ancla: Ancla, lado: str, aparte: float, letra: float, lejos: bool
) -> Colocada:
    h, v = _LADOS[lado]
    negritas = len(lineas) if etiqueta.clase == "oficial" else 0
    lineas = (*lineas, *etiqueta.notas)
    ancho = max(ancho_de(linea, letra, negrita=n < negritas) for n, linea in enumerate(lineas))
    alto = len(lineas) * letra * INTERLINEA
    # En diagonal basta apartarse poco en horizontal: el rótulo ya está por encima o por debajo.
    x = ancla.x + h * (aparte if v == 0 else letra * 0.4)
    y = ancla.y + v * (aparte + alto / 2 - letra * 0.1)
    x0 = x if h > 0 else x - ancho if h < 0 else x - ancho / 2
    caja = Caja(x0, y - alto / 2, x0 + ancho, y + alto / 2)
    alineacion = "start" if h > 0 else "end" if h < 0 else "middle"
    return Colocada(
        lineas, negritas, etiqueta.clase, ancla, caja, x, alineacion, _guia(ancla, caja, x) if lejos else None
    )


def _guia(ancla: Ancla, caja: Caja, x: float) -> Trazo:
    """Del ancla al borde del rótulo que le queda enfrente."""
    y = caja.y1 if caja.y1 <= ancla.y else caja.y0 if caja.y0 >= ancla.y else (caja.y0 + caja.y1) / 2
    return Trazo(ancla.x, ancla.y, x, y)
