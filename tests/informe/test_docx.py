"""El reporte en Word, leído de vuelta: nada se pierde, todo tiene su estilo y los bytes no dependen de la máquina."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.table import Table

from penitenciaria.informe.documento import Bloque, Columna, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo
from penitenciaria.informe.docx import escribir_docx, paginas_apaisadas
from penitenciaria.informe.docx_piezas import repartir
from penitenciaria.informe.ooxml import AUTOR

DIRECCION = "https://portal.example/verificar/abc123"
CONSTANCIA = ("Reporte N.º 2021-01, emitido el 15 de julio de 2021.", f"Verifique en {DIRECCION}.")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 240">'
    '<path d="M20 200 L300 60 L600 120" fill="none" stroke="#16191d"/><text x="20" y="220">2020</text></svg>'
)
HOSTIL = '<w:p>&amp; "comillas" \x00\x0b\ud800 =cmd|’/c calc’!A1'
HOSTIL_LEIDO = '<w:p>&amp; "comillas" \ufffd\ufffd\ufffd =cmd|’/c calc’!A1'
INDICADORES = Tabla(
    1,
    "Indicadores del objetivo",
    (Columna("Indicador", 4), Columna("Valor", 1, numerica=True)),
    (("Privados de libertad sin sentencia", "35 %"), ("Metros cuadrados por interno", ""), (HOSTIL, "1")),
    notas=("Fuente: INPE.", "n. d.: no disponible."),
)
MATRIZ = Tabla(
    2,
    "Matriz de seguimiento",
    tuple(Columna(f"Columna {numero}") for numero in range(10)),
    tuple(tuple(f"{fila}-{columna}" for columna in range(10)) for fila in range(30)),
    apaisada=True,
)
BLOQUES: tuple[Bloque, ...] = (
    Titulo(1, "Avance del cumplimiento", "avance", "1"),
    Titulo(2, "Resultado general", "general", "1.1"),
    Parrafo("De 13 indicadores, 6 se han medido.", "entrada"),
    Parrafo("El valor bajó de 37 % a 35 %; véase https://www.gob.pe/inpe."),
    Parrafo("Lo escribió la entidad.", propio=True),
    Lista(("Uno", "Dos & tres")),
    Lista(("Primero", "Segundo"), numerada=True),
    Lista(("Otro primero",), numerada=True),
    Titulo(3, "Detalle", "detalle"),
    INDICADORES,
    Figura(1, "Sin sentencia", SVG, "Baja de 37 % a 35 %.", "Fuente: INPE, marzo de 2021."),
    Titulo(1, "Matriz", "anexo-a", "Anexo A"),
    Parrafo("Las columnas son las de CEPLAN.", "nota"),
    MATRIZ,
    Titulo(1, "Fichas", "anexo-b", "Anexo B"),
    Datos((("Código oficial", "I.01"), ("Justificación", ""))),
    Parrafo(HOSTIL, "nota"),
)
DOCUMENTO = Documento(
    "Reporte de cumplimiento 2021",
    "Política Nacional Penitenciaria al 2030",
    (("Dispositivo legal", "D.S. 011-2020-JUS"), ("Corte", "30 de junio de 2021")),
    BLOQUES,
    "Política · Reporte de cumplimiento 2021 · Corte: 30 de junio de 2021",
)
EMITIDO = replace(DOCUMENTO, constancia=CONSTANCIA, direccion=DIRECCION)


def abrir(documento: Documento) -> Word:
    return docx.Document(BytesIO(escribir_docx(documento)))


@pytest.fixture(scope="module")
def word() -> Word:
    return abrir(DOCUMENTO)


@pytest.fixture(scope="module")
def emitido() -> Word:
    return abrir(EMITIDO)


def con_estilo(word: Word, estilo: str) -> list[str]:
    return [parrafo.text for parrafo in word.paragraphs if parrafo.style and parrafo.style.name == estilo]


def celdas(tabla: Table) -> list[tuple[str, ...]]:
    return [tuple(celda.text for celda in fila.cells) for fila in tabla.rows]


def titulada(word: Word, titulo: str) -> Table:
    """La tabla cuyo nombre, para un lector de pantalla, es ``titulo``."""
    nombres = [tabla._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for tabla in word.tables]
    return word.tables[nombres.index(titulo)]


def partes_xml(documento: Documento) -> dict[str, str]:
    with ZipFile(BytesIO(escribir_docx(documento))) as paquete:
        return {nombre: paquete.read(nombre).decode() for nombre in paquete.namelist() if nombre.endswith(".xml")}


# Lo escrito


def test_cada_parrafo_con_su_estilo(word: Word) -> None:
    assert con_estilo(word, "Borrador") == ["Borrador"]
    assert con_estilo(word, "Title") == [DOCUMENTO.titulo]
    assert con_estilo(word, "Subtitle") == [DOCUMENTO.subtitulo]
    assert con_estilo(word, "Entrada") == ["De 13 indicadores, 6 se han medido."]
    assert con_estilo(word, "Normal") == ["El valor bajó de 37 % a 35 %; véase https://www.gob.pe/inpe."]
    assert con_estilo(word, "Texto propio") == ["Lo escribió la entidad."]
    # Los dos vacíos: el que cierra la sección tras la matriz y el que separa la ficha de lo que sigue.
    notas = ["Fuente: INPE.", "n. d.: no disponible.", "Fuente: INPE, marzo de 2021."]
    assert con_estilo(word, "Nota") == [*notas, "Las columnas son las de CEPLAN.", "", "", HOSTIL_LEIDO]


def test_los_titulos_son_titulos_y_no_se_saltan_niveles(word: Word) -> None:
    assert con_estilo(word, "Heading 1") == ["1 Avance del cumplimiento", "Anexo A Matriz", "Anexo B Fichas"]
    assert con_estilo(word, "Heading 2") == ["1.1 Resultado general"]
    assert con_estilo(word, "Heading 3") == ["Detalle"]


def test_las_listas_son_listas_y_cada_numerada_empieza_en_uno(word: Word) -> None:
    assert con_estilo(word, "List Bullet") == ["Uno", "Dos & tres"]
    numeradas = [p for p in word.paragraphs if p.style and p.style.name == "List Number"]
    assert [p.text for p in numeradas] == ["Primero", "Segundo", "Otro primero"]
    claves = [p._p.pPr.numPr.numId.val for p in numeradas]
    assert claves[0] == claves[1] != claves[2]
    empiezan = word.part.numbering_part.element.xpath("//w:startOverride/@w:val")
    assert empiezan == ["1", "1"]


def test_las_tablas_estan_enteras(word: Word) -> None:
    tabla = titulada(word, INDICADORES.titulo)
    rotulos = tuple(columna.rotulo for columna in INDICADORES.columnas)
    assert celdas(tabla) == [rotulos, *INDICADORES.filas[:2], (HOSTIL_LEIDO, "1")]
    assert celdas(titulada(word, MATRIZ.titulo))[1:] == list(MATRIZ.filas)
    ficha = titulada(word, "Ficha")
    assert celdas(ficha) == [("Código oficial", "I.01"), ("Justificación", "Por definir")]
    assert celdas(titulada(word, DOCUMENTO.titulo)) == list(DOCUMENTO.encabezado)


def test_una_fila_que_no_calza_con_sus_columnas_es_un_error() -> None:
    coja = replace(INDICADORES, filas=(("Una sola celda",),))
    with pytest.raises(ValueError, match="zip"):
        escribir_docx(replace(DOCUMENTO, bloques=(coja,)))


def test_las_leyendas_son_campos_con_su_numero_ya_escrito(word: Word) -> None:
    assert con_estilo(word, "Caption") == [
        "Tabla 1. Indicadores del objetivo",
        "Figura 1. Sin sentencia",
        "Tabla 2. Matriz de seguimiento",
    ]
    campos = [orden.strip() for orden in word.element.xpath("//w:instrText/text()")]
    assert campos[1:] == [r"SEQ Tabla \* ARABIC", r"SEQ Figura \* ARABIC", r"SEQ Tabla \* ARABIC"]


def test_un_numero_que_no_sigue_reinicia_la_cuenta() -> None:
    word = abrir(replace(DOCUMENTO, bloques=(replace(INDICADORES, numero=7),)))
    assert con_estilo(word, "Caption") == ["Tabla 7. Indicadores del objetivo"]
    assert word.element.xpath("//w:instrText/text()") == [r" SEQ Tabla \* ARABIC \r 7 "]


def test_un_documento_sin_bloques_se_puede_abrir() -> None:
    assert con_estilo(abrir(replace(DOCUMENTO, bloques=())), "Title") == [DOCUMENTO.titulo]


def test_las_direcciones_son_enlaces(word: Word) -> None:
    enlaces = [enlace for parrafo in word.paragraphs for enlace in parrafo.hyperlinks if enlace.address]
    assert [(enlace.text, enlace.address) for enlace in enlaces] == [("https://www.gob.pe/inpe",) * 2]


# Accesible


def test_el_indice_se_ve_sin_actualizarlo_y_cada_entrada_lleva_a_su_titulo(word: Word) -> None:
    marcadores = set(word.element.xpath("//w:bookmarkStart/@w:name"))
    entradas = word.element.xpath("//w:sdt//w:hyperlink")
    textos = ["".join(entrada.xpath(".//w:t/text()")) for entrada in entradas]
    assert textos == [
        f"{bloque.numero} {bloque.texto}" for bloque in BLOQUES if isinstance(bloque, Titulo) and bloque.nivel <= 2
    ]
    for entrada in entradas:
        clave = entrada.get(qn("w:anchor"))
        assert clave in marcadores
        destino = word.element.xpath(f"//w:bookmarkStart[@w:name='{clave}']/parent::w:p//w:t/text()")
        assert "".join(destino) in textos
    assert word.element.xpath("//w:sdt//w:instrText/text()") == [r' TOC \o "1-2" \h \z \u ']


def test_nada_le_pide_a_word_que_actualice_al_abrir() -> None:
    for nombre, contenido in partes_xml(DOCUMENTO).items():
        assert "updateFields" not in contenido, nombre
        assert "w:dirty" not in contenido, nombre
        cuentas = {contenido.count(f'fldCharType="{tipo}"') for tipo in ("begin", "separate", "end")}
        assert len(cuentas) == 1, nombre


def test_las_tablas_dicen_cual_es_su_encabezado_y_sus_filas_no_se_parten(word: Word) -> None:
    for titulo in (INDICADORES.titulo, MATRIZ.titulo):
        tabla = titulada(word, titulo)
        assert [fila._tr.trPr.find(qn("w:tblHeader")) is not None for fila in tabla.rows] == [
            True,
            *[False] * (len(tabla.rows) - 1),
        ]
        assert all(fila._tr.trPr.find(qn("w:cantSplit")) is not None for fila in tabla.rows)
        assert tabla._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstRow")) == "1"


def test_los_numeros_van_a_la_derecha(word: Word) -> None:
    fila = titulada(word, INDICADORES.titulo).rows[1]
    assert [celda.paragraphs[0].style.name for celda in fila.cells] == ["Celda", "Celda numérica"]


def test_las_figuras_son_vectores_con_texto_alternativo(word: Word) -> None:
    (dibujo,) = word.element.xpath("//wp:inline")
    assert dibujo.docPr.get("descr") == "Baja de 37 % a 35 %."
    puntos = word.part.related_parts[dibujo.xpath(".//a:blip/@r:embed")[0]]
    vector = word.part.related_parts[dibujo.xpath(".//*[local-name()='svgBlip']/@r:embed")[0]]
    assert puntos.blob.startswith(b"\x89PNG")
    assert vector.content_type == "image/svg+xml"
    assert b"<path" in vector.blob


def test_el_documento_tiene_titulo_idioma_y_autor(word: Word) -> None:
    suyas = word.core_properties
    assert (suyas.title, suyas.subject, suyas.author) == (DOCUMENTO.titulo, DOCUMENTO.subtitulo, AUTOR)
    assert suyas.language == "es-PE"
    assert word.styles.element.xpath("//w:docDefaults//w:lang/@w:val") == ["es-PE"]


# Páginas


def test_la_tabla_ancha_y_su_titulo_van_en_hoja_apaisada(word: Word) -> None:
    orientaciones = [seccion.orientation for seccion in word.sections]
    assert orientaciones == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    cuales = [bloque for bloque, apaisado in zip(BLOQUES, paginas_apaisadas(BLOQUES), strict=True) if apaisado]
    assert cuales == list(BLOQUES[11:14])


def test_sin_titulo_delante_solo_gira_la_tabla_y_sus_notas() -> None:
    nota, parrafo = Parrafo("n", "nota"), Parrafo("p")
    assert paginas_apaisadas((parrafo, MATRIZ, nota, parrafo)) == (False, True, True, False)


def test_ninguna_columna_parte_sus_palabras_si_caben() -> None:
    assert repartir((1, 1, 2), (0, 0, 0), 400) == [100, 100, 200]
    assert repartir((1, 1, 2), (150, 0, 0), 400) == [150, 83, 166]
    assert sum(repartir((1, 1), (900, 300), 400)) == 400


def test_encabezado_y_pie_de_cada_seccion(word: Word, emitido: Word) -> None:
    for seccion in word.sections:
        assert seccion.header.paragraphs[0].text == f"{DOCUMENTO.pie}\tBorrador"
        assert seccion.footer.paragraphs[0].text == "\tpágina 1 de 1"
        campos = [orden.strip() for orden in seccion.footer._element.xpath(".//w:instrText/text()")]
        assert campos == ["PAGE", "NUMPAGES"]
    assert emitido.sections[1].header.paragraphs[0].text == DOCUMENTO.pie
    assert emitido.sections[1].footer.paragraphs[0].text == f"{DIRECCION}\tpágina 1 de 1"


def test_un_reporte_emitido_lleva_constancia_y_codigo_qr(emitido: Word) -> None:
    assert con_estilo(emitido, "Borrador") == []
    tabla = titulada(emitido, "Constancia de emisión")
    assert celdas(tabla) == [("", "\n".join(CONSTANCIA))]
    alternativas = emitido.element.xpath("//wp:docPr/@descr")
    assert alternativas[0] == f"Código QR que lleva a {DIRECCION}"
    assert [int(clave) for clave in emitido.element.xpath("//wp:docPr/@id")] == sorted(
        {int(clave) for clave in emitido.element.xpath("//wp:docPr/@id")}
    )


def test_la_constancia_sin_direccion_no_lleva_codigo() -> None:
    sin_direccion = abrir(replace(EMITIDO, direccion="", bloques=BLOQUES[:3]))
    assert con_estilo(sin_direccion, "Constancia") == ["", *CONSTANCIA]
    assert not sin_direccion.element.xpath("//wp:docPr")


def test_la_direccion_se_lee_aunque_la_constancia_no_la_diga() -> None:
    word = abrir(replace(EMITIDO, constancia=CONSTANCIA[:1], bloques=BLOQUES[:3]))
    assert celdas(titulada(word, "Constancia de emisión")) == [("", f"{CONSTANCIA[0]}\n{DIRECCION}")]


def test_lo_vacio_no_estorba() -> None:
    """Ni tablas sin filas, ni leyendas sin pie, ni una hoja de más."""
    sin_pie = Figura(1, "Sin pie", SVG, "Nada.", "")
    vacios: tuple[Bloque, ...] = (
        Datos(()),
        Titulo(1, "", "vacio"),
        Lista(()),
        sin_pie,
        replace(MATRIZ, numero=1),
        MATRIZ,
    )
    word = abrir(replace(DOCUMENTO, encabezado=(), bloques=vacios))
    assert [len(tabla.rows) for tabla in word.tables] == [31, 31]
    assert con_estilo(word, "Heading 1") == [""]
    assert [seccion.orientation for seccion in word.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]


# El archivo


@pytest.mark.parametrize(("zona", "semilla"), [("America/Lima", "1"), ("Asia/Tokyo", "77")])
def test_los_mismos_bytes_en_cualquier_maquina(zona: str, semilla: str) -> None:
    programa = "from tests.informe.test_docx import EMITIDO, resumen; print(resumen(EMITIDO))"
    entorno = {**os.environ, "TZ": zona, "PYTHONHASHSEED": semilla, "DJANGO_SETTINGS_MODULE": "penitenciaria.settings"}
    proceso = subprocess.run(
        [sys.executable, "-c", programa], env=entorno, capture_output=True, text=True, check=True, timeout=60
    )
    with ZipFile(BytesIO(escribir_docx(EMITIDO))) as paquete:
        assert {parte.date_time for parte in paquete.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert paquete.namelist()[0] == "[Content_Types].xml"
    assert proceso.stdout.strip() == resumen(EMITIDO)


def resumen(documento: Documento) -> str:
    return hashlib.sha256(escribir_docx(documento)).hexdigest()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice no está instalado")
def test_libreoffice_lo_abre_y_lo_imprime(tmp_path: Path) -> None:
    (tmp_path / "reporte.docx").write_bytes(escribir_docx(EMITIDO))
    perfil = f"-env:UserInstallation={(tmp_path / 'perfil').as_uri()}"
    subprocess.run(
        ["soffice", perfil, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "reporte.docx"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (tmp_path / "reporte.pdf").read_bytes().startswith(b"%PDF")
