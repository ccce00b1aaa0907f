"""La matriz en Excel, leída de vuelta: números que son números, razones al lado y texto que nunca es una fórmula."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from indicadores.calculo.tipos import AvanceDeObjetivo, Motivo, Procedencia, Sentido
from penitenciaria.informe.hechos import (
    Cuentas,
    Encabezado,
    Informe,
    Medida,
    ObjetivoInformado,
    Relato,
    ServicioInformado,
)
from penitenciaria.informe.matriz import FILA_DE_ENCABEZADOS, escribir_matriz, filas_de_matriz
from tests.informe.fabricas import UMBRALES, medida

CORTE = date(2021, 12, 31)
SIN_SENTENCIA = medida(
    ("2020", "37.0000"),
    ("2021-03", "35.0000"),
    sentido=Sentido.DESCENDENTE,
    base=(Motivo.NO_CONSTA, "Un texto de una persona."),
    logros=[(2021, "30"), (2030, Motivo.PROGRESIVO)],
    numerador=30326,
)
NUNCA_MEDIDO = medida(base=Motivo.NO_MEDIDO)
CON_TODO = medida(("2020", "33.25"), ("2021", "34.9"), base="30", logros=[(2021, "45")])
COBERTURA = replace(medida(("2021-S1", "38"), simbolo="personas", decimales=0), servicio="OP.01-S1", codigo="C-1")


def informe(*medidas: Medida, cobertura: tuple[Medida, ...] = ()) -> Informe:
    servicio = ServicioInformado(
        codigo="OP.01-S1",
        nombre="Grilletes electrónicos",
        nombre_corto="Grilletes",
        nombre_es_parafrasis=False,
        ejecucion="inmediata",
        ejecucion_inferida=False,
        estado="se_provee",
        entidades=(),
        documentos=(),
        cobertura=cobertura,
    )
    objetivo = ObjetivoInformado(
        codigo="OP.01",
        nombre="Reducir el hacinamiento",
        priorizado=False,
        avance=AvanceDeObjetivo(2021, None, 0, len(medidas), False, Motivo.SIN_MEDICION),
        medidas=medidas,
        servicios=(servicio,) if cobertura else (),
        intervenciones=(),
        suspensiones=(),
        relato_de_avance=Relato(),
        relato_de_intervenciones=Relato(),
    )
    return Informe(
        anio=2021,
        corte=CORTE,
        a_la_fecha=datetime(2022, 1, 15, tzinfo=UTC),
        publicado_hasta=date(2022, 1, 15),
        hay_publicaciones=True,
        encabezado=Encabezado("Política Nacional Penitenciaria al 2030", "", "", "", "", "", 2020, 2030),
        umbrales=UMBRALES,
        cuentas=Cuentas(len(medidas), 0, 0, 0, 0, 0, ()),
        relato=Relato(),
        ruta=(),
        objetivos=(objetivo,),
        alternativas=(),
        fuentes=(),
        normas=(),
        anterior=None,
    )


INFORME = informe(SIN_SENTENCIA, NUNCA_MEDIDO, CON_TODO, cobertura=(COBERTURA,))


def abrir(contenido: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(contenido))


@pytest.fixture(scope="module")
def libro() -> Any:
    return abrir(escribir_matriz(INFORME))


def fila(hoja: Worksheet, numero: int) -> dict[str, Cell]:
    """Las celdas de la fila de datos ``numero`` (desde 0), por su encabezado."""
    rotulos = [celda.value for celda in hoja[FILA_DE_ENCABEZADOS]]
    return dict(zip(rotulos, hoja[FILA_DE_ENCABEZADOS + 1 + numero], strict=True))


def test_los_numeros_son_numeros_con_su_formato(libro: Any) -> None:
    celdas = fila(libro["Matriz"], 0)
    for rotulo, valor, formato in (
        ("Logro esperado 2021", 30, "#,##0"),
        ("Valor obtenido 2020", 37, "#,##0"),
        ("Valor obtenido 2021", 35, "#,##0"),
        ("Avance tipo I 2021 (%)", 85.71, "#,##0.00"),
        ("Año de la línea base", 2019, "0"),
    ):
        celda = celdas[rotulo]
        assert (celda.data_type, celda.value, celda.number_format) == ("n", valor, formato), rotulo
    con_decimales = fila(libro["Matriz"], 2)["Valor obtenido 2020"]
    assert (con_decimales.value, con_decimales.number_format) == (33.25, "#,##0.0")


def test_lo_que_falta_queda_vacio_y_lleva_su_razon_al_lado(libro: Any) -> None:
    celdas = fila(libro["Matriz"], 0)
    assert celdas["Línea base"].value is None
    assert celdas["Razón de la línea base que falta"].value == "las fuentes disponibles no lo consignan"
    assert celdas["Logro esperado 2030"].value is None
    assert celdas["Razón de los logros que faltan"].value == "2030: se fijará de manera progresiva"
    assert celdas["Avance tipo II 2021 (%)"].value is None
    assert celdas["Razón del tipo II que falta"].value == "no hay línea base con la cual comparar"
    assert celdas["Razón del tipo I que falta"].value is None
    assert celdas["Notas de los valores"].value == "2021: parcial, de marzo de 2021"
    assert celdas["Entidad responsable"].value == "por definir"
    nunca = fila(libro["Matriz"], 1)
    assert [nunca[f"Valor obtenido {anio}"].value for anio in (2020, 2021)] == [None, None]
    assert nunca["Notas de los valores"].value == "2020: no hay una medición del año. 2021: no hay una medición del año"
    assert nunca["Razón de la línea base que falta"].value == "todavía no se ha medido"
    assert nunca["Situación 2021"].value == "sin dato de 2021"


def test_ninguna_ausencia_se_escribe_como_cero() -> None:
    for contenidos in filas_de_matriz(informe(NUNCA_MEDIDO)):
        numeros = [contenido for contenido in contenidos if not isinstance(contenido, str | None)]
        assert [numero.valor for numero in numeros] == [2019]


def test_los_valores_uno_por_uno_con_su_periodo_y_su_fuente() -> None:
    dato = replace(SIN_SENTENCIA.datos[1], fuente=Procedencia("INPE"))
    con_fuente = replace(SIN_SENTENCIA, datos=(SIN_SENTENCIA.datos[0], dato))
    hoja = abrir(escribir_matriz(informe(con_fuente)))["Valores"]
    primera, segunda = (fila(hoja, numero) for numero in (0, 1))
    assert primera["Fuente"].value == "no consta"
    escritos = {rotulo: celda.value for rotulo, celda in segunda.items()}
    assert escritos["Periodo"] == "2021-03"
    assert escritos["Periodo en palabras"] == "marzo de 2021"
    assert (escritos["Valor"], escritos["Numerador"], escritos["Denominador"]) == (35, 30326, None)
    assert escritos["Fuente"] == "INPE"
    assert segunda["Numerador"].number_format == "#,##0"


def test_los_servicios_van_despues_de_los_objetivos(libro: Any) -> None:
    hoja = libro["Matriz"]
    assert hoja.max_row == FILA_DE_ENCABEZADOS + 4
    ultima = fila(hoja, 3)
    assert (ultima["Código"].value, ultima["Objetivo o servicio"].value) == ("C-1", "OP.01-S1")


@pytest.mark.parametrize(
    "hostil", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "%0A=1", '=HYPERLINK("http://x")', " =1"]
)
def test_un_texto_nunca_es_una_formula(hostil: str) -> None:
    hoja = abrir(escribir_matriz(informe(replace(CON_TODO, nombre=hostil, codigo=hostil))))["Matriz"]
    for rotulo in ("Código", "Denominación del indicador"):
        celda = fila(hoja, 0)[rotulo]
        assert (celda.data_type, celda.value, celda.quotePrefix) == ("s", hostil, True)


def test_los_caracteres_que_xml_prohibe_se_ven_como_faltantes() -> None:
    hoja = abrir(escribir_matriz(informe(replace(CON_TODO, nombre="<c>&\x00\x0b\ud800\uffff"))))["Matriz"]
    assert fila(hoja, 0)["Denominación del indicador"].value == "<c>&" + "\ufffd" * 4


def test_la_hoja_esta_lista_para_leerse_e_imprimirse(libro: Any) -> None:
    for hoja in libro:
        assert hoja.freeze_panes == f"C{FILA_DE_ENCABEZADOS + 1}"
        assert hoja.print_title_rows == f"${FILA_DE_ENCABEZADOS}:${FILA_DE_ENCABEZADOS}"
        assert (hoja.page_setup.orientation, hoja.page_setup.fitToWidth) == ("landscape", 1)
        assert hoja.auto_filter.ref.startswith(f"A{FILA_DE_ENCABEZADOS}:")
        assert all(medidas.width >= 10 for medidas in hoja.column_dimensions.values())
    assert libro["Matriz"]["A1"].value == "Matriz de seguimiento 2021"
    assert "31 de diciembre de 2021" in libro["Matriz"]["A2"].value
    assert libro.properties.language == "es-PE"
    assert libro.properties.title == "Matriz de seguimiento 2021"


@pytest.mark.parametrize(
    ("constancia", "dice"), [(None, None), ((), "Borrador"), (("Reporte N.º 1", "Resumen"), "Reporte N.º 1 · Resumen")]
)
def test_dice_si_es_un_borrador_o_de_que_reporte_es(constancia: tuple[str, ...] | None, dice: str | None) -> None:
    assert abrir(escribir_matriz(INFORME, constancia=constancia))["Matriz"]["A3"].value == dice


def resumen() -> str:
    return hashlib.sha256(escribir_matriz(INFORME)).hexdigest()


@pytest.mark.parametrize(("zona", "semilla"), [("America/Lima", "1"), ("Asia/Tokyo", "77")])
def test_los_mismos_bytes_en_cualquier_maquina(zona: str, semilla: str) -> None:
    programa = "from tests.informe.test_matriz import resumen; print(resumen())"
    entorno = {**os.environ, "TZ": zona, "PYTHONHASHSEED": semilla, "DJANGO_SETTINGS_MODULE": "penitenciaria.settings"}
    proceso = subprocess.run(
        [sys.executable, "-c", programa], env=entorno, capture_output=True, text=True, check=True, timeout=60
    )
    assert proceso.stdout.strip() == resumen()
    with ZipFile(BytesIO(escribir_matriz(INFORME))) as paquete:
        assert {parte.date_time for parte in paquete.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_el_valor_se_guarda_exacto() -> None:
    exacta = medida(("2021", "33.3333"), base="30", logros=[(2021, "45")])
    celda = fila(abrir(escribir_matriz(informe(exacta)))["Matriz"], 0)["Valor obtenido 2021"]
    assert Decimal(str(celda.value)) == Decimal("33.3333")
    assert celda.number_format == "#,##0.0"
