"""Lo que un párrafo cita, frente a los datos: qué es una cifra, qué no, y cuál es el dato más parecido."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.formato import escribir_valor
from penitenciaria.informe.cifras import PUNTOS, del_objetivo
from penitenciaria.informe.cotejo import Cita, citas, cotejar
from penitenciaria.informe.hechos import Cifra, Que

DURO = "\N{NO-BREAK SPACE}"


def cifra(
    valor: str | None, unidad: str = "%", que: Que = Que.VALOR, periodo: str = "2020", decimales: int = 1
) -> Cifra:
    codigo = "OP.01-I2" if unidad in ("%", PUNTOS) or que is Que.NUMERADOR else "OP.01-S1-I1"
    return Cifra("OP.01", codigo, que, periodo, Decimal(valor) if valor else None, unidad, decimales)


DATOS = (
    cifra("37"),
    cifra("35", periodo="2021-03"),
    cifra("30326", "personas", Que.NUMERADOR, "2021-03", 0),
    cifra("-2", PUNTOS, Que.CAMBIO, "2020/2021-03"),
    cifra("30", que=Que.LOGRO_ESPERADO, periodo="2021"),
    cifra("85.71", que=Que.AVANCE_TIPO_I, periodo="2021"),
    cifra("38", "personas", periodo="2021-S1", decimales=0),
    cifra("15", "establecimientos", periodo="2021-S1", decimales=0),
    cifra("2", "indicadores", Que.CUENTA, "", 0),
    cifra("95", que=Que.UMBRAL, periodo="verde"),
    cifra(None, que=Que.LINEA_BASE, periodo="2019"),
)


@pytest.mark.parametrize(
    ("texto", "valor", "unidad"),
    [
        ("cayó a 37 % este año", "37", "%"),
        (f"cayó a 34,9{DURO}% este año", "34.9", "%"),
        ("cayó a 1.90% este año", "1.90", "%"),
        ("son 30.326 personas", "30326", "personas"),
        ("son 38 beneficiarios", "38", "beneficiarios"),
        ("bajó 2 puntos porcentuales", "2", PUNTOS),
        ("bajó dos puntos porcentuales", "2", PUNTOS),
        ("subió 1 punto porcentual", "1", PUNTOS),
        ("bajó 3 pp", "3", PUNTOS),
        ("es veinte por ciento", "20", "%"),
        ("tres establecimientos", "3", "establecimientos"),
        ("retrocedió −31,1 %", "-31.1", "%"),
        ("son 2.021 personas", "2021", "personas"),
        ("son 2021 personas", "2021", "personas"),
        ("quedó en 35.", "35", ""),
        ("otros 3 en prueba", "3", ""),
        ("en 715 de ellos", "715", ""),
    ],
)
def test_esto_es_una_cifra(texto: str, valor: str, unidad: str) -> None:
    [cita] = citas(texto, DATOS)
    assert (cita.valor, cita.unidad) == (Decimal(valor), unidad)


@pytest.mark.parametrize(
    "texto",
    [
        "en 2020, para 2021 y al 2030",
        "el 25 de setiembre de 2020",
        "el 25 de setiembre",
        "en marzo de 2021",
        "el 30-06-2021, el 30/06/2021 y el 2021-06-30",
        "en 2021-S1 y en 2021-03",
        "OP.01, OP.01-I2 y OP.01-S1-I1",
        "la COVID-19",
        "el OP N° 02",
        "el D.S. N° 004-2020-JUS, los D.L. N° 1459, N° 1513 y N° 1514",
        "la R.D. N° 050-2020-INPE/DTP y el Exp. N° 04007-2015-PHC/TC",
        "la Ley 29733 y el artículo 25",
        "los artículos 3, 5 y 7 del reglamento",
        "la tabla 3, la figura 2 y el anexo 1",
        "hijos menores de 36 meses y de 3 años",
        "en 24 horas",
        "el 1.er lugar, el 2.º y la 3.ª",
        "a las 14:30",
        "uno de los siete servicios y tres entidades",
        "",
    ],
)
def test_esto_no_es_una_cifra(texto: str) -> None:
    assert citas(texto, DATOS) == ()


@pytest.mark.parametrize(
    "texto",
    [
        "El 37 % carecía de sentencia en 2020; en marzo de 2021 era 35 % (30.326 personas), dos puntos menos.",
        "Hay 38 beneficiarios y 15 establecimientos.",
        "El avance fue de 85,7 %.",
        "El avance fue de 85,71 %.",
        "Son 2 indicadores.",
        "Nada que citar.",
    ],
)
def test_lo_que_esta_en_los_datos_no_se_lista(texto: str) -> None:
    assert cotejar(texto, DATOS) == ()


@pytest.mark.parametrize(
    ("texto", "frase"),
    [
        ("es 36,5 %", f"el texto dice 36,5 %, el dato es 37{DURO}% (OP.01-I2, 2020)"),
        ("es 34 %", f"el texto dice 34 %, el dato es 35{DURO}% (OP.01-I2, marzo de 2021)"),
        (
            "son 30.236 personas",
            f"el texto dice 30.236 personas, el dato es 30.326{DURO}personas (OP.01-I2, marzo de 2021)",
        ),
        (
            "son 40 beneficiarios",
            f"el texto dice 40 beneficiarios, el dato es 38{DURO}personas (OP.01-S1-I1, primer semestre de 2021)",
        ),
        ("bajó 2 %", f"el texto dice 2 %, el dato es 2{DURO}puntos porcentuales (OP.01-I2)"),
        (
            "bajó 3 puntos porcentuales",
            f"el texto dice 3 puntos porcentuales, el dato es 2{DURO}puntos porcentuales (OP.01-I2)",
        ),
        (
            "son 15 personas",
            f"el texto dice 15 personas, el dato es 38{DURO}personas (OP.01-S1-I1, primer semestre de 2021)",
        ),
        ("el umbral es 95 %", f"el texto dice 95 %, el dato es 85,7{DURO}% (OP.01-I2, 2021)"),
    ],
)
def test_lo_que_no_esta_se_lista_con_el_dato_mas_parecido(texto: str, frase: str) -> None:
    [diferencia] = cotejar(texto, DATOS)
    assert diferencia.frase == frase


def test_sin_datos_tambien_se_lista() -> None:
    [diferencia] = cotejar("es 12 %", [cifra(None)])
    assert diferencia.cita == Cita("12 %", Decimal(12), "%")
    assert diferencia.frase == "el texto dice 12 % y no hay ningún dato con qué compararlo"


def test_las_cifras_de_otro_objetivo_no_sirven() -> None:
    ajena = Cifra("OP.02", "OP.02-I1", Que.VALOR, "2020", Decimal(33), "%", 1)
    assert cotejar("es 33 %", del_objetivo((*DATOS, ajena), "OP.01"))
    assert not cotejar("es 33 %", del_objetivo((*DATOS, ajena), None))


@given(st.decimals(min_value=0, max_value=99999, places=1), st.sampled_from(["%", "personas", "centros"]))
def test_lo_que_el_portal_escribe_se_lee_igual(valor: Decimal, unidad: str) -> None:
    dato = Cifra("OP.01", "OP.01-I1", Que.VALOR, "2020", valor, unidad, 1)
    texto = f"En 2020 se registró {escribir_valor(valor, unidad, 1)} en todo el país."
    [cita] = citas(texto, [dato])
    assert cita.valor == valor
    assert cotejar(texto, [dato]) == ()
