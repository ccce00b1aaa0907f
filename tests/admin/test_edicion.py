"""Cambiar un borrador sin pisar a nadie, y no cambiar jamás lo publicado."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from indicadores import acciones
from indicadores.models import Medicion, Suceso
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, datos_del_borrador, direccion, texto


def test_modificar_deja_constancia(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    cliente = entrar(gente["Analista"])
    cliente.post(direccion("change", medicion.pk), datos_del_borrador(medicion, valor="41,5", notas="Revisado"))
    medicion.refresh_from_db()
    assert (medicion.valor, medicion.notas, medicion.testigo) == (Decimal("41.5"), "Revisado", 2)
    pagina = texto(cliente.get(direccion("change", medicion.pk)))
    assert "valor: 40 → 41,5" in pagina
    assert "analista</b> modificó" in pagina


def test_guardar_sin_cambios_no_anota_nada(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    entrar(gente["Analista"]).post(direccion("change", medicion.pk), datos_del_borrador(medicion))
    assert [suceso.accion for suceso in medicion.sucesos.order_by("id")] == ["registrar"]


def test_una_observada_vuelve_a_enviarse_aunque_no_cambie(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_etapa("observada", ahora=ANTES)
    entrar(gente["Analista"]).post(direccion("change", medicion.pk), datos_del_borrador(medicion, _enviar="1"))
    medicion.refresh_from_db()
    assert medicion.etapa == "en_revision"


def test_un_formulario_viejo_no_pisa_lo_ajeno_y_conserva_lo_escrito(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    acciones.modificar(medicion, por=gente["Administrador"], testigo=1, valor=Decimal("36.5"), ahora=ANTES)
    cliente = entrar(gente["Analista"])
    respuesta = cliente.post(direccion("change", medicion.pk), datos_del_borrador(medicion, valor="35,2", notas="Mía"))
    medicion.refresh_from_db()
    assert medicion.valor == Decimal("36.5")
    pagina = texto(respuesta)
    assert "administrador cambió esta medición mientras usted la editaba: ahora dice 36,5 %" in pagina
    form = respuesta.context["form"]
    assert (form["valor"].value(), form["notas"].value(), form["testigo"].value()) == ("35,2", "Mía", "2")
    assert respuesta.context["diferencias"] == [
        {"nombre": "valor", "campo": "valor", "guardado": "36,5", "escrito": "35,2", "elegido": ""},
        {"nombre": "notas", "campo": "notas", "guardado": "(vacío)", "escrito": "Mía", "elegido": ""},
    ]

    # Volver a guardar es una decisión: sin marcar la casilla, no; marcada, sí.
    otra_vez = datos_del_borrador(medicion, valor="35,2", notas="Mía", hubo_conflicto="on")
    sin_marcar = cliente.post(direccion("change", medicion.pk), otra_vez)
    medicion.refresh_from_db()
    assert "sobrescribir" in sin_marcar.context["form"].errors
    assert medicion.valor == Decimal("36.5")
    marcada = cliente.post(direccion("change", medicion.pk), otra_vez | {"sobrescribir": "on"})
    medicion.refresh_from_db()
    assert marcada.status_code == 302
    assert (medicion.valor, medicion.testigo) == (Decimal("35.2"), 3)


def test_si_otra_persona_la_envio_lo_escrito_sigue_ahi(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    acciones.enviar(medicion, por=gente["Administrador"], ahora=ANTES)
    cliente = entrar(gente["Analista"])
    for testigo in (1, 2):
        respuesta = cliente.post(
            direccion("change", medicion.pk), datos_del_borrador(medicion, valor="35,2", testigo=testigo)
        )
        assert respuesta.status_code == 200
        assert respuesta.context["form"]["valor"].value() == "35,2"
    assert "está «en revisión» y no puede ser modificada" in texto(respuesta)
    medicion.refresh_from_db()
    assert medicion.valor == 40


@pytest.mark.parametrize("etapa", ["publicada", "sustituida", "retirada", "descartada", "en_revision"])
@pytest.mark.parametrize("rol", ["Analista", "Administrador", "superusuario"])
def test_lo_que_ya_no_es_borrador_no_se_edita(etapa: str, rol: str, gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_etapa(etapa, ahora=ANTES)
    antes = Medicion.objects.filter(pk=medicion.pk).values().get()
    cliente = entrar(gente[rol])
    assert cliente.get(direccion("change", medicion.pk)).context["form"] is None
    cliente.post(
        direccion("change", medicion.pk),
        datos_del_borrador(medicion, valor="99", etapa="borrador", publicada_en="", indicador="1", sobrescribir="on"),
    )
    assert Medicion.objects.filter(pk=medicion.pk).values().get() == antes


def test_corregir_abre_otra_version_y_la_vigente_sigue(gente: dict[str, User], entrar: Entrar) -> None:
    vigente = fabricas.publicada(ahora=ANTES)
    cliente = entrar(gente["Analista"])
    datos = {"valor": "41", "situacion": "definitiva", "fuente": vigente.fuente_id, "motivo": "Errata en el anexo"}
    sin_motivo = cliente.post(direccion("corregir", vigente.pk), datos | {"motivo": ""})
    assert "Escriba el motivo para corregir" in " ".join(sin_motivo.context["form"].errors["motivo"])
    assert "Sustituirá a la versión 1, hoy publicada: 40 %" in texto(sin_motivo)
    cliente.post(direccion("corregir", vigente.pk), datos)
    nueva = Medicion.objects.get(corrige=vigente)
    vigente.refresh_from_db()
    assert (nueva.etapa, nueva.valor, nueva.version, nueva.motivo_cambio) == ("borrador", 41, 2, "Errata en el anexo")
    assert vigente.etapa == "publicada"
    pagina = texto(cliente.get(direccion("change", nueva.pk)))
    assert "Versiones de este dato" in pagina
    assert direccion("change", vigente.pk) in pagina


def test_no_se_publica_lo_que_no_se_vio(gente: dict[str, User], entrar: Entrar) -> None:
    """Mientras el revisor miraba, la medición volvió, cambió y se envió otra vez."""
    medicion = fabricas.en_revision(por=gente["Analista"], ahora=ANTES)
    testigo_leido = medicion.testigo
    acciones.observar(medicion, por=gente["Administrador"], motivo="Revise", ahora=ANTES)
    actual = Medicion.objects.get(pk=medicion.pk)
    acciones.modificar(actual, por=gente["Analista"], testigo=actual.testigo, valor=Decimal(12), ahora=ANTES)
    acciones.enviar(actual, por=gente["Analista"], ahora=ANTES)
    respuesta = entrar(gente["Revisor"]).post(direccion("paso", medicion.pk, "publicar"), {"testigo": testigo_leido})
    assert "La medición cambió desde que usted abrió la página" in texto(respuesta)
    assert not Suceso.objects.filter(accion="publicar").exists()


def test_los_pasos_con_razon_la_exigen(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(ahora=ANTES)
    cliente, observar = entrar(gente["Revisor"]), direccion("paso", medicion.pk, "observar")
    respuesta = cliente.post(observar, {"testigo": medicion.testigo, "motivo": "  "})
    assert "Escriba el motivo para observar la medición" in " ".join(respuesta.context["form"].errors["motivo"])
    cliente.post(observar, {"testigo": medicion.testigo, "motivo": "Falta el anexo"})
    assert "Falta el anexo" in texto(cliente.get(direccion("change", medicion.pk)))


def test_publicar_con_avisos_pide_haberlos_leido(gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.AmbitoFactory()
    medicion = fabricas.en_revision(periodo="2021-S1", ahora=ANTES)
    cliente, publicar = entrar(gente["Revisor"]), direccion("paso", medicion.pk, "publicar")
    assert "es parte del año" in texto(cliente.get(publicar))
    sin_leer = cliente.post(publicar, {"testigo": medicion.testigo})
    [acuse] = sin_leer.context["acuses"]
    assert "falta «es solo una parte del año»" in texto(sin_leer)
    assert "Entiendo: <b>es solo una parte del año</b>" in texto(sin_leer)
    cliente.post(publicar, {"testigo": medicion.testigo, "aviso": acuse.valor})
    suceso = Suceso.objects.get(medicion=medicion, accion="publicar")
    assert suceso.cambios == {"avisos_aceptados": ["parcial"]}
