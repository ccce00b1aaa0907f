"""El libro que se escribe sobre la marcha: lo que Excel admite y lo que no, sus límites y su memoria."""

import io
import tracemalloc
from collections.abc import Iterable

import pytest
from openpyxl import load_workbook

from indicadores.api import hoja_xlsx
from indicadores.api.formatos import escribir_csv
from indicadores.api.hoja_xlsx import Hoja, como_era, libro

HOSTILES = [
    "campana \x07",
    "nulo \x00",
    "_x0041_ literal",
    "retorno \r\n",
    "<&>\"'",
    "=1+1",
    " espacios ",
    "😀",
    "\ufffe",
]


def armar(*hojas: Hoja) -> bytes:
    return b"".join(libro(hojas))


def leer(bruto: bytes) -> dict[str, list[tuple[object, ...]]]:
    abierto = load_workbook(io.BytesIO(bruto))
    return {hoja.title: list(hoja.iter_rows(values_only=True)) for hoja in abierto.worksheets}


def test_lo_que_xml_no_admite_vuelve_como_era() -> None:
    filas = leer(armar(Hoja("una", ["texto"], [[texto] for texto in HOSTILES])))["una"]
    assert [como_era(str(texto)) for (texto,) in filas[1:]] == HOSTILES


def test_cada_celda_tiene_su_tipo() -> None:
    fila = [1, -0.5, 99999999999.9999, True, None, "texto"]
    assert leer(armar(Hoja("una", list("abcdef"), [fila])))["una"][1] == tuple(fila)


def test_lo_que_no_cabe_sigue_en_otra_hoja(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hoja_xlsx, "FILAS_MAXIMAS", 2)
    hojas = leer(armar(Hoja("datos", ["n"], [[n] for n in range(5)]), Hoja("diccionario", ["x"], [["y"]])))
    assert {nombre: [fila[0] for fila in filas] for nombre, filas in hojas.items()} == {
        "datos": ["n", 0, 1],
        "datos 2": ["n", 2, 3],
        "datos 3": ["n", 4],
        "diccionario": ["x", "y"],
    }


def test_un_texto_desmesurado_se_corta_donde_excel_lo_cortaria() -> None:
    [_, (texto,)] = leer(armar(Hoja("una", ["t"], [["a" * 40_000]])))["una"]
    assert len(str(texto)) == 32_767


def test_las_mismas_filas_dan_los_mismos_bytes() -> None:
    assert armar(Hoja("una", ["t"], [["x"]])) == armar(Hoja("una", ["t"], [["x"]]))


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_la_memoria_no_crece_con_las_filas(formato: str) -> None:
    """Treinta mil filas de unos cien bytes: tres megabytes que nunca están juntos."""

    def filas() -> Iterable[list[str | int | None]]:
        return (["OP.01-I2", n, "x" * 80, None] for n in range(30_000))

    tracemalloc.start()
    try:
        titulos = ["a", "b", "c", "d"]
        trozos = escribir_csv(titulos, filas()) if formato == "csv" else libro([Hoja("una", titulos, filas())])
        escrito = sum(map(len, trozos))
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert escrito > (2_500_000 if formato == "csv" else 50_000)
    assert pico < 1_500_000
