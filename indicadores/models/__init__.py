"""Cómo se mide: indicadores con su ficha técnica, ámbitos, y las cifras con sus versiones."""

from indicadores.models.catalogo import Ambito, Indicador
from indicadores.models.cifras import Carga, LineaBase, LogroEsperado, Medicion, Suceso, Umbral
from objetivos.models import Fuente

__all__ = ["Ambito", "Carga", "Fuente", "Indicador", "LineaBase", "LogroEsperado", "Medicion", "Suceso", "Umbral"]
