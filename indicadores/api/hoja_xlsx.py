"""Escribe un libro .xlsx a medida que llegan sus filas: la memoria que usa no depende de cuántas sean. Puro.

Las celdas llevan su tipo. Un texto se escribe como texto (``inlineStr``), y así ninguna hoja de cálculo lo toma por
una fórmula, empiece como empiece. Los números se escriben con las mismas cifras que en JSON y CSV.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape
from zipfile import ZipFile

from indicadores.intercambio.zip_en_flujo import TROZO, Salida, parte_fija

Celda = str | int | float | Decimal | bool | None

#: Lo que cabe en una hoja de Excel, sin el encabezado.
FILAS_MAXIMAS = 1_048_575
#: Una parte de zip sin la extensión de 64 bits no pasa de 4 GiB; se parte mucho antes.
BYTES_MAXIMOS = 1_900_000_000
#: Lo que cabe en una celda.
TEXTO_MAXIMO = 32_767
#: Los caracteres que XML no admite, y lo que ya parece uno escrito: Excel los escribe como «_x0007_».
_ILEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCRITO = re.compile(r"_x([0-9A-Fa-f]{4})_")

_PRINCIPAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DE_RELACIONES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ESTILOS = (
    f'{_XML}<styleSheet xmlns="{_PRINCIPAL}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Hoja:
    """Una hoja por escribir: su nombre (hasta 31 letras), su encabezado y sus filas."""

    nombre: str
    encabezado: Sequence[str]
    filas: Iterable[Sequence[Celda]]


def libro(hojas: Iterable[Hoja]) -> Iterator[bytes]:
    """Los bytes del libro, por trozos. Lo que no cabe en una hoja sigue en otra («mediciones 2»)."""
    salida = Salida()
    nombres: list[str] = []
    with ZipFile(salida, "w") as archivo:
        for hoja in hojas:
            filas = iter(hoja.filas)
            sigue, cual = True, 1
            while sigue:
                nombres.append(hoja.nombre if cual == 1 else f"{hoja.nombre} {cual}")
                sigue = yield from _escribir_hoja(archivo, salida, len(nombres), hoja.encabezado, filas)
                cual += 1
        for nombre, texto in _partes_fijas(nombres):
            archivo.writestr(parte_fija(nombre), texto)
    yield salida.llevar()


def _escribir_hoja(
    archivo: ZipFile, salida: Salida, numero: int, encabezado: Sequence[str], filas: Iterator[Sequence[Celda]]
) -> Generator[bytes, None, bool]:
    """Escribe una hoja hasta que se acaban las filas o el sitio; devuelve si quedaron filas."""
    quedan = False
    with archivo.open(parte_fija(f"xl/worksheets/sheet{numero}.xml"), "w") as parte:
        parte.write(
            f'{_XML}<worksheet xmlns="{_PRINCIPAL}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            "<sheetData>".encode()
        )
        parte.write(("<row>" + "".join(_texto(titulo, 1) for titulo in encabezado) + "</row>").encode())
        bytes_escritos = 0
        for escritas, fila in enumerate(filas, 1):
            bytes_escritos += parte.write(_fila(fila))
            if salida.pendiente >= TROZO:
                yield salida.llevar()
            if escritas == FILAS_MAXIMAS or bytes_escritos >= BYTES_MAXIMOS:
                quedan = True
                break
        parte.write(b"</sheetData></worksheet>")
    return quedan


def _fila(fila: Sequence[Celda]) -> bytes:
    return ("<row>" + "".join(map(_celda, fila)) + "</row>").encode()


def _celda(valor: Celda) -> str:
    if valor is None:
        return "<c/>"
    if isinstance(valor, bool):
        return f'<c t="b"><v>{int(valor)}</v></c>'
    if isinstance(valor, int | float | Decimal):
        return f"<c><v>{valor}</v></c>"
    return _texto(valor)


def _texto(texto: str, estilo: int = 0) -> str:
    limpio = escape(_ILEGIBLE.sub(lambda caso: f"_x{ord(caso[0]):04X}_", texto[:TEXTO_MAXIMO]))
    return f'<c t="inlineStr" s="{estilo}"><is><t xml:space="preserve">{limpio}</t></is></c>'


def como_era(texto: str) -> str:
    """Lo contrario de lo que se hizo con los caracteres que XML no admite."""
    return _ESCRITO.sub(lambda caso: chr(int(caso[1], 16)), texto)


def _partes_fijas(nombres: Sequence[str]) -> Iterator[tuple[str, str]]:
    numeros = range(1, len(nombres) + 1)
    tipo = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        (
            f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{tipo}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{tipo}.styles+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{tipo}.worksheet+xml"/>'
                for n in numeros
            )
            + "</Types>"
        ),
    )
    yield "_rels/.rels", _relaciones([("rId1", "officeDocument", "xl/workbook.xml")])
    yield (
        "xl/workbook.xml",
        (
            f'{_XML}<workbook xmlns="{_PRINCIPAL}" xmlns:r="{_DE_RELACIONES}"><sheets>'
            + "".join(
                f'<sheet name="{escape(nombre)}" sheetId="{n}" r:id="rId{n}"/>'
                for n, nombre in zip(numeros, nombres, strict=True)
            )
            + "</sheets></workbook>"
        ),
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        _relaciones(
            [
                *((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numeros),
                (f"rId{len(nombres) + 1}", "styles", "styles.xml"),
            ]
        ),
    )
    yield "xl/styles.xml", _ESTILOS


def _relaciones(pares: Sequence[tuple[str, str, str]]) -> str:
    return (
        f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="{clave}" Type="{_DE_RELACIONES}/{clase}" Target="{destino}"/>'
            for clave, clase, destino in pares
        )
        + "</Relationships>"
    )
