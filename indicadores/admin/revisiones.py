"""Línea base, logro esperado y umbrales: se agrega una versión por su verbo; las que hubo no se tocan."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from indicadores import acciones
from indicadores.admin.palabras import cifra, escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.errores import ErrorDelDominio
from indicadores.formato import escribir_numero
from indicadores.forms import FijarForm, LineaBaseForm, LogroEsperadoForm, UmbralForm
from indicadores.models import LineaBase, LogroEsperado, Umbral
from indicadores.models.cifras import ConAusencia, Revision
from indicadores.permisos import Accion


class FiltroDeVigencia(admin.SimpleListFilter):
    """Lo que rige hoy o lo que rigió."""

    title = "vigencia"
    parameter_name = "vigencia"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hoy", "rige hoy"), ("antes", "sustituida")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("hoy", "antes"):
            return queryset
        return queryset.filter(sustituida_en__isnull=self.value() == "hoy")


class PorVersiones(PorRoles, admin.ModelAdmin):
    """Lo que rige por intervalos: agregar es fijar otra versión, que sustituye a la vigente."""

    accion_de_agregar = Accion.FIJAR
    accion_de_cambiar = None
    formulario: ClassVar[type[FijarForm]]
    verbo: ClassVar[Callable[..., Revision]]
    titulo: ClassVar[str]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_filter: ClassVar[tuple[Any, ...]] = (FiltroDeVigencia,)
    actions = None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            form = self.formulario(request.POST)
            if form.is_valid() and (fijada := self._fijar(request, form)):
                hecho = f"Quedó fijada la versión {fijada.version}; rige desde ahora."
                self.message_user(request, hecho, messages.SUCCESS)
                return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        else:
            form = self.formulario(initial={c: v for c, v in request.GET.items() if c in self.formulario.base_fields})
        request.current_app = self.admin_site.name
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.titulo,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/indicadores/fijar.html", contexto)

    def _fijar(self, request: HttpRequest, form: FijarForm) -> Revision | None:
        try:
            return type(self).verbo(por=request.user, **form.datos())
        except ErrorDelDominio as error:
            form.explicar(error)
            return None

    @admin.display(description="rige", boolean=True)
    def rige(self, revision: Revision) -> bool:
        return revision.sustituida_en is None

    @admin.display(description="desde", ordering="publicada_en")
    def desde(self, revision: Revision) -> str:
        return escribir_momento(revision.publicada_en)

    @admin.display(description="hasta", ordering="sustituida_en", empty_value="hoy")
    def hasta(self, revision: Revision) -> str | None:
        return escribir_momento(revision.sustituida_en) or None


class ValorPorVersiones(PorVersiones):
    """Una línea base o un logro: el valor con la unidad de su indicador."""

    list_display = ("indicador", "anio", "cuanto", "version", "rige", "desde", "hasta", "publicada_por")
    list_select_related = ("indicador", "publicada_por")
    search_fields = ("indicador__codigo", "indicador__nombre", "indicador__nombre_corto", "=anio")
    search_help_text = "Código o nombre del indicador, o año."
    ordering = ("indicador__codigo", "anio", "-version")
    fields = (
        "indicador",
        "anio",
        "cuanto",
        "texto_ausencia",
        "fecha_compromiso",
        "fuente",
        "norma",
        "motivo_cambio",
        "version",
        "desde",
        "hasta",
        "publicada_por",
    )

    @admin.display(description="valor", ordering="valor")
    def cuanto(self, fila: ConAusencia) -> str:
        indicador = fila.indicador  # type: ignore[attr-defined]
        return cifra(fila, indicador.simbolo)


@admin.register(LineaBase)
class LineaBaseAdmin(ValorPorVersiones):
    formulario = LineaBaseForm
    verbo = staticmethod(acciones.fijar_linea_base)
    titulo = "Fijar una línea base"


@admin.register(LogroEsperado)
class LogroEsperadoAdmin(ValorPorVersiones):
    formulario = LogroEsperadoForm
    verbo = staticmethod(acciones.fijar_logro)
    titulo = "Fijar un logro esperado"
    list_filter = ("anio", *PorVersiones.list_filter)


@admin.register(Umbral)
class UmbralAdmin(PorVersiones):
    formulario = UmbralForm
    verbo = staticmethod(acciones.fijar_umbrales)
    titulo = "Fijar los umbrales del semáforo"
    list_display = ("version", "desde_verde", "desde_amarillo", "rige", "desde", "hasta", "publicada_por")
    list_select_related = ("publicada_por",)
    ordering = ("-version",)
    fields = ("desde_verde", "desde_amarillo", "norma", "motivo_cambio", "version", "desde", "hasta", "publicada_por")

    @admin.display(description="verde desde", ordering="verde")
    def desde_verde(self, umbral: Umbral) -> str:
        return f"{escribir_numero(umbral.verde, 2)} %"

    @admin.display(description="amarillo desde", ordering="amarillo")
    def desde_amarillo(self, umbral: Umbral) -> str:
        return f"{escribir_numero(umbral.amarillo, 2)} %"
