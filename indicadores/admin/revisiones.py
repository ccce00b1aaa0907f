"""Línea base, logro esperado y umbrales: se agrega una versión por su verbo; las que hubo no se tocan."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from indicadores import acciones
from indicadores.admin.palabras import cifra, escribir_momento
from indicadores.admin.roles import PorRoles
from indicadores.errores import ConflictoDeEdicion, ErrorDelDominio
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
    #: De qué es una versión: lo que comparten todas las suyas.
    clave: ClassVar[tuple[str, ...]] = ()
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
            if form.is_valid() and self._sabe_que_reemplaza(form) and (fijada := self._fijar(request, form)):
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
            "reemplaza": self.describir(vigente) if (vigente := self._vigente(form)) else [],
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/indicadores/fijar.html", contexto)

    def _vigente(self, form: FijarForm) -> Revision | None:
        """La versión que rige de aquello que se quiere fijar, si el formulario ya dice de qué se trata."""
        if not form.is_bound:
            return None
        try:
            clave = {campo: form.cleaned_data[campo] for campo in self.clave}
        except KeyError:
            return None
        vigentes: Any = self.model._default_manager.filter(sustituida_en__isnull=True, **clave)
        hallada: Revision | None = vigentes.select_related("publicada_por", "norma").order_by("-version").first()
        return hallada

    def _sabe_que_reemplaza(self, form: FijarForm) -> bool:
        """Nadie reemplaza sin haber visto lo que rige: si no lo vio, o ya es otro, se le muestra y se pregunta."""
        vigente = self._vigente(form)
        actual = vigente.version if vigente else 0
        if (form.cleaned_data.get("version_base") or 0) == actual:
            form.cleaned_data["version_base"] = actual
            return True
        form.add_error(None, "Ya hay una versión que rige y no es la que usted vio. Compare las dos y decida.")
        form.renovar(actual)
        return False

    def describir(self, revision: Revision) -> list[tuple[str, str]]:
        """Lo que rige, para leerlo junto a lo que se escribe."""
        return [
            ("Rige", f"{self.cuanto_dice(revision)} (versión {revision.version})"),
            ("Desde", escribir_momento(revision.publicada_en)),
            ("La fijó", revision.publicada_por.get_username()),
            ("Motivo", revision.motivo_cambio),
            ("Norma", str(revision.norma or "ninguna")),
        ]

    def cuanto_dice(self, revision: Any) -> str:
        raise NotImplementedError

    def _fijar(self, request: HttpRequest, form: FijarForm) -> Revision | None:
        try:
            return type(self).verbo(por=request.user, **form.datos())
        except ErrorDelDominio as error:
            form.explicar(error)
            if isinstance(error, ConflictoDeEdicion):
                vigente = self._vigente(form)
                form.renovar(vigente.version if vigente else 0)
            return None

    @admin.display(description="versiones, de la última a la primera")
    def historia(self, revision: Any) -> str:
        """Quién fijó cada versión, cuándo, por qué, con qué norma y desde cuándo hasta cuándo rigió."""
        clave = {campo: getattr(revision, campo) for campo in self.clave}
        versiones: Any = self.model._default_manager.filter(**clave).select_related("publicada_por", "norma")
        return format_html(
            '<ol class="historia" reversed>{}</ol>',
            format_html_join(
                "",
                "<li><b>{}</b> <span>{}, de {} a {}</span> <span>{}</span> <q>{}</q> <span>{}</span></li>",
                (
                    (
                        f"Versión {version.version}",
                        self.cuanto_dice(version),
                        escribir_momento(version.publicada_en),
                        escribir_momento(version.sustituida_en) or "hoy",
                        version.publicada_por.get_username(),
                        version.motivo_cambio,
                        version.norma or "sin norma",
                    )
                    for version in versiones.order_by("-version")
                ),
            ),
        )

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

    list_display = (
        "indicador",
        "anio",
        "cuanto",
        "version",
        "rige",
        "desde",
        "hasta",
        "publicada_por",
        "norma",
        "motivo_cambio",
    )
    list_select_related = ("indicador", "publicada_por", "norma")
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
        "historia",
    )

    def cuanto_dice(self, revision: Any) -> str:
        return f"{revision.anio}: {cifra(revision, revision.indicador.simbolo)}"

    @admin.display(description="valor", ordering="valor")
    def cuanto(self, fila: ConAusencia) -> str:
        indicador = fila.indicador  # type: ignore[attr-defined]
        return cifra(fila, indicador.simbolo)


@admin.register(LineaBase)
class LineaBaseAdmin(ValorPorVersiones):
    formulario = LineaBaseForm
    verbo = staticmethod(acciones.fijar_linea_base)
    titulo = "Fijar una línea base"
    clave = ("indicador",)


@admin.register(LogroEsperado)
class LogroEsperadoAdmin(ValorPorVersiones):
    formulario = LogroEsperadoForm
    verbo = staticmethod(acciones.fijar_logro)
    titulo = "Fijar un logro esperado"
    clave = ("indicador", "anio")
    list_filter = ("anio", *PorVersiones.list_filter)


@admin.register(Umbral)
class UmbralAdmin(PorVersiones):
    formulario = UmbralForm
    verbo = staticmethod(acciones.fijar_umbrales)
    titulo = "Fijar los umbrales del semáforo"
    list_display = (
        "version",
        "desde_verde",
        "desde_amarillo",
        "rige",
        "desde",
        "hasta",
        "publicada_por",
        "norma",
        "motivo_cambio",
    )
    list_select_related = ("publicada_por", "norma")
    ordering = ("-version",)
    fields = (
        "desde_verde",
        "desde_amarillo",
        "norma",
        "motivo_cambio",
        "version",
        "desde",
        "hasta",
        "publicada_por",
        "historia",
    )

    def cuanto_dice(self, revision: Any) -> str:
        return f"verde desde {self.desde_verde(revision)}, amarillo desde {self.desde_amarillo(revision)}"

    @admin.display(description="verde desde", ordering="verde")
    def desde_verde(self, umbral: Umbral) -> str:
        return f"{escribir_numero(umbral.verde, 2)} %"

    @admin.display(description="amarillo desde", ordering="amarillo")
    def desde_amarillo(self, umbral: Umbral) -> str:
        return f"{escribir_numero(umbral.amarillo, 2)} %"
