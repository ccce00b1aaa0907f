"""Cada comprobación dice lo suyo con sus cifras, calla cuando no hay nada que decir y no consulta de más."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from indicadores import acciones
from indicadores.acciones import DatoInvalido
from indicadores.comprobaciones import REGLAS, Hallazgo, Nivel, comprobar, comprobar_varias, errores_propios
from indicadores.comprobaciones.propias import decimales_de
from indicadores.formato import porcentaje_de, redondear
from indicadores.models import Ambito, Indicador, Medicion
from indicadores.permisos import Rol
from objetivos.models import Parrafo
from tests import fabricas
from tests.fabricas import AHORA, HOY, minuto

pytestmark = pytest.mark.django_db
Unidad = Indicador.Unidad


def hallados(medicion: Medicion) -> dict[str, str]:
    """Código → texto de lo que se encuentra en ``medicion`` tal como está en la base."""
    leida = Medicion.objects.select_related("indicador__servicio", "ambito").get(pk=medicion.pk)
    return {h.codigo: h.texto.replace("\N{NO-BREAK SPACE}", " ") for h in comprobar(leida, ahora=AHORA)}


def suelta(indicador: Indicador, **datos: Any) -> Medicion:
    """Una medición sin guardar: así puede tener lo que los verbos no dejarían escribir."""
    return fabricas.fila(
        indicador, datos.pop("periodo", "2020"), etapa="en_revision", ambito=fabricas.AmbitoFactory(), **datos
    )


def serie(indicador: Indicador, valores: dict[str, Any], **datos: Any) -> None:
    for periodo, valor in valores.items():
        fabricas.publicada(indicador=indicador, periodo=periodo, valor=valor, **datos)


@pytest.mark.parametrize(
    ("unidad", "datos", "codigos"),
    [
        (Unidad.PORCENTAJE, {"valor": Decimal("100.5")}, ["fuera_de_rango"]),
        (Unidad.PORCENTAJE, {"valor": Decimal(-1)}, ["fuera_de_rango"]),
        (Unidad.CANTIDAD, {"valor": Decimal("3.5")}, ["fuera_de_rango"]),
        (Unidad.TASA_DE_VARIACION, {"valor": Decimal(-1)}, []),
        (Unidad.PORCENTAJE, {"valor": Decimal(35), "numerador": 349, "denominador": 1000}, []),
        (Unidad.PORCENTAJE, {"valor": Decimal("34.9"), "numerador": 3497, "denominador": 10_000}, ["truncado"]),
        (Unidad.PORCENTAJE, {"valor": Decimal("34.9"), "numerador": 36, "denominador": 100}, ["no_concuerda"]),
        (Unidad.PORCENTAJE, {"valor": Decimal(90), "numerador": 10, "denominador": 9}, ["conteos_imposibles"]),
        (Unidad.PORCENTAJE, {"valor": Decimal(40), "numerador": 30326}, []),
        (Unidad.PORCENTAJE, {"valor": Decimal(40), "numerador": 4, "denominador": 0}, []),
        (Unidad.RATIO, {"valor": Decimal("2.5"), "numerador": 5, "denominador": 2}, []),
        (Unidad.RATIO, {"valor": Decimal(4), "numerador": 5, "denominador": 2}, ["no_concuerda"]),
        (Unidad.TASA, {"valor": Decimal(250), "numerador": 825_000, "denominador": 330_000_000}, []),
        (Unidad.TASA, {"valor": Decimal(7), "numerador": 5, "denominador": 2000}, ["no_concuerda"]),
        (Unidad.CANTIDAD, {"valor": Decimal(38), "numerador": 38}, []),
        (Unidad.CANTIDAD, {"valor": Decimal(38), "numerador": 39}, ["no_concuerda"]),
        (Unidad.INDICE, {"valor": Decimal(38), "numerador": 3, "denominador": 9}, []),
        (Unidad.PORCENTAJE, {"valor": None}, ["sin_valor"]),
        (Unidad.PORCENTAJE, {"valor": None, "motivo_ausencia": "no_medido"}, []),
        (Unidad.PORCENTAJE, {"periodo": "2022"}, ["futuro"]),
        (Unidad.PORCENTAJE, {"periodo": "1980"}, ["muy_antiguo", "fuera_de_horizonte"]),
        (Unidad.PORCENTAJE, {"periodo": "2015"}, ["fuera_de_horizonte"]),
    ],
)
def test_lo_que_la_cifra_dice_de_si_misma(unidad: str, datos: dict[str, Any], codigos: list[str]) -> None:
    medicion = suelta(fabricas.IndicadorFactory(unidad=unidad), **datos)
    encontrados = comprobar(medicion, ahora=AHORA)
    assert [h.codigo for h in encontrados] == codigos
    assert all(h.titulo and h.remedio and h.texto.endswith((".", "%")) for h in encontrados)
    assert [h.codigo for h in errores_propios(medicion, hoy=HOY)] == [h.codigo for h in encontrados if h.es_error]


@given(numerador=st.integers(0, 10**6), denominador=st.integers(1, 10**6), decimales=st.integers(0, 4))
def test_un_porcentaje_redondeado_a_lo_que_sea_concuerda(numerador: int, denominador: int, decimales: int) -> None:
    numerador = min(numerador, denominador)
    indicador = Indicador(unidad=Unidad.PORCENTAJE, simbolo="%", cuenta_personas=False)
    valor = redondear(porcentaje_de(numerador, denominador), 4)
    medicion = Medicion(
        indicador=indicador, periodo="2020", inicio=date(2020, 1, 1), fin=date(2020, 12, 31), sexo="T",
        ambito=Ambito(codigo="PE"), valor=valor, numerador=numerador, denominador=denominador,
    )  # fmt: skip
    assert errores_propios(medicion, hoy=HOY) == []
    medicion.valor = redondear(valor, decimales)
    assert errores_propios(medicion, hoy=HOY) == []
    medicion.valor = valor + 2 if valor < 97 else valor - 2
    assert [h.codigo for h in errores_propios(medicion, hoy=HOY)] == ["no_concuerda"]


def test_el_verbo_no_publica_lo_que_se_contradice(personas: SimpleNamespace) -> None:
    mala = fabricas.en_revision(valor=36, numerador=35, denominador=100, por=personas.analista)
    buena = fabricas.en_revision(valor=36, por=personas.analista)
    with pytest.raises(DatoInvalido, match=r"35 entre 100\) da 35.%, no 36.%. Corrija el valor"):
        acciones.publicar_lote([buena, mala], por=personas.revisor, avisos_aceptados=["no_concuerda"], ahora=AHORA)
    assert set(Medicion.objects.values_list("etapa", flat=True)) == {"en_revision"}


def test_un_aviso_no_detiene_al_verbo(personas: SimpleNamespace) -> None:
    medicion = fabricas.en_revision(periodo="2021-S1", por=personas.analista)
    assert list(hallados(medicion)) == ["parcial"]
    assert acciones.publicar(medicion, por=personas.revisor, ahora=AHORA).etapa == "publicada"


# Frente a la serie


@pytest.mark.parametrize(
    ("valores", "nuevo", "salta"),
    [
        ({"2019": 30, "2020": 31}, 33, False),
        ({"2019": 30, "2020": 31}, 63, True),
        ({"2019": 30, "2020": 31}, 15, True),
        ({"2016": 30, "2017": 31, "2018": 33, "2019": 34, "2020": 36}, 38, False),
        ({"2016": 30, "2017": 31, "2018": 33, "2019": 34, "2020": 36}, 45, True),
        ({"2016": 30, "2017": 30, "2018": 30, "2019": 30, "2020": 30}, 31, True),
        ({"2016": 30, "2017": 90, "2018": 31, "2019": 33, "2020": 34}, 36, False),
        ({"2020-S1": 1}, 40, False),
        ({}, 99, False),
    ],
    ids=["cerca", "doble", "mitad", "habitual", "raro", "era_constante", "extremo_previo", "otro_tamano", "sola"],
)
def test_salto_frente_a_la_serie(valores: dict[str, int], nuevo: int, salta: bool) -> None:
    indicador = fabricas.IndicadorFactory()
    serie(indicador, {periodo: Decimal(valor) for periodo, valor in valores.items()})
    encontrado = hallados(fabricas.en_revision(indicador=indicador, periodo="2021", valor=Decimal(nuevo)))
    assert ("salto" in encontrado) is salta


def test_el_salto_dice_lo_que_se_esperaba() -> None:
    indicador = fabricas.IndicadorFactory()
    serie(indicador, {"2016": 30, "2017": 31, "2018": 33, "2019": 34, "2020": 36})
    dicho = hallados(fabricas.en_revision(indicador=indicador, periodo="2021", valor=Decimal(45)))["salto"]
    assert dicho.startswith("Pasa de 36 % (2020) a 45 %: un cambio de 9, cuando los 4 anteriores hacían esperar entre ")


def test_pocos_casos_varian_por_azar() -> None:
    indicador = fabricas.IndicadorFactory(unidad=Unidad.CANTIDAD, simbolo="personas", cuenta_personas=False)
    serie(indicador, {"2020": 4})
    assert "salto" not in hallados(fabricas.en_revision(indicador=indicador, periodo="2021", valor=9))
    serie(indicador, {"2019": 400})
    corregida = fabricas.en_revision(indicador=indicador, periodo="2018", valor=4000)
    assert "salto" in hallados(corregida)


def test_la_linea_base_es_el_primer_punto() -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.linea_base(indicador, 10, anio=2019)
    assert set(hallados(fabricas.en_revision(indicador=indicador, periodo="2021", valor=Decimal(30)))) == {"salto"}
    assert set(hallados(fabricas.en_revision(indicador=indicador, periodo="2020", valor=Decimal(10)))) == {"se_repite"}


def test_lo_que_no_decide_el_avance_lo_dice() -> None:
    indicador = fabricas.IndicadorFactory()
    serie(indicador, {"2021": 30})
    encontrado = hallados(fabricas.en_revision(indicador=indicador, periodo="2021-S1", valor=Decimal(31)))
    assert encontrado["no_decide"] == "El avance de 2021 lo da otro valor ya publicado (2021): este no lo cambiará."


# El todo y sus partes


def test_la_suma_de_los_lugares_contra_el_pais() -> None:
    indicador, (pais, oficinas, _) = (
        fabricas.IndicadorFactory(unidad=Unidad.CANTIDAD, simbolo="x"),
        fabricas.arbol(1, 1),
    )
    una, otra = oficinas
    fabricas.publicada(indicador=indicador, ambito=pais, valor=100)
    parte = fabricas.publicada(indicador=indicador, ambito=una, valor=60)
    assert "suma_de_ambitos" not in hallados(parte), "falta una oficina: todavía no se pasa"
    ultima = fabricas.en_revision(indicador=indicador, ambito=otra, valor=41)
    dicho = "Perú dice 100 y 2 oficinas regionales suman 101: una diferencia de 1."
    assert hallados(ultima)["suma_de_ambitos"] == dicho
    sola = fabricas.en_revision(indicador=indicador, ambito=otra, periodo="2021", valor=50)
    total = fabricas.en_revision(indicador=indicador, ambito=pais, periodo="2021", valor=40)
    assert "suma_de_ambitos" not in hallados(total), "lo que no se publica no cuenta"
    juntas = comprobar_varias(list(Medicion.objects.filter(pk__in=[sola.pk, total.pk])), ahora=AHORA)
    faltan = "Perú dice 40 y 1 oficina regional suma 50: una diferencia de 10. Y todavía falta 1 por sumar."
    assert [[h.texto for h in suyos if h.codigo == "suma_de_ambitos"] for suyos in juntas.values()] == [[faltan]] * 2


def test_el_porcentaje_del_pais_contra_los_conteos_de_sus_oficinas() -> None:
    indicador, (pais, (una, otra), _) = fabricas.IndicadorFactory(), fabricas.arbol(1, 1)
    fabricas.publicada(indicador=indicador, ambito=una, valor=None, numerador=30, denominador=100)
    fabricas.publicada(indicador=indicador, ambito=otra, valor=None, numerador=90, denominador=100)
    bien = fabricas.en_revision(indicador=indicador, ambito=pais, valor=60)
    assert "suma_de_ambitos" not in hallados(bien)
    acciones.descartar(
        acciones.observar(bien, por=fabricas.persona(Rol.REVISOR), motivo="x", ahora=AHORA),
        por=bien.registrada_por,
        ahora=AHORA,
    )
    mal = fabricas.en_revision(indicador=indicador, ambito=pais, valor=61)
    assert hallados(mal)["suma_de_ambitos"] == (
        "Perú dice 61 % y con los conteos de sus 2 oficinas regionales daría 60 % (120 entre 200)."
    )


def test_sin_conteos_la_media_no_sale_de_sus_partes() -> None:
    indicador, (pais, (una, otra), _) = fabricas.IndicadorFactory(), fabricas.arbol(1, 1)
    fabricas.publicada(indicador=indicador, ambito=una, valor=30)
    fabricas.publicada(indicador=indicador, ambito=otra, valor=40)
    mal = fabricas.en_revision(indicador=indicador, ambito=pais, valor=41)
    assert "están entre 30 % y 40 %" in hallados(mal)["suma_de_ambitos"]


def test_hombres_y_mujeres_contra_el_total() -> None:
    indicador = fabricas.IndicadorFactory(unidad=Unidad.CANTIDAD, simbolo="personas", cuenta_personas=False)
    fabricas.publicada(indicador=indicador, valor=100)
    hombres = fabricas.publicada(indicador=indicador, sexo="H", valor=80)
    assert "hombres_mujeres" not in hallados(hombres)
    mujeres = fabricas.en_revision(indicador=indicador, sexo="M", valor=21)
    assert hallados(mujeres)["hombres_mujeres"] == (
        "El total de ambos sexos dice 100 y hombres y mujeres suman 101: una diferencia de 1."
    )


# Los textos


@pytest.mark.parametrize(
    ("notas", "avisa"),
    [
        ("Bajó de 37 % a 34,9 %.", False),
        ("El valor es 36 %, según el anexo 3 de 2021.", True),
        ("La meta era 30 %.", False),
        ("Se entrevistó a 120 personas en 12 días.", False),
        ("", False),
    ],
)
def test_las_notas_citan_la_misma_cifra(notas: str, avisa: bool) -> None:
    indicador = fabricas.IndicadorFactory()
    fabricas.logro(indicador, 30)
    serie(indicador, {"2020": 37})
    medicion = fabricas.en_revision(indicador=indicador, periodo="2021", valor=Decimal("34.9"), notas=notas)
    assert ("texto_distinto" in hallados(medicion)) is avisa


def test_un_parrafo_que_cita_la_cifra_reemplazada() -> None:
    indicador = fabricas.IndicadorFactory()
    vigente = fabricas.publicada(indicador=indicador, periodo="2021", valor=Decimal(37))
    por, politica = fabricas.persona(Rol.ADMINISTRADOR), indicador.objetivo.politica
    for orden, (anio, texto) in enumerate([(2021, "Llegó a 37 %."), (2021, "Hay 37 penales."), (2020, "Fue 37 %.")], 1):
        Parrafo.objects.create(
            politica=politica, anio=anio, objetivo=indicador.objetivo, seccion="avance", orden=orden, texto=texto,
            por=por, en=AHORA,
        )  # fmt: skip
    nueva = acciones.corregir(vigente, por=por, valor=Decimal(35), motivo="Errata", ahora=minuto(1))
    avisos = [h for h in comprobar(nueva, ahora=minuto(2)) if h.codigo == "parrafo_desfasado"]
    assert [h.direccion for h in avisos] == ["/reporte/2021/preparar/"]
    dicho = avisos[0].texto.replace("\N{NO-BREAK SPACE}", " ")
    assert "cita 37 %, que es la cifra de 2021 que esta versión reemplaza: ahora será 35 %." in dicho
    assert "sustituye" in {h.codigo for h in comprobar(nueva, ahora=minuto(2))}


# Muchas a la vez


def test_las_consultas_no_crecen_con_las_mediciones() -> None:
    indicador, (_, oficinas, penales) = fabricas.IndicadorFactory(), fabricas.arbol(3, 3, 3)
    autora = fabricas.persona(Rol.ANALISTA)
    filas = [
        fabricas.fila(indicador, str(anio), etapa="en_revision", ambito=ambito, registrada_por=autora)
        for anio in range(2000, 2021)
        for ambito in (*oficinas, *penales)
    ]
    Medicion.objects.bulk_create(filas)
    todas = list(Medicion.objects.select_related("indicador__servicio", "ambito").order_by("pk"))

    def consultas(mediciones: list[Medicion]) -> int:
        with CaptureQueriesContext(connection) as hechas:
            assert set(comprobar_varias(mediciones, ahora=AHORA)) == {m.pk for m in mediciones}
        return len(hechas)

    assert consultas(todas[:1]) == consultas(todas) <= 8
    assert comprobar_varias([], ahora=AHORA) == {}


def test_las_reglas_se_explican() -> None:
    assert {regla.nivel for regla in REGLAS.values()} == set(Nivel)
    assert all(regla.remedio.endswith(".") and regla.titulo[0].islower() for regla in REGLAS.values())
    assert Hallazgo("salto", "x").nivel is Nivel.AVISO
    assert [decimales_de(Decimal(x)) for x in ("40", "34.9", "34.90", "0")] == [0, 1, 1, 0]
