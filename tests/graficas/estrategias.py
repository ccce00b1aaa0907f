"""Series al azar para dibujar: pasan por ``evaluar``, así que son tan raras como el núcleo admita, y no más."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Caracter,
    Dato,
    Evaluacion,
    Logro,
    Motivo,
    Periodo,
    Procedencia,
    Sentido,
    Situacion,
    Umbrales,
    ValorBase,
)

UMBRALES = Umbrales(verde=Decimal(95), amarillo=Decimal(75))
SIN_MEDIR = Ausencia(Motivo.NO_MEDIDO)


@dataclass(frozen=True)
class Caso:
    """Los argumentos de cualquiera de las gráficas, en su orden."""

    nombre: str
    simbolo: str
    decimales: int
    evaluacion: Evaluacion
    datos: Sequence[Dato]

    @property
    def argumentos(self) -> tuple[str, str, int, Evaluacion, Sequence[Dato]]:
        return self.nombre, self.simbolo, self.decimales, self.evaluacion, self.datos


def evaluar_caso(
    datos: Sequence[Dato],
    *,
    sentido: Sentido = Sentido.ASCENDENTE,
    base: ValorBase | None = None,
    logros: Sequence[Logro] = (),
    corte: date = date(2026, 11, 23),
) -> Evaluacion:
    return evaluar(sentido=sentido, linea_base=base, logros=logros, datos=datos, umbrales=UMBRALES, corte=corte)


valores = st.one_of(
    st.decimals(0, 100, places=1),
    st.decimals(-(10**11), 10**11, places=4),
    st.sampled_from([Decimal(0), Decimal("0.0001"), Decimal("99999999999.9999"), Decimal(37)]),
)
anios = st.integers(2008, 2034)
textos = st.text(max_size=40) | st.sampled_from(["", "%", "m²", 'a<b>&"c"\' ]]>', "\x00\ud7ff", "personas"])
periodos = st.one_of(
    anios.map(str),
    st.builds("{}-S{}".format, anios, st.integers(1, 2)),
    st.builds("{}-Q{}".format, anios, st.integers(1, 4)),
    st.builds("{}-{:02d}".format, anios, st.integers(1, 12)),
).map(Periodo.leer)


@st.composite
def casos(draw: st.DrawFn) -> Caso:
    cuantos = draw(st.sampled_from([0, 1, 2, 3, 7, 30]))
    claves = draw(
        st.lists(
            st.tuples(periodos, st.sampled_from(Caracter)),
            min_size=cuantos,
            max_size=cuantos,
            unique_by=lambda clave: (clave[0].texto, clave[1]),
        )
    )
    datos = []
    for periodo, caracter in claves:
        valor = draw(st.none() | valores)
        datos.append(
            Dato(
                periodo=periodo,
                valor=valor,
                ausencia=None if valor is not None else SIN_MEDIR,
                caracter=caracter,
                situacion=draw(st.sampled_from(Situacion)),
                numerador=draw(st.none() | st.integers(0, 10**6)),
                denominador=draw(st.none() | st.integers(1, 10**6)),
                fuente=draw(st.none() | st.builds(Procedencia, textos)),
            )
        )
    anio_base = draw(st.none() | anios)
    evaluacion = evaluar_caso(
        datos,
        sentido=draw(st.sampled_from(Sentido)),
        base=None if anio_base is None else ValorBase(anio_base, draw(st.none() | valores)),
        logros=[Logro(anio, draw(st.none() | valores)) for anio in draw(st.lists(anios, max_size=12, unique=True))],
        corte=draw(st.dates(date(2018, 1, 1), date(2034, 12, 31))),
    )
    return Caso(draw(textos), draw(textos.map(lambda t: t[:20])), draw(st.integers(0, 4)), evaluacion, datos)
