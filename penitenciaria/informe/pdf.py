"""El documento en PDF: A4, etiquetado, con marcadores y los mismos bytes en cualquier máquina.

Lo compone typst con las plantillas de ``plantillas/`` y solo con las letras de su paquete. El contenido viaja como dato
(JSON): nada de lo que escribe una persona se interpreta como marcado. Aquí se decide lo que la plantilla no puede:
anchos de columna, dónde se puede partir una palabra muy larga y qué bloques van juntos en una hoja apaisada.
"""

import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import segno
import typst

from indicadores.graficas.elementos import limpiar
from penitenciaria.informe.documento import (
    Bloque,
    Columna,
    Datos,
    Documento,
    Figura,
    Lista,
    Parrafo,
    Tabla,
    Titulo,
)
from penitenciaria.informe.figuras import autonoma

PLANTILLAS = Path(__file__).resolve().parent / "plantillas"
#: Ancho útil de la hoja, en puntos: 160 mm de pie y 247 mm apaisada.
ANCHO, ANCHO_APAISADO = 453.5, 700.0
#: Un dibujo angosto no se estira: su letra quedaría mayor que la del texto.
ANCHO_DE_DIBUJO = 880.0
#: Una palabra más larga que esto no cabe en una línea o no es una palabra: se deja partir.
PALABRA_LARGA = 60
#: Lo que ocupa menos no se parte entre dos páginas.
LETRAS_DE_MEDIA_PAGINA, RENGLONES_DE_MEDIA_PAGINA = 1600, 30
_ESPACIO_NULO = "\u200b"
_SIN_LETRA = ("could not be displayed", "contains the codepoint")

Json = dict[str, Any]


def escribir_pdf(documento: Documento, *, fecha: date | None = None) -> bytes:
    """El PDF del documento; sin ``constancia``, marcado como borrador en cada página.

    Con ``fecha`` (la del documento, no la del reloj) cumple PDF/UA-1 y además PDF/A-2a, que obliga a fecharlo.
    """
    escalera: list[int] = []
    qr = _qr(documento.direccion) if documento.constancia and documento.direccion else ""
    datos: Json = {
        "titulo": limpio(documento.titulo),
        "subtitulo": limpio(documento.subtitulo),
        "encabezado": _pares(documento.encabezado),
        "pie": limpio(documento.pie),
        "constancia": [limpio(linea, PALABRA_LARGA) for linea in documento.constancia],
        "direccion": limpio(documento.direccion, PALABRA_LARGA),
        "enlace": documento.direccion if documento.direccion.startswith(("https://", "http://")) else "",
        "qr": qr,
        "idioma": documento.idioma,
        "tramos": [
            {"apaisado": apaisado, "bloques": list(bloques_en_json(bloques, apaisado=apaisado, escalera=escalera))}
            for apaisado, bloques in tramos(documento.bloques)
        ],
    }
    return compilar("reporte.typ", datos, fecha=fecha)


def compilar(plantilla: str, datos: Json, *, fecha: date | None = None) -> bytes:
    """Compone una plantilla con sus datos.

    Si un texto trae un signo que ninguna letra tiene (un emoji, por ejemplo), el PDF sale igual, etiquetado y con un
    recuadro en su lugar, pero sin declararse conforme a la norma.
    """
    norma: list[Any] = ["ua-1", "a-2a"] if fecha else ["ua-1"]
    entrada = {"datos": json.dumps(datos | {"fecha": fecha.isoformat() if fecha else ""}, ensure_ascii=False)}
    try:
        return _typst(plantilla, entrada, norma)
    except typst.TypstError as error:
        if not any(causa in str(error) for causa in _SIN_LETRA):
            raise
        return _typst(plantilla, entrada, [])


def _typst(plantilla: str, entrada: dict[str, str], norma: list[Any]) -> bytes:
    return typst.compile(
        PLANTILLAS / plantilla,
        root=PLANTILLAS,
        ignore_system_fonts=True,
        sys_inputs=entrada,
        pdf_standards=norma,
    )


def _qr(direccion: str) -> str:
    salida = io.BytesIO()
    segno.make(direccion, error="m", micro=False).save(salida, kind="svg", xmldecl=False, svgns=True, border=0)
    return salida.getvalue().decode()


def limpio(texto: str, maximo: int = PALABRA_LARGA) -> str:
    """El texto sin caracteres de control y con permiso para partir lo que no cabe en ``maximo`` letras."""
    return re.sub(rf"\S{{{maximo + 1},}}", lambda hallada: _partible(hallada[0], maximo), limpiar(texto))


def _partible(palabra: str, maximo: int) -> str:
    """Una palabra corriente la parte el silabeo; lo demás (direcciones, claves), tras un signo o cada pocas letras."""
    if palabra.isalpha() and len(palabra) <= 30:
        return palabra
    paso = max(maximo // 2, 4)
    trozos = re.findall(rf"[^/._?&=-]{{1,{paso}}}[/._?&=-]*|[/._?&=-]{{1,{paso}}}", palabra)
    return _ESPACIO_NULO.join(trozos)


def tramos(bloques: Sequence[Bloque]) -> Iterator[tuple[bool, list[Bloque]]]:
    """Los bloques agrupados por orientación; un título va en la hoja de la tabla apaisada a la que da paso."""
    en_curso: list[Bloque] = []
    apaisado = False
    for bloque in bloques:
        ancha = isinstance(bloque, Tabla) and bloque.apaisada
        if ancha == apaisado:
            en_curso.append(bloque)
            continue
        suyos: list[Bloque] = []
        if ancha:
            corte = _donde_empieza(en_curso)
            en_curso, suyos = en_curso[:corte], en_curso[corte:]
        if en_curso:
            yield apaisado, en_curso
        en_curso, apaisado = [*suyos, bloque], ancha
    if en_curso:
        yield apaisado, en_curso


def _donde_empieza(bloques: Sequence[Bloque]) -> int:
    """Desde qué bloque todo es títulos y sus párrafos de presentación; el final, si lo último es otra cosa."""
    lugar = len(bloques)
    while lugar and isinstance(bloques[lugar - 1], Parrafo) and len(bloques) - lugar < 2:
        lugar -= 1
    if not lugar or not isinstance(bloques[lugar - 1], Titulo):
        return len(bloques)
    while lugar and isinstance(bloques[lugar - 1], Titulo):
        lugar -= 1
    return lugar


def bloques_en_json(
    bloques: Sequence[Bloque], *, apaisado: bool = False, ancho: float = 0, escalera: list[int] | None = None
) -> Iterator[Json]:
    """Cada bloque como lo espera ``comun.typ``.

    ``escalera``: los niveles abiertos por los títulos anteriores; con ella ninguno se salta uno, que PDF/UA no admite.
    """
    ancho = ancho or (ANCHO_APAISADO if apaisado else ANCHO)
    escalera = [] if escalera is None else escalera
    for lugar, bloque in enumerate(bloques):
        match bloque:
            case Titulo():
                while escalera and escalera[-1] >= bloque.nivel:
                    escalera.pop()
                escalera.append(bloque.nivel)
                # La hoja apaisada ya empieza página.
                yield _titulo(bloque, len(escalera), puede_saltar=not apaisado or lugar > 0)
            case Parrafo():
                yield {
                    "tipo": "parrafo",
                    "texto": limpio(bloque.texto),
                    "estilo": bloque.estilo,
                    "propio": bloque.propio,
                }
            case Lista():
                elementos = [limpio(elemento) for elemento in bloque.elementos]
                yield {"tipo": "lista", "elementos": elementos, "numerada": bloque.numerada}
            case Tabla():
                yield _tabla(bloque, ancho)
            case Figura():
                yield _figura(bloque)
            case Datos():
                corta = sum(len(rotulo) + len(texto) for rotulo, texto in bloque.pares) < LETRAS_DE_MEDIA_PAGINA
                yield {"tipo": "datos", "pares": _pares(bloque.pares), "entera": corta}


def _titulo(titulo: Titulo, nivel: int, *, puede_saltar: bool) -> Json:
    texto = f"{titulo.numero}\u2002{titulo.texto}" if titulo.numero else titulo.texto
    anexo = titulo.nivel == 1 and texto.casefold().startswith("anexo")
    return {
        "tipo": "titulo",
        "nivel": nivel,
        "en_contenido": titulo.nivel <= 2,
        "texto": limpio(texto),
        "ancla": titulo.ancla,
        "pagina_nueva": anexo and puede_saltar,
    }


def _pares(pares: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[limpio(rotulo), limpio(texto)] for rotulo, texto in pares]


def _figura(figura: Figura) -> Json:
    svg = autonoma(figura.svg, para_pdf=True)
    medida = re.search(r'\bwidth="([\d.]+)', svg)
    propio = float(medida[1]) if medida else ANCHO_DE_DIBUJO
    return {
        "tipo": "figura",
        "numero": figura.numero,
        "titulo": limpio(figura.titulo),
        "svg": svg,
        "alternativa": limpiar(figura.alternativa) or limpiar(figura.titulo),
        "pie": limpio(figura.pie),
        "ancho": min(1.0, round(propio / ANCHO_DE_DIBUJO, 3)),
    }


# --- Tablas ---------------------------------------------------------------------------------------------------------


def _tabla(tabla: Tabla, ancho: float) -> Json:
    cuantas = len(tabla.columnas)
    tamano = 9.0 if cuantas <= 5 else 8.5 if cuantas <= 7 else 7.5
    anchos = _anchos(tabla, ancho, tamano)
    # Letras que caben en una columna: la mitad del cuerpo es el ancho medio de una letra; se deja un margen.
    caben = [max(int((uno - 8) / (tamano * 0.58)), 4) for uno in anchos]
    renglones = sum(
        max((math.ceil(len(celda) / maximo) for celda, maximo in zip(fila, caben, strict=True)), default=1)
        for fila in tabla.filas
    )
    return {
        "tipo": "tabla",
        "entera": renglones <= RENGLONES_DE_MEDIA_PAGINA,
        "numero": tabla.numero,
        "titulo": limpio(tabla.titulo),
        "tamano": tamano,
        "columnas": [
            {"rotulo": limpio(columna.rotulo, maximo), "ancho": uno, "numerica": columna.numerica}
            for columna, uno, maximo in zip(tabla.columnas, anchos, caben, strict=True)
        ],
        "filas": [
            {
                "celdas": [limpio(celda, maximo) for celda, maximo in zip(fila, caben, strict=True)],
                # Una fila no se parte entre dos páginas, salvo que sea tan alta que dejaría media en blanco.
                "partible": any(len(celda) > maximo * 16 for celda, maximo in zip(fila, caben, strict=True)),
            }
            for fila in tabla.filas
        ],
        "notas": [limpio(nota) for nota in tabla.notas],
    }


def _anchos(tabla: Tabla, ancho: float, tamano: float) -> list[float]:
    """El ancho por pesos; una columna de cifras tiene al menos el de su cifra más larga, que no debe partirse."""
    pesos = [max(columna.peso, 1) for columna in tabla.columnas]
    minimos = [_minimo(columna, lugar, tabla, ancho, tamano) for lugar, columna in enumerate(tabla.columnas)]
    fijas: set[int] = set()
    while True:
        libre = ancho - sum(minimos[i] for i in fijas)
        reparto = sum(pesos[i] for i in range(len(pesos)) if i not in fijas) or 1
        cortas = {i for i in range(len(pesos)) if i not in fijas and libre * pesos[i] / reparto < minimos[i]}
        if not cortas:
            break
        fijas |= cortas
    return [round(minimos[i] if i in fijas else libre * pesos[i] / reparto, 1) for i in range(len(pesos))]


def _minimo(columna: Columna, lugar: int, tabla: Tabla, ancho: float, tamano: float) -> float:
    if not columna.numerica:
        return 24.0
    textos = [columna.rotulo, *(fila[lugar] for fila in tabla.filas)]
    larga = max((len(palabra) for texto in textos for palabra in re.split(r"[ \n]", texto)), default=0)
    return min(larga * tamano * 0.52 + 8, ancho / max(len(tabla.columnas), 4))
