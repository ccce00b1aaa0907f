"""Las direcciones del portal (documentos y contrato dependen de ellas)."""

from django.contrib import admin
from django.urls import include, path, re_path

from objetivos import views as de_objetivos
from penitenciaria import paginas, views
from penitenciaria.api.views import NoExiste
from servicios import views as de_servicios

admin.site.site_header = "Política Nacional Penitenciaria al 2030"
admin.site.site_title = "Portal de la Política Nacional Penitenciaria"
admin.site.index_title = "Gestión de la información"

urlpatterns = [
    path("", views.portada, name="portada"),
    path("objetivos/<str:codigo>/", de_objetivos.objetivo, name="objetivo"),
    path("indicadores/", include("indicadores.urls")),
    path("servicios/", de_servicios.servicios, name="servicios"),
    path("servicios/<str:codigo>/", de_servicios.servicio, name="servicio"),
    path("entidades/", de_objetivos.entidades, name="entidades"),
    path("entidades/<str:sigla>/", de_objetivos.entidad, name="entidad"),
    path("metodologia/", paginas.metodologia, name="metodologia"),
    path("datos/", paginas.datos, name="datos"),
    path("api/v1/", include("penitenciaria.api.urls")),
    re_path(r"^api/", NoExiste.as_view()),
    path("admin/", admin.site.urls),
    path("salud/", paginas.salud, name="salud"),
    path("robots.txt", paginas.robots, name="robots"),
    path("sitemap.xml", paginas.sitemap, name="sitemap"),
    path("favicon.ico", paginas.favicon, name="favicon"),
]

handler400 = "penitenciaria.paginas.mal_pedido"
handler403 = "penitenciaria.paginas.prohibido"
handler404 = "penitenciaria.paginas.no_encontrado"
handler500 = "penitenciaria.paginas.fallo"
