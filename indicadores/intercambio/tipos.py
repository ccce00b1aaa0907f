"""Lo que comparten todas las clases de hoja: filas leídas, errores de celda y diferencias; y quién atiende cada clase.

Un :class:`Manejador` dice cómo se lee, se compara y se aplica una clase de lote. Cada clase vive en el módulo que
nombra ``MODULOS``, que ofrece su ``MANEJADOR``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import Any, BinaryIO

from indicadores.models import Lote
from indicadores.permisos import Accion

#: Lo que puede traer una celda: texto tal como vino, o un valor con su tipo.
Crudo = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Fila:
    """Una medición tal como la dice una hoja; nada está comprobado todavía.

    ``version_base`` es la clave primaria de la medición que la hoja mostraba (0: no había ninguna; None: no se sabe) y
    ``testigo_base``, el suyo; ``celdas`` dice de qué celda («F12») salió cada campo. Un campo en ``ausentes`` no tiene
    columna en la hoja: lo que hay se conserva.
    """

    hoja: str
    numero: int
    indicador_codigo: str
    periodo: str
    ambito: str
    sexo: str = "T"
    caracter: str = "oficial"
    situacion: str = "definitiva"
    valor: Crudo = None
    numerador: Crudo = None
    denominador: Crudo = None
    motivo_ausencia: str = ""
    texto_ausencia: str = ""
    fecha_compromiso: Crudo = None
    fuente: str = ""
    notas: str = ""
    version_base: int | None = None
    testigo_base: int | None = None
    celdas: Mapping[str, str] = field(default_factory=dict)
    ausentes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ErrorDeCelda:
    """Lo que no se pudo leer o no se acepta: dónde está, qué dice y qué se esperaba."""

    hoja: str
    celda: str
    valor: str
    mensaje: str


class Tipo(StrEnum):
    """En qué difiere una fila de lo que hay."""

    NUEVA = "nueva"
    CAMBIADA = "cambiada"
    IGUAL = "igual"
    CONFLICTO = "conflicto"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diferencia:
    """Una fila comparada: ``antes`` y ``despues`` dicen, por rótulo, lo que se muestra; ``datos`` sirve a aplicar.

    ``datos`` lleva solo tipos de JSON. En un error, ``celda`` dice dónde y ``valor`` lo escrito.
    """

    tipo: Tipo
    hoja: str = ""
    numero: int = 0
    titulo: str = ""
    antes: Mapping[str, str] = field(default_factory=dict)
    despues: Mapping[str, str] = field(default_factory=dict)
    mensaje: str = ""
    celda: str = ""
    valor: str = ""
    datos: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def de_error(cls, error: ErrorDeCelda, *, numero: int = 0, titulo: str = "") -> "Diferencia":
        return cls(
            Tipo.ERROR,
            hoja=error.hoja,
            numero=numero,
            titulo=titulo,
            celda=error.celda,
            valor=error.valor[:200],
            mensaje=error.mensaje,
        )


class ArchivoIlegible(ValueError):
    """El archivo entero no se puede leer; el mensaje dice por qué y qué hacer."""


#: ``leer(archivo, opciones)``: produce filas (:class:`Fila` o las de su clase) y errores, sin cargar todo a la memoria.
Lector = Callable[[BinaryIO, Mapping[str, Any]], Iterator[Any]]
#: ``comparar(lote, leidas, ahora)``: cada fila leída (o error) frente a lo que hay.
Comparador = Callable[[Lote, Iterable[Any], datetime], Iterator[Diferencia]]
#: ``aplicar(lote, diferencias, ahora)``: escribe por los verbos lo nuevo y lo cambiado, dentro de una transacción ya
#: abierta y con ``lote.aplicado_por``, ``lote.motivo`` y ``lote.opciones["confirmacion"]`` puestos; devuelve cuántas.
#: Si algo cambió desde la comparación levanta ``ConflictoDeEdicion``: no se aplica nada y se vuelve a comparar.
Aplicador = Callable[[Lote, Iterable[Diferencia], datetime], int]


@dataclass(frozen=True, slots=True)
class Manejador:
    """Lo propio de una clase de lote; ``pide_norma``: la confirmación pregunta también la norma que lo dispone."""

    leer: Lector
    comparar: Comparador
    aplicar: Aplicador
    accion: Accion
    se_deshace: bool
    pide_norma: bool = False


MODULOS = {
    Lote.Clase.MEDICIONES: "indicadores.intercambio.mediciones",
    Lote.Clase.MATRIZ: "indicadores.intercambio.matriz_lote",
    Lote.Clase.CATALOGO: "indicadores.intercambio.catalogo_lote",
}


def manejador_de(clase: str) -> Manejador:
    """Quien atiende esa clase de lote."""
    manejador: Manejador = import_module(MODULOS[Lote.Clase(clase)]).MANEJADOR
    return manejador
