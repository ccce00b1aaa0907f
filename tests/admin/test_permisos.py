"""La tabla de verdad: qué puede hacer cada rol, pidiéndolo por HTTP como lo haría una persona."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from indicadores.models import Indicador, LogroEsperado, Medicion, Umbral
from indicadores.permisos import ROLES_DE_ACCION, Accion, Rol
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, datos_de, datos_del_borrador, direccion

TODOS = [*Rol, "superusuario", "sin rol"]

#: Cada paso: la acción que lo gobierna, la etapa de partida, la de llegada y qué envía.
PASOS = {
    "enviar": (Accion.ENVIAR, "borrador", "en_revision", {}),
    "descartar": (Accion.DESCARTAR, "borrador", "descartada", {}),
    "observar": (Accion.OBSERVAR, "en_revision", "observada", {"motivo": "Falta el anexo"}),
    "publicar": (Accion.PUBLICAR, "en_revision", "publicada", {}),
    "retirar": (Accion.RETIRAR, "publicada", "retirada", {"motivo": "Error de carga"}),
}


def puede(rol: str, accion: Accion) -> bool:
    return (Rol.ADMINISTRADOR if rol == "superusuario" else rol) in ROLES_DE_ACCION[accion]


@pytest.mark.parametrize("rol", TODOS)
@pytest.mark.parametrize("verbo", PASOS)
def test_cada_paso_lo_da_solo_quien_puede(verbo: str, rol: str, gente: dict[str, User], entrar: Entrar) -> None:
    accion, desde, hacia, datos = PASOS[verbo]
    medicion = fabricas.en_etapa(desde, ahora=ANTES)
    respuesta = entrar(gente[rol]).post(direccion("paso", medicion.pk, verbo), {"testigo": medicion.testigo} | datos)
    medicion.refresh_from_db()
    if puede(rol, accion):
        assert (respuesta.status_code, medicion.etapa) == (302, hacia)
    else:
        assert (respuesta.status_code, medicion.etapa) == (403, desde)


@pytest.mark.parametrize("rol", TODOS)
def test_registra_solo_quien_puede(rol: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    respuesta = entrar(gente[rol]).post(direccion("add"), datos_de(indicador))
    assert respuesta.status_code == (302 if puede(rol, Accion.REGISTRAR) else 403)
    assert Medicion.objects.exists() is puede(rol, Accion.REGISTRAR)


@pytest.mark.parametrize("rol", TODOS)
def test_modifica_y_corrige_solo_quien_puede(rol: str, gente: dict[str, User], entrar: Entrar) -> None:
    borrador, publicada = fabricas.borrador(ahora=ANTES), fabricas.publicada(ahora=ANTES)
    cliente = entrar(gente[rol])
    cambio = cliente.post(direccion("change", borrador.pk), datos_del_borrador(borrador, valor="41"))
    correccion = cliente.post(
        direccion("corregir", publicada.pk), {"valor": "42", "situacion": "definitiva", "motivo": "Errata"}
    )
    borrador.refresh_from_db()
    esperado = 302 if puede(rol, Accion.MODIFICAR) else 403
    assert cambio.status_code == correccion.status_code == esperado
    assert borrador.valor == (41 if esperado == 302 else 40)
    assert publicada.correcciones.exists() is (esperado == 302)


@pytest.mark.parametrize("rol", TODOS)
def test_fija_solo_quien_administra(rol: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador) -> None:
    cliente, puede_fijar = entrar(gente[rol]), puede(rol, Accion.FIJAR)
    datos = {"indicador": indicador.pk, "anio": "2022", "valor": "28,5", "motivo": "Norma nueva"}
    logro = cliente.post(reverse("admin:indicadores_logroesperado_add"), datos)
    umbral = cliente.post(
        reverse("admin:indicadores_umbral_add"), {"verde": "90", "amarillo": "70,5", "motivo": "Norma nueva"}
    )
    assert logro.status_code == umbral.status_code == (302 if puede_fijar else 403)
    assert LogroEsperado.objects.filter(anio=2022).exists() is puede_fijar
    assert Umbral.objects.exists() is puede_fijar


@pytest.mark.parametrize("rol", TODOS)
def test_el_catalogo_lo_ve_el_personal_y_lo_cambia_quien_administra(
    rol: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    cliente = entrar(gente[rol])
    entidad = fabricas.EntidadFactory(sigla="INPE")
    cambiar = reverse("admin:objetivos_entidad_change", args=[entidad.pk])
    assert cliente.get(cambiar).status_code == (403 if rol == "sin rol" else 200)
    respuesta = cliente.post(cambiar, {"nombre": "Otro nombre"})
    entidad.refresh_from_db()
    puede_cambiar = puede(rol, Accion.ADMINISTRAR)
    assert respuesta.status_code == (302 if puede_cambiar else 403)
    assert (entidad.nombre == "Otro nombre") is puede_cambiar
    assert entidad.sigla == "INPE"


@pytest.mark.parametrize("rol", ["Administrador", "superusuario"])
@pytest.mark.parametrize("modelo", ["indicador", "medicion", "lineabase", "ambito"])
def test_nadie_borra_lo_que_tiene_historia(
    modelo: str, rol: str, gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    objetos: dict[str, Any] = {
        "indicador": indicador,
        "medicion": fabricas.borrador(indicador=indicador, ahora=ANTES),
        "lineabase": indicador.lineas_base.get(),
        "ambito": fabricas.AmbitoFactory(),
    }
    cliente, objeto = entrar(gente[rol]), objetos[modelo]
    borrar = reverse(f"admin:indicadores_{modelo}_delete", args=[objeto.pk])
    assert cliente.post(borrar, {"post": "yes"}).status_code == 403
    lista = reverse(f"admin:indicadores_{modelo}_changelist")
    cliente.post(lista, {"action": "delete_selected", "_selected_action": objeto.pk, "post": "yes", "index": "0"})
    assert type(objeto).objects.filter(pk=objeto.pk).exists()


def test_nadie_publica_lo_suyo_tampoco_un_superusuario(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(por=gente["superusuario"], ahora=ANTES)
    cliente = entrar(gente["superusuario"])
    pagina = cliente.get(direccion("change", medicion.pk)).content.decode()
    assert "Usted registró, cambió o envió esta medición: debe publicarla otra persona." in pagina
    assert "administrador o revisor" in pagina
    assert direccion("paso", medicion.pk, "publicar") not in pagina
    respuesta = cliente.post(direccion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo})
    medicion.refresh_from_db()
    assert (respuesta.status_code, medicion.etapa) == (200, "en_revision")
    assert "debe publicarla otra persona" in respuesta.content.decode()


def test_sin_ingresar_todo_lleva_a_la_entrada(client: Any, indicador: Indicador) -> None:
    medicion = fabricas.borrador(indicador=indicador, ahora=ANTES)
    for destino in (direccion("changelist"), direccion("vista_previa"), direccion("paso", medicion.pk, "publicar")):
        respuesta = client.get(destino)
        assert respuesta.status_code == 302
        assert respuesta["Location"].startswith(reverse("admin:login"))


def test_se_ofrecen_solo_los_pasos_que_caben(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.publicada(ahora=ANTES)
    esperado = {
        "Funcionario": set(),
        "Analista": {"corregir"},
        "Revisor": {"retirar"},
        "Administrador": {"corregir", "retirar"},
    }
    for rol, verbos in esperado.items():
        pagina = entrar(gente[rol]).get(direccion("change", medicion.pk)).content.decode()
        ofrecidos = {v for v in PASOS if direccion("paso", medicion.pk, v) in pagina}
        if direccion("corregir", medicion.pk) in pagina:
            ofrecidos.add("corregir")
        assert ofrecidos == verbos, rol
