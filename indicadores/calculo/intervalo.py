"""Cuánto puede errar la recta: el intervalo de predicción de una observación nueva en un año.

Con n años medidos, recta de mínimos cuadrados y varianza residual s² = SCE/(n − 2), el valor de un año x₀ cae, con la
confianza pedida, en ŷ(x₀) ± t·s·√(1 + 1/n + (x₀ − x̄)²/Sxx), donde t es el cuantil de Student con n − 2 grados de
libertad. Es la fórmula usual (NIST/SEMATECH, *e-Handbook of Statistical Methods*, 4.5.2.1; Draper y Smith, *Applied
Regression Analysis*, 1.4). Supone errores independientes, de igual varianza y aproximadamente normales: con pocos años
es ancho, y así debe verse.
"""

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt, tan

from indicadores.calculo.tipos import Intervalo, Tendencia

#: Ocho de cada diez: con tan pocos años, un intervalo del 95 % no diría casi nada.
CONFIANZA = Fraction(4, 5)
#: Cifras con que se toma la raíz, y con que se guarda t (lo que calcula igual cualquier máquina).
_RAIZ = Context(prec=40)
_CIFRAS_DE_T = 10


def predecir(tendencia: Tendencia, anio: int, confianza: Fraction = CONFIANZA) -> Intervalo | None:
    """Entre qué valores caería la medición de ``anio``, en la unidad del indicador.

    ``None`` si no hay con qué medir la incertidumbre: menos de tres puntos, o todos exactamente en la recta.
    """
    dispersion = tendencia.dispersion
    if dispersion is None or dispersion.puntos < 3 or dispersion.residuo == 0:
        return None
    grados = dispersion.puntos - 2
    lejania = (anio - dispersion.anio_medio) ** 2 / dispersion.suma_de_anios
    varianza = dispersion.residuo / grados * (1 + Fraction(1, dispersion.puntos) + lejania)
    raiz = _RAIZ.sqrt(_RAIZ.divide(Decimal(varianza.numerator), Decimal(varianza.denominator)))
    medio = cuantil_de_student(confianza, grados) * Fraction(raiz)
    centro = tendencia.valor_en(anio)
    return Intervalo(anio=anio, desde=centro - medio, hasta=centro + medio, confianza=confianza)


@lru_cache(maxsize=256)
def cuantil_de_student(confianza: Fraction, grados: int) -> Fraction:
    """El t > 0 con P(|T| ≤ t) = ``confianza`` (entre 0 y 1) y ``grados`` (≥ 1) de libertad, a diez cifras.

    Se busca por bisección el ángulo θ = atan(t/√ν), en el que la probabilidad crece sin saltos.
    """
    if grados < 1 or not 0 < confianza < 1:
        raise ValueError("Hacen falta al menos un grado de libertad y una confianza entre 0 y 1.")
    menor, mayor = 0.0, pi / 2
    for _ in range(80):
        medio = (menor + mayor) / 2
        if _probabilidad(medio, grados) < confianza:
            menor = medio
        else:
            mayor = medio
    return Fraction(f"{sqrt(grados) * tan((menor + mayor) / 2):.{_CIFRAS_DE_T}g}")


def probabilidad_de_student(t: float, grados: int) -> float:
    """P(|T| ≤ t) con ``grados`` de libertad (Abramowitz y Stegun, 26.7.3 y 26.7.4: sumas finitas, sin integrar)."""
    return _probabilidad(atan(t / sqrt(grados)), grados)


def _probabilidad(angulo: float, grados: int) -> float:
    seno, coseno = sin(angulo), cos(angulo)
    if grados % 2 == 0:
        return seno * _suma(1.0, coseno, range(1, grados - 2, 2))
    if grados == 1:
        return 2 * angulo / pi
    return 2 / pi * (angulo + seno * _suma(coseno, coseno, range(2, grados - 2, 2)))


def _suma(termino: float, coseno: float, factores: range) -> float:
    """``termino`` más los que siguen: cada uno es el anterior por k/(k + 1)·cos²θ."""
    suma = termino
    for k in factores:
        termino *= k / (k + 1) * coseno * coseno
        suma += termino
    return suma
