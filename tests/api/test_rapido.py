"""El camino corto de las mediciones da, letra por letra, lo mismo que el general."""

import random
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicadores.api import pedido, rapido
from indicadores.calculo.tipos import Periodo
from indicadores.models import Ambito, Indicador, Medicion
from tests.politica_real import CARGADA_EN
from tests.test_a_la_fecha import cambiar_todo

pytestmark = pytest.mark.django_db

#: Lo que se pide; el camino corto entiende todo menos lo de la segunda lista.
CORTAS: list[dict[str, str]] = [
    {},
    {"page_size": "500"},
    {"page": "2", "page_size": "7"},
    {"ordering": "fin", "page_size": "9", "page": "3"},
    {"ordering": "-fin"},
    {"indicador": "OP.01-I2"},
    {"objetivo": "OP.01", "sexo": "T"},
    {"ambito": "PE", "caracter": "oficial"},
    {"ambito_nivel": "establecimiento", "page_size": "20"},
    {"ambito_nivel": "nacional"},
    {"anio": "2021"},
    {"desde": "2020-06-01", "hasta": "2021-06-30"},
    {"anio": "2021", "corte": "2021-06-30"},
    {"anio": "2021", "desde": "2021-03-01", "hasta": "2021-03-31", "ordering": "fin"},
    {"desde": "2021-03-01", "hasta": "2020-03-31"},
    {"page": "13", "page_size": "9"},
    {"page": "11", "page_size": "9", "ordering": "fin", "hasta": "2021-06-30"},
    {"periodo": "2021-03"},
    {"situacion": "definitiva", "sexo": "H"},
    {"corte": "2020-12-31", "page_size": "500"},
    {"a_la_fecha": (CARGADA_EN + timedelta(minutes=4)).isoformat(), "page_size": "500"},
    {"a_la_fecha": "2019-01-01"},
    {"format": "json", "page_size": "1"},
    {"search": "sentencia"},
    {"search": "  LÍMA  penal ", "page_size": "9"},
    {"search": "lima", "sexo": "H", "ordering": "fin", "page": "2", "page_size": "3"},
    {"search": "nada que exista"},
    {"ordering": "indicador"},
    {"ordering": "-indicador", "page_size": "6", "page": "3"},
    {"ordering": "ambito", "page_size": "500", "sexo": "H"},
    {"ordering": "-ambito", "page_size": "9", "page": "13"},
    {"ordering": "ambito", "page_size": "7", "page": "2", "search": "lima"},
    {"actualizado_desde": "2021-01-01"},
    {"actualizado_desde": (CARGADA_EN + timedelta(seconds=30)).isoformat(), "page_size": "40", "page": "2"},
    {"ordering": "publicada_en", "page_size": "500"},
    {"ordering": "-publicada_en", "page_size": "11", "page": "4"},
    {"ordering": "publicada_en", "actualizado_desde": CARGADA_EN.isoformat(), "hasta": "2021-06-30", "ambito": "PE"},
]
GENERALES: list[dict[str, str]] = [
    {"ordering": "indicador,-fin"},
    {"search": "a b c d e f g h i"},
    {"actualizado_desde": "ayer"},
    {"indicador": "no-existe"},
    {"sexo": "X"},
    {"anio": "21"},
    {"desde": "2021-02-30"},
    {"periodo": "2021-13"},
    {"ambito": " PE"},
]
AMBOS: list[dict[str, str]] = [{"page": "999"}, {"page_size": "501"}, {"page": "0"}]


def pedir(parametros: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    respuesta = Client().get(f"/api/v1/mediciones/?{urlencode(parametros)}")
    cabeceras = {n: v for n, v in respuesta.items() if n in ("Content-Type", "Cache-Control", "Last-Modified", "Vary")}
    return respuesta.status_code, respuesta.content, cabeceras


@pytest.mark.parametrize("orden", ["-fin", "fin", "-indicador", "ambito"])
def test_las_paginas_de_a_pocas_juntas_son_la_lista(
    politica_cargada: Any, personas: SimpleNamespace, orden: str
) -> None:
    """Cada una se halla por el extremo más cercano de su día, sin haber leído la anterior."""
    llenar(personas)

    def claves(**parametros: str) -> list[str]:
        respuesta = Client().get("/api/v1/mediciones/", {"ordering": orden, "hasta": "2015-06-30", **parametros})
        return [una["id"] for una in respuesta.json()["results"]]

    enteras = claves(page_size="500")
    assert len(enteras) > 300
    de_a_pocas = [claves(page=str(n + 1), page_size="7") for n in range(-(-len(enteras) // 7))]
    assert [clave for pagina in de_a_pocas for clave in pagina] == enteras


@pytest.mark.parametrize("muchas", [10**12, 0])
def test_los_dos_caminos_contestan_lo_mismo(
    politica_cargada: Any, personas: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, muchas: int
) -> None:
    """También cuando son tantas que SQLite las recorre en su orden y PostgreSQL prueba antes el periodo contiguo."""
    monkeypatch.setattr(pedido, "MUCHAS", muchas)
    monkeypatch.setattr(rapido, "MUCHAS", muchas)
    cambiar_todo(personas, CARGADA_EN)
    llenar(personas)
    todas = [*CORTAS, *GENERALES, *AMBOS]
    por_el_corto = [pedir(una) for una in todas]
    monkeypatch.setattr(rapido, "elegir", lambda *_: None)
    for una, corta in zip(todas, por_el_corto, strict=True):
        assert corta == pedir(una), una
    assert [estado for estado, _, _ in por_el_corto[: len(CORTAS)]] == [200] * len(CORTAS)


def llenar(personas: SimpleNamespace) -> None:
    """Series con valores que se repiten, ausencias, celdas reservadas y versiones sustituidas."""
    azar = random.Random(7)
    lugares = list(Ambito.objects.order_by("pk")[:4])
    filas = []
    for indicador in Indicador.objects.order_by("pk")[:3]:
        for lugar in lugares:
            for n in range(40):
                texto = azar.choice([f"{2012 + n // 12}-{n % 12 + 1:02}", f"{1990 + n % 20}", f"{1990 + n % 20}-S2"])
                filas.append((indicador, lugar, texto, azar.choice("HMT")))
    ya = set(Medicion.objects.values_list("indicador", "ambito", "periodo", "sexo"))
    unicas = {(i.pk, lu.pk, p, s): (i, lu, p, s) for i, lu, p, s in filas if (i.pk, lu.pk, p, s) not in ya}
    for n, (indicador, lugar, texto, sexo) in enumerate(unicas.values()):
        periodo, ausente = Periodo.leer(texto), azar.random() < 0.15
        Medicion.objects.create(
            indicador=indicador, ambito=lugar, periodo=texto, inicio=periodo.inicio, fin=periodo.fin, sexo=sexo,
            caracter=azar.choice(["oficial", "referencial"]), situacion=azar.choice(["preliminar", "definitiva"]),
            valor=None if ausente else Decimal(azar.choice(["1", "2.5", "2.5", "33.3333"])),
            motivo_ausencia="no_medido" if ausente else "", texto_ausencia="Pandemia" if n % 2 and ausente else "",
            numerador=azar.choice([None, 4, 5]), reservada=azar.random() < 0.1, registrada_por=personas.analista,
            publicada_por=personas.revisor, registrada_en=CARGADA_EN, etapa="publicada",
            publicada_en=CARGADA_EN + timedelta(seconds=n),
        )  # fmt: skip


def test_lo_sencillo_va_por_el_corto_y_lo_demas_no(politica_cargada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    idas: list[bool] = []
    original = rapido.elegir

    def espiar(*argumentos: Any) -> Any:
        elegidas = original(*argumentos)
        idas.append(elegidas is not None)
        return elegidas

    monkeypatch.setattr(rapido, "elegir", espiar)
    for una in [*CORTAS, *GENERALES]:
        pedir(una)
    assert idas == [True] * len(CORTAS) + [False] * len(GENERALES)


@pytest.fixture
def sin_futuro(transactional_db: None) -> None:
    """La cuenta de publicaciones no se vacía entre pruebas, y otra pudo escribirle un momento que no ha llegado."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE publicaciones SET hasta = NULL")


@pytest.mark.django_db(transaction=True)
def test_con_la_marca_basta_una_consulta_por_pagina_y_recorrer_no_cuenta_lo_anterior(
    sin_futuro: None, politica_cargada: Any, settings: Any
) -> None:
    """La marca, las filas y nada más; y de página en página se sigue por el índice, sin OFFSET."""
    settings.MEMORIA_MB = 0  # que no conteste lo guardado
    cliente, vistas = Client(), []
    cliente.get("/api/v1/mediciones/?page_size=20")
    siguiente = "/api/v1/mediciones/?page_size=20"
    while siguiente:
        with CaptureQueriesContext(connection) as consultas:
            cuerpo = cliente.get(siguiente).json()
        assert len(consultas) == (3 if connection.vendor == "postgresql" else 2)
        assert "OFFSET" not in consultas[1]["sql"]
        vistas += [fila["id"] for fila in cuerpo["results"]]
        siguiente = cuerpo["next"]
    assert len(vistas) == len(set(vistas)) == cuerpo["count"] > 100
    # Una página suelta que nadie recorrió sale igual, contando desde el principio.
    rapido.recordar("otra marca")
    suelta = cliente.get("/api/v1/mediciones/?page_size=20&page=3").json()
    assert [fila["id"] for fila in suelta["results"]] == vistas[40:60]


@pytest.mark.django_db(transaction=True)
def test_lo_recordado_no_sobrevive_a_un_cambio(sin_futuro: None, politica_cargada: Any, settings: Any) -> None:
    settings.MEMORIA_MB = 0
    cliente, ruta = Client(), "/api/v1/mediciones/?ambito=PE&page_size=500"
    antes = cliente.get(ruta).json()
    medicion = Medicion.objects.filter(ambito__codigo="PE", etapa="publicada").order_by("pk")[0]
    Medicion.objects.filter(pk=medicion.pk).update(etapa="retirada", sustituida_en=medicion.publicada_en)
    assert cliente.get(ruta).json()["count"] == antes["count"] - 1
    Ambito.objects.filter(codigo="PE").update(codigo="PERU")
    assert cliente.get(ruta).status_code == 400
    renombrada = cliente.get(ruta.replace("PE&", "PERU&")).json()
    assert {fila["ambito"] for fila in renombrada["results"]} == {"PERU"}
