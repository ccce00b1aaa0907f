"""Lo que alguien podría subir con mala intención, o una hoja rota: se dice con una frase y nunca rompe la página."""

import random
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from indicadores import acciones
from indicadores.acciones import lotes
from indicadores.acciones.archivos import reconocer
from indicadores.errores import DatoInvalido
from indicadores.intercambio import csv_texto, matriz_archivo
from indicadores.intercambio.lectura_hoja import leer
from indicadores.intercambio.matriz_archivo import leer_tablas
from indicadores.intercambio.proceso import anotar_lote, deshacer
from indicadores.intercambio.tipos import ArchivoIlegible
from indicadores.intercambio.xlsx import abrir, filas
from indicadores.models import Lote, Medicion
from indicadores.permisos import puede_publicar
from tests.fabricas import AmbitoFactory, FuenteFactory, IndicadorFactory, borrador, minuto
from tests.intercambio.ayudas import csv, diferencias, subir, xlsx

TITULOS = ["indicador", "periodo", "valor", "fecha de compromiso", "base"]
HOJA = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _archivos_aparte(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ix(db: None) -> Any:
    AmbitoFactory()
    FuenteFactory(codigo="inpe", nombre="Informe del INPE")
    return IndicadorFactory(codigo="IX-1")


def rehecho(libro: bytes, cambios: dict[str, Callable[[bytes], bytes]], metodo: int = ZIP_DEFLATED) -> bytes:
    salida = BytesIO()
    with ZipFile(BytesIO(libro)) as viejo, ZipFile(salida, "w", metodo) as nuevo:
        for parte in viejo.infolist():
            nuevo.writestr(parte.filename, cambios.get(parte.filename, bytes)(viejo.read(parte)))
    return salida.getvalue()


@pytest.mark.parametrize("numero", ["1e30", "1e400", "-1e400"])
def test_un_numero_desmesurado_es_un_error_de_su_celda(ix: Any, personas: Any, numero: str) -> None:
    libro = rehecho(
        xlsx(TITULOS, ["IX-1", "2020", 777.25]), {HOJA: lambda xml: xml.replace(b"777.25", numero.encode())}
    )
    (error,) = diferencias(subir(libro, personas.analista, nombre="hoja.xlsx"))
    assert (error.tipo, error.celda) == ("error", "C2")
    assert "demasiado grande" in error.mensaje


@pytest.mark.parametrize("fecha", ["2026-99999999999999999999-1", "1/1/99999999999999999999"])
def test_una_fecha_imposible_es_un_error_de_su_celda(ix: Any, personas: Any, fecha: str) -> None:
    lote = subir(xlsx(TITULOS, ["IX-1", "2020", 1, fecha]), personas.analista, nombre="hoja.xlsx")
    (error,) = diferencias(lote)
    assert (error.tipo, error.celda) == ("error", "D2")


def test_una_base_larguisima_es_una_que_no_se_sabe(ix: Any, personas: Any) -> None:
    lote = subir(xlsx(TITULOS, ["IX-1", "2020", 1, None, f"v{'9' * 5000}/1"]), personas.analista, nombre="hoja.xlsx")
    assert lote.estado == Lote.Estado.POR_CONFIRMAR


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_un_libro_estropeado_de_mil_maneras_se_explica() -> None:
    azar, bueno = random.Random(20260101), xlsx(TITULOS, ["IX-1", "2020", 1])
    partes = ("xl/workbook.xml", HOJA, "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")

    def mordido(xml: bytes) -> bytes:
        desde = azar.randrange(len(xml))
        return xml[:desde] + xml[desde + azar.randrange(1, 60) :]

    for vuelta in range(300):
        roto = bytearray(bueno)
        for _ in range(azar.choice((1, 3, 20))):
            roto[azar.randrange(len(roto))] = azar.randrange(256)
        for contenido in (bytes(roto), rehecho(bueno, {partes[vuelta % 5]: mordido})):
            with suppress(ArchivoIlegible):
                list(leer(BytesIO(contenido), {}))
            with suppress(DatoInvalido):
                reconocer(contenido)


def test_un_contenedor_comprimido_de_otro_modo_y_roto() -> None:
    roto = bytearray(rehecho(xlsx(TITULOS), {}, ZIP_LZMA))
    tipos = roto.find(b"[Content_Types].xml")
    for posicion in range(tipos + 30, tipos + 60):
        roto[posicion] ^= 0xFF
    with pytest.raises(ArchivoIlegible):
        list(leer(BytesIO(bytes(roto)), {}))
    with pytest.raises(DatoInvalido):
        reconocer(bytes(roto))


def aplicado(contenido: bytes, *, sube: Any, confirma: Any) -> Lote:
    lote = subir(contenido, sube)
    lotes.confirmar(lote, por=confirma, testigo=lote.testigo, ahora=minuto(1))
    return anotar_lote(lote, ahora=minuto(1))


def test_quien_subio_la_hoja_no_publica_lo_que_entro_por_ella(ix: Any, personas: Any) -> None:
    lote = aplicado(
        csv("indicador;periodo;valor;fuente", "IX-1;2020;1;inpe"),
        sube=personas.administrador,
        confirma=personas.analista,
    )
    lotes.enviar_lote(lote, por=personas.analista, ahora=minuto(2))
    medicion = lote.mediciones.get()
    assert medicion.registrada_por == personas.analista
    assert not puede_publicar(personas.administrador, medicion)
    assert puede_publicar(personas.revisor, medicion)


def test_deshacer_no_resucita_lo_que_se_descarto(ix: Any, personas: Any) -> None:
    suyo = borrador(indicador=ix, periodo="2020", valor=1, por=personas.analista)
    lote = aplicado(csv("indicador;periodo;valor", "IX-1;2020;2"), sube=personas.analista, confirma=personas.analista)
    suyo.refresh_from_db()
    assert (suyo.lote, suyo.valor) == (lote, 2)
    acciones.descartar(suyo, por=personas.analista, ahora=minuto(2))
    deshacer(lote, por=personas.analista, ahora=minuto(3))
    suyo.refresh_from_db()
    assert (suyo.etapa, suyo.valor) == (Medicion.Etapa.DESCARTADA, 2)
    assert suyo.sucesos.order_by("-id").values_list("accion", flat=True)[0] == "descartar"


def test_un_caracter_de_control_no_impide_bajar_el_libro(ix: Any, personas: Any, client: Client) -> None:
    medicion = borrador(indicador=ix, periodo="2020", valor=1, por=personas.analista, notas="pegado\x0bde un PDF\x1f")
    assert medicion.notas == "pegadode un PDF"
    client.force_login(personas.analista)
    pedido = {"cada": "anual", "desde": 2020, "hasta": 2020, "ambitos": "nacional", "sexos": "T"}
    respuesta = client.get(reverse("admin:hojas_bajar"), pedido | {"caracter": "oficial", "formato": "xlsx"})
    assert respuesta.status_code == 200
    assert b"".join(respuesta.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_las_direcciones_y_los_formularios_torcidos_no_rompen_la_pagina(ix: Any, personas: Any, client: Client) -> None:
    lote = subir(csv("indicador;periodo;valor", "IX-1;2020;2"), personas.analista)
    client.force_login(personas.analista)
    agregar = reverse("admin:indicadores_medicion_add")
    for clave in ("abc", "9" * 26, "²", "1\0"):
        # Lo que ninguna base admite como clave no llega al formulario.
        debido = 400 if clave in ("9" * 26, "1\0") else 200
        assert client.get(agregar, {"indicador": clave, "ambito": clave}).status_code == debido, clave
        assert client.post(agregar, {"indicador": clave, "ambito": clave}).status_code == 200, clave
    assert client.get(reverse("admin:hojas_bajar"), {"indicadores": "9" * 26}).status_code == 400
    confirmar = reverse("admin:hojas_paso", args=[lote.pk, "confirmar"])
    assert client.post(confirmar, {"testigo": "9" * 5000}).status_code == 200
    lote.refresh_from_db()
    assert lote.estado == Lote.Estado.POR_CONFIRMAR


def test_filas_que_dicen_ser_todas_la_primera_se_cuentan_igual() -> None:
    repetidas = rehecho(
        xlsx(TITULOS), {HOJA: lambda xml: xml.replace(b"</sheetData>", b'<row r="1"/>' * 9 + b"</sheetData>")}
    )
    hoja = abrir(BytesIO(repetidas)).worksheets[0]
    with pytest.raises(ArchivoIlegible, match="pasa de 5 filas"):
        list(filas(hoja, maximo=5))


def test_una_matriz_que_se_despliega_en_demasiado_no_se_lee(monkeypatch: pytest.MonkeyPatch) -> None:
    libro = xlsx(["Lugar", "Hombres"], ["E.P. de Prueba", 3])
    assert leer_tablas(BytesIO(libro))
    monkeypatch.setattr(matriz_archivo, "ABIERTO_MAXIMO", 1000)
    with pytest.raises(ArchivoIlegible, match="demasiado grande al abrirse"):
        leer_tablas(BytesIO(libro))


@pytest.mark.parametrize("contenido", [b'indicador;periodo\n"sin cerrar;2021\n', b"x" * (2 * 2**20)])
def test_un_csv_mal_escrito_se_explica_solo_en_espanol(contenido: bytes) -> None:
    with pytest.raises(ArchivoIlegible) as rechazo:
        list(csv_texto.filas(BytesIO(contenido), maximo=10))
    assert str(rechazo.value).startswith("La línea ")
    assert str(rechazo.value).endswith("guarde el archivo otra vez como CSV UTF-8.")
