"""La calculadora aplica las fórmulas y los umbrales del portal a cifras cualesquiera."""

from typing import Any

import pytest

from indicadores import acciones
from tests.api.conftest import Pedir
from tests.fabricas import minuto

pytestmark = pytest.mark.django_db
RUTA = "avance/calcular/"


@pytest.mark.parametrize(
    ("pregunta", "tipo_i", "tipo_ii", "semaforo", "motivo", "motivo_ii"),
    [
        (
            {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "35"},
            85.71,
            28.57,
            "amarillo",
            None,
            None,
        ),
        ({"sentido": "descendente", "logro": "30", "valor": "35"}, 85.71, None, "amarillo", None, "sin_linea_base"),
        ({"sentido": "ascendente", "logro": "35", "valor": "33"}, 94.29, None, "amarillo", None, "sin_linea_base"),
        ({"sentido": "ascendente", "linea_base": "33", "logro": "35", "valor": "33"}, 94.29, 0, "amarillo", None, None),
        ({"sentido": "ascendente", "logro": "8", "valor": "1,3"}, 16.25, None, "rojo", None, "sin_linea_base"),
        ({"sentido": "ascendente", "logro": "15", "valor": "11.3"}, 75.33, None, "amarillo", None, "sin_linea_base"),
        ({"sentido": "ascendente", "logro": "45", "valor": "34,9"}, 77.56, None, "amarillo", None, "sin_linea_base"),
        (
            {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "39,18"},
            76.57,
            -31.14,
            "amarillo",
            None,
            None,
        ),
        ({"sentido": "descendente", "logro": "30", "valor": "0"}, 100, None, "verde", None, "sin_linea_base"),
        (
            {"sentido": "ascendente", "logro": "0", "valor": "5"},
            None,
            None,
            "sin_datos",
            "logro_cero",
            "sin_linea_base",
        ),
        (
            {"sentido": "ascendente", "linea_base": "8", "logro": "8", "valor": "8"},
            100,
            None,
            "verde",
            None,
            "base_igual_a_logro",
        ),
        ({"sentido": "ascendente", "logro": "8"}, None, None, "sin_datos", "sin_medicion", "sin_medicion"),
        ({"sentido": "ascendente", "valor": "8"}, None, None, "sin_datos", "sin_logro_esperado", "sin_logro_esperado"),
        ({"logro": "8", "valor": "8"}, None, None, "sin_datos", "sin_sentido", "sin_sentido"),
        ({}, None, None, "sin_datos", "sin_sentido", "sin_sentido"),
    ],
)
def test_los_casos_resueltos_del_dominio(
    pedir: Pedir, pregunta: dict[str, str], tipo_i: Any, tipo_ii: Any, semaforo: str, motivo: Any, motivo_ii: Any
) -> None:
    cuerpo = pedir(RUTA, **pregunta)

    claves = ["sentido", "linea_base", "logro", "valor", "tipo_i", "tipo_ii", "semaforo", "motivo", "motivo_tipo_ii"]
    assert list(cuerpo) == claves
    assert (cuerpo["tipo_i"], cuerpo["tipo_ii"], cuerpo["semaforo"]) == (tipo_i, tipo_ii, semaforo)
    razones = [cuerpo[clave] and cuerpo[clave]["codigo"] for clave in ("motivo", "motivo_tipo_ii")]
    assert razones == [motivo, motivo_ii]
    assert all(cuerpo[clave]["texto"] for clave in ("motivo", "motivo_tipo_ii") if cuerpo[clave])
    assert cuerpo["sentido"] == pregunta.get("sentido", "no_definido")


def test_devuelve_lo_que_entendio(pedir: Pedir) -> None:
    cuerpo = pedir(RUTA, sentido="ascendente", linea_base="1.234,5", logro="30 326", valor="1,90", corte=None)
    assert (cuerpo["linea_base"], cuerpo["logro"], cuerpo["valor"]) == (1234.5, 30326, 1.9)


def test_aplica_los_umbrales_en_vigor(pedir: Pedir, personas: Any) -> None:
    pregunta = {"sentido": "descendente", "logro": "30", "valor": "35"}
    assert pedir(RUTA, **pregunta)["semaforo"] == "amarillo"
    acciones.fijar_umbrales(por=personas.administrador, verde=80, amarillo=50, motivo="Prueba", ahora=minuto(0))
    assert pedir(RUTA, **pregunta)["semaforo"] == "verde"
    assert pedir(RUTA, **pregunta, a_la_fecha="2020-01-01")["semaforo"] == "amarillo"


@pytest.mark.parametrize(
    ("parametro", "valor"),
    [
        ("valor", "1.234"),
        ("valor", "mucho"),
        ("logro", "1e5"),
        ("linea_base", "NaN"),
        ("linea_base", "9" * 30),
        ("logro", "\0"),
        ("sentido", "arriba"),
        ("sentido", "Ascendente"),
        ("base", "3"),
        ("page", "1"),
        ("corte", "2021-02-30"),
    ],
)
def test_lo_que_no_se_entiende_se_nombra(pedir: Pedir, parametro: str, valor: str) -> None:
    problema = pedir(RUTA, espera=400, **{parametro: valor})
    assert problema["parametro"] == parametro
    assert f"«{parametro}»" in problema["detail"]
