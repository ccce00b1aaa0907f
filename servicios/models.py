"""Qué se entrega: los servicios, quiénes los proveen, con qué documentos y qué los interrumpe."""

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from objetivos.models import Entidad, FechaConPrecision, Fuente, Lineamiento, Norma, ObjetivoPrioritario


class Servicio(models.Model):
    """Un servicio de la política con su ficha (lo que aún no se conoce queda vacío)."""

    class Ejecucion(models.TextChoices):
        INMEDIATA = "inmediata", "inmediata"
        PROGRESIVA = "progresiva", "progresiva"
        NO_CONSTA = "no_consta", "no consta"

    class Estado(models.TextChoices):
        EN_PROVISION = "en_provision", "se provee"
        EN_PRUEBA = "en_prueba", "en prueba"
        EN_DISENO = "en_diseno", "en diseño"
        NO_INICIADO = "no_iniciado", "no iniciado"
        NO_CONSTA = "no_consta", "no consta"

    objetivo = models.ForeignKey(
        ObjetivoPrioritario, on_delete=models.PROTECT, related_name="servicios", verbose_name="objetivo prioritario"
    )
    lineamiento = models.ForeignKey(
        Lineamiento,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="servicios",
        verbose_name="lineamiento",
    )
    codigo = models.CharField("código", max_length=20, unique=True)
    codigo_oficial = models.CharField("código oficial", max_length=40, blank=True)
    nombre = models.CharField("nombre", max_length=300)
    nombre_corto = models.CharField("nombre corto", max_length=120)
    nombre_es_parafrasis = models.BooleanField(
        "el nombre es una paráfrasis", default=False, help_text="La fuente lo describe pero no lo nombra."
    )
    ejecucion = models.CharField("ejecución", max_length=10, choices=Ejecucion, default=Ejecucion.NO_CONSTA)
    ejecucion_inferida = models.BooleanField("la ejecución es inferida", default=False)
    estado = models.CharField("estado", max_length=12, choices=Estado, default=Estado.NO_CONSTA)
    descripcion = models.TextField("descripción", blank=True)
    proveedor = models.TextField("proveedor", blank=True)
    receptor = models.TextField("receptor", blank=True)
    cobertura = models.TextField("cobertura", blank=True)
    estandares = models.TextField("estándares", blank=True)
    notas = models.TextField("notas", blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="servicios", verbose_name="fuente"
    )
    entidades = models.ManyToManyField(
        Entidad, through="Participacion", related_name="servicios", verbose_name="entidades"
    )

    history = HistoricalRecords(
        verbose_name="historial del servicio",
        verbose_name_plural="historial de servicios",
        # La razón lleva su norma: cien letras no bastan.
        history_change_reason_field=models.TextField(null=True),
    )

    class Meta:
        verbose_name = "servicio"
        verbose_name_plural = "servicios"
        ordering = ["codigo"]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nombre_corto}"

    def get_absolute_url(self) -> str:
        return reverse("servicio", args=[self.codigo])


class Participacion(models.Model):
    """Una entidad en un servicio y el papel que cumple."""

    class Rol(models.TextChoices):
        PROVEEDORA = "proveedora", "proveedora"
        CORRESPONSABLE = "corresponsable", "corresponsable"
        ARTICULADORA = "articuladora", "articuladora"
        NO_CONSTA = "no_consta", "participa; su papel no consta"

    servicio = models.ForeignKey(
        Servicio, on_delete=models.CASCADE, related_name="participaciones", verbose_name="servicio"
    )
    entidad = models.ForeignKey(
        Entidad, on_delete=models.PROTECT, related_name="participaciones", verbose_name="entidad"
    )
    rol = models.CharField("papel", max_length=16, choices=Rol, default=Rol.NO_CONSTA)
    organo = models.CharField("órgano", max_length=120, blank=True)
    notas = models.TextField("notas", blank=True)

    history = HistoricalRecords(
        verbose_name="historial de la participación", verbose_name_plural="historial de participaciones"
    )

    class Meta:
        verbose_name = "participación"
        verbose_name_plural = "participaciones"
        ordering = ["servicio", "entidad__sigla"]
        constraints = [
            models.UniqueConstraint(
                name="participacion_unica",
                fields=["servicio", "entidad"],
                violation_error_message="Esa entidad ya participa en el servicio.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entidad} en {self.servicio_id}"


class DocumentoDeProvision(FechaConPrecision):
    """El protocolo, manual o directiva que gobierna un servicio, y si ya existe."""

    class Estado(models.TextChoices):
        APROBADO = "aprobado", "aprobado"
        EN_DISENO = "en_diseno", "en diseño"
        NECESARIO = "necesario", "hace falta"

    servicio = models.ForeignKey(Servicio, on_delete=models.CASCADE, related_name="documentos", verbose_name="servicio")
    titulo = models.CharField("título", max_length=300)
    estado = models.CharField("estado", max_length=10, choices=Estado)
    norma = models.ForeignKey(
        Norma,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documentos",
        verbose_name="norma que lo aprueba",
    )
    notas = models.TextField("notas", blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="documentos", verbose_name="fuente"
    )

    history = HistoricalRecords(
        verbose_name="historial del documento de provisión", verbose_name_plural="historial de documentos de provisión"
    )

    class Meta:
        verbose_name = "documento de provisión"
        verbose_name_plural = "documentos de provisión"
        ordering = ["servicio", "estado", "titulo"]
        constraints = [
            models.UniqueConstraint(
                name="documento_titulo_unico",
                fields=["servicio", "titulo"],
                violation_error_message="El servicio ya tiene un documento con ese título.",
            )
        ]

    def __str__(self) -> str:
        return self.titulo


class Intervencion(models.Model):
    """Algo que se hizo, o con qué recursos se cuenta, en un objetivo o en uno de sus servicios."""

    objetivo = models.ForeignKey(
        ObjetivoPrioritario,
        on_delete=models.PROTECT,
        related_name="intervenciones",
        verbose_name="objetivo prioritario",
    )
    servicio = models.ForeignKey(
        Servicio,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="intervenciones",
        verbose_name="servicio",
    )
    anio = models.PositiveSmallIntegerField("año")
    titulo = models.CharField("título", max_length=200)
    descripcion = models.TextField("descripción", blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="intervenciones", verbose_name="fuente"
    )

    history = HistoricalRecords(
        verbose_name="historial de la intervención", verbose_name_plural="historial de intervenciones"
    )

    class Meta:
        verbose_name = "intervención"
        verbose_name_plural = "intervenciones"
        ordering = ["objetivo", "anio", "titulo"]
        constraints = [
            models.UniqueConstraint(
                name="intervencion_titulo_unico",
                fields=["objetivo", "anio", "titulo"],
                violation_error_message="El objetivo ya tiene una intervención con ese título en el año.",
            )
        ]

    def __str__(self) -> str:
        return self.titulo


class Suspension(models.Model):
    """Una actividad interrumpida, por qué, y qué se hizo en su lugar."""

    objetivo = models.ForeignKey(
        ObjetivoPrioritario, on_delete=models.PROTECT, related_name="suspensiones", verbose_name="objetivo prioritario"
    )
    servicio = models.ForeignKey(
        Servicio, on_delete=models.PROTECT, null=True, blank=True, related_name="suspensiones", verbose_name="servicio"
    )
    actividad = models.CharField("actividad", max_length=200)
    causa = models.CharField("causa", max_length=200)
    anio = models.PositiveSmallIntegerField("año del reporte")
    medida_alternativa = models.TextField("medida alternativa", blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="suspensiones", verbose_name="fuente"
    )

    history = HistoricalRecords(
        verbose_name="historial de la suspensión", verbose_name_plural="historial de suspensiones"
    )

    class Meta:
        verbose_name = "suspensión"
        verbose_name_plural = "suspensiones"
        ordering = ["objetivo", "actividad"]
        constraints = [
            models.UniqueConstraint(
                name="suspension_unica",
                fields=["objetivo", "actividad", "anio"],
                violation_error_message="Esa suspensión ya está registrada para el año.",
            )
        ]

    def __str__(self) -> str:
        return self.actividad
