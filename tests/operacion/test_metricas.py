"""``/metricas``: lo que Prometheus lee, quién puede leerlo y cómo suman varios procesos."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from penitenciaria.operacion import exposicion, guardado
from tests import fabricas
from tests.conftest import RAIZ
from tests.operacion.conftest import sin_base_para

LLAVE = "llave-de-metricas-0123456789abcdef"


def leidas(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Cada muestra con sus etiquetas, como las entiende Prometheus."""
    respuesta = client.get("/metricas")
    assert respuesta.status_code == 200
    assert respuesta.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in respuesta.headers["Cache-Control"]
    return {
        (muestra.name, tuple(sorted(muestra.labels.items()))): muestra.value
        for familia in text_string_to_metric_families(respuesta.content.decode())
        for muestra in familia.samples
    }


def valor(muestras: dict[Any, float], nombre: str, **etiquetas: str) -> float:
    return muestras.get((nombre, tuple(sorted(etiquetas.items()))), 0.0)


@pytest.mark.django_db
def test_cuenta_por_ruta_metodo_y_estado(client: Client) -> None:
    antes = leidas(client)
    client.get("/no-existe/")
    client.get("/indicadores/NO-EXISTE/")
    client.post("/glosario/")
    client.generic("RARO", "/glosario/")
    for _ in range(3):
        client.get("/salud/")
    despues = leidas(client)

    def mas(nombre: str, **etiquetas: str) -> float:
        return valor(despues, nombre, **etiquetas) - valor(antes, nombre, **etiquetas)

    assert mas("portal_peticiones_total", ruta="salud", metodo="GET", estado="200") == 3
    assert mas("portal_peticiones_total", ruta="(ninguna)", metodo="GET", estado="404") == 1
    assert mas("portal_peticiones_total", ruta="indicador", metodo="GET", estado="404") == 1
    assert mas("portal_peticiones_total", ruta="glosario", metodo="POST", estado="405") == 1
    assert mas("portal_peticiones_total", ruta="glosario", metodo="OTRO", estado="405") == 1
    assert mas("portal_duracion_segundos_count", ruta="salud") == 3
    assert 0 < mas("portal_duracion_segundos_sum", ruta="salud") < 30
    assert mas("portal_consultas_por_peticion_count") == 8  # la primera lectura de las métricas también cuenta
    assert not [ruta for (_, pares), _ in despues.items() for clave, ruta in pares if "NO-EXISTE" in ruta]


@pytest.mark.django_db(transaction=True)
def test_aciertos_y_fallas_de_la_memoria(client: Client) -> None:
    aciertos, fallas = exposicion.aciertos_de_memoria()
    primera = client.get("/glosario/")
    client.get("/glosario/")
    client.get("/glosario/", headers={"if-none-match": primera.headers["ETag"]})
    assert exposicion.aciertos_de_memoria() == (aciertos + 2, fallas + 1)


@pytest.mark.django_db
def test_los_ingresos_fallidos_y_lo_limitado(client: Client, settings: Any) -> None:
    antes = leidas(client)
    fabricas.persona(usuario="ana")
    client.post(reverse("admin:login"), {"username": "ana", "password": "no es"})
    client.post(reverse("admin:login"), {"username": "ana", "password": fabricas.CLAVE})
    settings.LIMITE_API = "1/min"
    for _ in range(2):
        client.get("/api/v1/")
    despues = leidas(client)
    for nombre in ("portal_ingresos_fallidos_total", "portal_peticiones_limitadas_total"):
        assert valor(despues, nombre) - valor(antes, nombre) == 1


@pytest.mark.django_db(transaction=True)  # la cuenta de publicaciones sube al confirmarse
def test_lo_que_se_pregunta_en_el_momento(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.RESPALDOS_DIR, settings.ESTADO_DIR = tmp_path, tmp_path / "estado"
    ahora = leidas(client)
    publicaciones = valor(ahora, "portal_publicaciones")
    assert valor(ahora, "portal_base_responde") == 1
    assert valor(ahora, "portal_trabajos", estado="en espera") == 0
    assert valor(ahora, "portal_memoria_residente_bytes", proceso=str(os.getpid())) > 2**20
    assert not [nombre for nombre, _ in ahora if nombre.startswith(("portal_respaldo", "portal_trabajador"))]
    (tmp_path / "ultimo.json").write_text('{"momento": "2026-11-23T00:00:00+00:00", "ok": true}', encoding="utf-8")
    guardado.anotar("trabajos", {"momento": 1.0})
    fabricas.publicada()
    despues = leidas(client)
    assert valor(despues, "portal_publicaciones") > publicaciones
    assert valor(despues, "portal_respaldo_bien") == 1
    assert valor(despues, "portal_trabajador_silencio_segundos") > 10**9
    (tmp_path / "ultimo.json").write_text('{"momento": "hoy"}', encoding="utf-8")
    assert ("portal_respaldo_bien", ()) not in leidas(client)


@pytest.mark.django_db
def test_sin_base_las_metricas_siguen(client: Client) -> None:
    with connection.execute_wrapper(sin_base_para("")):
        assert valor(leidas(client), "portal_base_responde") == 0


@pytest.mark.django_db
def test_no_las_lee_cualquiera(client: Client, settings: Any) -> None:
    assert client.get("/metricas", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert client.post("/metricas").status_code == 405
    settings.METRICAS_LLAVE = LLAVE
    for cabecera, estado in ((f"Bearer {LLAVE}", 200), (f"Bearer {LLAVE}x", 403), ("Bearer ", 403), ("Bearer ñ", 403)):
        pedida = client.get("/metricas", REMOTE_ADDR="10.0.0.9", headers={"authorization": cabecera})
        assert pedida.status_code == estado
    assert b"METRICAS_LLAVE" in client.get("/metricas", REMOTE_ADDR="10.0.0.9").content


PROCESO = """
import sys
import django
from django.conf import settings
settings.configure()
from penitenciaria import metricas
metricas.PETICIONES.labels("salud", "GET", "200").inc(int(sys.argv[1]))
metricas.DURACION.labels("salud").observe(0.2)
import os
print(os.getpid())
"""


def contar_en_otro(carpeta: Path, cuantas: int) -> int:
    """Otro proceso cuenta y termina; su número."""
    entorno = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(carpeta)}
    orden = [sys.executable, "-c", PROCESO, str(cuantas)]
    return int(subprocess.run(orden, cwd=RAIZ, env=entorno, check=True, capture_output=True, text=True).stdout)


def test_varios_procesos_suman_y_los_que_terminan_no_se_acumulan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penitenciaria.suma_de_procesos import retirar

    retirar(1)  # sin carpeta, nada que hacer
    procesos = [contar_en_otro(tmp_path, cuantas) for cuantas in (3, 4)]
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))

    def total() -> dict[str, float]:
        nombres = ("portal_peticiones_total", "portal_duracion_segundos_count")
        return {nombre: valor for nombre, _, valor in exposicion.muestras(*nombres)}

    assert total() == {"portal_peticiones_total": 7, "portal_duracion_segundos_count": 2}
    for proceso in procesos:
        retirar(proceso)
        retirar(proceso)  # repetirlo no cuenta dos veces
        assert total() == {"portal_peticiones_total": 7, "portal_duracion_segundos_count": 2}
    assert sorted(archivo.name for archivo in tmp_path.glob("*.db")) == ["counter_0.db", "histogram_0.db"]
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "no-existe"))
    retirar(1)
