"""La diferencia de un lote en su archivo: una línea de JSON por fila, en bloques que se abren sueltos para paginar.

Cada bloque es un miembro gzip completo: el archivo entero se lee con cualquier ``gunzip``, y el índice (dónde empieza
cada bloque y cuántas filas de cada tipo lleva) permite saltar a la página pedida sin descomprimir lo anterior.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from indicadores.formato import enumerar, plural
from indicadores.intercambio.tipos import Diferencia, Tipo

POR_BLOQUE = 500
_TIPOS = tuple(Tipo)


def escribir(diferencias: Iterable[Diferencia], salida: BinaryIO, *, progreso: Any = None) -> dict[str, Any]:
    """Escribe todas y devuelve el resumen: ``cuenta`` por tipo e ``indice`` de bloques; memoria de un bloque."""
    cuenta: Counter[str] = Counter()
    indice: list[list[int]] = []
    bloque: list[Diferencia] = []

    def cerrar() -> None:
        suya = Counter(diferencia.tipo for diferencia in bloque)
        indice.append([salida.tell(), *(suya[tipo] for tipo in _TIPOS)])
        lineas = "".join(f"{_a_json(diferencia)}\n" for diferencia in bloque)
        salida.write(gzip.compress(lineas.encode(), compresslevel=1, mtime=0))
        cuenta.update(suya)
        bloque.clear()
        if progreso is not None:
            progreso(cuenta.total())

    for diferencia in diferencias:
        bloque.append(diferencia)
        if len(bloque) == POR_BLOQUE:
            cerrar()
    if bloque:
        cerrar()
    return {"cuenta": {tipo.value: cuenta[tipo] for tipo in _TIPOS}, "indice": indice}


def leer(archivo: BinaryIO) -> Iterator[Diferencia]:
    """Todas, en orden, sin cargarlas juntas."""
    with gzip.open(archivo, "rt", encoding="utf-8") as lineas:
        for linea in lineas:
            yield _de_json(linea)


def pagina(
    archivo: BinaryIO, indice: Sequence[Sequence[int]], *, desde: int, cuantas: int, tipos: Sequence[str] = ()
) -> list[Diferencia]:
    """``cuantas`` filas a partir de la ``desde`` (0 la primera) entre las de esos tipos; abre solo sus bloques."""
    elegidos = {Tipo(tipo) for tipo in tipos} or set(Tipo)
    halladas: list[Diferencia] = []
    saltar = desde
    for bloque in indice:
        suyas = sum(n for tipo, n in zip(_TIPOS, bloque[1:], strict=True) if tipo in elegidos)
        if saltar >= suyas:
            saltar -= suyas
            continue
        archivo.seek(bloque[0])
        restantes = [d for d in _de_bloque(archivo, sum(bloque[1:])) if d.tipo in elegidos][saltar:]
        halladas += restantes[: cuantas - len(halladas)]
        saltar = 0
        if len(halladas) >= cuantas:
            break
    return halladas


def _de_bloque(archivo: BinaryIO, cuantas: int) -> Iterator[Diferencia]:
    with gzip.open(archivo, "rt", encoding="utf-8") as lineas:
        for _ in range(cuantas):
            yield _de_json(next(lineas))


def _a_json(d: Diferencia) -> str:
    datos: list[Any] = [d.tipo.value, d.hoja, d.numero, d.titulo, dict(d.antes), dict(d.despues)]
    return json.dumps([*datos, d.mensaje, d.celda, d.valor, dict(d.datos)], ensure_ascii=False, separators=(",", ":"))


def _de_json(linea: str) -> Diferencia:
    tipo, *resto = json.loads(linea)
    return Diferencia(Tipo(tipo), *resto)


def resumen_de_una(cuenta: Mapping[str, int]) -> str:
    """«3 nuevas, 1 cambiada y 20 iguales», sin los ceros."""
    formas = {
        "nueva": ("nueva", "nuevas"),
        "cambiada": ("cambiada", "cambiadas"),
        "igual": ("igual", "iguales"),
        "conflicto": ("en conflicto", "en conflicto"),
        "error": ("con error", "con error"),
    }
    return enumerar([plural(cuenta[tipo], *palabras) for tipo, palabras in formas.items() if cuenta.get(tipo)])
