"""La forma de una hoja de estadísticas del INPE: qué filas son comentarios, cuáles la cabecera y cuáles los datos.

Una matriz tiene un lugar por fila (establecimientos u oficinas regionales), una cantidad de personas por columna
(situación jurídica × sexo), quizá una fila de total y líneas de comentario que empiezan con «#». La cabecera puede
ocupar varias filas con celdas combinadas. Aquí se propone; quien sube el archivo decide.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from indicadores.formato import NumeroInvalido, leer_decimal, sin_acentos
from indicadores.nombres import es_total

#: Lo que puede traer una celda: texto de un CSV o lo que da openpyxl.
Celda = str | int | float | bool | Decimal | date | datetime | None

FILAS_MAXIMAS = 5000
#: Una menos que las que lee ``xlsx``: así se nota la que sobra.
COLUMNAS_MAXIMAS = 99
_GUIONES = frozenset("-–—−")
_DE_HOMBRES = frozenset({"h", "hombre", "hombres", "masculino", "masculinos", "varon", "varones"})
_DE_MUJERES = frozenset({"m", "mujer", "mujeres", "femenino", "femeninas", "femenina"})


class ConteoInvalido(ValueError):
    """La celda no dice un número entero de personas; el mensaje dice qué se esperaba."""


@dataclass(frozen=True, slots=True)
class Tabla:
    """Las celdas de una hoja tal como vinieron; ``filas[0]`` es la fila 1 y ``filas[0][0]``, su columna A."""

    hoja: str
    filas: tuple[tuple[Celda, ...], ...]

    def celda(self, fila: int, columna: int) -> Celda:
        """La celda de esa fila y columna, contadas desde 1; None donde no hay nada."""
        if not 1 <= fila <= len(self.filas) or not 1 <= columna <= len(self.filas[fila - 1]):
            return None
        return self.filas[fila - 1][columna - 1]


@dataclass(frozen=True, slots=True)
class Columna:
    """Una columna hallada: su número y letra, el rótulo de la cabecera, lo que muestra y de qué sexo parece."""

    numero: int
    titulo: str
    muestra: tuple[str, ...]
    sexo: str
    es_numerica: bool

    @property
    def letra(self) -> str:
        return letra_de(self.numero)


@dataclass(frozen=True, slots=True)
class Examen:
    """Lo que se halló en una hoja; ``cabecera`` es el número de su última fila de rótulos (0: no hay)."""

    cabecera: int
    columnas: tuple[Columna, ...]
    datos: tuple[int, ...]
    comentarios: tuple[str, ...]
    columna_de_nombres: int
    fila_total: int | None


def letra_de(columna: int) -> str:
    """«A» para la 1, «AA» para la 27."""
    letras = ""
    while columna:
        columna, resto = divmod(columna - 1, 26)
        letras = chr(ord("A") + resto) + letras
    return letras


def direccion(fila: int, columna: int) -> str:
    """«F12»: cómo se nombra la celda en cualquier hoja de cálculo."""
    return f"{letra_de(columna)}{fila}"


def escrito(celda: Celda) -> str:
    """La celda como texto, sin espacios sobrantes; vacío si no hay nada."""
    if celda is None:
        return ""
    if isinstance(celda, float) and celda.is_integer():
        return str(int(celda))
    return " ".join(str(celda).split())


def leer_conteo(celda: Celda, *, guion_es_cero: bool) -> int:
    """Las personas que dice la celda: «1.234», «1 234», 1234 o 1234.0 son lo mismo; vacío es un error, nunca cero.

    Levanta :class:`ConteoInvalido`.
    """
    if isinstance(celda, bool | date):
        raise ConteoInvalido("Se esperaba un número entero de personas.")
    texto = escrito(celda)
    if not texto:
        raise ConteoInvalido("La celda está vacía. Escriba el número; si no hay nadie, 0.")
    if texto.startswith("="):
        raise ConteoInvalido("Hay una fórmula. Copie la hoja y péguela como «solo valores»: aquí se leen números.")
    if texto in _GUIONES:
        if guion_es_cero:
            return 0
        raise ConteoInvalido("Hay un guion. Escriba 0 si no hay nadie, o marque que el guion quiere decir cero.")
    if isinstance(celda, int | float | Decimal):
        if not isfinite(celda) or celda != int(celda):
            raise ConteoInvalido("Tiene decimales y se cuentan personas: se esperaba un número entero.")
        conteo = int(celda)
    else:
        try:
            conteo = int(leer_decimal(texto, entero=True))
        except NumeroInvalido as error:
            raise ConteoInvalido(str(error)) from error
    if not 0 <= conteo <= 10**11:
        raise ConteoInvalido("Se esperaba un número de personas: un entero que no sea negativo.")
    return conteo


def es_comentario(fila: Sequence[Celda]) -> bool:
    """Si la primera celda escrita de la fila empieza con «#»."""
    primera = next((texto for celda in fila if (texto := escrito(celda))), "")
    return primera.startswith("#")


def examinar(tabla: Tabla, *, cabecera: int | None = None, nombres: int | None = None) -> Examen:
    """Propone la última fila de la cabecera y la columna de los nombres, si no se dan, y la fila de total."""
    ultima = _ultima_de_cabecera(tabla) if cabecera is None else cabecera
    primeras = _filas_de_cabecera(tabla, ultima)
    ancho = min(max((len(fila) for fila in tabla.filas), default=0), COLUMNAS_MAXIMAS)
    titulos = _titulos(tabla, primeras, ancho)
    datos = tuple(
        numero
        for numero, fila in enumerate(tabla.filas, start=1)
        if numero > ultima and not es_comentario(fila) and sum(bool(escrito(celda)) for celda in fila) >= 2
    )
    columnas = tuple(
        columna
        for numero in range(1, ancho + 1)
        if (columna := _columna(tabla, numero, titulos[numero - 1], datos)) is not None
    )
    if nombres is None:
        de_texto = [columna for columna in columnas if not columna.es_numerica]
        de_lugares = [columna for columna in de_texto if _parece_de_lugares(columna.titulo)]
        nombres = next((columna.numero for columna in (*de_lugares, *de_texto)), 1)
    total = next((n for n in reversed(datos) if es_total(escrito(tabla.celda(n, nombres)))), None)
    sueltas = [
        " ".join(filter(None, map(escrito, fila)))
        for numero, fila in enumerate(tabla.filas, start=1)
        if numero not in primeras and numero not in datos
    ]
    return Examen(ultima, columnas, datos, tuple(filter(None, sueltas)), nombres, total)


def filas_sin_leer(tabla: Tabla, examen: Examen) -> tuple[int, ...]:
    """Las filas escritas bajo la cabecera que no son datos ni comentarios: rótulos de grupo y notas al pie."""
    return tuple(
        numero
        for numero, fila in enumerate(tabla.filas, start=1)
        if numero > examen.cabecera
        and numero not in examen.datos
        and not es_comentario(fila)
        and any(escrito(celda) for celda in fila)
    )


def _es_numero(celda: Celda) -> bool:
    try:
        leer_conteo(celda, guion_es_cero=True)
    except ConteoInvalido:
        return False
    return True


def _ultima_de_cabecera(tabla: Tabla) -> int:
    """La fila anterior a la primera de datos: la que tiene un rótulo y, tras él, sobre todo números."""
    for numero, fila in enumerate(tabla.filas, start=1):
        if es_comentario(fila):
            continue
        escritas = [celda for celda in fila if escrito(celda)]
        numeros = sum(map(_es_numero, escritas))
        if len(escritas) >= 2 and numeros < len(escritas) and 2 * numeros >= len(escritas):
            return numero - 1
    return 0


def _filas_de_cabecera(tabla: Tabla, ultima: int) -> list[int]:
    """Las filas de rótulos, de arriba abajo: las seguidas con dos o más celdas escritas que terminan en ``ultima``."""
    primeras: list[int] = []
    for numero in range(min(ultima, len(tabla.filas)), 0, -1):
        fila = tabla.filas[numero - 1]
        if es_comentario(fila) or (primeras and sum(bool(escrito(celda)) for celda in fila) < 2):
            break
        primeras.insert(0, numero)
    return primeras


def _titulos(tabla: Tabla, filas: list[int], ancho: int) -> list[str]:
    """El rótulo de cada columna; el de una celda combinada vale para las vacías que la siguen."""
    partes: list[list[str]] = [[] for _ in range(ancho)]
    fronteras: set[int] = set()
    for numero in filas:
        textos = [escrito(tabla.celda(numero, columna)) for columna in range(1, ancho + 1)]
        nuevas = {i for i, texto in enumerate(textos) if texto}
        arrastre = ""
        for i, texto in enumerate(textos):
            if texto or i in fronteras:
                arrastre = texto
            if parte := texto or (arrastre if numero != filas[-1] else ""):
                partes[i].append(parte)
        fronteras |= nuevas
    return [" · ".join(dict.fromkeys(parte)) for parte in partes]


def _columna(tabla: Tabla, numero: int, titulo: str, datos: tuple[int, ...]) -> Columna | None:
    """La columna con una muestra de sus datos; None si no tiene ni rótulo ni datos."""
    valores = [celda for fila in datos if escrito(celda := tabla.celda(fila, numero))]
    if not titulo and not valores:
        return None
    numeros = sum(map(_es_numero, valores))
    return Columna(
        numero=numero,
        titulo=titulo or f"Columna {letra_de(numero)}",
        muestra=tuple(escrito(valor)[:40] for valor in valores[:3]),
        sexo=sexo_de(titulo),
        es_numerica=bool(valores) and 2 * numeros > len(valores),
    )


def sexo_de(titulo: str) -> str:
    """``H``, ``M`` o ``T`` según el rótulo: «sin_sentencia_h» es de hombres."""
    palabras = set(re.split(r"[\W_]+", sin_acentos(titulo)))
    hombres, mujeres = bool(palabras & _DE_HOMBRES), bool(palabras & _DE_MUJERES)
    return "T" if hombres == mujeres else "H" if hombres else "M"


def _parece_de_lugares(titulo: str) -> bool:
    return re.search(r"establec|penal|nombre|oficina|region|ambito|lugar|\be\.?p\b", sin_acentos(titulo)) is not None
