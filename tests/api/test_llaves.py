"""Las llaves de la API: se emiten y revocan, se guardan por su huella, y dan a quien las usa un límite propio."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicadores.acciones.llaves import emitir_llave, huella_de, revocar_llave
from indicadores.errores import DatoInvalido, TransicionInvalida
from indicadores.models import LlaveDeApi
from indicadores.permisos import Rol
from penitenciaria.api.limites import Limite, contar, leer_limite
from tests import fabricas
from tests.api.test_errores import comprobar_problema
from tests.fabricas import AHORA, minuto
from tests.tabla import cliente_de, escrituras

pytestmark = pytest.mark.django_db


def emitir(**datos: Any) -> tuple[LlaveDeApi, str]:
    omisiones: dict[str, Any] = {"nombre": "Copia diaria", "correo": "datos@ejemplo.pe", "ahora": AHORA}
    por = datos.pop("por", None) or fabricas.persona(Rol.ADMINISTRADOR)
    return emitir_llave(por=por, **(omisiones | datos))


def con(texto: str) -> dict[str, str]:
    return {"authorization": f"Bearer {texto}"}


def test_solo_se_guarda_la_huella() -> None:
    llave, texto = emitir()
    assert len(texto) > 40
    assert (llave.huella, llave.prefijo) == (huella_de(texto), texto[:10])
    guardado = LlaveDeApi.objects.filter(pk=llave.pk).values().get()
    assert texto not in map(str, guardado.values())
    assert emitir()[1] != texto


@pytest.mark.parametrize(
    ("datos", "campo"),
    [
        ({"nombre": " "}, "nombre"),
        ({"nombre": "x" * 121}, "nombre"),
        ({"correo": "nadie"}, "correo"),
        ({"por_minuto": 0}, "por_minuto"),
        ({"por_minuto": 10**9}, "por_minuto"),
        ({"vence_en": AHORA}, "vence_en"),
    ],
)
def test_lo_que_no_se_acepta_dice_en_que_campo(datos: dict[str, Any], campo: str) -> None:
    with pytest.raises(DatoInvalido) as error:
        emitir(**datos)
    assert error.value.campo == campo
    assert not LlaveDeApi.objects.exists()


def test_una_llave_se_revoca_una_vez() -> None:
    llave, _ = emitir()
    jefa = fabricas.persona(Rol.ADMINISTRADOR)
    assert revocar_llave(llave, por=jefa, motivo="Se filtró", ahora=minuto(1)).motivo_revocacion == "Se filtró"
    with pytest.raises(TransicionInvalida, match="ya estaba revocada"):
        revocar_llave(llave, por=jefa, motivo="Otra vez")


def test_con_llave_se_lee_lo_mismo_y_leer_no_escribe(client: Client) -> None:
    _, texto = emitir()
    sin = client.get("/api/v1/?corte=2021-12-31")
    with CaptureQueriesContext(connection) as consultas:
        conella = client.get("/api/v1/?corte=2021-12-31", headers=con(texto))
    assert (conella.status_code, conella.content) == (200, sin.content)
    assert escrituras(consultas) == []
    assert "Vary" not in conella.headers or "Authorization" not in conella.headers["Vary"]


@pytest.mark.parametrize("cabecera", ["Bearer", "Bearer pnp_falsa", "Basic YTpi", "Bearer a b", "Bearer ñandú"])
def test_una_llave_que_no_sirve_es_un_401(client: Client, cabecera: str) -> None:
    for ruta in ("", "indicadores/", "nada/"):
        respuesta = client.get(f"/api/v1/{ruta}", headers={"authorization": cabecera})
        cuerpo = comprobar_problema(respuesta, 401)
        assert cuerpo["title"] == "La llave no sirve"
        assert respuesta.headers["WWW-Authenticate"].startswith("Bearer ")
        assert respuesta.headers["Access-Control-Allow-Origin"] == "*"


def test_ni_revocada_ni_vencida_sirve(client: Client) -> None:
    vencida, texto = emitir(vence_en=timezone.now() + timedelta(hours=1), ahora=timezone.now())
    assert client.get("/api/v1/", headers=con(texto)).status_code == 200
    LlaveDeApi.objects.filter(pk=vencida.pk).update(vence_en=timezone.now() - timedelta(seconds=1))
    comprobar_problema(client.get("/api/v1/", headers=con(texto)), 401)
    revocada, otro = emitir()
    revocar_llave(revocada, por=fabricas.persona(Rol.ADMINISTRADOR), motivo="x")
    comprobar_problema(client.get("/api/v1/", headers=con(otro)), 401)


def test_la_llave_no_queda_en_los_registros(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    _, texto = emitir()
    with caplog.at_level(logging.DEBUG):
        client.get("/api/v1/", headers=con(texto))
        client.get("/api/v1/?malo=1", headers=con(texto + "x"))
    assert texto not in caplog.text


# --- Límites ---------------------------------------------------------------------------------------------------------


def test_cada_llave_tiene_su_limite_y_no_gasta_el_de_su_direccion(client: Client, settings: Any) -> None:
    settings.LIMITE_API, settings.LIMITE_API_TOKEN = "1/day", "3/day"
    (_, comun), (_, propia) = emitir(), emitir(por_minuto=5)
    estados = [client.get("/api/v1/?format=json", headers=con(comun)).status_code for _ in range(4)]
    assert estados == [200, 200, 200, 429]
    respuesta = client.get("/api/v1/?format=json", headers=con(propia))
    assert respuesta.headers["RateLimit-Policy"] == '"llave";q=5;w=60'
    assert respuesta.headers["RateLimit"].startswith('"llave";r=4;t=')
    anonima = client.get("/api/v1/nada/")
    assert anonima.status_code == 404
    assert anonima.headers["RateLimit-Policy"] == '"direccion";q=1;w=86400'
    assert anonima.headers["RateLimit"].startswith('"direccion";r=0;t=')
    negada = client.get("/api/v1/nada/")
    assert "desde esta dirección" in comprobar_problema(negada, 429)["detail"]
    assert negada.headers["Retry-After"] == negada.headers["RateLimit"].rpartition("=")[2]
    por_llave = client.get("/api/v1/nada/", headers=con(comun))
    assert "con esta llave" in comprobar_problema(por_llave, 429)["detail"]


def test_probar_llaves_que_no_sirven_tambien_cuenta(client: Client, settings: Any) -> None:
    settings.LIMITE_API = "3/day"
    estados = [client.get("/api/v1/", headers=con(f"pnp_{n}")).status_code for n in range(4)]
    assert estados == [401, 401, 401, 429]
    negada = client.get("/api/v1/", headers=con("pnp_otra"))
    assert "desde esta dirección" in comprobar_problema(negada, 429)["detail"]
    assert int(negada.headers["Retry-After"]) > 0


def test_sin_limite_no_hay_cabeceras(client: Client, settings: Any) -> None:
    settings.LIMITE_API = settings.LIMITE_API_TOKEN = None
    _, texto = emitir()
    for cabeceras in ({}, con(texto)):
        assert "RateLimit" not in client.get("/api/v1/", headers=cabeceras).headers


def test_la_cuenta_es_por_ventanas_y_quien() -> None:
    limite = Limite("direccion", 2, 60)
    cuotas = [contar(limite, "a", ahora=600.0 + n) for n in (0, 1, 59)]
    assert [(cuota.quedan, cuota.se_paso, cuota.faltan) for cuota in cuotas] == [
        (1, False, 60),
        (0, False, 59),
        (0, True, 1),
    ]
    assert contar(limite, "b", ahora=601.0).pedidas == 1
    assert contar(limite, "a", ahora=660.0).pedidas == 1


def test_si_la_cuenta_vence_mientras_se_suma_vuelve_a_empezar(monkeypatch: pytest.MonkeyPatch) -> None:
    limite = Limite("direccion", 2, 60)
    contar(limite, "a", ahora=600.0)

    def vencida(clave: str) -> int:
        raise ValueError(clave)

    monkeypatch.setattr(cache, "incr", vencida)
    assert contar(limite, "a", ahora=600.0).pedidas == 1


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [("600/min", (600, 60)), ("5/s", (5, 1)), ("9/h", (9, 3600)), ("1/day", (1, 86400)), ("", None), (None, None)],
)
def test_como_se_escribe_un_limite(texto: str | None, esperado: tuple[int, int] | None) -> None:
    limite = leer_limite("x", texto)
    assert (limite and (limite.peticiones, limite.segundos)) == esperado


# --- En la administración -------------------------------------------------------------------------------------------


def test_se_emite_se_ve_una_vez_y_se_revoca() -> None:
    cliente = cliente_de(fabricas.persona(Rol.ADMINISTRADOR))
    sigla = fabricas.EntidadFactory()
    datos = {"nombre": "Observatorio", "correo": "o@ejemplo.pe", "entidad": sigla.pk, "por_minuto": "1.200"}
    pagina = cliente.post(reverse("admin:indicadores_llavedeapi_add"), datos | {"vence_en": "2099-12-31"})
    llave = LlaveDeApi.objects.get()
    texto = pagina.context["texto"]
    assert (llave.huella, llave.por_minuto, llave.entidad) == (huella_de(texto), 1200, sigla)
    assert timezone.localdate(llave.vence_en).isoformat() == "2099-12-31"
    assert f"Authorization: Bearer {texto}" in pagina.content.decode()
    assert "no-store" in pagina.headers["Cache-Control"]
    lista = cliente.get(reverse("admin:indicadores_llavedeapi_changelist")).content.decode()
    assert llave.prefijo in lista
    assert texto not in lista
    revocar = reverse("admin:indicadores_llavedeapi_revocar", args=[llave.pk])
    assert "Observatorio" in cliente.get(revocar).content.decode()
    assert "Escriba el motivo" in cliente.post(revocar, {"motivo": " "}).content.decode()
    assert cliente.post(revocar, {"motivo": "Se filtró"}).status_code == 302
    assert "Se filtró" in cliente.get(reverse("admin:indicadores_llavedeapi_changelist")).content.decode()
    assert "ya estaba revocada" in cliente.post(revocar, {"motivo": "x"}).content.decode()


def test_lo_mal_escrito_se_explica_y_se_conserva() -> None:
    cliente = cliente_de(fabricas.persona(Rol.ADMINISTRADOR))
    datos = {"nombre": "Observatorio", "correo": "nadie", "vence_en": "9999-12-31"}
    pagina = cliente.post(reverse("admin:indicadores_llavedeapi_add"), datos)
    dicho = pagina.content.decode()
    assert "Escriba un año hasta 2100" in dicho
    assert 'value="Observatorio"' in dicho
    pagina = cliente.post(reverse("admin:indicadores_llavedeapi_add"), datos | {"vence_en": ""})
    assert "no es una dirección de correo" in pagina.content.decode()
    assert not LlaveDeApi.objects.exists()


@pytest.mark.parametrize("rol", [Rol.ANALISTA, Rol.REVISOR, Rol.FUNCIONARIO])
def test_los_demas_ni_las_ven(rol: Rol) -> None:
    cliente = cliente_de(fabricas.persona(rol))
    for nombre in ("changelist", "add"):
        assert cliente.get(reverse(f"admin:indicadores_llavedeapi_{nombre}")).status_code == 403
    assert "llavedeapi" not in cliente.get(reverse("admin:index")).content.decode()
