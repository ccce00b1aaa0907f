from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PenitenciariaConfig(AppConfig):
    name = "penitenciaria"
    verbose_name = "portal"


class EstaticosConfig(StaticFilesConfig):
    """Los archivos estáticos, sin lo que el paquete de plotly trae y el navegador no necesita."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "widgetbundle.js", "datasets", "templates"]
