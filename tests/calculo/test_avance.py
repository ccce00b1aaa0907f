"""Las fórmulas de avance: casos resueltos a mano, leyes y comparación con el oráculo."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicadores.calculo.avance import acotar, calcular, de_objetivo
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import Avance, AvanceDeObjetivo, Motivo, Semaforo, Sentido, Tipos
from tests.calculo import oraculo
from tests.calculo.fabricas import UMBRALES, con_direccion, valores, valores_estrechos, valores_positivos

ASC, DESC = Sentido.ASCENDENTE, Sentido.DESCENDENTE
F = Fraction


def calcular_con(sentido: Sentido, valor: str | None, logro: str | None, base: str | None) -> Tipos:
    valor_, logro_, base_ = (None if x is None else Decimal(x) for x in (valor, logro, base))
    return calcular(sentido=sentido, valor=valor_, logro=logro_, base=base_)


@pytest.mark.parametrize(
    ("sentido", "valor", "logro", "base", "tipo_i", "tipo_ii", "luz"),
    [
        pytest.param(DESC, "35", "30", None, F(600, 7), None, "amarillo", id="sin sentencia"),
        pytest.param(DESC, "35", "30", "37", F(600, 7), F(200, 7), "amarillo", id="sin sentencia con base 37"),
        pytest.param(DESC, "39.18", "30", "37", F(300000, 3918), F(-218, 7), "amarillo", id="sin sentencia empeora"),
        pytest.param(ASC, "33", "35", "33", F(660, 7), F(0), "amarillo", id="infraestructura quieta"),
        pytest.param(ASC, "1.3", "8", "1.3", F("16.25"), F(0), "rojo", id="servicios básicos"),
        pytest.param(ASC, "11.3", "15", "11.3", F(226, 3), F(0), "amarillo", id="seguridad"),
        pytest.param(ASC, "34.9", "45", None, F(698, 9), None, "amarillo", id="medio libre"),
        pytest.param(DESC, "0", "30", "37", F(100), F(3700, 7), "verde", id="descendente que llega a cero"),
        pytest.param(DESC, "0", "0", "5", F(100), F(100), "verde", id="descendente con logro y valor cero"),
        pytest.param(DESC, "2", "0", "5", F(0), F(60), "rojo", id="descendente con logro cero"),
        pytest.param(ASC, "-2", "4", "-4", F(-50), F(25), "rojo", id="ascendente negativo frente a logro positivo"),
        pytest.param(ASC, "60", "30", "20", F(200), F(400), "verde", id="más que lo esperado no se recorta"),
    ],
)
def test_casos_resueltos(sentido, valor, logro, base, tipo_i, tipo_ii, luz):
    tipos = calcular_con(sentido, valor, logro, base)

    assert (tipos.tipo_i, tipos.motivo) == (tipo_i, None)
    assert tipos.tipo_ii == tipo_ii
    assert tipos.motivo_tipo_ii == (Motivo.SIN_LINEA_BASE if tipo_ii is None else None)
    assert encender(tipos.tipo_i, UMBRALES) == luz


@pytest.mark.parametrize(
    ("sentido", "valor", "logro", "base", "motivo", "motivo_tipo_ii"),
    [
        pytest.param(Sentido.NO_DEFINIDO, None, None, None, "sin_sentido", "sin_sentido", id="el sentido va primero"),
        pytest.param(Sentido.NO_DEFINIDO, "3", "0", "0", "sin_sentido", "sin_sentido", id="aunque haya de todo"),
        pytest.param(ASC, None, None, None, "sin_medicion", "sin_medicion", id="después la medición"),
        pytest.param(ASC, None, "0", "0", "sin_medicion", "sin_medicion", id="antes que el logro cero"),
        pytest.param(ASC, "3", None, None, "sin_logro_esperado", "sin_logro_esperado", id="después el logro"),
        pytest.param(ASC, "3", "0", None, "logro_cero", "sin_linea_base", id="logro cero, sin base"),
        pytest.param(ASC, "0", "0", "0", "logro_cero", "base_igual_a_logro", id="todo cero"),
        pytest.param(ASC, "3", "-1", None, "no_aplica", "sin_linea_base", id="ascendente a un logro negativo"),
        pytest.param(DESC, "3", "-1", "-1", "no_aplica", "base_igual_a_logro", id="descendente a un logro negativo"),
        pytest.param(DESC, "0", "-1", "-1.0", "no_aplica", "base_igual_a_logro", id="cero frente a logro negativo"),
        pytest.param(DESC, "-3", "1", None, "no_aplica", "sin_linea_base", id="descendente con valor negativo"),
    ],
)
def test_lo_no_definido_lleva_su_motivo(sentido, valor, logro, base, motivo, motivo_tipo_ii):
    assert calcular_con(sentido, valor, logro, base) == Tipos(None, Motivo(motivo), None, Motivo(motivo_tipo_ii))


def test_el_tipo_ii_no_depende_de_que_el_tipo_i_este_definido():
    assert calcular_con(ASC, "-5", "-2", "-8") == Tipos(None, Motivo.NO_APLICA, Fraction(50), None)


@given(st.sampled_from(Sentido), *[st.none() | valores | valores_estrechos] * 3)
def test_igual_que_el_oraculo(sentido, valor, logro, base):
    tipos = calcular(sentido=sentido, valor=valor, logro=logro, base=base)
    esperado_i, motivo = oraculo.tipo_i(sentido, valor, logro)
    esperado_ii, motivo_tipo_ii = oraculo.tipo_ii(sentido, valor, logro, base)

    assert (tipos.motivo, tipos.motivo_tipo_ii) == (motivo, motivo_tipo_ii)
    for obtenido, esperado in ((tipos.tipo_i, esperado_i), (tipos.tipo_ii, esperado_ii)):
        assert (obtenido is None) == (esperado is None)
        if obtenido is not None and esperado is not None:
            assert abs(obtenido - Fraction(esperado)) < Fraction(1, 10**30)
    assert encender(tipos.tipo_i, UMBRALES) == oraculo.luz(sentido, valor, logro, UMBRALES)


@given(con_direccion, valores, valores, valores, valores, valores.filter(bool))
def test_cambiar_de_unidad_no_altera_el_tipo_ii(sentido, valor, logro, base, corrimiento, escala):
    assume(base != logro)
    original = calcular(sentido=sentido, valor=valor, logro=logro, base=base)
    otra = calcular(
        sentido=sentido,
        valor=valor * escala + corrimiento,
        logro=logro * escala + corrimiento,
        base=base * escala + corrimiento,
    )

    assert original.tipo_ii is not None
    assert otra.tipo_ii == original.tipo_ii


@given(con_direccion, valores_positivos, valores_positivos, valores_positivos)
def test_cambiar_de_escala_no_altera_el_tipo_i(sentido, valor, logro, escala):
    original = calcular(sentido=sentido, valor=valor, logro=logro, base=None)
    otra = calcular(sentido=sentido, valor=valor * escala, logro=logro * escala, base=None)

    assert original.tipo_i is not None
    assert otra.tipo_i == original.tipo_i


@given(con_direccion, valores, valores)
def test_en_la_base_el_tipo_ii_es_0_y_en_el_logro_100(sentido, base, logro):
    assume(base != logro)

    assert calcular(sentido=sentido, valor=base, logro=logro, base=base).tipo_ii == 0
    assert calcular(sentido=sentido, valor=logro, logro=logro, base=base).tipo_ii == 100


@given(con_direccion, valores_positivos)
def test_en_el_logro_el_tipo_i_es_100(sentido, logro):
    assert calcular(sentido=sentido, valor=logro, logro=logro, base=None).tipo_i == 100


@given(con_direccion, valores_positivos, valores_positivos, valores_positivos, valores)
def test_acercarse_al_logro_siempre_suma(sentido, un_valor, otro_valor, logro, base):
    assume(un_valor != otro_valor)
    assume(base < logro if sentido is ASC else base > logro)
    peor, mejor = sorted((un_valor, otro_valor), reverse=sentido is DESC)
    antes = calcular(sentido=sentido, valor=peor, logro=logro, base=base)
    despues = calcular(sentido=sentido, valor=mejor, logro=logro, base=base)

    assert antes.tipo_i < despues.tipo_i
    assert antes.tipo_ii < despues.tipo_ii


@pytest.mark.parametrize(
    ("tipo_i", "acotado"),
    [(F(-1, 7), 0), (F(0), 0), (F(1, 7), F(1, 7)), (F(699, 7), F(699, 7)), (F(100), 100), (F(701, 7), 100)],
)
def test_acotar(tipo_i, acotado):
    assert acotar(tipo_i) == acotado


def un_avance(tipo_i: Fraction | None, motivo: Motivo | None = None, *, parcial: bool = False) -> Avance:
    return Avance(2021, None, None, tipo_i, motivo, None, None, Semaforo.SIN_DATOS, parcial, False, None)


SIN_LOGRO = un_avance(None, Motivo.SIN_LOGRO_ESPERADO, parcial=True)
SIN_MEDICION = un_avance(None, Motivo.SIN_MEDICION)


@pytest.mark.parametrize(
    ("avances", "valor", "con_dato"),
    [
        pytest.param([(F(80), 1)], F(80), 1, id="uno"),
        pytest.param([(F(80), 1), (F(50), 2)], F(70), 2, id="relevancia 1 pesa el doble que 2"),
        pytest.param([(F(60), 1), (F(30), 2), (F(0), 3)], F(40), 3, id="3 a 2 a 1"),
        pytest.param([(F(60), 3), (F(30), 3)], F(45), 2, id="todos en 3 pesan igual"),
        pytest.param([(F(60), 1), (F(30), None)], F(45), 2, id="una relevancia ignorada: pesos iguales"),
        pytest.param([(F(60), 1), (F(30), 2), (None, None)], F(50), 2, id="la ignorada no cuenta si no promedia"),
        pytest.param([(F(60), 1), (F(30), 2), (None, 3)], F(50), 2, id="Rmax es de los promediados"),
        pytest.param([(F(250), 1), (F(-40), 1)], F(50), 2, id="se promedia lo acotado"),
        pytest.param([(F(0), 1)], F(0), 1, id="cero es un valor"),
    ],
)
def test_media_de_objetivo(avances, valor, con_dato):
    pares = [(SIN_MEDICION if tipo_i is None else un_avance(tipo_i), relevancia) for tipo_i, relevancia in avances]

    assert de_objetivo(pares, 2021) == AvanceDeObjetivo(2021, valor, con_dato, len(avances), False, None)


@pytest.mark.parametrize(
    ("avances", "motivo"),
    [
        pytest.param([], Motivo.SIN_MEDICION, id="sin indicadores"),
        pytest.param([SIN_LOGRO, SIN_LOGRO], Motivo.SIN_LOGRO_ESPERADO, id="motivo común"),
        pytest.param([SIN_LOGRO, un_avance(None, Motivo.SIN_SENTIDO)], Motivo.SIN_MEDICION, id="motivos distintos"),
    ],
)
def test_objetivo_sin_avances_definidos(avances, motivo):
    obtenido = de_objetivo([(avance, 1) for avance in avances], 2022)

    assert obtenido == AvanceDeObjetivo(2022, None, 0, len(avances), False, motivo)


def test_la_media_es_parcial_si_lo_es_alguno_de_los_promediados():
    definido, parcial = un_avance(F(50)), un_avance(F(50), parcial=True)

    assert de_objetivo([(definido, 1), (parcial, 1)], 2021).parcial is True
    assert de_objetivo([(definido, 1), (SIN_LOGRO, 1)], 2021).parcial is False


@given(st.lists(st.tuples(st.none() | valores, st.sampled_from([1, 2, 3, None])), max_size=6))
def test_media_de_objetivo_igual_que_el_oraculo(pares):
    avances = [(SIN_MEDICION if x is None else un_avance(Fraction(x)), relevancia) for x, relevancia in pares]
    obtenido = de_objetivo(avances, 2021).valor
    esperado = oraculo.media_de_objetivo(pares)

    assert (obtenido is None) == (esperado is None)
    if obtenido is not None:
        assert abs(obtenido - Fraction(esperado)) < Fraction(1, 10**30)
