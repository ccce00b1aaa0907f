"""Cómo se mide: indicadores con su ficha técnica, ámbitos, y las cifras con sus versiones."""

from indicadores.models.catalogo import Ambito, Indicador
from indicadores.models.cifras import LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.models.registro import Carga, Suceso
from objetivos.models import Fuente

__all__ = ["Ambito", "Carga", "Fuente", "Indicador", "LineaBase", "LogroEsperado", "Medicion", "Suceso", "Umbral"]
