"""Lo que acompaña a las cifras: comentarios, evidencias, ejercicios cerrados, lotes, constancias y avisos."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from indicadores.models.catalogo import Ambito, Indicador
from indicadores.models.cifras import Medicion


class Comentario(models.Model):
    """Lo que una persona dice a las otras sobre una medición; solo se agrega."""

    medicion = models.ForeignKey(
        Medicion, on_delete=models.PROTECT, related_name="comentarios", verbose_name="medición"
    )
    texto = models.TextField("comentario")
    por = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="por")
    en = models.DateTimeField("en")

    class Meta:
        verbose_name = "comentario"
        verbose_name_plural = "comentarios"
        ordering = ["medicion", "en", "id"]

    def __str__(self) -> str:
        return f"comentario de {self.medicion_id}"


class Evidencia(models.Model):
    """El documento que sustenta una medición; se retira de la vista con su motivo, nunca se borra."""

    medicion = models.ForeignKey(Medicion, on_delete=models.PROTECT, related_name="evidencias", verbose_name="medición")
    archivo = models.FileField("archivo", upload_to="evidencias/%Y/", max_length=200)
    nombre = models.CharField("nombre", max_length=160)
    tipo = models.CharField("tipo de contenido", max_length=100, editable=False)
    tamano = models.PositiveBigIntegerField("tamaño en bytes", editable=False)
    huella = models.CharField("huella SHA-256", max_length=64, editable=False)
    publica = models.BooleanField(
        "pública", default=False, help_text="Cualquiera puede descargarla desde la constancia."
    )
    subida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="subida por"
    )
    subida_en = models.DateTimeField("subida en")
    retirada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retirada por",
    )
    retirada_en = models.DateTimeField("retirada en", null=True, blank=True)
    motivo_retiro = models.TextField("motivo del retiro", blank=True)

    class Meta:
        verbose_name = "evidencia"
        verbose_name_plural = "evidencias"
        ordering = ["medicion", "subida_en", "id"]
        constraints = [
            models.UniqueConstraint(
                name="evidencia_sin_repetir",
                fields=["medicion", "huella"],
                condition=Q(retirada_en__isnull=True),
                violation_error_message="Ese mismo archivo ya está adjunto a la medición.",
            ),
        ]

    def __str__(self) -> str:
        return self.nombre


class EjercicioCerrado(models.Model):
    """Un año cuyas cifras ya no se tocan sin un Administrador y un motivo; reabrirlo deja constancia."""

    anio = models.PositiveSmallIntegerField("año")
    motivo = models.TextField("motivo del cierre")
    cerrado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="cerrado por"
    )
    cerrado_en = models.DateTimeField("cerrado en")
    reabierto_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="reabierto por",
    )
    reabierto_en = models.DateTimeField("reabierto en", null=True, blank=True)
    motivo_reapertura = models.TextField("motivo de la reapertura", blank=True)

    class Meta:
        verbose_name = "ejercicio cerrado"
        verbose_name_plural = "ejercicios cerrados"
        ordering = ["-anio", "-cerrado_en"]
        constraints = [
            models.UniqueConstraint(
                name="ejercicio_un_cierre",
                fields=["anio"],
                condition=Q(reabierto_en__isnull=True),
                violation_error_message="El ejercicio ya está cerrado.",
            ),
            models.CheckConstraint(
                name="ejercicio_anio_rango",
                condition=Q(anio__gte=1990, anio__lte=2100),
                violation_error_message="El año debe estar entre 1990 y 2100.",
            ),
            models.CheckConstraint(
                name="ejercicio_reapertura",
                condition=Q(reabierto_en__isnull=True, reabierto_por__isnull=True)
                | Q(reabierto_en__gte=F("cerrado_en"), reabierto_por__isnull=False),
                violation_error_message="Un ejercicio se reabre después de cerrado y por alguien.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.anio)


class Constancia(models.Model):
    """El eslabón que deja cada publicación o retiro: su JSON canónico, su huella y la del eslabón anterior."""

    class Clase(models.TextChoices):
        PUBLICACION = "publicacion", "publicación"
        RETIRO = "retiro", "retiro"
        LINEA_BASE = "linea_base", "línea base"
        LOGRO_ESPERADO = "logro_esperado", "logro esperado"
        UMBRALES = "umbrales", "umbrales del semáforo"

    numero = models.PositiveBigIntegerField("número", unique=True)
    clase = models.CharField("clase", max_length=16, choices=Clase)
    objeto = models.PositiveBigIntegerField("identificador de lo publicado")
    medicion = models.ForeignKey(
        Medicion, on_delete=models.PROTECT, null=True, blank=True, related_name="constancias", verbose_name="medición"
    )
    canonico = models.TextField("JSON canónico")
    sellado = models.TextField("lo sellado", help_text="Lo que el canónico solo compromete; se abre cuando se puede.")
    secreto = models.CharField("secreto de las sales", max_length=64)
    huella = models.CharField("huella SHA-256", max_length=64, unique=True)
    huella_anterior = models.CharField("huella anterior", max_length=64)
    en = models.DateTimeField("en")

    class Meta:
        verbose_name = "constancia"
        verbose_name_plural = "constancias"
        ordering = ["numero"]
        indexes = [models.Index(fields=["en", "numero"], name="constancia_por_momento")]
        constraints = [
            models.UniqueConstraint(
                name="constancia_una_por_hecho",
                fields=["clase", "objeto"],
                violation_error_message="Ese hecho ya tiene constancia.",
            ),
        ]

    def __str__(self) -> str:
        return f"constancia {self.numero}"


class AliasDeAmbito(models.Model):
    """Otro modo de nombrar un ámbito en las hojas que llegan, ya normalizado (sin tildes, en minúsculas)."""

    alias = models.CharField("alias normalizado", max_length=160, unique=True)
    ambito = models.ForeignKey(Ambito, on_delete=models.PROTECT, related_name="alias", verbose_name="ámbito")
    creado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="creado por"
    )
    creado_en = models.DateTimeField("creado en")

    class Meta:
        verbose_name = "alias de ámbito"
        verbose_name_plural = "alias de ámbitos"
        ordering = ["alias"]

    def __str__(self) -> str:
        return f"{self.alias} → {self.ambito_id}"


class AvisoEnviado(models.Model):
    """Un recordatorio que ya salió por correo; su clave impide mandarlo dos veces."""

    clave = models.CharField("clave", max_length=120)
    destinatario = models.EmailField("destinatario")
    en = models.DateTimeField("en")

    class Meta:
        verbose_name = "aviso enviado"
        verbose_name_plural = "avisos enviados"
        ordering = ["-en", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="aviso_una_vez",
                fields=["clave", "destinatario"],
                violation_error_message="Ese aviso ya se envió a esa persona.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clave} a {self.destinatario}"


class ErrorSenalado(models.Model):
    """Lo que un lector señala como equivocado en una cifra publicada, y qué se le respondió."""

    class Estado(models.TextChoices):
        PENDIENTE = "pendiente", "pendiente"
        ATENDIDO = "atendido", "atendido"
        DESESTIMADO = "desestimado", "desestimado"

    indicador = models.ForeignKey(
        Indicador, on_delete=models.PROTECT, related_name="errores_senalados", verbose_name="indicador"
    )
    medicion = models.ForeignKey(
        Medicion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="errores_senalados",
        verbose_name="medición",
    )
    texto = models.TextField("qué está mal", max_length=2000)
    correo = models.EmailField("correo para responder", blank=True)
    recibido_en = models.DateTimeField("recibido en")
    estado = models.CharField("estado", max_length=11, choices=Estado, default=Estado.PENDIENTE)
    atendido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="atendido por",
    )
    atendido_en = models.DateTimeField("atendido en", null=True, blank=True)
    respuesta = models.TextField("respuesta", blank=True)

    class Meta:
        verbose_name = "error señalado"
        verbose_name_plural = "errores señalados"
        ordering = ["-recibido_en", "-id"]
        indexes = [models.Index(fields=["estado", "recibido_en"], name="senalado_estado")]

    def __str__(self) -> str:
        return f"sobre {self.indicador_id}"
