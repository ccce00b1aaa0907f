"""Lo que nadie pide de buena fe: números absurdos, textos imposibles, formularios ajenos y campos de más."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from indicadores.models import Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.tabla import agotar
from tests.test_direcciones import Direccion, direcciones

Entrar = Callable[[User], Client]
ABSURDOS = ("0", "9" * 30, "9" * 400, "\0", "x" * 300, "..", "-1", "1e9", "²", "%s%n", "' OR 1=1 --", "\U0001f4a3")
DE_LISTA = ("p", "e", "o", "q", "all", "id__exact", "id", "etapa__exact", "_facets", "_changelist_filters", "pk__in")


@pytest.fixture
def todas(politica_cargada: Any) -> list[Direccion]:
    return direcciones()


def torcidas(una: Direccion) -> set[str]:
    """Las variantes de una dirección con cada parámetro cambiado por algo absurdo."""
    partes = re.split(r"(<[^>]+>|\(\[\^/\]\+\)|\(\?P<\w+>[^)]*\))", una.patron)
    if len(partes) == 1:
        return set()
    return {
        re.sub(r"[\^$]", "", "".join(quote(malo, safe="") if n % 2 else parte for n, parte in enumerate(partes)))
        for malo in ABSURDOS
    }


def rotas(cliente: Client, rutas: list[tuple[str, str]]) -> list[tuple[str, str, int]]:
    halladas = []
    for metodo, ruta in rutas:
        with transaction.atomic():
            respuesta: Any = cliente.generic(metodo, ruta)
            agotar(respuesta)
            transaction.set_rollback(True)
        if respuesta.status_code >= 500:
            halladas.append((metodo, ruta[:120], respuesta.status_code))
    return halladas


def test_ningun_parametro_absurdo_rompe_una_direccion(todas: list[Direccion], entrar: Entrar) -> None:
    cliente = entrar(fabricas.persona(Rol.ADMINISTRADOR))
    cliente.raise_request_exception = False
    rutas = [("GET", ruta) for una in todas for ruta in sorted(torcidas(una))]
    rutas += [("POST", ruta) for una in todas if una.es_de_admin for ruta in sorted(torcidas(una))[:3]]
    assert len(rutas) > 500
    malas = rotas(cliente, rutas)
    assert malas == [], "\n".join(map(str, malas[:40]))


def test_ninguna_pregunta_absurda_rompe_una_lista_del_personal(todas: list[Direccion], entrar: Entrar) -> None:
    cliente = entrar(fabricas.persona(Rol.ADMINISTRADOR))
    cliente.raise_request_exception = False
    rutas = []
    for modelo in admin.site._registry:
        lista = reverse(f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_changelist")
        rutas += [
            ("GET", f"{lista}?{campo}={quote(malo, safe='')}")
            for campo in DE_LISTA
            for malo in ("9" * 30, "\0", "x.-1")
        ]
        rutas.append(("POST", f"{lista}?_selected_action={'9' * 30}&action=x"))
    assert rotas(cliente, rutas) == []


def test_lo_elegido_en_una_lista_puede_ser_absurdo(politica_cargada: Any, entrar: Entrar) -> None:
    cliente = entrar(fabricas.persona(Rol.ADMINISTRADOR))
    cliente.raise_request_exception = False
    lista = reverse("admin:indicadores_medicion_changelist")
    for accion in ("accion_enviar", "accion_publicar", "delete_selected", "__init__"):
        for malo in ("9" * 30, "\0", "abc", "-1"):
            respuesta = cliente.post(lista, {"action": accion, "_selected_action": malo, "index": "0"})
            assert respuesta.status_code < 500, (accion, malo)


def test_ningun_formulario_se_envia_desde_otro_sitio(todas: list[Direccion]) -> None:
    """CSRF: sin la ficha del formulario, o desde otro origen, ninguna dirección que recibe algo lo recibe."""
    cliente = Client(enforce_csrf_checks=True)
    cliente.force_login(fabricas.persona(Rol.ADMINISTRADOR), backend="django.contrib.auth.backends.ModelBackend")
    reciben = [una for una in todas if una.es_de_admin or una.nombre in ("indicador-error", "reporte-preparar")]
    pasan = [una.ruta for una in reciben if cliente.post(una.ruta).status_code not in (403, 405)]
    assert pasan == []
    ficha = cliente.get("/admin/password_change/").cookies["csrftoken"].value
    ajena = cliente.post(
        "/admin/password_change/",
        {"csrfmiddlewaretoken": ficha},
        secure=True,
        headers={"origin": "https://malo.ejemplo"},
    )
    assert ajena.status_code == 403


def test_los_campos_de_mas_no_se_asignan(personas: SimpleNamespace, entrar: Entrar) -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.AmbitoFactory()
    entrar(personas.analista).post(
        reverse("admin:indicadores_medicion_add"),
        {
            "indicador": indicador.pk,
            "periodo": "2021",
            "sexo": "T",
            "caracter": "oficial",
            "valor": "34,9",
            "situacion": "definitiva",
            "etapa": "publicada",
            "publicada_en": "2020-01-01",
            "publicada_por": personas.revisor.pk,
            "registrada_por": personas.revisor.pk,
            "version": "9",
            "id": "777777",
        },
    )
    medicion = Medicion.objects.get()
    assert (medicion.etapa, medicion.registrada_por, medicion.publicada_en) == ("borrador", personas.analista, None)
    assert medicion.pk != 777777
    entrar(personas.administrador).post(
        reverse("admin:auth_user_add"),
        {"username": "nueva", "is_superuser": "on", "password": "x", "is_active": "on", "user_permissions": "1"},
    )
    nueva = User.objects.get(username="nueva")
    assert not nueva.is_superuser
    assert not nueva.user_permissions.exists()
    assert not nueva.has_usable_password()


@pytest.mark.parametrize("metodo", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "GETX"])
def test_un_metodo_que_nadie_usa_se_rechaza(personas: SimpleNamespace, entrar: Entrar, metodo: str) -> None:
    cliente = entrar(personas.administrador)
    for ruta in ("/", "/admin/", "/admin/auth/user/", "/api/v1/", "/admin/hojas/", "/reporte/2021/preparar/"):
        assert cliente.generic(metodo, ruta).status_code == 405, ruta
