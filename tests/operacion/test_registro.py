"""El registro de producción: una línea JSON por hecho, con lo que hace falta y sin datos de nadie."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client, RequestFactory, override_settings
from django.urls import path, reverse
from hypothesis import given
from hypothesis import strategies as st

from penitenciaria.registro import disfrazar, errores, valores_de
from penitenciaria.urls import handler404, handler500, urlpatterns  # noqa: F401 — son también los de esta prueba
from tests import fabricas
from tests.operacion.conftest import Registro

SECRETOS = {
    "correo": "maria.quispe@inpe.gob.pe",
    "nombre": "María Quispe Ñahui",
    "dni": "45678912",
    "clave": "pajaro-rojo-33",
    "ip": "190.12.34.56",
    "ip6": "2001:db8:85a3::8a2e:370:7334",
}


def revienta(request: Any, secreto: str) -> Any:
    """Una vista que falla diciendo todo lo que no debe."""
    partes = [SECRETOS[clave] for clave in ("correo", "ip", "ip6")]
    dichos = [*request.GET.values(), *request.POST.values(), *request.COOKIES.values(), str(request.user)]
    try:
        raise IntegrityError(f'DETAIL: Key (email)=({SECRETOS["correo"]}) already exists. "{SECRETOS["nombre"]}"')
    except IntegrityError as error:
        raise ValueError(f"No se pudo con {' y '.join([*partes, *dichos])} clave={SECRETOS['clave']}") from error


#: Con el nombre de una dirección de las que reciben algo: las demás contestan 405 a un envío.
NOMBRE = "reporte-preparar"
urlpatterns = [path("revienta/<str:secreto>/", revienta, name=NOMBRE), *urlpatterns]


@pytest.fixture
def maria(db: None) -> User:
    return User.objects.create_user(
        "mquispe",
        SECRETOS["correo"],
        fabricas.CLAVE,
        first_name="María",
        last_name="Quispe Ñahui",
        is_staff=True,
    )


@override_settings(ROOT_URLCONF=__name__)
def test_un_fallo_dice_todo_lo_util_y_nada_de_nadie(maria: User, registro: Registro) -> None:
    cliente = Client(raise_request_exception=False, headers={"user-agent": "NavegadorDeMaria/1.0"})
    cliente.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    token = "MTIz-c4x9-0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    respuesta = cliente.post(
        f"/revienta/{token}/?q=pabell%C3%B3n+siete",
        {"dni": SECRETOS["dni"], "nombre": SECRETOS["nombre"], "password": SECRETOS["clave"]},
        REMOTE_ADDR=SECRETOS["ip"],
        HTTP_X_FORWARDED_FOR=SECRETOS["ip6"],
    )
    assert respuesta.status_code == 500
    codigo = respuesta.headers["X-Request-ID"]
    assert f'<code class="incidente">{codigo}</code>' in respuesta.content.decode()

    fallo, linea = registro.de("django.request"), registro.de("portal.peticion")
    assert fallo["peticion"] == linea["peticion"] == codigo
    assert (linea["metodo"], linea["ruta"], linea["estado"]) == ("POST", NOMBRE, 500)
    assert linea["persona"] == maria.pk
    assert linea["ms"] > 0
    assert [uno["clase"] for uno in fallo["errores"]] == ["ValueError", "django.db.utils.IntegrityError"]
    assert fallo["errores"][0]["traza"][-1].startswith("tests/operacion/test_registro.py:")
    assert fallo["errores"][0]["traza"][-1].endswith(" revienta")
    assert fallo["momento"].endswith("-05:00")

    sesion = cliente.cookies["sessionid"].value
    prohibido = [*SECRETOS.values(), "Quispe", "mquispe", "pabell", token, sesion, "NavegadorDeMaria", "siete"]
    escapado = registro.texto.lower()
    assert [uno for uno in prohibido if uno.lower() in escapado] == []


@pytest.mark.django_db
def test_los_intentos_de_ingreso_no_nombran_a_nadie(maria: User, registro: Registro, settings: Any) -> None:
    settings.AXES_ENABLED = True
    cliente = Client()
    for _ in range(6):
        datos = {"username": "mquispe", "password": SECRETOS["clave"]}
        cliente.post(reverse("admin:login"), datos, REMOTE_ADDR=SECRETOS["ip"])
    de_axes = [una["mensaje"] for una in registro.lineas if una["origen"].startswith("axes")]
    assert any("login failure" in mensaje or "locked" in mensaje.lower() for mensaje in de_axes)
    assert any("intento " in mensaje for mensaje in de_axes)
    assert not [uno for uno in ("mquispe", SECRETOS["clave"], SECRETOS["ip"]) if uno in registro.texto]


@pytest.mark.django_db
def test_un_servidor_ajeno_y_una_direccion_que_no_existe_tampoco(registro: Registro) -> None:
    cliente = Client(raise_request_exception=False)
    cliente.get("/maria.quispe@inpe.gob.pe/?dni=45678912")
    cliente.get("/", SERVER_NAME="juan-perez.example")
    assert {una["origen"] for una in registro.lineas} >= {"django.request", "django.security.DisallowedHost"}
    assert not [uno for uno in ("maria.quispe", "45678912", "juan-perez") if uno in registro.texto]


@given(
    escrito=st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=3).filter(lambda t: t.strip() == t),
    antes=st.sampled_from(["falló ", "q=", "«", "en ("]),
)
def test_nada_de_lo_que_se_envio_se_repite(escrito: str, antes: str) -> None:
    request = RequestFactory().post("/", {"campo": escrito})
    assert request.POST["campo"] == escrito
    [error] = errores(ValueError(f"{antes}{escrito} al guardar"), valores_de(request))
    frase = error["frase"].replace("…", "")
    assert " ".join(escrito.split()).lower() not in frase.lower() or escrito.lower() in f"{antes}al guardar".lower()


@pytest.mark.parametrize(
    ("texto", "queda"),
    [
        ("La base contesta en 12 ms", "La base contesta en 12 ms"),
        ("Versión 5.2.19 de Django, a las 12:30:05", "Versión 5.2.19 de Django, a las 12:30:05"),
        ("de ana@inpe.gob.pe, hoy", "de …, hoy"),
        ("desde 10.0.0.1:5432", "desde …:5432"),
        ("desde ::1 y fe80::1ff:fe23:4567:890a", "desde … y …"),
        ("Falló /buscar/?q=motín&p=2 otra vez", "Falló /buscar/?… otra vez"),
        ("password=hola token: abc", "password=… token=…"),
        ("dos\nlíneas", "dos líneas"),
    ],
)
def test_disfrazar(texto: str, queda: str) -> None:
    assert disfrazar(texto) == queda


def test_un_registro_de_fuera_de_una_peticion(registro: Registro) -> None:
    logging.getLogger("django_tasks").warning("Tarea %s lista", "x", extra={"secreto": "no sale", "ms": 3})
    linea = registro.de("django_tasks")
    assert (linea["mensaje"], linea["nivel"], linea["ms"]) == ("Tarea x lista", "WARNING", 3)
    assert not {"peticion", "ruta", "secreto", "errores"} & linea.keys()


def test_lo_que_escribe_gunicorn_tampoco_dice_que_se_pidio(registro: Registro) -> None:
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.error("Error handling request %s", "/restablecer/MTIz-abc/?q=juan")
    gunicorn.error("Error handling request %s %s", "GET", "/restablecer/MTIz-abc/?q=juan")
    gunicorn.warning("Invalid request from ip=10.1.2.3: mala")
    assert [una["mensaje"] for una in registro.lineas] == [
        "Error handling request …",
        "Error handling request …",
        "Invalid request from ip=…: mala",
    ]


def test_la_cadena_de_causas_respeta_lo_que_el_codigo_quiso_callar() -> None:
    def callada() -> None:
        try:
            raise KeyError("dentro")
        except KeyError:
            raise ValueError("fuera") from None

    with pytest.raises(ValueError, match="fuera") as capturado:
        callada()
    assert [uno["clase"] for uno in errores(capturado.value)] == ["ValueError"]


def test_nadie_recibe_la_peticion_entera_por_correo(settings: Any) -> None:
    """Django manda a ADMINS la petición con sus datos: aquí no hay manejador que lo haga."""
    assert [type(uno).__name__ for uno in logging.getLogger("django").handlers] == []
