"""La evaluación de un indicador a un corte: los trece de la política, las reglas una a una y el oráculo."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Caracter,
    Evaluacion,
    Motivo,
    Movimiento,
    Periodo,
    Sentido,
    Sexo,
    ValorDelAnio,
)
from tests.calculo import oraculo
from tests.calculo.fabricas import UMBRALES, hechos, series_de_datos, un_dato, un_logro, una_base

F = Fraction
FIN_2021 = date(2021, 12, 31)
NO_CONSTA, NO_MEDIDO = Motivo.NO_CONSTA, Motivo.NO_MEDIDO
SIN_BASE = una_base(2019, None, NO_CONSTA)


def evaluar_con(
    *datos: Any, corte: date = FIN_2021, base: Any = SIN_BASE, logros: Any = (), **otros: Any
) -> Evaluacion:
    otros = {"sentido": Sentido.ASCENDENTE, "umbrales": UMBRALES} | otros
    return evaluar(linea_base=base, logros=logros, datos=datos, corte=corte, **otros)


def del_anio(evaluacion: Evaluacion, anio: int) -> ValorDelAnio:
    [hallado] = [valor for valor in evaluacion.serie if valor.anio == anio]
    return hallado


# --- Los indicadores de la política, al cierre de 2021 ---


def test_sin_sentencia():
    base_2020, marzo = un_dato("2020", "37"), un_dato("2021-03", "35", numerador=30_326)
    logro = un_logro(2021, "30")
    ev = evaluar_con(base_2020, marzo, logros=[logro], sentido=Sentido.DESCENDENTE)

    assert ev.estado == "con_medicion"
    assert (ev.avance.tipo_i, ev.avance.motivo, ev.avance.semaforo) == (F(600, 7), None, "amarillo")
    assert (ev.avance.tipo_ii, ev.avance.motivo_tipo_ii) == (None, Motivo.SIN_LINEA_BASE)
    assert (ev.avance.parcial, ev.avance.brecha, ev.avance.dato, ev.avance.logro) == (True, Decimal(-5), marzo, logro)
    assert ev.ultimo_avance == ev.avance
    assert (ev.ultima, ev.ultima_se_repite, ev.antiguedad_meses) == (marzo, False, 9)
    assert (ev.movimiento, ev.ausencia) == (Movimiento.MEJORA, None)
    assert (ev.tendencia, ev.proyeccion.valor, ev.proyeccion.anios_reales) == (None, None, 1)
    assert ev.ritmo.requerido == F(-20, 3)
    assert ev.ritmo.motivo_observado is Motivo.SIN_MEDICION


def test_sin_sentencia_cinco_anios_despues():
    """El logro del año del corte no existe; lo último conocido se muestra con su propio año."""
    ev = evaluar_con(
        un_dato("2020", "37"),
        un_dato("2021-03", "35"),
        corte=date(2026, 11, 23),
        logros=[un_logro(2021, "30")],
        sentido=Sentido.DESCENDENTE,
    )

    assert (ev.avance.anio, ev.avance.tipo_i, ev.avance.motivo) == (2026, None, Motivo.SIN_MEDICION)
    assert (ev.ultimo_avance.anio, ev.ultimo_avance.tipo_i) == (2021, F(600, 7))
    assert ev.antiguedad_meses == 67
    assert ev.ritmo.motivo_requerido is Motivo.SIN_LOGRO_ESPERADO


def test_infraestructura_repite_su_linea_base():
    ev = evaluar_con(un_dato("2020", "33"), base=una_base(2019, "33"), logros=[un_logro(2021, "35")])

    assert ev.ultima_se_repite
    assert ev.movimiento == "sin_cambio"
    assert (ev.avance.motivo, ev.avance.motivo_tipo_ii) == (Motivo.SIN_MEDICION, Motivo.SIN_MEDICION)
    assert ev.ultimo_avance is None  # 2020 tiene valor y no logro; 2021, logro y no valor
    assert del_anio(ev, 2020).avance.motivo is Motivo.SIN_LOGRO_ESPERADO
    assert ev.proyeccion.anios_reales == 1
    assert ev.ritmo.requerido == 2


def test_tratamiento_especializado_tiene_base_y_ninguna_medicion():
    ausente = un_dato("2020", None, NO_CONSTA)
    ev = evaluar_con(ausente, base=una_base(2019, "1.90"), logros=[un_logro(2021, "3")])

    assert ev.estado == "con_medicion"
    assert (ev.ultima, ev.antiguedad_meses, ev.ultima_se_repite, ev.movimiento) == (None, None, False, "desconocido")
    assert ev.ausencia is None
    assert del_anio(ev, 2020).dato == ausente
    assert ev.ritmo.motivo_requerido is Motivo.SIN_MEDICION
    assert ev.ritmo.proximo_logro.anio == 2021


def test_casos_de_corrupcion_no_tienen_sentido_ni_valores():
    requiere = una_base(2019, None, Motivo.REQUIERE_ESTUDIO)
    ev = evaluar_con(base=requiere, logros=[un_logro(2021, None, NO_CONSTA)], sentido=Sentido.NO_DEFINIDO)

    assert ev.estado == "sin_medicion"
    assert ev.ausencia == Ausencia(Motivo.REQUIERE_ESTUDIO)
    assert (ev.avance.motivo, ev.avance.semaforo) == (Motivo.SIN_SENTIDO, "sin_datos")
    assert ev.ultimo_avance is None
    assert [valor.anio for valor in ev.serie] == list(range(2019, 2031))


# --- Las reglas, una a una ---


@pytest.mark.parametrize(
    ("datos", "elegido", "parcial"),
    [
        pytest.param([("2021", "5"), ("2021-12", "6"), ("2021-S2", "7")], "2021", False, id="la anual"),
        pytest.param([("2021", None), ("2021-S1", "6"), ("2021-03", "7")], "2021-S1", True, id="la última subanual"),
        pytest.param(
            [("2021-12", "1"), ("2021-Q4", "2"), ("2021-S2", "3")], "2021-S2", True, id="a igual fin, la mayor"
        ),
        pytest.param([("2021-03", "1"), ("2021-06", None)], "2021-03", True, id="con valor antes que ausente"),
        pytest.param([("2021", None), ("2021-12", None)], "2021", False, id="la ausencia anual"),
        pytest.param([("2021-03", None), ("2021-06", None)], "2021-06", False, id="la última ausencia"),
        pytest.param([("2020", "5")], None, False, id="nada"),
    ],
)
def test_el_valor_de_un_anio(datos, elegido, parcial):
    ev = evaluar_con(*[un_dato(periodo, valor, None if valor else NO_MEDIDO) for periodo, valor in datos])
    valor = del_anio(ev, 2021)

    assert (valor.dato and valor.dato.periodo.texto, valor.parcial) == (elegido, parcial)
    assert (ev.avance.dato, ev.avance.parcial) == (valor.dato, parcial)


@pytest.mark.parametrize(
    "ajeno",
    [
        {"caracter": Caracter.REFERENCIAL},
        {"sexo": Sexo.HOMBRES},
        {"ambito": "OR-LIMA"},
        {"periodo": Periodo.leer("2022-01")},
    ],
)
def test_lo_que_no_cuenta(ajeno):
    logros = [un_logro(2021, "10")]
    dato = un_dato("2021", "5")

    assert evaluar_con(replace(dato, **ajeno), logros=logros) == evaluar_con(logros=logros)
    assert evaluar_con(dato, logros=logros).avance.tipo_i == 50


def test_otro_ambito_se_evalua_si_se_pide():
    lima = un_dato("2021", "5", ambito="OR-LIMA")

    assert evaluar_con(lima, un_dato("2021", "9"), ambito="OR-LIMA").ultima == lima


def test_entra_lo_que_termina_el_dia_del_corte():
    dato = un_dato("2021-03", "5")

    assert evaluar_con(dato, corte=date(2021, 3, 31)).ultima == dato
    assert evaluar_con(dato, corte=date(2021, 3, 30)).ultima is None


def test_el_logro_del_anio_del_corte_rige_desde_enero():
    ev = evaluar_con(un_dato("2021-01", "5"), corte=date(2021, 1, 31), logros=[un_logro(2021, "10")])

    assert ev.avance.tipo_i == 50


def test_si_hay_dos_versiones_de_un_logro_vale_la_ultima():
    viejo, nuevo = un_logro(2021, "10"), replace(un_logro(2021, "20"), version=2)

    for logros in ([viejo, nuevo], [nuevo, viejo]):
        assert evaluar_con(un_dato("2021", "5"), logros=logros).avance.tipo_i == 25


@pytest.mark.parametrize(
    ("base", "logros", "datos", "anios"),
    [
        pytest.param(None, [], [], [], id="no se conoce ningún año"),
        pytest.param(2019, [2021], ["2020"], range(2019, 2031), id="desde la base"),
        pytest.param(2019, [2018], ["2020"], range(2018, 2031), id="desde un logro"),
        pytest.param(2019, [], ["2017-03"], range(2017, 2031), id="desde un dato"),
        pytest.param(None, [2033], ["2020"], range(2020, 2034), id="más allá del final si hay qué mostrar"),
        pytest.param(None, [], ["2022"], [], id="lo posterior al corte no se conoce"),
    ],
)
def test_los_anios_de_la_serie(base, logros, datos, anios):
    ev = evaluar_con(
        *[un_dato(periodo, "1") for periodo in datos],
        base=base and una_base(base, "1"),
        logros=[un_logro(anio, "2") for anio in logros],
    )

    assert [valor.anio for valor in ev.serie] == [valor.avance.anio for valor in ev.serie] == list(anios)
    assert ev.avance.anio == 2021


def test_anio_final_es_un_argumento():
    datos = [un_dato("2019", "1"), un_dato("2020", "2"), un_dato("2021", "3")]
    ev = evaluar_con(*datos, anio_final=2025)

    assert [ev.serie[-1].anio, ev.proyeccion.anio, ev.proyeccion.valor, ev.ritmo.observado] == [2025, 2025, 7, 1]


def test_el_anio_de_la_base_se_marca_si_no_tiene_otro_valor():
    base = una_base(2019, "3")

    assert [v.anio for v in evaluar_con(un_dato("2020", "4"), base=base).serie if v.es_linea_base] == [2019]
    assert del_anio(evaluar_con(un_dato("2019", None, NO_MEDIDO), base=base), 2019).es_linea_base
    assert not any(v.es_linea_base for v in evaluar_con(un_dato("2019-S1", "4"), base=base).serie)
    assert not any(v.es_linea_base for v in evaluar_con(un_dato("2019", "4"), base=None).serie)


def test_ultimo_avance_es_el_del_ultimo_anio_con_valor_y_logro():
    logros = [un_logro(2019, "10"), un_logro(2020, None), un_logro(2022, "10")]
    datos = [un_dato("2019", "1"), un_dato("2020", "2"), un_dato("2021", "3")]

    assert evaluar_con(*datos, logros=logros).ultimo_avance.anio == 2019
    sin_sentido = evaluar_con(*datos, logros=logros, sentido=Sentido.NO_DEFINIDO).ultimo_avance
    assert (sin_sentido.anio, sin_sentido.motivo) == (2019, Motivo.SIN_SENTIDO)


def test_la_ausencia_es_la_ultima_declarada_y_si_no_la_de_la_base():
    base = una_base(2019, None, Motivo.PROGRESIVO)
    datos = [un_dato("2019", None, NO_MEDIDO), un_dato("2020", None, NO_CONSTA), un_dato("2021", None)]

    assert evaluar_con(*datos, base=base).ausencia == Ausencia(NO_CONSTA)
    assert evaluar_con(datos[2], base=base).ausencia == Ausencia(Motivo.PROGRESIVO)
    assert evaluar_con(datos[2], base=None).ausencia is None
    assert evaluar_con(*datos, un_dato("2018", "0"), base=base).ausencia is None


@pytest.mark.parametrize(
    ("base", "datos", "esperado"),
    [
        pytest.param(una_base(2019, "5"), [("2020", "1"), ("2021", "6")], "mejora", id="frente a la base"),
        pytest.param(SIN_BASE, [("2019", "9"), ("2020", "1"), ("2021", "6")], "retrocede", id="frente al primer valor"),
        pytest.param(None, [("2020", "9"), ("2021-03", "6")], "retrocede", id="de cualquier granularidad"),
        pytest.param(None, [("2021", "6")], "desconocido", id="nada con qué comparar"),
        pytest.param(
            None, [("2021-12", "5"), ("2021", "6")], "desconocido", id="lo que termina a la vez no es anterior"
        ),
        pytest.param(una_base(2021, "7"), [("2020", "5"), ("2021-03", "6")], "retrocede", id="base del mismo año"),
        pytest.param(
            una_base(2022, "7"), [("2020", "5"), ("2021", "6")], "mejora", id="base posterior al último valor"
        ),
        pytest.param(una_base(2019, "5"), [], "desconocido", id="base sin mediciones"),
    ],
)
def test_contra_que_se_compara_el_ultimo_valor(base, datos, esperado):
    assert evaluar_con(*[un_dato(*dato) for dato in datos], base=base).movimiento == esperado


# --- Leyes ---


@given(st.data(), hechos)
def test_ni_el_orden_ni_lo_posterior_al_corte_cambian_nada(data, hechos):
    """Ni lo referencial, ni lo desagregado: basta con lo que cuenta, en cualquier orden."""
    limpio = oraculo.Hechos(**hechos).datos
    barajados = {clave: data.draw(st.permutations(hechos[clave])) for clave in ("datos", "logros")}

    assert evaluar(**hechos | barajados) == evaluar(**hechos | {"datos": limpio})


@given(hechos, series_de_datos())
def test_nada_futuro_cambia_el_resultado(hechos, futuros):
    posteriores = [dato for dato in futuros if dato.periodo.fin > hechos["corte"]]

    assert evaluar(**hechos | {"datos": hechos["datos"] + posteriores}) == evaluar(**hechos)


@given(hechos)
def test_igual_que_el_oraculo(hechos):
    ev, obvio = evaluar(**hechos), oraculo.Hechos(**hechos)
    anios = obvio.anios()
    ultima, corte = obvio.ultima(), hechos["corte"]

    assert ev.logros == tuple(sorted(hechos["logros"], key=lambda logro: logro.anio))
    assert [valor.anio for valor in ev.serie] == anios
    for valor in ev.serie:
        comprobar_anio(valor, obvio)
    assert ev.avance.anio == corte.year
    assert (ev.avance.dato, ev.avance.logro) == (obvio.dato_de(corte.year), obvio.logro_de(corte.year))
    con_ambos = [v.avance for v in ev.serie if v.anio <= corte.year and v.dato and v.avance.brecha is not None]
    assert ev.ultimo_avance == (con_ambos[-1] if con_ambos else None)
    assert (ev.ultima, ev.ultima_se_repite) == (ultima, obvio.repite(ultima))
    assert ev.antiguedad_meses == (oraculo.meses(ultima.periodo.fin, corte) if ultima else None)
    assert ev.estado == ("con_medicion" if ultima or obvio.base is not None else "sin_medicion")
    assert ev.movimiento == obvio.movimiento()
    reales = obvio.reales()
    recta = oraculo.recta(reales, 2030)
    assert (ev.ritmo.observado, ev.ritmo.motivo_observado) == ((recta[0], None) if recta else (None, "sin_medicion"))
    assert ev.proyeccion.anios_reales == len(reales)
    assert ev.proyeccion.valor == (recta[1] if recta and len(reales) >= 3 else None)
    proximo = ev.ritmo.proximo_logro and ev.ritmo.proximo_logro.anio
    assert (ev.ritmo.requerido, ev.ritmo.motivo_requerido, proximo) == obvio.ritmo_requerido()


def comprobar_anio(valor: ValorDelAnio, obvio: oraculo.Hechos) -> None:
    dato, logro, avance = obvio.dato_de(valor.anio), obvio.logro_de(valor.anio), valor.avance
    vo, le = dato.valor if dato else None, logro.valor if logro else None
    assert (valor.dato, valor.logro, avance.dato, avance.logro) == (dato, logro, dato, logro)
    assert valor.parcial == avance.parcial == (vo is not None and len(dato.periodo.texto) > 4)
    assert valor.se_repite == avance.se_repite == obvio.repite(dato)
    assert valor.es_linea_base == bool(obvio.linea_base and obvio.linea_base.anio == valor.anio and vo is None)
    assert avance.motivo == oraculo.tipo_i(obvio.sentido, vo, le)[1]
    esperado_ii, motivo_tipo_ii = oraculo.tipo_ii(obvio.sentido, vo, le, obvio.base)
    assert avance.motivo_tipo_ii == motivo_tipo_ii
    assert avance.tipo_ii is None or abs(avance.tipo_ii - Fraction(esperado_ii)) < Fraction(1, 10**30)
    assert avance.semaforo == oraculo.luz(obvio.sentido, vo, le, obvio.umbrales)
    assert avance.brecha == (None if vo is None or le is None else le - vo)


def test_muchos_datos_no_alteran_la_regla():
    """Quince años de meses barajados: se repite quien iguala al mes anterior, y el último manda."""
    meses = [f"{anio}-{mes:02d}" for anio in range(2006, 2021) for mes in range(1, 13)]
    datos = [un_dato(periodo, str(indice // 2)) for indice, periodo in enumerate(meses)]
    random.Random(7).shuffle(datos)
    ev = evaluar_con(*datos)

    assert (ev.ultima.periodo.texto, ev.ultima_se_repite, ev.serie[0].anio) == ("2020-12", True, 2006)
    assert ev.tendencia is None
