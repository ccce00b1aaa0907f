"""Lo común a las pruebas de operación: una base que se va, y lo que el registro escribe de verdad."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError

from penitenciaria.registro import EnJson


def sin_base_para(tabla: str) -> Callable[..., Any]:
    """Un envoltorio de consultas con el que la base no contesta lo que nombre ``tabla`` (todo, si es vacía)."""

    def envoltorio(ejecutar: Callable[..., Any], sql: str, *resto: Any) -> Any:
        if tabla in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return ejecutar(sql, *resto)

    return envoltorio


class Registro:
    """Lo escrito en JSON: el texto tal cual y las líneas leídas."""

    def __init__(self) -> None:
        self.salida = io.StringIO()

    @property
    def texto(self) -> str:
        return self.salida.getvalue()

    @property
    def lineas(self) -> list[dict[str, Any]]:
        return [json.loads(linea) for linea in self.texto.splitlines()]

    def de(self, origen: str) -> dict[str, Any]:
        """La única línea de ese origen."""
        [linea] = [una for una in self.lineas if una["origen"] == origen]
        return linea


@pytest.fixture
def registro() -> Iterator[Registro]:
    """Todo lo que llega a la raíz del registro, desde DEBUG, escrito como en producción."""
    escrito, raiz = Registro(), logging.getLogger()
    manejador = logging.StreamHandler(escrito.salida)
    manejador.setFormatter(EnJson())
    nivel = raiz.level
    raiz.addHandler(manejador)
    raiz.setLevel(logging.INFO)
    try:
        yield escrito
    finally:
        raiz.setLevel(nivel)
        raiz.removeHandler(manejador)
