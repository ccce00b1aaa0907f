from django.apps import AppConfig


class ObjetivosConfig(AppConfig):
    name = "objetivos"
    verbose_name = "objetivos"
