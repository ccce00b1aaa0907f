"""``/salud/listo/``: qué dice, a quién y con qué estado, cuando todo va bien y cuando algo falta."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from indicadores.models import Lote
from indicadores.tareas import comparar
from penitenciaria.operacion import comprobaciones, latido
from penitenciaria.operacion.comprobaciones import (
    comprobar_todo,
    decir_replica,
    escribir_bytes,
    escribir_duracion,
)
from penitenciaria.operacion.views import vigila
from penitenciaria.replicas import Estado
from tests.fabricas import AHORA
from tests.operacion.conftest import sin_base_para

pytestmark = pytest.mark.django_db
LLAVE = "llave-de-metricas-0123456789abcdef"


def de(nombre: str, ahora: Any = AHORA) -> comprobaciones.Comprobacion:
    [una] = [una for una in comprobar_todo(ahora).comprobaciones if una.nombre == nombre]
    return una


def test_si_todo_va_bien_esta_listo(client: Client) -> None:
    respuesta = client.get(reverse("salud-listo"))
    assert respuesta.status_code == 200
    assert "no-store" in respuesta.headers["Cache-Control"]
    dicho = respuesta.json()
    assert dicho["estado"] == "listo"
    assert list(dicho["comprobaciones"]) == ["base", "migraciones", "trabajos", "cache", "disco"]
    estados = {nombre: una["estado"] for nombre, una in dicho["comprobaciones"].items()}
    assert estados == dict.fromkeys(estados, "ok") | {"trabajos": "sin señales"}  # nadie ha arrancado el trabajador
    assert all(una["ms"] >= 0 and una["detalle"].endswith(".") for una in dicho["comprobaciones"].values())


def test_desde_fuera_no_se_dice_mas_que_si_esta_bien(client: Client, settings: Any) -> None:
    dicho = client.get(reverse("salud-listo"), REMOTE_ADDR="10.0.0.9").json()
    assert all(una.keys() == {"estado", "esencial", "ms"} for una in dicho["comprobaciones"].values())
    settings.METRICAS_LLAVE = LLAVE
    for llave, se_ve in ((LLAVE, True), ("otra", False)):
        cabeceras = {"authorization": f"Bearer {llave}"}
        dicho = client.get(reverse("salud-listo"), REMOTE_ADDR="10.0.0.9", headers=cabeceras).json()
        assert ("detalle" in dicho["comprobaciones"]["base"]) is se_ve


@pytest.mark.parametrize(
    ("directa", "reenviada", "es_de_aqui"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("", "", True),  # por un enchufe de la máquina
        ("127.0.0.1", "127.0.0.1", True),  # a través del intermediario
        ("127.0.0.1", "10.0.0.9", False),
        ("127.0.0.1", "127.0.0.1, 10.0.0.9", False),
        ("10.0.0.9", "127.0.0.1", False),  # la cabecera no engaña a quien no la pone
        ("127.0.0.1", "desconocido", False),
    ],
)
def test_quien_es_de_esta_maquina(directa: str, reenviada: str, es_de_aqui: bool) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=directa, HTTP_X_FORWARDED_FOR=reenviada)
    assert vigila(request) is es_de_aqui


def test_sin_base_no_esta_listo_y_lo_dice_pronto(client: Client) -> None:
    with connection.execute_wrapper(sin_base_para("")):
        respuesta = client.get(reverse("salud-listo"))
    dicho = respuesta.json()
    assert (respuesta.status_code, dicho["estado"]) == (503, "no listo")
    estados = {nombre: una["estado"] for nombre, una in dicho["comprobaciones"].items()}
    assert estados == {"base": "fallo", "migraciones": "fallo", "trabajos": "fallo", "cache": "ok", "disco": "ok"}
    assert "server closed" not in respuesta.content.decode()


def test_que_el_proceso_viva_no_depende_de_nada(client: Client) -> None:
    with connection.execute_wrapper(sin_base_para("")):
        assert client.get(reverse("salud")).json() == {"estado": "ok"}


def test_una_migracion_sin_aplicar_lo_deja_fuera(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'indicadores' AND name LIKE '0001%'")
    respuesta = client.get(reverse("salud-listo"))
    assert respuesta.status_code == 503
    assert "Sin aplicar: indicadores.0001_" in respuesta.json()["comprobaciones"]["migraciones"]["detalle"]


def test_las_migraciones_de_una_version_mas_nueva_no_estorban() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('indicadores', '9999_futura', %s)", [AHORA]
        )
    assert de("migraciones").bien


def test_lo_no_esencial_lo_degrada_sin_sacarlo(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "nadie" / "guardo" / "nada"
    assert de("disco").bien
    archivo = tmp_path / "no-es-carpeta"
    archivo.write_text("x", encoding="utf-8")
    settings.MEDIA_ROOT = archivo / "dentro"
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    respuesta = client.get(reverse("salud-listo"))
    dicho = respuesta.json()
    assert (respuesta.status_code, dicho["estado"]) == (200, "degradado")
    assert dicho["comprobaciones"]["cache"]["detalle"] == "La caché no devolvió lo que se guardó."


def encolar(cuantos: int = 1, *, hace: timedelta = timedelta(0)) -> None:
    for _ in range(cuantos):
        comparar.enqueue(1)
    DBTaskResult.objects.update(enqueued_at=AHORA - hace)


def test_la_cola_vieja_sin_trabajador_se_nota() -> None:
    una = de("trabajos")
    assert una.detalle.startswith("Ningún trabajador ha dado señales; nada espera. ")
    assert (una.bien, una.mal, una.sin_senales, una.estado) == (None, False, True, "sin señales")
    encolar(hace=timedelta(minutes=5))
    assert de("trabajos").sin_senales
    encolar(hace=timedelta(minutes=11))
    una = de("trabajos")
    assert (una.bien, una.mal, una.sin_senales, una.estado) == (False, True, False, "fallo")
    assert "11 minutos" in una.detalle


@pytest.mark.parametrize("en_comun", [False, True])
def test_la_senal_del_trabajador(settings: Any, en_comun: bool, tmp_path: Path) -> None:
    settings.MEMORIA_EN_COMUN, settings.ESTADO_DIR = en_comun, tmp_path
    assert de("trabajos").mal is en_comun  # con caché común, que falte la señal ya es una señal
    assert de("trabajos").sin_senales is not en_comun
    latido.latir(AHORA.timestamp() - 5)
    encolar(hace=timedelta(hours=3))
    una = de("trabajos")
    assert una.bien
    assert una.detalle == "El trabajador vive; el trabajo que más espera lleva 3 horas."
    callado = de("trabajos", AHORA + timedelta(minutes=3))
    assert callado.mal
    assert "no da señales desde hace 3 minutos" in callado.detalle


def test_el_trabajador_late_mientras_trabaja(settings: Any, tmp_path: Path) -> None:
    settings.ESTADO_DIR = tmp_path
    assert latido.ultimo() is None
    with latido.latiendo(cada=0.01):
        primero = esperar(latido.ultimo)
        assert esperar(lambda: (segundo := latido.ultimo()) and segundo > primero)
    (tmp_path / "trabajos.json").write_text('{"momento": "ayer"}', encoding="utf-8")
    assert latido.ultimo() is None


def esperar(que: Callable[[], Any]) -> Any:
    """Lo que ``que`` dé en cuanto dé algo; falla a los cinco segundos."""
    import time

    limite = time.monotonic() + 5
    while time.monotonic() < limite:
        if hallado := que():
            return hallado
        time.sleep(0.005)
    raise AssertionError("No llegó a pasar.")


def test_siempre_se_hacen_las_mismas_preguntas(settings: Any) -> None:
    comprobar_todo(AHORA)
    with CaptureQueriesContext(connection) as vacia:
        comprobar_todo(AHORA)
    encolar(30)
    with CaptureQueriesContext(connection) as llena:
        comprobar_todo(AHORA)
    assert len(vacia) == len(llena) <= 12
    assert not [una["sql"] for una in llena if una["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Lote.objects.count() == 0
    assert cache.get(comprobaciones.CLAVE_DE_PRUEBA) is None


@pytest.mark.parametrize(
    ("visto", "bien", "dice"),
    [
        (Estado(True, True, 0.0), True, "Va 0 segundos por detrás."),
        (Estado(True, True, 1.25), True, "Va 1,3 segundos por detrás."),
        (Estado(True, True, 2.5), False, "más de lo admitido"),
        (Estado(True, True, None), False, "no se sabe cuánto le falta"),
        (Estado(False, True, None), False, "la principal no"),
        (Estado(True, False, None), False, "No contesta"),
        (Estado(False, False, None), False, "No contesta"),
    ],
)
def test_lo_que_se_dice_de_la_replica(visto: Estado, bien: bool, dice: str) -> None:
    hallado, frase = decir_replica(visto, 2.0)
    assert hallado is bien
    assert dice in frase


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_una_base_que_no_contesta_no_hace_esperar(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otra conexión tiene cerrada la tabla: la pregunta se abandona y se dice."""
    monkeypatch.setattr(comprobaciones, "ESPERA_MS", 200)
    otra = connections.create_connection("default")
    try:
        otra.set_autocommit(False)
        with otra.cursor() as cursor:
            cursor.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        respuesta = client.get(reverse("salud-listo"))
    finally:
        otra.rollback()
        otra.close()
    dicho = respuesta.json()["comprobaciones"]
    assert respuesta.status_code == 503
    assert (dicho["base"]["estado"], dicho["migraciones"]["estado"]) == ("ok", "fallo")
    assert 200 <= dicho["migraciones"]["ms"] < 20_000
    assert client.get(reverse("salud-listo")).status_code == 200


@pytest.mark.parametrize(
    ("cuantos", "escrito"),
    [(0, "0 kB"), (2048, "2 kB"), (5 * 2**20, "5 MB"), (3 * 2**29, "1,5 GB"), (2048 * 2**30, "2.048 GB")],
)
def test_escribir_bytes(cuantos: int, escrito: str) -> None:
    assert escribir_bytes(cuantos) == escrito


@pytest.mark.parametrize(
    ("segundos", "escrito"),
    [(-5, "0 segundos"), (1, "1 segundo"), (59, "59 segundos"), (60, "1 minuto"), (7199, "119 minutos"),
     (7200, "2 horas"), (47 * 3600, "47 horas"), (48 * 3600, "2 días")],
)  # fmt: skip
def test_escribir_duracion(segundos: int, escrito: str) -> None:
    assert escribir_duracion(timedelta(seconds=segundos)) == escrito
