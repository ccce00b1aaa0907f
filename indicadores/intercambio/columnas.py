"""Las columnas de la hoja de mediciones: cómo se llaman al bajar y de cuántos modos se reconocen al subir. Puro."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicadores.formato import enumerar, sin_acentos


@dataclass(frozen=True, slots=True)
class Columna:
    """``campo`` de la fila; ``ancho`` en letras; ``fija``: identifica la fila y no se edita."""

    campo: str
    titulo: str
    ancho: int
    fija: bool = False
    otros: tuple[str, ...] = ()


COLUMNAS = (
    Columna("indicador", "Indicador", 12, fija=True, otros=("codigo", "codigo del indicador")),
    Columna("nombre", "Nombre del indicador", 36, fija=True),
    Columna("unidad", "Unidad", 14, fija=True, otros=("unidad de medida",)),
    Columna("periodo", "Periodo", 10, fija=True),
    Columna("ambito", "Ámbito", 14, fija=True, otros=("codigo del ambito", "lugar", "establecimiento")),
    Columna("lugar", "Nombre del ámbito", 32, fija=True),
    Columna("sexo", "Sexo", 10, fija=True),
    Columna("caracter", "Carácter", 13, fija=True),
    Columna("situacion", "Situación", 12),
    Columna("valor", "Valor", 14),
    Columna("numerador", "Numerador", 14),
    Columna("denominador", "Denominador", 14),
    Columna("motivo_ausencia", "Motivo de la ausencia", 26, otros=("motivo", "motivo ausencia")),
    Columna("texto_ausencia", "Explicación de la ausencia", 26, otros=("explicacion", "texto ausencia")),
    Columna("fecha_compromiso", "Fecha de compromiso", 14, otros=("fecha compromiso",)),
    Columna("fuente", "Fuente", 24),
    Columna("notas", "Notas", 30, otros=("nota", "observaciones")),
    Columna("base", "Base", 10, fija=True, otros=("version base",)),
)
EDITABLES = tuple(columna.campo for columna in COLUMNAS if not columna.fija)
#: Sin estas no se sabe de qué es cada fila.
OBLIGATORIAS = ("indicador", "periodo")
#: Lo que solo ayuda a leer: si está, se ignora.
DE_ADORNO = ("nombre", "unidad", "lugar")


def llave(titulo: str) -> str:
    """El título sin tildes, mayúsculas ni signos: «Motivo de la ausencia» y «motivo_de_la_ausencia» son el mismo."""
    return " ".join(re.sub(r"[\W_]+", " ", sin_acentos(titulo)).split())


def _nombres() -> dict[str, str]:
    nombres = {}
    for columna in COLUMNAS:
        for nombre in (columna.titulo, columna.campo, *columna.otros):
            nombres[llave(nombre)] = columna.campo
    return nombres


NOMBRES: Mapping[str, str] = _nombres()


def reconocer(titulos: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Dónde está cada campo (desde 0) y, en frases, lo que impide leer la hoja."""
    donde: dict[str, int] = {}
    faltas = []
    for indice, titulo in enumerate(titulos):
        campo = NOMBRES.get(llave(titulo))
        if campo is None:
            if titulo.strip():
                faltas.append(f"La columna «{titulo.strip()}» no es de esta hoja. Quítela o corrija su título.")
        elif campo in donde:
            faltas.append(f"La columna «{titulo.strip()}» está dos veces.")
        else:
            donde[campo] = indice
    if faltan := [_titulo(campo) for campo in OBLIGATORIAS if campo not in donde]:
        faltas.append(f"Falta la columna {enumerar(faltan)}.")
    if not {"valor", "numerador", "motivo_ausencia"} & donde.keys():
        faltas.append("Falta la columna Valor.")
    return donde, faltas


def parece_cabecera(titulos: Sequence[str]) -> bool:
    """Si la fila nombra al menos el indicador y el periodo."""
    campos = {NOMBRES.get(llave(titulo)) for titulo in titulos}
    return campos.issuperset(OBLIGATORIAS)


def _titulo(campo: str) -> str:
    return next(f"«{columna.titulo}»" for columna in COLUMNAS if columna.campo == campo)
