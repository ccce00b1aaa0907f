"""Cualquier clave sobre cualesquiera mediciones da lo mismo que una criba lenta y obvia de las filas de JSON."""

import csv
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicadores.calculo.tipos import Periodo
from indicadores.models import Medicion
from penitenciaria.interoperabilidad.sdmx_modelo import a_id
from tests import fabricas
from tests.api.conftest import direccion
from tests.interoperabilidad.sdmx import pedir
from tests.interoperabilidad.test_mismas_filas_sdmx import frecuencia

PERIODOS = ("2019", "2020", "2020-S1", "2020-Q4", "2020-01", "2020-10", "2020-12", "2021", "2021-03")
MEDICIONES = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from("THM"),
        st.sampled_from(("oficial", "referencial")),
        st.sampled_from(PERIODOS),
        st.none() | st.decimals(-99, 99, places=4),
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda una: una[:5],
)


def algunos(opciones: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Ninguno (cualquiera) o varios."""
    return st.lists(st.sampled_from(opciones), max_size=2, unique=True)


CONSULTAS = st.fixed_dictionaries(
    {
        "indicador": algunos(("0", "1")),
        "ambito": algunos(("0", "1", "2")),
        "sexo": algunos(("T", "H", "M")),
        "caracter": algunos(("oficial", "referencial")),
        "frecuencia": algunos(("A", "S", "Q", "M")),
        "desde": st.none() | st.sampled_from(PERIODOS),
        "hasta": st.none() | st.sampled_from(PERIODOS),
        "formato": st.sampled_from(("csvdata", "csvdata2")),
    }
)


def escribir(p: SimpleNamespace, indicadores: list[Any], lugares: list[Any], mediciones: list[Any]) -> None:
    Medicion.objects.bulk_create(
        Medicion(
            indicador=indicadores[cual], ambito=lugares[donde], sexo=sexo, caracter=caracter, periodo=texto,
            inicio=Periodo.leer(texto).inicio, fin=Periodo.leer(texto).fin, valor=valor,
            motivo_ausencia="" if valor is not None else "no_medido", etapa="publicada",
            registrada_por=p.analista, publicada_por=p.revisor, registrada_en=fabricas.AHORA,
            publicada_en=fabricas.AHORA,
        )
        for cual, donde, sexo, caracter, texto, valor in mediciones
    )  # fmt: skip


def cumple(fila: Any, consulta: dict[str, Any], indicadores: list[Any], lugares: list[Any]) -> bool:
    periodo = Periodo.leer(fila["periodo"])
    pedidos = (
        (consulta["indicador"], [str(n) for n, uno in enumerate(indicadores) if uno.codigo == fila["indicador"]]),
        (consulta["ambito"], [str(n) for n, uno in enumerate(lugares) if uno.codigo == fila["ambito"]]),
        (consulta["sexo"], [fila["sexo"]]),
        (consulta["caracter"], [fila["caracter"]]),
        (consulta["frecuencia"], [frecuencia(fila["periodo"])]),
    )
    desde, hasta = (consulta[extremo] and Periodo.leer(consulta[extremo]) for extremo in ("desde", "hasta"))
    return (
        all(not queridos or set(queridos) & set(tiene) for queridos, tiene in pedidos)
        and (desde is None or periodo.inicio >= desde.inicio)
        and (hasta is None or periodo.fin <= hasta.fin)
    )


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mediciones=MEDICIONES, consulta=CONSULTAS)
def test_la_clave_criba_como_una_criba_obvia(
    personas: SimpleNamespace, client: Client, mediciones: list[Any], consulta: dict[str, Any]
) -> None:
    with transaction.atomic():
        indicadores = [fabricas.IndicadorFactory(), fabricas.IndicadorFactory()]
        pais = fabricas.AmbitoFactory()
        lugares = [pais, fabricas.OficinaFactory(padre=pais), fabricas.OficinaFactory(padre=pais)]
        escribir(personas, indicadores, lugares, mediciones)
        codigos = {"indicador": indicadores, "ambito": lugares}
        partes = [
            "+".join(a_id(codigos[que][int(uno)].codigo) if que in codigos else uno for uno in consulta[que])
            for que in ("indicador", "ambito", "sexo", "caracter")
        ]
        clave = ".".join((*partes, "MEDICION", "+".join(consulta["frecuencia"])))
        limites = {"startPeriod": consulta["desde"], "endPeriod": consulta["hasta"]}
        parametros = {nombre: valor for nombre, valor in limites.items() if valor is not None}
        todas = client.get(direccion("mediciones/", page_size=500)).json()["results"]
        esperadas = [fila for fila in todas if cumple(fila, consulta, indicadores, lugares)]
        formato = consulta["formato"]
        espera = 200 if esperadas else 404
        cuerpo = pedir(client, f"data/PNP/{clave}", espera=espera, format=formato, **parametros)
        leidas = list(csv.DictReader(io.StringIO(cuerpo.decode(), newline=""))) if esperadas else []
        vistas = {fila["ID_CIFRA"]: fila["OBS_VALUE"] and Decimal(fila["OBS_VALUE"]) for fila in leidas}
        assert vistas == {
            fila["id"]: "" if fila["valor"] is None else Decimal(str(fila["valor"])) for fila in esperadas
        }
        # Cada serie sale una sola vez, y dentro de ella los periodos van en orden.
        claves = [
            tuple(fila[nombre] for nombre in ("INDICADOR", "AMBITO", "SEXO", "CARACTER", "FREQ")) for fila in leidas
        ]
        assert len(set(claves)) == sum(a != b for a, b in zip(claves, [None, *claves], strict=False))
        transaction.set_rollback(True)
