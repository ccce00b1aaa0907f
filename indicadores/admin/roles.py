"""Quién ve y quién cambia en la administración: lo deciden los roles del portal, no los permisos de Django."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from indicadores.permisos import Accion, puede


class PorRoles:
    """Cualquier rol ve; agrega o cambia quien puede la acción declarada; nadie borra.

    ``accion_de_agregar`` y ``accion_de_cambiar`` en None quieren decir «nadie, por esta vía».
    """

    accion_de_agregar: Accion | None = Accion.ADMINISTRAR
    accion_de_cambiar: Accion | None = Accion.ADMINISTRAR

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        titulo = capfirst(str(self.opts.verbose_name_plural))  # type: ignore[attr-defined]
        return super().changelist_view(request, {"title": titulo, **(extra_context or {})})  # type: ignore[misc]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.VER_BORRADORES)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.VER_BORRADORES)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.accion_de_agregar is not None and puede(request.user, self.accion_de_agregar)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.accion_de_cambiar is not None and puede(request.user, self.accion_de_cambiar)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Catalogo(PorRoles, SimpleHistoryAdmin):
    """Textos del catálogo: los cambia un Administrador y cada cambio queda en su historial.

    ``identidad`` son los campos de los que dependen direcciones, cifras o historia: se escriben una sola vez.
    """

    identidad: tuple[str, ...] = ("codigo",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    object_history_list_template = "admin/historial_de_cambios.html"
    save_on_top = True
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponseRedirect:
        """Volver a una versión pasada se hace escribiéndola: así pasa por el formulario y sus permisos."""
        historial = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
        return HttpResponseRedirect(reverse(historial, args=[object_id]))

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"Historial de {obj}"

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fijos = [*super().get_readonly_fields(request, obj)]
        return fijos if obj is None else [*fijos, *self.identidad]


class EnLinea(PorRoles, admin.TabularInline):
    """Las partes de un objeto del catálogo; solo un Administrador puede quitarlas."""

    extra = 0
    show_change_link = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.ADMINISTRAR)
