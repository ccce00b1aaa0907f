"""El reporte como documento de Word: editable, con estilos de verdad, accesible e idéntico en cada construcción.

Aquí ``docx`` es python-docx: los nombres se importan siempre completos y este módulo es ``penitenciaria.informe.docx``.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import assert_never

import docx
import segno
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.section import _BaseHeaderFooter
from docx.shared import Length, Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from penitenciaria.informe import docx_estilos as estilos
from penitenciaria.informe import docx_piezas as piezas
from penitenciaria.informe import figuras
from penitenciaria.informe.documento import Bloque, Datos, Documento, Figura, Lista, Parrafo, Tabla, Titulo
from penitenciaria.informe.ooxml import AUTOR, FECHA_FIJA, admisible, reempacar

INDICE = "Contenido"
BORRADOR = "Borrador"
POR_DEFINIR = "Por definir"
NIVELES_DEL_INDICE = 2

#: Desde cuántas columnas la letra de una tabla pasa a ser menuda, y hasta cuántas filas se procura no partirla. De las
#: más largas, ninguna página se queda con una sola fila.
COLUMNAS_PARA_LETRA_MENUDA = 9
FILAS_QUE_VAN_JUNTAS = 4
_PUNTOS_DEL_DIBUJO = 1600
_LADO_DEL_QR = Mm(26)
_AIRE_DE_LA_PORTADA, _AIRE_ENTRE_TABLA_Y_NOTA, _AIRE_TRAS_LAS_NOTAS = Pt(90), Pt(4), Pt(9)
_ESTILO_DE_PARRAFO = {"normal": "Normal", "entrada": "Entrada", "nota": "Nota"}


def escribir_docx(documento: Documento) -> bytes:
    """Los bytes del archivo .docx; los mismos para el mismo ``documento``, en cualquier máquina y a cualquier hora."""
    return reempacar(_Escritor(documento).escribir())


def paginas_apaisadas(bloques: Sequence[Bloque]) -> tuple[bool, ...]:
    """Qué bloques van en hoja apaisada: cada tabla ancha con los títulos y párrafos que la presentan y sus notas.

    Así ninguna hoja vertical queda con solo el título de una tabla que empieza en la siguiente.
    """
    apaisados = [isinstance(bloque, Tabla) and bloque.apaisada for bloque in bloques]
    for lugar in [lugar for lugar, apaisado in enumerate(apaisados) if apaisado]:
        inicio = lugar
        while inicio and isinstance(bloques[inicio - 1], Parrafo):
            inicio -= 1
        if inicio and isinstance(bloques[inicio - 1], Titulo):
            while inicio and isinstance(bloques[inicio - 1], Titulo):
                inicio -= 1
            apaisados[inicio:lugar] = [True] * (lugar - inicio)
        for siguiente in range(lugar + 1, len(bloques)):
            bloque = bloques[siguiente]
            if not (isinstance(bloque, Parrafo) and bloque.estilo == "nota"):
                break
            apaisados[siguiente] = True
    return tuple(apaisados)


class _Escritor:
    """Lo que va cambiando mientras se escribe: la sección, el ancho útil y los números ya dados."""

    def __init__(self, documento: Documento) -> None:
        self.documento = documento
        self.word = docx.Document()
        self.apaisada = False
        self.ancho = Length(0)
        self.marcadores = 0
        self.numerados: dict[str, int] = {}
        self.claves: dict[str, str] = {}

    def escribir(self) -> bytes:
        bloques = self.documento.bloques
        estilos.preparar(self.word, self.documento.idioma)
        self.claves = {estilo.name or "": estilo.style_id for estilo in self.word.styles}
        self._propiedades()
        self.ancho = piezas.orientar(self.word.sections[0], apaisada=False)
        self._encabezar_paginas(primera=True)
        self._portada()
        apaisados = paginas_apaisadas(bloques)
        for lugar, (bloque, apaisada) in enumerate(zip(bloques, apaisados, strict=True)):
            siguiente = bloques[lugar + 1] if lugar + 1 < len(bloques) else None
            if apaisada != self.apaisada:
                self._cambiar_de_hoja(apaisada=apaisada)
            self._bloque(bloque)
            if lugar == 0 and not apaisada and isinstance(bloque, Titulo):
                self.word.paragraphs[-1].paragraph_format.page_break_before = True
            if isinstance(bloque, Parrafo) and isinstance(siguiente, Lista):
                self.word.paragraphs[-1].paragraph_format.keep_with_next = True
            termina_en_tabla = isinstance(bloque, Datos) or (isinstance(bloque, Tabla) and not bloque.notas)
            if termina_en_tabla and not isinstance(siguiente, Titulo | Tabla | Figura):
                self._parrafo("", "Nota")
        salida = BytesIO()
        self.word.save(salida)
        return salida.getvalue()

    # --- El documento -----------------------------------------------------------------------------------------------

    def _propiedades(self) -> None:
        suyas = self.word.core_properties
        suyas.title, suyas.subject = admisible(self.documento.titulo), admisible(self.documento.subtitulo)
        suyas.language = self.documento.idioma
        suyas.author = suyas.last_modified_by = AUTOR
        suyas.created = suyas.modified = FECHA_FIJA
        suyas.comments = suyas.keywords = suyas.category = ""
        suyas.content_status = BORRADOR if not self.documento.constancia else ""
        suyas.revision = 1

    def _portada(self) -> None:
        emitido = bool(self.documento.constancia)
        primero = None if emitido else self._parrafo(BORRADOR, "Borrador")
        titulo = self._parrafo(self.documento.titulo, "Title")
        (primero or titulo).paragraph_format.space_before = _AIRE_DE_LA_PORTADA
        self._parrafo(self.documento.subtitulo, "Subtitle")
        self._ficha(self.documento.encabezado, self.documento.titulo)
        if emitido:
            self._constancia()
        titulos = [bloque for bloque in self.documento.bloques if isinstance(bloque, Titulo)]
        entradas = [(titulo.nivel, _con_numero(titulo), _marcador(numero)) for numero, titulo in enumerate(titulos, 1)]
        visibles = [entrada for entrada in entradas if entrada[0] <= NIVELES_DEL_INDICE]
        if visibles:
            indice = piezas.indice(INDICE, visibles, NIVELES_DEL_INDICE)
            self.word.element.body.insert_element_before(indice, "w:sectPr")
        if not self.documento.bloques:
            self._parrafo("", "Nota")

    def _constancia(self) -> None:
        self._parrafo("", "Constancia")
        lineas: Sequence[str] = self.documento.constancia
        if not self.documento.direccion:
            for linea in lineas:
                self._parrafo(linea, "Constancia")
            return
        tabla = self._tabla(1, 2, estilos.FICHA)
        dibujo, texto = tabla.rows[0].cells
        qr = segno.make(self.documento.direccion, error="m", micro=False)
        svg, png = BytesIO(), BytesIO()
        qr.save(svg, kind="svg", scale=4, border=2)
        qr.save(png, kind="png", scale=8, border=2)
        piezas.dibujar(
            self._en(dibujo.paragraphs[0], "", "Constancia").add_run(),
            svg=svg.getvalue(),
            png=png.getvalue(),
            ancho=_LADO_DEL_QR,
            nombre="Código QR",
            alternativa=f"Código QR que lleva a {self.documento.direccion}",
        )
        if not any(self.documento.direccion in linea for linea in lineas):
            lineas = (*lineas, self.documento.direccion)
        for lugar, linea in enumerate(lineas):
            self._en(texto.add_paragraph() if lugar else texto.paragraphs[0], linea, "Constancia")
        for celda in (dibujo, texto):
            celda.paragraphs[0].paragraph_format.space_before = Pt(5)
            celda.paragraphs[-1].paragraph_format.space_after = Pt(5)
        piezas.medir_columnas(tabla, piezas.repartir((20, 80), (0, 0), self.ancho))
        piezas.describir_tabla(tabla, "Constancia de emisión", cabecera=False, rotulos=False)
        piezas.no_partir(tabla.rows[0])

    def _cambiar_de_hoja(self, *, apaisada: bool) -> None:
        self.apaisada = apaisada
        seccion = self.word.add_section(WD_SECTION.NEW_PAGE)
        piezas.cerrar_en_el_ultimo_parrafo(self.word.element.body)
        self.ancho = piezas.orientar(seccion, apaisada=apaisada)
        self._encabezar_paginas()

    def _encabezar_paginas(self, *, primera: bool = False) -> None:
        """El encabezado y el pie de la última sección; la primera página, que ya se titula, solo lleva el pie."""
        seccion = self.word.sections[-1]
        seccion.different_first_page_header_footer = primera
        if primera:
            seccion.first_page_header.is_linked_to_previous = False
            self._en(seccion.first_page_header.paragraphs[0], "", "Normal")
            self._pie(seccion.first_page_footer)
        seccion.header.is_linked_to_previous = False
        encabezado = self._a_dos_lados(seccion.header, "Header")
        piezas.escribir(encabezado, self.documento.pie)
        if not self.documento.constancia:
            encabezado.add_run("\t")
            encabezado.add_run(BORRADOR, style=estilos.MARCA_DE_BORRADOR)
        self._pie(seccion.footer)

    def _pie(self, lugar: _BaseHeaderFooter) -> None:
        lugar.is_linked_to_previous = False
        pie = self._a_dos_lados(lugar, "Footer")
        if self.documento.constancia:
            piezas.escribir(pie, self.documento.direccion)
        pie.add_run("\tpágina ")
        piezas.campo_de_texto(pie, "PAGE", "1")
        pie.add_run(" de ")
        piezas.campo_de_texto(pie, "NUMPAGES", "1")

    def _a_dos_lados(self, lugar: _BaseHeaderFooter, estilo: str) -> Paragraph:
        parrafo = self._en(lugar.paragraphs[0], "", estilo)
        parrafo.paragraph_format.tab_stops.add_tab_stop(self.ancho, WD_TAB_ALIGNMENT.RIGHT)
        return parrafo

    # --- Los bloques ------------------------------------------------------------------------------------------------

    def _bloque(self, bloque: Bloque) -> None:
        match bloque:
            case Titulo():
                self._titulo(bloque)
            case Parrafo():
                self._parrafo(bloque.texto, "Texto propio" if bloque.propio else _ESTILO_DE_PARRAFO[bloque.estilo])
            case Lista():
                self._lista(bloque)
            case Tabla():
                self._tabla_con_titulo(bloque)
            case Figura():
                self._figura(bloque)
            case Datos():
                self._ficha(bloque.pares, "Ficha")
            case _:
                assert_never(bloque)

    def _titulo(self, titulo: Titulo) -> None:
        parrafo = self._parrafo("", f"Heading {titulo.nivel}")
        if titulo.numero:
            parrafo.add_run(f"{admisible(titulo.numero)} ", style=estilos.NUMERO)
        piezas.escribir(parrafo, titulo.texto)
        self.marcadores += 1
        piezas.marcar(parrafo, self.marcadores, _marcador(self.marcadores))

    def _parrafo(self, texto: str, estilo: str) -> Paragraph:
        return self._en(self.word.add_paragraph(), texto, estilo)

    def _en(self, parrafo: Paragraph, texto: str, estilo: str) -> Paragraph:
        """Da estilo a un párrafo y agrega su texto; buscar cada vez el estilo por su nombre duplicaría el tiempo."""
        parrafo._p.style = self.claves[estilo]
        return piezas.escribir(parrafo, texto)

    def _notas(self, notas: Sequence[str]) -> None:
        """Lo que va al pie de una tabla o de una figura, separado de lo que sigue."""
        for lugar, nota in enumerate(notas):
            formato = self._parrafo(nota, "Nota").paragraph_format
            if lugar == 0:
                formato.space_before = _AIRE_ENTRE_TABLA_Y_NOTA
            if lugar == len(notas) - 1:
                formato.space_after = _AIRE_TRAS_LAS_NOTAS

    def _lista(self, lista: Lista) -> None:
        numeracion = estilos.lista_nueva(self.word) if lista.numerada else None
        for elemento in lista.elementos:
            parrafo = self._parrafo(elemento, "List Number" if lista.numerada else "List Bullet")
            if numeracion is not None:
                parrafo._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = numeracion
        if lista.elementos:
            parrafo.paragraph_format.space_after = _AIRE_TRAS_LAS_NOTAS

    def _leyenda(self, tipo: str, numero: int, titulo: str) -> None:
        """«Tabla 1. Título», con el número como campo: si alguien agrega otra tabla, Word las vuelve a numerar."""
        parrafo = self._parrafo(f"{tipo} ", "Caption")
        sigue = numero == self.numerados.get(tipo, 0) + 1
        self.numerados[tipo] = numero
        reinicio = "" if sigue else rf" \r {numero}"
        piezas.campo_de_texto(parrafo, rf"SEQ {tipo} \* ARABIC{reinicio}", str(numero))
        piezas.escribir(parrafo, f". {titulo}")

    def _tabla_con_titulo(self, datos: Tabla) -> None:
        self._leyenda("Tabla", datos.numero, datos.titulo)
        menuda = len(datos.columnas) >= COLUMNAS_PARA_LETRA_MENUDA
        estilo = "Celda menuda" if menuda else "Celda"
        columnas = [f"{estilo} numérica" if columna.numerica else estilo for columna in datos.columnas]
        tabla = self._tabla(len(datos.filas) + 1, len(datos.columnas), estilos.TABLA)
        rotulos = tuple(columna.rotulo for columna in datos.columnas)
        ultima = len(datos.filas)
        sujetas = {0, 1, ultima - 1} if ultima > FILAS_QUE_VAN_JUNTAS else set(range(ultima))
        if datos.notas:
            sujetas.add(ultima)
        for lugar, (fila, textos) in enumerate(zip(tabla.rows, (rotulos, *datos.filas), strict=True)):
            piezas.no_partir(fila, repetir=lugar == 0)
            for celda, texto, suyo in zip(fila.cells, textos, columnas, strict=True):
                parrafo = self._en(celda.paragraphs[0], texto, suyo)
                if lugar in sujetas:
                    parrafo.paragraph_format.keep_with_next = True
        puntos = estilos.PUNTOS_DE_CELDA_MENUDA if menuda else estilos.PUNTOS_DE_CELDA
        minimos = [piezas.ancho_de_palabra(textos, puntos) for textos in zip(rotulos, *datos.filas, strict=True)]
        pesos = [columna.peso for columna in datos.columnas]
        piezas.medir_columnas(tabla, piezas.repartir(pesos, minimos, self.ancho))
        piezas.describir_tabla(tabla, datos.titulo, cabecera=True, rotulos=True)
        self._notas(datos.notas)

    def _figura(self, figura: Figura) -> None:
        self._leyenda("Figura", figura.numero, figura.titulo)
        piezas.dibujar(
            self._parrafo("", "Figura").add_run(),
            svg=figuras.autonoma(figura.svg).encode(),
            png=figuras.png(figura.svg, _PUNTOS_DEL_DIBUJO),
            ancho=self.ancho,
            nombre=f"Figura {figura.numero}",
            alternativa=figura.alternativa,
        )
        self._notas((figura.pie,) if figura.pie else ())

    def _ficha(self, pares: Sequence[tuple[str, str]], titulo: str) -> None:
        if not pares:
            return
        tabla = self._tabla(len(pares), 2, estilos.FICHA)
        for fila, (rotulo, texto) in zip(tabla.rows, pares, strict=True):
            piezas.no_partir(fila)
            self._en(fila.cells[0].paragraphs[0], rotulo, "Ficha")
            parrafo = self._en(fila.cells[1].paragraphs[0], texto or POR_DEFINIR, "Ficha")
            for run in parrafo.runs if not texto else ():
                run.italic = True
        piezas.medir_columnas(tabla, piezas.repartir((28, 72), (0, 0), self.ancho))
        piezas.describir_tabla(tabla, titulo, cabecera=False, rotulos=True)

    def _tabla(self, filas: int, columnas: int, estilo: str) -> Table:
        tabla = self.word.add_table(rows=filas, cols=columnas)
        tabla.style = estilo
        return tabla


def _con_numero(titulo: Titulo) -> str:
    return f"{titulo.numero} {titulo.texto}".strip()


def _marcador(numero: int) -> str:
    return f"_Toc{numero:08d}"
