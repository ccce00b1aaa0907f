"""Cada dato del catálogo tiene una sola forma escrita, venga de una hoja o de una pantalla."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from indicadores.errores import DatoInvalido
from indicadores.intercambio.catalogo_celdas import crudo_a_texto, leer_campo, leer_fijado
from indicadores.models import Indicador, LineaBase
from objetivos.models import Entidad


@pytest.mark.parametrize(
    ("crudo", "texto"),
    [
        (None, ""),
        (True, "sí"),
        (False, "no"),
        (datetime(2026, 12, 31, 5), "2026-12-31"),
        (date(2026, 12, 31), "2026-12-31"),
        (0.1 + 0.2, "0,3"),
        (30.0, "30"),
        (Decimal("34.90"), "34,9"),
        (" a\r\nb\x00 ", "a\nb"),
    ],
)
def test_lo_crudo_como_lo_escribiria_una_persona(crudo: Any, texto: str) -> None:
    assert crudo_a_texto(crudo) == texto


@pytest.mark.parametrize(
    ("modelo", "nombre", "texto", "valor"),
    [
        (LineaBase, "fecha_compromiso", "31/12/2026", date(2026, 12, 31)),
        (LineaBase, "fecha_compromiso", "", None),
        (Indicador, "relevancia", "", None),
        (Indicador, "periodicidad", "", ""),
        (Indicador, "periodicidad", "Anual", "anual"),
        (Indicador, "responsable", "", None),
        (Indicador, "cuenta_personas", "Sí", True),
    ],
)
def test_se_lee_lo_que_dice_el_campo(modelo: Any, nombre: str, texto: str, valor: Any) -> None:
    assert leer_campo(modelo._meta.get_field(nombre), texto, {Entidad: {}}) == valor


def test_lo_vacio_y_lo_obligatorio() -> None:
    assert leer_fijado(Indicador(), " ") == (None, "")
    with pytest.raises(DatoInvalido, match="Falta indicador: escriba su código"):
        leer_campo(LineaBase._meta.get_field("indicador"), "", {})
