"""Lo compilado una vez da lo mismo que la ORM, y los periodos se hallan igual saltando que recorriéndolos todos."""

import random
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores.lectura import CAMPOS_DE_DATO
from indicadores.models import Ambito, Indicador, Medicion
from indicadores.models.compilada import Compilada
from indicadores.models.periodos import con_detalle
from tests.api.test_rapido import llenar
from tests.politica_real import CARGADA_EN

pytestmark = pytest.mark.django_db


def de_la_orm(claves: list[int], momento: Any, corte: date) -> Any:
    vigentes = Medicion.objects.vigentes(momento).filter(indicador__in=claves, fin__lte=corte)
    return vigentes.order_by("fin", "id").values(*CAMPOS_DE_DATO)


def test_da_las_mismas_filas_que_la_orm(politica_cargada: Any, personas: SimpleNamespace) -> None:
    """Con cualquier cantidad de claves y cualquier fecha; siempre en una consulta, y cada forma se compila una vez."""
    llenar(personas)
    construidas = []

    def construir(*huecos: Any) -> Any:
        construidas.append(huecos)
        return de_la_orm(*huecos)

    compilada, claves = Compilada(construir), list(Indicador.objects.order_by("pk").values_list("pk", flat=True))
    halladas = 0
    for cuantas in (1, 2, 3, 5, len(claves), 1, 3):
        for minutos, corte in ((0, date(2030, 1, 1)), (2, date(2015, 6, 30)), (9, date(1990, 1, 1))):
            pedido = (claves[:cuantas], CARGADA_EN + timedelta(minutes=minutos), corte)
            with CaptureQueriesContext(connection) as consultas:
                filas = compilada.leer(*pedido)
            assert len(consultas) == 1
            assert filas == list(de_la_orm(*pedido))
            halladas += len(filas)
    assert halladas > 1000
    assert len(construidas) == 1 + len({1, 2, 4, 8, 32})
    assert compilada.leer([], CARGADA_EN, date(2030, 1, 1)) == []


def test_los_periodos_con_detalle_son_los_mismos(politica_cargada: Any, personas: SimpleNamespace) -> None:
    llenar(personas)
    azar, con_algo = random.Random(3), 0
    for indicador in Indicador.objects.order_by("pk"):
        momento = CARGADA_EN + timedelta(seconds=azar.choice([-5, 0, 60, 600]))
        corte = azar.choice([date(2012, 6, 30), date(2021, 12, 31)])
        filas = Medicion.objects.vigentes(momento).filter(indicador=indicador, fin__lte=corte)
        detalle = filas.exclude(ambito__codigo=Ambito.NACIONAL, sexo="T").order_by("periodo")
        esperados = list(detalle.values_list("periodo", flat=True).distinct())
        assert con_detalle(indicador.pk, corte=corte, a_la_fecha=momento) == esperados
        con_algo += bool(esperados)
    assert con_algo
