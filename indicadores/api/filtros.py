"""Los filtros de la API, declarados; un valor que no existe es un 400 que lo nombra, nunca una lista vacía.

Un parámetro vacío (``?sexo=``) equivale a no escribirlo, como lo envía un formulario.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from indicadores.api.parametros import ParametroInvalido, citar
from indicadores.calculo.tipos import EstadoIndicador, Periodo, PeriodoInvalido, Semaforo, Sentido
from indicadores.errores import DatoInvalido
from indicadores.formato import enumerar
from indicadores.mirada import leer_dia, leer_iso
from indicadores.models import Ambito, Indicador, Medicion
from objetivos.models import Entidad, ObjetivoPrioritario
from servicios.models import Servicio


class _CampoLeido(forms.Field):
    """Un texto que ``leer`` convierte o rechaza con :class:`ValidationError`."""

    def __init__(self, *, leer: Callable[[str], Any], **opciones: Any) -> None:
        super().__init__(**opciones)
        self.leer = leer

    def to_python(self, value: Any) -> Any:
        texto = str(value or "").strip()
        return self.leer(texto) if texto else None


class Leido(django_filters.Filter):
    """Filtra por lo que resulta de leer el texto con una función nuestra."""

    field_class = _CampoLeido

    @property
    def esquema(self) -> dict[str, Any]:
        """La forma del texto que admite, para la documentación."""
        return ESQUEMAS.get(self.extra["leer"], {"type": "string"})


class PorCodigo(django_filters.ModelChoiceFilter):
    """Filtra por el código de otro objeto, que debe existir."""

    def __init__(self, modelo: type[Model], clave: str = "codigo", **opciones: Any) -> None:
        super().__init__(
            queryset=modelo._default_manager.order_by("pk"),
            to_field_name=clave,
            error_messages={"invalid_choice": "no hay ninguno con ese valor"},
            **opciones,
        )


class Opcion(django_filters.ChoiceFilter):
    """Filtra por uno de unos pocos valores."""

    def __init__(self, opciones_validas: Iterable[str], **opciones: Any) -> None:
        validas = [str(opcion) for opcion in opciones_validas]
        super().__init__(
            choices=[(opcion, opcion) for opcion in validas],
            error_messages={"invalid_choice": f"se admite {enumerar(validas, 'o')}"},
            **opciones,
        )


class Filtros(django_filters.FilterSet):
    """Base: aplica o levanta :class:`ParametroInvalido` con el primer parámetro que falla."""

    def __init__(self, parametros: QueryDict, filas: QuerySet[Any]) -> None:
        super().__init__(parametros, queryset=filas)

    def aplicar(self) -> QuerySet[Any]:
        if not self.is_valid():
            nombre, errores = next(iter(self.form.errors.items()))
            dice = citar(str(self.data.get(nombre, "")))
            raise ParametroInvalido(nombre, f"El parámetro «{nombre}» dice {dice}; {str(errores[0]).rstrip('.')}.")
        filas: QuerySet[Any] = self.qs
        return filas

    def pedido(self, nombre: str) -> Any:
        """El valor ya validado de un filtro que no se resuelve en la base; None si no se pidió."""
        return self.form.cleaned_data.get(nombre) or None


def leer_anio(texto: str) -> int:
    if not (texto.isascii() and texto.isdigit() and len(texto) == 4 and 1990 <= int(texto) <= 2100):
        raise ValidationError("se espera un año entre 1990 y 2100")
    return int(texto)


def _leer_periodo(texto: str) -> str:
    try:
        return Periodo.leer(texto).texto
    except PeriodoInvalido:
        raise ValidationError(
            "se espera un año (2021), un semestre (2021-S1), un trimestre (2021-Q1) o un mes (2021-03)"
        ) from None


def _leer_dia(texto: str) -> date:
    try:
        return leer_dia(texto, "día")
    except DatoInvalido:
        raise ValidationError("se espera un día como 2021-12-31, entre 1990 y 2100") from None


def leer_desde(texto: str) -> datetime:
    try:
        dia = date.fromisoformat(texto) if len(texto) == 10 else None
        momento = datetime.combine(dia, time.min) if dia else leer_iso(texto)
        if timezone.is_naive(momento):
            momento = timezone.make_aware(momento)
        if not 1990 <= momento.year <= 2100:
            raise ValueError(texto)
    except (ValueError, OverflowError):
        raise ValidationError(
            "se espera un día como 2026-11-30 o un momento ISO como 2026-11-30T18:00:00-05:00, entre 1990 y 2100"
        ) from None
    return momento


_ANIO = "(199[0-9]|20[0-9]{2}|2100)"
DIA = {"type": "string", "format": "date", "pattern": f"^{_ANIO}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"}
#: Un día, o un momento con «T» y, si se quiere, su zona.
MOMENTO = {"anyOf": [DIA, {"type": "string", "format": "date-time", "pattern": f"^{_ANIO}-[0-9]{{2}}-[0-9]{{2}}T"}]}
#: La forma de lo que admite cada lector.
ESQUEMAS: dict[Callable[[str], Any], dict[str, Any]] = {
    leer_anio: {"type": "integer", "minimum": 1990, "maximum": 2100},
    _leer_periodo: {"type": "string", "pattern": f"^{_ANIO}(-(S[12]|Q[1-4]|0[1-9]|1[0-2]))?$"},
    _leer_dia: DIA,
    leer_desde: MOMENTO,
}


class FiltroDeMediciones(Filtros):
    indicador = PorCodigo(Indicador, help_text="Código del indicador.")
    objetivo = PorCodigo(
        ObjetivoPrioritario,
        field_name="indicador__objetivo",
        help_text="Código del objetivo al que pertenece el indicador (no incluye los indicadores de sus servicios).",
    )
    servicio = PorCodigo(
        Servicio, field_name="indicador__servicio", help_text="Código del servicio al que pertenece el indicador."
    )
    anio = Leido(leer=leer_anio, method="del_anio", help_text="Año en que termina el periodo.")
    desde = Leido(
        leer=_leer_dia, field_name="fin", lookup_expr="gte", help_text="El periodo termina ese día o después."
    )
    hasta = Leido(leer=_leer_dia, field_name="fin", lookup_expr="lte", help_text="El periodo termina ese día o antes.")
    periodo = Leido(leer=_leer_periodo, help_text="Periodo exacto: 2021, 2021-S1, 2021-Q1 o 2021-03.")
    ambito = PorCodigo(Ambito, help_text="Código del ámbito; PE es el país.")
    ambito_nivel = Opcion(Ambito.Nivel.values, field_name="ambito__nivel", help_text="Nivel del ámbito.")
    sexo = Opcion(Medicion.Sexo.values, help_text="T (total), H (hombres) o M (mujeres).")
    caracter = Opcion(Medicion.Caracter.values, help_text="Lo referencial nunca entra en un avance.")
    situacion = Opcion(Medicion.Situacion.values, help_text="Si la entidad todavía puede revisar la cifra.")
    actualizado_desde = Leido(
        leer=leer_desde,
        field_name="publicada_en",
        lookup_expr="gte",
        help_text="Versiones publicadas ese día (desde su primer instante en Lima), en ese momento o después. No dice "
        "qué se retiró o se reservó: para mantener una copia use cambios/.",
    )

    def del_anio(self, filas: QuerySet[Any], _nombre: str, anio: int) -> QuerySet[Any]:
        return filas.filter(fin__gte=date(anio, 1, 1), fin__lte=date(anio, 12, 31))


class FiltroDeIndicadores(Filtros):
    """``estado``, ``semaforo`` y ``actualizado_desde`` salen de la evaluación: aquí se validan y después se aplican."""

    objetivo = PorCodigo(
        ObjetivoPrioritario,
        help_text="Código del objetivo al que pertenece el indicador (no incluye los indicadores de sus servicios).",
    )
    servicio = PorCodigo(Servicio, help_text="Código del servicio al que pertenece el indicador.")
    tipo = Opcion(["objetivo", "servicio"], method="del_tipo", help_text="De qué mide el logro.")
    estado = Opcion(EstadoIndicador, method="despues", help_text="Si alguna vez se midió.")
    semaforo = Opcion(Semaforo, method="despues", help_text="La luz del avance en el año del corte.")
    sentido = Opcion(Sentido, help_text="Hacia dónde debe moverse el valor.")
    actualizado_desde = Leido(
        leer=leer_desde,
        method="despues",
        help_text="Los que tienen a la vista alguna cifra publicada ese día, en ese momento o después.",
    )
    entidad = PorCodigo(
        Entidad,
        "sigla",
        method="de_entidad",
        help_text="Sigla de la entidad responsable del indicador, o que participa en el servicio que este mide.",
    )

    def del_tipo(self, filas: QuerySet[Any], _nombre: str, tipo: str) -> QuerySet[Any]:
        return filas.filter(objetivo__isnull=tipo != "objetivo")

    def de_entidad(self, filas: QuerySet[Any], _nombre: str, entidad: Entidad) -> QuerySet[Any]:
        suyos = Servicio.objects.filter(participaciones__entidad=entidad).values("pk")
        return filas.filter(Q(responsable=entidad) | Q(servicio__in=suyos))

    def despues(self, filas: QuerySet[Any], _nombre: str, _valor: Any) -> QuerySet[Any]:
        return filas


class FiltroDeAmbitos(Filtros):
    nivel = Opcion(Ambito.Nivel.values, help_text="Nivel del ámbito.")
    padre = PorCodigo(Ambito, help_text="Código del ámbito que lo contiene.")
