"""El intervalo de predicción: sus leyes, las tablas de Student y un oráculo por otro camino."""

from decimal import Decimal
from fractions import Fraction
from math import gamma, pi, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicadores.calculo.intervalo import CONFIANZA, cuantil_de_student, predecir, probabilidad_de_student
from indicadores.calculo.tendencia import ajustar, proyectar
from indicadores.calculo.tipos import Intervalo, Tendencia
from tests.calculo.fabricas import valores

anios = st.integers(2000, 2040)
series = st.dictionaries(anios, valores, min_size=3, max_size=9).map(lambda puntos: list(puntos.items()))
confianzas = st.sampled_from([Fraction(1, 2), CONFIANZA, Fraction(9, 10), Fraction(19, 20)])
#: Lo que cabe perder al escribir t con diez cifras.
HOLGURA = Fraction(1, 10**8)


def con_residuo(puntos: list[tuple[int, Decimal]]) -> Tendencia:
    tendencia = ajustar(puntos)
    assert tendencia is not None
    assert tendencia.dispersion is not None
    assume(tendencia.dispersion.residuo > 0)
    return tendencia


def intervalo(tendencia: Tendencia, anio: int, confianza: Fraction = CONFIANZA) -> Intervalo:
    hallado = predecir(tendencia, anio, confianza)
    assert hallado is not None
    return hallado


def ancho(uno: Intervalo) -> Fraction:
    return uno.hasta - uno.desde


# Student


@pytest.mark.parametrize(
    ("grados", "ochenta", "noventa_y_cinco"),
    [
        (1, "3.078", "12.706"),
        (2, "1.886", "4.303"),
        (3, "1.638", "3.182"),
        (4, "1.533", "2.776"),
        (5, "1.476", "2.571"),
        (10, "1.372", "2.228"),
        (30, "1.310", "2.042"),
        (120, "1.289", "1.980"),
    ],
)
def test_los_cuantiles_son_los_de_las_tablas(grados: int, ochenta: str, noventa_y_cinco: str) -> None:
    for confianza, tabla in ((CONFIANZA, ochenta), (Fraction(19, 20), noventa_y_cinco)):
        assert abs(cuantil_de_student(confianza, grados) - Fraction(tabla)) <= Fraction(1, 2000)


@given(st.integers(1, 40), st.floats(0.01, 40))
def test_la_probabilidad_es_la_integral_de_la_densidad(grados: int, t: float) -> None:
    """El oráculo integra la densidad por Simpson: ni ángulos ni sumas finitas."""
    constante = gamma((grados + 1) / 2) / (sqrt(grados * pi) * gamma(grados / 2))
    tramos = 4000
    paso = t / tramos
    pesos = (1 if n in (0, tramos) else 4 if n % 2 else 2 for n in range(tramos + 1))
    suma = sum(peso * (1 + (n * paso) ** 2 / grados) ** (-(grados + 1) / 2) for n, peso in enumerate(pesos))
    assert probabilidad_de_student(t, grados) == pytest.approx(2 * constante * suma * paso / 3, abs=1e-6)


@given(st.integers(1, 60), confianzas)
def test_el_cuantil_es_la_inversa_de_la_probabilidad(grados: int, confianza: Fraction) -> None:
    assert probabilidad_de_student(float(cuantil_de_student(confianza, grados)), grados) == pytest.approx(
        float(confianza), abs=1e-8
    )


@pytest.mark.parametrize(("confianza", "grados"), [(Fraction(1), 3), (Fraction(0), 3), (CONFIANZA, 0)])
def test_fuera_de_dominio_se_niega(confianza: Fraction, grados: int) -> None:
    with pytest.raises(ValueError, match="grado de libertad"):
        cuantil_de_student(confianza, grados)


# El intervalo


def test_un_caso_a_mano() -> None:
    """(0, 1), (1, 0), (2, 3): recta 1/3 + x; residuo 8/3; en x = 3, √(8/3·(1 + 1/3 + 4/2)) = √(80/9)."""
    tendencia = ajustar([(2000, Decimal(1)), (2001, Decimal(0)), (2002, Decimal(3))])
    assert tendencia is not None
    uno = intervalo(tendencia, 2003)
    assert float(uno.hasta) == pytest.approx(10 / 3 + 3.0776835 * sqrt(80 / 9), abs=1e-6)
    assert uno.confianza == CONFIANZA


@given(series, anios, confianzas)
def test_igual_que_el_oraculo(puntos: list[tuple[int, Decimal]], anio: int, confianza: Fraction) -> None:
    """Con la matriz de proyección: varianza = s²·(1 + x₀ᵀ(XᵀX)⁻¹x₀), y los residuos, punto por punto."""
    tendencia = con_residuo(puntos)
    n, sx, sxx = len(puntos), sum(x for x, _ in puntos), sum(x * x for x, _ in puntos)
    determinante = n * sxx - sx * sx
    palanca = Fraction(sxx - 2 * anio * sx + n * anio * anio, determinante)
    residuos = sum((Fraction(y) - tendencia.valor_en(x)) ** 2 for x, y in puntos)
    medio = float(cuantil_de_student(confianza, n - 2)) * sqrt(residuos / (n - 2) * (1 + palanca))
    uno = intervalo(tendencia, anio, confianza)
    assert float(ancho(uno)) == pytest.approx(2 * medio, rel=1e-9)


@given(series, anios)
def test_la_recta_va_en_medio(puntos: list[tuple[int, Decimal]], anio: int) -> None:
    tendencia = con_residuo(puntos)
    uno = intervalo(tendencia, anio)
    assert (uno.desde + uno.hasta) / 2 == tendencia.valor_en(anio)
    assert uno.desde < uno.hasta


@given(series)
def test_cuanto_mas_lejos_de_lo_medido_mas_ancho(puntos: list[tuple[int, Decimal]]) -> None:
    tendencia = con_residuo(puntos)
    assert ancho(intervalo(tendencia, 2041)) < ancho(intervalo(tendencia, 2050)) < ancho(intervalo(tendencia, 2090))


@given(series, anios)
def test_mas_confianza_pide_mas_ancho(puntos: list[tuple[int, Decimal]], anio: int) -> None:
    tendencia = con_residuo(puntos)
    anchos = [ancho(intervalo(tendencia, anio, Fraction(n, 20))) for n in (10, 16, 18, 19)]
    assert anchos == sorted(anchos)


@given(st.data(), series, anios)
def test_el_orden_de_los_puntos_no_importa(data: st.DataObject, puntos: list[tuple[int, Decimal]], anio: int) -> None:
    tendencia = con_residuo(puntos)
    barajada = ajustar(data.draw(st.permutations(puntos)))
    assert barajada is not None
    assert predecir(barajada, anio) == predecir(tendencia, anio)


@given(
    series,
    anios,
    st.decimals("0.01", "100", places=2),
    st.decimals(-1000, 1000, places=2),
    st.integers(-50, 50),
)
def test_cambiar_de_unidad_lo_escala_y_correr_los_anios_no_lo_cambia(
    puntos: list[tuple[int, Decimal]], anio: int, escala: Decimal, suma: Decimal, corrimiento: int
) -> None:
    uno = intervalo(con_residuo(puntos), anio)
    otra = con_residuo([(x + corrimiento, escala * y + suma) for x, y in puntos])
    esperado = ancho(uno) * Fraction(escala)
    assert abs(ancho(intervalo(otra, anio + corrimiento)) - esperado) <= esperado * HOLGURA


@given(valores, valores, st.sets(anios, min_size=3, max_size=8), anios)
def test_en_una_recta_exacta_no_se_finge_certeza(
    origen: Decimal, pendiente: Decimal, conocidos: set[int], anio: int
) -> None:
    tendencia = ajustar([(x, origen + pendiente * (x - 2020)) for x in conocidos])
    assert tendencia is not None
    assert predecir(tendencia, anio) is None


def test_con_menos_de_tres_puntos_no_hay_intervalo() -> None:
    dos = ajustar([(2019, Decimal(1)), (2020, Decimal(2))])
    assert dos is not None
    assert predecir(dos, 2030) is None
    assert predecir(Tendencia(Fraction(1), Fraction(1), 2019, (2019, 2020, 2021)), 2030) is None


@given(series)
def test_la_proyeccion_lo_lleva_solo_si_el_nucleo_la_admite(puntos: list[tuple[int, Decimal]]) -> None:
    tendencia = con_residuo(puntos)
    assert proyectar(tendencia, 2030).intervalo == predecir(tendencia, 2030)
    negada = proyectar(tendencia, 2030, minimo=len(puntos) + 1)
    assert (negada.valor, negada.intervalo) == (None, None)
