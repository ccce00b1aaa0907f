"""Atajos para escribir hechos del núcleo y estrategias de Hypothesis que los generan."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from indicadores.calculo.tipos import (
    Ausencia,
    Caracter,
    Dato,
    Logro,
    Motivo,
    Periodo,
    Sentido,
    Sexo,
    Umbrales,
    ValorBase,
)

UMBRALES = Umbrales(verde=Decimal("95"), amarillo=Decimal("75"))


def _decimal(valor: str | None) -> Decimal | None:
    return None if valor is None else Decimal(valor)


def un_dato(periodo: str, valor: str | None, motivo: Motivo | None = None, **otros: Any) -> Dato:
    ausencia = Ausencia(motivo) if motivo else None
    return Dato(periodo=Periodo.leer(periodo), valor=_decimal(valor), ausencia=ausencia, **otros)


def una_base(anio: int, valor: str | None, motivo: Motivo | None = None) -> ValorBase:
    return ValorBase(anio, _decimal(valor), Ausencia(motivo) if motivo else None)


def un_logro(anio: int, valor: str | None, motivo: Motivo | None = None) -> Logro:
    return Logro(anio, _decimal(valor), Ausencia(motivo) if motivo else None)


#: Amplios para las leyes de las fórmulas; estrechos para que haya repeticiones, ceros y coincidencias.
valores = st.decimals(min_value=-10_000, max_value=10_000, places=4)
valores_positivos = st.decimals(min_value="0.0001", max_value=10_000, places=4)
valores_estrechos = st.sampled_from([Decimal(texto) for texto in ("-1", "0", "0.00", "1", "1.5", "2", "3", "40")])
con_direccion = st.sampled_from([Sentido.ASCENDENTE, Sentido.DESCENDENTE])
ausencias = st.none() | st.builds(Ausencia, st.sampled_from([Motivo.NO_MEDIDO, Motivo.NO_CONSTA]))

TEXTOS_DE_PERIODO = tuple(
    f"{anio}{resto}"
    for anio in (2018, 2019, 2020, 2021, 2022)
    for resto in ("", "-S1", "-S2", "-Q2", "-Q4", "-06", "-11", "-12")
)


@st.composite
def series_de_datos(draw: st.DrawFn) -> list[Dato]:
    """Mediciones vigentes: a lo más una por periodo, ámbito, sexo y carácter; la mayoría, oficial y nacional."""
    claves = st.tuples(
        st.sampled_from(TEXTOS_DE_PERIODO),
        st.sampled_from(["PE", "PE", "PE", "OR-LIMA"]),
        st.sampled_from([Sexo.TOTAL, Sexo.TOTAL, Sexo.TOTAL, Sexo.HOMBRES]),
        st.sampled_from([Caracter.OFICIAL, Caracter.OFICIAL, Caracter.OFICIAL, Caracter.REFERENCIAL]),
    )
    datos = []
    for periodo, ambito, sexo, caracter in draw(st.lists(claves, unique=True, max_size=14)):
        valor = draw(st.none() | valores_estrechos)
        datos.append(
            Dato(
                periodo=Periodo.leer(periodo),
                valor=valor,
                ausencia=draw(ausencias) if valor is None else None,
                numerador=draw(st.sampled_from([None, None, 10, 20])),
                ambito=ambito,
                sexo=sexo,
                caracter=caracter,
            )
        )
    return datos


logros = st.lists(
    st.builds(Logro, st.integers(2018, 2032), st.none() | valores_estrechos),
    unique_by=lambda logro: logro.anio,
    max_size=6,
)
lineas_base = st.none() | st.builds(
    lambda anio, valor, ausencia: ValorBase(anio, valor, ausencia if valor is None else None),
    st.integers(2017, 2022),
    st.none() | valores_estrechos,
    ausencias,
)
cortes = st.dates(date(2017, 1, 1), date(2024, 12, 31)) | st.sampled_from(
    [Periodo.leer(p).fin for p in TEXTOS_DE_PERIODO]
)
hechos = st.fixed_dictionaries(
    {
        "sentido": st.sampled_from(Sentido),
        "linea_base": lineas_base,
        "logros": logros,
        "datos": series_de_datos(),
        "umbrales": st.just(UMBRALES),
        "corte": cortes,
    }
)
