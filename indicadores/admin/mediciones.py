"""Las mediciones en la administración: se leen en una lista y se escriben solo por los verbos."""

from typing import Any

from django.contrib import admin
from django.urls import path

from indicadores.admin.ficha import FichaDeMedicion
from indicadores.admin.lista import ListaDeMediciones
from indicadores.admin.roles import PorRoles
from indicadores.models import Medicion
from indicadores.permisos import Accion


@admin.register(Medicion)
class MedicionAdmin(PorRoles, FichaDeMedicion, ListaDeMediciones):
    """Agrega quien registra; lo demás son pasos, cada uno con su permiso."""

    accion_de_agregar = Accion.REGISTRAR
    accion_de_cambiar = Accion.VER_BORRADORES

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        propias = [
            path("vista-previa/", envolver(self.vista_previa_view), name="indicadores_medicion_vista_previa"),
            path("<int:pk>/corregir/", envolver(self.corregir_view), name="indicadores_medicion_corregir"),
            path("<int:pk>/paso/<slug:verbo>/", envolver(self.paso_view), name="indicadores_medicion_paso"),
        ]
        return propias + super().get_urls()
