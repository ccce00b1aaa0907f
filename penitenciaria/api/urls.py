"""Las direcciones de la API v1, que se incluyen en ``/api/v1/``. La última recoge las desconocidas."""

from django.urls import include, path, re_path

from indicadores.api import metas
from indicadores.api import views as indicadores
from indicadores.api.cambios import Cambios
from objetivos import api as objetivos
from penitenciaria.api import views
from servicios import api as servicios

urlpatterns = [
    path("", views.Raiz.as_view(), name="api-raiz"),
    path("politica/", views.UnaPolitica.as_view(), name="api-politica"),
    path("objetivos/", objetivos.Objetivos.as_view(), name="api-objetivos"),
    path("objetivos/<str:codigo>/", objetivos.UnObjetivo.as_view(), name="api-objetivo"),
    path("lineamientos/", objetivos.Lineamientos.as_view(), name="api-lineamientos"),
    path("indicadores/", indicadores.Indicadores.as_view(), name="api-indicadores"),
    path("indicadores/<str:codigo>/", indicadores.UnIndicador.as_view(), name="api-indicador"),
    path("mediciones/", indicadores.Mediciones.as_view(), name="api-mediciones"),
    path("mediciones/<str:id>/", indicadores.UnaMedicion.as_view(), name="api-medicion"),
    path("lineas_base/", metas.LineasBase.as_view(), name="api-lineas-base"),
    path("logros/", metas.Logros.as_view(), name="api-logros"),
    path("servicios/", servicios.Servicios.as_view(), name="api-servicios"),
    path("servicios/<str:codigo>/", servicios.DetalleDeServicio.as_view(), name="api-servicio"),
    path("entidades/", objetivos.Entidades.as_view(), name="api-entidades"),
    path("entidades/<str:sigla>/", objetivos.DetalleDeEntidad.as_view(), name="api-entidad"),
    path("ambitos/", indicadores.Ambitos.as_view(), name="api-ambitos"),
    path("ambitos/<str:codigo>/", indicadores.UnAmbito.as_view(), name="api-ambito"),
    path("cambios/", Cambios.as_view(), name="api-cambios"),
    path("avance/", views.Resumen.as_view(), name="api-avance"),
    path("avance/calcular/", views.Calculadora.as_view(), name="api-calcular"),
    path("sdmx/", include("penitenciaria.api.sdmx_urls")),
    path("historial/", views.Historial.as_view(), name="api-historial"),
    path("esquema/", views.Esquema.as_view(), name="api-esquema"),
    path("docs/", views.Docs.as_view(), name="api-docs"),
    re_path(r"", views.NoExiste.as_view(), name="api-desconocida"),
]
