"""De un libro o un CSV a filas de mediciones, una por una; lo que no se puede leer es un error con su celda."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter

from indicadores.intercambio import csv_texto, xlsx
from indicadores.intercambio.columnas import COLUMNAS, DE_ADORNO, EDITABLES, parece_cabecera, reconocer
from indicadores.intercambio.seguro import sin_comilla
from indicadores.intercambio.tipos import ArchivoIlegible, Crudo, ErrorDeCelda, Fila

FILAS_ANTES_DE_LA_CABECERA = 30
#: Una «Base» más larga no la escribió esta página.
CIFRAS_DE_BASE = 40
#: El nombre en la fila de cada columna que no se llama igual.
_EN_LA_FILA = {"indicador": "indicador_codigo"}
_TEXTOS = frozenset({"indicador", "periodo", "ambito", "sexo", "caracter", "situacion", "motivo_ausencia"}) | {
    "texto_ausencia",
    "fuente",
    "notas",
}
_OMISIONES = {"ambito": "PE", "sexo": "T", "caracter": "oficial", "situacion": "definitiva"}


@dataclass(frozen=True, slots=True)
class Celdas(Mapping[str, str]):
    """La dirección de cada campo de una fila, sin guardar una por una."""

    letras: Mapping[str, str]
    numero: int

    def __getitem__(self, campo: str) -> str:
        return f"{self.letras[campo]}{self.numero}"

    def __iter__(self) -> Iterator[str]:
        return iter(self.letras)

    def __len__(self) -> int:
        return len(self.letras)


def es_xlsx(archivo: BinaryIO) -> bool:
    """Por su contenido, no por su nombre."""
    archivo.seek(0)
    comienzo = archivo.read(8)
    if comienzo.startswith(b"\xd0\xcf\x11\xe0"):
        raise ArchivoIlegible("Es un libro de Excel antiguo o con contraseña. Guárdelo como .xlsx o como CSV UTF-8.")
    return comienzo.startswith(b"PK\x03\x04")


def leer(archivo: BinaryIO, opciones: Mapping[str, Any]) -> Iterator[Fila | ErrorDeCelda]:
    """Las filas de la hoja de mediciones; una fila en blanco o un comentario (#) no dicen nada."""
    if not es_xlsx(archivo):
        yield from _leer_filas("CSV", csv_texto.filas(archivo, maximo=xlsx.FILAS_MAXIMAS))
        return
    libro = xlsx.abrir(archivo)
    try:
        hojas = sorted(libro.worksheets, key=lambda hoja: hoja.title != "Mediciones")
        visibles = [hoja for hoja in hojas if hoja.sheet_state == "visible"]
        for hoja in visibles:
            primeras = [fila for _, fila in zip(range(FILAS_ANTES_DE_LA_CABECERA), xlsx.filas(hoja), strict=False)]
            if any(parece_cabecera([_texto(celda) for celda in fila]) for _, fila in primeras):
                yield from _leer_filas(hoja.title, xlsx.filas(hoja))
                return
    finally:
        libro.close()
    raise ArchivoIlegible(
        "Ninguna hoja del libro tiene las columnas «Indicador» y «Periodo». Use la hoja que se baja de esta página."
    )


def _leer_filas(hoja: str, filas: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Fila | ErrorDeCelda]:
    donde: dict[str, int] = {}
    for numero, fila in filas:
        if parece_cabecera([_texto(celda) for celda in fila]):
            donde, faltas = reconocer([_texto(celda) for celda in fila])
            if faltas:
                for falta in faltas:
                    yield ErrorDeCelda(hoja, f"A{numero}", "", falta)
                return
            break
        if numero > FILAS_ANTES_DE_LA_CABECERA:
            break
    if not donde:
        raise ArchivoIlegible(
            "No se encuentra la fila de títulos con «Indicador» y «Periodo» entre las primeras del archivo."
        )
    letras = {campo: get_column_letter(indice + 1) for campo, indice in donde.items()}
    ausentes = frozenset(campo for campo in EDITABLES if campo not in donde)
    utiles = [(campo, indice) for campo, indice in donde.items() if campo not in DE_ADORNO]
    for numero, fila in filas:
        ancho = len(fila)
        crudas: dict[str, Any] = {campo: fila[indice] for campo, indice in utiles if indice < ancho}
        if all(celda is None or celda == "" for celda in crudas.values()):
            continue
        if _texto(fila[0]).startswith("#"):
            continue
        celdas = Celdas(letras, numero)
        if formulas := [campo for campo, dato in crudas.items() if isinstance(dato, str) and dato[:1] == "="]:
            for campo in formulas:
                yield ErrorDeCelda(
                    hoja, celdas[campo], crudas[campo], "La celda lleva una fórmula. Copie y pegue solo su valor."
                )
            continue
        yield _fila(hoja, numero, crudas, celdas, ausentes)


def _fila(hoja: str, numero: int, crudas: dict[str, Any], celdas: Celdas, ausentes: frozenset[str]) -> Fila:
    base, testigo = _leer_base(_texto(crudas.pop("base", None)))
    datos: dict[str, Any] = {}
    for campo, dato in crudas.items():
        limpio = _texto(dato) if campo in _TEXTOS else _crudo(dato)
        datos[_EN_LA_FILA.get(campo, campo)] = limpio or _OMISIONES.get(campo, "") if campo in _TEXTOS else limpio
    datos.setdefault("ambito", "PE")
    return Fila(
        hoja=hoja,
        numero=numero,
        version_base=base,
        testigo_base=testigo,
        celdas=celdas,
        ausentes=ausentes,
        **datos,
    )


def _leer_base(texto: str) -> tuple[int | None, int | None]:
    """«123.4» es la medición 123 con testigo 4; «0», ninguna; lo demás (o nada), no se sabe."""
    if texto == "0":
        return 0, None
    clave, _, testigo = texto.replace("v", "").partition("/")
    if not (clave.isdecimal() and testigo.isdecimal() and len(texto) < CIFRAS_DE_BASE):
        return None, None
    return int(clave), int(testigo)


def escribir_base(clave: int, testigo: int) -> str:
    """Lo que :func:`_leer_base` lee; con «/» y «v» ninguna hoja de cálculo lo toma por un número o una fecha."""
    return f"v{clave}/{testigo}"


def _texto(dato: Any) -> str:
    if dato is None:
        return ""
    if isinstance(dato, float) and dato.is_integer():
        return str(int(dato))
    return sin_comilla(str(dato).strip())


def _crudo(dato: Any) -> Crudo:
    return sin_comilla(dato.strip()) if isinstance(dato, str) else dato


TITULOS = tuple(columna.titulo for columna in COLUMNAS)
