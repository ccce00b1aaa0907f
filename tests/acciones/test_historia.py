"""El pasado no se reescribe: tras cualquier sucesión de cambios, cada instante se lee como se leía entonces."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicadores import acciones
from indicadores.lectura import IndicadorLeido, leer_indicadores, leer_umbrales
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.fabricas import minuto

PERIODOS = ("2019", "2020", "2021", "2021-Q1")
CORTES = (date(2021, 6, 30), date(2022, 12, 31))

#: (qué, indicador, periodo o año, valor): lo que no puede hacerse en ese momento se salta.
CAMBIO = st.tuples(
    st.sampled_from(["publicar", "publicar", "corregir", "retirar", "logro", "linea_base", "umbrales"]),
    st.integers(0, 1),
    st.integers(0, len(PERIODOS) - 1),
    st.one_of(st.none(), st.integers(0, 100)),
)
Lectura = list[list[IndicadorLeido]]


def leer(indicadores: list[Indicador], a_la_fecha: datetime) -> tuple[Lectura, Any]:
    leidos = [leer_indicadores(indicadores, corte=corte, a_la_fecha=a_la_fecha) for corte in CORTES]
    return leidos, leer_umbrales(a_la_fecha)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cambios=st.lists(CAMBIO, min_size=1, max_size=10))
def test_cada_instante_pasado_se_lee_como_entonces(
    personas: SimpleNamespace, cambios: list[tuple[str, int, int, int | None]]
) -> None:
    with transaction.atomic():
        indicadores = [fabricas.IndicadorFactory(), fabricas.IndicadorFactory(sentido="descendente")]
        fotos = [(minuto(-1), leer(indicadores, minuto(-1)))]
        for n, (que, cual, donde, numero) in enumerate(cambios):
            CAMBIOS[que](personas, indicadores[cual], donde, numero, minuto(n))
            fotos.append((minuto(n), leer(indicadores, minuto(n))))
        for momento, foto in fotos:
            assert leer(indicadores, momento) == foto
            assert leer(indicadores, momento + (minuto(0.5) - minuto(0))) == foto
        transaction.set_rollback(True)


def _dato(numero: int | None) -> dict[str, Any]:
    return {"valor": None, "motivo_ausencia": "no_medido"} if numero is None else {"valor": Decimal(numero)}


def _publicar(p: SimpleNamespace, indicador: Indicador, donde: int, numero: int | None, en: datetime) -> None:
    if not Medicion.objects.filter(indicador=indicador, periodo=PERIODOS[donde], etapa="publicada").exists():
        datos = _dato(numero)
        fabricas.publicada(
            por=p.analista, revisor=p.revisor, indicador=indicador, periodo=PERIODOS[donde], ahora=en, **datos
        )


def _con_vigente(hacer: Callable[..., Any]) -> Callable[..., None]:
    def cambiar(p: SimpleNamespace, indicador: Indicador, donde: int, numero: int | None, en: datetime) -> None:
        vigente = Medicion.objects.filter(indicador=indicador, periodo=PERIODOS[donde], etapa="publicada").first()
        if vigente is not None:
            hacer(p, vigente, numero, en)

    return cambiar


CAMBIOS: dict[str, Callable[[SimpleNamespace, Indicador, int, int | None, datetime], Any]] = {
    "publicar": _publicar,
    "corregir": _con_vigente(
        lambda p, vigente, numero, en: fabricas.corregida(
            vigente, por=p.analista, revisor=p.revisor, ahora=en, **({"motivo_ausencia": ""} | _dato(numero))
        )
    ),
    "retirar": _con_vigente(lambda p, vigente, _, en: acciones.retirar(vigente, por=p.revisor, motivo="x", ahora=en)),
    "logro": lambda p, indicador, donde, numero, en: fabricas.logro(
        indicador, por=p.administrador, anio=2019 + donde, ahora=en, **({"motivo_ausencia": ""} | _dato(numero))
    ),
    "linea_base": lambda p, indicador, donde, numero, en: fabricas.linea_base(
        indicador, por=p.administrador, anio=2019, ahora=en, **({"motivo_ausencia": ""} | _dato(numero))
    ),
    "umbrales": lambda p, _, donde, numero, en: acciones.fijar_umbrales(
        por=p.administrador, verde=Decimal(95 - donde), amarillo=Decimal(1 + (numero or 0) // 2), motivo="x", ahora=en
    ),
}
