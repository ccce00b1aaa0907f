"""Qué tan bien responde un documento a una consulta, y el trozo suyo que lo muestra."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from penitenciaria.busqueda.palabras import PALABRA, Consulta, clave_de_codigo, coincide, coincide_con, plegar

#: Letras del trozo que acompaña a un resultado.
LARGO_DEL_TROZO = 200
#: Cuánto vale una palabra en el título y en el texto.
EN_TITULO, EN_TEXTO = 10, 2
POR_CODIGO_EXACTO, POR_CODIGO = 1000, 500
#: Lo que se suma a lo que más se viene a buscar, a igual parecido.
POR_GRUPO = {"Objetivos prioritarios": 16, "Indicadores": 12, "Glosario": 10, "Entidades": 10, "Servicios": 8}


@dataclass(frozen=True, slots=True)
class Documento:
    """Algo que se puede hallar: a qué grupo pertenece, cómo se llama, qué dice y dónde está."""

    grupo: str
    titulo: str
    texto: str
    ruta: str
    codigo: str = ""
    detalle: str = ""


@dataclass(frozen=True, slots=True)
class Marca:
    """Un pedazo de texto; ``hallada`` si es de lo que se buscó."""

    texto: str
    hallada: bool


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Un documento con sus puntos y cuántos términos distintos de la consulta contiene."""

    documento: Documento
    puntos: int
    terminos: int

    def titulo(self, consulta: Consulta) -> tuple[Marca, ...]:
        return tuple(marcar(self.documento.titulo, consulta))

    def trozo(self, consulta: Consulta) -> tuple[Marca, ...]:
        return tuple(marcar(recortar(self.documento.texto, consulta), consulta))


def hallar(documentos: Iterable[Documento], consulta: Consulta) -> list[Hallazgo]:
    """Los documentos que contienen todas las palabras; si ninguno, los que contienen alguna. Del mejor al peor."""
    hallados = [hallazgo for uno in documentos if (hallazgo := puntuar(uno, consulta)).puntos]
    completos = [uno for uno in hallados if uno.terminos == len(consulta.terminos)]
    orden = sorted(completos or hallados, key=lambda uno: (-uno.terminos, -uno.puntos, plegar(uno.documento.titulo)))
    return orden


def puntuar(documento: Documento, consulta: Consulta) -> Hallazgo:
    """Un código pesa más que un título y un título más que el texto."""
    clave = clave_de_codigo(documento.codigo)
    if consulta.codigo and clave and es_de_codigo(clave, consulta.codigo):
        puntos = POR_CODIGO_EXACTO if clave == consulta.codigo else POR_CODIGO
        return Hallazgo(documento, puntos, len(consulta.terminos))
    if documento.codigo and plegar(documento.codigo) == plegar(consulta.texto):
        return Hallazgo(documento, POR_CODIGO_EXACTO, len(consulta.terminos))
    titulo = {hallada.group() for hallada in PALABRA.finditer(plegar(f"{documento.titulo} {documento.codigo}"))}
    texto = {hallada.group() for hallada in PALABRA.finditer(plegar(documento.texto))}
    puntos = terminos = 0
    for termino in consulta.terminos:
        en_titulo = max((coincide_con(palabra, termino, consulta) for palabra in titulo), default=0)
        en_texto = max((coincide_con(palabra, termino, consulta) for palabra in texto), default=0)
        puntos += EN_TITULO * en_titulo + EN_TEXTO * en_texto
        terminos += bool(en_titulo or en_texto)
    return Hallazgo(documento, puntos and puntos + POR_GRUPO.get(documento.grupo, 0), terminos)


def es_de_codigo(clave: str, buscado: str) -> bool:
    """Si ``clave`` es el código buscado o uno de los suyos: «op1i2» es de «op1»; «op10» no."""
    return clave.startswith(buscado) and not clave[len(buscado) : len(buscado) + 1].isdigit()


def marcar(texto: str, consulta: Consulta) -> Iterator[Marca]:
    """El texto partido donde empieza y termina cada palabra hallada."""
    texto = unicodedata.normalize("NFC", texto)
    desde = 0
    for palabra in PALABRA.finditer(texto):
        if coincide(plegar(palabra.group()), consulta):
            if palabra.start() > desde:
                yield Marca(texto[desde : palabra.start()], False)
            yield Marca(palabra.group(), True)
            desde = palabra.end()
    if desde < len(texto):
        yield Marca(texto[desde:], False)


def recortar(texto: str, consulta: Consulta) -> str:
    """El trozo del texto que rodea a la primera palabra hallada, sin cortar palabras; el comienzo si no hay ninguna."""
    texto = " ".join(unicodedata.normalize("NFC", texto).split())
    if len(texto) <= LARGO_DEL_TROZO:
        return texto
    halladas = (p.start() for p in PALABRA.finditer(texto) if coincide(plegar(p.group()), consulta))
    inicio = max(0, next(halladas, 0) - LARGO_DEL_TROZO // 3)
    if inicio:
        inicio = texto.find(" ", inicio) + 1
    fin = len(texto) if inicio + LARGO_DEL_TROZO >= len(texto) else texto.rfind(" ", inicio, inicio + LARGO_DEL_TROZO)
    return f"{'… ' if inicio else ''}{texto[inicio:fin]}{' …' if fin < len(texto) else ''}"
