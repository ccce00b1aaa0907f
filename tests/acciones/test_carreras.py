"""Dos personas a la vez sobre lo mismo, con conexiones de verdad: una gana y la otra recibe una frase.

La primera escribe y no confirma hasta que la segunda está esperándola (se pregunta a PostgreSQL): la carrera ocurre
siempre, no según la suerte.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from indicadores import acciones
from indicadores.acciones import ConflictoDeEdicion, DatoInvalido, ErrorDelDominio, TransicionInvalida
from indicadores.models import LogroEsperado, Medicion
from indicadores.permisos import Rol
from tests import fabricas
from tests.fabricas import minuto

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Verbo = Callable[[], Any]
PACIENCIA = 15.0


def a_la_vez(primera: Verbo, segunda: Verbo) -> ErrorDelDominio | None:
    """Ejecuta las dos superpuestas; devuelve el rechazo de la segunda, o None si también pudo."""
    with ThreadPoolExecutor(max_workers=1) as hilo:
        with transaction.atomic():
            primera()
            futura = hilo.submit(_en_otra_conexion, segunda)
            assert _alguien_espera(futura), "La segunda no esperó a la primera: nada las pone en fila"
        return futura.result(timeout=PACIENCIA)


def _en_otra_conexion(verbo: Verbo) -> ErrorDelDominio | None:
    try:
        verbo()
    except ErrorDelDominio as rechazo:
        return rechazo
    finally:
        connection.close()
    return None


def _alguien_espera(futura: Future[Any]) -> bool:
    limite = time.monotonic() + PACIENCIA
    while time.monotonic() < limite and not futura.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.01)
    return False


@pytest.fixture
def dos(transactional_db: None) -> SimpleNamespace:
    """Dos personas de cada papel que aquí compite."""
    return SimpleNamespace(
        analistas=[fabricas.persona(Rol.ANALISTA) for _ in "12"],
        revisores=[fabricas.persona(Rol.REVISOR) for _ in "12"],
        jefes=[fabricas.persona(Rol.ADMINISTRADOR) for _ in "12"],
    )


def test_de_dos_que_publican_lo_mismo_gana_una(dos: SimpleNamespace) -> None:
    enviada = fabricas.en_revision()
    una, otra = dos.revisores
    rechazo = a_la_vez(lambda: acciones.publicar(enviada, por=una), lambda: acciones.publicar(enviada, por=otra))
    assert isinstance(rechazo, TransicionInvalida)
    assert str(rechazo).startswith("La medición está «publicada» y no puede ser publicada")
    assert Medicion.objects.get().publicada_por == una
    assert enviada.sucesos.filter(accion="publicar").count() == 1


def test_de_dos_que_registran_lo_mismo_gana_una(dos: SimpleNamespace) -> None:
    indicador, fuente = fabricas.IndicadorFactory(), fabricas.FuenteFactory()
    una, otra = (
        lambda por=por: fabricas.borrador(por=por, indicador=indicador, fuente=fuente) for por in dos.analistas
    )
    fabricas.AmbitoFactory()
    rechazo = a_la_vez(una, otra)
    assert isinstance(rechazo, ConflictoDeEdicion)
    assert str(rechazo) == "Ya hay un borrador de ese indicador, periodo, ámbito, sexo y carácter."
    assert Medicion.objects.get().registrada_por == dos.analistas[0]


def test_de_dos_que_corrigen_lo_mismo_gana_una(dos: SimpleNamespace) -> None:
    vigente = fabricas.publicada()
    una, otra = (lambda por=por: acciones.corregir(vigente, por=por, valor="41", motivo="x") for por in dos.analistas)
    rechazo = a_la_vez(una, otra)
    assert isinstance(rechazo, DatoInvalido)
    assert str(rechazo).startswith("Ya hay una medición «borrador»")
    assert Medicion.objects.filter(corrige=vigente).count() == 1


def test_de_dos_que_modifican_lo_mismo_gana_una(dos: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    una, otra = (
        lambda por=por, valor=valor: acciones.modificar(medicion, por=por, testigo=1, valor=valor)
        for por, valor in zip(dos.analistas, ("41", "42"), strict=True)
    )
    rechazo = a_la_vez(una, otra)
    assert isinstance(rechazo, ConflictoDeEdicion)
    assert f"{dos.analistas[0].username} cambió esta medición" in str(rechazo)
    assert Medicion.objects.get().valor == 41


def test_retirar_lo_que_otra_persona_acaba_de_sustituir_no(dos: SimpleNamespace) -> None:
    vigente = fabricas.publicada()
    nueva = acciones.corregir(vigente, por=dos.analistas[0], valor="41", motivo="x", ahora=minuto(1))
    acciones.enviar(nueva, por=dos.analistas[0], ahora=minuto(2))
    rechazo = a_la_vez(
        lambda: acciones.publicar(nueva, por=dos.revisores[0], ahora=minuto(3)),
        lambda: acciones.retirar(vigente, por=dos.revisores[1], motivo="x", ahora=minuto(4)),
    )
    assert isinstance(rechazo, TransicionInvalida)
    assert dict(Medicion.objects.values_list("version", "etapa")) == {1: "sustituida", 2: "publicada"}


@pytest.mark.parametrize("ya_habia", [False, True])
def test_de_dos_que_fijan_el_mismo_logro_gana_una(dos: SimpleNamespace, ya_habia: bool) -> None:
    indicador = fabricas.IndicadorFactory()
    if ya_habia:
        fabricas.logro(indicador, "29")
    una, otra = (
        lambda por=por, valor=valor: fabricas.logro(indicador, valor, por=por, ahora=minuto(1))
        for por, valor in zip(dos.jefes, ("30", "31"), strict=True)
    )
    rechazo = a_la_vez(una, otra)
    assert isinstance(rechazo, ConflictoDeEdicion)
    assert str(rechazo) == (
        f"Mientras usted escribía, {dos.jefes[0].username} fijó el logro esperado. Compare las dos y decida de nuevo."
    )
    assert LogroEsperado.objects.get(sustituida_en=None).valor == 30
    assert LogroEsperado.objects.count() == 1 + ya_habia


def test_dos_celdas_publicadas_a_la_vez_no_dejan_deducir_la_pequena(dos: SimpleNamespace) -> None:
    """Cada transacción, sin ver la otra, dejaría a la vista la celda que descubre la ajena."""
    indicador, (_, (oficina,), penales) = fabricas.IndicadorFactory(), fabricas.arbol(2)
    fabricas.publicada(indicador=indicador, ambito=oficina, valor=None, numerador=1, denominador=45)
    una, otra = (
        fabricas.en_revision(indicador=indicador, ambito=penal, valor=None, numerador=1, denominador=personas)
        for penal, personas in zip(penales, (5, 40), strict=True)
    )
    rechazo = a_la_vez(
        lambda: acciones.publicar(una, por=dos.revisores[0]), lambda: acciones.publicar(otra, por=dos.revisores[1])
    )
    assert rechazo is None
    assert set(Medicion.objects.filter(reservada=True)) == {una, otra}
