"""Hacia dónde va la serie: recta de mínimos cuadrados, proyección, ritmo, antigüedad y movimiento.

La recta se ajusta solo sobre años *reales*: medidos para todo el año y no arrastrados del anterior. Así una cifra que
se repite no finge estabilidad y un dato parcial no finge una caída.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.intervalo import predecir
from indicadores.calculo.tipos import (
    Dato,
    Dispersion,
    Logro,
    Motivo,
    Movimiento,
    Proyeccion,
    Ritmo,
    Sentido,
    Tendencia,
    ValorBase,
)

#: Años reales sin los cuales no se proyecta.
MINIMO_PARA_PROYECTAR = 3


def puntos_reales(datos: Iterable[tuple[Dato, bool]], linea_base: ValorBase | None) -> tuple[tuple[int, Decimal], ...]:
    """Los pares (año, valor) realmente medidos, por año; cada entrada es (dato, ¿se repite?).

    No son reales un dato parcial, uno repetido ni una ausencia. La línea base con valor vale como dato anual de su año,
    salvo que haya una medición real de ese mismo año.
    """
    puntos: dict[int, Decimal] = {}
    if linea_base is not None and linea_base.valor is not None:
        puntos[linea_base.anio] = linea_base.valor
    for dato, repetido in datos:
        if dato.valor is not None and dato.periodo.es_anual and not repetido:
            puntos[dato.periodo.anio] = dato.valor
    return tuple(sorted(puntos.items()))


def ajustar(puntos: Sequence[tuple[int, Decimal]]) -> Tendencia | None:
    """Recta exacta de mínimos cuadrados sobre pares (año, valor) en cualquier orden.

    ``pendiente`` en unidades del indicador por año. ``None`` con menos de dos años distintos.
    """
    anios = sorted({anio for anio, _ in puntos})
    if len(anios) < 2:
        return None
    n = len(puntos)
    media_x = Fraction(sum(anio for anio, _ in puntos), n)
    media_y = sum((Fraction(valor) for _, valor in puntos), Fraction(0)) / n
    covarianza = sum(((anio - media_x) * (Fraction(valor) - media_y) for anio, valor in puntos), Fraction(0))
    varianza = sum(((anio - media_x) ** 2 for anio, _ in puntos), Fraction(0))
    pendiente = covarianza / varianza
    total = sum(((Fraction(valor) - media_y) ** 2 for _, valor in puntos), Fraction(0))
    return Tendencia(
        pendiente=pendiente,
        origen=media_y + pendiente * (anios[0] - media_x),
        anio_origen=anios[0],
        anios=tuple(anios),
        dispersion=Dispersion(n, media_x, varianza, residuo=total - pendiente * covarianza),
    )


def proyectar(
    tendencia: Tendencia | None, anio: int, minimo: int = MINIMO_PARA_PROYECTAR, *, anios_reales: int = 0
) -> Proyeccion:
    """El valor de la recta en ``anio`` y su intervalo, o ``None`` si se apoya en menos de ``minimo`` años reales.

    Cuando no hay recta, ``anios_reales`` dice cuántos años había (0 o 1), para poder explicarlo.
    """
    if tendencia is None:
        return Proyeccion(anio=anio, valor=None, anios_reales=anios_reales, minimo=minimo)
    cuantos = len(tendencia.anios)
    if cuantos < minimo:
        return Proyeccion(anio=anio, valor=None, anios_reales=cuantos, minimo=minimo)
    return Proyeccion(anio, tendencia.valor_en(anio), cuantos, minimo, predecir(tendencia, anio))


def calcular_ritmo(*, tendencia: Tendencia | None, ultima: Dato | None, logros: Iterable[Logro], corte: date) -> Ritmo:
    """Lo observado (pendiente de la recta) junto a lo requerido, ambos en unidades del indicador por año.

    Requerido = (próximo logro − último valor)/años que quedan, contados en meses desde el fin del periodo del último
    valor hasta diciembre del año del logro. El próximo logro es el primero con valor, del año del corte en adelante,
    cuyo 31 de diciembre es posterior a ese fin; se informa aunque falte el último valor.
    """
    observado, motivo_observado = (None, Motivo.SIN_MEDICION) if tendencia is None else (tendencia.pendiente, None)
    proximo = _proximo_logro(ultima, logros, corte)
    requerido, motivo_requerido = _requerido(ultima, proximo)
    return Ritmo(observado, motivo_observado, requerido, motivo_requerido, proximo)


def _proximo_logro(ultima: Dato | None, logros: Iterable[Logro], corte: date) -> Logro | None:
    candidatos = (
        logro
        for logro in logros
        if logro.valor is not None
        and logro.anio >= corte.year
        and (ultima is None or date(logro.anio, 12, 31) > ultima.periodo.fin)
    )
    return min(candidatos, key=lambda logro: logro.anio, default=None)


def _requerido(ultima: Dato | None, proximo: Logro | None) -> tuple[Fraction | None, Motivo | None]:
    if ultima is None or ultima.valor is None:
        return None, Motivo.SIN_MEDICION
    if proximo is None or proximo.valor is None:
        return None, Motivo.SIN_LOGRO_ESPERADO
    anios = Fraction(meses_entre(ultima.periodo.fin, date(proximo.anio, 12, 31)), 12)
    return (Fraction(proximo.valor) - Fraction(ultima.valor)) / anios, None


def meses_entre(desde: date, hasta: date) -> int:
    """Meses completos: el mayor n tal que ``desde`` más n meses (recortado al último día del mes) no pasa de ``hasta``.

    Del 31 de marzo al 30 de abril hay 1 mes, porque abril no tiene día 31. Es negativo si ``hasta`` es anterior.
    """
    meses = 12 * (hasta.year - desde.year) + hasta.month - desde.month
    dia_que_lo_completa = min(desde.day, monthrange(hasta.year, hasta.month)[1])
    return meses if hasta.day >= dia_que_lo_completa else meses - 1


def movimiento(sentido: Sentido, referencia: Decimal | None, ultimo: Decimal | None) -> Movimiento:
    """Qué hizo ``ultimo`` frente a ``referencia``; DESCONOCIDO si falta uno, o si difieren y no hay sentido."""
    if referencia is None or ultimo is None:
        return Movimiento.DESCONOCIDO
    if ultimo == referencia:
        return Movimiento.SIN_CAMBIO
    if sentido is Sentido.NO_DEFINIDO:
        return Movimiento.DESCONOCIDO
    sube = ultimo > referencia
    return Movimiento.MEJORA if sube == (sentido is Sentido.ASCENDENTE) else Movimiento.RETROCEDE
