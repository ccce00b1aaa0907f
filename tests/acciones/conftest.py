"""Una historia certificada, para las pruebas de la cadena de constancias."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from indicadores import acciones
from tests import fabricas
from tests.fabricas import minuto


@pytest.fixture
def historia(personas: SimpleNamespace) -> SimpleNamespace:
    """Una de cada: dos versiones de una cifra, otra retirada, línea base, logro (dos veces) y umbrales."""
    fuente = fabricas.FuenteFactory()
    quienes = {"por": personas.analista, "revisor": personas.revisor}
    primera = fabricas.publicada(
        valor="40", numerador=4, denominador=10, notas="solo personal", fuente=fuente, **quienes
    )
    indicador = primera.indicador
    segunda = fabricas.corregida(primera, valor="41", **quienes)
    retirada = fabricas.publicada(indicador=indicador, periodo="2019", fuente=fuente, ahora=minuto(2), **quienes)
    retirada = acciones.retirar(retirada, por=personas.revisor, motivo="No era de ese año", ahora=minuto(3))
    base = fabricas.linea_base(indicador, "37", por=personas.administrador, ahora=minuto(4))
    logro = fabricas.logro(indicador, "30", por=personas.administrador, ahora=minuto(5))
    otro = fabricas.logro(indicador, "29", por=personas.administrador, ahora=minuto(6))
    umbral = acciones.fijar_umbrales(
        por=personas.administrador, verde=Decimal(90), amarillo=Decimal(70), motivo="x", ahora=minuto(7)
    )
    return SimpleNamespace(
        primera=primera, segunda=segunda, retirada=retirada, base=base, logro=logro, otro=otro, umbral=umbral
    )
