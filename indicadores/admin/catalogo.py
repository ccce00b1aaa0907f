"""El catálogo de lo que se mide y dónde: indicadores con su ficha técnica, y ámbitos."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from indicadores.admin.roles import Catalogo
from indicadores.models import Ambito, Indicador


@admin.register(Indicador)
class IndicadorAdmin(Catalogo):
    """La unidad queda fija en cuanto hay cifras: cambiarla cambiaría lo que dicen."""

    identidad = ("codigo", "objetivo", "servicio")
    list_display = (
        "codigo",
        "nombre_corto",
        "de_quien",
        "unidad",
        "sentido",
        "periodicidad",
        "relevancia",
        "responsable",
    )
    list_display_links = ("codigo", "nombre_corto")
    list_select_related = ("objetivo", "servicio", "responsable")
    list_filter = ("objetivo", "unidad", "sentido", "periodicidad", ("servicio", admin.EmptyFieldListFilter))
    search_fields = ("codigo", "codigo_oficial", "nombre", "nombre_corto")
    search_help_text = "Código o nombre."
    ordering = ("codigo",)
    autocomplete_fields = ("objetivo", "servicio", "responsable")
    fieldsets = (
        (None, {"fields": ("codigo", "codigo_oficial", "nombre", "nombre_corto", "objetivo", "servicio")}),
        (
            "Cómo se lee el valor",
            {"fields": ("unidad", "simbolo", "decimales", "sentido", "cuenta_personas", "periodicidad", "relevancia")},
        ),
        (
            "Ficha técnica",
            {
                "description": "Lo que aún no se conoce queda vacío y se muestra «por definir».",
                "fields": (
                    "objeto_medicion",
                    "justificacion",
                    "responsable",
                    "limitaciones",
                    "metodo_calculo",
                    "numerador",
                    "denominador",
                    "formula",
                    "tipo_agregacion",
                    "supuestos",
                    "fuente_datos",
                    "proceso_recoleccion",
                    "notas",
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fijos = super().get_readonly_fields(request, obj)
        if obj is not None and (obj.mediciones.exists() or obj.lineas_base.exists() or obj.logros_esperados.exists()):
            fijos.append("unidad")
        return fijos

    @admin.display(description="pertenece a", ordering="objetivo__codigo")
    def de_quien(self, indicador: Indicador) -> str:
        return indicador.objetivo.codigo if indicador.objetivo else indicador.servicio.codigo  # type: ignore[union-attr]


@admin.register(Ambito)
class AmbitoAdmin(Catalogo):
    identidad = ("codigo", "nivel", "padre")
    list_display = ("codigo", "nombre", "nivel", "padre", "departamento", "capacidad")
    list_display_links = ("codigo", "nombre")
    list_select_related = ("padre",)
    list_filter = ("nivel", ("padre", admin.RelatedOnlyFieldListFilter), "departamento")
    search_fields = ("codigo", "nombre", "departamento")
    search_help_text = "Código, nombre o departamento."
    ordering = ("nombre",)
    autocomplete_fields = ("padre", "fuente")
