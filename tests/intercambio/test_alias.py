"""Los alias de lugares por sus verbos: se recuerdan, no se pisan, se olvidan, y los escribe solo quien puede."""

import pytest
from django.urls import reverse

from indicadores.acciones.alias import olvidar_alias, recordar_alias
from indicadores.errores import DatoInvalido, PermisoDenegado
from indicadores.models import AliasDeAmbito
from tests import fabricas

pytestmark = pytest.mark.django_db


def test_se_recuerda_normalizado_y_repetirlo_no_hace_nada(personas) -> None:
    penal = fabricas.EstablecimientoFactory(nombre="E.P. Miguel Castro Castro")
    primero = recordar_alias(por=personas.analista, nombre="CASTRO  CASTRO (1)", ambito=penal, ahora=fabricas.AHORA)
    otra_vez = recordar_alias(por=personas.otra_analista, nombre="Castro Castro", ambito=penal)
    assert (primero.alias, primero.creado_por, primero.creado_en) == (
        "castro castro",
        personas.analista,
        fabricas.AHORA,
    )
    assert otra_vez.pk == primero.pk


def test_no_pisa_al_que_ya_nombra_a_otro_lugar(personas) -> None:
    uno, otro = fabricas.EstablecimientoFactory(nombre="E.P. Uno"), fabricas.EstablecimientoFactory()
    alias = recordar_alias(por=personas.analista, nombre="El nuevo", ambito=uno)
    with pytest.raises(DatoInvalido, match=r"ya nombra a E\.P\. Uno"):
        recordar_alias(por=personas.analista, nombre="EL NUEVO", ambito=otro)
    olvidar_alias(alias, por=personas.analista)
    recordar_alias(por=personas.analista, nombre="EL NUEVO", ambito=otro)
    assert AliasDeAmbito.objects.get().ambito == otro


def test_un_nombre_sin_letras_no_sirve(personas) -> None:
    with pytest.raises(DatoInvalido, match="no tiene letras ni números"):
        recordar_alias(por=personas.analista, nombre=" -- ", ambito=fabricas.EstablecimientoFactory())


def test_los_escribe_solo_quien_puede_importar(personas) -> None:
    penal = fabricas.EstablecimientoFactory()
    alias = recordar_alias(por=personas.administrador, nombre="El nuevo", ambito=penal)
    for quien in (personas.revisor, personas.funcionario):
        with pytest.raises(PermisoDenegado):
            recordar_alias(por=quien, nombre="Otro", ambito=penal)
        with pytest.raises(PermisoDenegado):
            olvidar_alias(alias, por=quien)
    assert AliasDeAmbito.objects.count() == 1


def test_la_lista_muestra_lo_aprendido_y_permite_olvidarlo(personas, client) -> None:
    penal = fabricas.EstablecimientoFactory(nombre="E.P. Uno")
    alias = recordar_alias(por=personas.analista, nombre="El nuevo", ambito=penal)
    lista = reverse("admin:indicadores_aliasdeambito_changelist")
    borrar = reverse("admin:indicadores_aliasdeambito_delete", args=[alias.pk])
    client.force_login(personas.revisor, backend="django.contrib.auth.backends.ModelBackend")
    assert "el nuevo" in client.get(lista).content.decode()
    assert client.post(borrar, {"post": "yes"}).status_code == 403
    client.force_login(personas.analista, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(borrar).status_code == 200
    assert AliasDeAmbito.objects.count() == 1
    client.post(borrar, {"post": "yes"})
    otro = recordar_alias(por=personas.analista, nombre="Otro", ambito=penal)
    client.post(lista, {"action": "delete_selected", "_selected_action": [otro.pk], "post": "yes"})
    assert not AliasDeAmbito.objects.exists()
