from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class IndicadoresConfig(AppConfig):
    name = "indicadores"
    verbose_name = "indicadores"

    def ready(self) -> None:
        from indicadores.acciones.sesiones import anotar_ingreso

        user_logged_in.connect(anotar_ingreso, dispatch_uid="ingreso")
