"""Los ejercicios cerrados: cuáles lo están, cerrarlos y reabrirlos, siempre confirmando y con un motivo."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from indicadores import acciones
from indicadores.admin.expediente import MotivoForm
from indicadores.admin.palabras import escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.errores import ErrorDelDominio
from indicadores.formato import plural
from indicadores.models import EjercicioCerrado, Medicion
from indicadores.permisos import Accion, puede

LISTA = "admin:indicadores_ejerciciocerrado_changelist"


class CierreForm(MotivoForm):
    anio = forms.IntegerField(
        label="año",
        min_value=1990,
        max_value=2100,
        error_messages={"required": "Escriba el año.", "invalid": "Escriba un año de cuatro cifras."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "vCifra"}),
    )

    field_order = ("anio", "motivo")


@admin.register(EjercicioCerrado)
class EjercicioCerradoAdmin(PorRoles, admin.ModelAdmin):
    """Agregar es cerrar; nada se edita ni se borra: reabrir deja su razón en la misma fila."""

    accion_de_agregar = Accion.CERRAR
    accion_de_cambiar = None
    actions = None
    list_display = ("anio", "estado", "cierre", "motivo", "reapertura", "motivo_reapertura", "reabrir")
    list_display_links = None
    list_select_related = ("cerrado_por", "reabierto_por")
    ordering = ("-anio", "-cerrado_en")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        propia = path("<int:pk>/reabrir/", envolver(self.reabrir_view), name="indicadores_ejerciciocerrado_reabrir")
        return [propia, *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        columnas = self.list_display
        return columnas if puede(request.user, Accion.CERRAR) else [c for c in columnas if c != "reabrir"]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """El primer POST muestra lo que quedará encerrado; el segundo, confirmado, cierra."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CierreForm(request.POST if request.method == "POST" else None)
        quedan = None
        if form.is_bound and form.is_valid():
            quedan = abiertas_de(form.cleaned_data["anio"])
            if request.POST.get("visto") == str(quedan):
                try:
                    cierre = acciones.cerrar_ejercicio(por=request.user, **form.datos())  # type: ignore[arg-type]
                except ErrorDelDominio as error:
                    form.explicar(error)
                    quedan = None
                else:
                    self.message_user(request, f"El ejercicio {cierre.anio} quedó cerrado.", messages.SUCCESS)
                    return HttpResponseRedirect(reverse(LISTA))
        contexto = {
            "title": "Cerrar un ejercicio",
            "entradilla": "Desde el cierre, las cifras del año solo las cambia una persona con el rol Administrador, "
            "dando un motivo. Lo publicado sigue a la vista.",
            "form": form,
            "boton": "Cerrar el ejercicio" if quedan is not None else "Continuar",
            "visto": quedan,
            "advertencia": lo_que_queda(quedan, form.cleaned_data["anio"]) if quedan is not None else "",
            "detalle": _lista_de_abiertas(form.cleaned_data["anio"]) if quedan else "",
        }
        return self._pagina(request, contexto)

    def reabrir_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET pide la razón; POST reabre."""
        if not puede(request.user, Accion.CERRAR):
            raise PermissionDenied
        cierre = get_object_or_404(EjercicioCerrado, pk=pk)
        form = MotivoForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                acciones.reabrir_ejercicio(por=request.user, anio=cierre.anio, **form.datos())  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                self.message_user(request, f"El ejercicio {cierre.anio} quedó abierto.", messages.SUCCESS)
                return HttpResponseRedirect(reverse(LISTA))
        contexto = {
            "title": f"Reabrir el ejercicio {cierre.anio}",
            "entradilla": "Sus cifras volverán a cambiarse como las de cualquier año. El cierre queda en la lista con "
            "esta razón.",
            "form": form,
            "boton": "Reabrir",
        }
        return self._pagina(request, contexto)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Todo lo que hay que saber de un cierre está en la lista."""
        return HttpResponseRedirect(reverse(LISTA))

    history_view = change_view

    def _pagina(self, request: HttpRequest, contexto: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        comun = {**self.admin_site.each_context(request), "opts": self.opts, "volver": reverse(LISTA)}
        return TemplateResponse(request, "admin/indicadores/confirmar.html", comun | contexto)

    @admin.display(description="estado")
    def estado(self, cierre: EjercicioCerrado) -> str:
        return "reabierto" if cierre.reabierto_en else "cerrado"

    @admin.display(description="lo cerró", ordering="cerrado_en")
    def cierre(self, cierre: EjercicioCerrado) -> str:
        return f"{cierre.cerrado_por.get_username()}, {escribir_momento(cierre.cerrado_en)}"

    @admin.display(description="lo reabrió", ordering="reabierto_en")
    def reapertura(self, cierre: EjercicioCerrado) -> str:
        if cierre.reabierto_por is None:
            return ""
        return f"{cierre.reabierto_por.get_username()}, {escribir_momento(cierre.reabierto_en)}"

    @admin.display(description="reabrir")
    def reabrir(self, cierre: EjercicioCerrado) -> str:
        if cierre.reabierto_en:
            return ""
        direccion = reverse("admin:indicadores_ejerciciocerrado_reabrir", args=[cierre.pk])
        return format_html('<a class="boton" href="{}">Reabrir {}…</a>', direccion, cierre.anio)


def abiertas_de(anio: int) -> int:
    """Cuántas mediciones de ese año siguen sin terminar."""
    return Medicion.objects.abiertas().filter(fin__year=anio).count()


def lo_que_queda(cuantas: int, anio: int) -> str:
    """Qué pasará con los borradores del año."""
    if not cuantas:
        return f"No queda ningún borrador de {anio} sin terminar."
    quedan = plural(cuantas, "borrador queda", "borradores quedan")
    return (
        f"De {anio}, {quedan} sin terminar. Si cierra ahora ya no podrán publicarse: solo descartarse. "
        "Para publicarlos, termínelos antes de cerrar."
    )


def _lista_de_abiertas(anio: int) -> str:
    """La lista de mediciones de ese año, para verlas."""
    return f"{reverse('admin:indicadores_medicion_changelist')}?anio={anio}"
