"""Antes de publicar: los errores cierran la puerta y cada aviso se reconoce por su nombre."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores import acciones
from indicadores.models import Indicador, Medicion, Suceso
from indicadores.permisos import Rol
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, datos_de, direccion, texto

Unidad = Indicador.Unidad


def valores(respuesta: Any) -> list[str]:
    return [acuse.valor for acuse in respuesta.context["acuses"]]


def codigos(respuesta: Any) -> list[str]:
    return [acuse.codigo for acuse in respuesta.context["acuses"]]


def test_un_error_no_deja_publicar_y_dice_como_corregirlo(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(valor=36, numerador=35, denominador=100, ahora=ANTES)
    cliente, publicar = entrar(gente["Revisor"]), direccion("paso", medicion.pk, "publicar")
    pagina = texto(cliente.get(publicar))
    assert "El numerador entre el denominador (35 entre 100) da 35 %, no 36 %." in pagina
    assert "Corrija el valor, o el numerador y el denominador." in pagina
    assert ">Publicar</button>" not in pagina
    assert direccion("paso", medicion.pk, "observar") in pagina
    cliente.post(publicar, {"testigo": medicion.testigo})
    medicion.refresh_from_db()
    assert medicion.etapa == "en_revision"


def test_cada_aviso_lleva_su_casilla_y_todas_hacen_falta(gente: dict[str, User], entrar: Entrar) -> None:
    indicador = fabricas.IndicadorFactory()
    for periodo in ("2020-S1", "2020-S2"):
        fabricas.publicada(indicador=indicador, periodo=periodo, valor=20, ahora=ANTES)
    medicion = fabricas.en_revision(
        indicador=indicador, periodo="2021-S1", valor=60, notas="Llegó a 55 %.", ahora=ANTES
    )
    cliente, publicar = entrar(gente["Revisor"]), direccion("paso", medicion.pk, "publicar")
    pagina = cliente.get(publicar)
    assert codigos(pagina) == ["salto", "parcial", "texto_distinto"]
    assert texto(pagina).count("Entiendo: <b>") == 3
    casillas = valores(pagina)
    faltan = cliente.post(publicar, {"testigo": medicion.testigo, "aviso": casillas[:2]})
    assert "falta «las notas citan otra cifra»" in texto(faltan)
    assert [acuse.marcado for acuse in faltan.context["acuses"]] == [True, True, False]
    assert cliente.post(publicar, {"testigo": medicion.testigo, "aviso": casillas}).status_code == 302
    suceso = Suceso.objects.get(medicion=medicion, accion="publicar")
    assert suceso.cambios == {"avisos_aceptados": ["parcial", "salto", "texto_distinto"]}


def test_un_aviso_que_cambio_se_vuelve_a_preguntar(gente: dict[str, User], entrar: Entrar) -> None:
    """Se aceptó un salto desde 20 %; entretanto el anterior pasó a ser otro: lo aceptado ya no es lo que se lee."""
    indicador = fabricas.IndicadorFactory()
    previa = fabricas.publicada(indicador=indicador, periodo="2020", valor=20, ahora=ANTES)
    medicion = fabricas.en_revision(indicador=indicador, periodo="2021", valor=60, ahora=ANTES)
    cliente, publicar = entrar(gente["Revisor"]), direccion("paso", medicion.pk, "publicar")
    casillas = valores(cliente.get(publicar))
    fabricas.corregida(previa, valor=25, ahora=ANTES)
    respuesta = cliente.post(publicar, {"testigo": medicion.testigo, "aviso": casillas})
    assert "Algo cambió desde que abrió la página" in texto(respuesta)
    assert "25 % (2020)" in texto(respuesta)
    assert cliente.post(publicar, {"testigo": medicion.testigo, "aviso": valores(respuesta)}).status_code == 302


def test_al_enviar_se_adelanta_lo_que_vera_quien_revise(
    gente: dict[str, User], entrar: Entrar, indicador: Indicador
) -> None:
    fuente, cliente = fabricas.FuenteFactory(), entrar(gente["Analista"])
    datos = datos_de(indicador, periodo="2021-S1", valor="36", fuente=fuente.pk, _enviar="1")
    pagina = texto(cliente.post(direccion("add"), datos, follow=True))
    assert "Aviso: es solo una parte del año. Primer semestre de 2021 es parte del año" in pagina
    assert Medicion.objects.get().etapa == "en_revision"


def test_un_paso_sin_testigo_se_explica(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    respuesta = entrar(gente["Analista"]).post(direccion("paso", medicion.pk, "enviar"), follow=True)
    assert "no dice qué versión estaba mirando" in texto(respuesta)


@pytest.fixture
def doscientas(gente: dict[str, User]) -> list[Medicion]:
    """Doscientas en revisión, la mitad de parte del año, y dos más que se contradicen."""
    autora, fuente = fabricas.persona(Rol.ANALISTA), fabricas.FuenteFactory()
    indicador, pais = fabricas.IndicadorFactory(cuenta_personas=False), fabricas.AmbitoFactory()
    penales = [fabricas.EstablecimientoFactory(padre=pais) for _ in range(100)]
    filas = [
        fabricas.fila(
            indicador, periodo, etapa="en_revision", ambito=penal, registrada_por=autora, enviada_por=autora,
            fuente=fuente,
        )
        for periodo in ("2020", "2021-S1")
        for penal in penales
    ]  # fmt: skip
    for mala in filas[:2]:
        mala.numerador, mala.denominador = 1, 2
    Medicion.objects.bulk_create(filas)
    return list(Medicion.objects.order_by("pk"))


def test_doscientas_se_leen_agrupadas_y_se_publican_las_que_pueden(
    doscientas: list[Medicion], gente: dict[str, User], entrar: Entrar
) -> None:
    cliente = entrar(gente["Revisor"])
    datos = {"action": "accion_publicar", "index": "0", "select_across": "0"}
    elegidas = {"_selected_action": [m.pk for m in doscientas]}
    with CaptureQueriesContext(connection) as consultas:
        pagina = cliente.post(direccion("changelist"), datos | elegidas)
    assert len(consultas) < 40
    assert "2 no se pueden publicar hasta que se corrija" in texto(pagina)
    assert len(pagina.context["filas"]) == 198
    assert codigos(pagina) == []

    unas = {"_selected_action": [m.pk for m in doscientas[::50]]}
    confirmar = datos | unas | {"_confirmar": "1", "testigo": [f"{m.pk}:{m.testigo}" for m in doscientas[::50]]}
    hecho = texto(cliente.post(direccion("changelist"), confirmar, follow=True))
    assert "3 mediciones publicadas." in hecho
    assert "da 50 %, no 40 %" in hecho
    assert set(Medicion.objects.filter(etapa="publicada")) == {doscientas[n] for n in (50, 100, 150)}


def test_un_lote_con_avisos_los_agrupa_por_nombre(gente: dict[str, User], entrar: Entrar) -> None:
    mediciones = [fabricas.en_revision(periodo="2021-S1", ahora=ANTES) for _ in "123"]
    cliente = entrar(gente["Revisor"])
    datos = {
        "action": "accion_publicar", "index": "0", "select_across": "0",
        "_selected_action": [m.pk for m in mediciones], "testigo": [f"{m.pk}:{m.testigo}" for m in mediciones],
    }  # fmt: skip
    pagina = cliente.post(direccion("changelist"), datos)
    assert "Entiendo: <b>es solo una parte del año</b> en 3 mediciones" in texto(pagina)
    sin_marcar = texto(cliente.post(direccion("changelist"), datos | {"_confirmar": "1"}))
    assert "falta «es solo una parte del año»" in sin_marcar
    cliente.post(direccion("changelist"), datos | {"_confirmar": "1", "aviso": valores(pagina)})
    assert Suceso.objects.filter(accion="publicar", cambios={"avisos_aceptados": ["parcial"]}).count() == 3


def test_enviar_varias_resume_los_avisos(gente: dict[str, User], entrar: Entrar) -> None:
    mediciones = [fabricas.borrador(periodo="2021-S1", ahora=ANTES) for _ in "12"]
    mala = fabricas.borrador(valor=36, numerador=35, denominador=100, ahora=ANTES)
    datos = {
        "action": "accion_enviar", "index": "0", "select_across": "0",
        "_selected_action": [m.pk for m in (*mediciones, mala)],
    }  # fmt: skip
    pagina = texto(entrar(gente["Analista"]).post(direccion("changelist"), datos, follow=True))
    assert "3 mediciones enviadas a revisión." in pagina
    assert "1 no podrá publicarse como está" in pagina
    assert "2 llevan avisos" in pagina


def test_lo_que_ya_no_se_puede_publicar_ofrece_volver(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(ahora=ANTES)
    acciones.publicar(medicion, por=gente["Administrador"], ahora=ANTES)
    respuesta = entrar(gente["Revisor"]).post(direccion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo})
    assert "cambió desde que usted abrió la página" in texto(respuesta)
