"""La política reunida: con los datos reales a tres cortes, en un número fijo de consultas y sin inventar un número."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicadores.calculo.tipos import Avance, EstadoIndicador, Evaluacion, Motivo, Movimiento, Semaforo
from indicadores.lectura import IndicadorLeido
from indicadores.models import Medicion
from objetivos.models import Hito
from penitenciaria.tablero import Tablero, construir
from tests import fabricas
from tests.fabricas import AHORA, HOY, minuto
from tests.politica_real import CARGADA_EN
from tests.test_lectura import crear_indicadores, llenar

pytestmark = pytest.mark.django_db
FIN_DE_2021, MEDIO_2021, HOY_2026 = date(2021, 12, 31), date(2021, 6, 30), date(2026, 11, 23)
CORTES = [FIN_DE_2021, MEDIO_2021, HOY_2026]

#: De los siete que nunca se midieron, por qué.
RAZONES = {
    "OP.01-I1": "no_medido",
    "OP.03-I2": "no_consta",
    "OP.04-I2": "no_medido",
    "OP.05-I1": "no_existe",
    "OP.05-I2": "requiere_estudio",
    "OP.06-I1": "no_medido",
    "OP.06-I2": "no_medido",
}
#: De los seis medidos: último valor oficial y su periodo. OP.04-I1 solo tiene línea base.
ULTIMAS = {
    "OP.01-I2": ("2021-03", Decimal(35)),
    "OP.02-I1": ("2020", Decimal(33)),
    "OP.02-I2": ("2020", Decimal("1.3")),
    "OP.03-I1": ("2020", Decimal("11.3")),
    "OP.04-I1": None,
    "OP.04-I3": ("2020", Decimal("34.9")),
}


def tablero(corte: date = FIN_DE_2021, a_la_fecha: datetime = CARGADA_EN) -> Tablero:
    return construir(corte=corte, a_la_fecha=a_la_fecha)


def leidos(t: Tablero) -> dict[str, IndicadorLeido]:
    return {leido.indicador.codigo: leido for objetivo in t.objetivos for leido in objetivo.indicadores}


def evaluaciones(corte: date = FIN_DE_2021) -> dict[str, Evaluacion]:
    return {codigo: leido.evaluacion for codigo, leido in leidos(tablero(corte)).items()}


@pytest.mark.parametrize("corte", CORTES)
def test_trece_indicadores_seis_medidos_y_siete_con_su_razon(politica_cargada: Any, corte: date) -> None:
    t = tablero(corte)
    por_codigo = evaluaciones(corte)
    assert [len(objetivo.indicadores) for objetivo in t.objetivos] == [2, 2, 2, 3, 2, 2]
    assert [objetivo.con_medicion for objetivo in t.objetivos] == [1, 2, 1, 2, 0, 0]
    assert (t.resumen.total, t.resumen.con_medicion, t.resumen.sin_medicion) == (13, 6, 7)
    ultimas = {
        codigo: e.ultima and (e.ultima.periodo.texto, e.ultima.valor)
        for codigo, e in por_codigo.items()
        if e.estado is EstadoIndicador.CON_MEDICION
    }
    assert ultimas == ULTIMAS
    razones = {
        codigo: e.ausencia.motivo.value
        for codigo, e in por_codigo.items()
        if e.estado is EstadoIndicador.SIN_MEDICION and e.ausencia and e.ausencia.texto
    }
    assert razones == RAZONES


@pytest.mark.parametrize("corte", [FIN_DE_2021, MEDIO_2021])
def test_en_2021_solo_las_personas_sin_sentencia_tienen_avance(politica_cargada: Any, corte: date) -> None:
    avance = evaluaciones(corte)["OP.01-I2"].avance
    assert (avance.anio, avance.tipo_i, avance.motivo) == (2021, Fraction(600, 7), None)
    assert round(float(Fraction(600, 7)), 3) == 85.714
    assert (avance.semaforo, avance.parcial, avance.se_repite) == (Semaforo.AMARILLO, True, False)
    assert (avance.tipo_ii, avance.motivo_tipo_ii) == (None, Motivo.SIN_LINEA_BASE)
    assert avance.brecha == -5
    otros = {codigo: e.avance for codigo, e in evaluaciones(corte).items() if codigo != "OP.01-I2"}
    motivos = Counter(a.motivo for a in otros.values())
    assert motivos == {Motivo.SIN_MEDICION: 11, Motivo.SIN_SENTIDO: 1}
    assert otros["OP.05-I2"].motivo is Motivo.SIN_SENTIDO
    resumen = tablero(corte).resumen
    assert resumen.luces == {Semaforo.VERDE: 0, Semaforo.AMARILLO: 1, Semaforo.ROJO: 0, Semaforo.SIN_DATOS: 12}
    assert resumen.parciales == 1


@pytest.mark.parametrize("corte", [FIN_DE_2021, MEDIO_2021])
def test_el_avance_de_los_objetivos_en_2021(politica_cargada: Any, corte: date) -> None:
    primero, *resto = [objetivo.avance for objetivo in tablero(corte).objetivos]
    assert (primero.valor, primero.con_dato, primero.de, primero.parcial) == (Fraction(600, 7), 1, 2, True)
    assert primero.motivo is None
    assert [(a.anio, a.valor, a.con_dato, a.de, a.motivo) for a in resto] == [
        (2021, None, 0, de, Motivo.SIN_MEDICION) for de in (2, 2, 3, 2, 2)
    ]


def test_en_2026_no_hay_avance_y_el_ultimo_es_el_de_2021(politica_cargada: Any) -> None:
    t = tablero(HOY_2026)
    por_codigo = evaluaciones(HOY_2026)
    assert {e.avance.anio for e in por_codigo.values()} == {2026}
    assert t.resumen.luces[Semaforo.SIN_DATOS] == 13
    assert [(o.avance.anio, o.avance.valor) for o in t.objetivos] == [(2026, None)] * 6
    ultimo = por_codigo["OP.01-I2"].ultimo_avance
    assert ultimo is not None
    assert (ultimo.anio, ultimo.tipo_i, ultimo.semaforo) == (2021, Fraction(600, 7), Semaforo.AMARILLO)
    assert [codigo for codigo, e in por_codigo.items() if e.ultimo_avance] == ["OP.01-I2"]
    assert (por_codigo["OP.01-I2"].antiguedad_meses, por_codigo["OP.02-I1"].antiguedad_meses) == (67, 70)


def test_al_cierre_de_2020_hay_valores_pero_no_logros(politica_cargada: Any) -> None:
    por_codigo = evaluaciones(date(2020, 12, 31))
    medidos = {c for c, e in por_codigo.items() if e.avance.motivo is Motivo.SIN_LOGRO_ESPERADO}
    assert medidos == {"OP.01-I2", "OP.02-I1", "OP.02-I2", "OP.03-I1", "OP.04-I3"}
    assert por_codigo["OP.01-I2"].ultima.valor == 37  # type: ignore[union-attr]
    assert not any(e.ultimo_avance for e in por_codigo.values())


@pytest.mark.parametrize("corte", CORTES)
def test_tres_valores_repiten_la_linea_base(politica_cargada: Any, corte: date) -> None:
    por_codigo = evaluaciones(corte)
    repetidos = {codigo for codigo, e in por_codigo.items() if e.ultima_se_repite}
    assert repetidos == {"OP.02-I1", "OP.02-I2", "OP.03-I1"}
    assert tablero(corte).resumen.se_repiten == 3
    movimientos = {codigo: e.movimiento for codigo, e in por_codigo.items()}
    assert {c for c, m in movimientos.items() if m is Movimiento.SIN_CAMBIO} == repetidos
    assert {c for c, m in movimientos.items() if m is Movimiento.MEJORA} == {"OP.01-I2"}


def test_lo_referencial_se_muestra_y_nunca_entra_en_el_avance(politica_cargada: Any) -> None:
    t = tablero(HOY_2026)
    assert Medicion.objects.vigentes(CARGADA_EN).filter(caracter="referencial", ambito__codigo="PE").exists()
    assert (t.resumen.periodo_mas_reciente, t.resumen.fin_mas_reciente) == ("2021-03", date(2021, 3, 31))


def test_la_cobertura_de_los_servicios(politica_cargada: Any) -> None:
    t = tablero(FIN_DE_2021)
    valores = {c.indicador.codigo: c.evaluacion.ultima and c.evaluacion.ultima.valor for c in t.cobertura}
    assert valores == {
        "OP.01-S1-I1": 38,
        "OP.02-S2-I1": 715,
        "OP.02-S3-I1": 0,
        "OP.03-S2-I1": 15,
        "OP.03-S2-I2": 3,
    }
    assert {c.evaluacion.estado for c in t.cobertura} == {EstadoIndicador.CON_MEDICION}
    assert len(t.servicios) == 13
    assert Counter(servicio.ejecucion for servicio in t.servicios)["inmediata"] == 7


@pytest.mark.parametrize(
    ("corte", "ordenes", "pem"),
    [
        (date(2020, 9, 24), [3], "no_consta"),
        (date(2020, 9, 25), [1, 3], "no_consta"),
        (date(2021, 5, 30), [1, 3], "no_consta"),
        (date(2021, 5, 31), [1, 2, 3], "no_consta"),
        (date(2024, 12, 30), [1, 2, 3], "no_consta"),
        (date(2024, 12, 31), [1, 2, 3, 4], "atendida"),
    ],
)
def test_lo_que_ocurrio_despues_del_corte_no_se_ve(
    politica_cargada: Any, corte: date, ordenes: list[int], pem: str
) -> None:
    t = tablero(corte)
    assert [paso.hito.orden for paso in t.ruta] == ordenes
    assert {paso.hito.orden for paso in t.ruta if paso.cumplido} == set(ordenes) - {3}
    assert [a.estado for a in t.alternativas] == [pem, *["no_consta"] * 5]
    assert t.alternativas[0].estado_en_palabras == {"atendida": "atendida", "no_consta": "no consta su avance"}[pem]


def test_antes_de_la_primera_carga_no_hay_ninguna_cifra(politica_cargada: Any) -> None:
    antes = CARGADA_EN - timedelta(microseconds=1)
    t = tablero(HOY_2026, antes)
    assert (t.publicado_en, t.constancias.numeros) == (None, {})
    assert (t.resumen.total, t.resumen.con_medicion, t.resumen.fin_mas_reciente) == (13, 0, None)
    assert {codigo: leido.actualizado_en for codigo, leido in leidos(t).items()} == dict.fromkeys(leidos(t))
    assert not any(e.linea_base or e.logros or e.serie for e in (leido.evaluacion for leido in leidos(t).values()))
    assert tablero(HOY_2026).publicado_en == CARGADA_EN


def test_una_base_vacia_da_un_tablero_vacio() -> None:
    t = tablero(HOY, AHORA)
    assert (t.politica, t.objetivos, t.ruta, t.publicado_en) == (None, (), (), None)
    assert (list(t.anios), t.resumen.total) == ([], 0)


def test_un_objetivo_sin_indicadores_tiene_un_avance_sin_numero() -> None:
    fabricas.ObjetivoFactory()
    (objetivo,) = tablero().objetivos
    assert (objetivo.avance.valor, objetivo.avance.con_dato, objetivo.avance.de) == (None, 0, 0)
    assert objetivo.avance.motivo is Motivo.SIN_MEDICION


def test_los_anios_van_de_la_linea_base_al_final_de_la_politica(politica_cargada: Any) -> None:
    assert tablero().anios == range(2019, 2031)
    assert tablero(HOY, CARGADA_EN - timedelta(days=1)).anios == range(2020, 2031)


# Nada que derive de un dato ausente es un número


def numeros(objeto: Any) -> Iterator[tuple[str, Any]]:
    """Los campos numéricos de un resultado, con su nombre, también los de dentro."""
    for campo in fields(objeto):
        valor = getattr(objeto, campo.name)
        if is_dataclass(valor):
            yield from ((f"{campo.name}.{nombre}", numero) for nombre, numero in numeros(valor))
        elif isinstance(valor, Decimal | Fraction | int | float) and not isinstance(valor, bool):
            yield campo.name, valor


#: Lo que se sabe sin medir nada: años, cuentas y versiones.
NO_SON_RESULTADOS = {"anio", "anios_reales", "minimo", "version", "id", "anio_origen"}


@pytest.mark.parametrize("corte", [*CORTES, date(2020, 12, 31), date(2019, 1, 1)])
def test_de_lo_que_no_se_midio_no_sale_ningun_numero(politica_cargada: Any, corte: date) -> None:
    for codigo in RAZONES:
        evaluacion = evaluaciones(corte)[codigo]
        hallados = [(n, v) for n, v in numeros(evaluacion) if n.split(".")[-1] not in NO_SON_RESULTADOS]
        assert not hallados, f"{codigo}: {hallados}"
        de_la_serie = [(n, v) for punto in evaluacion.serie for n, v in numeros(punto)]
        assert {nombre.split(".")[-1] for nombre, _ in de_la_serie} <= NO_SON_RESULTADOS, codigo


@pytest.mark.parametrize("corte", CORTES)
def test_todo_avance_sin_numero_lleva_su_motivo_y_al_reves(politica_cargada: Any, corte: date) -> None:
    avances: list[Avance] = []
    for evaluacion in evaluaciones(corte).values():
        avances += [evaluacion.avance, *(punto.avance for punto in evaluacion.serie)]
    assert len(avances) > 13
    for avance in avances:
        assert (avance.tipo_i is None) is (avance.motivo is not None)
        assert (avance.tipo_ii is None) is (avance.motivo_tipo_ii is not None)
        assert (avance.semaforo is Semaforo.SIN_DATOS) is (avance.tipo_i is None)


# Consultas


def consultas(corte: date = FIN_DE_2021) -> int:
    with CaptureQueriesContext(connection) as capturadas:
        construir(corte=corte, a_la_fecha=minuto(60))
    return len(capturadas)


def test_las_consultas_no_dependen_de_cuantos_indicadores_haya() -> None:
    llenar(crear_indicadores(3), 30)
    con_tres = consultas()
    crear_indicadores(297)
    Hito.objects.bulk_create(
        Hito(politica=fabricas.PoliticaFactory(), orden=n, titulo=f"Hito {n}") for n in range(1, 30)
    )
    assert consultas() == con_tres
    assert con_tres <= 13


def test_las_consultas_no_dependen_de_cuantas_mediciones_haya() -> None:
    indicadores = crear_indicadores(3)
    llenar(indicadores, 100)
    con_cien = consultas()
    otros = crear_indicadores(40)
    llenar(otros, 2_000)
    assert consultas() == con_cien
