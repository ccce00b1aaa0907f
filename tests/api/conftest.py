"""Cómo se pide algo a la API en estas pruebas: con un corte y una fecha escritos, salvo que se diga otra cosa."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

#: Después de todo lo que las pruebas publican, diga lo que diga el reloj.
MIRADA = {"corte": "2026-11-30", "a_la_fecha": "2030-12-31"}

Pedir = Callable[..., Any]


def direccion(ruta: str, **parametros: Any) -> str:
    completos = MIRADA | parametros
    return f"/api/v1/{ruta}?{urlencode({clave: valor for clave, valor in completos.items() if valor is not None})}"


@pytest.fixture
def pedir(client: Client) -> Pedir:
    """``pedir("indicadores/OP.01-I2/", corte="2021-12-31")`` → el cuerpo; ``espera=`` si no es un 200."""

    def _pedir(ruta: str, *, espera: int = 200, **parametros: Any) -> Any:
        respuesta = client.get(direccion(ruta, **parametros))
        assert respuesta.status_code == espera, (ruta, parametros, respuesta.content.decode())
        if espera >= 400:
            assert respuesta.headers["Content-Type"] == "application/problem+json"
        return respuesta.json()

    return _pedir


@pytest.fixture
def codigos(pedir: Pedir) -> Pedir:
    """Los códigos de una lista, en su orden."""

    def _codigos(ruta: str, *, clave: str = "codigo", **parametros: Any) -> list[str]:
        return [fila[clave] for fila in pedir(ruta, page_size=500, **parametros)["results"]]

    return _codigos
