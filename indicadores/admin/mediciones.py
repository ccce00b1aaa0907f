"""Las mediciones en la administración: se leen en una lista y se escriben solo por los verbos."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from indicadores.admin.ficha import FichaDeMedicion
from indicadores.admin.lista import ListaDeMediciones
from indicadores.admin.roles import PorRoles
from indicadores.models import Medicion
from indicadores.permisos import Accion, puede


@admin.register(Medicion)
class MedicionAdmin(PorRoles, FichaDeMedicion, ListaDeMediciones):
    """Agrega quien registra; lo demás son pasos, cada uno con su permiso."""

    accion_de_agregar = Accion.REGISTRAR
    accion_de_cambiar = Accion.VER_BORRADORES

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """El índice dice «Modificar» solo a quien puede modificar alguna."""
        return super().get_model_perms(request) | {"change": puede(request.user, Accion.MODIFICAR)}

    def get_urls(self) -> list[Any]:
        envolver = self.admin_site.admin_view
        propias = [
            path("vista-previa/", envolver(self.vista_previa_view), name="indicadores_medicion_vista_previa"),
            path("<int:pk>/corregir/", envolver(self.corregir_view), name="indicadores_medicion_corregir"),
            path("<int:pk>/paso/<slug:verbo>/", envolver(self.paso_view), name="indicadores_medicion_paso"),
            path("<int:pk>/comentar/", envolver(self.comentar_view), name="indicadores_medicion_comentar"),
            path("<int:pk>/adjuntar/", envolver(self.adjuntar_view), name="indicadores_medicion_adjuntar"),
            path("evidencia/<int:pk>/difundir/", envolver(self.difundir_view), name="indicadores_medicion_difundir"),
            path(
                "evidencia/<int:pk>/retirar/",
                envolver(self.retirar_evidencia_view),
                name="indicadores_medicion_retirar_evidencia",
            ),
        ]
        return propias + super().get_urls()
