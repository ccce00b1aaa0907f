"""Celdas pequeñas en la base: qué versiones quedan reservadas al publicar, y que nada las deje deducir después."""

from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace

import pytest

from indicadores import acciones
from indicadores.models import Ambito, Indicador, Medicion
from tests import fabricas
from tests.fabricas import minuto

pytestmark = pytest.mark.django_db


@pytest.fixture
def penales(db: None) -> tuple[Ambito, list[Ambito], list[Ambito]]:
    """El país, una oficina con tres penales y otra con dos."""
    return fabricas.arbol(3, 2)


@pytest.fixture
def indicador(db: None) -> Indicador:
    return fabricas.IndicadorFactory()


def celda(
    indicador: Indicador, ambito: Ambito, personas: int, *, sexo: str = "T", cuando: float = 0, **datos: object
) -> Medicion:
    """Publica la celda con ``personas`` en el denominador; con cero, no aplica."""
    valor = {"numerador": personas // 2} if personas else {"motivo_ausencia": "no_aplica"}
    return fabricas.publicada(
        indicador=indicador, ambito=ambito, sexo=sexo, denominador=personas, ahora=minuto(cuando), valor=None,
        **valor, **datos,
    )  # fmt: skip


def reservadas() -> set[tuple[str, str, int]]:
    """(ámbito, sexo, versión) de lo que no se muestra."""
    return set(Medicion.objects.filter(reservada=True).values_list("ambito__codigo", "sexo", "version"))


def claves(*mediciones: Medicion) -> set[tuple[str, str, int]]:
    return {(m.ambito.codigo, m.sexo, m.version) for m in mediciones}


def publicar_arbol(indicador: Indicador, penales: Iterable[tuple[Ambito, int]]) -> list[Medicion]:
    return [celda(indicador, ambito, personas) for ambito, personas in penales]


@pytest.mark.parametrize(("personas", "esperada"), [(1, True), (9, True), (10, False), (0, False)])
def test_de_una_a_nueve_personas_no_se_publica(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador, personas: int, esperada: bool
) -> None:
    medicion = celda(indicador, penales[2][0], personas)
    assert medicion.reservada is esperada
    assert Medicion.objects.get().reservada is esperada


def test_con_cero_personas_la_celda_no_aplica_y_es_publica(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    vacia = celda(indicador, penales[2][0], 0)
    assert (vacia.reservada, vacia.valor, vacia.motivo_ausencia) == (False, None, "no_aplica")


def test_se_reserva_una_hermana_y_los_totales_siguen_exactos(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    pais, (norte, _), (a, b, c, *_) = penales
    total = celda(indicador, pais, 1105)
    oficina = celda(indicador, norte, 105)
    grande, mediana, pequena = publicar_arbol(indicador, [(a, 60), (b, 40), (c, 5)])
    assert reservadas() == claves(mediana, pequena)
    assert mediana.ambito == b
    total.refresh_from_db()
    oficina.refresh_from_db()
    grande.refresh_from_db()
    assert [(m.reservada, m.denominador) for m in (total, oficina, grande)] == [
        (False, 1105),
        (False, 105),
        (False, 60),
    ]


@pytest.mark.parametrize("orden", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]])
def test_el_orden_de_publicacion_no_cambia_lo_reservado(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador, orden: list[int]
) -> None:
    _, (norte, _), (a, b, c, *_) = penales
    celdas = [(norte, 105), (a, 60), (b, 40), (c, 5)]
    publicar_arbol(indicador, [celdas[n] for n in orden])
    assert reservadas() == {(b.codigo, "T", 1), (c.codigo, "T", 1)}


def test_por_sexo_se_reserva_el_otro_sexo(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    penal = penales[2][0]
    total, mujeres, hombres = (celda(indicador, penal, n, sexo=s) for n, s in ((103, "T"), (3, "M"), (100, "H")))
    assert reservadas() == claves(mujeres, hombres)
    total.refresh_from_db()
    assert not total.reservada


def test_en_el_pais_se_reserva_por_sexo_y_nunca_el_total(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    pais = penales[0]
    celda(indicador, pais, 7)
    assert reservadas() == set()
    mujeres, hombres = (celda(indicador, pais, n, sexo=s) for n, s in ((3, "M"), (4, "H")))
    assert reservadas() == claves(mujeres, hombres)


def test_la_marca_alcanza_a_las_versiones_pasadas(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    """v1 de la hermana se publicó a la vista; al aparecer la pequeña, también ella calla."""
    _, (_, sur), (*_, a, b) = penales
    celda(indicador, sur, 45)
    primera = celda(indicador, a, 41)
    segunda = fabricas.corregida(primera, valor=None, numerador=20, denominador=40, ahora=minuto(1))
    assert reservadas() == set()
    pequena = celda(indicador, b, 5, cuando=2)
    assert reservadas() == claves(primera, segunda, pequena)


def test_un_borrador_no_hereda_la_marca_y_se_decide_al_publicarlo(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    """Lo que se publique después con bastantes personas se ve, haya o no otra publicación entretanto."""
    _, _, (a, b, *_) = penales
    pequena = celda(indicador, a, 5)
    borrador = acciones.corregir(
        pequena, por=personas.analista, valor=None, numerador=100, denominador=500, motivo="x", ahora=minuto(1)
    )
    celda(indicador, b, 6, cuando=2)
    borrador.refresh_from_db()
    assert not borrador.reservada
    acciones.enviar(borrador, por=personas.analista, ahora=minuto(3))
    nueva = acciones.publicar(borrador, por=personas.revisor, ahora=minuto(4))
    assert not nueva.reservada
    assert claves(pequena) < reservadas()


def test_un_borrador_no_decide_por_lo_publicado(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    """Mientras la corrección no se publique, la celda pequeña es la que se publicó."""
    _, (_, sur), (*_, a, b) = penales
    celda(indicador, sur, 45)
    pequena = celda(indicador, a, 5)
    acciones.corregir(
        pequena, por=personas.analista, valor=None, numerador=100, denominador=500, motivo="x", ahora=minuto(1)
    )
    hermana = celda(indicador, b, 40, cuando=2)
    assert reservadas() == claves(pequena, hermana)


def test_retirar_la_celda_pequena_no_destapa_a_su_hermana(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    """Con el total y la hermana a la vista, la retirada se deduciría restando."""
    _, (_, sur), (*_, a, b) = penales
    celda(indicador, sur, 45)
    hermana, pequena = celda(indicador, a, 40), celda(indicador, b, 5)
    acciones.retirar(pequena, por=personas.revisor, motivo="x", ahora=minuto(1))
    hermana.refresh_from_db()
    assert hermana.reservada
    corregida = fabricas.corregida(hermana, valor=None, numerador=21, denominador=40, ahora=minuto(2))
    assert corregida.reservada


def test_corregida_con_bastantes_personas_la_version_nueva_se_ve_y_la_vieja_no(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    pequena = celda(indicador, penales[2][0], 5)
    nueva = fabricas.corregida(pequena, valor=None, numerador=10, denominador=50)
    assert reservadas() == claves(pequena)
    assert not nueva.reservada


def test_cada_periodo_e_indicador_se_decide_aparte(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    _, (_, sur), (*_, a, b) = penales
    celda(indicador, sur, 45, periodo="2021")
    celda(indicador, a, 40, periodo="2021")
    celda(fabricas.IndicadorFactory(), a, 40)
    celda(indicador, sur, 45)
    hermana, pequena = celda(indicador, a, 40), celda(indicador, b, 5)
    assert set(Medicion.objects.filter(reservada=True)) == {hermana, pequena}


def test_si_no_cuenta_personas_no_se_reserva(penales: tuple[Ambito, list[Ambito], list[Ambito]]) -> None:
    sistemas = fabricas.IndicadorFactory(cuenta_personas=False)
    assert not celda(sistemas, penales[2][0], 5).reservada


def test_sin_denominador_no_se_sabe_y_no_se_reserva(
    penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    assert not fabricas.publicada(indicador=indicador, ambito=penales[2][0], valor="5").reservada


def test_un_lote_se_reserva_como_un_todo(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    _, (norte, _), (a, b, c, *_) = penales
    enviadas = [
        fabricas.en_revision(indicador=indicador, ambito=ambito, valor=None, numerador=1, denominador=n)
        for ambito, n in ((norte, 105), (a, 60), (b, 40), (c, 5))
    ]
    publicadas = acciones.publicar_lote(enviadas, por=personas.revisor)
    assert [m.reservada for m in publicadas] == [False, False, True, True]


def test_el_caracter_no_separa_lo_referencial_de_lo_oficial(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    """Con el total referencial a la vista, el oficial de hombres diría cuántas mujeres hay."""
    _, _, (a, *_) = penales
    for sexo, cuantas in (("T", 41), ("M", 1)):
        celda(indicador, a, cuantas, sexo=sexo, caracter="referencial")
    oficial = celda(indicador, a, 40, sexo="H", caracter="oficial")
    oficial.refresh_from_db()
    assert oficial.reservada


def test_lo_que_se_deduce_del_numerador_o_del_conteo_tambien_se_reserva(
    personas: SimpleNamespace, penales: tuple[Ambito, list[Ambito], list[Ambito]], indicador: Indicador
) -> None:
    _, _, (a, b, *_) = penales
    sin_denominador = fabricas.publicada(indicador=indicador, ambito=a, sexo="M", valor=Decimal(40), numerador=2)
    conteo = fabricas.IndicadorFactory(unidad="numero", simbolo="personas", decimales=0, cuenta_personas=True)
    tres = fabricas.publicada(indicador=conteo, ambito=b, valor=Decimal(3))
    trescientas = fabricas.publicada(indicador=conteo, ambito=a, valor=Decimal(300))
    for medicion, esperada in ((sin_denominador, True), (tres, True), (trescientas, False)):
        medicion.refresh_from_db()
        assert medicion.reservada is esperada
