"""Qué datos pide una dirección SDMX: el flujo, la clave de las series y los parámetros. Lo que no se entiende, 400."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils import timezone

from indicadores.api.parametros import ParametroInvalido, citar
from indicadores.calculo.tipos import Periodo, PeriodoInvalido
from indicadores.formato import enumerar, plural
from indicadores.mirada import leer_iso
from penitenciaria.interoperabilidad.sdmx_modelo import AGENCIA, DIMENSIONES, FLUJO, TIEMPO, VERSION, Catalogo

TODO, ULTIMA = "all", "latest"
PARAMETROS = (
    "startPeriod",
    "endPeriod",
    "updatedAfter",
    "firstNObservations",
    "lastNObservations",
    "dimensionAtObservation",
    "detail",
)
#: Lo que puede decir ``dimensionAtObservation`` para pedir observaciones sueltas en lugar de series.
TODAS_LAS_DIMENSIONES = "AllDimensions"
_MAXIMO_DE_OBSERVACIONES = 9_999


class Detalle(StrEnum):
    """Cuánto se cuenta de cada serie (``detail``)."""

    TODO = "full"
    SOLO_DATOS = "dataonly"
    SOLO_CLAVES = "serieskeysonly"
    SIN_DATOS = "nodata"

    @property
    def con_observaciones(self) -> bool:
        return self in (Detalle.TODO, Detalle.SOLO_DATOS)

    @property
    def con_atributos(self) -> bool:
        return self in (Detalle.TODO, Detalle.SIN_DATOS)


@dataclass(frozen=True, slots=True)
class Consulta:
    """Una consulta de datos ya comprobada. ``clave``: por dimensión, los códigos pedidos; la que falta, todos.

    ``desde`` y ``hasta`` limitan los periodos (enteros dentro); ``actualizado_desde``, el momento de publicación.
    """

    clave: Mapping[str, frozenset[str]]
    desde: date | None = None
    hasta: date | None = None
    actualizado_desde: datetime | None = None
    primeras: int | None = None
    ultimas: int | None = None
    detalle: Detalle = Detalle.TODO
    plana: bool = False

    def admite(self, dimension: str, codigo: str) -> bool:
        return dimension not in self.clave or codigo in self.clave[dimension]


class FlujoInexistente(LookupError):
    """La dirección nombra un flujo, una versión o un proveedor que aquí no hay."""


def comprobar_flujo(texto: str, proveedor: str = TODO) -> None:
    """``PNP``, ``MINJUSDH,PNP`` o ``MINJUSDH,PNP,1.0``; levanta :class:`FlujoInexistente` con su frase."""
    partes = texto.split(",")
    if len(partes) == 1:
        partes = [TODO, *partes]
    agencia, flujo, version = (*partes, ULTIMA)[:3]
    conocidos = ((AGENCIA, TODO), (FLUJO, TODO), (VERSION, ULTIMA, TODO))
    if len(partes) > 3 or any(uno not in de for uno, de in zip((agencia, flujo, version), conocidos, strict=True)):
        raise FlujoInexistente(
            f"No hay un flujo de datos {citar(texto)}: el de este portal es {AGENCIA},{FLUJO},{VERSION}."
        )
    if proveedor not in (TODO, AGENCIA, f"{AGENCIA},{AGENCIA}"):
        raise FlujoInexistente(f"No hay un proveedor {citar(proveedor)}: el de este portal es {AGENCIA}.")


def leer_consulta(clave: str, parametros: Mapping[str, str], catalogo: Catalogo) -> Consulta:
    """La consulta entera; levanta :class:`ParametroInvalido` con lo primero que falla."""
    detalle = _leer_opcion(parametros, "detail", [uno.value for uno in Detalle], Detalle.TODO.value)
    observada = _leer_opcion(parametros, "dimensionAtObservation", [TIEMPO.id, TODAS_LAS_DIMENSIONES], TIEMPO.id)
    consulta = Consulta(
        clave=_leer_clave(clave, catalogo),
        desde=_leer_periodo(parametros, "startPeriod", "inicio"),
        hasta=_leer_periodo(parametros, "endPeriod", "fin"),
        actualizado_desde=_leer_momento(parametros, "updatedAfter"),
        primeras=_leer_cantidad(parametros, "firstNObservations"),
        ultimas=_leer_cantidad(parametros, "lastNObservations"),
        detalle=Detalle(detalle),
        plana=observada == TODAS_LAS_DIMENSIONES,
    )
    if consulta.plana and not consulta.detalle.con_observaciones:
        raise ParametroInvalido(
            "detail",
            f"Con «dimensionAtObservation={TODAS_LAS_DIMENSIONES}» no hay series que listar: "
            f"use «detail=full» o «detail=dataonly», o quite «dimensionAtObservation».",
        )
    return consulta


def _leer_clave(texto: str, catalogo: Catalogo) -> dict[str, frozenset[str]]:
    """``OP_01-I2.PE.T.oficial+referencial..A``: un hueco es cualquiera y ``+`` une varios; ``all`` es todo."""
    if texto in ("", TODO):
        return {}
    partes = texto.split(".")
    orden = ".".join(dimension.id for dimension in DIMENSIONES)
    if len(partes) != len(DIMENSIONES):
        raise ParametroInvalido(
            "clave",
            f"La clave {citar(texto)} tiene {plural(len(partes), 'parte', 'partes')} y se esperan {len(DIMENSIONES)}, "
            f"separadas por puntos: {orden}. El punto de un código se escribe «_»: OP_01-I2. "
            "Una parte vacía es «cualquiera».",
        )
    clave = {}
    for dimension, parte in zip(DIMENSIONES, partes, strict=True):
        if not parte:
            continue
        conocidos = {codigo.id for codigo in catalogo.listas[str(dimension.lista)].codigos}
        pedidos = frozenset(parte.split("+")) - {""}
        for codigo in sorted(pedidos - conocidos):
            raise ParametroInvalido(
                "clave",
                f"La clave dice {citar(codigo)} en {dimension.id} y ese código no está en la lista {dimension.lista}: "
                f"véala en codelist/{AGENCIA}/{dimension.lista}. El orden de la clave es {orden}.",
            )
        if pedidos:
            clave[dimension.id] = pedidos
    return clave


_OTRAS_FORMAS = re.compile(r"(?P<anio>[0-9]{4})-(?:A1|M(?P<mes>[0-9]{2}))")
_DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _leer_periodo(parametros: Mapping[str, str], nombre: str, extremo: str) -> date | None:
    """El ``inicio`` o el ``fin`` de un periodo (también 2021-A1 y 2021-M03), o un día (con o sin hora)."""
    texto = parametros.get(nombre, "").strip()
    if not texto:
        return None
    otra = _OTRAS_FORMAS.fullmatch(texto)
    dia = _DIA.fullmatch(texto.partition("T")[0])
    try:
        if dia is not None:
            return date.fromisoformat(dia[0])
        periodo = Periodo.leer(texto if otra is None else "-".join(filter(None, otra.groups())))
    except (PeriodoInvalido, ValueError):
        raise ParametroInvalido(
            nombre,
            f"El parámetro «{nombre}» dice {citar(texto)}; se espera un año (2021), un semestre (2021-S1), "
            "un trimestre (2021-Q1), un mes (2021-03) o un día (2021-03-31).",
        ) from None
    limite: date = getattr(periodo, extremo)
    return limite


def _leer_momento(parametros: Mapping[str, str], nombre: str) -> datetime | None:
    texto = parametros.get(nombre, "").strip()
    if not texto:
        return None
    try:
        momento = leer_iso(texto)
        momento = timezone.make_aware(momento) if timezone.is_naive(momento) else momento
        if not 1990 <= momento.year <= 2100:
            raise ValueError(texto)
    except (ValueError, OverflowError):
        raise ParametroInvalido(
            nombre,
            f"El parámetro «{nombre}» dice {citar(texto)}; se espera un momento como 2026-11-30T18:00:00-05:00, "
            "entre 1990 y 2100.",
        ) from None
    return momento


def _leer_cantidad(parametros: Mapping[str, str], nombre: str) -> int | None:
    texto = parametros.get(nombre, "").strip()
    if not texto:
        return None
    cantidad = int(texto) if texto.isascii() and texto.isdigit() and len(texto) < 9 else 0
    if cantidad < 1:
        raise ParametroInvalido(
            nombre, f"El parámetro «{nombre}» dice {citar(texto)}; se espera un número entero, desde 1."
        )
    return min(cantidad, _MAXIMO_DE_OBSERVACIONES)


def _leer_opcion(parametros: Mapping[str, str], nombre: str, opciones: list[str], defecto: str) -> str:
    texto = parametros.get(nombre, "").strip() or defecto
    if texto not in opciones:
        raise ParametroInvalido(
            nombre, f"El parámetro «{nombre}» dice {citar(texto)}; se admite {enumerar(opciones, 'o')}."
        )
    return texto
