"""API v1 de lo fijado: las líneas base y los logros esperados, una fila por cada uno."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from indicadores.api import a_json
from indicadores.api.documentacion import documentar, lista
from indicadores.api.esquemas import Procedencia, ValorDeUnAnio
from indicadores.api.filtros import Filtros, Leido, PorCodigo, leer_anio
from indicadores.api.views import Lista
from indicadores.calculo.tipos import Ausencia, Motivo
from indicadores.formato import numero_json
from indicadores.models import Indicador, LineaBase, LogroEsperado
from objetivos.models import ObjetivoPrioritario
from servicios.models import Servicio


class ValorFijado(ValorDeUnAnio):
    """Una línea base o un logro esperado que rige, y el indicador al que pertenece."""

    indicador = serializers.CharField(help_text="Código del indicador.")
    version = serializers.IntegerField(min_value=1, help_text="Cuántas veces se ha fijado; la primera es 1.")
    publicada_en = serializers.DateTimeField(help_text="Desde cuándo rige.")
    fuente = Procedencia(allow_null=True, help_text="De dónde sale la cifra; null si no consta.")


class FiltroDeFijados(Filtros):
    indicador = PorCodigo(Indicador, help_text="Código del indicador.")
    objetivo = PorCodigo(
        ObjetivoPrioritario,
        field_name="indicador__objetivo",
        help_text="Código del objetivo al que pertenece el indicador (no incluye los indicadores de sus servicios).",
    )
    servicio = PorCodigo(
        Servicio, field_name="indicador__servicio", help_text="Código del servicio al que pertenece el indicador."
    )
    anio = Leido(leer=leer_anio, help_text="Año.")


class Fijados(Lista):
    """Lo común a los dos: rigen desde que se publican, sea cual sea el corte."""

    forma = ValorFijado
    primeras = ("indicador",)
    filtros = FiltroDeFijados
    ordenes: ClassVar[dict[str, tuple[str, ...]]] = {
        "indicador": ("indicador__codigo", "anio"),
        "anio": ("anio", "indicador__codigo"),
        "publicada_en": ("publicada_en",),
    }
    orden_por_defecto = "indicador"
    campos_de_busqueda = ("indicador__codigo", "indicador__nombre", "indicador__nombre_corto")

    def vigentes(self, filas: QuerySet[Any]) -> HttpResponseBase:
        return self.responder(filas.select_related("indicador", "fuente"), _a_dict)


class LineasBase(Fijados):
    @documentar(
        "lineas_base",
        lista(ValorFijado),
        "Las líneas base que rigen, una por indicador",
        filtros=FiltroDeFijados,
        ordenes=Fijados.ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.vigentes(LineaBase.objects.vigentes(self.mirada.a_la_fecha))


class Logros(Fijados):
    @documentar(
        "logros",
        lista(ValorFijado),
        "Los logros esperados que rigen, uno por indicador y año",
        filtros=FiltroDeFijados,
        ordenes=Fijados.ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.vigentes(LogroEsperado.objects.vigentes(self.mirada.a_la_fecha))


def _a_dict(filas: Sequence[LineaBase | LogroEsperado]) -> list[a_json.Json]:
    return [
        {
            "indicador": fila.indicador.codigo,
            "anio": fila.anio,
            "valor": numero_json(fila.valor),
            "motivo": a_json.ausencia(
                Ausencia(Motivo(fila.motivo_ausencia), fila.texto_ausencia, fila.fecha_compromiso)
                if fila.motivo_ausencia
                else None
            ),
            "version": fila.version,
            "publicada_en": a_json.momento(fila.publicada_en),
            "fuente": {"nombre": fila.fuente.nombre, "url": fila.fuente.url or None} if fila.fuente else None,
        }
        for fila in filas
    ]
