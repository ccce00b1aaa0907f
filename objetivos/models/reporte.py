"""El reporte de cumplimiento de cada año: lo que una persona le agrega, y los ya emitidos, que no cambian nunca más."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from objetivos.models.catalogo import ObjetivoPrioritario, Politica

ANIO_EN_RANGO = Q(anio__gte=1990, anio__lte=2100)


class Parrafo(models.Model):
    """Un párrafo escrito por una persona para el reporte de un año; se suma al del portal o lo reemplaza."""

    class Seccion(models.TextChoices):
        RESULTADO_GENERAL = "resultado_general", "resultado general"
        AVANCE = "avance", "avance"
        INTERVENCIONES = "intervenciones", "situación de intervenciones y uso de recursos"
        ALTERNATIVAS = "alternativas", "alternativas"

    class Modo(models.TextChoices):
        AGREGA = "agrega", "se agrega al texto del portal"
        REEMPLAZA = "reemplaza", "reemplaza el texto del portal"

    #: Las secciones que hay en cada objetivo; las demás son de toda la política.
    SECCIONES_DE_OBJETIVO = (Seccion.AVANCE, Seccion.INTERVENCIONES)

    politica = models.ForeignKey(Politica, on_delete=models.PROTECT, related_name="parrafos", verbose_name="política")
    anio = models.PositiveSmallIntegerField("año")
    objetivo = models.ForeignKey(
        ObjetivoPrioritario,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parrafos",
        verbose_name="objetivo prioritario",
    )
    seccion = models.CharField("sección", max_length=20, choices=Seccion)
    modo = models.CharField("modo", max_length=9, choices=Modo, default=Modo.AGREGA)
    orden = models.PositiveSmallIntegerField("orden", default=1)
    texto = models.TextField("texto")
    por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="escrito por"
    )
    en = models.DateTimeField("escrito en")
    testigo = models.PositiveIntegerField("testigo de edición", default=1, editable=False)

    history = HistoricalRecords(verbose_name="historial del párrafo", verbose_name_plural="historial de párrafos")

    class Meta:
        verbose_name = "párrafo del reporte"
        verbose_name_plural = "párrafos del reporte"
        ordering = ["anio", "objetivo__codigo", "seccion", "orden"]
        constraints = [
            models.UniqueConstraint(
                name="parrafo_orden_unico",
                fields=["politica", "anio", "objetivo", "seccion", "orden"],
                violation_error_message="Ya hay un párrafo con ese orden en la sección del objetivo.",
            ),
            models.UniqueConstraint(
                name="parrafo_general_orden_unico",
                fields=["politica", "anio", "seccion", "orden"],
                condition=Q(objetivo__isnull=True),
                violation_error_message="Ya hay un párrafo con ese orden en la sección.",
            ),
            models.CheckConstraint(
                name="parrafo_seccion_coherente",
                condition=Q(objetivo__isnull=True, seccion__in=["resultado_general", "alternativas"])
                | Q(objetivo__isnull=False, seccion__in=["avance", "intervenciones"]),
                violation_error_message="El resultado general y las alternativas no llevan objetivo; lo demás sí.",
            ),
            models.CheckConstraint(
                name="parrafo_modo_valido",
                condition=Q(modo__in=["agrega", "reemplaza"]),
                violation_error_message="Un párrafo se agrega al texto del portal o lo reemplaza.",
            ),
            models.CheckConstraint(
                name="parrafo_con_texto",
                condition=~Q(texto=""),
                violation_error_message="Un párrafo sin texto no dice nada.",
            ),
            models.CheckConstraint(
                name="parrafo_anio_rango",
                condition=ANIO_EN_RANGO,
                violation_error_message="El año del reporte debe estar entre 1990 y 2100.",
            ),
        ]

    def __str__(self) -> str:
        return f"párrafo {self.orden} de {self.seccion}, {self.anio}"


class ReporteQuerySet(models.QuerySet["Reporte"]):
    """Lecturas con nombre de los reportes emitidos."""

    def vigentes(self) -> Self:
        """El último emitido de cada año."""
        return self.filter(sustituido_en__isnull=True)

    def sin_archivos(self) -> Self:
        """Sin traer de la base lo que pesa: los archivos y los datos en que se apoyan."""
        return self.defer("datos", "documento", *Reporte.FORMAS)

    def con_huella(self, huella: str) -> Self:
        """Aquel cuyos datos, o alguno de cuyos archivos, tienen esa huella."""
        de_archivos = (Q(**{f"huella_{forma}": huella}) for forma in Reporte.FORMAS)
        cualquiera = Q(huella=huella)
        for una in de_archivos:
            cualquiera |= una
        return self.filter(cualquiera)


class Reporte(models.Model):
    """Un reporte emitido: sus archivos, los datos en que se apoyan y quién lo emitió. La base no deja cambiarlo.

    ``datos`` es JSON canónico y ``huella`` su SHA-256; ``documento``, el documento ya compuesto, del que salen las
    cuatro formas. Lo único que se escribe después, y una sola vez, es ``sustituido_en``.
    """

    FORMAS = ("html", "docx", "pdf", "matriz")

    politica = models.ForeignKey(Politica, on_delete=models.PROTECT, related_name="reportes", verbose_name="política")
    anio = models.PositiveSmallIntegerField("año")
    numero = models.PositiveSmallIntegerField("número")
    corte = models.DateField("corte")
    a_la_fecha = models.DateTimeField("a la fecha")
    datos = models.TextField("datos")
    huella = models.CharField("huella de los datos", max_length=64)
    documento = models.TextField("documento")
    html = models.BinaryField("archivo HTML")
    huella_html = models.CharField("huella del archivo HTML", max_length=64)
    docx = models.BinaryField("archivo DOCX")
    huella_docx = models.CharField("huella del archivo DOCX", max_length=64)
    pdf = models.BinaryField("archivo PDF")
    huella_pdf = models.CharField("huella del archivo PDF", max_length=64)
    matriz = models.BinaryField("matriz en XLSX")
    huella_matriz = models.CharField("huella de la matriz", max_length=64)
    emitido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="emitido por"
    )
    emitido_en = models.DateTimeField("emitido en")
    sustituye = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sustitutos",
        verbose_name="reporte que sustituye",
    )
    motivo = models.TextField("motivo de la corrección", blank=True)
    sustituido_en = models.DateTimeField("sustituido en", null=True, blank=True)

    objects = ReporteQuerySet.as_manager()

    class Meta:
        verbose_name = "reporte emitido"
        verbose_name_plural = "reportes emitidos"
        ordering = ["-anio", "-numero"]
        constraints = [
            models.UniqueConstraint(
                name="reporte_uno_vigente",
                fields=["politica", "anio"],
                condition=Q(sustituido_en__isnull=True),
                violation_error_message="Ya hay un reporte emitido y vigente de ese año.",
            ),
            models.UniqueConstraint(
                name="reporte_numero_unico",
                fields=["politica", "anio", "numero"],
                violation_error_message="Ya hay un reporte de ese año con ese número.",
            ),
            models.UniqueConstraint(
                name="reporte_huella_unica",
                fields=["huella"],
                violation_error_message="Ya hay un reporte emitido con esos mismos datos.",
            ),
            models.UniqueConstraint(
                name="reporte_sustituido_una_vez",
                fields=["sustituye"],
                violation_error_message="Ese reporte ya fue sustituido por otro.",
            ),
            models.CheckConstraint(
                name="reporte_correccion_con_motivo",
                condition=Q(numero=1, sustituye__isnull=True, motivo="")
                | (Q(numero__gt=1, sustituye__isnull=False) & ~Q(motivo="")),
                violation_error_message="El primer reporte de un año no sustituye a otro; los demás sí, con su motivo.",
            ),
            models.CheckConstraint(
                name="reporte_intervalo",
                condition=Q(sustituido_en__isnull=True) | Q(sustituido_en__gte=F("emitido_en")),
                violation_error_message="Un reporte no puede sustituirse antes de emitirse.",
            ),
            models.CheckConstraint(
                name="reporte_visto_al_emitirse",
                condition=Q(a_la_fecha__lte=F("emitido_en")),
                violation_error_message="Un reporte no puede apoyarse en lo que se publique después de emitirlo.",
            ),
            models.CheckConstraint(
                name="reporte_anio_rango",
                condition=ANIO_EN_RANGO,
                violation_error_message="El año del reporte debe estar entre 1990 y 2100.",
            ),
        ]

    def __str__(self) -> str:
        return f"reporte N.° {self.numero} de {self.anio}"

    @property
    def esta_vigente(self) -> bool:
        return self.sustituido_en is None
