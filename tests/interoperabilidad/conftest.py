"""Datos difíciles, y cómo se lee cada formato para comparar sus filas con las de JSON."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from indicadores import acciones
from indicadores.api.hoja_xlsx import como_era
from indicadores.api.tablas import Columna, Tipo, aplanar
from indicadores.intercambio.seguro import sin_comilla
from indicadores.models import Indicador
from tests import fabricas
from tests.api.conftest import direccion
from tests.fabricas import minuto

#: Lo que rompe a quien arma un CSV a mano, a quien lo abre en una hoja de cálculo y a quien escribe XML.
TEXTOS = (
    '=HYPERLINK("http://malo.ejemplo"; "clic")',
    "+51 1 234-5678",
    "-1+2",
    "@SUM(A1:A9)",
    "'ya llevaba apóstrofo",
    "  =con espacios delante",
    'Comillas «» y "dobles", coma; punto y coma',
    "Dos\nlíneas y\r\notra",
    "Ñandú, corazón, 監獄, 🔒 y <b>&amp;</b>",
    "\tcon tabulador y _x0041_ literal",
    "\xa0=tras un espacio que no se parte",
    "\u2003＝1+1",
    "\n-en otra línea",
    r"Barras \n, \\ y \. sueltas",
)
VALORES = ("99999999999.9999", "0.0001", "-0.5", "0", "40", "12345.6789")


@pytest.fixture
def datos_dificiles(personas: SimpleNamespace) -> SimpleNamespace:
    """Ausentes con su razón, reservadas, retiradas, corregidas, textos hostiles y números en sus límites."""
    por, revisor = personas.analista, personas.revisor
    _, _, [penal, otro, _] = fabricas.arbol(2, 1)
    medido = fabricas.IndicadorFactory(
        nombre=TEXTOS[8], sentido=Indicador.Sentido.NO_DEFINIDO, unidad="tasa_de_variacion"
    )
    cuenta = fabricas.IndicadorFactory()
    comunes: dict[str, Any] = {"por": por, "revisor": revisor, "ahora": minuto(0)}
    hechas = []
    for n, texto in enumerate(TEXTOS):
        hechas.append(
            fabricas.publicada(
                indicador=medido, periodo=f"{2000 + n}", motivo_ausencia="no_medido", texto_ausencia=texto,
                fuente=fabricas.FuenteFactory(nombre=texto, url=""), **comunes,
            )
        )  # fmt: skip
    for n, valor in enumerate((*VALORES, "40", "40")):
        hechas.append(
            fabricas.publicada(
                indicador=medido, periodo=f"2012-{n + 1:02}", valor=Decimal(valor), numerador=n or None,
                caracter="referencial" if n % 2 else "oficial", **comunes,
            )
        )  # fmt: skip
    for lugar, numerador, denominador in ((penal, 3, 7), (otro, 40, 80)):
        fabricas.publicada(
            indicador=cuenta, periodo="2021", ambito=lugar, numerador=numerador, denominador=denominador,
            valor=Decimal(numerador * 100) / denominador // Decimal("0.0001") * Decimal("0.0001"), **comunes,
        )  # fmt: skip
    fabricas.linea_base(cuenta, Decimal(40), anio=2017, por=personas.administrador)
    for anio, valor in ((2018, 40), (2019, 41), (2020, 41)):
        hechas.append(fabricas.publicada(indicador=cuenta, periodo=str(anio), valor=Decimal(valor), **comunes))
    fabricas.logro(cuenta, Decimal("50.5"), anio=2021, por=personas.administrador)
    fabricas.logro(medido, anio=2021, por=personas.administrador, texto_ausencia=TEXTOS[0])
    fabricas.corregida(
        hechas[-4], por=por, revisor=revisor, valor=Decimal("1.5"), ahora=minuto(1.25) + timedelta(microseconds=120_300)
    )
    fabricas.corregida(
        hechas[-5], por=por, revisor=revisor, valor=Decimal("2.5"), ahora=minuto(1.5) + timedelta(microseconds=654_321)
    )
    acciones.retirar(hechas[0], por=revisor, motivo=TEXTOS[0], ahora=minuto(2) + timedelta(microseconds=123_456))
    return SimpleNamespace(medido=medido, cuenta=cuenta, penal=penal, personas=personas)


Filas = list[list[Any]]
Comparar = Callable[..., Filas]


def cuerpo(respuesta: Any) -> bytes:
    assert respuesta.status_code == 200, respuesta.content
    return b"".join(respuesta.streaming_content)


def de_json(cliente: Client, ruta: str, columnas: tuple[Columna, ...], **parametros: Any) -> Filas:
    """Todas las páginas de un recurso, en celdas comparables."""
    filas: Filas = []
    siguiente: str | None = direccion(ruta, page_size=7, **parametros)
    while siguiente:
        pagina = cliente.get(siguiente).json()
        filas += [comparables(aplanar(fila, columnas)) for fila in pagina["results"]]
        siguiente = pagina["next"]
    return filas


def comparables(celdas: list[Any]) -> list[Any]:
    """Un momento es el mismo escrito de cualquier modo; un número, también."""
    return [Decimal(str(una)) if isinstance(una, int | float) and not isinstance(una, bool) else una for una in celdas]


def de_csv(bruto: bytes, columnas: tuple[Columna, ...]) -> Filas:
    """Las filas de un CSV, con el tipo que su diccionario dice."""
    encabezado, *filas = csv.reader(io.StringIO(bruto.decode(), newline=""), strict=True)
    assert encabezado == [columna.nombre for columna in columnas]
    return [[leer_celda(texto, columna) for texto, columna in zip(fila, columnas, strict=True)] for fila in filas]


def leer_celda(texto: str, columna: Columna) -> Any:
    if not texto:
        return None
    if columna.tipo in (Tipo.ENTERO, Tipo.DECIMAL):
        return Decimal(texto)
    if columna.tipo is Tipo.LOGICO:
        return {"true": True, "false": False}[texto]
    if columna.tipo is Tipo.MOMENTO:
        assert datetime.fromisoformat(texto).tzinfo
    return sin_comilla(texto)


def de_xlsx(bruto: bytes, columnas: tuple[Columna, ...]) -> Filas:
    """Las filas de la primera hoja, con el tipo de cada celda."""
    libro = load_workbook(io.BytesIO(bruto), read_only=True)
    encabezado, *filas = libro.worksheets[0].iter_rows(values_only=True)
    assert list(encabezado) == [columna.nombre for columna in columnas]
    assert libro.sheetnames[-1] == "diccionario"
    ancho = len(columnas)
    return [comparables(list(map(_texto, (*fila, *[None] * (ancho - len(fila)))))) for fila in filas]


def _texto(celda: Any) -> Any:
    return como_era(celda) if isinstance(celda, str) else celda
