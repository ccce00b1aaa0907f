"""JSON (todas sus páginas), CSV y XLSX son las mismas filas, celda por celda, también con datos difíciles."""

import csv
import io
import threading
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from psycopg2 import DataError

from indicadores.api import copia
from indicadores.api.metas import LineasBase, Logros
from indicadores.api.tablas import Tipo
from indicadores.api.views import Ambitos, Indicadores, Lista, Mediciones
from indicadores.intercambio.seguro import ESPACIOS, INICIOS
from indicadores.mirada import leer_mirada
from indicadores.models import Medicion
from objetivos.api import Entidades, Lineamientos, Objetivos
from servicios.api import Servicios
from tests import fabricas
from tests.api.conftest import MIRADA, direccion
from tests.interoperabilidad.conftest import TEXTOS, VALORES, cuerpo, de_csv, de_json, de_xlsx

LISTAS: dict[str, type[Lista]] = {
    "mediciones/": Mediciones,
    "indicadores/": Indicadores,
    "lineas_base/": LineasBase,
    "logros/": Logros,
    "ambitos/": Ambitos,
    "servicios/": Servicios,
    "objetivos/": Objetivos,
    "lineamientos/": Lineamientos,
    "entidades/": Entidades,
}
FILTROS = [
    {},
    {"ordering": "indicador,-fin"},
    {"ordering": "-publicada_en"},
    {"search": "prueba"},
    {"caracter": "referencial"},
    {"anio": "2012"},
    {"situacion": "definitiva", "desde": "2012-02-01"},
    {"corte": "2012-06-30"},
    {"a_la_fecha": fabricas.minuto(1).isoformat()},
]


def pedir(cliente: Client, ruta: str, formato: str, **parametros: Any) -> bytes:
    return cuerpo(cliente.get(direccion(ruta, format=formato, **parametros)))


@pytest.mark.parametrize("ruta", LISTAS)
def test_los_datos_reales_son_los_mismos_en_todo_formato(politica_cargada: Any, client: Client, ruta: str) -> None:
    columnas = LISTAS[ruta].columnas()
    filas = de_json(client, ruta, columnas)
    assert de_csv(pedir(client, ruta, "csv"), columnas) == filas
    assert de_xlsx(pedir(client, ruta, "xlsx"), columnas) == filas
    assert filas or ruta == "lineamientos/"


@pytest.mark.parametrize("parametros", FILTROS, ids=str)
def test_las_mediciones_dificiles_son_las_mismas(
    datos_dificiles: SimpleNamespace, client: Client, parametros: dict[str, str]
) -> None:
    columnas = Mediciones.columnas()
    filas = de_json(client, "mediciones/", columnas, **parametros)
    assert filas
    assert de_csv(pedir(client, "mediciones/", "csv", **parametros), columnas) == filas
    assert de_xlsx(pedir(client, "mediciones/", "xlsx", **parametros), columnas) == filas


@pytest.mark.parametrize("ruta", ["indicadores/", "logros/", "lineas_base/"])
def test_lo_demas_dificil_es_lo_mismo(datos_dificiles: SimpleNamespace, client: Client, ruta: str) -> None:
    columnas = LISTAS[ruta].columnas()
    filas = de_json(client, ruta, columnas)
    assert de_csv(pedir(client, ruta, "csv"), columnas) == filas
    assert de_xlsx(pedir(client, ruta, "xlsx"), columnas) == filas


def test_los_datos_dificiles_lo_son(datos_dificiles: SimpleNamespace, client: Client) -> None:
    """Lo que las comparaciones recorren: textos hostiles, límites, reservadas, repetidas y lo que ya no rige."""
    columnas = [columna.nombre for columna in Mediciones.columnas()]
    filas = [dict(zip(columnas, fila, strict=True)) for fila in de_json(client, "mediciones/", Mediciones.columnas())]
    assert {fila["motivo_texto"] for fila in filas} >= set(TEXTOS[1:])
    assert TEXTOS[0] not in {fila["motivo_texto"] for fila in filas}, "la retirada no rige"
    assert {fila["valor"] for fila in filas} >= {Decimal(valor) for valor in VALORES} - {Decimal("12345.6789")}
    reservadas = [fila for fila in filas if fila["motivo_codigo"] == "pocas_personas"]
    assert {fila["ambito"] for fila in reservadas} >= {datos_dificiles.penal.codigo}
    assert all(fila["valor"] is fila["numerador"] is fila["denominador"] is None for fila in reservadas)
    assert {fila["se_repite"] for fila in filas} == {True, False}
    assert {fila["version"] for fila in filas} == {1, 2}


def test_lo_reservado_no_sale_por_ningun_formato(datos_dificiles: SimpleNamespace, client: Client) -> None:
    parametros = {"indicador": datos_dificiles.cuenta.codigo, "ambito": datos_dificiles.penal.codigo}
    texto = pedir(client, "mediciones/", "csv", **parametros).decode()
    assert "pocas_personas" in texto
    assert ",3,7," not in texto
    assert "42.85" not in texto
    hoja = load_workbook(io.BytesIO(pedir(client, "mediciones/", "xlsx", **parametros))).worksheets[0]
    assert not {3, 7} & {celda.value for fila in hoja.iter_rows(min_row=2) for celda in fila}


class TestCsv:
    def test_cumple_la_rfc_4180(self, datos_dificiles: SimpleNamespace, client: Client) -> None:
        bruto = pedir(client, "mediciones/", "csv")
        assert not bruto.startswith(b"\xef\xbb\xbf")
        assert bruto.endswith(b"\r\n")
        bruto.decode("utf-8")
        filas = list(csv.reader(io.StringIO(bruto.decode(), newline=""), strict=True))
        assert len({len(fila) for fila in filas}) == 1
        fuera_de_comillas = b"".join(bruto.split(b'"')[::2])
        assert fuera_de_comillas.count(b"\n") == fuera_de_comillas.count(b"\r\n") == len(filas)

    def test_ninguna_celda_es_una_formula_y_los_numeros_siguen_siendolo(
        self, datos_dificiles: SimpleNamespace, client: Client
    ) -> None:
        columnas = Mediciones.columnas()
        _, *filas = csv.reader(io.StringIO(pedir(client, "mediciones/", "csv").decode(), newline=""))
        for fila in filas:
            for texto, columna in zip(fila, columnas, strict=True):
                if columna.tipo is Tipo.TEXTO:
                    assert not texto.lstrip(ESPACIOS).startswith(INICIOS)
        assert "-0.5" in {fila[6] for fila in filas}

    def test_en_sdmx_csv_tampoco(self, datos_dificiles: SimpleNamespace, client: Client) -> None:
        respuesta = client.get("/api/v1/sdmx/data/PNP?format=csvdata")
        _, *filas = csv.reader(io.StringIO(respuesta.getvalue().decode(), newline=""))
        peligrosas = [celda for fila in filas for celda in fila if celda.lstrip(ESPACIOS).startswith(INICIOS)]
        assert {Decimal(celda) for celda in peligrosas} == {Decimal("-0.5")}
        assert any(celda.startswith("'=HYPERLINK") for fila in filas for celda in fila)

    def test_con_page_es_esa_pagina(self, politica_cargada: Any, client: Client) -> None:
        columnas = Mediciones.columnas()
        entera = de_csv(pedir(client, "mediciones/", "csv"), columnas)
        assert de_csv(pedir(client, "mediciones/", "csv", page=2, page_size=10), columnas) == entera[10:20]
        assert de_csv(pedir(client, "mediciones/", "csv", page_size=3), columnas) == entera[:3]
        assert de_xlsx(pedir(client, "mediciones/", "xlsx", page=2, page_size=10), columnas) == entera[10:20]

    def test_el_nombre_lleva_el_corte_y_accept_no_estorba(self, politica_cargada: Any, client: Client) -> None:
        for formato, tipo in (("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats-officedocument")):
            respuesta = client.get(
                direccion("mediciones/", format=formato, corte="2021-12-31"), headers={"accept": tipo}
            )
            assert respuesta.headers["Content-Type"].startswith(tipo)
            assert respuesta.headers["Content-Disposition"] == f'attachment; filename="mediciones-2021-12-31.{formato}"'
            cuerpo(respuesta)

    def test_head_no_lee_la_tabla(
        self, politica_cargada: Any, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(4):
            respuesta = client.head(direccion("mediciones/", format="csv"))
        assert respuesta.headers["Content-Type"].startswith("text/csv")

    @pytest.mark.usefixtures("politica_cargada")
    def test_las_consultas_no_crecen_con_las_filas_de_una_tanda(self, client: Client) -> None:
        def consultas(**parametros: str) -> int:
            with CaptureQueriesContext(connection) as hechas:
                pedir(client, "mediciones/", "csv", **parametros)
            return len(hechas)

        assert consultas() <= consultas(indicador="OP.01-I2")


@pytest.mark.postgres
class TestCopia:
    @pytest.mark.parametrize("parametros", FILTROS, ids=str)
    def test_escribe_los_mismos_bytes_que_el_otro_camino(
        self,
        datos_dificiles: SimpleNamespace,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
        parametros: dict[str, str],
    ) -> None:
        por_copia = pedir(client, "mediciones/", "csv", **parametros)
        monkeypatch.setattr(copia, "se_puede", lambda *_: False)
        assert pedir(client, "mediciones/", "csv", **parametros) == por_copia

    def test_si_quien_lee_se_va_la_conexion_sigue_sirviendo(
        self, politica_cargada: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trozos = copiar(monkeypatch)
        assert next(trozos).startswith(b"indicador,")
        assert next(trozos).startswith(b"OP.")
        trozos.close()  # type: ignore[attr-defined]
        assert threading.active_count() == 1
        with connection.cursor() as cursor:
            cursor.execute("SHOW TIME ZONE")
            assert cursor.fetchone() == ("UTC",)

    def test_lo_que_falla_en_la_base_corta_la_respuesta(
        self, politica_cargada: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Un archivo a medias no debe parecer completo."""
        monkeypatch.setitem(copia.EXPRESIONES, "version", "1 / (c_version - 1)")
        trozos = copiar(monkeypatch)
        next(trozos)
        with pytest.raises(DataError, match="division by zero"):
            list(trozos)


def copiar(monkeypatch: pytest.MonkeyPatch) -> Iterator[bytes]:
    """La tabla entera, en trozos de una fila."""
    monkeypatch.setattr(copia, "TROZO", 1)
    mirada = leer_mirada(MIRADA, ahora=fabricas.AHORA)
    filas = Medicion.objects.vigentes(mirada.a_la_fecha).order_by("-fin", "-pk")
    return copia.mediciones(filas, Mediciones.columnas(), mirada, constancia="http://ejemplo/cifra/0/")


@pytest.mark.parametrize("ruta", LISTAS)
def test_toda_columna_dice_que_significa(ruta: str) -> None:
    columnas = LISTAS[ruta].columnas()
    assert len({columna.nombre for columna in columnas}) == len(columnas)
    mudas = [una.nombre for una in columnas if not una.significado.strip(". ") or una.significado.endswith(". ")]
    assert mudas == []
    sin_unidad = [una.nombre for una in columnas if una.tipo in (Tipo.ENTERO, Tipo.DECIMAL) and not una.unidad]
    assert sin_unidad == []
