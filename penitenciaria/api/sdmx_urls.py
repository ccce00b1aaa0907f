"""Las direcciones de ``/api/v1/sdmx/``. Los clientes del estándar no ponen barra final; con ella también valen."""

from django.urls import re_path

from penitenciaria.api import sdmx

_FLUJO = r"data/(?P<flujo>[^/]+)"
_CLAVE = rf"{_FLUJO}/(?P<clave>[^/]+)"
_RECURSO = r"(?P<recurso>[a-z]+)"
_AGENCIA = rf"{_RECURSO}/(?P<agencia>[^/]+)"
_ESTRUCTURA = rf"{_AGENCIA}/(?P<identificador>[^/]+)"

urlpatterns = [
    re_path(rf"^{_FLUJO}/?$", sdmx.DatosDelFlujo.as_view(), name="api-sdmx-flujo"),
    re_path(rf"^{_CLAVE}/?$", sdmx.Datos.as_view(), name="api-sdmx-datos"),
    re_path(rf"^{_CLAVE}/(?P<proveedor>[^/]+)/?$", sdmx.DatosDeUnProveedor.as_view(), name="api-sdmx-proveedor"),
    re_path(r"^dataflow/?$", sdmx.Flujos.as_view(), {"recurso": "dataflow"}, name="api-sdmx"),
    re_path(rf"^{_RECURSO}/?$", sdmx.EstructurasDeUnRecurso.as_view(), name="api-sdmx-recurso"),
    re_path(rf"^{_AGENCIA}/?$", sdmx.EstructurasDeUnaAgencia.as_view(), name="api-sdmx-agencia"),
    re_path(rf"^{_ESTRUCTURA}/?$", sdmx.UltimaEstructura.as_view(), name="api-sdmx-estructura"),
    re_path(rf"^{_ESTRUCTURA}/(?P<edicion>[^/]+)/?$", sdmx.Estructuras.as_view(), name="api-sdmx-edicion"),
]
