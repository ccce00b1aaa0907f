"""Las direcciones del portal (docs y contrato dependen de ellas)."""

from django.contrib import admin
from django.urls import path

admin.site.site_header = "Política Nacional Penitenciaria al 2030"
admin.site.site_title = "Portal de la Política Nacional Penitenciaria"
admin.site.index_title = "Gestión de la información"

urlpatterns = [
    path("admin/", admin.site.urls),
]
