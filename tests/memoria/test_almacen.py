"""El almacén de respuestas hechas: su tope, su caché común y la clave de cada respuesta."""

import re
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.utils import timezone

from penitenciaria.almacen import Almacen, FalloDeLaCache, Guardada
from penitenciaria.memoria import clave_de, version_del_codigo

pytestmark = pytest.mark.django_db(transaction=True)


def test_la_version_del_codigo_es_de_su_contenido() -> None:
    assert re.fullmatch("[0-9a-f]{32}", version_del_codigo())
    assert version_del_codigo() == version_del_codigo()  # se lee una vez por proceso


def test_el_almacen_no_pasa_de_su_tope_y_olvida_lo_que_nadie_pide() -> None:
    almacen = Almacen(tope=10_000)
    for n in range(50):
        almacen.guardar(str(n), Guardada((), b"x" * 1000))
        almacen.leer("0")  # siempre recién usada
        assert almacen.bytes <= 10_000
    assert almacen.leer("0") is not None
    assert almacen.leer("1") is None
    almacen.guardar("0", Guardada((), b"y"))
    assert almacen.leer("0") == Guardada((), b"y")
    almacen.guardar("enorme", Guardada((), b"x" * 20_000))
    assert (almacen.leer("enorme"), almacen.bytes) == (None, 0)


def test_con_una_cache_comun_otro_proceso_aprovecha_lo_hecho(settings: Any) -> None:
    settings.MEMORIA_EN_COMUN = True
    uno, otro = Almacen(10_000), Almacen(10_000)
    uno.guardar("a", Guardada((("Vary", "Accept-Encoding"),), b"hola"))
    assert otro.leer("a") == Guardada((("Vary", "Accept-Encoding"),), b"hola")
    assert otro.leer("b") is None


def test_si_la_cache_comun_falla_se_sigue_sin_ella(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fallar(*_: Any) -> None:
        raise FalloDeLaCache("no responde")

    settings.MEMORIA_EN_COMUN = True
    monkeypatch.setattr("penitenciaria.almacen.cache.get", fallar)
    monkeypatch.setattr("penitenciaria.almacen.cache.set", fallar)
    almacen = Almacen(10_000)
    almacen.guardar("a", Guardada((), b"hola"))
    assert almacen.leer("a") == Guardada((), b"hola")
    assert almacen.leer("b") is None


def test_un_prefijo_inventado_no_se_confunde_con_otra_direccion() -> None:
    """«/indicadores» como prefijo y «/» como ruta se leen igual en la dirección completa, y son otra página."""
    request = RequestFactory().get("/indicadores/")
    otra = RequestFactory(SCRIPT_NAME="/indicadores").get("/")
    otra.path_info, otra.META["SCRIPT_NAME"] = "/", "/indicadores"
    claves = {clave_de(una, "", "marca", timezone.now()) for una in (request, otra)}
    assert len(claves) == 2


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize(
    "direccion",
    ["/api/v1/mediciones/", "/indicadores/OP.01-I2/grafica.png?escala=1", "/indicadores/OP.01-I2/ficha.pdf"],
)
def test_sin_la_cache_comun_se_contesta_igual(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, direccion: str
) -> None:
    def caer(*_: Any, **__: Any) -> None:
        raise FalloDeLaCache("no responde")

    settings.LIMITE_API = "5/min"
    for orden in ("get", "set", "add", "incr"):
        monkeypatch.setattr(type(caches["default"]), orden, caer)
    assert client.get(direccion).status_code == 200
