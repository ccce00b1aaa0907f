"""API v1 de lo que se quiere lograr: objetivos prioritarios, lineamientos y las entidades que intervienen."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicadores.api import a_json
from indicadores.api.documentacion import detalle, documentar, lista
from indicadores.api.esquemas import AvanceDeObjetivo, EnlaceAPagina
from indicadores.api.filtros import Filtros, PorCodigo
from indicadores.api.views import Lista, Recurso, uno
from indicadores.calculo.avance import de_objetivo
from indicadores.lectura import avances_de_objetivos, catalogo, leer_indicadores
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from objetivos.models import Entidad, Lineamiento, ObjetivoPrioritario
from servicios.models import Participacion, Servicio

INDICADORES = Indicador.objects.order_by("codigo")
SERVICIOS = Servicio.objects.order_by("codigo")

# --- Objetivos ------------------------------------------------------------------------------------------------------


class Objetivo(serializers.Serializer):
    """Un objetivo prioritario y su avance en el año del corte."""

    codigo = serializers.CharField(help_text="Código.")
    nombre = serializers.CharField(help_text="Nombre.")
    priorizado = serializers.BooleanField(help_text="La entidad rectora declaró prioritario su cumplimiento.")
    indicadores = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus indicadores.")
    servicios = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus servicios.")
    avance = AvanceDeObjetivo(help_text="El del año del corte.")
    lineamientos = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus lineamientos.")
    enlaces = EnlaceAPagina(help_text="Direcciones.")


class Objetivos(Lista):
    forma = Objetivo

    @documentar("objetivos", lista(Objetivo), "Los objetivos prioritarios, evaluados al corte", ordenes=Lista.ordenes)
    def get(self, request: Request) -> HttpResponseBase:
        return self.responder(_objetivos(), lambda filas: _objetivos_a_dict(filas, self.mirada, self.absoluta))


class UnObjetivo(Recurso):
    @documentar("objetivo", detalle(Objetivo), "Un objetivo prioritario, evaluado al corte")
    def get(self, request: Request, codigo: str) -> Response:
        objetivo = uno(_objetivos(), "un objetivo con el código", codigo=codigo)
        [cuerpo] = _objetivos_a_dict([objetivo], self.mirada, self.absoluta)
        return Response(cuerpo)


def _objetivos() -> QuerySet[ObjetivoPrioritario]:
    return ObjetivoPrioritario.objects.prefetch_related(
        Prefetch("servicios", SERVICIOS), Prefetch("lineamientos", Lineamiento.objects.order_by("codigo"))
    ).order_by("codigo")


def _objetivos_a_dict(
    objetivos: Sequence[ObjetivoPrioritario], mirada: Mirada, absoluta: a_json.Absoluta
) -> list[a_json.Json]:
    suyos = catalogo().filter(objetivo__in=[objetivo.pk for objetivo in objetivos])
    leidos = leer_indicadores(suyos, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    avances = avances_de_objetivos(leidos, corte=mirada.corte)
    sin_indicadores = de_objetivo([], mirada.corte.year)
    return [
        {
            "codigo": objetivo.codigo,
            "nombre": objetivo.nombre,
            "priorizado": objetivo.priorizado,
            "indicadores": [leido.indicador.codigo for leido in leidos if leido.indicador.objetivo_id == objetivo.pk],
            "servicios": [servicio.codigo for servicio in objetivo.servicios.all()],
            "avance": a_json.avance_de_objetivo(avances.get(objetivo.pk, sin_indicadores)),
            "lineamientos": [lineamiento.codigo for lineamiento in objetivo.lineamientos.all()],
            "enlaces": {"pagina": absoluta(objetivo.get_absolute_url())},
        }
        for objetivo in objetivos
    ]


# --- Lineamientos ---------------------------------------------------------------------------------------------------


class UnLineamiento(serializers.Serializer):
    """Una línea de acción de un objetivo; no lleva indicadores."""

    codigo = serializers.CharField(help_text="Código.")
    nombre = serializers.CharField(help_text="Nombre.")
    objetivo = serializers.CharField(help_text="Código del objetivo.")
    servicios = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus servicios.")


class FiltroDeLineamientos(Filtros):
    objetivo = PorCodigo(ObjetivoPrioritario, help_text="Código del objetivo.")


class Lineamientos(Lista):
    forma = UnLineamiento
    filtros = FiltroDeLineamientos

    @documentar(
        "lineamientos",
        lista(UnLineamiento),
        "Los lineamientos que se han ingresado",
        filtros=FiltroDeLineamientos,
        ordenes=Lista.ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        todos = Lineamiento.objects.select_related("objetivo").prefetch_related(Prefetch("servicios", SERVICIOS))
        return self.responder(todos, _lineamientos_a_dict)


def _lineamientos_a_dict(lineamientos: Sequence[Lineamiento]) -> list[a_json.Json]:
    return [
        {
            "codigo": lineamiento.codigo,
            "nombre": lineamiento.nombre,
            "objetivo": lineamiento.objetivo.codigo,
            "servicios": [servicio.codigo for servicio in lineamiento.servicios.all()],
        }
        for lineamiento in lineamientos
    ]


# --- Entidades ------------------------------------------------------------------------------------------------------


class ServicioDeEntidad(serializers.Serializer):
    codigo = serializers.CharField(help_text="Código del servicio.")
    rol = serializers.ChoiceField(Participacion.Rol.values, help_text="Qué papel cumple en el servicio.")


class UnaEntidad(serializers.Serializer):
    """Una institución, o un grupo de ellas cuando la fuente no las separa."""

    sigla = serializers.CharField(help_text="Sigla.")
    nombre = serializers.CharField(help_text="Nombre.")
    es_colectiva = serializers.BooleanField(help_text="Si reúne a varias que la fuente no separa.")
    servicios = ServicioDeEntidad(many=True, help_text="En qué servicios participa.")
    indicadores = serializers.ListField(
        child=serializers.CharField(),
        help_text="Códigos de los indicadores de los que responde, y de los de sus servicios.",
    )
    enlaces = EnlaceAPagina(help_text="Direcciones.")


class Entidades(Lista):
    forma = UnaEntidad
    ordenes: ClassVar[dict[str, tuple[str, ...]]] = {"sigla": ("sigla",), "nombre": ("nombre",)}
    orden_por_defecto = "sigla"
    campos_de_busqueda = ("sigla", "nombre")

    @documentar("entidades", lista(UnaEntidad), "Las entidades que intervienen", ordenes=ordenes)
    def get(self, request: Request) -> HttpResponseBase:
        return self.responder(
            _entidades(), lambda filas: [_entidad_a_dict(entidad, self.absoluta) for entidad in filas]
        )


class DetalleDeEntidad(Recurso):
    @documentar("entidad", detalle(UnaEntidad), "Una entidad")
    def get(self, request: Request, sigla: str) -> Response:
        entidad = uno(_entidades(), "una entidad con la sigla", sigla=sigla)
        return Response(_entidad_a_dict(entidad, self.absoluta))


def _entidades() -> QuerySet[Entidad]:
    participaciones = (
        Participacion.objects.select_related("servicio")
        .prefetch_related(Prefetch("servicio__indicadores", INDICADORES))
        .order_by("servicio__codigo")
    )
    return Entidad.objects.prefetch_related(
        Prefetch("participaciones", participaciones), Prefetch("indicadores", INDICADORES)
    ).order_by("sigla")


def _entidad_a_dict(entidad: Entidad, absoluta: a_json.Absoluta) -> dict[str, Any]:
    participaciones = list(entidad.participaciones.all())
    indicadores = {indicador.codigo for indicador in entidad.indicadores.all()}
    for participacion in participaciones:
        indicadores |= {indicador.codigo for indicador in participacion.servicio.indicadores.all()}
    return {
        "sigla": entidad.sigla,
        "nombre": entidad.nombre,
        "es_colectiva": entidad.es_colectiva,
        "servicios": [{"codigo": suya.servicio.codigo, "rol": suya.rol} for suya in participaciones],
        "indicadores": sorted(indicadores),
        "enlaces": {"pagina": absoluta(entidad.get_absolute_url())},
    }
