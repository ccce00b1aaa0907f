"""Qué se quiere lograr: la política y sus objetivos, y el reporte que cada año da cuenta de ellos."""

from objetivos.models.catalogo import (
    Alternativa,
    AvanceNarrativo,
    Entidad,
    FechaConPrecision,
    Fuente,
    Hito,
    Lineamiento,
    Norma,
    ObjetivoPrioritario,
    Politica,
    Precision,
)
from objetivos.models.reporte import Parrafo, Reporte

__all__ = [
    "Alternativa",
    "AvanceNarrativo",
    "Entidad",
    "FechaConPrecision",
    "Fuente",
    "Hito",
    "Lineamiento",
    "Norma",
    "ObjetivoPrioritario",
    "Parrafo",
    "Politica",
    "Precision",
    "Reporte",
]
