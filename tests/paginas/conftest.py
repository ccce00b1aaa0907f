"""Cómo se lee una página en estas pruebas: sin etiquetas y con los espacios duros hechos simples."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

Leer = Callable[..., str]
Contar = Callable[[str], int]


def texto_de(codigo: str) -> str:
    """Lo que se lee: sin guiones ni etiquetas, con un solo espacio entre palabras."""
    sin_etiquetas = re.sub(r"<[^>]+>", " ", codigo)
    return re.sub(r"\s+([,.:;)])", r"\1", " ".join(html.unescape(sin_etiquetas).split()))


def trozo(codigo: str, desde: str, hasta: str = "</section>") -> str:
    """El texto que va de la primera aparición de ``desde`` a la siguiente de ``hasta``."""
    inicio = codigo.index(desde)
    return texto_de(codigo[inicio : codigo.index(hasta, inicio)])


@pytest.fixture
def codigo(client: Client) -> Leer:
    """``codigo("/servicios/", corte="2021-12-31")`` → el HTML; ``espera=`` si no es un 200."""

    def _codigo(ruta: str, *, espera: int = 200, **parametros: Any) -> str:
        respuesta = client.get(f"{ruta}?{urlencode(parametros)}" if parametros else ruta)
        assert respuesta.status_code == espera, (ruta, parametros, respuesta.status_code)
        return respuesta.content.decode()

    return _codigo


@pytest.fixture
def leer(codigo: Leer) -> Leer:
    """Lo mismo, sin etiquetas."""
    return lambda ruta, **opciones: texto_de(codigo(ruta, **opciones))


@pytest.fixture
def contar_consultas(client: Client) -> Contar:
    """Cuántas consultas cuesta una dirección, que debe responder 200."""

    def contar(direccion: str) -> int:
        with CaptureQueriesContext(connection) as captura:
            assert client.get(direccion).status_code == 200
        return len(captura)

    return contar
