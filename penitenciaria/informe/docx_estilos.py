"""La plantilla del reporte en Word: hoja de estilos, listas, idioma y ajustes.

Los nombres de los estilos integrados son los internos de Word, que cada quien ve en su idioma («Título 1»). De la
plantilla de python-docx no queda nada ajeno: ni sus 160 estilos, ni su miniatura, ni su idioma inglés.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor

LETRA = "Arial"
TINTA, GRIS, LINEA, MARCA, SUAVE = "16191D", "545C66", "C9CED4", "8A1C2B", "F5F6F7"
TABLA = "Tabla del reporte"
FICHA = "Ficha del reporte"
NUMERO = "Número de título"
MARCA_DE_BORRADOR = "Marca de borrador"
PUNTOS_DE_CELDA, PUNTOS_DE_CELDA_MENUDA = 9.0, 7.5


@dataclass(frozen=True, slots=True)
class Estilo:
    """Un estilo de párrafo; letra y espacios en puntos, sangría en milímetros. ``nivel`` es el del esquema."""

    nombre: str
    puntos: float = 10.5
    antes: float = 0
    despues: float = 6
    interlinea: float = 1.15
    sangria: float = 0
    negrita: bool = False
    color: str = ""
    base: str = "Normal"
    con_el_siguiente: bool = False
    a_la_derecha: bool = False
    en_hoja_nueva: bool = False
    nivel: int | None = None
    borde: tuple[str, int, int, str] | None = None
    integrado: bool = True


def _propio(nombre: str, puntos: float, **resto: Any) -> Estilo:
    return Estilo(nombre, puntos, integrado=False, **resto)


_EN_CELDA = {"antes": 2, "despues": 2, "interlinea": 1.05}

#: El borde es lado, grosor en octavos de punto, distancia en puntos y color.
ESTILOS = (
    Estilo("Title", 25, despues=4, interlinea=1.05, negrita=True, con_el_siguiente=True),
    Estilo("Subtitle", 12.5, despues=16, color=GRIS, borde=("bottom", 12, 10, MARCA)),
    Estilo("Heading 1", 16, antes=24, despues=8, negrita=True, con_el_siguiente=True, nivel=0),
    Estilo("Heading 2", 13, antes=18, despues=6, negrita=True, con_el_siguiente=True, nivel=1),
    Estilo("Heading 3", 11, antes=14, despues=4, negrita=True, con_el_siguiente=True, nivel=2),
    Estilo("Caption", 10, antes=14, despues=5, negrita=True, con_el_siguiente=True),
    Estilo("List Bullet", despues=3),
    Estilo("List Number", despues=3),
    Estilo("TOC Heading", 16, despues=8, negrita=True, con_el_siguiente=True, en_hoja_nueva=True),
    Estilo("toc 1", 10, antes=5, despues=1.5, interlinea=1.05, negrita=True),
    Estilo("toc 2", 9, despues=1, interlinea=1.05, sangria=5),
    Estilo("toc 3", 9, despues=1, interlinea=1.05, sangria=10, color=GRIS),
    Estilo("Header", 8.5, despues=0, interlinea=1, color=GRIS, borde=("bottom", 4, 4, LINEA)),
    Estilo("Footer", 8.5, despues=0, interlinea=1, color=GRIS, borde=("top", 4, 4, LINEA)),
    _propio("Entrada", 12.5, despues=10, interlinea=1.2),
    _propio("Nota", 8.5, despues=2, interlinea=1.1, color=GRIS),
    _propio("Texto propio", 10.5, sangria=4, borde=("left", 12, 8, LINEA)),
    _propio("Figura", 10.5, despues=3, interlinea=1, con_el_siguiente=True),
    _propio("Borrador", 11, despues=6, negrita=True, color=MARCA),
    _propio("Constancia", 9, despues=2, interlinea=1.1),
    _propio("Celda", PUNTOS_DE_CELDA, **_EN_CELDA),
    _propio("Celda numérica", PUNTOS_DE_CELDA, **_EN_CELDA, base="Celda", a_la_derecha=True),
    _propio("Celda menuda", PUNTOS_DE_CELDA_MENUDA, **_EN_CELDA, base="Celda"),
    _propio("Celda menuda numérica", PUNTOS_DE_CELDA_MENUDA, **_EN_CELDA, base="Celda menuda", a_la_derecha=True),
    _propio("Ficha", 9.5, **_EN_CELDA, base="Celda"),
)

_IMPRESCINDIBLES = {"Normal", "Default Paragraph Font", "Normal Table", "No List"}
_PARTES_AJENAS = (
    "/docProps/app.xml",
    "/docProps/thumbnail.jpeg",
    "/customXml/item1.xml",
    "/word/stylesWithEffects.xml",
)

_POR_DEFECTO = f"""
<w:docDefaults {nsdecls("w")}>
  <w:rPrDefault><w:rPr>
    <w:rFonts w:ascii="{LETRA}" w:hAnsi="{LETRA}" w:eastAsia="{LETRA}" w:cs="{LETRA}"/>
    <w:color w:val="{TINTA}"/><w:sz w:val="21"/><w:szCs w:val="21"/>
    <w:lang w:val="{{idioma}}" w:eastAsia="{{idioma}}" w:bidi="ar-SA"/>
  </w:rPr></w:rPrDefault>
  <w:pPrDefault/>
</w:docDefaults>"""

_DE_LETRA = """
<w:style {espacios} w:type="character" {ajeno} w:styleId="{clave}">
  <w:name w:val="{nombre}"/><w:basedOn w:val="DefaultParagraphFont"/><w:rPr>{letra}</w:rPr>
</w:style>"""

_DE_TABLA = """
<w:style {espacios} w:type="table" w:customStyle="1" w:styleId="{clave}">
  <w:name w:val="{nombre}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
  <w:tblPr>
    <w:tblBorders>{bordes}<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{linea}"/></w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="0" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
      <w:bottom w:w="0" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  {condiciones}
</w:style>"""

_CABECERA = """
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>
  <w:bottom w:val="single" w:sz="8" w:space="0" w:color="{tinta}"/>
</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{suave}"/><w:vAlign w:val="bottom"/></w:tcPr>
</w:tblStylePr>"""

_ROTULOS = '<w:tblStylePr w:type="firstCol"><w:rPr><w:color w:val="{gris}"/></w:rPr></w:tblStylePr>'

_LISTA = """
<w:abstractNum {espacios} w:abstractNumId="{clave}">
  <w:multiLevelType w:val="singleLevel"/>
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{forma}"/><w:lvlText w:val="{marca}"/><w:lvlJc w:val="left"/>
    <w:pPr><w:tabs><w:tab w:val="num" w:pos="397"/></w:tabs><w:ind w:left="397" w:hanging="284"/></w:pPr>
  </w:lvl>
</w:abstractNum>"""

_COMPATIBILIDAD = f"""
<w:compat {nsdecls("w")}>
  <w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
</w:compat>"""


def preparar(documento: Document, idioma: str) -> None:
    """Deja en ``documento`` la hoja de estilos, las listas, el idioma y los ajustes del reporte."""
    _quitar_lo_ajeno(documento)
    estilos = documento.styles.element
    for viejo in (*estilos.findall(qn("w:docDefaults")), *estilos.findall(qn("w:latentStyles"))):
        estilos.remove(viejo)
    estilos.insert(0, parse_xml(_POR_DEFECTO.format(idioma=idioma)))
    for estilo in list(documento.styles):
        if estilo.name not in _IMPRESCINDIBLES:
            estilo.delete()
    normal = documento.styles["Normal"]
    _dar_forma(documento, Estilo("Normal", interlinea=1.2, despues=7))
    normal.element.rPr.clear()
    for estilo_nuevo in ESTILOS:
        nombre, integrado = estilo_nuevo.nombre, estilo_nuevo.integrado
        creado = documento.styles.add_style(nombre, WD_STYLE_TYPE.PARAGRAPH, builtin=integrado)
        creado.element.styleId = _clave(nombre)
        creado.hidden, creado.quick_style = False, True
        _dar_forma(documento, estilo_nuevo)
    for nombre, letra in (
        ("Hyperlink", f'<w:color w:val="{MARCA}"/><w:u w:val="single"/>'),
        (NUMERO, f'<w:color w:val="{GRIS}"/>'),
        (MARCA_DE_BORRADOR, f'<w:b/><w:color w:val="{MARCA}"/>'),
    ):
        estilos.append(_de_letra(nombre, letra))
    _agregar_tablas(documento)
    _numerar(documento)
    _ajustar(documento, idioma)


def _dar_forma(documento: Document, estilo: Estilo) -> None:
    suyo = documento.styles[estilo.nombre]
    if estilo.nombre != "Normal":
        suyo.base_style = documento.styles[estilo.base]
        suyo.next_paragraph_style = (
            suyo if estilo.nombre.startswith(("List", "Celda", "toc ")) else documento.styles["Normal"]
        )
    suyo.font.size = Pt(estilo.puntos)
    if estilo.negrita:
        suyo.font.bold = True
    if estilo.color:
        suyo.font.color.rgb = RGBColor.from_string(estilo.color)
    formato = suyo.paragraph_format
    formato.space_before, formato.space_after = Pt(estilo.antes), Pt(estilo.despues)
    formato.line_spacing = estilo.interlinea
    formato.widow_control = True
    if estilo.sangria:
        formato.left_indent = Mm(estilo.sangria)
    if estilo.con_el_siguiente:
        formato.keep_with_next = True
    if estilo.en_hoja_nueva:
        formato.page_break_before = True
    if estilo.a_la_derecha:
        formato.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    parrafo = suyo.element.get_or_add_pPr()
    if estilo.nivel is not None:
        formato.keep_together = True
        parrafo.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{estilo.nivel}"/>'))
    if estilo.borde:
        lado, grosor, distancia, color = estilo.borde
        borde = f'<w:{lado} w:val="single" w:sz="{grosor}" w:space="{distancia}" w:color="{color}"/>'
        parrafo.insert_element_before(
            parse_xml(f"<w:pBdr {nsdecls('w')}>{borde}</w:pBdr>"), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
        )


def _de_letra(nombre: str, letra: str) -> BaseOxmlElement:
    ajeno = "" if nombre == "Hyperlink" else 'w:customStyle="1"'
    return parse_xml(
        _DE_LETRA.format(espacios=nsdecls("w"), ajeno=ajeno, clave=_clave(nombre), nombre=nombre, letra=letra)
    )


def _clave(nombre: str) -> str:
    """El identificador de un estilo: su nombre sin espacios ni tildes, como los escribe Word."""
    sin_tildes = unicodedata.normalize("NFD", nombre).encode("ascii", "ignore").decode()
    palabras = "".join(palabra[:1].upper() + palabra[1:] for palabra in sin_tildes.split())
    return palabras.replace("Toc", "TOC")


def _agregar_tablas(documento: Document) -> None:
    borde = '<w:{} w:val="single" w:sz="8" w:space="0" w:color="' + TINTA + '"/>'
    fino = borde.replace('"8"', '"4"').replace(TINTA, LINEA)
    for nombre, bordes, condiciones in (
        (TABLA, borde.format("top") + borde.format("bottom"), _CABECERA.format(tinta=TINTA, suave=SUAVE)),
        (FICHA, fino.format("top") + fino.format("bottom"), _ROTULOS.format(gris=GRIS)),
    ):
        documento.styles.element.append(
            parse_xml(
                _DE_TABLA.format(
                    espacios=nsdecls("w"),
                    clave=_clave(nombre),
                    nombre=nombre,
                    bordes=bordes,
                    linea=LINEA,
                    condiciones=condiciones,
                )
            )
        )


def _numerar(documento: Document) -> None:
    """Dos definiciones de lista; las numeradas vuelven a empezar con :func:`lista_nueva`."""
    numeracion = documento.part.numbering_part.element
    for viejo in list(numeracion):
        numeracion.remove(viejo)
    for clave, (forma, marca) in enumerate((("bullet", "•"), ("decimal", "%1."))):
        numeracion.append(parse_xml(_LISTA.format(espacios=nsdecls("w"), clave=clave, forma=forma, marca=marca)))
    for clave, nombre in enumerate(("List Bullet", "List Number")):
        lista = numeracion.add_num(clave)
        propiedades = documento.styles[nombre].element.get_or_add_pPr().get_or_add_numPr()
        propiedades.get_or_add_numId().val = lista.numId


def lista_nueva(documento: Document) -> int:
    """Una lista numerada que empieza en 1."""
    lista = documento.part.numbering_part.element.add_num(1)
    lista.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(lista.numId)


def _ajustar(documento: Document, idioma: str) -> None:
    ajustes = documento.settings.element
    for nombre in ("w:proofState", "w:savePreviewPicture", "w:rsids", "w:doNotAutoCompressPictures", "w:shapeDefaults"):
        for viejo in ajustes.findall(qn(nombre)):
            ajustes.remove(viejo)
    viejo = ajustes.find(qn("w:compat"))
    ajustes.replace(viejo, parse_xml(_COMPATIBILIDAD))
    ajustes.find(qn("w:themeFontLang")).attrib.update({qn("w:val"): idioma, qn("w:eastAsia"): idioma})
    ajustes.find(qn("w:zoom")).attrib.update({qn("w:percent"): "100"})
    ajustes.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    ajustes.find(qn("w:listSeparator")).set(qn("w:val"), ";")


def _quitar_lo_ajeno(documento: Document) -> None:
    paquete = documento.part.package
    for relaciones in (paquete.rels, documento.part.rels):
        for clave, relacion in list(relaciones.items()):
            if not relacion.is_external and relacion.target_part.partname in _PARTES_AJENAS:
                del relaciones[clave]
