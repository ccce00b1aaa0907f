"""La recta, su proyección, los ritmos, los meses y el movimiento."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.tendencia import (
    ajustar,
    calcular_ritmo,
    meses_entre,
    movimiento,
    proyectar,
    puntos_reales,
)
from indicadores.calculo.tipos import Dispersion, Motivo, Movimiento, Proyeccion, Ritmo, Sentido, Tendencia
from tests.calculo import oraculo
from tests.calculo.fabricas import un_dato, un_logro, una_base, valores

anios = st.integers(2000, 2040)
puntos_por_anio = st.dictionaries(anios, valores, min_size=2, max_size=12).map(lambda puntos: list(puntos.items()))


def test_ajustar_un_caso_a_mano():
    # Medias 2020 y 4; covarianza 4, varianza 2: pendiente 2; en 2019, 4 − 2 = 2.
    puntos = [(2021, Decimal("5")), (2019, Decimal("1")), (2020, Decimal("6"))]

    # Lo que la recta no explica: 1² + 2² + 1² = 6.
    dispersion = Dispersion(3, Fraction(2020), Fraction(2), Fraction(6))

    assert ajustar(puntos) == Tendencia(Fraction(2), Fraction(2), 2019, (2019, 2020, 2021), dispersion)


@pytest.mark.parametrize("puntos", [[], [(2020, Decimal(1))], [(2020, Decimal(1)), (2020, Decimal(2))]])
def test_sin_dos_anios_distintos_no_hay_recta(puntos):
    assert ajustar(puntos) is None


@given(valores, valores, st.sets(anios, min_size=3, max_size=8), anios)
def test_la_proyeccion_recupera_una_recta_exacta(origen, pendiente, conocidos, anio):
    tendencia = ajustar([(x, origen + pendiente * (x - 2020)) for x in conocidos])

    assert tendencia is not None
    assert tendencia.pendiente == Fraction(pendiente)
    assert proyectar(tendencia, anio).valor == Fraction(origen) + Fraction(pendiente) * (anio - 2020)


@given(st.data(), puntos_por_anio)
def test_el_orden_de_los_puntos_no_importa(data, puntos):
    assert ajustar(data.draw(st.permutations(puntos))) == ajustar(puntos)


@given(st.lists(st.tuples(anios, valores), max_size=8), anios)
def test_la_recta_es_la_del_oraculo(puntos, anio):
    tendencia = ajustar(puntos)
    obtenido = tendencia and (tendencia.pendiente, tendencia.valor_en(anio))

    assert obtenido == oraculo.recta(puntos, anio)


def test_proyectar_exige_tres_anios_reales():
    dos = ajustar([(2019, Decimal(1)), (2020, Decimal(2))])
    tres = ajustar([(2019, Decimal(1)), (2020, Decimal(2)), (2021, Decimal(3))])

    assert proyectar(None, 2030) == Proyeccion(2030, None, 0, 3)
    assert proyectar(None, 2030, anios_reales=1) == Proyeccion(2030, None, 1, 3)
    assert proyectar(dos, 2030) == Proyeccion(2030, None, 2, 3)
    assert proyectar(dos, 2030, minimo=2) == Proyeccion(2030, Fraction(12), 2, 2)
    assert proyectar(tres, 2030) == Proyeccion(2030, Fraction(12), 3, 3)
    assert proyectar(tres, 2030, minimo=4) == Proyeccion(2030, None, 3, 4)


def test_puntos_reales_deja_fuera_lo_parcial_lo_repetido_y_lo_ausente():
    datos = [
        (un_dato("2023", "9"), False),
        (un_dato("2020", "5"), False),
        (un_dato("2021", "5"), True),
        (un_dato("2022-S2", "7"), False),
        (un_dato("2024", None, Motivo.NO_CONSTA), False),
    ]

    assert puntos_reales(datos, None) == ((2020, Decimal(5)), (2023, Decimal(9)))
    assert puntos_reales(datos, una_base(2019, "4")) == ((2019, Decimal(4)), (2020, Decimal(5)), (2023, Decimal(9)))
    assert puntos_reales(datos, una_base(2020, "4")) == ((2020, Decimal(5)), (2023, Decimal(9)))
    assert puntos_reales(datos, una_base(2021, "4"))[1] == (2021, Decimal(4))
    assert puntos_reales([], una_base(2019, None, Motivo.NO_MEDIDO)) == ()


TENDENCIA = Tendencia(Fraction(-2), Fraction(37), 2020, (2020, 2021))
LOGROS = [un_logro(2030, "10"), un_logro(2021, "30"), un_logro(2024, "25"), un_logro(2022, None)]


def ritmo_requerido(ultima, corte, logros=LOGROS):
    ritmo = calcular_ritmo(tendencia=None, ultima=ultima, logros=logros, corte=corte)
    return ritmo.requerido, ritmo.motivo_requerido, ritmo.proximo_logro and ritmo.proximo_logro.anio


@pytest.mark.parametrize(
    ("periodo", "corte", "requerido", "anio"),
    [
        pytest.param("2021-03", date(2021, 3, 31), Fraction(-20, 3), 2021, id="nueve meses hasta diciembre"),
        pytest.param("2020", date(2020, 12, 31), Fraction(-5), 2021, id="un año justo"),
        pytest.param("2021", date(2021, 12, 31), Fraction(-10, 3), 2024, id="el logro del año ya medido no es próximo"),
        pytest.param("2021-12", date(2021, 12, 31), Fraction(-10, 3), 2024, id="ni si se midió en diciembre"),
        pytest.param("2021-03", date(2022, 1, 1), Fraction(-8, 3), 2024, id="los logros de años pasados no cuentan"),
        pytest.param("2021-03", date(2024, 12, 31), Fraction(-8, 3), 2024, id="el del año del corte sí"),
        pytest.param("2021-03", date(2025, 1, 1), Fraction(-100, 39), 2030, id="hasta el último"),
    ],
)
def test_ritmo_requerido(periodo, corte, requerido, anio):
    assert ritmo_requerido(un_dato(periodo, "35"), corte) == (requerido, None, anio)


def test_ritmo_requerido_que_no_se_puede_calcular():
    corte = date(2021, 12, 31)

    assert ritmo_requerido(None, corte) == (None, Motivo.SIN_MEDICION, 2021)
    assert ritmo_requerido(None, corte, []) == (None, Motivo.SIN_MEDICION, None)
    assert ritmo_requerido(un_dato("2020", None, Motivo.NO_CONSTA), corte) == (None, Motivo.SIN_MEDICION, 2021)
    assert ritmo_requerido(un_dato("2020", "3"), corte, []) == (None, Motivo.SIN_LOGRO_ESPERADO, None)
    assert ritmo_requerido(un_dato("2020", "3"), date(2031, 1, 1)) == (None, Motivo.SIN_LOGRO_ESPERADO, None)


def test_ritmo_observado_es_la_pendiente():
    corte, sin_logro = date(2021, 12, 31), Motivo.SIN_LOGRO_ESPERADO
    ultima = un_dato("2021", "35")

    assert calcular_ritmo(tendencia=TENDENCIA, ultima=ultima, logros=[], corte=corte) == Ritmo(
        Fraction(-2), None, None, sin_logro, None
    )
    assert calcular_ritmo(tendencia=None, ultima=ultima, logros=[], corte=corte) == Ritmo(
        None, Motivo.SIN_MEDICION, None, sin_logro, None
    )


@pytest.mark.parametrize(
    ("desde", "hasta", "meses"),
    [
        ("2021-03-31", "2026-11-23", 67),
        ("2021-03-31", "2021-03-31", 0),
        ("2021-03-31", "2021-04-29", 0),
        ("2021-03-31", "2021-04-30", 1),
        ("2021-02-28", "2021-03-27", 0),
        ("2021-02-28", "2021-03-28", 1),
        ("2020-02-29", "2021-02-28", 12),
        ("2021-12-31", "2022-01-30", 0),
        ("2020-12-31", "2021-12-31", 12),
        ("2020-12-31", "2021-12-30", 11),
        ("2021-03-31", "2021-03-30", -1),
    ],
)
def test_meses_entre(desde, hasta, meses):
    assert meses_entre(date.fromisoformat(desde), date.fromisoformat(hasta)) == meses


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)), st.integers(0, 3000))
def test_meses_entre_igual_que_contarlos(desde, dias):
    hasta = date.fromordinal(desde.toordinal() + dias)

    assert meses_entre(desde, hasta) == oraculo.meses(desde, hasta)


@pytest.mark.parametrize(
    ("sentido", "referencia", "ultimo", "esperado"),
    [
        (Sentido.ASCENDENTE, "1", "2", Movimiento.MEJORA),
        (Sentido.ASCENDENTE, "2", "1", Movimiento.RETROCEDE),
        (Sentido.DESCENDENTE, "37", "35", Movimiento.MEJORA),
        (Sentido.DESCENDENTE, "35", "37", Movimiento.RETROCEDE),
        (Sentido.ASCENDENTE, "33", "33.00", Movimiento.SIN_CAMBIO),
        (Sentido.DESCENDENTE, "33", "33", Movimiento.SIN_CAMBIO),
        (Sentido.NO_DEFINIDO, "33", "33", Movimiento.SIN_CAMBIO),
        (Sentido.NO_DEFINIDO, "33", "34", Movimiento.DESCONOCIDO),
        (Sentido.ASCENDENTE, None, "34", Movimiento.DESCONOCIDO),
        (Sentido.ASCENDENTE, "34", None, Movimiento.DESCONOCIDO),
    ],
)
def test_movimiento(sentido, referencia, ultimo, esperado):
    antes, despues = (None if x is None else Decimal(x) for x in (referencia, ultimo))

    assert movimiento(sentido, antes, despues) is esperado
