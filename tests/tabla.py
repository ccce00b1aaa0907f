"""Lo que comparten las pruebas de quién puede qué: las cuentas, lo que se espera de cada una y lo que se escribió."""

import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicadores.permisos import ROLES_DE_ACCION, Accion, Persona, Rol
from tests import fabricas

QUIENES = (*(rol.value for rol in Rol), "superusuario", "sin rol", "anónimo")


def cuenta(quien: str) -> Persona:
    """Una cuenta nueva de ese papel."""
    if quien == "anónimo":
        return AnonymousUser()
    if quien in ("superusuario", "sin rol"):
        return fabricas.persona(superusuario=quien == "superusuario")
    return fabricas.persona(Rol(quien))


def esperado(quien: str, accion: Accion) -> bool:
    """Lo que dice la tabla de reglas."""
    return (Rol.ADMINISTRADOR if quien == "superusuario" else quien) in ROLES_DE_ACCION[accion]


def cliente_de(persona: Any) -> Client:
    """Un navegador que ya ingresó con esa cuenta; sin ingresar, si es anónima."""
    cliente = Client()
    if persona.is_authenticated:
        cliente.force_login(persona, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def agotar(respuesta: Any) -> None:
    """Lee hasta el final lo que se entrega por partes: así se cierra el archivo, y no la conexión con la base."""
    if respuesta.streaming:
        b"".join(respuesta.streaming_content)


def escrituras(consultas: CaptureQueriesContext) -> list[str]:
    """Las órdenes que escriben, salvo las de la sesión: en qué tabla."""
    ordenes = (re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"', consulta["sql"]) for consulta in consultas)
    return [orden[1] for orden in ordenes if orden and orden[1] != "django_session"]
