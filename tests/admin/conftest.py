"""Lo común a las pruebas de la administración: una cuenta de cada rol y un indicador con su línea base y su logro."""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from indicadores.models import Indicador, Medicion
from indicadores.permisos import Rol
from tests import fabricas

#: Antes de cualquier «ahora» del reloj: lo que las pruebas publican ya está a la vista de las páginas.
ANTES = datetime(2022, 3, 1, 15, 0, tzinfo=UTC)

Entrar = Callable[[User], Client]


@pytest.fixture
def gente(db: None) -> dict[str, User]:
    """Una cuenta por rol, y una de superusuario sin más rol."""
    cuentas = {rol.value: fabricas.persona(rol, usuario=rol.value.lower()) for rol in Rol}
    return cuentas | {
        "superusuario": fabricas.persona(usuario="superusuario", superusuario=True),
        "sin rol": fabricas.persona(usuario="sin-rol"),
    }


@pytest.fixture
def entrar() -> Entrar:
    def con(cuenta: User) -> Client:
        cliente = Client()
        cliente.force_login(cuenta, backend="django.contrib.auth.backends.ModelBackend")
        return cliente

    return con


@pytest.fixture
def indicador(db: None) -> Indicador:
    """Descendente: de 37 % en 2019 a un logro de 30 % en 2021 (el caso resuelto del dominio)."""
    fabricas.AmbitoFactory()
    indicador = fabricas.IndicadorFactory(sentido=Indicador.Sentido.DESCENDENTE)
    fabricas.linea_base(indicador, 37, anio=2019, ahora=ANTES)
    fabricas.logro(indicador, 30, anio=2021, ahora=ANTES)
    return indicador


def direccion(nombre: str, *args: Any) -> str:
    return reverse(f"admin:indicadores_medicion_{nombre}", args=args)


def datos_de(indicador: Indicador, **cambios: Any) -> dict[str, Any]:
    """Lo que envía el formulario de una medición nueva."""
    return {
        "indicador": indicador.pk,
        "periodo": "2021",
        "ambito": "",
        "sexo": "T",
        "caracter": "oficial",
        "valor": "34,9",
        "situacion": "definitiva",
    } | cambios


def datos_del_borrador(medicion: Medicion, **cambios: Any) -> dict[str, Any]:
    """Lo que envía el formulario de un borrador tal como se leyó."""
    return {
        "valor": "40",
        "fuente": medicion.fuente_id or "",
        "situacion": medicion.situacion,
        "testigo": medicion.testigo,
    } | cambios


def texto(respuesta: Any) -> str:
    """La página, con los espacios duros como espacios y las entidades como caracteres."""
    return html.unescape(respuesta.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
