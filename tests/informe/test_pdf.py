"""El reporte en PDF: que diga todo, que no ejecute nada y que sea siempre el mismo."""

import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from penitenciaria.informe.documento import Columna, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo
from penitenciaria.informe.pdf import escribir_pdf
from tests.informe.test_figuras import DIBUJO

RAIZ = Path(__file__).resolve().parents[2]
HOSTILES = (
    '#read("/etc/passwd")',
    "$x^2$ *b* _u_ `c` <ancla> @cita",
    '\\ #import "@preview/x:1.0": * // y /* z */',
    "\"comillas\" 'simples' {llaves} [corchetes] ~ -- ---",
    "= No es título",
    "Ñandú, pingüino, «ω», 1 ≤ 2, − 3 ≥, …",
    "{{ 7*7 }} <script>alert(1)</script> &amp;",
)
ANCHA = Tabla(
    2,
    "Matriz de seguimiento",
    tuple(Columna(f"Columna {n}", 1 + n % 3, n % 2 == 1) for n in range(12)),
    tuple(tuple(f"celda {fila}-{n}" for n in range(12)) for fila in range(30)),
    apaisada=True,
)
DOCUMENTO = Documento(
    titulo="Reporte de cumplimiento 2021",
    subtitulo="Política Nacional Penitenciaria al 2030",
    encabezado=(("Ministerio rector", "MINJUSDH"), ("Código oficial", "")),
    bloques=(
        Titulo(1, "Avance del cumplimiento", "avance", "1"),
        Titulo(3, "Resultado general", "general", "1.1"),
        Parrafo("De 13 indicadores, 6 se han medido alguna vez.", "entrada"),
        Parrafo("Lo escribió una persona.\n\nEn dos párrafos.", propio=True),
        Parrafo("Nota menuda.", "nota"),
        Lista(HOSTILES),
        Lista(("primero", "segundo"), numerada=True),
        Tabla(
            1,
            "Valores",
            (Columna("Indicador", 4), Columna("Valor", 1, numerica=True), Columna("Dirección", 1)),
            (
                ("OP.01-I2", "1.234.567.890.123.456,78 %", "https://www.gob.pe/" + "institucion_" * 12),
                ("", "0", "x" * 200),
                *((hostil, "−3,5 puntos", "–") for hostil in HOSTILES),
                *((f"Fila {n}", f"{n} %", "–") for n in range(60)),
            ),
            notas=("Los valores con «a» son parciales.",),
        ),
        Figura(1, "Personas sin sentencia", DIBUJO, "El valor bajó de 37 % a 35 %.", "Fuente: INPE."),
        Datos((("Fórmula", HOSTILES[1]), ("Numerador", ""))),
        Titulo(1, "Anexo A. Matriz", "anexo-a"),
        Parrafo("Con esta presentación."),
        ANCHA,
        Titulo(1, "Anexo B. Fuentes", "anexo-b"),
        Parrafo("INPE, Informe Estadístico."),
    ),
    pie="Corte: 30 de junio de 2021",
)
EMITIDO = replace(
    DOCUMENTO,
    constancia=("Reporte N.º 1, emitido el 15 de julio de 2021", "Huella: " + "ab12" * 16),
    direccion="https://portal.example/reporte/2021/verificar/",
)


def lector(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def pelado(texto: str) -> str:
    """Sin espacios, guiones ni ligaduras: al partir un renglón nada más cambia."""
    return re.sub(r"[\s\u200b\u00ad-]|\u2010", "", unicodedata.normalize("NFKC", texto))


def texto_de(pdf: bytes) -> str:
    return pelado("".join(pagina.extract_text() for pagina in lector(pdf).pages))


def textos(documento: Documento) -> Iterator[str]:
    yield from (documento.titulo, documento.subtitulo, documento.pie, *documento.constancia)
    for par in documento.encabezado:
        yield from par
    for bloque in documento.bloques:
        match bloque:
            case Titulo():
                yield f"{bloque.numero} {bloque.texto}"
            case Parrafo():
                yield from bloque.texto.split("\n")
            case Lista():
                yield from bloque.elementos
            case Tabla():
                yield f"Tabla {bloque.numero}. {bloque.titulo}"
                yield from (columna.rotulo for columna in bloque.columnas)
                for fila in bloque.filas:
                    yield from fila
                yield from bloque.notas
            case Figura():
                yield from (f"Figura {bloque.numero}. {bloque.titulo}", bloque.pie, "35 %")
            case Datos():
                for rotulo, texto in bloque.pares:
                    yield from (rotulo, texto or "por definir")


@pytest.fixture(scope="module")
def borrador() -> bytes:
    return escribir_pdf(DOCUMENTO)


@pytest.fixture(scope="module")
def emitido() -> bytes:
    return escribir_pdf(EMITIDO, fecha=date(2021, 7, 15))


def test_dice_todo_lo_del_documento_al_pie_de_la_letra(borrador: bytes) -> None:
    extraido = texto_de(borrador)

    faltan = [texto for texto in textos(DOCUMENTO) if pelado(texto) not in extraido]
    # Entre una palabra de doscientas letras y su continuación puede quedar la celda vecina.
    assert [texto for texto in faltan if len(texto) < 60] == []
    assert extraido.count("x") >= 200
    assert "root:" not in extraido


def test_el_borrador_se_dice_en_cada_pagina(borrador: bytes, emitido: bytes) -> None:
    assert all("borrador" in pagina.extract_text().casefold() for pagina in lector(borrador).pages)
    assert "borrador" not in texto_de(emitido).casefold()


def test_el_emitido_lleva_su_constancia_y_su_direccion(emitido: bytes) -> None:
    portada = lector(emitido).pages[0]

    assert pelado(EMITIDO.constancia[1]) in pelado(portada.extract_text())
    [enlace] = [nota.get_object()["/A"]["/URI"] for nota in portada["/Annots"]]  # type: ignore[attr-defined]
    assert enlace == EMITIDO.direccion
    assert "QR" in _alternativas(emitido)


def test_una_direccion_que_no_es_de_la_red_no_se_enlaza() -> None:
    pdf = escribir_pdf(replace(EMITIDO, bloques=(), direccion="javascript:alert(1)"))

    assert "/Annots" not in lector(pdf).pages[0]


def test_esta_etiquetado_con_idioma_titulo_y_normas(emitido: bytes, borrador: bytes) -> None:
    raiz = lector(emitido).trailer["/Root"]

    assert raiz["/Lang"] == "es-PE"
    assert raiz["/MarkInfo"]["/Marked"] is True or raiz["/MarkInfo"]["/Marked"].value is True
    assert raiz["/ViewerPreferences"]["/DisplayDocTitle"]
    assert lector(emitido).metadata.title == DOCUMENTO.titulo  # type: ignore[union-attr]
    ficha = raiz["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part[>=\"]+1", ficha)
    assert re.search(r"pdfaid:part[>=\"]+2", ficha)
    assert "El valor bajó de 37 % a 35 %." in _alternativas(emitido)
    assert b"CreationDate" not in borrador


def _alternativas(pdf: bytes) -> str:
    """Los textos alternativos de todas las figuras."""
    halladas: list[str] = []

    def bajar(nodo: object) -> None:
        nodo = nodo.get_object() if hasattr(nodo, "get_object") else nodo
        if isinstance(nodo, list):
            for uno in nodo:
                bajar(uno)
        elif isinstance(nodo, dict):
            if "/Alt" in nodo:
                halladas.append(str(nodo["/Alt"]))
            if "/K" in nodo:
                bajar(nodo["/K"])

    bajar(lector(pdf).trailer["/Root"]["/StructTreeRoot"])
    return " ".join(halladas)


def test_los_marcadores_son_los_titulos(borrador: bytes) -> None:
    def aplanar(marcadores: list[object]) -> Iterator[str]:
        for uno in marcadores:
            if isinstance(uno, list):
                yield from aplanar(uno)
            else:
                assert isinstance(uno, Destination)
                yield str(uno.title)

    marcadores = [pelado(titulo) for titulo in aplanar(lector(borrador).outline)]
    titulos = [pelado(f"{uno.numero}{uno.texto}") for uno in DOCUMENTO.bloques if isinstance(uno, Titulo)]
    assert [titulo for titulo in marcadores if titulo != "Contenido"] == titulos


def test_la_tabla_apaisada_va_con_su_titulo_y_sin_hojas_en_blanco(borrador: bytes) -> None:
    paginas = lector(borrador).pages
    apaisadas = [n for n, pagina in enumerate(paginas) if pagina.mediabox.width > pagina.mediabox.height]

    assert apaisadas == list(range(apaisadas[0], apaisadas[-1] + 1))
    assert "Anexo A" in paginas[apaisadas[0]].extract_text()
    assert all("Columna0" in pelado(paginas[n].extract_text()) for n in apaisadas)
    assert "Anexo B" in paginas[apaisadas[-1] + 1].extract_text()
    assert all(len(pagina.extract_text()) > 110 for pagina in paginas)


def test_cada_pagina_dice_su_numero_y_de_cuantas(borrador: bytes) -> None:
    paginas = lector(borrador).pages

    for n, pagina in enumerate(paginas, start=1):
        assert f"página {n} de {len(paginas)}" in pagina.extract_text()


def test_un_documento_vacio_tambien_se_escribe() -> None:
    pdf = escribir_pdf(Documento("Título", "", (), (), ""))

    assert len(lector(pdf).pages) == 1


@pytest.mark.parametrize(
    "raro", ["emoji 😀", "漢字", "\ue000", "nulo \0 y \x07", "suelto \ud800", "\u202eal revés", "a\u0301"]
)
def test_un_signo_sin_letra_no_impide_el_reporte(raro: str) -> None:
    pdf = escribir_pdf(replace(DOCUMENTO, bloques=(Parrafo(raro), Parrafo("después"))), fecha=date(2021, 7, 15))

    assert "después" in texto_de(pdf)
    assert lector(pdf).trailer["/Root"]["/StructTreeRoot"]


GUION = """
import hashlib, sys
from datetime import date
from tests.informe.test_pdf import DIBUJO, EMITIDO
from penitenciaria.informe.figuras import png
from penitenciaria.informe.pdf import escribir_pdf
print(hashlib.sha256(escribir_pdf(EMITIDO, fecha=date(2021, 7, 15))).hexdigest())
print(hashlib.sha256(escribir_pdf(EMITIDO)).hexdigest())
print(hashlib.sha256(png(DIBUJO, 800)).hexdigest())
"""


def test_los_mismos_bytes_en_cualquier_proceso() -> None:
    entornos = (
        {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
        {"TZ": "America/Lima", "PYTHONHASHSEED": "4242", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"},
    )
    salidas = [
        subprocess.run(
            [sys.executable, "-c", GUION],
            cwd=RAIZ,
            env=os.environ | entorno,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for entorno in entornos
    ]
    assert salidas[0] == salidas[1]
    assert len(set(salidas[0].split())) == 3


def test_los_mismos_bytes_en_varios_hilos(borrador: bytes) -> None:
    with ThreadPoolExecutor(4) as hilos:
        assert set(hilos.map(escribir_pdf, [DOCUMENTO] * 8)) == {borrador}
