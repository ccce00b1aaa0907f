"""Probar claves: cuántas veces, desde dónde, y qué se averigua con ello."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher as MD5
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from indicadores.procedencia import direccion_de
from tests import fabricas

ENTRADA = "/admin/login/"
Entrar = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("con_axes")


class Contado(MD5):
    """Cuenta cuántas huellas de clave se calculan."""

    cuantas = 0

    def encode(self, password: str, salt: str) -> str:
        Contado.cuantas += 1
        return super().encode(password, salt)


@pytest.fixture
def tras_intermediario(settings: Any) -> None:
    """Como en producción: delante hay un nginx que añade a ``X-Forwarded-For`` la dirección que vio."""
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}


def probar(usuario: str, clave: str = "no es", *, desde: str = "203.0.113.1", **extra: Any) -> Any:
    return Client().post(ENTRADA, {"username": usuario, "password": clave}, REMOTE_ADDR=desde, **extra)


def fallar(usuario: str, veces: int, *, desde: str) -> None:
    """Como si ya se hubiera fallado, sin gastar el tiempo de hacerlo."""
    AccessAttempt.objects.create(
        username=usuario, ip_address=desde, user_agent="x", failures_since_start=veces, attempt_time=timezone.now()
    )


def test_cinco_a_una_cuenta_desde_un_lugar_y_ni_la_clave_buena_entra(personas: SimpleNamespace) -> None:
    for _ in range(5):
        ultima = probar("ana")
    assert ultima.status_code == 429
    assert probar("ana", fabricas.CLAVE).status_code == 429
    assert probar("ana", fabricas.CLAVE, desde="203.0.113.2").status_code == 302, "A su dueña, desde otro lugar, no."
    assert probar("raul", fabricas.CLAVE).status_code == 302, "Ni a otra persona desde el mismo."


def test_una_cuenta_probada_desde_muchos_lugares_se_cierra(personas: SimpleNamespace) -> None:
    for n in range(13):
        fallar("ana", 4, desde=f"198.51.100.{n + 1}")
    assert probar("ana", fabricas.CLAVE, desde="203.0.113.77").status_code == 429


def test_un_lugar_que_prueba_muchas_cuentas_se_cierra(personas: SimpleNamespace) -> None:
    for n in range(25):
        fallar(f"persona-{n}", 4, desde="203.0.113.1")
    assert probar("ana", fabricas.CLAVE, desde="203.0.113.1").status_code == 429
    assert probar("ana", fabricas.CLAVE, desde="203.0.113.2").status_code == 302


def test_cambiar_de_navegador_o_escribir_distinto_no_da_mas_intentos(personas: SimpleNamespace) -> None:
    for n, escrito in enumerate(("ana", " ana", "ana ", "ａｎａ", "ana\t")):
        ultima = probar(escrito, HTTP_USER_AGENT=f"navegador {n}")
    assert ultima.status_code == 429


@pytest.mark.usefixtures("tras_intermediario")
def test_inventar_la_direccion_no_da_mas_intentos(personas: SimpleNamespace) -> None:
    """Lo que el cliente escriba en ``X-Forwarded-For`` queda antes de lo que añade nginx, y no cuenta."""
    for n in range(5):
        ultima = probar("ana", desde="127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}, 203.0.113.1")
    assert ultima.status_code == 429
    assert AccessAttempt.objects.values_list("ip_address", flat=True).distinct().get() == "203.0.113.1"
    libre = probar("ana", fabricas.CLAVE, desde="127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.9, 203.0.113.2")
    assert libre.status_code == 302


def test_sin_intermediario_no_se_cree_ninguna_cabecera(personas: SimpleNamespace) -> None:
    for n in range(5):
        ultima = probar("ana", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")
    assert ultima.status_code == 429


@pytest.mark.usefixtures("tras_intermediario")
@pytest.mark.parametrize(
    ("cabecera", "leida"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("malo, 203.0.113.1", "203.0.113.1"),
        ("203.0.113.1, 2001:DB8::1", "2001:db8::1"),
        ("203.0.113.1, malo", None),
        ("203.0.113.1,", None),
        ("x" * 5000, None),
    ],
)
def test_la_direccion_es_la_que_vio_el_intermediario(cabecera: str, leida: str | None) -> None:
    assert direccion_de(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=cabecera)) == leida


def test_de_una_cuenta_que_no_existe_no_se_sabe_que_no_existe(personas: SimpleNamespace, settings: Any) -> None:
    """La misma página, y el mismo trabajo: también para quien no existe se calcula una huella de clave."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Contado"]
    ana = User.objects.get(username="ana")
    ana.set_password(fabricas.CLAVE)
    ana.save()
    paginas = {}
    for usuario in ("ana", "nadie"):
        Contado.cuantas = 0
        respuesta = probar(usuario)
        paginas[usuario] = (respuesta.status_code, Contado.cuantas, sin_lo_suyo(respuesta.content.decode(), usuario))
    assert paginas["ana"] == paginas["nadie"]


def test_una_cuenta_desactivada_o_que_no_es_del_personal_tampoco_se_distingue(personas: SimpleNamespace) -> None:
    User.objects.filter(username="raul").update(is_active=False)
    User.objects.filter(username="flor").update(is_staff=False)
    dichas = {
        sin_lo_suyo(probar(usuario, fabricas.CLAVE).content.decode(), usuario) for usuario in ("raul", "flor", "nadie")
    }
    assert len(dichas) == 1


def sin_lo_suyo(pagina: str, usuario: str) -> str:
    return re.sub(r'value="\w{64}"', "", pagina).replace(f'value="{usuario}"', "")


def test_un_administrador_levanta_el_bloqueo(personas: SimpleNamespace) -> None:
    for _ in range(5):
        probar("ana")
    cliente = Client()
    cliente.force_login(personas.administrador, backend="django.contrib.auth.backends.ModelBackend")
    lista = cliente.get(reverse("admin:auth_user_changelist")).content.decode()
    assert lista.count(">bloqueado<") == 1
    assert "5 intentos" in cliente.get(reverse("admin:auth_user_change", args=[personas.analista.pk])).content.decode()
    paso = reverse("admin:auth_user_paso", args=[personas.analista.pk, "desbloquear"])
    assert cliente.post(paso, {"motivo": "Es ella"}).status_code == 302
    assert probar("ana", fabricas.CLAVE).status_code == 302


@pytest.mark.parametrize("torcido", ["ana\0", "a" * 5000, "' OR '1'='1", "ana\r\nx", "𐏿", ""])
def test_un_nombre_torcido_no_rompe_la_entrada(personas: SimpleNamespace, torcido: str) -> None:
    assert probar(torcido).status_code in (200, 429)


@pytest.mark.parametrize("fuera", ["https://malo.ejemplo/", "//malo.ejemplo", "javascript:alert(1)", "/\\malo.ejemplo"])
def test_al_entrar_nadie_te_manda_fuera(personas: SimpleNamespace, fuera: str) -> None:
    datos = {"username": "ana", "password": fabricas.CLAVE, "next": fuera}
    assert Client().post(ENTRADA, datos).headers["Location"] == "/admin/"


def test_la_clave_probada_no_queda_escrita(personas: SimpleNamespace, caplog: Any) -> None:
    probar("ana", "mi-clave-de-verdad-2030")
    guardado = "".join(str(valor) for fila in AccessAttempt.objects.values() for valor in fila.values())
    assert "mi-clave-de-verdad" not in guardado
    assert "mi-clave-de-verdad" not in caplog.text
