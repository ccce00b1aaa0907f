"""Las cifras que cita un párrafo escrito por una persona, comparadas con los datos. Puro.

No son cifras los años, las fechas, los plazos y edades, los ordinales, los códigos («OP.01-I2», «COVID-19») ni los
números de normas, expedientes, artículos, tablas o figuras.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicadores.formato import MESES, NumeroInvalido, escribir_periodo, escribir_valor, leer_decimal, redondear
from penitenciaria.informe.cifras import PUNTOS
from penitenciaria.informe.hechos import Cifra, Que

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


@dataclass(frozen=True, slots=True)
class Diferencia:
    """Una cita que no está en los datos y el dato más parecido (None si no hay ninguno de su clase)."""

    cita: Cita
    dato: Cifra | None

    @property
    def frase(self) -> str:
        """«el texto dice 37 %, el dato es 35 % (OP.01-I2, marzo de 2021)»."""
        if self.dato is None or self.dato.valor is None:
            return f"el texto dice {self.cita.texto} y no hay ningún dato con qué compararlo"
        return f"el texto dice {self.cita.texto}, el dato es {_escribir(self.dato)}"


def cotejar(texto: str, informe_cifras: Iterable[Cifra]) -> tuple[Diferencia, ...]:
    """Las cifras de ``texto`` que no están en ``informe_cifras``, en el orden en que se leen.

    Las cifras deben ser las que pueden citarse en esa sección (véase ``cifras.del_objetivo``).
    """
    datos = [cifra for cifra in informe_cifras if cifra.valor is not None]
    unidades = _unidades(datos)
    return tuple(
        Diferencia(cita, _mas_parecido(cita, datos))
        for cita in citas(texto, datos)
        if not any(_es(cita, dato, unidades) for dato in datos)
    )


def citas(texto: str, informe_cifras: Iterable[Cifra] = ()) -> tuple[Cita, ...]:
    """Todas las cifras que cita un texto; de ``informe_cifras`` se toman los nombres de unidades («tres centros»)."""
    unidades = _unidades(informe_cifras)
    limpio = _NO_SON_CIFRAS.sub(lambda hallado: " " * len(hallado[0]), texto)
    halladas = [*_en_cifras(limpio, unidades), *_en_palabras(limpio, unidades)]
    return tuple(cita for _, cita in sorted(halladas, key=lambda par: par[0]))


def _unidades(cifras: Iterable[Cifra]) -> set[str]:
    return {cifra.unidad for cifra in cifras if cifra.que is not Que.CUENTA}


def _en_cifras(texto: str, unidades: set[str]) -> Iterator[tuple[int, Cita]]:
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


def _en_palabras(texto: str, unidades: set[str]) -> Iterator[tuple[int, Cita]]:
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


def _clase(unidad: str) -> str:
    return unidad if unidad in ("%", PUNTOS) else "cantidad"


def _es(cita: Cita, dato: Cifra, unidades: set[str]) -> bool:
    """Si la cita es ese dato: la misma clase de unidad y el mismo número, exacto o como se muestra.

    Una diferencia se cita sin signo. El nombre puede variar («38 beneficiarios», «38 personas»), salvo que sea el de la
    unidad de otro dato; y una cuenta («13 indicadores») solo se cita por su nombre.
    """
    assert dato.valor is not None
    if _clase(cita.unidad) != _clase(dato.unidad) or dato.que is Que.UMBRAL:
        return False
    if dato.que is Que.CUENTA:
        return cita.unidad == dato.unidad.split()[0] and cita.valor == dato.valor
    if cita.unidad in unidades and cita.unidad != dato.unidad:
        return False
    valor, esperado = cita.valor, dato.valor
    if dato.que in (Que.CAMBIO, Que.BRECHA):
        valor, esperado = abs(valor), abs(esperado)
    return valor in (esperado, redondear(esperado, dato.decimales))


def _mas_parecido(cita: Cita, datos: Sequence[Cifra]) -> Cifra | None:
    """El de igual número aunque se haya confundido «%» con puntos porcentuales; si no, el más cercano de su clase."""
    confundidos = [dato for dato in datos if {_clase(cita.unidad), dato.unidad} == {"%", PUNTOS}]
    for dato in confundidos:
        if dato.valor is not None and abs(dato.valor) == abs(cita.valor):
            return dato
    de_su_clase = [dato for dato in datos if _clase(dato.unidad) == _clase(cita.unidad)]
    misma_unidad = [dato for dato in de_su_clase if dato.unidad == cita.unidad]
    medidos = [dato for dato in misma_unidad or de_su_clase if dato.que not in (Que.CUENTA, Que.UMBRAL)]
    return min(medidos or de_su_clase, key=lambda dato: abs((dato.valor or 0) - cita.valor), default=None)


def _escribir(dato: Cifra) -> str:
    assert dato.valor is not None
    donde = [dato.codigo] if dato.codigo else []
    if dato.periodo and "/" not in dato.periodo and dato.que is not Que.UMBRAL:
        donde.append(escribir_periodo(dato.periodo))
    valor = abs(dato.valor) if dato.que in (Que.CAMBIO, Que.BRECHA) else dato.valor
    escrito = escribir_valor(valor, dato.unidad, dato.decimales)
    return f"{escrito} ({', '.join(donde)})" if donde else escrito
