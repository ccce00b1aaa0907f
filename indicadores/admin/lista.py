"""La lista de mediciones: columnas, filtros y búsqueda, en un número fijo de consultas."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Max, Min, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from indicadores.admin.palabras import Etapa, cifra, escribir_momento, insignia_de_etapa
from indicadores.bandeja import hechas_por
from indicadores.formato import escribir_periodo
from indicadores.models import Medicion
from indicadores.permisos import ROLES_DE_ACCION, Accion, puede
from objetivos.models import ObjetivoPrioritario


class FiltroDeObjetivo(admin.SimpleListFilter):
    """El objetivo del indicador, sea suyo o de uno de sus servicios."""

    title = "objetivo"
    parameter_name = "objetivo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codigos = ObjetivoPrioritario.objects.order_by("codigo").values_list("codigo", flat=True)
        return [(codigo, codigo) for codigo in codigos]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> QuerySet[Medicion]:
        if not self.value():
            return queryset
        return queryset.filter(
            Q(indicador__objetivo__codigo=self.value()) | Q(indicador__servicio__objetivo__codigo=self.value())
        )


class FiltroDeAnio(admin.SimpleListFilter):
    """El año en que termina el periodo; entre el primero y el último hay a lo sumo unas decenas."""

    title = "año"
    parameter_name = "anio"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        extremos = Medicion.objects.aggregate(primero=Min("fin"), ultimo=Max("fin"))
        if extremos["primero"] is None:
            return []
        return [(str(a), str(a)) for a in range(extremos["ultimo"].year, extremos["primero"].year - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> QuerySet[Medicion]:
        anio = self.value()
        return queryset.filter(fin__year=int(anio)) if anio and anio.isdecimal() and len(anio) == 4 else queryset


class FiltroDePersona(admin.SimpleListFilter):
    """Lo que toca a quien mira: lo que registró y lo que puede revisar."""

    title = "mías"
    parameter_name = "mias"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        opciones = [("registradas", "las que registré o cambié")]
        if puede(request.user, Accion.PUBLICAR):
            opciones.append(("por_revisar", "las que puedo publicar"))
        return opciones

    def queryset(self, request: HttpRequest, queryset: QuerySet[Medicion]) -> QuerySet[Medicion]:
        if self.value() == "registradas":
            return queryset.filter(hechas_por(request.user))
        if self.value() == "por_revisar":
            return queryset.filter(etapa=Etapa.EN_REVISION).exclude(hechas_por(request.user))
        return queryset


class ListaDeMediciones(admin.ModelAdmin):
    """Lo que se ve de cada medición sin abrirla."""

    list_display = (
        "codigo",
        "nombre_corto",
        "que_periodo",
        "donde",
        "sexo",
        "cuanto",
        "caracter",
        "en_que_etapa",
        "registrada_por",
        "cuando",
    )
    list_display_links = ("codigo", "nombre_corto")
    list_select_related = ("indicador", "ambito", "registrada_por")
    list_filter = (
        "etapa",
        FiltroDePersona,
        FiltroDeObjetivo,
        FiltroDeAnio,
        "caracter",
        ("ambito__nivel", admin.ChoicesFieldListFilter),
        "indicador",
    )
    search_fields = (
        "indicador__codigo",
        "indicador__nombre",
        "indicador__nombre_corto",
        "periodo",
        "ambito__nombre",
        "ambito__codigo",
    )
    search_help_text = "Código o nombre del indicador, periodo (2021, 2021-S1, 2021-03) o ámbito."
    ordering = ("-id",)
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description="código", ordering="indicador__codigo")
    def codigo(self, medicion: Medicion) -> str:
        return medicion.indicador.codigo

    @admin.display(description="indicador", ordering="indicador__nombre_corto")
    def nombre_corto(self, medicion: Medicion) -> str:
        return medicion.indicador.nombre_corto

    @admin.display(description="periodo", ordering="fin")
    def que_periodo(self, medicion: Medicion) -> str:
        return escribir_periodo(medicion.periodo)

    @admin.display(description="ámbito", ordering="ambito__nombre")
    def donde(self, medicion: Medicion) -> str:
        return medicion.ambito.nombre

    @admin.display(description="valor", ordering="valor")
    def cuanto(self, medicion: Medicion) -> str:
        escrita = cifra(medicion, medicion.indicador.simbolo, medicion.indicador.decimales)
        clase = "cifra" if medicion.valor is not None else "ausencia"
        if medicion.reservada:
            return format_html('<span class="{}">{}</span> <span class="reservada">reservado</span>', clase, escrita)
        return format_html('<span class="{}">{}</span>', clase, escrita)

    @admin.display(description="etapa", ordering="etapa")
    def en_que_etapa(self, medicion: Medicion) -> str:
        return insignia_de_etapa(medicion.etapa)

    @admin.display(description="cuándo", ordering="registrada_en")
    def cuando(self, medicion: Medicion) -> str:
        return escribir_momento(medicion.registrada_en)


def quienes_pueden_publicar(medicion: Medicion) -> list[str]:
    """Los nombres de las cuentas activas que sí pueden publicar ``medicion``."""
    roles = [rol.value for rol in ROLES_DE_ACCION[Accion.PUBLICAR]]
    modificaron = medicion.sucesos.filter(accion__in=("modificar", "enviar")).values("por")
    cuentas = (
        User.objects.filter(Q(groups__name__in=roles) | Q(is_superuser=True), is_active=True, is_staff=True)
        .exclude(pk__in=[medicion.registrada_por_id, medicion.enviada_por_id or 0])
        .exclude(pk__in=modificaron)
        .exclude(pk=medicion.lote.creado_por_id if medicion.lote else 0)
    )
    return list(cuentas.order_by("username").values_list("username", flat=True).distinct())
