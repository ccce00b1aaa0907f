"""Lo que se dice de una matriz: el formulario se arma con lo hallado, explica lo que falta y da el pedido."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from indicadores.intercambio.matriz import Papel, Uso
from indicadores.intercambio.matriz_forms import NO_ANOTAR, ColumnasForm, SubirMatrizForm
from indicadores.intercambio.matriz_tabla import Tabla, examinar
from indicadores.models import Indicador
from tests import fabricas
from tests.intercambio.test_matriz import NORTE, PEDIDO, con
from tests.intercambio.test_nombres import DIRECTORIO

OPCIONES = {
    clave: getattr(PEDIDO, clave)
    for clave in ("indicador", "es_porcentaje", "periodo", "caracter", "situacion", "fuente", "notas")
}
COLUMNAS = {"papel_2": "nd", "papel_3": "nd", "papel_4": "d", "papel_5": "d", "papel_6": "td"}
SEXOS = {"sexo_2": "H", "sexo_3": "M", "sexo_4": "H", "sexo_5": "M", "sexo_6": "T"}
DICHO = COLUMNAS | SEXOS | {"fila_total": "15", "ambito_total": "OR-NORTE", "testigo": "1"}


def formulario(datos: dict[str, Any] | None = None, tabla: Tabla = NORTE, **opciones: Any) -> ColumnasForm:
    return ColumnasForm(
        datos, tabla=tabla, examen=examinar(tabla), directorio=DIRECTORIO, opciones=OPCIONES | opciones, testigo=1
    )


def test_da_el_pedido_que_se_dijo() -> None:
    form = formulario(DICHO)
    assert form.is_valid(), form.errors
    assert form.pedido() == PEDIDO
    assert form.alias() == {}


def test_propone_el_sexo_y_el_total_pero_nunca_los_papeles() -> None:
    form = formulario()
    assert [(c.columna.letra, c.papel.initial, c.sexo.initial) for c in form.columnas()] == [
        ("B", "", "H"),
        ("C", "", "M"),
        ("D", "", "H"),
        ("E", "", "M"),
        ("F", "", "T"),
    ]
    assert form["fila_total"].initial == 15
    assert len(form.lugares()) == 11


def test_recuerda_lo_dicho_la_vez_anterior() -> None:
    form = formulario(**PEDIDO.como_opciones() | {"sin_anotar": [7]})
    assert [c.papel.initial for c in form.columnas()] == ["nd", "nd", "d", "d", "td"]
    assert form["ambito_total"].initial == "OR-NORTE"
    assert next(fila.campo.initial for fila in form.lugares() if fila.numero == 7) == NO_ANOTAR


def test_un_nombre_desconocido_se_pregunta_con_parecidos_y_se_recuerda() -> None:
    tabla = con(NORTE, {"A7": "CHICLAYO NUEVO"})
    form = formulario(DICHO, tabla)
    assert not form.is_valid()
    assert form.errors["lugar_7"] == ["Elija qué lugar es «CHICLAYO NUEVO» o diga que la fila no se anota."]
    primera = form.lugares()[0]
    assert (primera.numero, primera.lugar, primera.campo.initial) == (7, None, "")
    parecidos = dict(form.fields["lugar_7"].choices)["Parecidos"]
    assert ("EP04", "E.P. de Chiclayo") in parecidos
    elegido = formulario(DICHO | {"lugar_7": "EP04"}, tabla)
    assert elegido.is_valid()
    assert elegido.alias() == {"CHICLAYO NUEVO": "EP04"}
    omitido = formulario(DICHO | {"lugar_7": NO_ANOTAR}, tabla)
    assert omitido.is_valid()
    assert (omitido.alias(), omitido.pedido().sin_anotar) == ({}, frozenset({7}))


def test_una_fila_reconocida_puede_no_anotarse() -> None:
    form = formulario(DICHO | {"lugar_7": NO_ANOTAR})
    assert form.is_valid()
    assert form.pedido() == replace(PEDIDO, sin_anotar=frozenset({7}))


@pytest.mark.parametrize(
    ("cambios", "campo", "frase"),
    [
        ({"fila_total": ""}, "fila_total", "Diga cuál es la fila de total"),
        ({"fila_total": "", "ambito_total": ""}, "fila_total", "La fila 15 no nombra ningún lugar"),
        ({"papel_2": "", "papel_3": ""}, "__all__", "forman el numerador"),
        ({"papel_2": "x"}, "papel_2", "x"),
        ({"lugar_7": "EP99"}, "lugar_7", "EP99"),
        ({"testigo": ""}, "testigo", "requerido"),
    ],
)
def test_lo_que_falta_se_explica_junto_a_su_campo(cambios: dict[str, str], campo: str, frase: str) -> None:
    form = formulario(DICHO | cambios)
    assert not form.is_valid()
    assert frase in " ".join(form.errors[campo])


def test_demasiados_desconocidos_son_otra_columna() -> None:
    tabla = Tabla("Hoja", (("Lugar", "N"), *((f"Sitio {n}", n) for n in range(200))))
    form = formulario({"testigo": "1"}, tabla)
    assert form.son_demasiados
    assert form.lugares() == []
    assert "Revise cuál es la columna de los nombres" in str(form.errors)


def test_un_numero_usa_solo_el_numerador() -> None:
    form = formulario(
        {**SEXOS, "papel_2": "n", "fila_total": "15", "ambito_total": "", "testigo": "1"}, es_porcentaje=False
    )
    assert form.is_valid(), form.errors
    assert form.pedido().usos == (Uso(2, Papel.NUMERADOR, "H"),)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cambios", "campo", "frase"),
    [
        ({"periodo": "2030"}, "periodo", "aún no puede medirse completo"),
        ({"periodo": "enero"}, "periodo", "enero"),
        ({"indicador": ""}, "indicador", "Elija el indicador"),
        ({"fuente": ""}, "fuente", "Elija la fuente"),
    ],
)
def test_el_primer_paso_explica_lo_que_falta(cambios: dict[str, str], campo: str, frase: str) -> None:
    form = subido(cambios, fabricas.IndicadorFactory())
    assert not form.is_valid()
    assert frase in " ".join(form.errors[campo])


@pytest.mark.django_db
def test_el_primer_paso_guarda_codigos_y_rechaza_lo_que_no_se_cuenta() -> None:
    form = subido({}, fabricas.IndicadorFactory(codigo="IX-1"))
    assert form.is_valid(), form.errors
    assert form.opciones() | {"fuente": ""} == {
        "indicador": "IX-1",
        "es_porcentaje": True,
        "periodo": "2021-12",
        "caracter": "referencial",
        "situacion": "definitiva",
        "fuente": "",
        "notas": "",
    }
    ratio = subido({}, fabricas.IndicadorFactory(unidad=Indicador.Unidad.RATIO))
    assert not ratio.is_valid()
    assert "no sale de contar personas" in " ".join(ratio.errors["indicador"])


def subido(cambios: dict[str, str], indicador: Indicador) -> SubirMatrizForm:
    datos = {
        "indicador": str(indicador.pk),
        "periodo": "2021-12",
        "caracter": "referencial",
        "situacion": "definitiva",
        "fuente": str(fabricas.FuenteFactory().pk),
    }
    archivos: Any = {"archivo": SimpleUploadedFile("cuadro.csv", b"Lugar;N\nLima;1\n")}
    return SubirMatrizForm(datos | cambios, archivos, hoy=fabricas.HOY)
