"""Lo que queda anotado: qué se hizo con cada medición y con qué datos se llenó la base."""

from django.conf import settings
from django.db import models

from indicadores.models.cifras import Medicion


class Suceso(models.Model):
    """Qué se hizo con una medición, quién, cuándo y por qué; solo se agrega."""

    medicion = models.ForeignKey(Medicion, on_delete=models.PROTECT, related_name="sucesos", verbose_name="medición")
    accion = models.CharField("acción", max_length=20)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="por")
    en = models.DateTimeField("en")
    motivo = models.TextField("motivo", blank=True)
    cambios = models.JSONField("cambios", default=dict, blank=True)

    class Meta:
        verbose_name = "suceso"
        verbose_name_plural = "sucesos"
        ordering = ["medicion", "en", "id"]

    def __str__(self) -> str:
        return f"{self.accion} de {self.medicion_id}"


class Carga(models.Model):
    """La huella de los datos de partida con que se llenó la base, para no cargarlos dos veces ni sobre otros."""

    huella = models.CharField("huella", max_length=64, unique=True)
    cargada_en = models.DateTimeField("cargada en")

    class Meta:
        verbose_name = "carga inicial"
        verbose_name_plural = "cargas iniciales"
        ordering = ["cargada_en"]

    def __str__(self) -> str:
        return self.huella[:12]
