"""Lo que el reporte toma del relato que una persona escribió del año. Puro.

Las cifras del reporte salen de los datos, que las dicen primero; del relato se toma el contexto. Se omiten, enteras,
las oraciones que solo repiten esas cifras y las que citan una cifra o un hecho que al corte no se conocía. Una oración
que explica («gracias a…», «porque…»), o de la que depende la siguiente, se conserva.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from indicadores.formato import MESES
from penitenciaria.informe.cotejo import citas, cotejar
from penitenciaria.informe.hechos import Cifra

_FIN_DE_ORACION = re.compile(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ«¿¡(])")
_ABREVIATURA = re.compile(
    r"(?:(?<![^\W\d_])[A-Z]\.|\b(?:Exp|Art|art|Núm|núm|Nro|nro|Inc|Dr|Dra|Sr|Sra|pág|cap|num)\.)$"
)
_EXPLICA = re.compile(
    r"\b(?:porque|pues|ya que|debido|gracias|por lo que|a causa|a raíz|dado que|puesto que|como resultado|lo que|"
    r"determinad[oa]s?)\b",
    re.IGNORECASE,
)
_DEPENDE = re.compile(
    r"^(?:[^\W\d_]+ ){0,2}(?:ningun[oa]|amb[oa]s|est[aeo]s?|est[ao]|es[aeo]s?|dich[oa]s?|sus?|tal(?:es)?|ello|"
    r"l[oa]s (?:dos|tres|mism[oa]s)|el mismo|la misma|aquel(?:la|los|las)?)\b",
    re.IGNORECASE,
)
_DE_CIFRAS = re.compile(r"\b(?:líneas? base|logros? esperados?)\b", re.IGNORECASE)
_MES_Y_ANIO = re.compile(rf"\b({'|'.join(MESES)}|septiembre) (?:de|del) ((?:19|20)[0-9]{{2}})\b", re.IGNORECASE)
_NORMA = re.compile(r"\b[0-9]{1,5}-((?:19|20)[0-9]{2})-[A-Z]")
#: Un año citado como fecha; «al 2030» nombra el horizonte, no un hecho.
_ANIO = re.compile(r"(?<!\bal )\b(?:19|20)[0-9]{2}\b(?![.,/-]?[0-9])")


@dataclass(frozen=True, slots=True)
class Contexto:
    """El relato sin lo que sobra, y las oraciones omitidas: las repetidas y las que no corresponden al corte."""

    texto: str
    repetidas: tuple[str, ...]
    ajenas: tuple[str, ...]


def de_su_tiempo(texto: str, anio: int) -> str:
    """El texto, o nada si menciona un año posterior al del reporte."""
    return "" if any(int(citado) > anio for citado in _ANIO.findall(texto)) else texto


def es_posterior(texto: str, corte: date) -> bool:
    """Si menciona un mes que no había terminado al corte o una norma numerada en un año posterior."""
    for mes, anio in _MES_Y_ANIO.findall(texto):
        numero = 9 if mes.lower() == "septiembre" else MESES.index(mes.lower()) + 1
        if (int(anio), numero) > (corte.year, corte.month):
            return True
    return any(int(anio) > corte.year for anio in _NORMA.findall(texto))


def oraciones(texto: str) -> list[str]:
    """El texto partido en oraciones; «D.S. N° 4» y «Exp. N° 5» no las cierran."""
    lista: list[str] = []
    for trozo in _FIN_DE_ORACION.split(texto.strip()):
        if lista and _ABREVIATURA.search(lista[-1]):
            lista[-1] += f" {trozo}"
        elif trozo:
            lista.append(trozo)
    return lista


def contexto(texto: str, cifras: Iterable[Cifra], corte: date) -> Contexto:
    """Lo que se conserva de un relato frente a las cifras que su sección ya dice."""
    lista, datos = oraciones(texto), tuple(cifras)
    clases = [_clase(oracion, i, datos, corte) for i, oracion in enumerate(lista)]
    for i in range(len(lista) - 1, 0, -1):
        if _DEPENDE.search(lista[i]) and clases[i] == "contexto" and clases[i - 1] == "repetida":
            clases[i - 1] = "contexto"
    for i in range(1, len(lista)):
        if clases[i - 1] == "ajena" and _DEPENDE.search(lista[i]):
            clases[i] = "ajena"
    return Contexto(*(_con(clase, lista, clases) for clase in ("contexto", "repetida", "ajena")))  # type: ignore[arg-type]


def _con(clase: str, lista: Sequence[str], clases: Sequence[str]) -> str | tuple[str, ...]:
    elegidas = tuple(oracion for oracion, suya in zip(lista, clases, strict=True) if suya == clase)
    return " ".join(elegidas) if clase == "contexto" else elegidas


def _clase(oracion: str, lugar: int, cifras: Sequence[Cifra], corte: date) -> str:
    if es_posterior(oracion, corte) or cotejar(oracion, cifras):
        return "ajena"
    es_de_cifras = bool(citas(oracion, cifras)) or (lugar > 0 and bool(_DE_CIFRAS.search(oracion)))
    return "repetida" if es_de_cifras and not _EXPLICA.search(oracion) else "contexto"
