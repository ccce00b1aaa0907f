"""Lo que comparten las pruebas del reporte emitido: la política real y un momento en que emitir."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from objetivos.models import ObjetivoPrioritario, Parrafo, Reporte
from penitenciaria.informe.emision import emitir, redactar_parrafo

CORTE = date(2021, 6, 30)


@pytest.fixture
def momento(politica_cargada: Any) -> Callable[[float], datetime]:
    """``momento(5)``: cinco minutos después de la carga."""
    return lambda minutos: politica_cargada.cargada_en + timedelta(minutes=minutos)


@pytest.fixture
def emitido(personas: SimpleNamespace, momento: Callable[[float], datetime]) -> Callable[..., Reporte]:
    """``emitido()`` emite el reporte de 2021 al corte de la fuente; admite los argumentos de ``emitir``."""

    def con(minutos: float = 10, **datos: Any) -> Reporte:
        return emitir(**({"por": personas.revisor, "anio": 2021, "corte": CORTE, "ahora": momento(minutos)} | datos))

    return con


@pytest.fixture
def escrito(personas: SimpleNamespace, momento: Callable[[float], datetime]) -> Callable[..., Parrafo]:
    """``escrito("…")`` agrega un párrafo al avance del OP.01 de 2021."""

    def con(texto: str = "Una frase de contexto.", **datos: Any) -> Parrafo:
        comunes: dict[str, Any] = {"por": personas.analista, "anio": 2021, "seccion": "avance", "ahora": momento(5)}
        if "objetivo" not in datos:
            comunes["objetivo"] = ObjetivoPrioritario.objects.get(codigo="OP.01")
        return redactar_parrafo(texto=texto, **(comunes | datos))

    return con
