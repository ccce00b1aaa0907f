"""Qué se quiere lograr: la política, sus objetivos prioritarios, su ruta y quienes intervienen."""

from calendar import monthrange
from datetime import date

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords


class Precision(models.TextChoices):
    """Hasta dónde se conoce una fecha: «mayo de 2021» no es «1 de mayo de 2021»."""

    DIA = "dia", "día"
    MES = "mes", "mes"
    ANIO = "anio", "año"


class FechaConPrecision(models.Model):
    """Una fecha que declara su precisión; ``fecha`` guarda el primer día del lapso conocido."""

    fecha = models.DateField("fecha", null=True, blank=True)
    precision_fecha = models.CharField("precisión de la fecha", max_length=4, choices=Precision, default=Precision.DIA)

    class Meta:
        abstract = True

    @property
    def fecha_fin(self) -> date | None:
        """Último día del lapso conocido: desde entonces el hecho está a la vista de un corte."""
        if self.fecha is None or self.precision_fecha == Precision.DIA:
            return self.fecha
        if self.precision_fecha == Precision.MES:
            return self.fecha.replace(day=monthrange(self.fecha.year, self.fecha.month)[1])
        return date(self.fecha.year, 12, 31)

    def es_visible_al(self, corte: date) -> bool:
        """Si el hecho ya había ocurrido al corte; un hecho sin fecha está siempre a la vista."""
        return self.fecha_fin is None or self.fecha_fin <= corte


class Entidad(models.Model):
    """Quien conduce, provee o acompaña: una institución, o un grupo de ellas cuando la fuente no las separa."""

    sigla = models.CharField("sigla", max_length=20, unique=True)
    nombre = models.CharField("nombre", max_length=200)
    es_colectiva = models.BooleanField(
        "es colectiva", default=False, help_text="Nombra a un grupo, como «gobiernos regionales»."
    )
    notas = models.TextField("notas", blank=True)

    history = HistoricalRecords(verbose_name="historial de la entidad", verbose_name_plural="historial de entidades")

    class Meta:
        verbose_name = "entidad"
        verbose_name_plural = "entidades"
        ordering = ["sigla"]

    def __str__(self) -> str:
        return self.sigla

    def get_absolute_url(self) -> str:
        return reverse("entidad", args=[self.sigla])


class Norma(FechaConPrecision):
    """Un dispositivo legal o administrativo citado por la política o por un cambio de cifra."""

    codigo = models.SlugField("código", max_length=60, unique=True)
    tipo = models.CharField("tipo", max_length=80)
    numero = models.CharField("número", max_length=80)
    titulo = models.CharField("título", max_length=400, blank=True)
    url = models.URLField("dirección", blank=True)
    notas = models.TextField("notas", blank=True)

    history = HistoricalRecords(verbose_name="historial de la norma", verbose_name_plural="historial de normas")

    class Meta:
        verbose_name = "norma"
        verbose_name_plural = "normas"
        ordering = ["codigo"]

    def __str__(self) -> str:
        return f"{self.tipo} {self.numero}".strip()


class Fuente(FechaConPrecision):
    """El documento o la publicación de donde sale una cifra."""

    class Tipo(models.TextChoices):
        REPORTE = "reporte", "reporte de cumplimiento"
        ESTADISTICA = "estadistica", "informe estadístico"
        TRANSCRIPCION = "transcripcion", "transcripción de un tercero"
        PRENSA = "prensa", "prensa"
        NORMA = "norma", "norma"
        REGISTRO = "registro", "registro administrativo"
        OTRA = "otra", "otra"

    codigo = models.SlugField("código", max_length=60, unique=True)
    nombre = models.CharField("nombre", max_length=300)
    tipo = models.CharField("tipo", max_length=20, choices=Tipo, default=Tipo.OTRA)
    url = models.URLField("dirección", max_length=400, blank=True)
    notas = models.TextField("notas", blank=True)

    history = HistoricalRecords(verbose_name="historial de la fuente", verbose_name_plural="historial de fuentes")

    class Meta:
        verbose_name = "fuente"
        verbose_name_plural = "fuentes"
        ordering = ["nombre"]

    def __str__(self) -> str:
        return self.nombre


class Politica(models.Model):
    """La política nacional que el portal sigue; hay una sola."""

    codigo = models.SlugField("código", max_length=20, unique=True)
    nombre = models.CharField("nombre", max_length=200)
    problema_publico = models.TextField("problema público", blank=True)
    situacion_deseada = models.TextField("situación futura deseada", blank=True)
    anio_inicio = models.PositiveSmallIntegerField("año de inicio")
    anio_fin = models.PositiveSmallIntegerField("año final")
    norma = models.ForeignKey(
        Norma, on_delete=models.PROTECT, related_name="politicas", verbose_name="dispositivo legal"
    )
    rectora = models.ForeignKey(
        Entidad, on_delete=models.PROTECT, related_name="politicas", verbose_name="ministerio rector"
    )
    organo_responsable = models.CharField("órgano responsable", max_length=200, blank=True)

    history = HistoricalRecords(verbose_name="historial de la política", verbose_name_plural="historial de la política")

    class Meta:
        verbose_name = "política"
        verbose_name_plural = "políticas"
        constraints = [
            models.CheckConstraint(
                name="politica_horizonte",
                condition=models.Q(anio_fin__gt=models.F("anio_inicio")),
                violation_error_message="El año final de la política debe ser posterior al de inicio.",
            )
        ]

    def __str__(self) -> str:
        return self.nombre


class ObjetivoPrioritario(models.Model):
    """Uno de los objetivos prioritarios de la política."""

    politica = models.ForeignKey(Politica, on_delete=models.PROTECT, related_name="objetivos", verbose_name="política")
    codigo = models.CharField("código", max_length=10, unique=True)
    nombre = models.CharField("nombre", max_length=300)
    priorizado = models.BooleanField(
        "priorizado", default=False, help_text="La entidad rectora declaró prioritario su cumplimiento en el periodo."
    )
    nota_priorizacion = models.TextField("nota sobre la priorización", blank=True)

    history = HistoricalRecords(verbose_name="historial del objetivo", verbose_name_plural="historial de objetivos")

    class Meta:
        verbose_name = "objetivo prioritario"
        verbose_name_plural = "objetivos prioritarios"
        ordering = ["codigo"]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nombre}"

    def get_absolute_url(self) -> str:
        return reverse("objetivo", args=[self.codigo])


class Lineamiento(models.Model):
    """Una línea de acción de un objetivo; en el sistema de CEPLAN no lleva indicadores."""

    objetivo = models.ForeignKey(
        ObjetivoPrioritario, on_delete=models.PROTECT, related_name="lineamientos", verbose_name="objetivo prioritario"
    )
    codigo = models.CharField("código", max_length=20, unique=True)
    nombre = models.CharField("nombre", max_length=400)
    norma = models.ForeignKey(
        Norma,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lineamientos",
        verbose_name="norma que lo establece",
    )

    history = HistoricalRecords(
        verbose_name="historial del lineamiento",
        verbose_name_plural="historial de lineamientos",
        # La razón lleva su norma: cien letras no bastan.
        history_change_reason_field=models.TextField(null=True),
    )

    class Meta:
        verbose_name = "lineamiento"
        verbose_name_plural = "lineamientos"
        ordering = ["codigo"]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nombre}"


class Hito(FechaConPrecision):
    """Un paso en la ruta de la política y de su Plan Estratégico Multisectorial (PEM)."""

    politica = models.ForeignKey(Politica, on_delete=models.PROTECT, related_name="hitos", verbose_name="política")
    orden = models.PositiveSmallIntegerField("orden")
    titulo = models.CharField("título", max_length=200)
    descripcion = models.TextField("descripción", blank=True)
    cumplido = models.BooleanField("cumplido", default=False)
    norma = models.ForeignKey(
        Norma, on_delete=models.PROTECT, null=True, blank=True, related_name="hitos", verbose_name="norma"
    )
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="hitos", verbose_name="fuente"
    )

    history = HistoricalRecords(verbose_name="historial del hito", verbose_name_plural="historial de hitos")

    class Meta:
        verbose_name = "hito"
        verbose_name_plural = "hitos"
        ordering = ["politica", "orden"]
        constraints = [
            models.UniqueConstraint(
                name="hito_orden_unico",
                fields=["politica", "orden"],
                violation_error_message="Ya hay un hito con ese orden en la ruta.",
            )
        ]

    def __str__(self) -> str:
        return self.titulo

    def es_cumplido_al(self, corte: date) -> bool:
        """Si el paso ya estaba dado al corte."""
        return self.cumplido and self.es_visible_al(corte)


class AvanceNarrativo(models.Model):
    """El relato de un año: el resultado general o lo avanzado por un objetivo, escrito por una persona."""

    class Seccion(models.TextChoices):
        RESULTADO_GENERAL = "resultado_general", "resultado general"
        AVANCE = "avance", "avance"
        INTERVENCIONES = "intervenciones", "situación de intervenciones y uso de recursos"

    politica = models.ForeignKey(
        Politica, on_delete=models.PROTECT, related_name="avances_narrativos", verbose_name="política"
    )
    objetivo = models.ForeignKey(
        ObjetivoPrioritario,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="avances_narrativos",
        verbose_name="objetivo prioritario",
    )
    anio = models.PositiveSmallIntegerField("año")
    seccion = models.CharField("sección", max_length=20, choices=Seccion)
    texto = models.TextField("texto")
    fuente = models.ForeignKey(
        Fuente,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="avances_narrativos",
        verbose_name="fuente",
    )

    history = HistoricalRecords(
        verbose_name="historial del avance narrativo", verbose_name_plural="historial de avances narrativos"
    )

    class Meta:
        verbose_name = "avance narrativo"
        verbose_name_plural = "avances narrativos"
        ordering = ["anio", "objetivo__codigo", "seccion"]
        constraints = [
            models.UniqueConstraint(
                name="avance_narrativo_unico",
                fields=["politica", "objetivo", "anio", "seccion"],
                violation_error_message="Ya hay un texto para ese objetivo, año y sección.",
            ),
            models.UniqueConstraint(
                name="avance_narrativo_general_unico",
                fields=["politica", "anio", "seccion"],
                condition=models.Q(objetivo__isnull=True),
                violation_error_message="Ya hay un resultado general para ese año.",
            ),
            models.CheckConstraint(
                name="avance_narrativo_seccion_coherente",
                condition=models.Q(objetivo__isnull=True, seccion="resultado_general")
                | (models.Q(objetivo__isnull=False) & ~models.Q(seccion="resultado_general")),
                violation_error_message="El resultado general no lleva objetivo; las demás secciones sí.",
            ),
        ]

    def __str__(self) -> str:
        de_quien = self.objetivo.codigo if self.objetivo else "resultado general"
        return f"{de_quien}, {self.anio}: {self.get_seccion_display()}"


class Alternativa(FechaConPrecision):
    """Algo que hace falta para que la política se cumpla mejor, y si ya se atendió (``fecha``: cuándo)."""

    class Estado(models.TextChoices):
        NO_CONSTA = "no_consta", "no consta su avance"
        EN_CURSO = "en_curso", "en curso"
        ATENDIDA = "atendida", "atendida"

    politica = models.ForeignKey(
        Politica, on_delete=models.PROTECT, related_name="alternativas", verbose_name="política"
    )
    orden = models.PositiveSmallIntegerField("orden")
    titulo = models.CharField("título", max_length=200)
    texto = models.TextField("texto")
    estado = models.CharField("estado", max_length=10, choices=Estado, default=Estado.NO_CONSTA)
    norma = models.ForeignKey(
        Norma,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alternativas",
        verbose_name="norma que la atiende",
    )
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="alternativas", verbose_name="fuente"
    )

    history = HistoricalRecords(
        verbose_name="historial de la alternativa", verbose_name_plural="historial de alternativas"
    )

    class Meta:
        verbose_name = "alternativa"
        verbose_name_plural = "alternativas"
        ordering = ["politica", "orden"]
        constraints = [
            models.UniqueConstraint(
                name="alternativa_orden_unico",
                fields=["politica", "orden"],
                violation_error_message="Ya hay una alternativa con ese orden.",
            )
        ]

    def __str__(self) -> str:
        return self.titulo

    def estado_al(self, corte: date) -> str:
        """El estado tal como se conocía al corte."""
        return self.estado if self.es_visible_al(corte) else self.Estado.NO_CONSTA
