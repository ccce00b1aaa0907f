"""Los servicios en la administración: su ficha, quiénes participan y con qué documentos, con historial."""

from django.contrib import admin

from indicadores.admin.roles import Catalogo, EnLinea
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension


class ParticipacionEnLinea(EnLinea):
    model = Participacion
    fields = ("entidad", "rol", "organo", "notas")
    autocomplete_fields = ("entidad",)


class DocumentoEnLinea(EnLinea):
    model = DocumentoDeProvision
    fields = ("titulo", "estado", "norma", "fecha", "precision_fecha", "fuente")
    autocomplete_fields = ("norma", "fuente")


@admin.register(Servicio)
class ServicioAdmin(Catalogo):
    identidad = ("codigo", "objetivo")
    list_display = ("codigo", "nombre_corto", "objetivo", "ejecucion", "estado")
    list_display_links = ("codigo", "nombre_corto")
    list_select_related = ("objetivo",)
    list_filter = ("objetivo", "ejecucion", "estado", "ejecucion_inferida")
    search_fields = ("codigo", "codigo_oficial", "nombre", "nombre_corto")
    search_help_text = "Código o nombre."
    ordering = ("codigo",)
    autocomplete_fields = ("objetivo", "lineamiento", "fuente")
    inlines = (ParticipacionEnLinea, DocumentoEnLinea)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "codigo",
                    "codigo_oficial",
                    "nombre",
                    "nombre_corto",
                    "nombre_es_parafrasis",
                    "objetivo",
                    "lineamiento",
                    "ejecucion",
                    "ejecucion_inferida",
                    "estado",
                )
            },
        ),
        (
            "Ficha del servicio",
            {"fields": ("descripcion", "proveedor", "receptor", "cobertura", "estandares", "notas", "fuente")},
        ),
    )


@admin.register(Intervencion)
class IntervencionAdmin(Catalogo):
    identidad = ("objetivo",)
    list_display = ("titulo", "objetivo", "servicio", "anio")
    list_select_related = ("objetivo", "servicio")
    list_filter = ("anio", "objetivo")
    search_fields = ("titulo", "descripcion")
    ordering = ("objetivo", "anio", "titulo")
    autocomplete_fields = ("objetivo", "servicio", "fuente")


@admin.register(Suspension)
class SuspensionAdmin(Catalogo):
    identidad = ("objetivo",)
    list_display = ("actividad", "objetivo", "servicio", "causa", "anio")
    list_select_related = ("objetivo", "servicio")
    list_filter = ("anio", "objetivo")
    search_fields = ("actividad", "causa")
    ordering = ("objetivo", "actividad")
    autocomplete_fields = ("objetivo", "servicio", "fuente")
