"""Las frases: toda cifra con su unidad, ninguna inventada, y nunca un cero por lo que falta."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores import frases
from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Dato,
    Evaluacion,
    Logro,
    Motivo,
    Periodo,
    Sentido,
    Umbrales,
    ValorBase,
)

UMBRALES = Umbrales(Decimal(95), Decimal(75))
DURO = "\N{NO-BREAK SPACE}"


def evaluada(
    *valores: tuple[str, str | None],
    sentido: Sentido = Sentido.ASCENDENTE,
    base: str | None = None,
    logro: tuple[int, str] | None = None,
    corte: date = date(2021, 12, 31),
) -> Evaluacion:
    datos = [
        Dato(
            Periodo.leer(periodo),
            Decimal(valor) if valor else None,
            None if valor else Ausencia(Motivo.NO_MEDIDO, "aún no se mide"),
        )
        for periodo, valor in valores
    ]
    return evaluar(
        sentido=sentido,
        linea_base=ValorBase(2019, Decimal(base)) if base else None,
        logros=[Logro(logro[0], Decimal(logro[1]))] if logro else [],
        datos=datos,
        umbrales=UMBRALES,
        corte=corte,
    )


@pytest.mark.parametrize(
    ("evaluacion", "frase"),
    [
        (
            evaluada(("2020", "37"), ("2021-03", "35"), sentido=Sentido.DESCENDENTE),
            f"Bajó 2 puntos porcentuales entre 2020 y marzo de 2021, hasta 35{DURO}%",
        ),
        (evaluada(("2020", "33"), base="33"), f"No se ha movido desde la línea base de 2019: 33{DURO}% en 2020"),
        (evaluada(("2020", "34.9")), f"El único valor oficial es 34,9{DURO}%, de 2020"),
        (
            evaluada(("2020", "30"), base="31"),
            (
                f"Bajó 1 punto porcentual entre la línea base de 2019 y 2020, hasta 30{DURO}%, "
                "y debía moverse en sentido contrario"
            ),
        ),
        (
            evaluada(base="1.9"),
            f"Solo se conoce su línea base: 1,9{DURO}% en 2019. Desde entonces no hay ningún valor publicado",
        ),
        (evaluada(("2020", None)), "Nunca se ha medido: aún no se mide"),
        (evaluada(), "Todavía no se ha publicado nada sobre este indicador"),
    ],
)
def test_que_paso_lo_cuenta_con_su_referencia(evaluacion: Evaluacion, frase: str) -> None:
    assert frases.que_paso(evaluacion, "%", 1) == frase


@pytest.mark.parametrize(
    ("valor", "logro", "sentido", "frase"),
    [
        ("35", "30", Sentido.DESCENDENTE, f"Faltaban 5 puntos porcentuales para lo esperado en 2021 (30{DURO}%)"),
        ("28", "30", Sentido.DESCENDENTE, f"Superó en 2 puntos porcentuales lo esperado en 2021 (30{DURO}%)"),
        ("33", "35", Sentido.ASCENDENTE, f"Faltaban 2 puntos porcentuales para lo esperado en 2021 (35{DURO}%)"),
        ("35", "35", Sentido.ASCENDENTE, f"Alcanzó lo esperado en 2021 (35{DURO}%)"),
        ("35", "30", Sentido.NO_DEFINIDO, ""),
    ],
)
def test_que_falta_mira_el_sentido(valor: str, logro: str, sentido: Sentido, frase: str) -> None:
    avance = evaluada(("2021", valor), sentido=sentido, logro=(2021, logro)).avance
    assert frases.que_falta(avance, "%", 1, sentido) == frase


def test_sin_dato_o_sin_logro_no_dice_cuanto_falta() -> None:
    assert frases.que_falta(evaluada(("2021", "35")).avance, "%", 1, Sentido.ASCENDENTE) == ""
    assert frases.que_falta(evaluada(logro=(2021, "30")).avance, "%", 1, Sentido.ASCENDENTE) == ""


def test_las_diferencias_de_otras_unidades_llevan_su_simbolo() -> None:
    assert frases.diferencia(Decimal("-1500"), "personas", 0) == f"1.500{DURO}personas"
    assert frases.diferencia(Fraction(1), "%", 1) == "1 punto porcentual"


def test_el_desacuerdo_entre_los_dos_avances_se_dice() -> None:
    quieto = evaluada(("2021", "33"), base="33", logro=(2021, "35"))
    assert "no se ha movido" in frases.desacuerdo(quieto.avance, quieto.movimiento)
    peor = evaluada(("2021", "32"), base="33", logro=(2021, "35"))
    assert "retrocede" in frases.desacuerdo(peor.avance, peor.movimiento)
    bien = evaluada(("2021", "34"), base="33", logro=(2021, "35"))
    assert frases.desacuerdo(bien.avance, bien.movimiento) == ""


FALTA = "Al último valor oficial le faltan {} puntos porcentuales para el logro esperado de {} ({}\N{NO-BREAK SPACE}%)"
UN_SOLO_ANIO = "El ritmo observado no se conoce: hacen falta al menos dos años realmente medidos."


@pytest.mark.parametrize(
    ("evaluacion", "frase"),
    [
        pytest.param(
            evaluada(("2019", "32"), ("2020", "34"), ("2021", "36"), logro=(2023, "40")),
            f"{FALTA.format(4, 2023, 40)}. Al ritmo observado el valor sube 2 puntos porcentuales por año: se llegaría "
            "hacia 2023. Para llegar a tiempo hay que subir 2 puntos porcentuales por año desde 2021.",
            id="a tiempo",
        ),
        pytest.param(
            evaluada(("2019", "37"), ("2020", "36"), ("2021", "35"), sentido=Sentido.DESCENDENTE, logro=(2022, "30")),
            f"{FALTA.format(5, 2022, 30)}. Al ritmo observado el valor baja 1 punto porcentual por año: se llegaría "
            "hacia 2026. Para llegar a tiempo hay que bajar 5 puntos porcentuales por año desde 2021.",
            id="tarde",
        ),
        pytest.param(
            evaluada(("2020", "34"), ("2021", "36"), logro=(2023, "40")),
            f"{FALTA.format(4, 2023, 40)}. Al ritmo observado el valor sube 2 puntos porcentuales por año, pero sale "
            "de solo dos años medidos y no basta para decir cuándo se llegaría. Para llegar a tiempo hay que subir "
            "2 puntos porcentuales por año desde 2021.",
            id="pocos años",
        ),
        pytest.param(
            evaluada(("2019", "36"), ("2020", "35"), ("2021", "34"), logro=(2023, "40")),
            f"{FALTA.format(6, 2023, 40)}. Al ritmo observado el valor baja 1 punto porcentual por año: se aleja de lo "
            "esperado, y así no se llega. Para llegar a tiempo hay que subir 3 puntos porcentuales por año desde 2021.",
            id="retrocede",
        ),
        pytest.param(
            evaluada(("2019", "33"), ("2020", "34"), ("2021", "33"), logro=(2021, "34")),
            f"Al último valor oficial le falta 1 punto porcentual para el logro esperado de 2021 (34{DURO}%), y no se "
            "ha fijado otro para después. Al ritmo observado el valor no cambia: así no se llega.",
            id="quieto y vencido",
        ),
        pytest.param(
            evaluada(("2020", "31"), ("2021", "28"), sentido=Sentido.DESCENDENTE, logro=(2022, "30")),
            f"El último valor oficial supera en 2 puntos porcentuales el logro esperado de 2022 (30{DURO}%). "
            "Al ritmo observado el valor baja 3 puntos porcentuales por año. Basta con sostenerlo.",
            id="superado",
        ),
        pytest.param(
            evaluada(("2020", "27"), ("2021", "30"), sentido=Sentido.DESCENDENTE, logro=(2022, "30")),
            f"El último valor oficial alcanza justo el logro esperado de 2022 (30{DURO}%). Al ritmo observado el valor "
            "sube 3 puntos porcentuales por año: se aleja de lo esperado. Basta con sostenerlo.",
            id="alcanzado, pero empeora",
        ),
        pytest.param(
            evaluada(("2021", "36"), logro=(2023, "40")),
            f"{FALTA.format(4, 2023, 40)}. {UN_SOLO_ANIO} Para llegar a tiempo hay que subir 2 puntos porcentuales por "
            "año desde 2021.",
            id="un solo punto",
        ),
        pytest.param(
            evaluada(base="30", logro=(2023, "40")),
            f"Sin ninguna medición no se puede decir cuánto falta para el logro esperado de 2023 (40{DURO}%). "
            f"{UN_SOLO_ANIO}",
            id="solo la base",
        ),
        pytest.param(
            evaluada(("2021", "36")),
            "No se ha fijado ningún logro esperado: no se puede decir cuánto falta ni qué ritmo se requiere. "
            f"{UN_SOLO_ANIO}",
            id="sin logro",
        ),
        pytest.param(
            evaluada(("2020", "3"), ("2021", "5"), sentido=Sentido.NO_DEFINIDO, logro=(2023, "9")),
            "No se ha definido hacia dónde debe moverse: no se puede decir cuánto falta. Al ritmo observado el valor "
            "sube 2 puntos porcentuales por año.",
            id="sin sentido",
        ),
        pytest.param(
            evaluada(("2017", "1"), ("2018", "2"), ("2019", "30"), ("2020", "31"), ("2021", "29"), logro=(2022, "30")),
            "Al último valor oficial le falta 1 punto porcentual para el logro esperado de 2022 "
            f"(30{DURO}%). Al ritmo observado el valor sube 8,5 puntos porcentuales por año; la recta de los años "
            "medidos ya pasó por ahí, y el último valor quedó atrás. Para llegar a tiempo hay que subir "
            "1 punto porcentual por año desde 2021.",
            id="la recta va por delante",
        ),
        pytest.param(
            evaluada(("2019", "29.98"), ("2020", "29.99"), ("2021", "30"), logro=(2030, "80")),
            f"{FALTA.format(50, 2030, 80)}. Al ritmo observado el valor sube 0,01 puntos porcentuales por año: no se "
            "llegaría antes de 2100. Para llegar a tiempo hay que subir 5,6 puntos porcentuales por año desde 2021.",
            id="más allá de lo que sirve decir",
        ),
    ],
)
def test_el_camino_al_logro_se_dice_con_lo_que_hay(evaluacion: Evaluacion, frase: str) -> None:
    assert frases.frase_de_camino(evaluacion, "%", 1) == frase


def test_un_ritmo_minimo_no_se_escribe_como_cero() -> None:
    assert frases.ritmo_por_anio(Fraction(-1, 250), "%", 1) == "baja 0,004 puntos porcentuales por año"
    assert frases.ritmo_por_anio(Fraction(1, 10**6), "%", 1) == "sube casi nada por año"


def test_la_proyeccion_se_niega_con_menos_de_tres_anios() -> None:
    assert "hay uno" in frases.frase_de_proyeccion(evaluada(("2020", "37")), "%", 1)
    justos = evaluada(("2019", "30"), ("2020", "31"), ("2021", "32"))
    assert frases.frase_de_proyeccion(justos, "%", 1) == (
        f"De seguir la recta de los años medidos, en 2030 valdría 41{DURO}%. Los años medidos caen justo en ella: no "
        "hay con qué medir cuánto puede errar."
    )


def test_la_proyeccion_lleva_su_incertidumbre() -> None:
    """A mano: pendiente 1, residuo 8/3 con un grado de libertad, t = 3,0777 y √(1 + 1/3 + 10²/2) = 7,1647."""
    dispersos = evaluada(("2019", "31"), ("2020", "30"), ("2021", "33"))
    assert frases.frase_de_proyeccion(dispersos, "%", 1) == (
        f"De seguir la recta de los años medidos, en 2030 valdría 41,3{DURO}%; entre 5,3{DURO}% y 77,3{DURO}%, con "
        f"80{DURO}% de confianza."
    )


def test_sin_datos_la_luz_dice_de_que_anio_faltan() -> None:
    assert frases.palabra_de_luz(evaluada(("2020", "37"), corte=date(2026, 1, 1)).avance) == "sin dato de 2026"
    assert frases.palabra_de_luz(evaluada(("2021", "37")).avance) == "no comparable"
    sin_sentido = evaluada(("2021", "3"), sentido=Sentido.NO_DEFINIDO).avance
    assert frases.palabra_de_luz(sin_sentido) == "sin sentido definido"


valores = st.decimals(min_value=1, max_value=99, places=1)


@given(st.none() | valores, st.none() | valores, st.none() | valores, st.sampled_from(Sentido))
def test_ninguna_frase_dice_un_numero_sin_unidad_ni_un_cero_por_lo_ausente(
    base: Decimal | None, valor: Decimal | None, logro: Decimal | None, sentido: Sentido
) -> None:
    evaluacion = evaluada(
        ("2021", str(valor) if valor else None),
        base=str(base) if base else None,
        logro=(2021, str(logro)) if logro else None,
        sentido=sentido,
    )
    dicho = " ".join(
        (
            frases.que_paso(evaluacion, "%", 1),
            frases.que_falta(evaluacion.avance, "%", 1, sentido),
            frases.frase_de_camino(evaluacion, "%", 1),
            frases.frase_de_proyeccion(evaluacion, "%", 1),
        )
    )
    numeros = re.findall(rf"(?<![\d,.])(\d[\d.,]*\d|\d)({DURO}%| puntos? porcentual(?:es)?)?", dicho)
    sueltos = {numero for numero, unidad in numeros if not unidad}
    assert sueltos <= {"2019", "2021", "2030"}
    if base is None and valor is None:
        assert not re.search(r"\d", frases.que_paso(evaluacion, "%", 1))
        assert frases.que_falta(evaluacion.avance, "%", 1, sentido) == ""
