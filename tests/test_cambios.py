"""Qué cambió: cada cambio con su antes y su después, en un orden total, por páginas y sin revelar lo reservado."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores import acciones
from indicadores.calculo.tipos import Motivo
from indicadores.cambios import Busqueda, Cambio, Clase, SenalInvalida, contar_cambios, leer_cambios, leer_senal
from indicadores.models import Constancia, Indicador, Medicion
from tests import fabricas
from tests.fabricas import HOY, minuto

pytestmark = pytest.mark.django_db


def buscar(**que: Any) -> Busqueda:
    return Busqueda(**({"hasta": minuto(60), "corte": HOY} | que))


def leer(cuantos: int = 100, **que: Any) -> list[Cambio]:
    return leer_cambios(buscar(**que), cuantos=cuantos)[0]


@pytest.fixture
def historia(personas: SimpleNamespace) -> SimpleNamespace:
    """Una cifra publicada, corregida y retirada; otra de un penal; un logro cambiado, una base y unos umbrales."""
    p = personas
    indicador = fabricas.IndicadorFactory(decimales=1)
    quienes = {"por": p.analista, "revisor": p.revisor}
    primera = fabricas.publicada(indicador=indicador, periodo="2020", valor=Decimal(37), ahora=minuto(1), **quienes)
    segunda = fabricas.corregida(primera, valor=Decimal(35), motivo="Errata", ahora=minuto(2), **quienes)
    acciones.retirar(segunda, por=p.revisor, motivo="Sin sustento", ahora=minuto(3))
    fabricas.logro(indicador, 30, anio=2021, por=p.administrador, ahora=minuto(4))
    fabricas.logro(indicador, 28, anio=2021, por=p.administrador, ahora=minuto(5), motivo="Nueva meta")
    fabricas.linea_base(indicador, anio=2019, por=p.administrador, ahora=minuto(6))
    acciones.fijar_umbrales(
        por=p.administrador, verde=Decimal(90), amarillo=Decimal(50), motivo="Otro método", ahora=minuto(7)
    )
    penal = fabricas.EstablecimientoFactory()
    local = fabricas.publicada(indicador=indicador, periodo="2019", ambito=penal, ahora=minuto(8), **quienes)
    return SimpleNamespace(indicador=indicador, primera=primera, segunda=segunda, local=local, penal=penal)


def test_cada_cambio_dice_que_habia_antes_y_que_hay_despues(historia: SimpleNamespace) -> None:
    local, umbrales, base, meta, logro, retiro, correccion, publicacion = leer()
    assert [c.clase for c in leer()] == [
        Clase.PUBLICACION, Clase.UMBRALES, Clase.LINEA_BASE, Clase.LOGRO, Clase.LOGRO, Clase.RETIRO, Clase.CORRECCION,
        Clase.PUBLICACION,
    ]  # fmt: skip
    assert (local.cifra, local.donde) == (historia.local.pk, historia.penal.nombre)
    assert umbrales.despues is not None
    assert (umbrales.antes, umbrales.despues.valor, umbrales.despues.segundo) == (None, 90, 50)
    assert umbrales.indicador is None
    assert base.despues is not None
    assert base.despues.ausencia is not None
    assert (base.anio, base.despues.valor, base.despues.ausencia.motivo) == (2019, None, Motivo.NO_CONSTA)
    assert meta.antes is not None
    assert meta.despues is not None
    assert (meta.antes.valor, meta.despues.valor, meta.motivo, meta.version) == (30, 28, "Nueva meta", 2)
    assert (logro.antes, logro.anio) == (None, 2021)
    assert retiro.antes is not None
    assert (retiro.cifra, retiro.antes.valor, retiro.despues) == (historia.segunda.pk, 35, None)
    assert retiro.motivo == "Sin sustento"
    assert correccion.antes is not None
    assert correccion.despues is not None
    assert (correccion.antes.valor, correccion.despues.valor, correccion.motivo) == (37, 35, "Errata")
    assert (publicacion.cifra, publicacion.antes) == (historia.primera.pk, None)


def test_lo_fijado_lleva_a_su_constancia(historia: SimpleNamespace) -> None:
    fijados = [c for c in leer() if c.cifra is None]
    assert len(fijados) == 4
    for uno in fijados:
        constancia = Constancia.objects.get(numero=uno.constancia)
        assert constancia.en == uno.en
        assert constancia.medicion_id is None


@pytest.mark.parametrize(("hasta", "clases"), [(0, []), (1, ["publicacion"]), (2, ["correccion", "publicacion"])])
def test_a_la_fecha_no_se_ve_lo_que_vino_despues(historia: SimpleNamespace, hasta: int, clases: list[str]) -> None:
    assert [c.clase.value for c in leer(hasta=minuto(hasta))] == clases
    assert sum(contar_cambios(buscar(hasta=minuto(hasta))).values()) == len(clases)


def test_desde_incluye_el_primer_instante(historia: SimpleNamespace) -> None:
    assert len(leer(desde=minuto(7))) == 2
    assert len(leer(desde=minuto(7) + timedelta(microseconds=1))) == 1


def test_se_busca_por_corte_indicador_anio_y_alcance(historia: SimpleNamespace) -> None:
    otro = fabricas.IndicadorFactory()
    assert len(leer(indicador=historia.indicador)) == 7
    assert leer(indicador=otro) == []
    assert [c.clase.value for c in leer(anio=2021)] == ["logro", "logro"]
    assert [c.clase.value for c in leer(anio=2019)] == ["publicacion", "linea_base"]
    assert len(leer(nacionales=True)) == 7
    assert [c.clase.value for c in leer(corte=date(2020, 1, 1), nacionales=True)] == [
        "umbrales", "linea_base", "logro", "logro"
    ]  # fmt: skip


def test_las_cuentas_son_las_de_la_lista(historia: SimpleNamespace) -> None:
    assert contar_cambios(buscar()) == {
        Clase.PUBLICACION: 2, Clase.CORRECCION: 1, Clase.RETIRO: 1, Clase.LOGRO: 2, Clase.LINEA_BASE: 1,
        Clase.UMBRALES: 1,
    }  # fmt: skip


@pytest.mark.parametrize("por_pagina", [1, 2, 3, 7, 50])
def test_las_paginas_juntas_son_la_lista_aunque_todo_sea_del_mismo_instante(
    politica_cargada: Any, por_pagina: int
) -> None:
    que = Busqueda(hasta=politica_cargada.cargada_en, corte=date(2021, 12, 31), nacionales=True)
    entera, quedan = leer_cambios(que, cuantos=500)
    assert not quedan
    assert len({c.senal for c in entera}) == len(entera) == sum(contar_cambios(que).values()) > 30
    reunidas: list[Cambio] = []
    visto, quedan = None, True
    while quedan:
        pagina, quedan = leer_cambios(que, cuantos=por_pagina, despues_de=visto)
        reunidas += pagina
        visto = leer_senal(pagina[-1].senal)
    assert [c.senal for c in reunidas] == [c.senal for c in entera]


def test_lo_que_se_publica_entre_dos_paginas_no_repite_ni_salta(historia: SimpleNamespace) -> None:
    primera, _ = leer_cambios(buscar(), cuantos=3)
    fabricas.publicada(indicador=historia.indicador, periodo="2018", ahora=minuto(20))
    segunda, _ = leer_cambios(buscar(), cuantos=100, despues_de=leer_senal(primera[-1].senal))
    assert len(segunda) == 5


@pytest.mark.parametrize(
    "texto", ["", "x", "2026.0.1", "2026-01-01T00:00:00.0.1", "2026-13-01T00:00:00+00:00.0.1", "\0"]
)
def test_una_senal_mal_escrita_se_rechaza(texto: str) -> None:
    with pytest.raises(SenalInvalida):
        leer_senal(texto)


def test_una_celda_reservada_no_se_revela_ni_en_su_version_anterior(personas: SimpleNamespace) -> None:
    penal = fabricas.EstablecimientoFactory()
    primera = fabricas.publicada(
        indicador=fabricas.IndicadorFactory(), ambito=penal, valor=Decimal(77), ahora=minuto(1)
    )
    segunda = fabricas.corregida(primera, valor=Decimal(66), motivo="Eran siete, no ocho", ahora=minuto(2))
    acciones.retirar(segunda, por=personas.revisor, motivo="Eran siete", ahora=minuto(3))
    Medicion.objects.filter(pk__in=[primera.pk, segunda.pk]).update(reservada=True)
    for cambio in leer():
        for contenido in (cambio.antes, cambio.despues):
            if contenido is not None:
                assert contenido.valor is None
                assert contenido.ausencia is not None
                assert contenido.ausencia.motivo is Motivo.POCAS_PERSONAS
        assert cambio.motivo == ""


def consultas(desde: datetime | None = None) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as al_leer:
        leer(desde=desde)
    with CaptureQueriesContext(connection) as al_contar:
        contar_cambios(buscar(desde=desde))
    return len(al_leer), len(al_contar)


def test_las_consultas_son_seis_y_seis_haya_lo_que_haya(historia: SimpleNamespace) -> None:
    assert consultas() == (6, 6)
    for n in range(10):
        otro: Indicador = fabricas.IndicadorFactory()
        fabricas.publicada(indicador=otro, periodo="2020", ahora=minuto(30 + n))
        fabricas.logro(otro, 5, anio=2022, ahora=minuto(30 + n))
    assert consultas() == (6, 6)
