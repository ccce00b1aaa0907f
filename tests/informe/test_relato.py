"""Del relato de una persona se toma el contexto: ni lo que los datos ya dicen ni lo que al corte no se conocía."""

from datetime import date
from decimal import Decimal

import pytest

from penitenciaria.informe.hechos import Cifra, Que
from penitenciaria.informe.relato import contexto, de_su_tiempo, es_posterior, oraciones

CORTE = date(2021, 6, 30)
DATOS = tuple(Cifra("OP.01", "OP.01-I2", Que.VALOR, "2020", Decimal(valor), "%", 1) for valor in ("37", "35"))


def test_las_abreviaturas_no_cierran_la_oracion() -> None:
    texto = "Rige el D.S. N° 4. Lo cita el Exp. N° 5 (art. 3). Aprobó el INPE. ¿Algo más? No."
    assert oraciones(texto) == [
        "Rige el D.S. N° 4.",
        "Lo cita el Exp. N° 5 (art. 3).",
        "Aprobó el INPE.",
        "¿Algo más?",
        "No.",
    ]


@pytest.mark.parametrize(
    ("texto", "queda"),
    [
        ("Hubo reuniones. Bajó de 37 % a 35 %. Continúan.", "Hubo reuniones. Continúan."),
        ("Hubo reuniones. No hay línea base de 2019.", "Hubo reuniones."),
        ("Bajó a 35 %, porque se liberó a más personas.", "Bajó a 35 %, porque se liberó a más personas."),
        ("Bajó a 35 %. Este descenso se debe a las normas.", "Bajó a 35 %. Este descenso se debe a las normas."),
        ("El objetivo es nuevo y no tiene línea base. Sigue.", "El objetivo es nuevo y no tiene línea base. Sigue."),
        ("", ""),
    ],
)
def test_se_omite_lo_que_solo_repite_cifras(texto: str, queda: str) -> None:
    assert contexto(texto, DATOS, CORTE).texto == queda


def test_lo_que_no_esta_en_los_datos_se_omite_con_lo_que_depende_de_ello() -> None:
    hallado = contexto("Hubo reuniones. Llegó a 99 %. Esto alegró a todos. Siguen.", DATOS, CORTE)
    assert hallado.texto == "Hubo reuniones. Siguen."
    assert hallado.ajenas == ("Llegó a 99 %.", "Esto alegró a todos.")
    assert hallado.repetidas == ()


@pytest.mark.parametrize(
    ("texto", "posterior"),
    [
        ("se aprobó en mayo de 2021", False),
        ("se aprobó en junio de 2021", False),
        ("se aprobó en julio de 2021", True),
        ("se aprobó en septiembre de 2020", False),
        ("rige el D.S. N° 003-2024-JUS", True),
        ("rige el D.S. N° 004-2020-JUS", False),
        ("para 2022 y al 2030", False),
    ],
)
def test_lo_posterior_al_corte_se_reconoce(texto: str, posterior: bool) -> None:
    assert es_posterior(texto, CORTE) is posterior


def test_un_texto_del_catalogo_que_menciona_un_anio_posterior_no_es_de_su_tiempo() -> None:
    assert de_su_tiempo("Según el reporte de 2021, no se medía.", 2020) == ""
    assert de_su_tiempo("Según el reporte de 2021, no se medía.", 2021) != ""
    assert de_su_tiempo("De la política al 2030.", 2020) != ""
