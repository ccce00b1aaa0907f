"""API v1 de los servicios: quiénes los proveen, con qué documentos y qué los interrumpió."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicadores.api import a_json
from indicadores.api.documentacion import detalle, documentar, lista
from indicadores.api.esquemas import EnlaceAPagina
from indicadores.api.filtros import Filtros, Opcion, PorCodigo
from indicadores.api.views import Lista, Recurso, uno
from indicadores.models import Indicador
from objetivos.models import Entidad, Lineamiento, Norma, ObjetivoPrioritario
from servicios.models import DocumentoDeProvision, Participacion, Servicio, Suspension


class EntidadDeServicio(serializers.Serializer):
    sigla = serializers.CharField(help_text="Sigla.")
    nombre = serializers.CharField(help_text="Nombre.")
    rol = serializers.ChoiceField(Participacion.Rol.values, help_text="Qué papel cumple en el servicio.")


class Documento(serializers.Serializer):
    """El protocolo, manual o directiva que gobierna el servicio."""

    titulo = serializers.CharField(help_text="Título.")
    estado = serializers.ChoiceField(
        DocumentoDeProvision.Estado.values, help_text="En qué situación está el documento."
    )
    norma = serializers.CharField(allow_null=True, help_text="La norma que lo aprueba.")
    fecha = serializers.CharField(
        allow_null=True, help_text="ISO 8601, hasta donde se conoce: 2021-05-14, 2021-05 o 2021."
    )


class SuspensionDeServicio(serializers.Serializer):
    actividad = serializers.CharField(help_text="Qué se suspendió.")
    causa = serializers.CharField(help_text="Por qué.")
    anio = serializers.IntegerField(help_text="Año del reporte que la informa.")
    medida_alternativa = serializers.CharField(allow_null=True, help_text="Qué se hizo en su lugar.")


class FichaDeServicio(serializers.Serializer):
    """La ficha del servicio; lo que aún no se conoce es null."""

    codigo_oficial = serializers.CharField(
        allow_null=True, help_text="Código que le da el documento oficial; null si no consta."
    )
    nombre_es_parafrasis = serializers.BooleanField(help_text="La fuente lo describe pero no lo nombra.")
    ejecucion_inferida = serializers.BooleanField(help_text="La fuente no declara la ejecución: se dedujo.")
    descripcion = serializers.CharField(allow_null=True, help_text="En qué consiste.")
    proveedor = serializers.CharField(allow_null=True, help_text="Quién lo da.")
    receptor = serializers.CharField(allow_null=True, help_text="Quién lo recibe.")
    cobertura = serializers.CharField(allow_null=True, help_text="Hasta dónde llega.")
    estandares = serializers.CharField(allow_null=True, help_text="Con qué estándares se da.")


class UnServicio(serializers.Serializer):
    """Un servicio de la política."""

    codigo = serializers.CharField(help_text="Código.")
    nombre = serializers.CharField(help_text="Nombre.")
    objetivo = serializers.CharField(help_text="Código del objetivo.")
    lineamiento = serializers.CharField(allow_null=True, help_text="Código del lineamiento, si se conoce.")
    ejecucion = serializers.ChoiceField(Servicio.Ejecucion.values, help_text="Cuándo empieza a proveerse.")
    estado = serializers.ChoiceField(Servicio.Estado.values, help_text="Si ya se provee.")
    entidades = EntidadDeServicio(many=True, help_text="Quiénes participan.")
    documentos = Documento(many=True, help_text="Los que lo gobiernan, conocidos al corte.")
    indicadores = serializers.ListField(child=serializers.CharField(), help_text="Códigos de sus indicadores.")
    suspensiones = SuspensionDeServicio(many=True, help_text="Las informadas hasta el corte.")
    notas = serializers.CharField(allow_null=True, help_text="Aclaraciones.")
    enlaces = EnlaceAPagina(help_text="Direcciones.")
    ficha = FichaDeServicio(help_text="El resto de la ficha.")


class FiltroDeServicios(Filtros):
    objetivo = PorCodigo(ObjetivoPrioritario, help_text="Código del objetivo.")
    lineamiento = PorCodigo(Lineamiento, help_text="Código del lineamiento.")
    ejecucion = Opcion(Servicio.Ejecucion.values, help_text="Cuándo empieza a proveerse.")
    estado = Opcion(Servicio.Estado.values, help_text="Si ya se provee.")
    entidad = PorCodigo(Entidad, "sigla", field_name="entidades", help_text="Sigla de una entidad que participa.")


class Servicios(Lista):
    forma = UnServicio
    filtros = FiltroDeServicios
    campos_de_busqueda: ClassVar[tuple[str, ...]] = ("codigo", "codigo_oficial", "nombre", "nombre_corto")

    @documentar("servicios", lista(UnServicio), "Los servicios", filtros=FiltroDeServicios, ordenes=Lista.ordenes)
    def get(self, request: Request) -> HttpResponseBase:
        return self.responder(_servicios(), self._a_dict)

    def _a_dict(self, servicios: Sequence[Servicio]) -> list[a_json.Json]:
        return [_servicio_a_dict(servicio, self.mirada.corte, self.absoluta) for servicio in servicios]


class DetalleDeServicio(Recurso):
    @documentar("servicio", detalle(UnServicio), "Un servicio")
    def get(self, request: Request, codigo: str) -> Response:
        servicio = uno(_servicios(), "un servicio con el código", codigo=codigo)
        return Response(_servicio_a_dict(servicio, self.mirada.corte, self.absoluta))


def _servicios() -> QuerySet[Servicio]:
    return (
        Servicio.objects.select_related("objetivo", "lineamiento")
        .prefetch_related(
            Prefetch("participaciones", Participacion.objects.select_related("entidad").order_by("entidad__sigla")),
            Prefetch("documentos", DocumentoDeProvision.objects.select_related("norma").order_by("titulo")),
            Prefetch("indicadores", Indicador.objects.order_by("codigo")),
            Prefetch("suspensiones", Suspension.objects.order_by("anio", "actividad")),
        )
        .order_by("codigo")
    )


def _servicio_a_dict(servicio: Servicio, corte: date, absoluta: a_json.Absoluta) -> a_json.Json:
    """El servicio como se veía al corte: ni documentos ni suspensiones posteriores."""
    return {
        "codigo": servicio.codigo,
        "nombre": servicio.nombre,
        "objetivo": servicio.objetivo.codigo,
        "lineamiento": servicio.lineamiento.codigo if servicio.lineamiento else None,
        "ejecucion": servicio.ejecucion,
        "estado": servicio.estado,
        "entidades": [
            {"sigla": suya.entidad.sigla, "nombre": suya.entidad.nombre, "rol": suya.rol}
            for suya in servicio.participaciones.all()
        ],
        "documentos": [
            {
                "titulo": documento.titulo,
                "estado": documento.estado,
                "norma": norma_al(documento.norma, corte),
                "fecha": a_json.fecha(documento.fecha, documento.precision_fecha),
            }
            for documento in servicio.documentos.all()
            if documento.es_visible_al(corte)
        ],
        "indicadores": [indicador.codigo for indicador in servicio.indicadores.all()],
        "suspensiones": [
            {
                "actividad": suspension.actividad,
                "causa": suspension.causa,
                "anio": suspension.anio,
                "medida_alternativa": suspension.medida_alternativa or None,
            }
            for suspension in servicio.suspensiones.all()
            if suspension.anio <= corte.year
        ],
        "notas": servicio.notas or None,
        "enlaces": {"pagina": absoluta(servicio.get_absolute_url())},
        "ficha": {
            "codigo_oficial": servicio.codigo_oficial or None,
            "nombre_es_parafrasis": servicio.nombre_es_parafrasis,
            "ejecucion_inferida": servicio.ejecucion_inferida,
            "descripcion": servicio.descripcion or None,
            "proveedor": servicio.proveedor or None,
            "receptor": servicio.receptor or None,
            "cobertura": servicio.cobertura or None,
            "estandares": servicio.estandares or None,
        },
    }


def norma_al(norma: Norma | None, corte: date) -> str | None:
    """Cómo se cita la norma, si al corte ya existía."""
    return str(norma) if norma and norma.es_visible_al(corte) else None
