"""Las cifras que cita un texto escrito por una persona, leídas sin saber qué datos hay. Puro.

No son cifras los años, las fechas, los plazos y edades, los ordinales, los códigos («OP.01-I2», «COVID-19») ni los
números de normas, expedientes, artículos, tablas o figuras.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from indicadores.formato import MESES, NumeroInvalido, leer_decimal

PUNTOS = "puntos porcentuales"
_MES = rf"(?:{'|'.join(MESES)}|septiembre)"
_REFERENCIA = (
    r"(?:N[°º]|N\.[°ºo]|núm\.|nro\.|leyes|ley|decretos?|resolución|exp\.|expedientes?|artículos?|arts?\.|numerales|"
    r"numeral|inciso|literal|anexos?|tablas?|figuras?|sección|secciones|notas?|páginas?|pág\.|capítulos?|objetivos?|OP)"
)
#: Lo que no puede seguir a «7» en «artículos 3, 5 y 7»: un símbolo o un nombre harían de él una cifra.
_SUELTO = r"(?!\s*(?:%|(?!(?:del?|y|e|o|u)\b)[^\W\d_]))"
_NO_SON_CIFRAS = re.compile(
    "|".join(
        (
            rf"\b[0-9]{{1,2}}\s+(?:de|del)\s+{_MES}(?:\s+(?:de|del)\s+[0-9]{{4}})?",
            rf"\b{_MES}\s+(?:de|del)\s+[0-9]{{4}}",
            r"\b[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2,4}\b",
            r"\b[0-9]{4}-(?:[0-9]{2}|[SQ][1-4])(?:-[0-9]{2})?\b",
            r"\b[0-9]{1,2}:[0-9]{2}\b",
            r"\b[A-ZÁÉÍÓÚÑ]{2,}[.\-–][0-9][\w.\-]*",
            r"\b[0-9]+[-/][0-9]{4}(?:[-/][\w/.-]+)?",
            r"\b[0-9]+(?:-[0-9]+)*[-/][A-Z][\w/-]*",
            rf"\b{_REFERENCIA}\s*[0-9][\w./-]*(?:(?:\s*,\s*|\s+[yeo]\s+)[0-9]+\b{_SUELTO})*",
            r"\b[0-9]+\s?\.?[°ºª]",
            r"\b[0-9]+\.?(?:er|era|ra|ro|do|da|to|ta|mo|ma|vo|va|no|na)\b",
        )
    ),
    re.IGNORECASE,
)
_NUMERO = re.compile(
    r"(?<![\w.,/])(?P<signo>[-−]?)(?P<numero>[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)?)(?![\w]|[.,][0-9])"
    r"\s*(?P<unidad>%|por\s+ciento|puntos?\s+porcentual(?:es)?|pp\b|[^\W\d_]+)?"
)
_ANIO = re.compile(r"(?:19|20)[0-9]{2}")
_MILLARES = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_ENLACES = frozenset(
    [
        "a",
        "al",
        "ante",
        "aunque",
        "cada",
        "como",
        "con",
        "contra",
        "cuando",
        "de",
        "del",
        "desde",
        "donde",
        "e",
        "el",
        "en",
        "entre",
        "es",
        "fue",
        "ha",
        "han",
        "hasta",
        "la",
        "las",
        "le",
        "lo",
        "los",
        "mientras",
        "más",
        "menos",
        "ni",
        "no",
        "o",
        "para",
        "pero",
        "por",
        "que",
        "se",
        "según",
        "sin",
        "sino",
        "sobre",
        "son",
        "su",
        "sus",
        "tras",
        "u",
        "un",
        "una",
        "y",
        "ya",
    ]
)
_PLAZOS = re.compile(r"(?:años?|mes|meses|días?|semanas?|horas?|minutos?|semestres?|trimestres?|décadas?|siglos?)")
_PALABRAS = {
    palabra: n
    for n, palabra in enumerate(
        [
            "dos",
            "tres",
            "cuatro",
            "cinco",
            "seis",
            "siete",
            "ocho",
            "nueve",
            "diez",
            "once",
            "doce",
            "trece",
            "catorce",
            "quince",
            "dieciséis",
            "diecisiete",
            "dieciocho",
            "diecinueve",
            "veinte",
        ],
        start=2,
    )
}


@dataclass(frozen=True, slots=True)
class Cita:
    """Una cifra tal como está en un texto. ``unidad`` es «%», «puntos porcentuales», un nombre o nada."""

    texto: str
    valor: Decimal
    unidad: str


def citas(texto: str, unidades: Collection[str] = ()) -> tuple[Cita, ...]:
    """Las cifras que cita un texto, en su orden; ``unidades`` son los nombres que se reconocen («tres centros»)."""
    limpio = _NO_SON_CIFRAS.sub(lambda hallado: " " * len(hallado[0]), texto)
    halladas = [*_en_cifras(limpio, unidades), *_en_palabras(limpio, unidades)]
    return tuple(cita for _, cita in sorted(halladas, key=lambda par: par[0]))


def _en_cifras(texto: str, unidades: Collection[str]) -> Iterator[tuple[int, Cita]]:
    for hallado in _NUMERO.finditer(texto):
        numero, unidad = hallado["numero"], _unidad(hallado["unidad"] or "")
        if _ANIO.fullmatch(numero) and unidad not in ("%", PUNTOS) and unidad not in unidades:
            continue
        if _PLAZOS.fullmatch(unidad) and unidad not in unidades:
            continue
        try:
            valor = leer_decimal(numero, entero=_MILLARES.fullmatch(numero) is not None)
        except NumeroInvalido:
            continue
        if unidad in _ENLACES:
            unidad = ""
        escrito = " ".join((hallado[0] if unidad else hallado["signo"] + numero).split())
        yield hallado.start(), Cita(escrito, -valor if hallado["signo"] else valor, unidad)


def _en_palabras(texto: str, unidades: Collection[str]) -> Iterator[tuple[int, Cita]]:
    """«dos puntos porcentuales», «tres establecimientos»: solo ante una unidad de los datos."""
    nombres = "|".join(re.escape(unidad) for unidad in sorted(unidades) if unidad.isalpha())
    unidad = rf"puntos?\s+porcentual(?:es)?|por\s+ciento{'|' + nombres if nombres else ''}"
    for hallado in re.finditer(rf"\b({'|'.join(_PALABRAS)})\s+({unidad})(?!\w)", texto, re.IGNORECASE):
        valor = Decimal(_PALABRAS[hallado[1].lower()])
        yield hallado.start(), Cita(" ".join(hallado[0].split()), valor, _unidad(hallado[2]))


def _unidad(escrita: str) -> str:
    junta = " ".join(escrita.lower().split())
    if junta == "por ciento":
        return "%"
    return PUNTOS if junta == "pp" or junta.startswith("punto") else junta


def clase_de_unidad(unidad: str) -> str:
    """Lo que se puede comparar con lo mismo: porcentajes, puntos porcentuales o cantidades."""
    return unidad if unidad in ("%", PUNTOS) else "cantidad"
