"""Lo que se pide de las mediciones, leído para el camino corto (``rapido``): una condición en SQL con sus valores.

Lo que no se entiende del todo se deja al camino general, que es también quien explica los errores.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict

from indicadores.api.busqueda import terminos
from indicadores.api.filtros import leer_desde
from indicadores.api.paginacion import PARAMETROS as DE_PAGINA
from indicadores.api.recuerdo import Catalogo
from indicadores.calculo.tipos import Periodo, PeriodoInvalido
from indicadores.mirada import Mirada
from indicadores.models import Medicion

DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SENTIDOS = (("", "ASC"), ("-", "DESC"))
#: Lo que dice «ordering» → la columna, que tiene su índice, el sentido y si antes va por el código de otro objeto.
ORDENES = {
    "": ("fin", "DESC", ""),
    **{
        f"{signo}{columna}": (columna, sentido, "")
        for columna in ("fin", "publicada_en")
        for signo, sentido in SENTIDOS
    },
    **{f"{signo}{cual}": ("fin", sentido, cual) for cual in ("indicador", "ambito") for signo, sentido in SENTIDOS},
}
OPCIONES = {
    "sexo": frozenset(Medicion.Sexo.values),
    "caracter": frozenset(Medicion.Caracter.values),
    "situacion": frozenset(Medicion.Situacion.values),
}
SIN_CONDICION = {"corte", "a_la_fecha", "ordering", *DE_PAGINA}
#: Lo que se sabe contestar; cualquier otro parámetro va por el camino general.
SENCILLOS = {*OPCIONES, *SIN_CONDICION, "format", "indicador", "objetivo", "servicio", "ambito", "ambito_nivel"}
#: Los que dicen entre qué días terminan los periodos.
DIAS = ("anio", "desde", "hasta")
SENCILLOS |= {*DIAS, "periodo", "search", "actualizado_desde"}
#: Términos que se buscan por el camino corto.
TERMINOS = 8
#: Desde cuántas filas conviene recorrer el índice del orden y no reunirlas por el de su condición y ordenarlas.
MUCHAS = 5000


@dataclass(frozen=True, slots=True)
class Pedido:
    """La condición y sus valores; lo bastante para recordar por él una cuenta.

    Delante de cada columna lleva una marca (véase ``escrita``). Entre qué días terminan va aparte, y cada extremo una
    sola vez: SQLite busca por uno, y por los demás recorre.
    """

    condicion: str
    valores: tuple[Any, ...]
    desde: date
    hasta: date
    columna: str
    sentido: str
    por: str = ""

    def escrita(self, limites: str = "", cuantas: int = 0) -> str:
        """La condición y, además, ``limites``. Con muchas filas, SQLite ha de recorrerlas en el orden pedido.

        No tiene con qué saber cuántas son, y las reuniría para ordenarlas: un «+» delante de una columna le impide usar
        su índice. PostgreSQL lo sabe, y decide él.
        """
        mas = "+" if cuantas > MUCHAS and connection.vendor == "sqlite" else ""
        por_fin = self.columna == "fin"
        return f"{self.condicion}{limites}".format(
            varias=mas, una="" if por_fin else mas, publicada=mas if por_fin else ""
        )

    def de_la_clave(self, clave: int) -> "Pedido":
        """Lo mismo, solo de un indicador o de un ámbito: dentro de él se ordena por la columna."""
        condicion = f"{self.condicion} AND {{una}}m.{self.por}_id = %s"
        return replace(self, condicion=condicion, valores=(*self.valores, clave), por="")

    def al_reves(self) -> "Pedido":
        """Lo mismo, en el orden contrario."""
        return replace(self, sentido="ASC" if self.sentido == "DESC" else "DESC")

    @property
    def orden(self) -> str:
        return f"m.{self.columna} {self.sentido}, m.id {self.sentido}"


def leer_pedido(parametros: QueryDict, mirada: Mirada, catalogo: Catalogo) -> Pedido | None:
    """Lo pedido, si todo es de lo sencillo y válido; None si ha de verlo el camino general."""
    ordenado = ORDENES.get(parametros.get("ordering", "").strip())
    if ordenado is None:
        return None
    condiciones: list[str] = []
    valores: list[Any] = []
    desde, hasta = date.min, mirada.corte
    for nombre in parametros:
        escrito = str(parametros[nombre])
        texto = escrito.strip()
        if nombre in SIN_CONDICION or not texto or (nombre, texto) == ("format", "json"):
            continue
        if nombre in DIAS:
            dias = _leer_dias(nombre, escrito)
            if dias is None:
                return None
            desde, hasta = max(desde, dias[0]), min(hasta, dias[1])
            continue
        leido = _buscar(texto, catalogo) if nombre == "search" else _condicion(nombre, escrito, catalogo)
        if leido is None:
            return None
        condiciones.append(leido[0])
        valores += leido[1]
    return Pedido("".join(f" AND {una}" for una in condiciones), tuple(valores), desde, hasta, *ordenado)


def _leer_dias(nombre: str, texto: str) -> tuple[date, date] | None:
    """Entre qué días han de terminar los periodos."""
    if nombre == "anio":
        if not (texto.isascii() and texto.isdigit() and len(texto) == 4 and 1990 <= int(texto) <= 2100):
            return None
        return date(int(texto), 1, 1), date(int(texto), 12, 31)
    dia = _leer_dia(texto)
    if dia is None:
        return None
    return (dia, date.max) if nombre == "desde" else (date.min, dia)


def _condicion(nombre: str, texto: str, catalogo: Catalogo) -> tuple[str, list[Any]] | None:
    if nombre in OPCIONES:
        # Es una de las palabras nuestras: escrita, la base sabe al planear si son pocas o casi todas.
        return (f"{{una}}m.{nombre} = '{texto}'", []) if texto in OPCIONES[nombre] else None
    if nombre == "periodo":
        try:
            periodo = Periodo.leer(texto)
        except PeriodoInvalido:
            return None
        # El día ya dice cuáles; entre ellas, PostgreSQL no ha de creer que quedan pocas y reunirlas para ordenarlas.
        return "COALESCE(m.periodo = %s, FALSE) AND m.fin = %s", [periodo.texto, en_la_base(periodo.fin)]
    if nombre == "actualizado_desde":
        try:
            momento = leer_desde(texto)
        except ValidationError:
            return None
        return "{publicada}m.publicada_en >= %s", [connection.ops.adapt_datetimefield_value(momento)]
    uno = {"indicador": catalogo.clave_de_indicador, "ambito": catalogo.clave_de_ambito}.get(nombre)
    if uno is not None:
        return (f"{{una}}m.{nombre}_id = %s", [uno[texto]]) if texto in uno else None
    columna, grupos = {
        "objetivo": ("indicador", catalogo.del_objetivo),
        "servicio": ("indicador", catalogo.del_servicio),
        "ambito_nivel": ("ambito", catalogo.del_nivel),
    }.get(nombre, ("", {}))
    claves = grupos.get(texto)
    return _de_grupo(columna, claves, catalogo) if claves else None


def _buscar(texto: str, catalogo: Catalogo) -> tuple[str, list[Any]] | None:
    """Cada término, en el nombre o código del indicador o del ámbito."""
    buscados = list(dict.fromkeys(terminos(texto)))
    if len(buscados) > TERMINOS:
        return None
    condiciones, valores = ["TRUE"], list[Any]()
    for termino in buscados:
        partes = []
        for columna, textos in (("indicador", catalogo.texto_de_indicador), ("ambito", catalogo.texto_de_ambito)):
            claves = tuple(clave for clave, suyo in textos.items() if termino in suyo)
            if claves:
                partes.append(_entre(columna, claves))
                valores += claves
        condiciones.append(f"({' OR '.join(partes)})" if partes else "FALSE")
    return " AND ".join(condiciones), valores


def _de_grupo(columna: str, claves: tuple[int, ...], catalogo: Catalogo) -> tuple[str, list[Any]]:
    """Las de esas claves; si son más de la mitad, todas menos las demás, que es lo mismo y se escribe con menos."""
    todas = catalogo.indicador if columna == "indicador" else catalogo.ambito
    suyas = set(claves)
    otras = tuple(clave for clave in todas if clave not in suyas)
    if len(claves) <= len(otras) or not otras:
        return _entre(columna, claves), list(claves)
    return _entre(columna, otras, "NOT IN"), list(otras)


def _entre(columna: str, claves: tuple[int, ...], como: str = "IN") -> str:
    return f"{{varias}}m.{columna}_id {como} ({', '.join(['%s'] * len(claves))})"


def _leer_dia(texto: str) -> date | None:
    try:
        dia = date.fromisoformat(texto) if DIA.fullmatch(texto) else None
    except ValueError:
        return None
    return dia if dia and 1990 <= dia.year <= 2100 else None


def en_la_base(dia: date) -> Any:
    """El día como lo guarda la base."""
    return connection.ops.adapt_datefield_value(dia)
