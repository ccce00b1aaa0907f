from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class PenitenciariaConfig(AppConfig):
    name = "penitenciaria"
    verbose_name = "portal"
    default = True  # este archivo tiene otra configuración más

    def ready(self) -> None:
        from penitenciaria.consultas import al_conectar
        from penitenciaria.vigilancia import al_terminar_migrate

        # Django no avisa a una aplicación sin modelos, y esta no los tiene.
        una_vez = apps.get_app_config("indicadores")
        connection_created.connect(al_conectar, dispatch_uid="medir-consultas")
        post_migrate.connect(al_terminar_migrate, sender=una_vez, dispatch_uid="cuenta-de-publicaciones")


class EstaticosConfig(StaticFilesConfig):
    """Los archivos estáticos, sin lo que el paquete de plotly trae y el navegador no necesita."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "widgetbundle.js", "datasets", "templates"]
