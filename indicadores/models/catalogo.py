"""El catálogo: qué se mide (Indicador, con su ficha técnica) y dónde (Ambito)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from objetivos.models import Entidad, Fuente, ObjetivoPrioritario
from servicios.models import Servicio


class Ambito(models.Model):
    """Dónde se mide: el país, una oficina regional del INPE o un establecimiento penitenciario."""

    class Nivel(models.TextChoices):
        NACIONAL = "nacional", "nacional"
        OFICINA_REGIONAL = "oficina_regional", "oficina regional"
        ESTABLECIMIENTO = "establecimiento", "establecimiento penitenciario"

    NACIONAL = "PE"

    codigo = models.CharField("código", max_length=20, unique=True)
    nombre = models.CharField("nombre", max_length=120)
    nivel = models.CharField("nivel", max_length=16, choices=Nivel)
    padre = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hijos",
        verbose_name="ámbito que lo contiene",
    )
    departamento = models.CharField("departamento", max_length=60, blank=True)
    ubigeo = models.CharField("ubigeo del departamento", max_length=2, blank=True)
    capacidad = models.PositiveIntegerField("capacidad de albergue", null=True, blank=True)
    fecha_capacidad = models.DateField("fecha de la capacidad", null=True, blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="ambitos", verbose_name="fuente"
    )

    history = HistoricalRecords(verbose_name="historial del ámbito", verbose_name_plural="historial de ámbitos")

    class Meta:
        verbose_name = "ámbito"
        verbose_name_plural = "ámbitos"
        ordering = ["codigo"]
        constraints = [
            models.CheckConstraint(
                name="ambito_nacional_sin_padre",
                condition=Q(nivel="nacional", padre__isnull=True) | (~Q(nivel="nacional") & Q(padre__isnull=False)),
                violation_error_message="El ámbito nacional no tiene otro que lo contenga; los demás sí.",
            ),
            models.UniqueConstraint(
                name="ambito_nacional_unico",
                fields=["nivel"],
                condition=Q(nivel="nacional"),
                violation_error_message="Ya existe el ámbito nacional.",
            ),
        ]

    def __str__(self) -> str:
        return self.nombre


class Indicador(models.Model):
    """Un indicador de un objetivo o de un servicio, con su ficha técnica completa.

    Los campos de la ficha que todavía no se conocen quedan vacíos y se muestran «por definir».
    """

    class Unidad(models.TextChoices):
        CANTIDAD = "cantidad", "cantidad"
        NUMERO = "numero", "número"
        PORCENTAJE = "porcentaje", "porcentaje"
        RATIO = "ratio", "ratio"
        TASA = "tasa", "tasa"
        INDICE = "indice", "índice"
        TASA_DE_VARIACION = "tasa_de_variacion", "tasa de variación"

    class Sentido(models.TextChoices):
        ASCENDENTE = "ascendente", "ascendente: más es mejor"
        DESCENDENTE = "descendente", "descendente: menos es mejor"
        NO_DEFINIDO = "no_definido", "no definido"

    class Periodicidad(models.TextChoices):
        MENSUAL = "mensual", "mensual"
        TRIMESTRAL = "trimestral", "trimestral"
        SEMESTRAL = "semestral", "semestral"
        ANUAL = "anual", "anual"

    codigo = models.CharField("código", max_length=20, unique=True)
    codigo_oficial = models.CharField("código oficial", max_length=40, blank=True)
    objetivo = models.ForeignKey(
        ObjetivoPrioritario,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indicadores",
        verbose_name="objetivo prioritario",
    )
    servicio = models.ForeignKey(
        Servicio, on_delete=models.PROTECT, null=True, blank=True, related_name="indicadores", verbose_name="servicio"
    )
    nombre = models.CharField("nombre", max_length=300)
    nombre_corto = models.CharField("nombre corto", max_length=120)
    unidad = models.CharField("unidad de medida", max_length=20, choices=Unidad)
    simbolo = models.CharField(
        "símbolo", max_length=20, blank=True, help_text="Lo que se escribe junto al valor: %, m², personas…"
    )
    decimales = models.PositiveSmallIntegerField(
        "decimales que se muestran", default=1, validators=[MaxValueValidator(4)]
    )
    sentido = models.CharField("sentido esperado", max_length=12, choices=Sentido, default=Sentido.NO_DEFINIDO)
    cuenta_personas = models.BooleanField(
        "cuenta personas",
        default=True,
        help_text="Su denominador o, si es una cantidad, su valor. Un desagregado de menos de diez no se publica.",
    )
    objeto_medicion = models.TextField("objeto de medición", blank=True)
    justificacion = models.TextField("justificación", blank=True)
    responsable = models.ForeignKey(
        Entidad,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indicadores",
        verbose_name="responsable del indicador",
    )
    limitaciones = models.TextField("limitaciones", blank=True)
    metodo_calculo = models.TextField("método de cálculo", blank=True)
    numerador = models.TextField("numerador", blank=True)
    denominador = models.TextField("denominador", blank=True)
    formula = models.TextField("fórmula", blank=True)
    tipo_agregacion = models.CharField("tipo de agregación", max_length=120, blank=True)
    supuestos = models.TextField("supuestos", blank=True)
    fuente_datos = models.TextField("fuente y bases de datos", blank=True)
    proceso_recoleccion = models.TextField("proceso de recolección", blank=True)
    periodicidad = models.CharField("periodicidad", max_length=10, choices=Periodicidad, blank=True)
    relevancia = models.PositiveSmallIntegerField(
        "relevancia",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text="De 1 (la mayor) a 3. Sin relevancia, los indicadores del objetivo pesan igual.",
    )
    dias_de_plazo = models.PositiveSmallIntegerField(
        "días de plazo",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Cuántos días después de terminar el periodo debe estar publicada la cifra. Vacío: sin plazo.",
    )
    plazo_desde = models.DateField(
        "plazo desde",
        null=True,
        blank=True,
        help_text="Solo se exigen los periodos que terminan desde este día.",
    )
    notas = models.TextField("notas", blank=True)

    history = HistoricalRecords(
        verbose_name="historial del indicador",
        verbose_name_plural="historial de indicadores",
        # La razón de un cambio de la ficha lleva su norma: cien letras, que es lo que trae por defecto, no bastan.
        history_change_reason_field=models.TextField(null=True),
    )

    class Meta:
        verbose_name = "indicador"
        verbose_name_plural = "indicadores"
        ordering = ["codigo"]
        constraints = [
            models.CheckConstraint(
                name="indicador_de_objetivo_o_servicio",
                condition=Q(objetivo__isnull=False, servicio__isnull=True)
                | Q(objetivo__isnull=True, servicio__isnull=False),
                violation_error_message="El indicador pertenece a un objetivo o a un servicio: a uno y solo a uno.",
            ),
            models.CheckConstraint(
                name="indicador_relevancia_rango",
                condition=Q(relevancia__isnull=True) | Q(relevancia__gte=1, relevancia__lte=3),
                violation_error_message="La relevancia va de 1 a 3.",
            ),
            models.CheckConstraint(
                name="indicador_decimales_rango",
                condition=Q(decimales__gte=0, decimales__lte=4),
                violation_error_message="Se muestran entre 0 y 4 decimales.",
            ),
            models.CheckConstraint(
                name="indicador_plazo_completo",
                condition=Q(dias_de_plazo__isnull=True, plazo_desde__isnull=True)
                | Q(dias_de_plazo__isnull=False, plazo_desde__isnull=False),
                violation_error_message="El plazo se da completo: cuántos días y desde cuándo.",
            ),
            models.CheckConstraint(
                name="indicador_sentido_valido",
                condition=Q(sentido__in=["ascendente", "descendente", "no_definido"]),
                violation_error_message="El sentido es ascendente, descendente o no definido.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nombre_corto}"

    def get_absolute_url(self) -> str:
        return reverse("indicador", args=[self.codigo])

    @property
    def tipo(self) -> str:
        """``objetivo`` o ``servicio``, según de quién sea."""
        return "objetivo" if self.objetivo_id else "servicio"

    @property
    def es_entero(self) -> bool:
        """Si sus valores se cuentan de uno en uno (y «1.234» quiere decir mil doscientos treinta y cuatro)."""
        return self.unidad in {self.Unidad.CANTIDAD, self.Unidad.NUMERO}
