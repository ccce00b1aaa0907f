"""Las direcciones de los indicadores."""

from django.urls import path

from indicadores import views

urlpatterns = [
    path("", views.indicadores, name="indicadores"),
    path("<str:codigo>/", views.indicador, name="indicador"),
    path("<str:codigo>/error/", views.senalar_error, name="indicador-error"),
    path("<str:codigo>/grafica.json", views.grafica, name="indicador-grafica"),
]
