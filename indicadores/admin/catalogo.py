"""El catálogo de lo que se mide y dónde: indicadores con su ficha técnica, y ámbitos."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from indicadores.admin.roles import Catalogo
from indicadores.models import Ambito, Indicador
from objetivos.models import Norma

NOMBRE_DE_CAMPO = {campo.name: str(campo.verbose_name) for campo in Indicador._meta.fields}


class FichaForm(forms.ModelForm):
    """La ficha de un indicador: cambiarla pide la razón, admite la norma y no pisa lo que otra persona cambió."""

    motivo = forms.CharField(
        label="motivo del cambio",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Por qué se cambia la ficha: queda en su historial.",
    )
    norma = forms.ModelChoiceField(
        label="norma",
        required=False,
        queryset=Norma.objects.order_by("codigo"),
        help_text="El dispositivo que lo establece, si lo hay.",
    )
    ficha_leida = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ultima: Any = self.instance.history.order_by("-history_id").first() if self.instance.pk else None
        if self.ultima is not None:
            self.initial["ficha_leida"] = self.ultima.history_id

    def clean(self) -> dict[str, Any]:
        datos = super().clean() or self.cleaned_data
        cambiados = set(self.changed_data) - {"motivo", "norma", "ficha_leida"}
        if self.instance.pk and cambiados and not datos.get("motivo"):
            self.add_error("motivo", "Escriba por qué cambia la ficha: quedará en su historial.")
        leida = datos.get("ficha_leida")
        if self.ultima is not None and leida is not None and leida != self.ultima.history_id:
            self._explicar_el_choque(leida)
        return datos

    def _explicar_el_choque(self, leida: int) -> None:
        """Dice qué cambió la otra persona, campo por campo, y deja decidir: lo escrito sigue en el formulario."""
        anterior = self.instance.history.filter(history_id=leida).first()
        cambios = self.ultima.diff_against(anterior).changes if anterior is not None else []
        quien = self.ultima.history_user.get_username() if self.ultima.history_user else "otra persona"
        frases = [
            f"{NOMBRE_DE_CAMPO.get(cambio.field, cambio.field)}: decía «{cambio.old}», ahora dice «{cambio.new}»"
            for cambio in cambios
        ]
        self.add_error(
            None,
            f"Mientras usted escribía, {quien} cambió esta ficha. {'; '.join(frases)}. Lo suyo sigue aquí: "
            "copie de la otra versión lo que corresponda y guarde otra vez.",
        )
        lo_enviado: Any = self.data
        escrito = lo_enviado.copy()
        escrito[self.add_prefix("ficha_leida")] = str(self.ultima.history_id)
        self.data = escrito

    def razon(self) -> str:
        """El motivo con su norma, como queda en el historial."""
        motivo, norma = self.cleaned_data.get("motivo") or "", self.cleaned_data.get("norma")
        return f"{motivo} ({norma})" if norma else motivo


@admin.register(Indicador)
class IndicadorAdmin(Catalogo):
    """La unidad queda fija en cuanto hay cifras: cambiarla cambiaría lo que dicen."""

    form = FichaForm
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
        ("Cuándo debe publicarse", {"fields": ("dias_de_plazo", "plazo_desde")}),
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Al cambiar una ficha se pide la razón; al crearla, no."""
        grupos = list(super().get_fieldsets(request, obj))
        if obj is None or not self.has_change_permission(request, obj):
            return grupos
        return [*grupos, ("Por qué se cambia", {"fields": ("motivo", "norma", "ficha_leida")})]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._change_reason = form.razon() or None
        super().save_model(request, obj, form, change)

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
