"""Cómo se mide: indicadores con su ficha técnica, ámbitos, y las cifras con sus versiones y su expediente."""

from indicadores.models.catalogo import Ambito, Indicador
from indicadores.models.cifras import LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.models.expediente import (
    AliasDeAmbito,
    AvisoEnviado,
    Comentario,
    Constancia,
    EjercicioCerrado,
    ErrorSenalado,
    Evidencia,
)
from indicadores.models.llaves import LlaveDeApi
from indicadores.models.lotes import Lote
from indicadores.models.registro import Carga, Suceso
from objetivos.models import Fuente

__all__ = [
    "AliasDeAmbito",
    "Ambito",
    "AvisoEnviado",
    "Carga",
    "Comentario",
    "Constancia",
    "EjercicioCerrado",
    "ErrorSenalado",
    "Evidencia",
    "Fuente",
    "Indicador",
    "LineaBase",
    "LlaveDeApi",
    "LogroEsperado",
    "Lote",
    "Medicion",
    "Suceso",
    "Umbral",
]
