"""Un cliente que nadie escribió: se genera del esquema y lee un servidor en marcha."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

PAQUETE = "cliente_generado"


@pytest.fixture
def cliente(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, politica_cargada: Any, live_server: Any, client: Client
) -> Iterator[SimpleNamespace]:
    """El paquete generado y abierto sobre el servidor: ``.pedir("indicadores.indicador", …)``."""
    esquema, ajustes = tmp_path / "esquema.json", tmp_path / "ajustes.yml"
    esquema.write_bytes(client.get("/api/v1/esquema/").content)
    ajustes.write_text("post_hooks: []\n", encoding="utf-8")
    orden = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"]
    orden += ["--path", str(esquema), "--output-path", str(tmp_path / PAQUETE), "--config", str(ajustes)]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    assert "WARNING" not in hecho.stdout.upper() + hecho.stderr.upper()
    monkeypatch.syspath_prepend(str(tmp_path))
    modulo = importlib.import_module(PAQUETE)
    with modulo.Client(base_url=live_server.url, raise_on_unexpected_status=True) as abierto:

        def pedir(operacion: str, *args: Any, **parametros: Any) -> Any:
            return importlib.import_module(f"{PAQUETE}.api.{operacion}").sync(*args, client=abierto, **parametros)

        yield SimpleNamespace(pedir=pedir, directo=lambda ruta: leer(live_server.url, ruta))
    for nombre in [nombre for nombre in sys.modules if nombre.partition(".")[0] == PAQUETE]:
        del sys.modules[nombre]


def leer(servidor: str, ruta: str) -> Any:
    import httpx

    return json.loads(httpx.get(f"{servidor}/api/v1/{ruta}").raise_for_status().content)


def test_lee_lo_mismo_que_la_api(cliente: SimpleNamespace) -> None:
    corte = date(2021, 12, 31)
    suyo = cliente.pedir("indicadores.indicador", "OP.01-I2", corte=corte)
    assert (suyo.avance.tipo_i, suyo.avance.semaforo.value) == (85.71, "amarillo")
    assert suyo.to_dict() == cliente.directo("indicadores/OP.01-I2/?corte=2021-12-31")
    assert cliente.pedir("politica.politica", corte=corte).to_dict() == cliente.directo("politica/?corte=2021-12-31")
    pagina = cliente.pedir("mediciones.mediciones", indicador="OP.01-I2", page_size=500)
    assert pagina.to_dict() == cliente.directo("mediciones/?indicador=OP.01-I2&page_size=500")
    assert pagina.count == len(pagina.results) > 0


def test_sigue_los_cambios_hasta_el_final(cliente: SimpleNamespace) -> None:
    filas, cursor, hay_mas = {}, 0, True
    while hay_mas:
        pagina = cliente.pedir("cambios.cambios", cursor=cursor, page_size=100)
        filas |= {fila.id: fila.to_dict() for fila in pagina.mediciones}
        cursor, hay_mas = int(pagina.cursor), pagina.hay_mas
    directas = cliente.directo("mediciones/?page_size=500")
    assert directas["next"] is None
    assert filas == {fila["id"]: fila for fila in directas["results"]}


def test_un_error_llega_como_problema(cliente: SimpleNamespace) -> None:
    problema = cliente.pedir("mediciones.mediciones", indicador="NO-EXISTE")
    assert (problema.status, problema.parametro) == (400, "indicador")
    assert cliente.pedir("indicadores.indicador", "NO-EXISTE").status == 404
