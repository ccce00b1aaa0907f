"""Las cuentas: un Administrador las crea, les da roles y las desactiva; nadie reparte permisos sueltos."""

from typing import Any

import axes.admin  # noqa: F401 — se importa antes de retirar lo que inscribe
import django_tasks_db.admin  # noqa: F401 — ídem
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model
from django.http import HttpRequest
from django_tasks_db.models import DBTaskResult

from indicadores.admin.roles import PorRoles
from indicadores.permisos import Accion, Rol, puede

admin.site.unregister(User)
admin.site.unregister(Group)
# Los intentos de ingreso que anota django-axes no se gestionan aquí: el bloqueo se levanta solo.
admin.site.unregister([AccessAttempt, AccessLog, AccessFailureLog])
# La cola de trabajos se ve en cada lote; su página obedecería a los permisos de Django y no a los roles.
admin.site.unregister(DBTaskResult)


class SoloAdministrador(PorRoles):
    """Las cuentas las ve y las cambia solo quien administra."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.ADMINISTRAR)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.ADMINISTRAR)


@admin.register(User)
class CuentaAdmin(SoloAdministrador, UserAdmin):
    """Sin permisos individuales; hacer superusuario a alguien, o tocar a uno, es solo de otro superusuario."""

    list_display = ("username", "nombre_completo", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "groups", "is_staff")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    show_facets = admin.ShowFacets.NEVER
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        accesos = ["is_active", "is_staff", "groups"]
        if request.user.is_superuser:
            accesos.append("is_superuser")
        return (
            (None, {"fields": ("username", "password")}),
            ("Datos personales", {"fields": ("first_name", "last_name", "email")}),
            ("Acceso", {"fields": tuple(accesos)}),
            ("Fechas", {"fields": ("last_login", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fijos = ["last_login", "date_joined"]
        # Nadie se cierra la puerta a sí mismo ni se cambia los roles.
        return [*fijos, "is_active", "is_staff", "groups", "is_superuser"] if obj == request.user else fijos

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        de_otro_rango = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not de_otro_rango

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return forms.ModelMultipleChoiceField(
            label="roles",
            queryset=Group.objects.filter(name__in=[rol.value for rol in Rol]).order_by("name"),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text="Lo que la cuenta puede hacer. Sin «es staff» no puede entrar a la administración.",
        )

    @admin.display(description="nombre", ordering="last_name")
    def nombre_completo(self, cuenta: User) -> str:
        return cuenta.get_full_name()

    @admin.display(description="roles")
    def roles(self, cuenta: User) -> str:
        nombres = sorted(grupo.name for grupo in cuenta.groups.all())
        return ", ".join([*nombres, "superusuario"] if cuenta.is_superuser else nombres)


@admin.register(Group)
class RolAdmin(SoloAdministrador, GroupAdmin):
    """Los roles son datos del código: aquí solo se leen."""

    accion_de_agregar = None
    accion_de_cambiar = None
    fields = ("name",)
    list_display = ("name", "cuentas")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="cuentas activas")
    def cuentas(self, grupo: Group) -> str:
        return ", ".join(sorted(cuenta.username for cuenta in grupo.user_set.all() if cuenta.is_active))
