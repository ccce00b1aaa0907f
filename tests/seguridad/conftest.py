"""Lo común a las pruebas de seguridad: el código que mostraría un teléfono y entrar por la puerta, como una persona."""

from collections.abc import Callable
from time import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from indicadores.acciones import factor
from tests import fabricas


def codigo_de(llave: str, *, pasos: int = 0) -> str:
    """Las seis cifras que muestra una aplicación con esa llave, ahora o dentro de ``pasos`` medios minutos."""
    totp = TOTP(bytes.fromhex(llave))
    totp.time = time() + 30 * pasos
    return f"{totp.token():06d}"


def con_factor(cuenta: User) -> tuple[str, list[str]]:
    """Le pone a ``cuenta`` un segundo factor; su llave y sus códigos de repuesto."""
    llave = factor.llave_nueva()
    repuestos = factor.poner(cuenta, llave=llave, codigo=codigo_de(llave))
    # El código con que se confirmó ya se usó: que el próximo no tenga que esperar medio minuto.
    TOTPDevice.objects.filter(user=cuenta).update(last_t=-1)
    return llave, repuestos


def dar_clave(cliente: Client, cuenta: User, destino: str = "/admin/", **extra: Any) -> Any:
    datos = {"username": cuenta.username, "password": fabricas.CLAVE, "next": destino}
    return cliente.post(reverse("admin:login"), datos, **extra)


@pytest.fixture
def entrar() -> Callable[[User], Client]:
    def con(cuenta: User) -> Client:
        cliente = Client()
        cliente.force_login(cuenta, backend="django.contrib.auth.backends.ModelBackend")
        return cliente

    return con


@pytest.fixture
def con_axes(settings: Any) -> None:
    """El bloqueo de intentos, que la suite apaga por comodidad."""
    settings.AXES_ENABLED = True
