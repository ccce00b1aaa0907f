"""Desde dónde se mira la política: a qué corte y con lo publicado a qué fecha. Se lee igual en páginas y API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.utils import timezone

from indicadores.errores import DatoInvalido

PARAMETROS = ("corte", "a_la_fecha")
#: La hora y, tras un espacio, la zona: «18:00:00 00:00».
_ZONA_SIN_MAS = re.compile(r"(:[0-9]{2}(?:\.[0-9]+)?) ([0-9]{2}:?[0-9]{2})$")


@dataclass(frozen=True, slots=True)
class Mirada:
    """``corte`` decide qué periodos y logros se ven; ``a_la_fecha``, qué versiones; ``pedido``, lo que se escribió.

    ``hoy`` es el día en que se mira, que solo se dice (al citar): no cambia ninguna cifra.
    """

    corte: date
    a_la_fecha: datetime
    pedido: tuple[tuple[str, str], ...] = ()
    hoy: date | None = field(default=None, compare=False)

    @property
    def sufijo(self) -> str:
        """Lo que se agrega a un enlace para conservar la mirada: «?corte=2021-12-31», o nada."""
        return f"?{urlencode(self.pedido)}" if self.pedido else ""

    @property
    def anexo(self) -> str:
        """Lo mismo para un enlace que ya lleva otros parámetros: «&corte=2021-12-31», o nada."""
        return f"&{urlencode(self.pedido)}" if self.pedido else ""

    @property
    def solo_fecha(self) -> str:
        """La mirada sin su corte, para una página que ya es de un año: «?a_la_fecha=2026-11-30», o nada."""
        fecha = [(nombre, valor) for nombre, valor in self.pedido if nombre == "a_la_fecha"]
        return f"?{urlencode(fecha)}" if fecha else ""

    @property
    def cierres(self) -> tuple[date, ...]:
        """El último día de los años que ya habían terminado a la fecha, del más reciente a hace seis."""
        anio = timezone.localdate(self.a_la_fecha).year
        return tuple(date(uno, 12, 31) for uno in range(anio - 1, anio - 7, -1))

    @property
    def pide_corte(self) -> bool:
        return "corte" in dict(self.pedido)

    @property
    def pide_fecha(self) -> bool:
        return "a_la_fecha" in dict(self.pedido)


def leer_mirada(parametros: Mapping[str, str], *, ahora: datetime) -> Mirada:
    """La mirada que piden los parámetros de una dirección; por defecto, hoy en Lima y lo publicado hasta ``ahora``.

    ``a_la_fecha`` admite un día (hasta su último instante en Lima) o un momento ISO. Levanta :class:`DatoInvalido`.
    """
    pedido = tuple((nombre, parametros[nombre].strip()) for nombre in PARAMETROS if parametros.get(nombre, "").strip())
    valores = dict(pedido)
    hoy = timezone.localdate(ahora)
    corte = leer_dia(valores["corte"], "corte") if "corte" in valores else hoy
    a_la_fecha = _leer_momento(valores["a_la_fecha"]) if "a_la_fecha" in valores else ahora
    return Mirada(corte=corte, a_la_fecha=a_la_fecha, pedido=pedido, hoy=hoy)


def leer_dia(texto: str, campo: str) -> date:
    """Un día escrito AAAA-MM-DD, entre 1990 y 2100."""
    try:
        dia = datetime.strptime(texto, "%Y-%m-%d").date()
    except ValueError:
        dia = None
    if dia is None or not 1990 <= dia.year <= 2100:
        raise DatoInvalido(
            f"El parámetro «{campo}» dice «{texto}»; se espera un día como 2021-12-31, entre 1990 y 2100.", campo=campo
        )
    return dia


def _fin_del_dia(texto: str) -> datetime | None:
    """El último instante del día que nombra ``texto``; None si no nombra un día."""
    try:
        return datetime.combine(date.fromisoformat(texto), time.max)
    except ValueError:
        return None


def leer_iso(texto: str) -> datetime:
    """Un momento ISO 8601; levanta ``ValueError``.

    El «+» de la zona, si no se escribió «%2B» en la dirección, llega como un espacio: se lee igual.
    """
    return datetime.fromisoformat(_ZONA_SIN_MAS.sub(r"\1+\2", texto))


def _leer_momento(texto: str) -> datetime:
    try:
        momento = _fin_del_dia(texto) or leer_iso(texto)
        if timezone.is_naive(momento):
            momento = timezone.make_aware(momento)
        if not 1990 <= momento.year <= 2100:
            raise ValueError(texto)
    except (ValueError, OverflowError):
        raise DatoInvalido(
            f"El parámetro «a_la_fecha» dice «{texto}»; se espera un día como 2026-11-30 o un momento ISO como "
            "2026-11-30T18:00:00-05:00, entre 1990 y 2100.",
            campo="a_la_fecha",
        ) from None
    return momento
