"""La página de inicio de la administración: qué espera a cada persona y cuánto hay en cada etapa."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from indicadores.admin.lista import hechas_por
from indicadores.admin.palabras import FORMA_DE_ETAPA, Etapa
from indicadores.models import Medicion
from indicadores.permisos import Accion, puede


@dataclass(frozen=True, slots=True)
class Conteo:
    """Cuántas mediciones hay en algo y dónde verlas."""

    nombre: str
    cuantas: int
    direccion: str
    forma: str = ""


def bandeja_de(persona: Any) -> dict[str, Any]:
    """Los conteos por etapa y los atajos de ``persona``; vacíos si no ve mediciones."""
    if not puede(persona, Accion.VER_BORRADORES):
        return {"etapas": [], "atajos": []}
    lista = reverse("admin:indicadores_medicion_changelist")
    por_etapa = dict(Medicion.objects.order_by("etapa").values_list("etapa").annotate(Count("id")))
    etapas = [
        Conteo(etapa.label, por_etapa.get(etapa.value, 0), f"{lista}?etapa__exact={etapa.value}", FORMA_DE_ETAPA[etapa])
        for etapa in Etapa
    ]
    suyas = Medicion.objects.filter(hechas_por(persona))
    atajos = []
    if puede(persona, Accion.PUBLICAR):
        por_revisar = Medicion.objects.filter(etapa=Etapa.EN_REVISION).exclude(hechas_por(persona)).count()
        atajos.append(Conteo("por revisar", por_revisar, f"{lista}?mias=por_revisar"))
    if puede(persona, Accion.REGISTRAR):
        atajos += [
            Conteo(
                nombre,
                suyas.filter(etapa=etapa).count(),
                f"{lista}?mias=registradas&etapa__exact={etapa.value}",
            )
            for nombre, etapa in (("mis borradores", Etapa.BORRADOR), ("mis observadas", Etapa.OBSERVADA))
        ]
    return {"etapas": etapas, "atajos": atajos}


_indice_de_django = admin.site.index


def indice(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """El índice de Django con la bandeja de quien mira."""
    propio = {
        "bandeja": bandeja_de(request.user),
        "puede_registrar": puede(request.user, Accion.REGISTRAR),
        "title": "Gestión de la información",
    }
    return _indice_de_django(request, {**propio, **(extra_context or {})})


# Las listas y los formularios necesitan el ancho; el inicio está siempre a un paso, en las migas.
admin.site.enable_nav_sidebar = False
admin.site.index = indice  # type: ignore[method-assign, assignment]
