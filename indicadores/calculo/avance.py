"""Cuánto se avanzó hacia el logro esperado: la única implementación de las fórmulas de avance.

Son las del método de CEPLAN para el seguimiento de políticas nacionales, tal como otros sistemas lo aplican; el texto
de la guía no estuvo a la mano, y por eso todo lo que habría que corregir está en este archivo.
VO = valor obtenido, LE = logro esperado del mismo año, LB = línea base.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.tipos import Avance, AvanceDeObjetivo, Motivo, Sentido, Tipos

CIEN = Fraction(100)
_Resultado = tuple[Fraction | None, Motivo | None]


def calcular(*, sentido: Sentido, valor: Decimal | None, logro: Decimal | None, base: Decimal | None) -> Tipos:
    """Devuelve los avances tipo I y tipo II en puntos de porcentaje (100 = logro esperado), exactos y sin acotar.

    - Tipo I: ascendente ``VO/LE·100``; descendente ``LE/VO·100`` (VO = 0 → 100).
    - Tipo II, en ambos sentidos: ``(VO − LB)/(LE − LB)·100``.

    Lo no definido es ``None`` con su motivo. No levanta errores con números finitos.
    """
    if sentido is Sentido.NO_DEFINIDO:
        return Tipos(None, Motivo.SIN_SENTIDO, None, Motivo.SIN_SENTIDO)
    if valor is None:
        return Tipos(None, Motivo.SIN_MEDICION, None, Motivo.SIN_MEDICION)
    if logro is None:
        return Tipos(None, Motivo.SIN_LOGRO_ESPERADO, None, Motivo.SIN_LOGRO_ESPERADO)
    return Tipos(*_tipo_i(sentido, Fraction(valor), Fraction(logro)), *_tipo_ii(valor, logro, base))


def _tipo_i(sentido: Sentido, valor: Fraction, logro: Fraction) -> _Resultado:
    """La razón entre el valor y el logro; ``NO_APLICA`` cuando los signos le quitan el significado.

    Con un logro negativo, o con un valor negativo en un indicador descendente, la razón crece cuando el indicador
    empeora (un valor −2 frente a un logro −1 daría «200 %»): no se informa, y el tipo II, que no depende del cero de la
    escala, dice lo que haya que decir. Un valor negativo frente a un logro positivo ascendente sí ordena bien.
    """
    if logro < 0:
        return None, Motivo.NO_APLICA
    if sentido is Sentido.ASCENDENTE:
        return (None, Motivo.LOGRO_CERO) if logro == 0 else (valor / logro * CIEN, None)
    if valor < 0:
        return None, Motivo.NO_APLICA
    return (CIEN if valor == 0 else logro / valor * CIEN), None


def _tipo_ii(valor: Decimal, logro: Decimal, base: Decimal | None) -> _Resultado:
    """La parte recorrida del camino entre la línea base y el logro; los signos se cancelan en ambos sentidos."""
    if base is None:
        return None, Motivo.SIN_LINEA_BASE
    if base == logro:
        return None, Motivo.BASE_IGUAL_A_LOGRO
    partida = Fraction(base)
    return (Fraction(valor) - partida) / (Fraction(logro) - partida) * CIEN, None


def acotar(tipo_i: Fraction) -> Fraction:
    """Lleva un avance al intervalo [0, 100]; solo para el semáforo y las medias, nunca para mostrarlo."""
    return min(CIEN, max(Fraction(0), tipo_i))


def de_objetivo(avances: Sequence[tuple[Avance, int | None]], anio: int) -> AvanceDeObjetivo:
    """Media ponderada de los tipo I acotados de los indicadores de un objetivo, en puntos de porcentaje.

    Cada par es (avance, relevancia), con relevancia 1, 2, 3 o ``None`` si no se conoce. El peso es
    ``w_k = (Rmax − R_k + 1)/Σ(Rmax − R_i + 1)``, con Rmax la mayor entre los promediados; si se ignora alguna, pesan
    igual. Solo promedia los definidos. Sin ninguno, el motivo es el que todos comparten o, si difieren, SIN_MEDICION.
    """
    definidos = [(acotar(a.tipo_i), relevancia, a.parcial) for a, relevancia in avances if a.tipo_i is not None]
    if not definidos:
        motivos = {a.motivo for a, _ in avances}
        comun = motivos.pop() if len(motivos) == 1 else Motivo.SIN_MEDICION
        return AvanceDeObjetivo(anio, valor=None, con_dato=0, de=len(avances), parcial=False, motivo=comun)
    pesos = _pesos([relevancia for _, relevancia, _ in definidos])
    suma = sum((peso * acotado for peso, (acotado, _, _) in zip(pesos, definidos, strict=True)), Fraction(0))
    return AvanceDeObjetivo(
        anio,
        valor=suma / sum(pesos),
        con_dato=len(definidos),
        de=len(avances),
        parcial=any(parcial for _, _, parcial in definidos),
        motivo=None,
    )


def _pesos(relevancias: Sequence[int | None]) -> list[int]:
    """Pesos sin normalizar, en el mismo orden; todos 1 en cuanto se ignora una relevancia."""
    conocidas = [relevancia for relevancia in relevancias if relevancia is not None]
    if len(conocidas) < len(relevancias):
        return [1] * len(relevancias)
    mayor = max(conocidas)
    return [mayor - relevancia + 1 for relevancia in conocidas]
