"""El Perú en 25 cuadrados iguales: 24 departamentos y el Callao, cada uno en su lugar aproximado.

Un cuadrado por departamento, y no su contorno: así Loreto no pesa más que Lima por ser más grande. El color ordena, el
número dice cuánto y la trama dice que no hay cifra; cada cuadrado es un enlace a su fila del cuadro.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from indicadores.formato import escribir_numero
from indicadores.graficas.elementos import Svg, elemento
from indicadores.graficas.escala import paso_redondo

LADO, SEPARACION = 48, 2
COLUMNAS, FILAS = 6, 8
CLASES = 5
#: Cifras que caben en un cuadrado; con más, todo el mapa se escribe en millares o millones.
CARACTERES = 7


@dataclass(frozen=True, slots=True)
class Departamento:
    """Un departamento (o el Callao) por su ubigeo, con su sigla ISO 3166-2 y su lugar en la cuadrícula."""

    ubigeo: str
    nombre: str
    sigla: str
    columna: int
    fila: int


DEPARTAMENTOS: tuple[Departamento, ...] = (
    Departamento("01", "Amazonas", "AMA", 2, 1),
    Departamento("02", "Áncash", "ANC", 1, 3),
    Departamento("03", "Apurímac", "APU", 4, 5),
    Departamento("04", "Arequipa", "ARE", 4, 6),
    Departamento("05", "Ayacucho", "AYA", 3, 5),
    Departamento("06", "Cajamarca", "CAJ", 1, 1),
    Departamento("07", "Callao", "CAL", 0, 4),
    Departamento("08", "Cusco", "CUS", 4, 4),
    Departamento("09", "Huancavelica", "HUV", 2, 5),
    Departamento("10", "Huánuco", "HUC", 2, 3),
    Departamento("11", "Ica", "ICA", 1, 5),
    Departamento("12", "Junín", "JUN", 3, 4),
    Departamento("13", "La Libertad", "LAL", 1, 2),
    Departamento("14", "Lambayeque", "LAM", 0, 2),
    Departamento("15", "Lima", "LIM", 1, 4),
    Departamento("16", "Loreto", "LOR", 3, 1),
    Departamento("17", "Madre de Dios", "MDD", 5, 4),
    Departamento("18", "Moquegua", "MOQ", 5, 6),
    Departamento("19", "Pasco", "PAS", 2, 4),
    Departamento("20", "Piura", "PIU", 0, 1),
    Departamento("21", "Puno", "PUN", 5, 5),
    Departamento("22", "San Martín", "SAM", 2, 2),
    Departamento("23", "Tacna", "TAC", 5, 7),
    Departamento("24", "Tumbes", "TUM", 0, 0),
    Departamento("25", "Ucayali", "UCA", 3, 3),
)


@dataclass(frozen=True, slots=True)
class Tesela:
    """Lo que se dice de un departamento: su valor o, si no hay, ``reservada`` o sin dato; ``etiqueta`` va en voz alta.

    ``ancla`` es el ``id`` de su fila en el cuadro.
    """

    departamento: Departamento
    valor: Fraction | Decimal | None
    etiqueta: str
    ancla: str
    reservada: bool = False


@dataclass(frozen=True, slots=True)
class Escalon:
    """Una entrada de la leyenda: la clase de su color y lo que significa."""

    clase: str
    texto: str


@dataclass(frozen=True, slots=True)
class Mapa:
    """El dibujo y su leyenda; ``unidad`` dice en qué están los números («%», «miles de personas»)."""

    dibujo: Svg
    leyenda: tuple[Escalon, ...]
    unidad: str


def dibujar_mapa(titulo: str, teselas: Sequence[Tesela], *, simbolo: str, decimales: int) -> Mapa:
    """El mapa completo por sí mismo; ``teselas`` trae cada departamento una vez."""
    valores = [Fraction(tesela.valor) for tesela in teselas if tesela.valor is not None]
    cortes = cortes_de(valores, decimales)
    divisor, palabra = _escritura(valores, decimales)
    decimales_del_mapa = decimales if divisor == 1 else 0
    cuadrados = [_cuadrado(tesela, cortes, divisor, decimales_del_mapa) for tesela in teselas]
    trama = elemento(
        "pattern",
        elemento("path", class_="mapa-trama", d="M0 6 L6 0 M-1 1 L1 -1 M5 7 L7 5"),
        id="trama-del-mapa",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    paso = LADO + SEPARACION
    dibujo = elemento(
        "svg",
        elemento("defs", trama),
        *cuadrados,
        xmlns="http://www.w3.org/2000/svg",
        class_="mapa-peru",
        viewBox=f"-3 -3 {COLUMNAS * paso - SEPARACION + 6} {FILAS * paso - SEPARACION + 6}",
        role="group",
        aria_label=titulo,
    )
    return Mapa(
        dibujo=dibujo,
        leyenda=_leyenda(teselas, cortes, decimales),
        unidad=" ".join(parte for parte in (palabra, "de" if palabra and simbolo else "", simbolo) if parte),
    )


def cortes_de(valores: Sequence[Fraction], decimales: int) -> tuple[Fraction, ...]:
    """Los bordes redondos de hasta cinco clases de igual amplitud que contienen ``valores``; vacío si no hay ninguno.

    Cada clase incluye su borde inferior; la última, además, el superior.
    """
    if not valores:
        return ()
    menor, mayor = min(valores), max(valores)
    fino = Fraction(1, 10**decimales)
    paso = max(paso_redondo((mayor - menor) / CLASES), fino) if mayor > menor else fino
    while True:
        inferior, superior = menor // paso * paso, -(-mayor // paso) * paso
        cuantas = max(int((superior - inferior) / paso), 1)
        if cuantas <= CLASES:
            return tuple(inferior + n * paso for n in range(cuantas + 1))
        paso = paso_redondo(paso * Fraction(3, 2))


def clase_de(valor: Fraction, cortes: Sequence[Fraction]) -> int:
    """Qué color, de 1 (el menor) a 5 (el mayor), le toca a ``valor``; con menos clases se usan los extremos."""
    cuantas = len(cortes) - 1
    cual = sum(valor >= corte for corte in cortes[1:-1])
    return 3 if cuantas == 1 else 1 + round(Fraction(cual * (CLASES - 1), cuantas - 1))


def _escritura(valores: Sequence[Fraction], decimales: int) -> tuple[int, str]:
    """Entre cuánto se dividen los números para que quepan, y cómo se llama eso."""
    for divisor, palabra in ((1, ""), (1000, "miles")):
        if all(len(escribir_numero(v / divisor, decimales if divisor == 1 else 0)) <= CARACTERES for v in valores):
            return divisor, palabra
    return 1_000_000, "millones"


def _cuadrado(tesela: Tesela, cortes: Sequence[Fraction], divisor: int, decimales: int) -> Svg:
    lugar = tesela.departamento
    x, y = lugar.columna * (LADO + SEPARACION), lugar.fila * (LADO + SEPARACION)
    placa: tuple[Svg, ...] = ()
    if tesela.valor is None:
        clase = "reservada" if tesela.reservada else "vacia"
        valor = "R" if tesela.reservada else "–"
        fondo = elemento("rect", class_="mapa-rayas", x=x, y=y, width=LADO, height=LADO, fill="url(#trama-del-mapa)")
        # Detrás de lo escrito no hay trama: se lee igual que en los demás.
        placa = (fondo, elemento("rect", class_="mapa-placa", x=x + 9, y=y + 5, width=30, height=38))
    else:
        exacto = Fraction(tesela.valor)
        clase, valor = f"m{clase_de(exacto, cortes)}", escribir_numero(exacto / divisor, decimales)
    return elemento(
        "a",
        elemento("title", tesela.etiqueta),
        elemento("rect", class_="mapa-fondo", x=x, y=y, width=LADO, height=LADO),
        *placa,
        elemento("text", lugar.sigla, class_="mapa-sigla", x=x + LADO / 2, y=y + 18, text_anchor="middle"),
        elemento(
            "text",
            valor,
            class_="mapa-valor mapa-largo" if len(valor) > 5 else "mapa-valor",
            x=x + LADO / 2,
            y=y + 36,
            text_anchor="middle",
        ),
        href=f"#{tesela.ancla}",
        class_=f"mapa-lugar {clase}",
        aria_label=tesela.etiqueta,
    )


def _leyenda(teselas: Sequence[Tesela], cortes: Sequence[Fraction], decimales: int) -> tuple[Escalon, ...]:
    def escrito(n: Fraction) -> str:
        return escribir_numero(n, decimales)

    tramos = list(pairwise(cortes))
    leyenda = [
        Escalon(
            f"m{clase_de(desde, cortes)}",
            f"{escrito(desde)} a {escrito(hasta)}"
            if (desde, hasta) == tramos[-1]
            else f"{escrito(desde)} a menos de {escrito(hasta)}",
        )
        for desde, hasta in tramos
    ]
    sin_valor = [tesela for tesela in teselas if tesela.valor is None]
    if any(tesela.reservada for tesela in sin_valor):
        leyenda.append(Escalon("reservada", "R: reservado"))
    if any(not tesela.reservada for tesela in sin_valor):
        leyenda.append(Escalon("vacia", "– : sin dato"))
    return tuple(leyenda)
