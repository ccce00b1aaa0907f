"""Lo que la plantilla ``componentes/grafica.html`` necesita, reunido."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from indicadores.calculo.tipos import Dato, Evaluacion
from indicadores.formato import escribir_fecha
from indicadores.graficas.elementos import Svg
from indicadores.graficas.frase import frase_de_serie
from indicadores.graficas.svg import serie_svg


@dataclass(frozen=True, slots=True)
class Grafica:
    """Una gráfica en sus dos tamaños y sus palabras. Sin dibujo (``hay_dibujo`` falso) queda la frase."""

    nombre: str
    ancha: Svg
    estrecha: Svg
    frase: str
    pie: str

    @property
    def hay_dibujo(self) -> bool:
        return bool(self.ancha)


def graficar(
    nombre: str,
    simbolo: str,
    decimales: int,
    evaluacion: Evaluacion,
    datos: Sequence[Dato],
    *,
    anio_final: int = 2030,
    clave: str = "",
) -> Grafica:
    """La gráfica de una serie con su frase, sus fuentes y la fecha a la que se mira."""
    ancha, estrecha = (
        serie_svg(
            nombre, simbolo, decimales, evaluacion, datos, anio_final=anio_final, estrecha=es_estrecha, clave=clave
        )
        for es_estrecha in (False, True)
    )
    return Grafica(
        nombre=nombre,
        ancha=ancha,
        estrecha=estrecha,
        frase=frase_de_serie(simbolo, decimales, evaluacion, datos, anio_final=anio_final),
        pie=_pie(evaluacion, datos),
    )


def _pie(evaluacion: Evaluacion, datos: Sequence[Dato]) -> str:
    """«Fuentes: a; b. Vista al 31 de diciembre de 2021.» con las de todo lo dibujado, sin repetir."""
    dibujados: list[tuple[date, str]] = [
        (dato.periodo.fin, dato.fuente.nombre)
        for dato in datos
        if dato.fuente is not None and dato.valor is not None and dato.periodo.fin <= evaluacion.corte
    ]
    nombres = [nombre for _, nombre in sorted(dibujados)]
    for comparado in (evaluacion.linea_base, *evaluacion.logros):
        if comparado is not None and comparado.valor is not None and comparado.fuente is not None:
            nombres.append(comparado.fuente.nombre)
    fuentes = list(dict.fromkeys(nombres))
    vista = f"Vista al {escribir_fecha(evaluacion.corte)}."
    if not fuentes:
        return vista
    return f"{'Fuente' if len(fuentes) == 1 else 'Fuentes'}: {'; '.join(fuentes)}. {vista}"
