"""La luz de un avance. Los umbrales son datos y llegan como argumento."""

from fractions import Fraction

from indicadores.calculo.avance import acotar
from indicadores.calculo.tipos import Semaforo, Umbrales


def encender(tipo_i: Fraction | None, umbrales: Umbrales) -> Semaforo:
    """Decide la luz sobre el tipo I exacto, acotado a [0, 100]; el umbral pertenece a la luz mejor (95 → verde).

    ``None`` es «sin datos»; el motivo viaja al lado, en el avance.
    """
    if tipo_i is None:
        return Semaforo.SIN_DATOS
    acotado = acotar(tipo_i)
    if acotado >= Fraction(umbrales.verde):
        return Semaforo.VERDE
    return Semaforo.AMARILLO if acotado >= Fraction(umbrales.amarillo) else Semaforo.ROJO
