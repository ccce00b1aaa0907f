"""El segundo factor: ponerlo, entrar con él, gastarlo, perderlo; y lo que no puede hacer quien no lo mostró."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from indicadores.acciones import factor
from indicadores.acciones.sesiones import INGRESO
from indicadores.admin.ingreso import FALLOS_POR_INGRESO, LLAVE_POR_CONFIRMAR
from tests.fabricas import CLAVE
from tests.seguridad.conftest import codigo_de, con_factor, dar_clave

Entrar = Callable[[User], Client]

FACTOR, PONER = "/admin/segundo-factor/", "/admin/segundo-factor/poner/"


def texto(respuesta: Any) -> str:
    return re.sub(r"\s+", " ", respuesta.content.decode())


def perdonar(cuenta: User) -> None:
    """Como si hubiera pasado la espera que impone un código equivocado."""
    TOTPDevice.objects.filter(user=cuenta).update(throttling_failure_timestamp=None, throttling_failure_count=0)


def test_se_pone_confirmandolo_y_los_repuestos_se_ven_una_vez(personas: SimpleNamespace, entrar: Entrar) -> None:
    ana, cliente = personas.analista, entrar(personas.analista)
    pagina = texto(cliente.get(PONER))
    llave = cliente.session[LLAVE_POR_CONFIRMAR]
    assert factor.en_letras(llave) in pagina
    assert 'src="data:image/svg+xml' in pagina
    assert not TOTPDevice.objects.exists(), "Mirar la página no escribe."
    mala = cliente.post(PONER, {"codigo": "000000" if codigo_de(llave) != "000000" else "111111"})
    assert "no es el código que corresponde" in texto(mala)
    assert not TOTPDevice.objects.exists()
    antes, otro_lugar = cliente.session.session_key, entrar(ana)
    buena = cliente.post(PONER, {"codigo": codigo_de(llave)})
    codigos = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", texto(buena))
    assert len(codigos) == len(set(codigos)) == factor.CUANTOS_DE_REPUESTO
    assert "no-store" in buena["Cache-Control"]
    assert cliente.session.session_key != antes, "La llave de la sesión cambia al completarse."
    assert cliente.get("/admin/").status_code == 200
    assert otro_lugar.get("/admin/").status_code == 302, "Lo que estuviera abierto en otro lugar se cierra."
    assert LLAVE_POR_CONFIRMAR not in cliente.session
    guardados = set(StaticToken.objects.values_list("token", flat=True))
    assert not guardados & {uno.replace("-", "") for uno in codigos}, "Se guardan sus huellas, no ellos."
    assert not [uno for uno in codigos if uno in texto(cliente.get(PONER))]


def test_con_la_clave_sola_no_se_llega_a_ninguna_parte(personas: SimpleNamespace) -> None:
    ana = personas.analista
    con_factor(ana)
    cliente = Client()
    assert dar_clave(cliente, ana).status_code == 302
    assert "_auth_user_id" in cliente.session
    for ruta in (
        "/admin/",
        "/admin/hojas/",
        "/admin/indicadores/medicion/",
        "/admin/password_change/",
        "/admin/login/",
    ):
        respuesta = cliente.get(ruta)
        assert respuesta.status_code == 302, ruta
        assert respuesta.headers["Location"].startswith(FACTOR), ruta
    assert cliente.post("/admin/indicadores/medicion/add/", {}).headers["Location"].startswith(FACTOR)
    assert cliente.get("/reporte/2021/preparar/").headers["Location"].startswith("/admin/login/")
    assert cliente.get(PONER).headers["Location"] == FACTOR, "Tampoco se puede poner otro ni ver el que hay."


def test_con_el_codigo_se_entra_y_la_sesion_cambia_de_llave(personas: SimpleNamespace) -> None:
    llave, _ = con_factor(personas.analista)
    cliente = Client()
    destino = reverse("admin:hojas")
    dar_clave(cliente, personas.analista)
    pedido = cliente.get(destino)
    assert pedido.headers["Location"] == f"{FACTOR}?next={destino}"
    assert 'autocomplete="one-time-code"' in texto(cliente.get(pedido.headers["Location"]))
    antes = cliente.session.session_key
    entrada = cliente.post(FACTOR, {"codigo": f" {codigo_de(llave)[:3]} {codigo_de(llave)[3:]} ", "next": destino})
    assert entrada.headers["Location"] == destino
    assert cliente.session.session_key != antes
    assert cliente.get(destino).status_code == 200
    assert cliente.get("/reporte/2021/preparar/").status_code in (200, 404)


@pytest.mark.parametrize("fuera", ["https://malo.ejemplo/", "//malo.ejemplo/", "javascript:alert(1)", "/\\malo", ""])
def test_tras_el_codigo_nadie_te_manda_fuera(personas: SimpleNamespace, fuera: str) -> None:
    llave, _ = con_factor(personas.analista)
    cliente = Client()
    dar_clave(cliente, personas.analista, "/admin/")
    assert cliente.post(FACTOR, {"codigo": codigo_de(llave), "next": fuera}).headers["Location"] == "/admin/"


def test_cada_codigo_sirve_una_vez(personas: SimpleNamespace) -> None:
    llave, repuestos = con_factor(personas.analista)
    codigo = codigo_de(llave)
    assert factor.verificar(personas.analista, codigo)
    assert not factor.verificar(personas.analista, codigo)
    perdonar(personas.analista)
    assert factor.verificar(personas.analista, repuestos[0])
    assert not factor.verificar(personas.analista, repuestos[0])
    assert factor.cuantos_quedan(personas.analista) == factor.CUANTOS_DE_REPUESTO - 1


def test_el_codigo_de_otra_persona_no_sirve(personas: SimpleNamespace) -> None:
    con_factor(personas.analista)
    llave, repuestos = con_factor(personas.revisor)
    assert not factor.verificar(personas.analista, codigo_de(llave))
    assert not factor.verificar(personas.analista, repuestos[0])
    assert not factor.verificar(personas.funcionario, repuestos[0])


@pytest.mark.parametrize("codigo", ["", "abc", "1" * 500, "١٢٣٤٥٦", "12345\x00", "-12345", "1e5", "²²²²²²", "' OR 1=1"])
def test_un_codigo_torcido_es_uno_equivocado(personas: SimpleNamespace, codigo: str) -> None:
    con_factor(personas.analista)
    cliente = Client()
    dar_clave(cliente, personas.analista)
    assert cliente.post(FACTOR, {"codigo": codigo}).status_code == 200
    assert cliente.get("/admin/").status_code == 302


def test_tras_un_codigo_equivocado_hay_que_esperar_y_tras_varios_volver_a_empezar(personas: SimpleNamespace) -> None:
    llave, _ = con_factor(personas.analista)
    cliente = Client()
    dar_clave(cliente, personas.analista)
    cliente.post(FACTOR, {"codigo": "000000" if codigo_de(llave) != "000000" else "111111"})
    assert cliente.post(FACTOR, {"codigo": codigo_de(llave)}).status_code == 200, "Ni el bueno, antes de la espera."
    for _ in range(FALLOS_POR_INGRESO - 2):
        ultima = cliente.post(FACTOR, {"codigo": "no"})
    assert ultima.headers["Location"] == "/admin/login/"
    assert INGRESO not in cliente.session
    assert "Demasiados códigos equivocados" in texto(cliente.get("/admin/login/"))


def test_se_puede_salir_sin_dar_el_codigo(personas: SimpleNamespace) -> None:
    con_factor(personas.analista)
    cliente = Client()
    dar_clave(cliente, personas.analista)
    assert cliente.post(FACTOR, {"salir": "1"}).headers["Location"] == "/admin/login/"
    assert "_auth_user_id" not in cliente.session
    assert cliente.get("/admin/login/").status_code == 200


def test_exigido_quien_no_lo_tiene_solo_llega_a_ponerlo(personas: SimpleNamespace, settings: Any) -> None:
    settings.EXIGIR_SEGUNDO_FACTOR = True
    cliente = Client()
    dar_clave(cliente, personas.administrador)
    assert cliente.get("/admin/auth/user/").headers["Location"].startswith(FACTOR)
    assert cliente.get(FACTOR).headers["Location"] == PONER
    assert "Para entrar hace falta, además de su clave" in texto(cliente.get(PONER))
    cliente.post(PONER, {"codigo": codigo_de(cliente.session[LLAVE_POR_CONFIRMAR])})
    assert cliente.get("/admin/auth/user/").status_code == 200


def test_exigirlo_alcanza_a_quien_ya_estaba_dentro(personas: SimpleNamespace, settings: Any, entrar: Entrar) -> None:
    cliente = entrar(personas.analista)
    assert cliente.get("/admin/").status_code == 200
    settings.EXIGIR_SEGUNDO_FACTOR = True
    assert cliente.get("/admin/").headers["Location"].startswith(FACTOR)


def test_se_quita_o_se_cambia_con_la_clave_y_un_codigo(personas: SimpleNamespace, entrar: Entrar) -> None:
    cliente = entrar(personas.analista)
    cliente.get(PONER)
    llave = cliente.session[LLAVE_POR_CONFIRMAR]
    cliente.post(PONER, {"codigo": codigo_de(llave)})
    TOTPDevice.objects.update(last_t=-1)
    assert "Le quedan 10 de 10" in texto(cliente.get(PONER))
    mala = cliente.post(PONER, {"clave": "no es la clave", "codigo": codigo_de(llave), "quitar": "1"})
    assert "La clave o el código no son correctos" in texto(mala)
    assert factor.tiene(personas.analista)
    TOTPDevice.objects.update(last_t=-1)
    nuevos = cliente.post(PONER, {"clave": CLAVE, "codigo": codigo_de(llave), "repuestos": "1"})
    assert "Códigos de repuesto nuevos" in texto(nuevos)
    TOTPDevice.objects.update(last_t=-1)
    assert cliente.post(PONER, {"clave": CLAVE, "codigo": codigo_de(llave), "quitar": "1"}).status_code == 302
    assert not factor.tiene(personas.analista)
    assert not StaticToken.objects.exists()


def test_un_administrador_lo_quita_y_queda_anotado(personas: SimpleNamespace, entrar: Entrar) -> None:
    ana = personas.analista
    con_factor(ana)
    suya = entrar(ana)
    paso = reverse("admin:auth_user_paso", args=[ana.pk, "segundo-factor"])
    assert entrar(personas.revisor).post(paso, {"motivo": "x"}).status_code == 403
    cliente = entrar(personas.administrador)
    assert "Escriba" in texto(cliente.post(paso, {"motivo": ""}))
    assert factor.tiene(ana)
    assert cliente.post(paso, {"motivo": "Perdió el teléfono"}).status_code == 302
    assert not factor.tiene(ana)
    assert suya.get("/admin/").headers["Location"].startswith("/admin/login/")
    anotado = LogEntry.objects.get(object_id=str(ana.pk))
    assert (anotado.user, anotado.change_message) == (
        personas.administrador,
        "Se le quitó el segundo factor. Perdió el teléfono",
    )
    assert "Perdió el teléfono" in texto(cliente.get(reverse("admin:auth_user_history", args=[ana.pk])))


def test_ni_el_propio_ni_el_de_un_superusuario(personas: SimpleNamespace, entrar: Entrar) -> None:
    cliente = entrar(personas.administrador)
    for cuenta, dicho in (
        (personas.administrador, "lo hace otra persona"),
        (personas.superusuario, "otro superusuario"),
    ):
        con_factor(cuenta)
        paso = reverse("admin:auth_user_paso", args=[cuenta.pk, "segundo-factor"])
        cliente.force_login(personas.administrador, backend="django.contrib.auth.backends.ModelBackend")
        sesion = cliente.session
        sesion[INGRESO] = sesion[INGRESO] | {"hecho": True}
        sesion.save()
        assert dicho in texto(cliente.post(paso, {"motivo": "x"}))
        assert factor.tiene(cuenta)


def test_cada_pagina_del_personal_no_consulta_nada_mas(personas: SimpleNamespace, entrar: Entrar) -> None:
    """Si la sesión está completa se sabe por la sesión: los aparatos no se leen."""
    con_factor(personas.analista)
    cliente = entrar(personas.analista)
    sesion = cliente.session
    sesion[INGRESO] = sesion[INGRESO] | {"hecho": True}
    sesion.save()
    with CaptureQueriesContext(connection) as consultas:
        assert cliente.get("/admin/").status_code == 200
    assert not [c["sql"] for c in consultas if "otp_" in c["sql"] or "UPDATE" in c["sql"]]


def test_lo_publico_no_lee_la_sesion(personas: SimpleNamespace, entrar: Entrar, politica_cargada: Any) -> None:
    cliente = entrar(personas.analista)
    with CaptureQueriesContext(connection) as consultas:
        assert cliente.get("/indicadores/").status_code == 200
    assert not [c["sql"] for c in consultas if "django_session" in c["sql"] or "auth_user" in c["sql"]]
