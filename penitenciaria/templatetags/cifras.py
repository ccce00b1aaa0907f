"""Pone ``indicadores.formato`` al alcance de las plantillas; no formatea nada por su cuenta."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils import timezone

from indicadores import formato, frases
from indicadores.calculo.tipos import Motivo

register = template.Library()


@register.filter
def periodo(texto: str) -> str:
    return formato.escribir_periodo(texto)


@register.filter
def numero(valor: Decimal | int, decimales: int = 0) -> str:
    return formato.escribir_numero(valor, decimales)


@register.filter
def fecha(dia: date | datetime, precision: str = "dia") -> str:
    """El día en palabras; de un momento, el día que era en Lima."""
    if isinstance(dia, datetime):
        dia = timezone.localtime(dia).date()
    return formato.escribir_fecha(dia, precision)


@register.filter
def fecha_corta(dia: date | datetime) -> str:
    if isinstance(dia, datetime):
        dia = timezone.localtime(dia).date()
    return formato.fecha_corta(dia)


@register.filter
def motivo(codigo: Motivo) -> str:
    return formato.texto_de_motivo(codigo)


@register.filter
def avance(tipo: Fraction | None) -> str:
    return frases.porcentaje_de_avance(tipo)


@register.filter
def oracion(texto: str) -> str:
    """La frase con mayúscula inicial y punto final."""
    return frases.con_punto(frases.mayuscula(texto)) if texto else ""
