"""Las cuentas: un Administrador las gobierna sin poder hacerse más de lo que es. Y entrar, quedar bloqueado, salir."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from tests import fabricas
from tests.admin.conftest import Entrar, texto

CLAVE_NUEVA = "otra-clave-larga-2030"


def cambiar(cuenta: User) -> str:
    return reverse("admin:auth_user_change", args=[cuenta.pk])


def datos_de_cuenta(cuenta: User, **cambios: Any) -> dict[str, Any]:
    return {"username": cuenta.username, "is_active": "on", "is_staff": "on", "groups": []} | cambios


def test_un_administrador_crea_una_cuenta_con_su_rol_y_sin_clave(gente: dict[str, User], entrar: Entrar) -> None:
    cliente, revisor = entrar(gente["Administrador"]), Group.objects.get(name="Revisor")
    alta = cliente.post(
        reverse("admin:auth_user_add"), {"username": "nueva", "email": "n@ejemplo.pe", "groups": [revisor.pk]}
    )
    nueva = User.objects.get(username="nueva")
    assert alta.headers["Location"] == reverse("admin:auth_user_paso", args=[nueva.pk, "enlace"])
    assert list(nueva.groups.all()) == [revisor]
    assert nueva.is_staff
    assert not nueva.has_usable_password()


def test_un_administrador_no_da_superusuario_ni_permisos_sueltos(gente: dict[str, User], entrar: Entrar) -> None:
    cliente, analista = entrar(gente["Administrador"]), gente["Analista"]
    permiso = Permission.objects.order_by("pk").first()
    cliente.post(cambiar(analista), datos_de_cuenta(analista, is_superuser="on", user_permissions=[permiso.pk]))
    analista.refresh_from_db()
    assert not analista.is_superuser
    assert not analista.user_permissions.exists()


def test_un_administrador_no_toca_a_un_superusuario(gente: dict[str, User], entrar: Entrar) -> None:
    cliente, superusuario = entrar(gente["Administrador"]), gente["superusuario"]
    clave = superusuario.password
    assert cliente.post(cambiar(superusuario), datos_de_cuenta(superusuario, is_active="")).status_code == 403
    poner_clave = reverse("admin:auth_user_password_change", args=[superusuario.pk])
    datos = {"usable_password": "true", "password1": CLAVE_NUEVA, "password2": CLAVE_NUEVA}
    assert cliente.post(poner_clave, datos).status_code == 403
    superusuario.refresh_from_db()
    assert superusuario.is_active
    assert superusuario.password == clave


def test_nadie_se_cambia_los_roles_a_si_mismo(gente: dict[str, User], entrar: Entrar) -> None:
    administrador = gente["Administrador"]
    entrar(administrador).post(cambiar(administrador), datos_de_cuenta(administrador, is_active=""))
    administrador.refresh_from_db()
    assert administrador.is_active
    assert [grupo.name for grupo in administrador.groups.all()] == ["Administrador"]


@pytest.mark.parametrize("rol", ["Analista", "Revisor", "Funcionario"])
def test_los_demas_no_ven_las_cuentas(rol: str, gente: dict[str, User], entrar: Entrar) -> None:
    cliente = entrar(gente[rol])
    assert cliente.get(reverse("admin:auth_user_changelist")).status_code == 403
    assert cliente.get(cambiar(gente["Analista"])).status_code == 403
    assert cliente.get(reverse("admin:auth_group_changelist")).status_code == 403


@pytest.mark.parametrize("rol", ["Administrador", "superusuario"])
def test_los_roles_no_se_editan_ni_las_cuentas_se_borran(rol: str, gente: dict[str, User], entrar: Entrar) -> None:
    cliente, grupo = entrar(gente[rol]), Group.objects.get(name="Analista")
    respuesta = cliente.post(reverse("admin:auth_group_change", args=[grupo.pk]), {"name": "Otro"})
    grupo.refresh_from_db()
    assert (respuesta.status_code, grupo.name) == (403, "Analista")
    assert cliente.post(reverse("admin:auth_group_add"), {"name": "Otro"}).status_code == 403
    borrar = reverse("admin:auth_user_delete", args=[gente["Analista"].pk])
    assert cliente.post(borrar, {"post": "yes"}).status_code == 403


def test_se_entra_y_se_sale_en_espanol(db: None) -> None:
    cuenta = fabricas.persona(usuario="ana")
    cliente = Client()
    entrada = reverse("admin:login")
    assert "Entrar a la gestión de la información" in texto(cliente.get(entrada))
    mala = cliente.post(entrada, {"username": "ana", "password": "no es"})
    assert "Por favor introduzca" in texto(mala)
    buena = cliente.post(f"{entrada}?next=/admin/", {"username": "ana", "password": fabricas.CLAVE, "next": "/admin/"})
    assert buena["Location"] == "/admin/"
    assert cliente.session["_auth_user_id"] == str(cuenta.pk)
    salida = cliente.post(reverse("admin:logout"))
    assert salida.status_code == 200
    assert "_auth_user_id" not in cliente.session


def test_demasiados_intentos_cierran_la_puerta_y_se_explica(db: None, settings: Any) -> None:
    settings.AXES_ENABLED = True
    fabricas.persona(usuario="ana")
    cliente = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        respuesta = cliente.post(reverse("admin:login"), {"username": "ana", "password": "no es"})
    assert respuesta.status_code == 429
    pagina = texto(respuesta)
    assert "Ingreso bloqueado por unos minutos" in pagina
    assert "Hubo demasiados intentos con una clave equivocada (5 con una misma cuenta" in pagina
