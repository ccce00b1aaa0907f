"""Lo que python-docx no ofrece: campos, marcadores, enlaces, dibujos vectoriales y tablas accesibles."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO

from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from docx.text.parfmt import ParagraphFormat
from docx.text.run import Run

from penitenciaria.informe.ooxml import admisible

A4 = Mm(210), Mm(297)
MARGEN_LATERAL, MARGEN_SUPERIOR, MARGEN_INFERIOR = Mm(25), Mm(25), Mm(22)

#: Ancho medio de una letra de Arial en negrita, en cuerpos; y desde qué largo una palabra sí puede partirse.
ANCHO_DE_LETRA, PALABRA_MAS_LARGA = 0.57, 16

_DIRECCION = re.compile(r"https?://[^\s<>«»\"]*[^\s<>«»\".,;:)\]]")
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_EXTENSION_SVG = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def escribir(parrafo: Paragraph, texto: str) -> Paragraph:
    """Agrega ``texto`` tal cual; las direcciones web quedan como enlaces."""
    texto = admisible(texto)
    desde = 0
    for hallada in _DIRECCION.finditer(texto):
        if hallada.start() > desde:
            parrafo.add_run(texto[desde : hallada.start()])
        _enlazar(parrafo, hallada[0])
        desde = hallada.end()
    if desde < len(texto):
        parrafo.add_run(texto[desde:])
    return parrafo


def _enlazar(parrafo: Paragraph, direccion: str) -> None:
    enlace = OxmlElement("w:hyperlink")
    enlace.set(qn("r:id"), parrafo.part.relate_to(direccion, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    enlace.append(_run(direccion, estilo="Hyperlink"))
    parrafo._p.append(enlace)


def _run(texto: str, estilo: str = "") -> BaseOxmlElement:
    run = OxmlElement("w:r")
    if estilo:
        run.get_or_add_rPr().get_or_add_rStyle().val = estilo
    run.text = texto
    return run


def campo(contenedor: BaseOxmlElement, orden: str, resultado: Sequence[BaseOxmlElement]) -> None:
    """Agrega un campo de Word con su resultado ya escrito: se ve bien sin que nadie lo actualice."""

    def marca(tipo: str) -> BaseOxmlElement:
        run = OxmlElement("w:r")
        run.append(OxmlElement("w:fldChar", {qn("w:fldCharType"): tipo}))
        return run

    instruccion = OxmlElement("w:r")
    instruccion.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {orden} </w:instrText>'))
    for pieza in (marca("begin"), instruccion, marca("separate"), *resultado, marca("end")):
        contenedor.append(pieza)


def campo_de_texto(parrafo: Paragraph, orden: str, texto: str) -> None:
    campo(parrafo._p, orden, [_run(texto)])


def marcar(parrafo: Paragraph, clave: int, nombre: str) -> None:
    """Rodea lo ya escrito con un marcador, al que llevan el índice y los enlaces internos."""
    inicio = OxmlElement("w:bookmarkStart", {qn("w:id"): str(clave), qn("w:name"): nombre})
    primero = next((hijo for hijo in parrafo._p if hijo.tag != qn("w:pPr")), None)
    if primero is None:
        parrafo._p.append(inicio)
    else:
        primero.addprevious(inicio)
    parrafo._p.append(OxmlElement("w:bookmarkEnd", {qn("w:id"): str(clave)}))


def indice(titulo: str, entradas: Sequence[tuple[int, str, str]], niveles: int) -> BaseOxmlElement:
    """La tabla de contenido como la inserta Word, con sus entradas (nivel, texto, marcador) ya escritas.

    Las entradas no llevan número de página: solo quien compone la página lo sabe, y pedirle a Word que lo calcule al
    abrir muestra un aviso de seguridad. Al actualizar la tabla, Word los agrega.
    """
    bloque = parse_xml(
        f"""<w:sdt {nsdecls("w")}><w:sdtPr><w:id w:val="1"/><w:docPartObj>
        <w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr>
        <w:sdtContent/></w:sdt>"""
    )
    contenido = bloque[-1]
    contenido.append(_parrafo_suelto("TOCHeading", [_run(titulo)]))
    parrafos = [
        _parrafo_suelto(f"TOC{nivel}", [_enlace_interno(marcador, admisible(texto))])
        for nivel, texto, marcador in entradas
    ]
    trozos = OxmlElement("w:p")
    campo(trozos, rf'TOC \o "1-{niveles}" \h \z \u', [])
    inicio, final = list(trozos)[:3], list(trozos)[3:]
    parrafos = parrafos or [_parrafo_suelto("TOC1", [])]
    for pieza in reversed(inicio):
        parrafos[0].insert(1, pieza)
    for pieza in final:
        parrafos[-1].append(pieza)
    for parrafo in parrafos:
        contenido.append(parrafo)
    return bloque


def _parrafo_suelto(estilo: str, hijos: Sequence[BaseOxmlElement]) -> BaseOxmlElement:
    parrafo = OxmlElement("w:p")
    parrafo.get_or_add_pPr().style = estilo
    for hijo in hijos:
        parrafo.append(hijo)
    return parrafo


def _enlace_interno(marcador: str, texto: str) -> BaseOxmlElement:
    enlace = OxmlElement("w:hyperlink", {qn("w:anchor"): marcador, qn("w:history"): "1"})
    enlace.append(_run(texto))
    return enlace


def dibujar(run: Run, *, svg: bytes, png: bytes, ancho: Length, nombre: str, alternativa: str) -> None:
    """El dibujo como vector, con la imagen de puntos para los programas que no lo leen y su texto alternativo."""
    dibujo = run.add_picture(BytesIO(png), width=ancho)._inline
    dibujo.docPr.set("name", nombre)
    dibujo.docPr.set("descr", admisible(alternativa))
    paquete = run.part.package
    usados = sum(parte.partname.endswith(".svg") for parte in paquete.iter_parts())
    parte = Part(PackURI(f"/word/media/dibujo{usados + 1}.svg"), "image/svg+xml", svg, paquete)
    clave = run.part.relate_to(parte, RELATIONSHIP_TYPE.IMAGE)
    imagen = dibujo.graphic.graphicData.pic.blipFill.blip
    imagen.append(
        parse_xml(
            f'<a:extLst {nsdecls("a", "r")}><a:ext uri="{_EXTENSION_SVG}">'
            f'<asvg:svgBlip xmlns:asvg="{_SVG}" r:embed="{clave}"/></a:ext></a:extLst>'
        )
    )


def repartir(pesos: Sequence[int], minimos: Sequence[int], ancho: int) -> list[int]:
    """El ancho de cada columna según su peso, sin que ninguna baje de su mínimo mientras el total alcance."""
    if sum(minimos) >= ancho:
        pesos, minimos = minimos, [0] * len(minimos)
    justas: set[int] = set()
    while True:
        libre = ancho - sum(minimos[lugar] for lugar in justas)
        total = sum(peso for lugar, peso in enumerate(pesos) if lugar not in justas)
        anchos = [
            minimos[lugar] if lugar in justas else libre * peso // max(total, 1) for lugar, peso in enumerate(pesos)
        ]
        cortas = {lugar for lugar, suyo in enumerate(anchos) if suyo < minimos[lugar]}
        if not cortas - justas:
            return anchos
        justas |= cortas


def ancho_de_palabra(textos: Iterable[str], puntos: float) -> int:
    """Cuánto ocupa, a ojo, la palabra más larga con sus márgenes: para no partirla a mitad de una celda."""
    largas = max((len(palabra) for texto in textos for palabra in re.split(r"[ \n\t–/]", texto)), default=0)
    return int(Pt(min(largas, PALABRA_MAS_LARGA) * puntos * ANCHO_DE_LETRA) + Pt(9))


def medir_columnas(tabla: Table, anchos: Sequence[int]) -> None:
    """Pone anchos fijos, que Word y LibreOffice respetan igual."""
    tabla.autofit = False
    medida = tabla._tbl.tblPr.find(qn("w:tblW"))
    medida.attrib.update({qn("w:type"): "dxa", qn("w:w"): str(Length(sum(anchos)).twips)})
    for columna, suyo in zip(tabla._tbl.tblGrid.gridCol_lst, anchos, strict=True):
        columna.w = Length(suyo)
    for fila in tabla._tbl.tr_lst:
        for celda, suyo in zip(fila.tc_lst, anchos, strict=True):
            celda.width = Length(suyo)


def describir_tabla(tabla: Table, titulo: str, *, cabecera: bool, rotulos: bool) -> None:
    """Lo que un lector de pantalla dice de la tabla, y si su primera fila y su primera columna son encabezados."""
    propiedades = tabla._tbl.tblPr
    for vieja in propiedades.findall(qn("w:tblLook")):
        propiedades.remove(vieja)
    banderas = {"firstRow": cabecera, "lastRow": False, "firstColumn": rotulos, "lastColumn": False}
    atributos = {qn(f"w:{nombre}"): str(int(valor)) for nombre, valor in banderas.items()}
    suma = 0x0600 | (0x0020 if cabecera else 0) | (0x0080 if rotulos else 0)
    resto = {qn("w:noHBand"): "1", qn("w:noVBand"): "1", qn("w:val"): f"{suma:04X}"}
    propiedades.append(OxmlElement("w:tblLook", {**resto, **atributos}))
    propiedades.append(OxmlElement("w:tblCaption", {qn("w:val"): admisible(titulo)}))


def no_partir(fila: _Row, *, repetir: bool = False) -> None:
    """La fila no se corta entre dos páginas; con ``repetir`` encabeza la tabla en cada una."""
    propiedades = fila._tr.get_or_add_trPr()
    propiedades.append(OxmlElement("w:cantSplit"))
    if repetir:
        propiedades.append(OxmlElement("w:tblHeader"))


def orientar(seccion: Section, *, apaisada: bool) -> Length:
    """Una hoja A4 con los márgenes del reporte; devuelve el ancho útil."""
    corto, largo = A4
    seccion.orientation = WD_ORIENT.LANDSCAPE if apaisada else WD_ORIENT.PORTRAIT
    seccion.page_width, seccion.page_height = (largo, corto) if apaisada else (corto, largo)
    lateral = Mm(18) if apaisada else MARGEN_LATERAL
    seccion.left_margin = seccion.right_margin = lateral
    seccion.top_margin, seccion.bottom_margin = MARGEN_SUPERIOR, MARGEN_INFERIOR
    seccion.header_distance, seccion.footer_distance = Mm(12), Mm(11)
    return Length(seccion.page_width - 2 * lateral)


def cerrar_en_el_ultimo_parrafo(cuerpo: BaseOxmlElement) -> None:
    """La sección que python-docx acaba de cerrar en un párrafo vacío se cierra en el anterior o, tras una tabla, en uno
    de un punto de alto: de otro modo podría caer solo en una hoja en blanco.
    """
    vacio = cuerpo.findall(qn("w:p"))[-1]
    anterior = vacio.getprevious()
    if anterior is not None and anterior.tag == qn("w:p"):
        anterior.get_or_add_pPr().append(vacio.pPr.find(qn("w:sectPr")))
        cuerpo.remove(vacio)
        return
    vacio.pPr.style = "Nota"
    formato = ParagraphFormat(vacio)
    formato.space_before = formato.space_after = Pt(0)
    formato.line_spacing = Pt(1)
