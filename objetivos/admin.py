"""La política, sus objetivos y su ruta en la administración: textos que cambia un Administrador, con historial."""

from django.contrib import admin

from indicadores.admin.roles import Catalogo
from objetivos.models import (
    Alternativa,
    AvanceNarrativo,
    Entidad,
    Fuente,
    Hito,
    Lineamiento,
    Norma,
    ObjetivoPrioritario,
    Politica,
)


@admin.register(Politica)
class PoliticaAdmin(Catalogo):
    list_display = ("nombre", "anio_inicio", "anio_fin", "rectora")
    list_select_related = ("rectora",)
    ordering = ("codigo",)
    autocomplete_fields = ("norma", "rectora")


@admin.register(ObjetivoPrioritario)
class ObjetivoPrioritarioAdmin(Catalogo):
    identidad = ("codigo", "politica")
    list_display = ("codigo", "nombre", "priorizado")
    list_display_links = ("codigo", "nombre")
    list_filter = ("priorizado",)
    search_fields = ("codigo", "nombre")
    ordering = ("codigo",)


@admin.register(Lineamiento)
class LineamientoAdmin(Catalogo):
    list_display = ("codigo", "nombre", "objetivo")
    list_display_links = ("codigo", "nombre")
    list_select_related = ("objetivo",)
    list_filter = ("objetivo",)
    search_fields = ("codigo", "nombre")
    ordering = ("codigo",)
    autocomplete_fields = ("objetivo", "norma")


@admin.register(Entidad)
class EntidadAdmin(Catalogo):
    identidad = ("sigla",)
    list_display = ("sigla", "nombre", "es_colectiva")
    list_display_links = ("sigla", "nombre")
    list_filter = ("es_colectiva",)
    search_fields = ("sigla", "nombre")
    ordering = ("sigla",)


@admin.register(Norma)
class NormaAdmin(Catalogo):
    list_display = ("tipo", "numero", "titulo", "fecha", "precision_fecha")
    list_display_links = ("tipo", "numero")
    list_filter = ("tipo",)
    search_fields = ("codigo", "tipo", "numero", "titulo")
    ordering = ("codigo",)


@admin.register(Fuente)
class FuenteAdmin(Catalogo):
    list_display = ("nombre", "tipo", "fecha", "precision_fecha")
    list_filter = ("tipo",)
    search_fields = ("codigo", "nombre")
    ordering = ("nombre",)


@admin.register(Hito)
class HitoAdmin(Catalogo):
    identidad = ("politica",)
    list_display = ("orden", "titulo", "fecha", "precision_fecha", "cumplido")
    list_display_links = ("orden", "titulo")
    list_filter = ("cumplido",)
    search_fields = ("titulo",)
    ordering = ("politica", "orden")
    autocomplete_fields = ("norma", "fuente")


@admin.register(AvanceNarrativo)
class AvanceNarrativoAdmin(Catalogo):
    identidad = ("politica", "objetivo", "anio", "seccion")
    list_display = ("anio", "objetivo", "seccion", "fuente")
    list_select_related = ("objetivo", "fuente")
    list_filter = ("anio", "seccion", "objetivo")
    search_fields = ("texto", "objetivo__codigo")
    ordering = ("-anio", "objetivo__codigo", "seccion")
    autocomplete_fields = ("objetivo", "fuente")


@admin.register(Alternativa)
class AlternativaAdmin(Catalogo):
    identidad = ("politica",)
    list_display = ("orden", "titulo", "estado", "fecha")
    list_display_links = ("orden", "titulo")
    list_filter = ("estado",)
    search_fields = ("titulo", "texto")
    ordering = ("politica", "orden")
    autocomplete_fields = ("norma", "fuente")
