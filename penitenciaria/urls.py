"""Las direcciones del portal (documentos y contrato dependen de ellas)."""

from django.contrib import admin
from django.urls import include, path, re_path

from indicadores import views as de_indicadores
from objetivos import views as de_objetivos
from penitenciaria import (
    buscador,
    certificados,
    contacto,
    descargas,
    galeria,
    imagenes,
    novedades,
    paginas,
    preparacion,
    reportes,
    views,
)
from penitenciaria.api.abierta import abierta
from penitenciaria.api.views import NoExiste
from penitenciaria.operacion import views as de_operacion
from servicios import views as de_servicios

admin.site.site_header = "Política Nacional Penitenciaria al 2030"
admin.site.site_title = "Portal de la Política Nacional Penitenciaria"
admin.site.index_title = "Gestión de la información"

# Una página más de la administración: pide ingresar como las otras, y se llama «admin:operacion».
OPERACION = path("operacion/", admin.site.admin_view(de_operacion.operacion), name="operacion")
direcciones_de_admin, app_de_admin, sitio = admin.site.urls

urlpatterns = [
    # Primero lo que más se pide: las direcciones se prueban en este orden.
    path("api/v1/", include("penitenciaria.api.urls")),
    re_path(r"^api/", NoExiste.as_view()),
    path("", views.portada, name="portada"),
    path("anios/<int:anio>/", views.anio, name="anio"),
    path("cambios/", views.cambios, name="cambios"),
    path("ficha-ejecutiva.pdf", reportes.ficha_ejecutiva, name="ficha-ejecutiva"),
    path("objetivos/<str:codigo>/", de_objetivos.objetivo, name="objetivo"),
    path("objetivos/<str:codigo>/ficha.pdf", reportes.ficha_del_objetivo, name="objetivo-ficha"),
    path("indicadores/<str:codigo>/ficha.pdf", reportes.ficha_del_indicador, name="indicador-ficha"),
    path("indicadores/<str:codigo>/grafica.svg", imagenes.grafica_svg, name="indicador-svg"),
    path("indicadores/<str:codigo>/grafica.png", imagenes.grafica_png, name="indicador-png"),
    path("indicadores/", include("indicadores.urls")),
    path("servicios/", de_servicios.servicios, name="servicios"),
    path("servicios/<str:codigo>/", de_servicios.servicio, name="servicio"),
    path("ruta/", de_objetivos.ruta, name="ruta"),
    path("alternativas/", de_objetivos.alternativas, name="alternativas"),
    path("entidades/", de_objetivos.entidades, name="entidades"),
    path("entidades/puntualidad/", de_objetivos.puntualidad, name="puntualidad"),
    path("entidades/<str:sigla>/", de_objetivos.entidad, name="entidad"),
    path("reporte/", reportes.reportes, name="reportes"),
    path("reporte/verificar/", reportes.verificar, name="reportes-verificar"),
    path("reporte/verificar/<str:huella>/", reportes.verificar_huella, name="reporte-verificar"),
    path("reporte/verificar/<str:huella>/datos.json", reportes.datos_emitidos, name="reporte-datos"),
    path("reporte/<int:anio>/", reportes.reporte, name="reporte"),
    path("reporte/<int:anio>.<str:extension>", reportes.archivo, name="reporte-archivo"),
    path("reporte/<int:anio>/matriz.xlsx", reportes.archivo, {"extension": "xlsx"}, name="reporte-matriz"),
    path("reporte/<int:anio>/comparar/", reportes.comparar, name="reporte-comparar"),
    path("reporte/<int:anio>/preparar/", preparacion.preparar, name="reporte-preparar"),
    path("evidencias/<int:numero>/", de_indicadores.evidencia, name="evidencia"),
    path("cifra/<int:numero>/", certificados.cifra, name="cifra"),
    path("cifra/<int:numero>.json", abierta(certificados.cifra_json), name="cifra-json"),
    path("cifras/", certificados.cadena, name="cadena"),
    path("cifras/<int:numero>/", certificados.constancia, name="constancia"),
    path("cifras/cadena.jsonl", abierta(certificados.cadena_jsonl), name="cadena-jsonl"),
    path("cifras/verificador.py", abierta(certificados.verificador), name="cadena-verificador"),
    path("metodologia/", paginas.metodologia, name="metodologia"),
    path("datos/", paginas.datos, name="datos"),
    path("datos/datapackage.json", abierta(descargas.paquete_de_datos), name="paquete-de-datos"),
    path("datos/diccionario.csv", abierta(descargas.el_diccionario), name="diccionario"),
    path("datos/contexto.jsonld", abierta(descargas.contexto), name="contexto"),
    path("datos/paquetes/<int:numero>.zip", abierta(descargas.paquete_sellado), name="paquete-sellado"),
    path("data.json", abierta(descargas.catalogo), name="catalogo"),
    path("buscar/", buscador.buscar, name="buscar"),
    path("novedades.atom", abierta(novedades.novedades), name="novedades"),
    path("indicadores/<str:codigo>/novedades.atom", abierta(novedades.del_indicador), name="indicador-novedades"),
    path("glosario/", paginas.glosario, name="glosario"),
    *(path(f"{nombre}/", paginas.fija, {"nombre": nombre}, name=nombre) for nombre in paginas.SIN_CIFRAS),
    path("admin/", ([OPERACION, *direcciones_de_admin], app_de_admin, sitio)),
    path("galeria/", galeria.galeria, name="galeria"),
    path("salud/", paginas.salud, name="salud"),
    path("salud/listo/", de_operacion.listo, name="salud-listo"),
    path("metricas", de_operacion.metricas, name="metricas"),
    path(".well-known/security.txt", contacto.security_txt, name="seguridad-txt"),
    path("robots.txt", paginas.robots, name="robots"),
    path("sitemap.xml", paginas.sitemap, name="sitemap"),
    path("favicon.ico", paginas.favicon, name="favicon"),
]

handler400 = "penitenciaria.paginas.mal_pedido"
handler403 = "penitenciaria.paginas.prohibido"
handler404 = "penitenciaria.paginas.no_encontrado"
handler500 = "penitenciaria.paginas.fallo"
