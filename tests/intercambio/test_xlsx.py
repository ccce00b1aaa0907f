"""Los libros que llegan de fuera: se leen igual que con openpyxl, y los peligrosos no se leen."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from indicadores.intercambio import xlsx
from indicadores.intercambio.seguro import inocuo, sin_comilla
from indicadores.intercambio.tipos import ArchivoIlegible

RARAS: list[list[Any]] = [
    ["texto", "con <b> & ñ", 1, 2.5, -3, True, None, "  espacios  "],
    [None, None, "tras dos vacías", datetime(2021, 3, 4), 1e-7, 123456789012345],
    ["varias\nlíneas", "", 0, False],
    [None] * 30 + ["lejos"],
]


def libro(filas: list[list[Any]], *, por_filas: bool) -> BytesIO:
    hecho = Workbook(write_only=por_filas)
    hoja = hecho.create_sheet("Mediciones", 0)
    for fila in filas:
        hoja.append(fila)
    salida = BytesIO()
    hecho.save(salida)
    return salida


def recortada(fila: Any) -> tuple[Any, ...]:
    ultima = max((i + 1 for i, celda in enumerate(fila) if celda is not None), default=0)
    return tuple(fila[:ultima])


@pytest.mark.parametrize("por_filas", [True, False])
def test_lee_lo_mismo_que_openpyxl(por_filas: bool) -> None:
    archivo = libro(RARAS, por_filas=por_filas)
    leidas = {n: recortada(fila) for n, fila in xlsx.filas(xlsx.abrir(archivo).worksheets[0])}
    referencia = load_workbook(archivo).worksheets[0].iter_rows(values_only=True)
    esperadas = {n: recortada(fila) for n, fila in enumerate(referencia, start=1) if recortada(fila)}
    assert leidas == esperadas


@pytest.mark.parametrize("por_filas", [True, False])
def test_abrir_no_recorre_las_hojas(por_filas: bool) -> None:
    """Contar sus dimensiones exigiría leerlas enteras en la petición de quien sube el libro."""
    assert xlsx.abrir(libro(RARAS, por_filas=por_filas)).worksheets[0].max_row is None


def test_una_formula_llega_como_texto() -> None:
    (fila,) = dict(xlsx.filas(xlsx.abrir(libro([["=1+1", 2]], por_filas=False)).worksheets[0])).values()
    assert fila == ("=1+1", 2)


def test_demasiadas_filas() -> None:
    hoja = xlsx.abrir(libro([[1]] * 4, por_filas=True)).worksheets[0]
    with pytest.raises(ArchivoIlegible, match="pasa de 3 filas"):
        list(xlsx.filas(hoja, maximo=3))


def alterado(cambio: Callable[[ZipFile], None]) -> BytesIO:
    archivo = libro([["a"]], por_filas=False)
    with ZipFile(archivo, "a", ZIP_DEFLATED) as contenedor:
        cambio(contenedor)
    return archivo


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        (lambda z: z.writestr("xl/vbaProject.bin", b"x"), "macros"),
        (lambda z: z.writestr("xl/bomba.xml", b"0" * (60 * 1024 * 1024)), "desmesurado"),
        (lambda z: z.writestr("xl/raro.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "entidades"),
        (lambda z: [z.writestr(f"xl/p{i}.xml", b"<x/>") for i in range(600)], "demasiado grande"),
    ],
    ids=["macros", "bomba", "entidades", "partes"],
)
def test_lo_peligroso_no_se_lee(cambio: Any, dice: str) -> None:
    with pytest.raises(ArchivoIlegible, match=dice):
        xlsx.abrir(alterado(cambio))


@pytest.mark.parametrize("contenido", [b"", b"PK", b"PK\x03\x04", b"indicador;periodo"])
def test_lo_que_no_es_un_libro(contenido: bytes) -> None:
    with pytest.raises(ArchivoIlegible, match=r"\.xlsx"):
        xlsx.abrir(BytesIO(contenido))


@pytest.mark.parametrize(
    "texto",
    [
        *("=1", "+1", "-1", "@x", "\tx", "\rx", " =1", "'ya", "''=1", "'=1", "normal", ""),
        *("\n=1", "\xa0=1", "\u3000＝1", "＋1", "－1", "＠x", "\ufeff=1", "\u200b@x", "\x0b-1", "\x85=1"),
    ],
)
def test_lo_que_parece_formula_se_neutraliza_y_vuelve(texto: str) -> None:
    escrito = inocuo(texto)
    # Delante, quitado todo espacio y marca invisible, no hay un signo de fórmula, tampoco de ancho completo.
    visible = normalize("NFKC", escrito).lstrip("\u200b\u2060\ufeff \x0b\x0c\x85")
    assert not visible.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert sin_comilla(escrito) == texto
