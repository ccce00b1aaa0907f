"""Las oraciones de un indicador, en todos los casos: toda cifra con su unidad, ninguna inventada, nunca un cero."""

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.calculo.tipos import Motivo, Sentido
from penitenciaria.informe.cifras import de_medida
from penitenciaria.informe.cotejo import citas, cotejar
from penitenciaria.informe.hechos import Medida
from penitenciaria.informe.redaccion import con_articulo, contar, de, de_indicador, suelto, sujeto
from tests.informe.fabricas import medida

QUIEN = "El porcentaje de personas privadas de libertad sin sentencia (OP.01-I2)"


def dicho(una: Medida, anio: int = 2021, *, con_relato: bool = False) -> str:
    return " ".join(de_indicador(una, anio, con_relato=con_relato)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("una", "texto"),
    [
        pytest.param(
            medida(
                ("2020", "37"),
                ("2021-03", "35"),
                sentido=Sentido.DESCENDENTE,
                base=Motivo.NO_CONSTA,
                logros=[(2021, "30")],
                numerador=30326,
            ),
            f"{QUIEN} bajó 2 puntos porcentuales: de 37 % en 2020 a 35 % (30.326 personas) en marzo de 2021. No "
            "tiene línea base de 2019: las fuentes disponibles no la consignan. Faltaban 5 puntos porcentuales "
            "para lo esperado en 2021 (30 %). El avance tipo I de 2021 es 85,7 % (en riesgo), y es parcial porque "
            "se apoya en el dato de marzo de 2021. El avance tipo II no puede calcularse: no hay línea base con la "
            "cual comparar.",
            id="baja y es parcial",
        ),
        pytest.param(
            medida(("2021", "36"), base="33", logros=[(2021, "35")]),
            f"{QUIEN} subió 3 puntos porcentuales: de 33 % en la línea base de 2019 a 36 % en 2021. Superó en 1 punto "
            "porcentual lo esperado en 2021 (35 %). El avance tipo I de 2021 es 102,9 % (cumple). El avance tipo II, "
            "medido desde la línea base, es 150 %.",
            id="supera",
        ),
        pytest.param(
            medida(("2021", "35"), base="33", logros=[(2021, "35")], preliminar=True),
            f"{QUIEN} subió 2 puntos porcentuales: de 33 % en la línea base de 2019 a 35 % (cifra preliminar) en 2021. "
            "Alcanzó lo esperado en 2021 (35 %). El avance tipo I de 2021 es 100 % (cumple). El avance tipo II, medido "
            "desde la línea base, es 100 %.",
            id="alcanza con cifra preliminar",
        ),
        pytest.param(
            medida(("2021", "32"), base="33", logros=[(2021, "35")]),
            f"{QUIEN} bajó 1 punto porcentual: de 33 % en la línea base de 2019 a 32 % en 2021. Se mueve en sentido "
            "contrario al esperado. Faltaban 3 puntos porcentuales para lo esperado en 2021 (35 %). El avance tipo "
            "I de 2021 es 91,4 % (en riesgo). El avance tipo II, medido desde la línea base, es −50 %. Aunque el "
            "avance tipo I es positivo, el indicador retrocede desde la línea base.",
            id="retrocede",
        ),
        pytest.param(
            medida(("2020", "33"), base="33", logros=[(2021, "35")], limitaciones="Se mide poco."),
            f"{QUIEN} se mantuvo en 33 % entre la línea base de 2019 y 2020. El valor repite el anterior y puede no "
            "provenir de una medición nueva. El dato es de hace 1 año. El logro esperado de 2021 "
            "es 35 %; al corte no hay un valor de ese año con el cual compararlo. Se mide poco.",
            id="se repite",
        ),
        pytest.param(
            medida(("2020", "34.9"), base=Motivo.NO_CONSTA, logros=[(2021, "45")], corte=date(2021, 6, 30)),
            f"{QUIEN} registró 34,9 % en 2020, su único valor oficial. No tiene línea base de 2019: las fuentes "
            "disponibles no la consignan. El logro esperado de 2021 es 45 %; al corte no hay un valor de ese año "
            "con el cual compararlo.",
            id="un solo valor",
        ),
        pytest.param(
            medida(("2020", Motivo.NO_CONSTA), base="1.9", logros=[(2021, "3")], corte=date(2021, 6, 30)),
            f"{QUIEN} solo cuenta con su línea base: 1,9 % en 2019. No tiene valor de 2020: las fuentes disponibles "
            "no lo consignan. El logro esperado de 2021 es 3 %; al corte no hay un valor de ese año con el cual "
            "compararlo.",
            id="solo línea base",
        ),
        pytest.param(
            medida(("2020", Motivo.NO_MEDIDO), base=Motivo.NO_MEDIDO, logros=[(2021, Motivo.PROGRESIVO)]),
            f"{QUIEN} no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido. Tampoco tiene logro "
            "esperado de 2021: se fijará de manera progresiva.",
            id="nada, con motivos",
        ),
        pytest.param(
            medida(base=(Motivo.NO_EXISTE, "No hay sistemas interconectados."), limitaciones="Es complejo."),
            f"{QUIEN} no tiene línea base de 2019 ni ningún valor. No hay sistemas interconectados. No consta un logro "
            "esperado para 2021.",
            id="nada, con explicación",
        ),
        pytest.param(
            medida(base=(Motivo.NO_EXISTE, "En 2024 se interconectarán.")),
            f"{QUIEN} no tiene línea base de 2019 ni ningún valor: no existe aún lo que se quiere medir. No consta "
            "un logro esperado para 2021.",
            id="la explicación es de un año posterior",
        ),
        pytest.param(
            medida(),
            f"{QUIEN} no tiene línea base: las fuentes disponibles no la consignan. Tampoco tiene ningún valor: no "
            "hay una medición del año. No consta un logro esperado para 2021.",
            id="nada de nada",
        ),
        pytest.param(
            medida(("2021", "4"), simbolo="casos", decimales=0, nombre="Casos", sentido=Sentido.NO_DEFINIDO, base="3"),
            "El indicador «Casos» (OP.01-I2) subió 1 caso: de 3 casos en la línea base de 2019 a 4 casos en 2021. No "
            "consta un logro esperado para 2021.",
            id="otra unidad, sin sentido definido",
        ),
        pytest.param(
            medida(("2021", "4"), sentido=Sentido.NO_DEFINIDO, base="3", logros=[(2021, "5")]),
            f"{QUIEN} subió 1 punto porcentual: de 3 % en la línea base de 2019 a 4 % en 2021. El logro esperado de "
            "2021 es 5 %. El avance no puede calcularse: no se ha definido si el valor debe subir o bajar.",
            id="sin sentido definido y con logro",
        ),
        pytest.param(
            medida(("2021", "34.96"), base="34.94", logros=[(2021, "34.97")]),
            f"{QUIEN} subió de 34,9 % en la línea base de 2019 a 35 % en 2021. El valor apenas difiere de lo "
            "esperado en 2021 (35 %). El avance tipo I de 2021 es 100 % (cumple). El avance tipo II, medido desde "
            "la línea base, es 66,7 %.",
            id="diferencias que se leerían cero",
        ),
        pytest.param(
            medida(("2020", "30"), ("2021", "31"), base="28", logros=[(2021, "40")]),
            f"{QUIEN} subió 3 puntos porcentuales: de 28 % en la línea base de 2019 a 31 % en 2021. Respecto de "
            "2020, el valor subió 1 punto porcentual: de 30 % en 2020 a 31 % en 2021. Faltaban 9 puntos "
            "porcentuales para lo esperado en 2021 (40 %). El avance tipo I de 2021 es 77,5 % (en riesgo). El "
            "avance tipo II, medido desde la línea base, es 25 %.",
            id="con un año intermedio",
        ),
    ],
)
def test_lo_que_se_dice_de_un_indicador(una: Medida, texto: str) -> None:
    assert dicho(una) == texto


def test_de_un_anio_sin_datos_se_dice_el_ultimo_que_se_conoce() -> None:
    una = medida(
        ("2020", "37"),
        ("2021", "35"),
        sentido=Sentido.DESCENDENTE,
        base="38",
        logros=[(2021, "30")],
        corte=date(2026, 11, 23),
    )
    texto = dicho(una, 2026)
    assert "El dato es de hace 4 años y 10 meses." in texto
    assert "No consta un logro esperado para 2026." in texto
    assert "El último año que puede compararse es 2021: faltaban 5 puntos porcentuales" in texto
    assert "El avance tipo I de 2021 es 85,7 %" in texto
    assert cotejar(texto, de_medida("OP.01", una)) == ()


def test_con_relato_las_razones_son_breves_y_las_limitaciones_se_callan() -> None:
    una = medida(
        ("2020", (Motivo.REQUIERE_ESTUDIO, "Falta estudiar los casos.")),
        base=Motivo.NO_CONSTA,
        limitaciones="Depende de otro.",
    )
    assert "Falta estudiar los casos." in dicho(una)
    breve = dicho(una, con_relato=True)
    assert "valor de 2020: requiere un estudio previo para poder medirse." in breve
    assert "Falta estudiar" not in breve
    assert "Depende" not in breve


def test_varias_ausencias_concuerdan_en_plural() -> None:
    una = medida(base=Motivo.PROGRESIVO, logros=[(2021, Motivo.PROGRESIVO)])
    assert "se fijarán de manera progresiva" in dicho(una)
    una = medida(("2020", Motivo.NO_CONSTA), base=Motivo.NO_CONSTA)
    assert "las fuentes disponibles no los consignan" in dicho(una)


def test_las_palabras() -> None:
    assert [contar(n, "indicador", "indicadores") for n in (0, 1, 2, 13)] == [
        "ningún indicador",
        "un indicador",
        "dos indicadores",
        "13 indicadores",
    ]
    assert [suelto(n) for n in (1, 7, 13)] == ["uno", "siete", "13"]
    assert con_articulo("2021-S1") == "el primer semestre de 2021"
    assert [de(con_articulo(periodo)) for periodo in ("2021", "2021-Q2")] == [
        "de 2021",
        "del segundo trimestre de 2021",
    ]
    assert sujeto(medida(nombre="Tasa de reingreso")) == "La tasa de reingreso (OP.01-I2)"


valores = st.decimals(min_value=0, max_value=100, places=1).map(str)
ausentes = st.sampled_from([Motivo.NO_CONSTA, Motivo.NO_MEDIDO, Motivo.PROGRESIVO, Motivo.NO_EXISTE])
puntos = st.one_of(valores, ausentes)


@st.composite
def medidas(draw: st.DrawFn) -> Medida:
    periodos = draw(st.lists(st.sampled_from(["2019", "2020", "2021-Q1", "2021-03", "2021-S1", "2021"]), unique=True))
    return medida(
        *((periodo, draw(puntos)) for periodo in periodos),
        sentido=draw(st.sampled_from(Sentido)),
        base=draw(st.none() | puntos),
        logros=[(anio, draw(puntos)) for anio in draw(st.lists(st.sampled_from([2020, 2021, 2022]), unique=True))],
        corte=draw(st.sampled_from([date(2021, 3, 31), date(2021, 6, 30), date(2021, 12, 31)])),
        numerador=draw(st.none() | st.integers(min_value=1, max_value=99999)),
    )


@given(medidas(), st.booleans())
def test_ningun_numero_sin_unidad_ni_fuera_de_los_datos(una: Medida, con_relato: bool) -> None:
    texto = dicho(una, con_relato=con_relato)
    datos = de_medida("OP.01", una)
    assert cotejar(texto, datos) == ()
    assert all(cita.unidad for cita in citas(texto, datos))


@given(medidas())
def test_lo_ausente_nunca_es_un_cero(una: Medida) -> None:
    hay_cero = any(cifra.valor is not None and abs(cifra.valor) < Decimal("0.05") for cifra in de_medida("OP.01", una))
    assert hay_cero or not any(cita.valor == 0 for cita in citas(dicho(una), de_medida("OP.01", una)))


@given(medidas())
def test_siempre_se_dice_algo_y_con_su_punto(una: Medida) -> None:
    oraciones = de_indicador(una, 2021)
    assert oraciones
    assert all(oracion.endswith(".") and not oracion.endswith("..") for oracion in oraciones)
    assert all(oracion[0].isupper() for oracion in oraciones)
    assert "None" not in " ".join(oraciones)


def test_es_puro() -> None:
    """Redactar, cotejar y componer no necesitan Django."""
    orden = (
        "import sys, penitenciaria.informe.composicion, penitenciaria.informe.cotejo;"
        "assert not any(nombre.split('.')[0] == 'django' for nombre in sys.modules), 'django'"
    )
    subprocess.run([sys.executable, "-c", orden], check=True)


def test_de_una_linea_base_antigua_se_dice_que_no_hubo_mas() -> None:
    texto = dicho(medida(base="1.9", corte=date(2026, 11, 23)), 2026)
    assert "solo cuenta con su línea base: 1,9 % en 2019. Desde entonces no consta ningún valor oficial." in texto
