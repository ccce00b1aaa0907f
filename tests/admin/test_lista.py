"""La lista: encuentra, filtra, y publica o envía varias de una vez, cada una por su verbo."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicadores import acciones
from indicadores.models import Medicion, Suceso
from tests import fabricas
from tests.admin.conftest import ANTES, Entrar, direccion, texto


def hallados(cliente: Client, **filtros: Any) -> set[int]:
    return {medicion.pk for medicion in cliente.get(direccion("changelist"), filtros).context["cl"].result_list}


@pytest.mark.parametrize("pagina", ["medicion", "lineabase", "logroesperado", "indicador", "ambito"])
def test_las_consultas_no_dependen_de_las_filas(pagina: str, gente: dict[str, User], entrar: Entrar) -> None:
    cliente = entrar(gente["Administrador"])
    lista = reverse(f"admin:indicadores_{pagina}_changelist")

    def cuantas() -> int:
        with CaptureQueriesContext(connection) as consultas:
            assert cliente.get(lista).status_code == 200
        return len(consultas)

    def sembrar(n: int) -> None:
        for _ in range(n):
            indicador = fabricas.IndicadorFactory(responsable=fabricas.EntidadFactory())
            penal = fabricas.EstablecimientoFactory()
            fabricas.linea_base(indicador, 30, ahora=ANTES)
            fabricas.logro(indicador, 35, ahora=ANTES)
            fabricas.borrador(indicador=indicador, ambito=penal, ahora=ANTES)

    sembrar(3)
    con_tres = cuantas()
    sembrar(27)
    assert cuantas() == con_tres


def test_muestra_valor_unidad_razon_y_etapa(gente: dict[str, User], entrar: Entrar) -> None:
    fabricas.borrador(valor=Decimal("34.95"), por=gente["Analista"], periodo="2021-03", ahora=ANTES)
    fabricas.borrador(motivo_ausencia="requiere_estudio", ahora=ANTES)
    pagina = texto(entrar(gente["Funcionario"]).get(direccion("changelist")))
    for dicho in ("35 %", "marzo de 2021", "✎", "analista", "01-03-2022 10:00"):
        assert dicho in pagina
    assert "sin valor: requiere un estudio previo" in pagina


def test_se_busca_por_codigo_nombre_periodo_y_ambito(gente: dict[str, User], entrar: Entrar) -> None:
    penal = fabricas.EstablecimientoFactory(nombre="E.P. Challapalca", codigo="EP-CHA")
    indicador = fabricas.IndicadorFactory(codigo="OP.09-I9", nombre="Personas con grillete")
    buscada = fabricas.borrador(indicador=indicador, ambito=penal, periodo="2021-03", ahora=ANTES)
    fabricas.borrador(ahora=ANTES)
    cliente = entrar(gente["Analista"])
    for palabra in ("OP.09", "grillete", "2021-03", "challapalca"):
        assert hallados(cliente, q=palabra) == {buscada.pk}, palabra


def test_filtra_lo_mio_el_anio_el_objetivo_y_la_etapa(gente: dict[str, User], entrar: Entrar) -> None:
    mia = fabricas.borrador(por=gente["Administrador"], periodo="2019", ahora=ANTES)
    modificada = fabricas.borrador(periodo="2018", ahora=ANTES)
    modificada = acciones.modificar(modificada, por=gente["Administrador"], testigo=1, notas="n", ahora=ANTES)
    por_revisar = fabricas.en_revision(periodo="2021-03", ahora=ANTES)
    enviada = acciones.enviar(mia, por=gente["Administrador"], ahora=ANTES)
    cliente = entrar(gente["Administrador"])
    assert hallados(cliente, mias="registradas") == {mia.pk, modificada.pk}
    assert hallados(cliente, mias="por_revisar") == {por_revisar.pk}
    assert hallados(cliente, anio="2021") == {por_revisar.pk}
    assert hallados(cliente, objetivo=enviada.indicador.objetivo.codigo) == {mia.pk}
    assert hallados(cliente, etapa__exact="en_revision") == {mia.pk, por_revisar.pk}
    assert hallados(cliente, anio="dosmil", mias="nada") == {mia.pk, modificada.pk, por_revisar.pk}


def elegir(accion: str, *mediciones: Medicion, **mas: Any) -> dict[str, Any]:
    return {"action": accion, "index": "0", "select_across": "0", "_selected_action": [m.pk for m in mediciones]} | mas


def casillas(respuesta: Any) -> list[str]:
    """Lo que enviaría quien marca todos los avisos de la página."""
    return [acuse.valor for acuse in respuesta.context["acuses"]]


def leidas(*mediciones: Medicion) -> list[str]:
    return [f"{medicion.pk}:{medicion.testigo}" for medicion in mediciones]


def test_se_envian_las_que_pueden_y_se_dice_cuales_no(gente: dict[str, User], entrar: Entrar) -> None:
    lista, sin_fuente = fabricas.borrador(ahora=ANTES), fabricas.borrador(fuente=None, ahora=ANTES)
    cliente = entrar(gente["Analista"])
    respuesta = cliente.post(direccion("changelist"), elegir("accion_enviar", lista, sin_fuente), follow=True)
    assert {m.etapa for m in Medicion.objects.filter(pk=lista.pk)} == {"en_revision"}
    assert {m.etapa for m in Medicion.objects.filter(pk=sin_fuente.pk)} == {"borrador"}
    pagina = texto(respuesta)
    assert "1 medición enviada a revisión." in pagina
    assert f"{sin_fuente.indicador.codigo}, 2020, Perú: Indique la fuente" in pagina


def test_publicar_varias_confirma_con_sus_avisos(gente: dict[str, User], entrar: Entrar) -> None:
    anual = fabricas.en_revision(ahora=ANTES)
    parcial = fabricas.en_revision(periodo="2021-S1", ahora=ANTES)
    propia = fabricas.en_revision(por=gente["Administrador"], periodo="2017", ahora=ANTES)
    cliente = entrar(gente["Administrador"])
    todas = (anual, parcial, propia)
    confirmacion = cliente.post(direccion("changelist"), elegir("accion_publicar", *todas))
    assert confirmacion.status_code == 200
    assert "Primer semestre de 2021 es parte del año" in texto(confirmacion)
    assert not Suceso.objects.filter(accion="publicar").exists()

    sin_leer = cliente.post(
        direccion("changelist"), elegir("accion_publicar", *todas, _confirmar="1", testigo=leidas(*todas))
    )
    assert "Lea los avisos y marque la casilla" in texto(sin_leer)
    hecho = cliente.post(
        direccion("changelist"),
        elegir("accion_publicar", *todas, _confirmar="1", aviso=casillas(confirmacion), testigo=leidas(*todas)),
        follow=True,
    )
    assert "2 mediciones publicadas." in texto(hecho)
    assert f"{propia.indicador.codigo}, 2017, Perú: Usted registró, cambió o envió esta medición" in texto(hecho)
    assert dict(Medicion.objects.order_by("id").values_list("pk", "etapa")) == {
        anual.pk: "publicada",
        parcial.pk: "publicada",
        propia.pk: "en_revision",
    }


def test_publicar_varias_no_publica_la_que_cambio(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(ahora=ANTES)
    datos = elegir("accion_publicar", medicion, _confirmar="1", testigo=[f"{medicion.pk}:1"])
    respuesta = entrar(gente["Revisor"]).post(direccion("changelist"), datos, follow=True)
    assert "La medición cambió desde que usted abrió la página" in texto(respuesta)
    assert not Suceso.objects.filter(accion="publicar").exists()


def test_descartar_varias_pide_confirmar(gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.borrador(ahora=ANTES)
    cliente = entrar(gente["Analista"])
    cliente.post(direccion("changelist"), elegir("accion_descartar", medicion))
    medicion.refresh_from_db()
    assert medicion.etapa == "borrador"
    cliente.post(
        direccion("changelist"), elegir("accion_descartar", medicion, _confirmar="1", testigo=leidas(medicion))
    )
    medicion.refresh_from_db()
    assert medicion.etapa == "descartada"


@pytest.mark.parametrize(
    ("rol", "esperadas"),
    [
        ("Funcionario", set()),
        ("Analista", {"accion_enviar", "accion_descartar"}),
        ("Revisor", {"accion_publicar"}),
        ("Administrador", {"accion_enviar", "accion_publicar", "accion_descartar"}),
    ],
)
def test_cada_rol_ve_sus_acciones(rol: str, esperadas: set[str], gente: dict[str, User], entrar: Entrar) -> None:
    medicion = fabricas.en_revision(ahora=ANTES)
    cliente = entrar(gente[rol])
    respuesta = cliente.get(direccion("changelist"))
    formulario = respuesta.context["action_form"]
    ofrecidas = {valor for valor, _ in formulario.fields["action"].choices if valor} if formulario else set()
    assert ofrecidas == esperadas
    if "accion_publicar" not in esperadas:
        cliente.post(
            direccion("changelist"), elegir("accion_publicar", medicion, _confirmar="1", testigo=leidas(medicion))
        )
        medicion.refresh_from_db()
        assert medicion.etapa == "en_revision"
