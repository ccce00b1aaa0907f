"""Bajar y volver a subir sin tocar no cambia nada, con todos los datos reales y con lo que más cuesta escribir."""

from decimal import Decimal
from typing import Any

import pytest

from indicadores import acciones
from indicadores.calculo.tipos import Periodo
from indicadores.intercambio.hoja import Seleccion, escribir_csv, escribir_libro, renglones
from indicadores.models import Ambito, Indicador, Medicion
from tests.fabricas import FuenteFactory, IndicadorFactory, borrador, publicada
from tests.intercambio.ayudas import cuenta, diferencias, subir
from tests.politica_real import CARGADA_EN


@pytest.fixture(autouse=True)
def _archivos_aparte(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def bajar(formato: str, seleccion: Seleccion | None = None) -> bytes:
    if formato == "csv":
        return b"".join(escribir_csv(renglones(seleccion)))
    with escribir_libro(renglones(seleccion)) as libro:
        return libro.read()


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_los_datos_reales_vuelven_iguales(politica_cargada: Any, personas: Any, formato: str) -> None:
    lote = subir(bajar(formato), personas.analista, nombre=f"todo.{formato}", ahora=CARGADA_EN)
    assert cuenta(lote) == {"igual": Medicion.objects.filter(etapa="publicada").count()}
    assert lote.estado == "por_confirmar"


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_lo_dificil_de_escribir_vuelve_igual(personas: Any, formato: str) -> None:
    fuente = FuenteFactory(codigo="=cmd", nombre="=HYPERLINK(1)")
    tasa = IndicadorFactory(unidad="tasa_de_variacion", simbolo="%")
    notas = ["=1+1", "-2", "@SUM(A1)", "'ya", 'dos\nlíneas; y «comillas» "dobles"', "\tcon tabulador", "+51 1"]
    valores = ["-0.5", "1.234", "0.0001", "12345678901.1234", "0", "-1234.5", "100"]
    for i, (nota, valor) in enumerate(zip(notas, valores, strict=True)):
        borrador(
            por=personas.analista,
            indicador=tasa,
            periodo=f"20{10 + i}",
            valor=Decimal(valor),
            notas=nota,
            fuente=fuente,
        )
    publicada(motivo_ausencia="no_medido", texto_ausencia="=falta", numerador=3, denominador=7)
    contenido = bajar(formato)
    lote = subir(contenido, personas.analista, nombre=f"x.{formato}")
    assert cuenta(lote) == {"igual": 8}, diferencias(lote)
    if formato == "csv":
        celdas = contenido.decode("utf-8-sig").replace('"', "").replace("\r\n", ";").split(";")
        assert not [celda for celda in celdas if celda[:1] in ("=", "@", "+", "\t")]


def test_lo_que_falta_se_ofrece_en_blanco_y_no_se_anota(personas: Any) -> None:
    medicion = borrador(por=personas.analista, periodo="2020")
    seleccion = Seleccion(
        indicadores=[Indicador.objects.get()],
        periodos=[Periodo.leer("2020"), Periodo.leer("2021")],
        ambitos=[Ambito.objects.get()],
        sexos=["T", "H"],
    )
    filas = list(renglones(seleccion))
    assert [(f.datos["periodo"], f.datos["sexo"]) for f in filas] == [
        ("2020", "total"),
        ("2020", "hombres"),
        ("2021", "total"),
        ("2021", "hombres"),
    ]
    assert filas[0].datos["valor"] == medicion.valor
    lote = subir(bajar("xlsx", seleccion), personas.analista, nombre="x.xlsx")
    assert cuenta(lote) == {"igual": 1}


def test_un_borrador_que_corrige_se_baja_en_lugar_de_lo_publicado(personas: Any) -> None:
    vigente = publicada()
    nueva = acciones.corregir(vigente, por=personas.analista, valor=Decimal(41), motivo="errata")
    (fila,) = renglones(None)
    assert fila.datos["base"].startswith(f"v{nueva.pk}/")
