"""Sumar lugares: exacto o nada, y nunca más de lo que ya es público."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.agregacion import Agregable, Falta, Suma, sumar
from indicadores.calculo.reserva import Celda, reservadas
from indicadores.calculo.tipos import Ausencia, Dato, Motivo, Periodo, Sexo

PERIODO = Periodo.leer("2026-01")
PORCENTAJE, CONTEO = Agregable.PORCENTAJE, Agregable.CONTEO


def dato(numerador: int | None, denominador: int | None, valor: str = "1") -> Dato:
    return Dato(PERIODO, Decimal(valor), numerador=numerador, denominador=denominador)


def ausente(motivo: Motivo, denominador: int | None = None) -> Dato:
    return Dato(PERIODO, None, ausencia=Ausencia(motivo), denominador=denominador)


RESERVADO = ausente(Motivo.POCAS_PERSONAS)
NO_APLICA = ausente(Motivo.NO_APLICA, 0)


@pytest.mark.parametrize(
    ("partes", "agregable", "suma"),
    [
        ([], PORCENTAJE, Suma(0, falta=Falta.SIN_PARTES)),
        ([dato(1, 4), dato(2, 4)], PORCENTAJE, Suma(2, Fraction(75, 2), 3, 8)),
        ([dato(1, 4), NO_APLICA], PORCENTAJE, Suma(2, Fraction(25), 1, 4)),
        ([dato(1, 4), RESERVADO], PORCENTAJE, Suma(2, falta=Falta.RESERVADA, afectadas=1)),
        ([RESERVADO, None], PORCENTAJE, Suma(2, falta=Falta.RESERVADA, afectadas=1)),
        ([dato(1, 4), None], PORCENTAJE, Suma(2, falta=Falta.INCOMPLETA, afectadas=1)),
        ([dato(1, 4), ausente(Motivo.NO_MEDIDO)], CONTEO, Suma(2, falta=Falta.INCOMPLETA, afectadas=1)),
        ([dato(1, 4), ausente(Motivo.NO_APLICA, 7)], PORCENTAJE, Suma(2, falta=Falta.INCOMPLETA, afectadas=1)),
        ([NO_APLICA, NO_APLICA], PORCENTAJE, Suma(2, falta=Falta.NO_APLICA, afectadas=2)),
        ([dato(0, 0), NO_APLICA], PORCENTAJE, Suma(2, falta=Falta.NO_APLICA, afectadas=2)),
        ([dato(1, 4), dato(None, 4)], PORCENTAJE, Suma(2, falta=Falta.NO_AGREGABLE, afectadas=1)),
        ([dato(1, 4), dato(1, 4)], Agregable.NO, Suma(2, falta=Falta.NO_AGREGABLE)),
        ([dato(None, None, "3"), dato(None, None, "4"), NO_APLICA], CONTEO, Suma(3, Fraction(7))),
    ],
)
def test_suma_exacta_o_dice_por_que_no(partes: list[Dato | None], agregable: Agregable, suma: Suma) -> None:
    assert sumar(partes, agregable) == suma


CANTIDADES = st.lists(
    st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))), min_size=1, max_size=8
)


@given(CANTIDADES)
def test_el_porcentaje_del_conjunto_esta_entre_los_de_sus_partes(cantidades: list[tuple[int, int]]) -> None:
    partes = [dato(*par) for par in cantidades]
    completa = sumar(partes, PORCENTAJE)
    assert sumar(partes[::-1], PORCENTAJE) == completa
    assert completa.valor is not None
    parciales = [Fraction(100 * numerador, denominador) for numerador, denominador in cantidades]
    assert min(parciales) <= completa.valor <= max(parciales)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), st.integers(1, 5))
def test_ninguna_suma_permite_deducir_una_celda_callada(personas: list[int], departamentos: int) -> None:
    """Publicar las sumas de departamento no obliga a reservar ni una celda más: nada dicen que no se supiera.

    Los departamentos entran como ámbitos que contienen a sus establecimientos; los que se pueden sumar, como celdas
    públicas. La reserva, que descubre cualquier resta, no debe encontrar nada nuevo que callar.
    """
    de = {f"E{n}": f"D{n % departamentos}" for n in range(len(personas))}
    nacional = [Celda("PE", Sexo.TOTAL, sum(personas))]
    penales = [Celda(f"E{n}", Sexo.TOTAL, cuantas) for n, cuantas in enumerate(personas)]
    calladas = {ambito for ambito, _ in reservadas(nacional + penales, {"PE": None} | dict.fromkeys(de, "PE"))}
    leidas = {
        celda.ambito: RESERVADO
        if celda.ambito in calladas
        else dato(celda.personas // 2, celda.personas)
        if celda.personas
        else NO_APLICA
        for celda in penales
        if celda.personas is not None
    }
    sumas = {
        departamento: sumar([leidas[penal] for penal in leidas if de[penal] == departamento], PORCENTAJE)
        for departamento in set(de.values())
    }
    for departamento, suma in sumas.items():
        suyas = {penal for penal in de if de[penal] == departamento}
        assert (suma.falta is Falta.RESERVADA) is bool(suyas & calladas)
    con_sumas = dict.fromkeys(sumas, "PE") | de
    publicas = [Celda(d, Sexo.TOTAL, suma.denominador) for d, suma in sumas.items() if suma.denominador]
    visibles = [celda for celda in penales if celda.ambito not in calladas]
    desconocidas = {celda.ambito for celda in penales} & calladas
    determinadas = _determinadas(nacional + visibles + publicas, desconocidas, con_sumas)
    sin_sumas = _determinadas(nacional + visibles, desconocidas, dict.fromkeys(de, "PE"))
    assert determinadas == sin_sumas


def _determinadas(publicas: list[Celda], incognitas: set[str], padres: dict[str, str]) -> set[str]:
    """Las incógnitas que fijan las igualdades «cada ámbito es la suma de los que contiene», por eliminación exacta."""
    conocido = {celda.ambito: Fraction(celda.personas or 0) for celda in publicas}
    nombres = sorted(incognitas | {padre for padre in padres.values() if padre not in conocido})
    filas = []
    for padre in sorted(set(padres.values())):
        fila = dict.fromkeys(nombres, Fraction(0))
        for ambito, signo in [(padre, -1), *((hijo, 1) for hijo, suyo in padres.items() if suyo == padre)]:
            if ambito in fila:
                fila[ambito] += signo
        filas.append([fila[nombre] for nombre in nombres])
    for columna in range(len(nombres)):
        pivote = next((f for f in filas if f[columna] and not any(f[:columna])), None)
        if pivote is None:
            continue
        pivote[:] = [x / pivote[columna] for x in pivote]
        for fila in filas:
            if fila is not pivote:
                fila[:] = [x - fila[columna] * y for x, y in zip(fila, pivote, strict=True)]
    unicas = [[nombre for nombre, x in zip(nombres, fila, strict=True) if x] for fila in filas]
    return {fila[0] for fila in unicas if len(fila) == 1} & incognitas
