"""Las llaves de la API: quién la usa con un límite propio; de la llave solo se guarda su huella."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from objetivos.models import Entidad


class LlaveDeApi(models.Model):
    """Un token de la API: identifica a quien consulta y le da su propio límite; no abre nada que no sea público."""

    nombre = models.CharField("para qué se usa", max_length=120)
    entidad = models.ForeignKey(
        Entidad, on_delete=models.PROTECT, null=True, blank=True, related_name="llaves", verbose_name="entidad"
    )
    correo = models.EmailField("correo de quien responde por ella")
    prefijo = models.CharField("comienzo de la llave", max_length=12, editable=False)
    huella = models.CharField("huella SHA-256", max_length=64, unique=True, editable=False)
    por_minuto = models.PositiveIntegerField(
        "peticiones por minuto", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    vence_en = models.DateTimeField("vence en", null=True, blank=True)
    creada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="creada por"
    )
    creada_en = models.DateTimeField("creada en")
    revocada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="revocada por",
    )
    revocada_en = models.DateTimeField("revocada en", null=True, blank=True)
    motivo_revocacion = models.TextField("motivo de la revocación", blank=True)

    class Meta:
        verbose_name = "llave de la API"
        verbose_name_plural = "llaves de la API"
        ordering = ["-creada_en", "-id"]
        constraints = [
            models.CheckConstraint(
                name="llave_revocacion",
                condition=Q(revocada_en__isnull=True, revocada_por__isnull=True)
                | Q(revocada_en__gte=F("creada_en"), revocada_por__isnull=False),
                violation_error_message="Una llave la revoca alguien, después de creada.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefijo}… ({self.nombre})"
