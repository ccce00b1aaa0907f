"""La clave: quién la pone, con qué enlace, cuánto vale y qué pasa con las sesiones."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from indicadores.acciones import cuentas, sesiones
from indicadores.acciones.sesiones import INGRESO
from indicadores.admin.ingreso import A_UN_CORREO, DESDE_UN_LUGAR
from indicadores.errores import PermisoDenegado, TransicionInvalida
from indicadores.tareas import mandar_enlace_de_clave
from tests import fabricas
from tests.seguridad.conftest import con_factor, dar_clave

Entrar = Callable[[User], Client]
OLVIDADA = "/admin/clave-olvidada/"
NUEVA = "Penal-de-papel-2030"


def texto(respuesta: Any) -> str:
    return re.sub(r"\s+", " ", respuesta.content.decode())


def enlace_en(dicho: str) -> str:
    """La ruta del enlace que hay en una página o en un correo."""
    hallado = re.search(r"https?://[^/\s\"]+(/admin/clave-nueva/[\w-]+/[\w-]+/)", dicho)
    assert hallado, dicho
    return hallado[1]


def poner(cliente: Client, ruta: str, clave: str = NUEVA) -> Any:
    """Sigue el enlace y pone ``clave``; la dirección con el secreto se deja atrás en la primera redirección."""
    primera = cliente.get(ruta)
    if primera.status_code != 302:
        return primera
    assert ruta.rstrip("/").rsplit("/", 1)[1] not in primera.headers["Location"]
    return cliente.post(primera.headers["Location"], {"new_password1": clave, "new_password2": clave})


@pytest.fixture
def sin_correo(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def ana(personas: SimpleNamespace) -> User:
    personas.analista.email = "ana@ejemplo.pe"
    personas.analista.save()
    return personas.analista


def test_sin_correo_el_enlace_se_muestra_una_vez_y_queda_anotado(
    ana: User, personas: SimpleNamespace, entrar: Entrar, sin_correo: None
) -> None:
    cliente = entrar(personas.administrador)
    paso = reverse("admin:auth_user_paso", args=[ana.pk, "enlace"])
    dado = cliente.post(paso, {"motivo": "La olvidó"})
    assert "no-store" in dado["Cache-Control"]
    ruta = enlace_en(texto(dado))
    assert "clave-nueva" not in texto(cliente.get(paso))
    assert (
        LogEntry.objects.get(object_id=str(ana.pk)).change_message
        == "Se le dio un enlace para poner su clave. La olvidó"
    )
    ajena = Client()
    assert poner(ajena, ruta).headers["Location"] == reverse("admin:login")
    assert "Su clave quedó guardada" in texto(ajena.get(reverse("admin:login")))
    assert Client().login(username=ana.username, password=NUEVA)
    assert "El enlace ya no sirve" in texto(Client().get(ruta)), "Sirve una sola vez."


def test_con_correo_se_manda_y_no_se_muestra(ana: User, personas: SimpleNamespace, entrar: Entrar) -> None:
    paso = reverse("admin:auth_user_paso", args=[ana.pk, "enlace"])
    dado = entrar(personas.administrador).post(paso, {"motivo": "La olvidó"}, follow=True)
    assert "Se mandó el enlace a ana@ejemplo.pe." in texto(dado)
    assert "clave-nueva" not in texto(dado)
    [carta] = mail.outbox
    assert carta.to == ["ana@ejemplo.pe"]
    assert poner(Client(), enlace_en(carta.body)).status_code == 302


def test_si_el_correo_no_sale_no_se_anota_que_se_dio(
    ana: User, personas: SimpleNamespace, entrar: Entrar, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    paso = reverse("admin:auth_user_paso", args=[ana.pk, "enlace"])
    assert "no aceptó el mensaje" in texto(entrar(personas.administrador).post(paso, {"motivo": "x"}))
    assert not LogEntry.objects.exists()


def test_el_enlace_vale_una_hora_y_muere_al_entrar_o_al_cambiar_el_correo(ana: User, settings: Any) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    viejo = default_token_generator._make_token_with_timestamp(
        ana, default_token_generator._num_seconds(default_token_generator._now()) - 3601, settings.SECRET_KEY
    )
    assert not default_token_generator.check_token(ana, viejo)
    fresco = default_token_generator.make_token(ana)
    assert default_token_generator.check_token(ana, fresco)
    ana.email = "otra@ejemplo.pe"
    assert not default_token_generator.check_token(ana, fresco)


@pytest.mark.parametrize(
    ("clave", "dicho"),
    [
        ("corta-12345", "por lo menos 12 caracteres"),
        ("123456789012", "completamente numérica"),
        ("contraseña", "por lo menos 12"),
        ("1q2w3e4r5t6y", "demasiado común"),
        ("analista-ana-maria", "similar"),
    ],
)
def test_las_reglas_de_la_clave_se_dicen_en_espanol(ana: User, clave: str, dicho: str) -> None:
    ana.username = "analista-ana-maria"
    ana.save()
    ruta = cuentas.direccion_del_enlace(ana, "http://testserver/")
    assert dicho in texto(poner(Client(), enlace_en(ruta), clave))


def test_poner_la_clave_cierra_las_demas_sesiones_y_no_quita_el_segundo_factor(ana: User, entrar: Entrar) -> None:
    abierta = entrar(ana)
    assert abierta.get("/admin/").status_code == 200
    con_factor(ana)
    poner(Client(), enlace_en(cuentas.direccion_del_enlace(ana, "http://testserver/")))
    assert abierta.get("/admin/").status_code == 302
    cliente = Client()
    cliente.post(reverse("admin:login"), {"username": ana.username, "password": NUEVA, "next": "/admin/"})
    assert cliente.get("/admin/").headers["Location"].startswith("/admin/segundo-factor/")


def test_cambiar_la_propia_clave_pide_la_de_antes_y_cierra_las_otras_sesiones(ana: User, entrar: Entrar) -> None:
    aqui, alla = entrar(ana), entrar(ana)
    cambiar = reverse("admin:password_change")
    datos = {"old_password": "no es", "new_password1": NUEVA, "new_password2": NUEVA}
    assert aqui.post(cambiar, datos).status_code == 200
    assert aqui.post(cambiar, datos | {"old_password": fabricas.CLAVE}).status_code == 302
    assert aqui.get("/admin/").status_code == 200
    assert alla.get("/admin/").status_code == 302


def test_nadie_pone_la_clave_de_otra_persona(ana: User, personas: SimpleNamespace, entrar: Entrar) -> None:
    cliente = entrar(personas.administrador)
    otra = reverse("admin:auth_user_password_change", args=[ana.pk])
    respuesta = cliente.post(otra, {"usable_password": "true", "password1": NUEVA, "password2": NUEVA})
    assert respuesta.headers["Location"] == reverse("admin:auth_user_paso", args=[ana.pk, "enlace"])
    assert ana.check_password(fabricas.CLAVE)
    propia = reverse("admin:auth_user_password_change", args=[personas.administrador.pk])
    assert cliente.get(propia).headers["Location"] == reverse("admin:password_change")


# La clave olvidada


def pedir(correo: str, **extra: Any) -> Any:
    return Client().post(OLVIDADA, {"correo": correo}, **extra)


def test_pedirla_contesta_lo_mismo_y_hace_lo_mismo_exista_o_no_la_cuenta(ana: User) -> None:
    respuestas, ordenes = [], []
    for correo in ("ana@ejemplo.pe", "eva@ejemplo.pe"):
        with CaptureQueriesContext(connection) as consultas:
            respuestas.append(texto(pedir(correo)).replace(correo, "…"))
        ordenes.append([re.sub(r"'[^']*'|\d+", "…", c["sql"]) for c in consultas])
    sin_ficha = [re.sub(r'value="\w{64}"', "", una) for una in respuestas]
    assert sin_ficha[0] == sin_ficha[1]
    assert ordenes[0] == ordenes[1]
    assert DBTaskResult.objects.count() == 2
    assert mail.outbox == [], "Lo manda un trabajo de fondo: la respuesta no espera al correo."


def test_el_trabajo_manda_el_enlace_solo_a_quien_corresponde(ana: User, personas: SimpleNamespace) -> None:
    personas.revisor.email, personas.revisor.is_active = "raul@ejemplo.pe", False
    personas.revisor.save()
    personas.funcionario.email = "flor@ejemplo.pe"
    personas.funcionario.set_unusable_password()
    personas.funcionario.save()
    for correo in ("ANA@ejemplo.pe", "raul@ejemplo.pe", "flor@ejemplo.pe", "nadie@ejemplo.pe"):
        mandar_enlace_de_clave.func(correo)
    assert [carta.to for carta in mail.outbox] == [["ana@ejemplo.pe"]]
    assert poner(Client(), enlace_en(mail.outbox[0].body)).status_code == 302


def test_el_enlace_sale_de_la_configuracion_y_no_de_la_peticion(ana: User, settings: Any) -> None:
    settings.DIRECCION_PUBLICA, settings.ALLOWED_HOSTS = "https://portal.ejemplo.pe", ["*"]
    pedir("ana@ejemplo.pe", headers={"host": "malo.ejemplo"})
    mandar_enlace_de_clave.func("ana@ejemplo.pe")
    assert "https://portal.ejemplo.pe/admin/clave-nueva/" in mail.outbox[0].body
    assert "malo" not in mail.outbox[0].body


def test_pedirla_muchas_veces_no_llena_el_correo_de_nadie(ana: User) -> None:
    for n in range(DESDE_UN_LUGAR):
        assert pedir("ana@ejemplo.pe").status_code == 200, n
    assert DBTaskResult.objects.count() == A_UN_CORREO
    assert pedir("ana@ejemplo.pe").status_code == 429
    assert pedir("otra@ejemplo.pe", REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize("correo", ["", "no-es", "a@b\r\nBcc: x@y.pe", "a" * 300 + "@b.pe", "\0@b.pe"])
def test_un_correo_torcido_se_explica(db: None, correo: str) -> None:
    respuesta = pedir(correo)
    assert respuesta.status_code == 200
    assert not DBTaskResult.objects.exists()


def test_sin_correo_configurado_se_dice_a_quien_acudir(db: None, sin_correo: None) -> None:
    assert "El portal no puede mandar correos" in texto(Client().get(OLVIDADA))
    assert "El portal no puede mandar correos" in texto(pedir("ana@ejemplo.pe"))


# Sesiones


def test_desactivar_la_cuenta_cierra_sus_sesiones_en_el_acto(ana: User, entrar: Entrar) -> None:
    cliente = entrar(ana)
    ana.is_active = False
    ana.save()
    assert cliente.get("/admin/").status_code == 302
    assert cliente.get("/reporte/2021/preparar/").status_code == 302


def test_un_administrador_cierra_las_sesiones_de_otra_persona(
    ana: User, personas: SimpleNamespace, entrar: Entrar
) -> None:
    suyas, cliente = [entrar(ana), entrar(ana)], entrar(personas.administrador)
    paso = reverse("admin:auth_user_paso", args=[ana.pk, "sesiones"])
    assert "Se cerraron 2 sesiones." in texto(cliente.post(paso, {"motivo": "Equipo perdido"}, follow=True))
    assert [una.get("/admin/").status_code for una in suyas] == [302, 302]
    assert cliente.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("cambio", "entra"),
    [
        ({"visto": -29 * 60}, True),
        ({"visto": -31 * 60}, False),
        ({"en": -7 * 3600}, True),
        ({"en": -8 * 3600 - 1}, False),
        ({"visto": 60}, True),
        ({"visto": 3600}, False),
    ],
)
def test_la_sesion_dura_ocho_horas_y_media_sin_usarse(
    ana: User, entrar: Entrar, cambio: dict[str, int], entra: bool
) -> None:
    cliente = entrar(ana)
    sesion, ahora = cliente.session, timezone.now().timestamp()
    sesion[INGRESO] = sesion[INGRESO] | {que: ahora + segundos for que, segundos in cambio.items()}
    sesion.save()
    respuesta = cliente.get("/admin/indicadores/indicador/")
    assert respuesta.status_code == (200 if entra else 302)
    if not entra:
        assert "_auth_user_id" not in cliente.session
        assert "Su sesión se cerró" in texto(cliente.get(respuesta.headers["Location"]))


def test_el_uso_se_anota_una_vez_por_minuto(ana: User, entrar: Entrar) -> None:
    cliente = entrar(ana)
    anotado = cliente.session[INGRESO]["visto"]
    cliente.get("/admin/")
    assert cliente.session[INGRESO]["visto"] == anotado
    sesiones.anotar_uso(sesion := cliente.session, ahora=timezone.now() + timedelta(seconds=61))
    assert sesion[INGRESO]["visto"] > anotado


def test_la_sesion_cambia_de_llave_al_entrar(ana: User) -> None:
    """Fijación de sesión: la que alguien haya puesto antes no sirve."""
    cliente = Client()
    sesion = cliente.session
    sesion["puesta"] = "por otro"
    sesion.save()
    antes = sesion.session_key
    cliente.cookies["sessionid"] = antes
    assert dar_clave(cliente, ana).status_code == 302
    assert cliente.cookies["sessionid"].value != antes
    intruso = Client()
    intruso.cookies["sessionid"] = antes
    assert intruso.get("/admin/").status_code == 302


# Los pasos de una cuenta, por el dominio


@pytest.mark.parametrize("verbo", ["restablecer_factor", "cerrar_sesiones", "desbloquear", "dar_enlace"])
def test_solo_quien_administra_da_estos_pasos(ana: User, personas: SimpleNamespace, verbo: str) -> None:
    extra = {"raiz": "http://testserver/"} if verbo == "dar_enlace" else {}
    for quien in (personas.analista, personas.revisor, personas.funcionario):
        with pytest.raises(PermisoDenegado):
            getattr(cuentas, verbo)(personas.otra_analista, por=quien, motivo="x", **extra)
    with pytest.raises(PermisoDenegado):
        getattr(cuentas, verbo)(personas.superusuario, por=personas.administrador, motivo="x", **extra)
    with pytest.raises(PermisoDenegado):
        getattr(cuentas, verbo)(personas.administrador, por=personas.administrador, motivo="x", **extra)
    assert not LogEntry.objects.exists()


def test_a_una_cuenta_desactivada_no_se_le_da_un_enlace(ana: User, personas: SimpleNamespace) -> None:
    ana.is_active = False
    ana.save()
    with pytest.raises(TransicionInvalida, match="desactivada"):
        cuentas.dar_enlace(ana, por=personas.administrador, motivo="x", raiz="http://testserver/")


def test_la_pagina_de_una_cuenta_dice_sus_ingresos_y_ofrece_los_pasos(
    ana: User, personas: SimpleNamespace, con_axes: None
) -> None:
    dar_clave(Client(), ana, REMOTE_ADDR="203.0.113.7")
    cliente = Client()
    dar_clave(cliente, personas.administrador)
    pagina = texto(cliente.get(reverse("admin:auth_user_change", args=[ana.pk])))
    assert "desde 203.0.113.7" in pagina
    for paso in ("enlace", "segundo-factor", "sesiones", "desbloquear"):
        assert reverse("admin:auth_user_paso", args=[ana.pk, paso]) in pagina
    propia = texto(cliente.get(reverse("admin:auth_user_change", args=[personas.administrador.pk])))
    assert "/paso/" not in propia
