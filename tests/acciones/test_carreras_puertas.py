"""Dos personas (o dos pulsaciones) a la vez, por las puertas: una gana y la otra lee una frase, sin perder lo escrito.

Las carreras usan dos clientes y dos conexiones de verdad: ambos leen la página y ambos la envían juntos. Lo que afirman
vale gane quien gane. Los choques que no dependen del instante se prueban además en las dos bases.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from indicadores import acciones
from indicadores.models import Indicador, LogroEsperado, Medicion, Suceso
from tests import fabricas
from tests.admin.conftest import ANTES, datos_del_borrador, direccion, texto

Pedido = Callable[[], Any]
carrera = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def con(cuenta: Any) -> Client:
    cliente = Client()
    cliente.force_login(cuenta, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def a_la_vez(*pedidos: Pedido) -> list[Any]:
    """Las respuestas de los pedidos, lanzados juntos y cada uno en su conexión."""
    salida = Barrier(len(pedidos))

    def lanzar(pedido: Pedido) -> Any:
        salida.wait(timeout=15)
        try:
            return pedido()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(pedidos)) as hilos:
        return [futura.result(timeout=30) for futura in [hilos.submit(lanzar, pedido) for pedido in pedidos]]


def ganan(respuestas: list[Any]) -> list[Any]:
    return [respuesta for respuesta in respuestas if respuesta.status_code == 302]


def pierden(respuestas: list[Any]) -> list[Any]:
    return [respuesta for respuesta in respuestas if respuesta.status_code == 200]


@pytest.fixture
def dos(transactional_db: None, personas: SimpleNamespace) -> SimpleNamespace:
    return personas


class TestCarreras:
    pytestmark = carrera

    def test_dos_revisores_publican_a_la_vez(self, dos: SimpleNamespace) -> None:
        medicion = fabricas.en_revision(por=dos.analista, ahora=ANTES)
        publicar, datos = direccion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo}
        clientes = [con(dos.revisor), con(dos.administrador)]
        respuestas = a_la_vez(*(lambda c=c: c.post(publicar, datos) for c in clientes))
        assert len(ganan(respuestas)) == len(pierden(respuestas)) == 1
        assert "cambió desde que usted abrió" in texto(pierden(respuestas)[0])
        assert Suceso.objects.filter(accion="publicar").count() == 1

    def test_doble_pulsacion(self, dos: SimpleNamespace) -> None:
        medicion = fabricas.en_revision(por=dos.analista, ahora=ANTES)
        publicar, datos = direccion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo}
        cliente = [con(dos.revisor), con(dos.revisor)]
        respuestas = a_la_vez(*(lambda c=c: c.post(publicar, datos) for c in cliente))
        assert len(ganan(respuestas)) == 1
        assert Suceso.objects.filter(accion="publicar").count() == 1

    def test_una_observa_mientras_otra_publica(self, dos: SimpleNamespace) -> None:
        medicion = fabricas.en_revision(por=dos.analista, ahora=ANTES)
        una, otra, testigo = con(dos.revisor), con(dos.administrador), medicion.testigo
        respuestas = a_la_vez(
            lambda: una.post(direccion("paso", medicion.pk, "publicar"), {"testigo": testigo}),
            lambda: otra.post(
                direccion("paso", medicion.pk, "observar"), {"testigo": testigo, "motivo": "Falta el anexo"}
            ),
        )
        assert len(ganan(respuestas)) == len(pierden(respuestas)) == 1
        assert Suceso.objects.filter(accion__in=("publicar", "observar")).count() == 1
        if pierden(respuestas)[0].context["paso"].verbo == "observar":
            assert "Falta el anexo" in texto(pierden(respuestas)[0])

    def test_editar_contra_publicar(self, dos: SimpleNamespace) -> None:
        """Quien edita lo que ya está en revisión pierde siempre, y lo publicado es lo que se vio."""
        medicion = fabricas.en_revision(por=dos.analista, valor=40, ahora=ANTES)
        edita, publica = con(dos.otra_analista), con(dos.revisor)
        edicion, _ = a_la_vez(
            lambda: edita.post(direccion("change", medicion.pk), datos_del_borrador(medicion, valor="41")),
            lambda: publica.post(direccion("paso", medicion.pk, "publicar"), {"testigo": medicion.testigo}),
        )
        assert edicion.status_code == 200
        assert 'value="41"' in texto(edicion)
        medicion.refresh_from_db()
        assert (medicion.etapa, medicion.valor) == ("publicada", 40)

    def test_dos_correcciones_a_la_vez(self, dos: SimpleNamespace) -> None:
        vigente = fabricas.publicada(por=dos.analista, revisor=dos.revisor, ahora=ANTES)
        comun = {"situacion": "definitiva", "fuente": vigente.fuente_id, "motivo": "Errata"}
        clientes = [(con(dos.analista), "41"), (con(dos.otra_analista), "42")]
        respuestas = a_la_vez(
            *(lambda c=c, v=v: c.post(direccion("corregir", vigente.pk), comun | {"valor": v}) for c, v in clientes)
        )
        assert len(ganan(respuestas)) == len(pierden(respuestas)) == 1
        assert "Ya hay" in texto(pierden(respuestas)[0])
        assert pierden(respuestas)[0].context["form"]["valor"].value() in ("41", "42")
        assert Medicion.objects.filter(corrige=vigente).count() == 1

    def test_dos_guardan_el_mismo_borrador(self, dos: SimpleNamespace) -> None:
        medicion = fabricas.borrador(por=dos.analista, ahora=ANTES)
        clientes = [(con(dos.analista), "41"), (con(dos.otra_analista), "42")]
        respuestas = a_la_vez(
            *(
                lambda c=c, v=v: c.post(direccion("change", medicion.pk), datos_del_borrador(medicion, valor=v))
                for c, v in clientes
            )
        )
        assert len(ganan(respuestas)) == len(pierden(respuestas)) == 1
        [diferencia] = pierden(respuestas)[0].context["diferencias"]
        assert {diferencia["guardado"], diferencia["escrito"]} == {"41", "42"}

    def test_dos_fijan_el_mismo_logro(self, dos: SimpleNamespace) -> None:
        indicador = fabricas.IndicadorFactory()
        fijar = reverse("admin:indicadores_logroesperado_add")
        clientes = [(con(dos.administrador), "30"), (con(dos.superusuario), "31")]
        datos = {"indicador": indicador.pk, "anio": "2021", "motivo": "PEM", "version_base": "0"}
        respuestas = a_la_vez(*(lambda c=c, v=v: c.post(fijar, datos | {"valor": v}) for c, v in clientes))
        assert len(ganan(respuestas)) == len(pierden(respuestas)) == 1
        assert LogroEsperado.objects.count() == 1
        perdedora = texto(pierden(respuestas)[0])
        assert "30" in perdedora
        assert "31" in perdedora


# Lo que no depende del instante, en las dos bases


@pytest.mark.django_db
def test_al_chocar_se_elige_campo_por_campo(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(por=personas.analista, ahora=ANTES)
    acciones.modificar(medicion, por=personas.otra_analista, testigo=1, valor="36,5", notas="Ajena", ahora=ANTES)
    cliente, editar = con(personas.analista), direccion("change", medicion.pk)
    escrito = datos_del_borrador(medicion, valor="35,2", notas="Mía", testigo=2, hubo_conflicto="on")
    a_medias = cliente.post(editar, escrito | {"elige_valor": "suyo"})
    assert a_medias.context["form"].errors["sobrescribir"] == ["Elija en cada fila qué valor queda; falta: notas."]
    assert [par["elegido"] for par in a_medias.context["diferencias"]] == ["suyo", ""]
    assert cliente.post(editar, escrito | {"elige_valor": "suyo", "elige_notas": "mio"}).status_code == 302
    medicion.refresh_from_db()
    assert (str(medicion.valor), medicion.notas) == ("36.5000", "Mía")


@pytest.mark.django_db
def test_quedarse_con_todo_lo_ajeno_no_anota_nada(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(por=personas.analista, ahora=ANTES)
    acciones.modificar(medicion, por=personas.otra_analista, testigo=1, valor="36,5", ahora=ANTES)
    escrito = datos_del_borrador(medicion, valor="35,2", testigo=2, hubo_conflicto="on", elige_valor="suyo")
    assert con(personas.analista).post(direccion("change", medicion.pk), escrito).status_code == 302
    assert medicion.sucesos.count() == 2


@pytest.mark.django_db
def test_corregir_lo_que_otra_persona_ya_corrigio(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(por=personas.analista, revisor=personas.revisor, valor=40, ahora=ANTES)
    nueva = fabricas.corregida(vigente, por=personas.otra_analista, revisor=personas.revisor, valor=41, ahora=ANTES)
    cliente = con(personas.analista)
    escrito = {"valor": "42", "situacion": "definitiva", "fuente": vigente.fuente_id, "motivo": "Otra errata"}
    respuesta = cliente.post(direccion("corregir", vigente.pk), escrito)
    pagina = texto(respuesta)
    assert "raul publicó la versión 2: 41 %" in pagina
    assert "Otra errata" in pagina
    assert [(d["guardado"], d["escrito"]) for d in respuesta.context["diferencias"]] == [("41", "42")]
    destino = respuesta.context["accion_del_formulario"]
    assert destino == direccion("corregir", nueva.pk)
    elegido = escrito | {"hubo_conflicto": "on", "elige_valor": "mio"}
    assert cliente.post(destino, elegido).status_code == 302
    assert Medicion.objects.get(corrige=nueva).valor == 42


@pytest.mark.django_db
def test_corregir_lo_que_se_retiro_no_pierde_lo_escrito(personas: SimpleNamespace) -> None:
    vigente = fabricas.publicada(por=personas.analista, revisor=personas.revisor, ahora=ANTES)
    acciones.retirar(vigente, por=personas.revisor, motivo="Error", ahora=ANTES)
    escrito = {"valor": "42", "situacion": "definitiva", "fuente": vigente.fuente_id, "motivo": "Otra errata"}
    respuesta = con(personas.analista).post(direccion("corregir", vigente.pk), escrito)
    assert "la cifra dejó de regir" in texto(respuesta)
    assert respuesta.context["form"]["valor"].value() == "42"


@pytest.mark.django_db
def test_un_paso_viejo_muestra_lo_de_antes_y_lo_de_ahora(personas: SimpleNamespace) -> None:
    medicion = fabricas.en_revision(por=personas.analista, ahora=ANTES)
    testigo = medicion.testigo
    medicion = acciones.observar(medicion, por=personas.revisor, motivo="x", ahora=ANTES)
    medicion = acciones.modificar(medicion, por=personas.analista, testigo=medicion.testigo, valor="44", ahora=ANTES)
    acciones.enviar(medicion, por=personas.analista, ahora=ANTES)
    cliente, observar = con(personas.revisor), direccion("paso", medicion.pk, "observar")
    datos = {"testigo": testigo, "motivo": "No cuadra", "visto": "40 %, en revisión"}
    respuesta = cliente.post(observar, datos)
    pagina = texto(respuesta)
    for dicho in ("40 %, en revisión", "44 %, en revisión", "No cuadra", "cambió desde que usted abrió"):
        assert dicho in pagina
    renovado = {**datos, "testigo": respuesta.context["form"]["testigo"].value()}
    assert cliente.post(observar, renovado).status_code == 302


@pytest.mark.django_db
def test_fijar_sobre_lo_que_otra_persona_fijo(personas: SimpleNamespace, indicador_con_logro: Indicador) -> None:
    fabricas.logro(indicador_con_logro, 29, por=personas.superusuario, motivo="Revisión", ahora=fabricas.minuto(1))
    cliente, fijar = con(personas.administrador), reverse("admin:indicadores_logroesperado_add")
    datos = {"indicador": indicador_con_logro.pk, "anio": "2021", "valor": "28", "motivo": "PEM", "version_base": "1"}
    pagina = texto(cliente.post(fijar, datos))
    for dicho in ("no es la que usted vio", "2021: 29 % (versión 2)", "sofia", "Revisión", 'value="28"'):
        assert dicho in pagina
    assert cliente.post(fijar, datos | {"version_base": "2"}).status_code == 302
    with pytest.raises(acciones.ConflictoDeEdicion, match="aldo fijó el logro esperado"):
        fabricas.logro(indicador_con_logro, 27, por=personas.superusuario, version_base=2, ahora=fabricas.minuto(3))


@pytest.fixture
def indicador_con_logro(db: None) -> Indicador:
    indicador = fabricas.IndicadorFactory()
    fabricas.logro(indicador, 30)
    return indicador
