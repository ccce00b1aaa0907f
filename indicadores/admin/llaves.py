"""Las llaves de la API en la administración: se emiten, se ven una vez y se revocan; solo un Administrador."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html

from indicadores.acciones.llaves import MAXIMO_POR_MINUTO, emitir_llave, revocar_llave
from indicadores.admin.expediente import MotivoForm
from indicadores.admin.palabras import escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.errores import ErrorDelDominio
from indicadores.forms import CampoEntero, FormularioDeVerbo
from indicadores.models import LlaveDeApi
from indicadores.permisos import Accion, puede
from objetivos.models import Entidad

LISTA = "admin:indicadores_llavedeapi_changelist"


class LlaveForm(FormularioDeVerbo):
    nombre = forms.CharField(
        label="para qué se usa",
        max_length=120,
        help_text="Por ejemplo: «Observatorio del Ministerio Público, copia diaria».",
        error_messages={"required": "Diga para qué se usará la llave."},
    )
    correo = forms.CharField(
        label="correo de quien responde por ella",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="A quién se avisa si la llave pide demasiado o deja de servir.",
        error_messages={"required": "Escriba el correo de quien responde por la llave."},
    )
    entidad = forms.ModelChoiceField(
        Entidad.objects.order_by("sigla"), label="entidad", required=False, empty_label="Ninguna de la lista"
    )
    por_minuto = CampoEntero(
        label="peticiones por minuto", required=False, help_text="Vacío: el límite de todas las llaves."
    )
    vence_en = forms.DateField(
        label="último día en que sirve",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vacío: hasta que se revoque.",
        error_messages={"invalid": "Escriba un día como 2027-12-31."},
    )

    def clean_vence_en(self) -> datetime | None:
        """El último instante de ese día en Lima."""
        dia = self.cleaned_data["vence_en"]
        if dia is None:
            return None
        if dia.year > 2100:
            raise forms.ValidationError("Escriba un año hasta 2100, o deje el campo vacío.")
        return timezone.make_aware(datetime.combine(dia, time.max))


@admin.register(LlaveDeApi)
class LlaveDeApiAdmin(PorRoles, admin.ModelAdmin):
    """Nada se edita ni se borra: la llave se emite, se muestra esa vez y se revoca."""

    accion_de_agregar = Accion.DAR_LLAVES
    accion_de_cambiar = None
    actions = None
    list_display = ("prefijo", "nombre", "entidad", "correo", "limite", "emitida", "vencimiento", "estado", "revocar")
    list_display_links = None
    list_select_related = ("entidad", "creada_por", "revocada_por")
    search_fields = ("prefijo", "nombre", "correo", "entidad__sigla")
    search_help_text = "Comienzo de la llave, para qué se usa, correo o sigla."
    ordering = ("-creada_en", "-id")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_module_permission(self, request: HttpRequest) -> bool:
        return puede(request.user, Accion.DAR_LLAVES)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return puede(request.user, Accion.DAR_LLAVES)

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        propia = path("<int:pk>/revocar/", envolver(self.revocar_view), name="indicadores_llavedeapi_revocar")
        return [propia, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Lo emitido se muestra en la respuesta y en ninguna otra parte: ni en la sesión ni en una caché."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LlaveForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                llave, texto = emitir_llave(por=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                vence = escribir_momento(llave.vence_en)
                emitida = {"title": "Llave emitida", "llave": llave, "texto": texto, "vence": vence}
                respuesta = self._pagina(request, "admin/indicadores/llave_emitida.html", emitida)
                add_never_cache_headers(respuesta)
                return respuesta
        contexto = {
            "title": "Emitir una llave de la API",
            "entradilla": "La API es pública y no la necesita. Una llave da a quien consulta mucho un límite propio, y "
            f"a nosotros, a quién avisar. Hasta {MAXIMO_POR_MINUTO // 1000} mil peticiones por minuto.",
            "form": form,
            "boton": "Emitir la llave",
        }
        return self._pagina(request, "admin/indicadores/confirmar.html", contexto)

    def revocar_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET pide la razón; POST revoca."""
        if not puede(request.user, Accion.DAR_LLAVES):
            raise PermissionDenied
        llave = get_object_or_404(LlaveDeApi, pk=pk)
        form = MotivoForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                revocar_llave(llave, por=request.user, **form.datos())  # type: ignore[arg-type]
            except ErrorDelDominio as error:
                form.explicar(error)
            else:
                self.message_user(request, f"La llave {llave.prefijo}… ya no sirve.", messages.SUCCESS)
                return HttpResponseRedirect(reverse(LISTA))
        contexto = {
            "title": f"Revocar la llave {llave.prefijo}…",
            "entradilla": f"Dejará de servir ahora mismo y para siempre. La usa: {llave.nombre} ({llave.correo}).",
            "form": form,
            "boton": "Revocar la llave",
        }
        return self._pagina(request, "admin/indicadores/confirmar.html", contexto)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Todo lo que hay que saber de una llave está en la lista."""
        return HttpResponseRedirect(reverse(LISTA))

    history_view = change_view

    def _pagina(self, request: HttpRequest, plantilla: str, contexto: dict[str, Any]) -> TemplateResponse:
        request.current_app = self.admin_site.name
        comun = {**self.admin_site.each_context(request), "opts": self.opts, "volver": reverse(LISTA)}
        return TemplateResponse(request, plantilla, comun | contexto)

    @admin.display(description="límite por minuto", ordering="por_minuto")
    def limite(self, llave: LlaveDeApi) -> str:
        return str(llave.por_minuto or "el de todas")

    @admin.display(description="emitida", ordering="creada_en")
    def emitida(self, llave: LlaveDeApi) -> str:
        return f"{llave.creada_por.get_username()}, {escribir_momento(llave.creada_en)}"

    @admin.display(description="vence", ordering="vence_en")
    def vencimiento(self, llave: LlaveDeApi) -> str:
        return escribir_momento(llave.vence_en) if llave.vence_en else "no vence"

    @admin.display(description="estado", ordering="revocada_en")
    def estado(self, llave: LlaveDeApi) -> str:
        if llave.revocada_por is not None:
            quien, cuando = llave.revocada_por.get_username(), escribir_momento(llave.revocada_en)
            return f"revocada por {quien}, {cuando}: {llave.motivo_revocacion}"
        return "vencida" if llave.vence_en and llave.vence_en <= timezone.now() else "sirve"

    @admin.display(description="revocar")
    def revocar(self, llave: LlaveDeApi) -> str:
        if llave.revocada_en:
            return ""
        direccion = reverse("admin:indicadores_llavedeapi_revocar", args=[llave.pk])
        return format_html('<a class="boton" href="{}">Revocar {}…</a>', direccion, llave.prefijo)
