"""Cómo se dicen las cosas en la administración: valores, momentos, etapas y luces, siempre con palabra y forma."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html

from indicadores.calculo.tipos import Semaforo
from indicadores.formato import escribir_valor, fecha_corta
from indicadores.models import Medicion
from indicadores.models.cifras import ConAusencia

Etapa = Medicion.Etapa

#: La forma que acompaña a la palabra: la etapa y la luz se reconocen también sin color.
FORMA_DE_ETAPA: dict[str, str] = {
    Etapa.BORRADOR: "✎",
    Etapa.EN_REVISION: "◔",
    Etapa.OBSERVADA: "↩",
    Etapa.PUBLICADA: "✓",
    Etapa.SUSTITUIDA: "⇄",
    Etapa.RETIRADA: "⊘",
    Etapa.DESCARTADA: "✕",
}
FORMA_DE_SEMAFORO: dict[Semaforo, str] = {
    Semaforo.VERDE: "●",
    Semaforo.AMARILLO: "▲",
    Semaforo.ROJO: "■",
    Semaforo.SIN_DATOS: "◌",
}
PALABRA_DE_VERBO: dict[str, str] = {
    "registrar": "registró",
    "modificar": "modificó",
    "descartar": "descartó",
    "enviar": "envió a revisión",
    "observar": "observó",
    "publicar": "publicó",
    "sustituir": "sustituyó por otra versión",
    "corregir": "abrió la corrección",
    "retirar": "retiró",
    "comentar": "comentó",
    "adjuntar": "adjuntó una evidencia",
    "retirar_evidencia": "retiró una evidencia",
    "difundir": "hizo pública una evidencia",
    "dejar_de_difundir": "dejó de difundir una evidencia",
}


def escribir_momento(en: datetime | None) -> str:
    """«25-09-2020 14:05», en hora de Lima; vacío si no hay momento."""
    if en is None:
        return ""
    local = timezone.localtime(en)
    return f"{fecha_corta(local.date())} {local:%H:%M}"


def cifra(fila: ConAusencia, simbolo: str, decimales: int = 4) -> str:
    """El valor con su unidad o, si falta, la razón."""
    if fila.valor is None:
        return f"sin valor: {fila.get_motivo_ausencia_display()}"
    return escribir_valor(fila.valor, simbolo, decimales)


def insignia_de_etapa(etapa: str) -> str:
    """La etapa con su forma y su palabra."""
    return format_html(
        '<span class="etapa etapa-{}"><span aria-hidden="true">{}</span> {}</span>',
        etapa,
        FORMA_DE_ETAPA[etapa],
        Etapa(etapa).label,
    )
