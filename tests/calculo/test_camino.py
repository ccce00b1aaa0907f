"""El camino al logro esperado: un solo rumbo, y la llegada comprobada año por año contra la recta."""

from fractions import Fraction

from hypothesis import given

from indicadores.calculo.camino import Camino, Rumbo, caminar
from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import Sentido
from tests.calculo.fabricas import hechos


@given(hechos)
def test_el_rumbo_dice_lo_que_hay(hechos) -> None:
    evaluacion = evaluar(**hechos)
    camino = caminar(evaluacion)
    con_valor = [logro for logro in evaluacion.logros if logro.valor is not None]
    ultima = evaluacion.ultima
    assert (camino.falta is not None) == (
        ultima is not None and bool(con_valor) and evaluacion.sentido is not Sentido.NO_DEFINIDO
    )
    if camino.falta is None:
        assert camino.rumbo in (Rumbo.SIN_SENTIDO, Rumbo.SIN_LOGRO, Rumbo.SIN_MEDICION)
        return
    assert ultima is not None
    assert camino.logro is not None
    assert camino.logro in con_valor
    assert camino.vencido == (evaluacion.ritmo.proximo_logro is None)
    cumple = (
        ultima.valor >= camino.logro.valor
        if evaluacion.sentido is Sentido.ASCENDENTE
        else ultima.valor <= camino.logro.valor
    )
    assert (camino.rumbo is Rumbo.ALCANZADO) == cumple == (camino.falta <= 0)
    assert abs(camino.falta) == abs(camino.logro.valor - ultima.valor)


@given(hechos)
def test_la_llegada_es_el_primer_anio_en_que_la_recta_cumple(hechos) -> None:
    evaluacion = evaluar(**hechos)
    camino = caminar(evaluacion)
    assert (camino.llegada is not None) == (camino.rumbo in (Rumbo.A_TIEMPO, Rumbo.TARDE))
    if camino.llegada is None:
        return
    recta, logro = evaluacion.tendencia, camino.logro
    assert recta is not None
    assert logro is not None
    assert evaluacion.proyeccion.valor is not None
    signo = 1 if evaluacion.sentido is Sentido.ASCENDENTE else -1

    def cumple(anio: int) -> bool:
        return signo * (recta.valor_en(anio) - Fraction(logro.valor)) >= 0

    assert cumple(camino.llegada)
    assert not cumple(camino.llegada - 1)
    assert camino.llegada > recta.anios[-1]
    assert (camino.rumbo is Rumbo.A_TIEMPO) == (camino.llegada <= logro.anio)


def test_un_camino_vacio_no_promete_nada() -> None:
    assert Camino(Rumbo.SIN_LOGRO) == Camino(Rumbo.SIN_LOGRO, None, False, None, None)
