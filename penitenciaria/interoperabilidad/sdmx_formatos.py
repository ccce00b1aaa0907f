"""En qué formato se responde: lo que se ofrece, cómo se llama en ``format=`` y qué elige la cabecera ``Accept``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indicadores.api.parametros import ParametroInvalido, citar
from indicadores.formato import enumerar


@dataclass(frozen=True, slots=True)
class Formato:
    """Un formato. ``nombre`` va en ``format=``; ``versiones``, lo que puede decir ``version`` en ``Accept``.

    ``genericos`` son los tipos sin versión que también lo piden.
    """

    nombre: str
    tipo: str
    version: str
    versiones: tuple[str, ...]
    genericos: tuple[str, ...] = ()

    @property
    def completo(self) -> str:
        """El tipo con su versión, como va en ``Content-Type``."""
        return f"{self.tipo};version={self.version}"


GENERICO = Formato(
    "genericdata",
    "application/vnd.sdmx.genericdata+xml",
    "2.1",
    ("2.1", "2.1.0"),
    ("application/xml", "text/xml"),
)
ESPECIFICO = Formato("structurespecificdata", "application/vnd.sdmx.structurespecificdata+xml", "2.1", ("2.1", "2.1.0"))
JSON_BORRADOR = Formato(
    "jsondata", "application/vnd.sdmx.data+json", "1.0.0-wd", ("1.0.0-wd",), ("application/json", "text/json")
)
JSON_OFICIAL = Formato("jsondata1", "application/vnd.sdmx.data+json", "1.0.0", ("1.0.0", "1.0"))
CSV_1 = Formato("csvdata", "application/vnd.sdmx.data+csv", "1.0.0", ("1.0.0", "1.0"), ("text/csv",))
CSV_2 = Formato("csvdata2", "application/vnd.sdmx.data+csv", "2.0.0", ("2.0.0", "2.0"))
#: El primero es el que se da a quien no pide ninguno.
DE_DATOS = (GENERICO, ESPECIFICO, JSON_BORRADOR, JSON_OFICIAL, CSV_1, CSV_2)

ESTRUCTURA_ML = Formato(
    "structure",
    "application/vnd.sdmx.structure+xml",
    "2.1",
    ("2.1", "2.1.0"),
    ("application/xml", "text/xml"),
)
ESTRUCTURA_JSON = Formato(
    "json",
    "application/vnd.sdmx.structure+json",
    "1.0.0",
    ("1.0.0", "1.0", "1.0.0-wd"),
    ("application/json", "text/json"),
)
DE_ESTRUCTURA = (ESTRUCTURA_ML, ESTRUCTURA_JSON)


@dataclass(frozen=True, slots=True)
class _Aceptado:
    """Una entrada de ``Accept``: el tipo, su versión si la dice y cuánto se prefiere (0 es «no»)."""

    tipo: str
    version: str | None
    calidad: float

    def admite(self, formato: Formato) -> int:
        """Con qué precisión lo nombra: 4 con su versión, 3 por su tipo, 2 por uno genérico, 1 por ``*/*``; 0, no."""
        if self.tipo == formato.tipo:
            return 3 if self.version is None else 4 * (self.version in formato.versiones)
        if self.tipo in formato.genericos:
            return 2
        return int(self.tipo in ("*/*", f"{formato.tipo.partition('/')[0]}/*"))


def por_nombre(nombre: str, formatos: Sequence[Formato]) -> Formato:
    """El que dice ``format=``; levanta :class:`ParametroInvalido`."""
    for formato in formatos:
        if formato.nombre == nombre:
            return formato
    raise ParametroInvalido(
        "format",
        f"El formato {citar(nombre)} no se ofrece aquí; se admite "
        f"{enumerar([formato.nombre for formato in formatos], 'o')}.",
    )


def por_accept(cabecera: str, formatos: Sequence[Formato]) -> Formato | None:
    """El preferido de la cabecera ``Accept``, o None si no admite ninguno; sin cabecera, el primero.

    Un mismo formato lo juzga la entrada que con más precisión lo nombra; entre iguales, gana el orden de ``formatos``.
    """
    aceptados = list(_leer(cabecera)) or [_Aceptado("*/*", None, 1)]
    mejor: tuple[tuple[float, int], Formato] | None = None
    for formato in formatos:
        precision, calidad = max((uno.admite(formato), uno.calidad) for uno in aceptados)
        if precision and calidad and (mejor is None or (calidad, precision) > mejor[0]):
            mejor = ((calidad, precision), formato)
    return None if mejor is None else mejor[1]


def _leer(cabecera: str) -> Iterator[_Aceptado]:
    for entrada in cabecera.split(","):
        tipo, *resto = (parte.strip() for parte in entrada.split(";"))
        if not tipo:
            continue
        parametros: Mapping[str, str] = {
            nombre.strip().lower(): valor.strip().strip('"') for nombre, _, valor in (p.partition("=") for p in resto)
        }
        yield _Aceptado(tipo.lower(), parametros.get("version"), _calidad(parametros.get("q", "1")))


def _calidad(texto: str) -> float:
    """Entre 0 y 1; lo que no se entiende vale 1."""
    try:
        return min(max(float(texto), 0.0), 1.0)
    except ValueError:
        return 1.0
