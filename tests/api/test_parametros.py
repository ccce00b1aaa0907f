"""Ningún recurso ignora lo que no conoce: cada parámetro o valor desconocido es un 400 que lo nombra."""

from typing import Any

import pytest

from tests.api.conftest import Pedir

pytestmark = pytest.mark.django_db

LISTAS = ["objetivos/", "lineamientos/", "indicadores/", "mediciones/", "servicios/", "entidades/", "ambitos/"]
DETALLES = ["", "politica/", "avance/", "indicadores/OP.01-I2/", "objetivos/OP.01/", "ambitos/PE/", "esquema/", "docs/"]
ILEGIBLES = [
    ("corte", "31/12/2021"),
    ("corte", "2021-02-30"),
    ("corte", "99999-01-01"),
    ("corte", "\0"),
    ("a_la_fecha", "ayer"),
    ("a_la_fecha", "2021-13-01"),
    ("format", "pdf"),
    ("format", "CSV"),
    ("fecha", "2021-12-31"),
    ("Corte", "2021-12-31"),
]


@pytest.mark.parametrize("ruta", [*LISTAS, *DETALLES])
@pytest.mark.parametrize(("parametro", "valor"), ILEGIBLES)
def test_todo_recurso_rechaza_lo_que_no_conoce(pedir: Pedir, ruta: str, parametro: str, valor: str) -> None:
    problema = pedir(ruta, espera=400, **{parametro: valor})
    assert problema["parametro"] == parametro


@pytest.mark.parametrize("ruta", LISTAS)
@pytest.mark.parametrize(
    ("parametro", "valor"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "1.5"),
        ("page", "last"),
        ("page", "١"),
        ("page", str(10**30)),
        ("page_size", "0"),
        ("page_size", "501"),
        ("page_size", "-5"),
        ("page_size", "todo"),
        ("ordering", "valor"),
        ("ordering", "--codigo"),
        ("ordering", "codigo,"),
        ("ordering", "?"),
        ("search", "a\0b"),
        ("search", "a" * 201),
    ],
)
def test_las_listas_rechazan_paginas_y_ordenes_imposibles(pedir: Pedir, ruta: str, parametro: str, valor: str) -> None:
    assert pedir(ruta, espera=400, **{parametro: valor})["parametro"] == parametro


@pytest.mark.parametrize(
    ("ruta", "parametro", "valor"),
    [
        ("indicadores/", "objetivo", "OP.99"),
        ("indicadores/", "servicio", "OP.01"),
        ("indicadores/", "tipo", "lineamiento"),
        ("indicadores/", "estado", "publicada"),
        ("indicadores/", "semaforo", "azul"),
        ("indicadores/", "sentido", "null"),
        ("indicadores/", "entidad", "inpe"),
        ("mediciones/", "indicador", "OP.01"),
        ("mediciones/", "indicador", "1000001"),
        ("mediciones/", "objetivo", "OP.01\0"),
        ("mediciones/", "anio", "21"),
        ("mediciones/", "anio", "9" * 30),
        ("mediciones/", "desde", "2021"),
        ("mediciones/", "hasta", "0001-01-01"),
        ("mediciones/", "periodo", "2021-Q5"),
        ("mediciones/", "ambito", "LIMA"),
        ("mediciones/", "ambito_nivel", "departamento"),
        ("mediciones/", "sexo", "F"),
        ("mediciones/", "caracter", "borrador"),
        ("mediciones/", "situacion", "final"),
        ("mediciones/", "etapa", "borrador"),
        ("servicios/", "estado", "activo"),
        ("ambitos/", "nivel", "regional"),
    ],
)
def test_un_valor_desconocido_se_nombra(pedir: Pedir, ruta: str, parametro: str, valor: str) -> None:
    problema = pedir(ruta, espera=400, **{parametro: valor})
    assert problema["parametro"] == parametro
    assert f"«{parametro}»" in problema["detail"]


def test_un_parametro_repetido_no_se_elige_por_suerte(client: Any) -> None:
    problema = client.get("/api/v1/indicadores/?objetivo=OP.01&objetivo=OP.02").json()
    assert (problema["status"], problema["parametro"]) == (400, "objetivo")
