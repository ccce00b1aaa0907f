"""Bajar la tabla entera ocupa lo mismo tenga las filas que tenga, y que alguien se vaya a medias no rompe nada."""

import contextlib
import gc
import http.client
import socket
import struct
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from indicadores.calculo.tipos import Periodo
from indicadores.models import Ambito, Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.api.conftest import direccion
from tests.fabricas import AHORA, persona

RUTAS = {
    "csv": direccion("mediciones/", format="csv"),
    "xlsx": direccion("mediciones/", format="xlsx"),
    "sdmx": direccion("sdmx/data/PNP/all/", format=None),
}
LUGARES, MESES = 12, 240
MEGA = 2**20


@pytest.fixture
def lugares(db: None) -> list[Ambito]:
    return [fabricas.AmbitoFactory(), *fabricas.EstablecimientoFactory.create_batch(LUGARES - 1)]


def llenar(lugares: list[Ambito], veces: int) -> None:
    """``veces`` indicadores con una medición de cada mes y lugar."""
    fuente, registra, revisa = fabricas.FuenteFactory(), persona(Rol.ANALISTA), persona(Rol.REVISOR)
    periodos = [Periodo.leer(f"{2000 + n // 12}-{n % 12 + 1:02}") for n in range(MESES)]
    for indicador in fabricas.IndicadorFactory.create_batch(veces):
        Medicion.objects.bulk_create(
            (
                Medicion(
                    indicador=indicador, periodo=uno.texto, inicio=uno.inicio, fin=uno.fin, ambito=lugar,
                    valor=n % 97, fuente=fuente, etapa="publicada", registrada_por=registra, registrada_en=AHORA,
                    publicada_por=revisa, publicada_en=AHORA,
                )
                for n, uno in enumerate(periodos)
                for lugar in lugares
            ),
            batch_size=1000,
        )  # fmt: skip


def trozos_de(respuesta: Any) -> Iterator[bytes]:
    return iter(respuesta.streaming_content if respuesta.streaming else [respuesta.content])


def bajar(cliente: Client, ruta: str) -> tuple[int, int]:
    """Cuántos bytes tiene la respuesta y cuántos llegó a ocupar Python mientras se escribía y se leía."""
    gc.collect()
    tracemalloc.start()
    try:
        respuesta = cliente.get(ruta)
        assert respuesta.status_code == 200
        largo = sum(len(trozo) for trozo in trozos_de(respuesta))
        return largo, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("formato", RUTAS)
def test_la_memoria_no_crece_con_las_filas(lugares: list[Ambito], client: Client, formato: str) -> None:
    """Ocho veces más filas: ocho veces más bytes, y la misma memoria; tampoco crece si quien lee se detiene."""
    ruta = RUTAS[formato]
    llenar(lugares, 1)
    bajar(client, ruta)  # lo que se importa o se compila la primera vez no cuenta
    pocos, pico = bajar(client, ruta)
    llenar(lugares, 7)
    assert Medicion.objects.count() == 8 * LUGARES * MESES
    muchos, pico_con_muchos = bajar(client, ruta)
    assert muchos > 6 * pocos
    assert pico_con_muchos < pico + 2 * MEGA, (pico, pico_con_muchos)

    respuesta = client.get(ruta)
    assert isinstance(respuesta, StreamingHttpResponse)
    gc.collect()
    tracemalloc.start()
    trozos = trozos_de(respuesta)
    try:
        assert next(trozos)
        detenido = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        respuesta.close()
    assert detenido < pico + MEGA, (pico, detenido)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("formato", RUTAS)
def test_quien_cuelga_a_medias_no_estorba(lugares: list[Ambito], live_server: Any, caplog: Any, formato: str) -> None:
    """Varios piden la tabla entera y cortan sin leerla: nadie recibe un 500 y lo siguiente se atiende igual."""
    llenar(lugares, 3)
    partes = urlsplit(live_server.url)
    for leidos in (0, 1, 4096):
        with socket.create_connection((str(partes.hostname), partes.port or 80), timeout=30) as enchufe:
            enchufe.sendall(f"GET {RUTAS[formato]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            with contextlib.suppress(OSError):
                assert enchufe.recv(leidos or 1)
            # Al cerrar así no se espera: el servidor recibe un corte y no una despedida.
            enchufe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conexion = http.client.HTTPConnection(str(partes.hostname), partes.port, timeout=60)
    for ruta in (RUTAS[formato], "/api/v1/mediciones/?page_size=1"):
        conexion.request("GET", ruta)
        respuesta = conexion.getresponse()
        assert respuesta.status == 200
        assert len(respuesta.read()) > 100
    conexion.close()
    assert not [registro for registro in caplog.records if getattr(registro, "status_code", 0) == 500]
