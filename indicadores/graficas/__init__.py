"""De los resultados del núcleo a dibujos y figuras: funciones puras, sin base de datos ni Django.

Una gráfica se decide una vez (``trazado``: qué se dibuja; ``composicion``: dónde) y se escribe de dos maneras que no
pueden discrepar: un SVG completo por sí mismo y la figura interactiva que el navegador pide solo si alguien la quiere.
"""

from indicadores.graficas.elementos import Svg
from indicadores.graficas.frase import frase_de_serie
from indicadores.graficas.grafica import Grafica, graficar
from indicadores.graficas.lugares import Extension, Momento, barra, extension_de_historias, historia_svg
from indicadores.graficas.mapa import DEPARTAMENTOS, Mapa, Tesela, dibujar_mapa
from indicadores.graficas.miniatura import miniatura
from indicadores.graficas.plotly import figura
from indicadores.graficas.svg import serie_svg

__all__ = [
    "DEPARTAMENTOS",
    "Extension",
    "Grafica",
    "Mapa",
    "Momento",
    "Svg",
    "Tesela",
    "barra",
    "dibujar_mapa",
    "extension_de_historias",
    "figura",
    "frase_de_serie",
    "graficar",
    "historia_svg",
    "miniatura",
    "serie_svg",
]
