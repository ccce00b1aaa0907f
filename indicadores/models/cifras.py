"""Las cifras y sus versiones: nada publicado se edita; lo que cambia es una versión nueva con su motivo."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES
from indicadores.formato import TEXTO_DE_MOTIVO
from indicadores.models.catalogo import Ambito, Indicador
from indicadores.models.granularidad import DE_LA_SERIE
from indicadores.models.lotes import Lote
from objetivos.models import Fuente, Norma

MOTIVOS = [(motivo.value, TEXTO_DE_MOTIVO[motivo]) for motivo in MOTIVOS_DECLARABLES]


def vigente_en(momento: datetime) -> Q:
    """Lo publicado que regía en ``momento``: publicada_en ≤ momento < sustituida_en."""
    return Q(publicada_en__lte=momento) & (Q(sustituida_en__isnull=True) | Q(sustituida_en__gt=momento))


class ConAusencia(models.Model):
    """Un valor, o la razón declarada de que falte; nunca ninguno de los dos, nunca ambos."""

    # Hasta 15 cifras: las que SQLite conserva exactas.
    valor = models.DecimalField("valor", null=True, blank=True, max_digits=15, decimal_places=4)
    motivo_ausencia = models.CharField("motivo de la ausencia", max_length=24, choices=MOTIVOS, blank=True)
    texto_ausencia = models.TextField("explicación de la ausencia", blank=True)
    fecha_compromiso = models.DateField("fecha de compromiso", null=True, blank=True)

    class Meta:
        abstract = True


VALOR_O_MOTIVO = Q(valor__isnull=False, motivo_ausencia="") | (Q(valor__isnull=True) & ~Q(motivo_ausencia=""))
VIGENCIA = ("publicada_en", "sustituida_en")
INTERVALO = Q(sustituida_en__isnull=True) | Q(sustituida_en__gte=F("publicada_en"))


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Lecturas con nombre de las cifras que rigen por intervalos."""

    def vigentes(self, momento: datetime) -> Self:
        return self.filter(vigente_en(momento))


class Revision(models.Model):
    """Una versión de una línea base, un logro esperado o unos umbrales; rige en [publicada_en, sustituida_en)."""

    version = models.PositiveIntegerField("versión", default=1)
    publicada_en = models.DateTimeField("publicada en")
    sustituida_en = models.DateTimeField("sustituida en", null=True, blank=True)
    motivo_cambio = models.TextField("motivo del cambio")
    norma = models.ForeignKey(
        Norma, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="norma"
    )
    publicada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="publicada por"
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        abstract = True


class LineaBase(ConAusencia, Revision):
    """El valor del año de referencia de un indicador, o por qué no existe."""

    indicador = models.ForeignKey(
        Indicador, on_delete=models.PROTECT, related_name="lineas_base", verbose_name="indicador"
    )
    anio = models.PositiveSmallIntegerField("año")
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="lineas_base", verbose_name="fuente"
    )

    class Meta:
        verbose_name = "línea base"
        verbose_name_plural = "líneas base"
        ordering = ["indicador", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="linea_base_una_vigente",
                fields=["indicador"],
                condition=Q(sustituida_en__isnull=True),
                violation_error_message="El indicador ya tiene una línea base vigente.",
            ),
            models.UniqueConstraint(
                name="linea_base_version_unica",
                fields=["indicador", "version"],
                violation_error_message="Esa versión de la línea base ya existe.",
            ),
            models.CheckConstraint(
                name="linea_base_valor_o_motivo",
                condition=VALOR_O_MOTIVO,
                violation_error_message="Indique el valor de la línea base o el motivo de su ausencia, uno solo.",
            ),
            models.CheckConstraint(
                name="linea_base_intervalo",
                condition=INTERVALO,
                violation_error_message="Una línea base no puede sustituirse antes de publicarse.",
            ),
            models.CheckConstraint(
                name="linea_base_anio_rango",
                condition=Q(anio__gte=1990, anio__lte=2100),
                violation_error_message="El año de la línea base debe estar entre 1990 y 2100.",
            ),
        ]

    def __str__(self) -> str:
        return f"línea base {self.anio} de {self.indicador_id}"


class LogroEsperado(ConAusencia, Revision):
    """El valor que se espera alcanzar en un año, o por qué no se ha fijado."""

    indicador = models.ForeignKey(
        Indicador, on_delete=models.PROTECT, related_name="logros_esperados", verbose_name="indicador"
    )
    anio = models.PositiveSmallIntegerField("año")
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="logros_esperados", verbose_name="fuente"
    )

    class Meta:
        verbose_name = "logro esperado"
        verbose_name_plural = "logros esperados"
        ordering = ["indicador", "anio", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="logro_uno_vigente",
                fields=["indicador", "anio"],
                condition=Q(sustituida_en__isnull=True),
                violation_error_message="El indicador ya tiene un logro esperado vigente para ese año.",
            ),
            models.UniqueConstraint(
                name="logro_version_unica",
                fields=["indicador", "anio", "version"],
                violation_error_message="Esa versión del logro esperado ya existe.",
            ),
            models.CheckConstraint(
                name="logro_valor_o_motivo",
                condition=VALOR_O_MOTIVO,
                violation_error_message="Indique el logro esperado o el motivo de su ausencia, uno solo.",
            ),
            models.CheckConstraint(
                name="logro_intervalo",
                condition=INTERVALO,
                violation_error_message="Un logro esperado no puede sustituirse antes de publicarse.",
            ),
            models.CheckConstraint(
                name="logro_anio_rango",
                condition=Q(anio__gte=1990, anio__lte=2100),
                violation_error_message="El año del logro esperado debe estar entre 1990 y 2100.",
            ),
        ]

    def __str__(self) -> str:
        return f"logro esperado {self.anio} de {self.indicador_id}"


class Umbral(Revision):
    """Desde qué avance (en puntos de porcentaje) el semáforo es verde o amarillo."""

    verde = models.DecimalField("verde desde", max_digits=6, decimal_places=2)
    amarillo = models.DecimalField("amarillo desde", max_digits=6, decimal_places=2)
    alcance = models.CharField("alcance", max_length=10, default="politica", editable=False)

    class Meta:
        verbose_name = "umbrales del semáforo"
        verbose_name_plural = "umbrales del semáforo"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                name="umbral_uno_vigente",
                fields=["alcance"],
                condition=Q(sustituida_en__isnull=True),
                violation_error_message="Ya hay umbrales vigentes.",
            ),
            models.UniqueConstraint(
                name="umbral_version_unica",
                fields=["alcance", "version"],
                violation_error_message="Esa versión de los umbrales ya existe.",
            ),
            models.CheckConstraint(
                name="umbral_orden",
                condition=Q(amarillo__gt=0, verde__gt=F("amarillo"), verde__lte=100),
                violation_error_message="Los umbrales deben cumplir 0 < amarillo < verde ≤ 100.",
            ),
            models.CheckConstraint(
                name="umbral_intervalo",
                condition=INTERVALO,
                violation_error_message="Unos umbrales no pueden sustituirse antes de publicarse.",
            ),
        ]

    def __str__(self) -> str:
        return f"verde ≥ {self.verde}, amarillo ≥ {self.amarillo}"


class MedicionQuerySet(models.QuerySet["Medicion"]):
    """Lecturas con nombre de las mediciones."""

    def vigentes(self, momento: datetime) -> Self:
        """Las versiones publicadas que regían en ``momento``."""
        return self.filter(vigente_en(momento))

    def con_version(self) -> Self:
        """Las que alguna vez se publicaron, vigentes o no."""
        return self.filter(publicada_en__isnull=False)

    def oficiales_nacionales(self) -> Self:
        """Las únicas que entran en un avance: oficiales, de todo el país y de ambos sexos."""
        return self.filter(ambito__codigo=Ambito.NACIONAL, sexo="T", caracter="oficial")

    def abiertas(self) -> Self:
        """Las que alguien todavía debe terminar."""
        return self.filter(etapa__in=Medicion.ETAPAS_ABIERTAS)


class Medicion(ConAusencia):
    """Una versión de lo que se midió para un indicador, periodo, ámbito, sexo y carácter."""

    class Etapa(models.TextChoices):
        BORRADOR = "borrador", "borrador"
        EN_REVISION = "en_revision", "en revisión"
        OBSERVADA = "observada", "observada"
        PUBLICADA = "publicada", "publicada"
        SUSTITUIDA = "sustituida", "sustituida"
        RETIRADA = "retirada", "retirada"
        DESCARTADA = "descartada", "descartada"

    class Sexo(models.TextChoices):
        TOTAL = "T", "total"
        HOMBRES = "H", "hombres"
        MUJERES = "M", "mujeres"

    class Caracter(models.TextChoices):
        OFICIAL = "oficial", "oficial"
        REFERENCIAL = "referencial", "referencial"

    class Situacion(models.TextChoices):
        PRELIMINAR = "preliminar", "preliminar"
        DEFINITIVA = "definitiva", "definitiva"

    ETAPAS_ABIERTAS = (Etapa.BORRADOR, Etapa.EN_REVISION, Etapa.OBSERVADA)
    ETAPAS_PUBLICAS = (Etapa.PUBLICADA, Etapa.SUSTITUIDA, Etapa.RETIRADA)
    CLAVE = ("indicador", "periodo", "ambito", "sexo", "caracter")

    indicador = models.ForeignKey(
        Indicador, on_delete=models.PROTECT, related_name="mediciones", verbose_name="indicador"
    )
    periodo = models.CharField("periodo", max_length=7, help_text="2021, 2021-S1, 2021-Q1 o 2021-03.")
    inicio = models.DateField("primer día", editable=False)
    fin = models.DateField("último día", editable=False)
    ambito = models.ForeignKey(Ambito, on_delete=models.PROTECT, related_name="mediciones", verbose_name="ámbito")
    sexo = models.CharField("sexo", max_length=1, choices=Sexo, default=Sexo.TOTAL)
    caracter = models.CharField("carácter", max_length=11, choices=Caracter, default=Caracter.OFICIAL)
    situacion = models.CharField("situación", max_length=10, choices=Situacion, default=Situacion.DEFINITIVA)
    numerador = models.PositiveBigIntegerField("numerador", null=True, blank=True)
    denominador = models.PositiveBigIntegerField("denominador", null=True, blank=True)
    fuente = models.ForeignKey(
        Fuente, on_delete=models.PROTECT, null=True, blank=True, related_name="mediciones", verbose_name="fuente"
    )
    notas = models.TextField("notas", blank=True)

    etapa = models.CharField("etapa", max_length=11, choices=Etapa, default=Etapa.BORRADOR)
    version = models.PositiveIntegerField("versión", default=1)
    corrige = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="correcciones",
        verbose_name="versión que corrige",
    )
    motivo_cambio = models.TextField("motivo del cambio", blank=True)
    reservada = models.BooleanField("reservada", default=False, help_text="Se refiere a menos de diez personas.")
    testigo = models.PositiveIntegerField("testigo de edición", default=1, editable=False)
    lote = models.ForeignKey(
        Lote, on_delete=models.PROTECT, null=True, blank=True, related_name="mediciones", verbose_name="lote"
    )

    registrada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="registrada por"
    )
    registrada_en = models.DateTimeField("registrada en")
    enviada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="enviada por"
    )
    publicada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="publicada por"
    )
    publicada_en = models.DateTimeField("publicada en", null=True)
    sustituida_en = models.DateTimeField("sustituida en", null=True)

    objects = MedicionQuerySet.as_manager()

    class Meta:
        verbose_name = "medición"
        verbose_name_plural = "mediciones"
        ordering = ["indicador__codigo", "-fin", "ambito__codigo", "sexo", "caracter", "-version", "-id"]
        indexes = [
            models.Index(fields=["indicador", "ambito", "sexo", "caracter", "fin", "id"], name="medicion_serie"),
            # Con los momentos al lado se cuenta y se pasan páginas sin leer las filas.
            models.Index(fields=["indicador", "fin", "id", *VIGENCIA], name="medicion_de_indicador"),
            models.Index(fields=["ambito", "fin", "id", *VIGENCIA], name="medicion_de_ambito"),
            models.Index(fields=["fin", "id", *VIGENCIA], name="medicion_por_fin"),
            # Quien filtra por lo que pocas filas cumplen no recorre las demás.
            models.Index(fields=["sexo", "fin", "id"], name="medicion_de_sexo"),
            models.Index(fields=["caracter", "fin", "id"], name="medicion_de_caracter"),
            models.Index(fields=["situacion", "fin", "id"], name="medicion_de_situacion"),
            models.Index(fields=["ambito", "sexo", "publicada_en", "id"], name="medicion_novedades"),
            models.Index(fields=["etapa", "id"], name="medicion_etapa"),
            models.Index(fields=["publicada_en", "id"], name="medicion_publicada"),
            # El valor anterior de una serie (el que dice si otro se repite) se halla en un paso y sin leer las filas.
            models.Index(
                *DE_LA_SERIE, *VIGENCIA, name="medicion_anterior", condition=Q(valor__isnull=False, reservada=False)
            ),
            models.Index(
                fields=["indicador", "periodo", "id"], name="medicion_reservadas", condition=Q(reservada=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="medicion_una_vigente",
                fields=["indicador", "periodo", "ambito", "sexo", "caracter"],
                condition=Q(etapa="publicada"),
                violation_error_message="Ya rige una versión de ese indicador, periodo, ámbito, sexo y carácter.",
            ),
            models.UniqueConstraint(
                name="medicion_una_abierta",
                fields=["indicador", "periodo", "ambito", "sexo", "caracter"],
                condition=Q(etapa__in=["borrador", "en_revision", "observada"]),
                violation_error_message="Ya hay un borrador de ese indicador, periodo, ámbito, sexo y carácter.",
            ),
            models.UniqueConstraint(
                name="medicion_version_unica",
                fields=["indicador", "periodo", "ambito", "sexo", "caracter", "version"],
                condition=Q(publicada_en__isnull=False),
                violation_error_message="Esa versión de la medición ya existe.",
            ),
            models.CheckConstraint(
                name="medicion_valor_o_motivo",
                condition=VALOR_O_MOTIVO,
                violation_error_message="Indique el valor o el motivo de su ausencia, uno solo.",
            ),
            models.CheckConstraint(
                name="medicion_dias",
                condition=Q(fin__gte=F("inicio")),
                violation_error_message="El último día del periodo no puede ser anterior al primero.",
            ),
            models.CheckConstraint(
                name="medicion_dominios",
                condition=Q(
                    sexo__in=["T", "H", "M"],
                    caracter__in=["oficial", "referencial"],
                    situacion__in=["preliminar", "definitiva"],
                    version__gte=1,
                ),
                violation_error_message="El sexo, el carácter, la situación o la versión no son válidos.",
            ),
            models.CheckConstraint(
                name="medicion_etapa_publicacion",
                condition=Q(
                    etapa__in=["borrador", "en_revision", "observada", "descartada"],
                    publicada_en__isnull=True,
                    sustituida_en__isnull=True,
                )
                | Q(etapa="publicada", publicada_en__isnull=False, sustituida_en__isnull=True)
                | Q(etapa__in=["sustituida", "retirada"], publicada_en__isnull=False, sustituida_en__isnull=False),
                violation_error_message="La etapa no concuerda con los momentos de publicación y sustitución.",
            ),
            models.CheckConstraint(
                name="medicion_intervalo",
                condition=INTERVALO,
                violation_error_message="Una medición no puede sustituirse antes de publicarse.",
            ),
            models.CheckConstraint(
                name="medicion_cuatro_ojos",
                condition=Q(publicada_por__isnull=True)
                | (~Q(publicada_por=F("registrada_por")) & ~Q(publicada_por=F("enviada_por"))),
                violation_error_message="Quien registró o envió una medición no puede publicarla.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicador_id}, {self.periodo}, versión {self.version}"

    @property
    def esta_abierta(self) -> bool:
        return self.etapa in self.ETAPAS_ABIERTAS
