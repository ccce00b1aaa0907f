"""Las cuentas: un Administrador las crea, les da roles y las desactiva; nadie reparte permisos sueltos."""

from datetime import timedelta
from typing import Any

import axes.admin  # noqa: F401 — se importa antes de retirar lo que inscribe
import django_tasks_db.admin  # noqa: F401 — ídem
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, ManyToManyField, Model, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_tasks_db.models import DBTaskResult

from indicadores.acciones import cuentas
from indicadores.acciones.comun import momento
from indicadores.admin.palabras import escribir_momento
from indicadores.admin.pasos_de_cuenta import CuentaNuevaForm, ofrecidos, paso_view
from indicadores.admin.roles import PorRoles
from indicadores.formato import plural
from indicadores.permisos import Accion, Rol, puede

admin.site.unregister(User)
admin.site.unregister(Group)
# Los intentos de ingreso que anota django-axes se ven en cada cuenta; el bloqueo se levanta solo o con un paso.
admin.site.unregister([AccessAttempt, AccessLog, AccessFailureLog])
# La cola de trabajos se ve en cada lote; su página obedecería a los permisos de Django y no a los roles.
admin.site.unregister(DBTaskResult)

#: Cuántos ingresos se ven en la página de una cuenta.
INGRESOS_A_LA_VISTA = 10


class SoloAdministrador(PorRoles):
    """Las cuentas las ve y las cambia solo quien administra."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.ADMINISTRAR)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.ADMINISTRAR)


@admin.register(User)
class CuentaAdmin(SoloAdministrador, UserAdmin):
    """Sin permisos individuales; hacer superusuario a alguien, o tocar a uno, es solo de otro superusuario.

    Una cuenta nace sin clave: la elige su dueña con un enlace (véase ``pasos_de_cuenta``).
    """

    list_display = (
        "username",
        "nombre_completo",
        "roles",
        "is_active",
        "con_factor",
        "last_login",
        "bloqueada",
    )
    list_filter = ("is_active", "groups", "is_staff")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    show_facets = admin.ShowFacets.NEVER
    add_form = CuentaNuevaForm
    add_form_template = None
    change_form_template = "admin/indicadores/cuenta.html"
    add_fieldsets = ((None, {"fields": ("username", "first_name", "last_name", "email", "groups")}),)

    def get_urls(self) -> list[Any]:
        paso = path("<int:pk>/paso/<slug:paso>/", self.admin_site.admin_view(paso_view), name="auth_user_paso")
        return [paso, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        desde = momento(None) - timedelta(hours=settings.AXES_COOLOFF_TIME)
        intentos = AccessAttempt.objects.filter(
            username=OuterRef("username"),
            attempt_time__gte=desde,
            failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        )
        aparatos = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        anotadas = (
            super().get_queryset(request).annotate(tiene_factor=Exists(aparatos), esta_bloqueada=Exists(intentos))
        )
        return anotadas.prefetch_related("groups")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Nadie pone la clave de otra persona: se le da un enlace. La propia se cambia dando la de antes."""
        cuenta = self.get_object(request, id)
        if cuenta is None or not self.has_change_permission(request, cuenta):
            raise PermissionDenied
        propia = cuenta.pk == request.user.pk
        destino = "password_change" if propia else "auth_user_paso"
        return HttpResponseRedirect(reverse(f"admin:{destino}", args=[] if propia else [cuenta.pk, "enlace"]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        cuenta = self.get_object(request, unquote(object_id))
        pasos = ofrecidos(request.user, cuenta) if cuenta and self.has_change_permission(request, cuenta) else []
        return super().change_view(request, object_id, form_url, {"pasos": pasos, **(extra_context or {})})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Tras crear la cuenta, lo que falta: el enlace para que la persona ponga su clave."""
        if "_addanother" in request.POST:
            return admin.ModelAdmin.response_add(self, request, obj, post_url_continue)
        self.message_user(request, f"Se creó la cuenta «{obj.get_username()}». Falta darle el enlace para su clave.")
        return HttpResponseRedirect(reverse("admin:auth_user_paso", args=[obj.pk, "enlace"]))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        accesos = ["is_active", "is_staff", "groups"]
        if request.user.is_superuser:
            accesos.append("is_superuser")
        return (
            (None, {"fields": ("username",)}),
            ("Datos personales", {"fields": ("first_name", "last_name", "email")}),
            ("Acceso", {"fields": tuple(accesos)}),
            ("Ingreso", {"fields": ("con_factor", "last_login", "ingresos", "intentos", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fijos = ["con_factor", "last_login", "ingresos", "intentos", "date_joined"]
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

    @admin.display(description="segundo factor", boolean=True)
    def con_factor(self, cuenta: Any) -> bool:
        return bool(cuenta.tiene_factor)

    @admin.display(description="ingreso bloqueado")
    def bloqueada(self, cuenta: Any) -> str:
        return "bloqueado" if cuenta.esta_bloqueada else ""

    @admin.display(description="últimos ingresos")
    def ingresos(self, cuenta: User) -> str:
        filas = AccessLog.objects.filter(username=cuenta.get_username()).order_by("-attempt_time", "-pk")
        dichas = [
            (escribir_momento(fila.attempt_time), fila.ip_address or "sin dirección")
            for fila in filas[:INGRESOS_A_LA_VISTA]
        ]
        return format_html_join("", "{}, desde {}<br>", dichas) or "Ninguno anotado."

    @admin.display(description="intentos fallidos")
    def intentos(self, cuenta: User) -> str:
        cuantos = cuentas.fallos_recientes(cuenta)
        return f"{plural(cuantos, 'intento', 'intentos')} en un cuarto de hora" if cuantos else "Ninguno reciente."

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
