"""Los errores que señalan los lectores, en la administración: se leen, se filtran y se responden por su verbo."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from indicadores.acciones.senalados import atender
from indicadores.admin.palabras import escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.errores import ErrorDelDominio
from indicadores.formato import escribir_periodo
from indicadores.models import ErrorSenalado
from indicadores.permisos import Accion, puede


class RespuestaForm(forms.Form):
    """La respuesta; el botón dice si se atiende o se desestima."""

    respuesta = forms.CharField(
        label="Respuesta",
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="Qué se hizo o por qué no es un error. Queda con su nombre y la hora.",
        error_messages={"required": "Escriba la respuesta: qué se hizo o por qué no es un error."},
    )


@admin.register(ErrorSenalado)
class ErrorSenaladoAdmin(PorRoles, admin.ModelAdmin):
    """Nadie los crea ni los edita aquí: solo se responden, una vez."""

    accion_de_agregar = None
    accion_de_cambiar = Accion.ATENDER
    list_display = ("id", "indicador", "lo_dicho", "estado", "cuando", "atendido_por")
    list_display_links = ("id", "indicador")
    list_select_related = ("indicador", "atendido_por")
    list_filter = ("estado", "indicador")
    search_fields = ("indicador__codigo", "texto", "respuesta")
    search_help_text = "Código del indicador, o palabras de lo señalado o de la respuesta."
    ordering = ("-recibido_en", "-id")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    @admin.display(description="qué está mal")
    def lo_dicho(self, senalado: ErrorSenalado) -> str:
        return senalado.texto if len(senalado.texto) <= 120 else f"{senalado.texto[:120]}…"

    @admin.display(description="recibido en", ordering="recibido_en")
    def cuando(self, senalado: ErrorSenalado) -> str:
        return escribir_momento(senalado.recibido_en)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lo señalado y su respuesta o, si está pendiente y puede, el formulario para responder."""
        senalado = self.get_object(request, object_id)
        if senalado is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, senalado):
            raise PermissionDenied
        if request.method == "POST" and not puede(request.user, Accion.ATENDER):
            raise PermissionDenied
        form = RespuestaForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                atender(
                    senalado,
                    por=request.user,  # type: ignore[arg-type]
                    respuesta=form.cleaned_data["respuesta"],
                    desestimar="desestimar" in request.POST,
                )
            except ErrorDelDominio as error:
                form.add_error(None, str(error))
                senalado.refresh_from_db()
            else:
                messages.success(request, f"Respondió el error señalado n.º {senalado.pk}.")
                return HttpResponseRedirect(reverse("admin:indicadores_errorsenalado_changelist"))
        return self._dibujar(request, senalado, form)

    def _dibujar(self, request: HttpRequest, senalado: ErrorSenalado, form: RespuestaForm) -> HttpResponse:
        pendiente = senalado.estado == ErrorSenalado.Estado.PENDIENTE
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"Error señalado n.º {senalado.pk}",
            "opts": self.opts,
            "senalado": senalado,
            "recibido": escribir_momento(senalado.recibido_en),
            "atendido": escribir_momento(senalado.atendido_en),
            "cifra": self._cifra(senalado),
            "puede_responder": pendiente and puede(request.user, Accion.ATENDER),
            "form": form,
        }
        return TemplateResponse(request, "admin/indicadores/senalado.html", contexto)

    @staticmethod
    def _cifra(senalado: ErrorSenalado) -> str:
        if senalado.medicion is None:
            return ""
        direccion = reverse("admin:indicadores_medicion_change", args=[senalado.medicion.pk])
        return format_html('<a href="{}">{}</a>', direccion, escribir_periodo(senalado.medicion.periodo))
