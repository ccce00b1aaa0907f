"""Las consultas se cuentan en cada petición; las lentas se recuerdan sin sus valores."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import RequestFactory
from prometheus_client import REGISTRY

from penitenciaria.consultas import RECORDADAS, lentas, medir
from penitenciaria.peticion import ACTUAL, ConNombre, Peticion
from tests.operacion.conftest import Registro, sin_base_para

pytestmark = pytest.mark.django_db


def test_toda_conexion_se_mide_una_sola_vez() -> None:
    connection.ensure_connection()
    assert connection.execute_wrappers.count(medir) == 1


def test_se_cuentan_las_de_cada_peticion() -> None:
    vistas: list[Peticion] = []

    def vista(request: Any) -> Any:
        from django.http import HttpResponse

        list(User.objects.order_by("pk"))
        User.objects.count()
        vistas.append(ACTUAL.get())  # type: ignore[arg-type]
        return HttpResponse("x")

    ConNombre(vista)(RequestFactory().get("/"))
    assert vistas[0].marcha.consultas == 2
    assert vistas[0].marcha.segundos > 0


def lenta(ejecutar: Any, *resto: Any) -> Any:
    """Una base que tarda 20 ms."""
    time.sleep(0.02)
    return ejecutar(*resto)


def test_una_lenta_se_recuerda_sin_sus_valores(settings: Any, registro: Registro) -> None:
    settings.CONSULTA_LENTA_MS = 10
    antes = REGISTRY.get_sample_value("portal_consultas_lentas_total") or 0

    def vista(request: Any) -> Any:
        from django.http import HttpResponse

        with connection.execute_wrapper(lenta):
            User.objects.filter(username="mquispe").exists()
        return HttpResponse("x")

    nombre = "0123456789abcdef"
    ConNombre(vista)(RequestFactory().get("/", HTTP_X_REQUEST_ID=nombre))
    [una] = lentas()
    assert una.peticion == nombre
    assert una.ms >= 20
    assert '"auth_user"' in una.sql
    linea = registro.de("portal.consultas")
    assert (linea["sql"], linea["ms"], linea["peticion"]) == (una.sql, una.ms, nombre)
    assert "mquispe" not in registro.texto + una.sql
    assert REGISTRY.get_sample_value("portal_consultas_lentas_total") == antes + 1


def test_se_recuerdan_las_ultimas_y_la_mas_reciente_primero(settings: Any) -> None:
    settings.CONSULTA_LENTA_MS = 10
    with connection.execute_wrapper(lenta):
        for _ in range(3):
            User.objects.count()
    momentos = [una.momento for una in lentas()]
    assert len(momentos) == 3
    assert momentos == sorted(momentos, reverse=True)
    cache.set("consultas-lentas", RECORDADAS * 7, None)
    with connection.execute_wrapper(lenta):
        for _ in range(3):
            User.objects.count()
    assert len(lentas()) <= RECORDADAS


def test_las_rapidas_y_las_de_quien_no_lo_pidio_no_se_anotan(settings: Any, registro: Registro) -> None:
    settings.CONSULTA_LENTA_MS = 0
    with connection.execute_wrapper(lenta):
        User.objects.count()
    settings.CONSULTA_LENTA_MS = 60_000
    User.objects.count()
    assert lentas() == []
    assert registro.lineas == []


def test_un_fallo_de_la_base_se_cuenta() -> None:
    def contados() -> float:
        return REGISTRY.get_sample_value("portal_errores_de_base_total", {"clase": "OperationalError"}) or 0

    antes = contados()
    with pytest.raises(OperationalError), connection.execute_wrapper(sin_base_para("auth_user")):
        User.objects.count()
    assert contados() == antes + 1
