"""Los lotes: lo que entró junto desde un archivo, y se deshace junto mientras no se publique."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Lote(models.Model):
    """Un archivo recibido, su comparación con lo que hay y lo que se hizo con él."""

    class Clase(models.TextChoices):
        MEDICIONES = "mediciones", "mediciones"
        MATRIZ = "matriz", "matriz del INPE"
        CATALOGO = "catalogo", "catálogo"

    class Estado(models.TextChoices):
        RECIBIDO = "recibido", "recibido: espera su lectura"
        LEYENDO = "leyendo", "leyendo y comparando"
        CON_ERRORES = "con_errores", "con errores: no cambió nada"
        POR_CONFIRMAR = "por_confirmar", "por confirmar"
        ANOTANDO = "anotando", "anotando"
        APLICADO = "aplicado", "aplicado"
        DESHECHO = "deshecho", "deshecho"
        ABANDONADO = "abandonado", "abandonado"
        FALLIDO = "fallido", "fallido"

    clase = models.CharField("clase", max_length=10, choices=Clase)
    estado = models.CharField("estado", max_length=13, choices=Estado, default=Estado.RECIBIDO)
    archivo = models.FileField("archivo", upload_to="lotes/%Y/", max_length=200)
    nombre = models.CharField("nombre del archivo", max_length=160)
    huella = models.CharField("huella SHA-256", max_length=64)
    opciones = models.JSONField("opciones", default=dict, blank=True)
    resumen = models.JSONField("resumen", default=dict, blank=True)
    diferencia = models.FileField("diferencia", upload_to="lotes/%Y/", max_length=200, blank=True)
    hechas = models.PositiveIntegerField("filas hechas", default=0)
    total = models.PositiveIntegerField("filas en total", default=0)
    motivo = models.TextField("motivo", blank=True)
    mensaje = models.TextField("mensaje", blank=True)
    testigo = models.PositiveIntegerField("testigo", default=1, editable=False)
    creado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="creado por"
    )
    creado_en = models.DateTimeField("creado en")
    cambiado_en = models.DateTimeField("cambiado en")
    aplicado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="aplicado por",
    )
    aplicado_en = models.DateTimeField("aplicado en", null=True, blank=True)
    deshecho_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="deshecho por",
    )
    deshecho_en = models.DateTimeField("deshecho en", null=True, blank=True)

    class Meta:
        verbose_name = "lote"
        verbose_name_plural = "lotes"
        ordering = ["-id"]
        indexes = [models.Index(fields=["estado", "id"], name="lote_estado")]
        constraints = [
            models.CheckConstraint(
                name="lote_aplicado",
                condition=~Q(estado="aplicado") | Q(aplicado_por__isnull=False, aplicado_en__isnull=False),
                violation_error_message="Un lote aplicado dice quién lo aplicó y cuándo.",
            ),
        ]

    def __str__(self) -> str:
        return f"lote {self.pk}: {self.nombre}"
