"""Los nombres de lugares que el portal aprendió de las hojas: se ven y se olvidan; se aprenden al subir una matriz."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from indicadores.acciones.alias import olvidar_alias
from indicadores.admin.palabras import escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.models import AliasDeAmbito
from indicadores.permisos import Accion, puede


@admin.register(AliasDeAmbito)
class AliasDeAmbitoAdmin(PorRoles, admin.ModelAdmin):
    """Borrar es olvidar, por su verbo: el nombre vuelve a preguntarse y lo ya anotado no cambia."""

    accion_de_agregar = None
    accion_de_cambiar = None
    list_display = ("alias", "ambito", "creado_por", "cuando")
    list_select_related = ("ambito", "creado_por")
    search_fields = ("alias", "ambito__nombre", "ambito__codigo")
    search_help_text = "Nombre en las hojas o en el portal."
    ordering = ("alias",)
    fields = ("alias", "ambito", "creado_por", "cuando")
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.IMPORTAR)

    def delete_model(self, request: HttpRequest, obj: AliasDeAmbito) -> None:
        olvidar_alias(obj, por=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for alias in queryset:
            olvidar_alias(alias, por=request.user)  # type: ignore[arg-type]

    @admin.display(description="aprendido en", ordering="creado_en")
    def cuando(self, alias: AliasDeAmbito) -> str:
        return escribir_momento(alias.creado_en)
