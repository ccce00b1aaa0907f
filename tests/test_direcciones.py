"""Todas las direcciones del portal, una por una: qué contestan a quien no ingresó y a quien ingresó sin ningún rol.

Se recorren desde el propio resolutor: una dirección nueva entra sola en la prueba, y si abre una puerta, la prueba cae.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from indicadores.models import Indicador, Medicion
from indicadores.permisos import Rol
from objetivos.models import Entidad, ObjetivoPrioritario
from servicios.models import Servicio
from tests import fabricas
from tests.tabla import cliente_de, escrituras

pytestmark = pytest.mark.django_db

#: La entrada, la salida y la clave propia son de Django y de cualquier cuenta; el índice y las palabras solo leen.
DE_CUALQUIER_CUENTA = {"login", "logout", "password_change", "password_change_done", "index", "jsi18n"} | {
    "segundo_factor",
    "segundo_factor_poner",
}
#: Donde pone su clave quien la olvidó: no pregunta quién es.
SIN_INGRESAR = {"clave_olvidada", "clave_nueva"}
#: Lo único público que recibe algo, y la página del personal que vive fuera de la administración.
RECIBE, DEL_PERSONAL = "indicador-error", "reporte-preparar"


@dataclass(frozen=True)
class Direccion:
    nombre: str
    ruta: str
    es_de_admin: bool
    patron: str = ""

    def __str__(self) -> str:
        return f"{self.nombre or 'sin nombre'} {self.ruta}"


def patrones(resolutor: URLResolver, prefijo: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for uno in resolutor.url_patterns:
        if isinstance(uno, URLResolver):
            yield from patrones(uno, prefijo + str(uno.pattern))
        else:
            yield prefijo + (uno.pattern._route if isinstance(uno.pattern, RoutePattern) else str(uno.pattern)), uno


def direcciones() -> list[Direccion]:
    """Cada dirección con datos que existen; los argumentos de un objeto son los del primero que haya de su modelo."""
    medicion = Medicion.objects.order_by("pk").first()
    numero = str(medicion.pk if medicion else 1)
    valores = {
        "anio": "2021",
        "extension": "docx",
        "huella": "0" * 64,
        "numero": numero,
        "pk": numero,
        "id": numero,
        "verbo": "publicar",
        "paso": "confirmar",
        "sigla": Entidad.objects.order_by("pk").values_list("sigla", flat=True)[0],
        "content_type_id": "1",
        "url": "no-existe/",
        "app_label": "indicadores",
        "flujo": "PNP",
        "clave": "all",
        "proveedor": "all",
        "recurso": "codelist",
        "agencia": "all",
        "identificador": "CL_SEXO",
        "edicion": "1.0",
        "uidb64": "MQ",
        "token": "no-es",
    }
    codigos = {
        "objetivos": ObjetivoPrioritario.objects.order_by("pk").values_list("codigo", flat=True)[0],
        "indicadores": Indicador.objects.order_by("pk").values_list("codigo", flat=True)[0],
        "servicios": Servicio.objects.order_by("pk").values_list("codigo", flat=True)[0],
        "ambitos": "PE",
    }
    halladas = []
    for ruta, patron in patrones(get_resolver()):
        partes = ruta.strip("/").split("/")
        es_de_admin = partes[0] == "admin"
        codigo = next((texto for clave, texto in codigos.items() if clave in partes), "x")
        objeto = primero_de(partes[1:3]) if es_de_admin else "1"
        suyos = valores | {"codigo": codigo, "object_id": objeto}
        if es_de_admin and len(partes) > 2 and partes[2] != "medicion":
            suyos |= {"pk": objeto, "id": objeto}
        concreta = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", ruta.replace("([^/]+)", "<object_id>"))
        concreta = re.sub(r"<(?:\w+:)?(\w+)>", lambda hallado, suyos=suyos: suyos[hallado[1]], concreta)
        halladas.append(Direccion(patron.name or "", re.sub(r"[\^$]", "", concreta), es_de_admin, ruta))
    return halladas


def primero_de(partes: list[str]) -> str:
    """La clave del primer objeto de ``app/modelo``; «1» si la dirección no es de un modelo o no hay ninguno."""
    try:
        modelo = apps.get_model(*partes)
    except (LookupError, TypeError, ValueError):
        return "1"
    primero = modelo._default_manager.order_by("pk").first()
    return str(primero.pk if primero else 1)


@pytest.fixture
def todas(politica_cargada: Any) -> list[Direccion]:
    halladas = direcciones()
    assert len(halladas) > 200
    assert not [una for una in halladas if re.search(r"[<>()\\]", una.ruta)], "Falta el valor de un argumento."
    return halladas


def test_la_administracion_manda_a_ingresar_a_quien_no_lo_hizo(todas: list[Direccion]) -> None:
    cliente, entrada = Client(), reverse("admin:login")
    abiertas = []
    for una in (d for d in todas if d.es_de_admin and d.nombre not in SIN_INGRESAR | {"login", "logout", "jsi18n"}):
        for metodo in ("get", "post"):
            with CaptureQueriesContext(connection) as consultas:
                respuesta = getattr(cliente, metodo)(una.ruta)
            manda = respuesta.status_code == 302 and respuesta.headers["Location"].startswith(entrada)
            if not manda or escrituras(consultas):
                abiertas.append((str(una), metodo, respuesta.status_code, escrituras(consultas)))
    assert abiertas == []


def test_una_cuenta_sin_rol_no_escribe_por_ninguna_direccion(todas: list[Direccion]) -> None:
    cliente = cliente_de(fabricas.persona())
    abiertas = []
    for una in (d for d in todas if d.es_de_admin and d.nombre not in DE_CUALQUIER_CUENTA | SIN_INGRESAR):
        with CaptureQueriesContext(connection) as consultas:
            respuesta = cliente.post(una.ruta, {"post": "yes", "motivo": "x", "action": "delete_selected"})
        if respuesta.status_code not in (302, 403, 404, 405) or escrituras(consultas):
            abiertas.append((str(una), respuesta.status_code, escrituras(consultas)))
    assert abiertas == []


def test_quien_solo_lee_no_escribe_por_ninguna_direccion(todas: list[Direccion]) -> None:
    cliente = cliente_de(fabricas.persona(Rol.FUNCIONARIO))
    abiertas = []
    for una in (d for d in todas if d.nombre not in (*DE_CUALQUIER_CUENTA, *SIN_INGRESAR, RECIBE)):
        with CaptureQueriesContext(connection) as consultas:
            cliente.post(una.ruta, {"post": "yes", "motivo": "x", "accion": "emitir"})
        if escrituras(consultas):
            abiertas.append((str(una), escrituras(consultas)))
    assert abiertas == []


def test_lo_publico_solo_se_lee(todas: list[Direccion]) -> None:
    cliente, abiertas = Client(), []
    for una in (d for d in todas if not d.es_de_admin and d.nombre != RECIBE):
        with CaptureQueriesContext(connection) as consultas:
            respuesta = cliente.post(una.ruta, {"accion": "emitir"})
        if una.nombre == DEL_PERSONAL:
            assert respuesta.headers["Location"].startswith(reverse("admin:login"))
        elif respuesta.status_code not in (404, 405) or escrituras(consultas):
            abiertas.append((str(una), respuesta.status_code, escrituras(consultas)))
    assert abiertas == []


def test_lo_publico_contesta_que_solo_se_lee_antes_de_mirar_el_formulario() -> None:
    cliente = Client(enforce_csrf_checks=True)
    for metodo in ("post", "put", "patch", "delete"):
        respuesta = getattr(cliente, metodo)(reverse("robots"))
        assert (respuesta.status_code, respuesta.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert cliente.head(reverse("robots")).status_code == 200
