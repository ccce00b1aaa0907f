"""El semáforo es total y exacto en los umbrales."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Semaforo, Umbrales
from tests.calculo.fabricas import UMBRALES

APENAS = Fraction(1, 10**40)
COLORES = [Semaforo.ROJO, Semaforo.AMARILLO, Semaforo.VERDE]


@pytest.mark.parametrize(
    ("tipo_i", "luz"),
    [
        (None, "sin_datos"),
        (Fraction(-1000), "rojo"),
        (Fraction(0), "rojo"),
        (75 - APENAS, "rojo"),
        (Fraction(75), "amarillo"),
        (95 - APENAS, "amarillo"),
        (Fraction(95), "verde"),
        (Fraction(100), "verde"),
        (Fraction(100_000), "verde"),
    ],
)
def test_exacto_en_los_umbrales(tipo_i, luz):
    assert encender(tipo_i, UMBRALES) == luz


@st.composite
def umbrales(draw: st.DrawFn) -> Umbrales:
    porcentaje = st.decimals(min_value="0.01", max_value=100, places=2)
    amarillo, verde = sorted(draw(st.tuples(porcentaje, porcentaje)))
    return Umbrales(verde=verde, amarillo=amarillo)


@given(umbrales())
def test_los_umbrales_son_un_argumento(umbrales):
    assert encender(Fraction(umbrales.verde), umbrales) is Semaforo.VERDE
    assert encender(Fraction(umbrales.verde) - APENAS, umbrales) is not Semaforo.VERDE
    assert encender(Fraction(umbrales.amarillo), umbrales) is not Semaforo.ROJO
    assert encender(Fraction(umbrales.amarillo) - APENAS, umbrales) is Semaforo.ROJO


@given(umbrales(), st.fractions(), st.fractions())
def test_total_y_creciente(umbrales, uno, otro):
    menor, mayor = (COLORES.index(encender(tipo_i, umbrales)) for tipo_i in sorted((uno, otro)))

    assert menor <= mayor


def test_mas_de_cien_no_enciende_un_umbral_que_cien_no_enciende():
    """Se decide sobre el avance acotado: ni el exceso ni el retroceso cuentan."""
    inalcanzable = Umbrales(verde=Decimal("100.01"), amarillo=Decimal("0"))

    assert encender(Fraction(500), inalcanzable) is Semaforo.AMARILLO
    assert encender(Fraction(-500), inalcanzable) is Semaforo.AMARILLO
