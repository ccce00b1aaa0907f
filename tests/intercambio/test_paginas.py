"""Las páginas de las hojas por HTTP: quién entra, qué se baja, y el recorrido completo sin JavaScript."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from indicadores.acciones import lotes
from indicadores.models import Lote, Medicion
from tests.fabricas import AmbitoFactory, FuenteFactory, IndicadorFactory, publicada
from tests.intercambio.ayudas import csv


@pytest.fixture(autouse=True)
def _archivos_aparte(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ix(db: None) -> Any:
    AmbitoFactory()
    FuenteFactory(codigo="inpe")
    return IndicadorFactory(codigo="IX-1")


def subir(client: Any, contenido: bytes, clase: str = "mediciones") -> Any:
    archivo = SimpleUploadedFile("mi hoja.csv", contenido)
    return client.post(reverse("admin:hojas"), {"clase": clase, "archivo": archivo}, follow=True)


def paso(client: Any, lote: Lote, cual: str, **datos: Any) -> Any:
    return client.post(reverse("admin:hojas_paso", args=[lote.pk, cual]), datos, follow=True)


@pytest.mark.parametrize(
    ("quien", "estado"), [("analista", 200), ("administrador", 200), ("revisor", 403), ("funcionario", 403)]
)
def test_solo_quien_importa_entra(ix: Any, personas: Any, client: Any, quien: str, estado: int) -> None:
    client.force_login(getattr(personas, quien))
    assert client.get(reverse("admin:hojas")).status_code == estado
    assert client.get(reverse("admin:hojas_bajar"), {"cada": "anual"}).status_code == (400 if estado == 200 else 403)


def test_el_recorrido_entero(ix: Any, personas: Any, client: Any) -> None:
    client.force_login(personas.analista)
    pagina = subir(client, csv("indicador;periodo;valor;fuente", "IX-1;2020;34,9;inpe", "IX-1;2021;30;inpe"))
    assert "por confirmar" in pagina.text
    assert "<ins>34,9</ins>" in pagina.text
    lote = Lote.objects.get()
    pagina = paso(client, lote, "confirmar", testigo=lote.testigo)
    assert "aplicado" in pagina.text
    assert Medicion.objects.filter(etapa="borrador", lote=lote).count() == 2
    pagina = paso(client, lote, "enviar")
    assert "2 borradores enviados" in pagina.text
    pagina = paso(client, lote, "deshacer")
    assert "en revisión" in pagina.text
    assert Medicion.objects.filter(etapa="en_revision").count() == 2


def test_deshacer_y_abandonar(ix: Any, personas: Any, client: Any) -> None:
    client.force_login(personas.analista)
    subir(client, csv("indicador;periodo;valor", "IX-1;2020;34,9"))
    lote = Lote.objects.get()
    paso(client, lote, "confirmar", testigo=lote.testigo)
    assert "Se deshizo el lote" in paso(client, lote, "deshacer").text
    assert Medicion.objects.get().etapa == "descartada"
    subir(client, csv("indicador;periodo;valor", "IX-1;2020;34,9"))
    otro = Lote.objects.first()
    assert otro is not None
    assert "sin anotar nada" in paso(client, otro, "abandonar").text
    assert "ya no es posible" in paso(client, otro, "abandonar").text
    assert "No hay nada que retomar" in paso(client, otro, "retomar").text
    assert client.post(reverse("admin:hojas_paso", args=[otro.pk, "otro"])).status_code == 405
    assert client.get(reverse("admin:hojas_paso", args=[otro.pk, "deshacer"])).status_code == 405


def test_cambiar_lo_publicado_pide_motivo_y_conserva_lo_escrito(ix: Any, personas: Any, client: Any) -> None:
    publicada(indicador=ix, periodo="2020")
    client.force_login(personas.analista)
    pagina = subir(client, csv("indicador;periodo;valor", "IX-1;2020;41"))
    assert "<del>40</del> → <ins>41</ins>" in re.sub(r"\s+", " ", pagina.text)
    lote = Lote.objects.get()
    assert "Escriba el motivo" in paso(client, lote, "confirmar", testigo=lote.testigo).text
    assert "volvió a comparar" in paso(client, lote, "confirmar", testigo="x", motivo="Errata").text
    paso(client, lote, "confirmar", testigo=lote.testigo, motivo="Errata")
    assert lote.mediciones.get().motivo_cambio == "Errata"


def test_los_errores_se_ven_con_su_celda_y_escapados(ix: Any, personas: Any, client: Any) -> None:
    client.force_login(personas.analista)
    pagina = subir(client, csv("indicador;periodo;valor", "<script>x</script>;2020;1"))
    assert "CSV, A2" in pagina.text
    assert "<script>x" not in pagina.text
    assert "no cambió nada" in pagina.text


def test_un_archivo_vacio_o_enorme_se_rechaza_en_el_formulario(
    ix: Any, personas: Any, client: Any, monkeypatch: Any
) -> None:
    client.force_login(personas.analista)
    assert "El archivo está vacío" in subir(client, b"").text
    monkeypatch.setattr(lotes, "TAMANO_MAXIMO", 3)
    assert "pasa de 40 MB" in subir(client, b"1234").text
    assert "corrija lo señalado" in subir(client, b"1", clase="catalogo").text
    assert not Lote.objects.exists()


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_bajar_no_escribe_y_vuelve_igual(
    ix: Any, personas: Any, client: Any, formato: str, django_assert_max_num_queries: Any
) -> None:
    publicada(indicador=ix, periodo="2020")
    client.force_login(personas.analista)
    pedido = {
        "cada": "anual",
        "desde": 2019,
        "hasta": 2021,
        "ambitos": "todos",
        "sexos": ["T", "H"],
        "caracter": "oficial",
        "con_vacias": "on",
        "formato": formato,
    }
    with django_assert_max_num_queries(20):
        respuesta = client.get(reverse("admin:hojas_bajar"), pedido)
        contenido = b"".join(respuesta.streaming_content)
    assert respuesta["Content-Disposition"] == f'attachment; filename="mediciones.{formato}"'
    pagina = subir(client, contenido)
    assert Lote.objects.get().resumen["cuenta"]["igual"] == 1, pagina.text
    assert "No hay nada que anotar" in pagina.text


@pytest.mark.parametrize(
    ("desde", "hasta", "cada", "dice"),
    [
        (2021, 2020, "anual", "no puede ser anterior"),
        (2100, 2100, "anual", "Ningún periodo"),
        (1990, 2020, "mensual", "más de 240 periodos"),
    ],
)
def test_una_seleccion_imposible_se_explica(
    ix: Any, personas: Any, client: Any, desde: int, hasta: int, cada: str, dice: str
) -> None:
    client.force_login(personas.analista)
    pedido = {
        "cada": cada,
        "desde": desde,
        "hasta": hasta,
        "ambitos": "nacional",
        "sexos": "T",
        "caracter": "oficial",
        "formato": "csv",
    }
    pagina = client.get(reverse("admin:hojas_bajar"), pedido)
    assert (pagina.status_code, dice in pagina.text) == (400, True)
