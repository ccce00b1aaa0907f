"""Comentarios y evidencias: qué se admite, qué se guarda, qué queda en la historia y qué no queda cuando algo falla."""

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError

from indicadores import acciones
from indicadores.acciones import ConflictoDeEdicion, DatoInvalido, PermisoDenegado, TransicionInvalida
from indicadores.acciones import expediente as modulo
from indicadores.models import Comentario, Evidencia, Medicion
from tests import archivos, fabricas
from tests.archivos import subida

pytestmark = pytest.mark.django_db

VERDADEROS = {
    "pdf": archivos.pdf(),
    "xlsx": archivos.xlsx(),
    "png": archivos.png(),
    "jpg": archivos.jpeg(),
    "webp": archivos.webp(),
}


@pytest.fixture(autouse=True)
def carpeta(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def guardados(carpeta: Path) -> list[Path]:
    return [archivo for archivo in carpeta.rglob("*") if archivo.is_file()]


def test_un_comentario_se_agrega_y_no_cambia_la_medicion(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    comentario = acciones.comentar(
        medicion, por=personas.revisor, texto="  ¿De qué mes es?\n", ahora=fabricas.minuto(1)
    )
    assert (comentario.texto, comentario.por, comentario.en) == (
        "¿De qué mes es?",
        personas.revisor,
        fabricas.minuto(1),
    )
    assert medicion.sucesos.order_by("id").values_list("accion", flat=True).last() == "comentar"
    assert Medicion.objects.get(pk=medicion.pk).testigo == medicion.testigo


@pytest.mark.parametrize("texto", ["", " \n ", "x" * 4001, "a\0b"])
def test_un_comentario_que_no_sirve_se_explica(personas: SimpleNamespace, texto: str) -> None:
    with pytest.raises(DatoInvalido) as rechazo:
        acciones.comentar(fabricas.borrador(), por=personas.analista, texto=texto)
    assert rechazo.value.campo == "texto"
    assert not Comentario.objects.exists()


def test_tras_un_comentario_el_choque_sigue_nombrando_a_quien_cambio(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador(por=personas.analista)
    acciones.modificar(medicion, por=personas.otra_analista, testigo=1, notas="x", ahora=fabricas.minuto(1))
    acciones.comentar(medicion, por=personas.revisor, texto="x", ahora=fabricas.minuto(2))
    with pytest.raises(ConflictoDeEdicion, match=r"^alba cambió esta medición"):
        acciones.modificar(medicion, por=personas.analista, testigo=1, notas="y")


@pytest.mark.parametrize("extension", VERDADEROS)
def test_el_tipo_lo_dice_el_contenido_y_el_nombre_es_al_azar(
    personas: SimpleNamespace, extension: str, carpeta: Path
) -> None:
    contenido = VERDADEROS[extension]
    medicion = fabricas.borrador()
    evidencia = acciones.adjuntar(medicion, por=personas.analista, archivo=subida(contenido, "..\\..\\acta.html"))
    assert evidencia.nombre == f"acta.html.{extension}"
    assert evidencia.tipo == modulo.TIPOS[extension]
    assert (evidencia.tamano, evidencia.huella) == (len(contenido), hashlib.sha256(contenido).hexdigest())
    assert not evidencia.publica
    (guardado,) = guardados(carpeta)
    assert guardado.read_bytes() == contenido
    assert "acta" not in guardado.name
    assert guardado.suffix == f".{extension}"
    suceso = medicion.sucesos.get(accion="adjuntar")
    assert suceso.cambios == {"evidencia": [evidencia.nombre]}


LIBRO = archivos.xlsx()
FALSOS = {
    "vacío": b"",
    "html con nombre de pdf": b"<html><script>alert(1)</script>",
    "pdf cortado": archivos.pdf()[:20],
    "pdf que no empieza como pdf": b"MZ" + archivos.pdf(),
    "png cortado": archivos.png()[:-6],
    "png alterado": archivos.png()[:40] + b"x" + archivos.png()[41:],
    "png con cola": archivos.png() + b"<script>",
    "png enorme": archivos.png(ancho=2**31 - 1),
    "png sin área": archivos.png(ancho=0),
    "jpeg cortado": archivos.jpeg()[:-2],
    "jpeg sin marco": b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xd9",
    "webp con cola": archivos.webp() + b"<script>",
    "webp sin dimensiones": b"RIFF\x08\x00\x00\x00WEBPVP8 ",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "zip cualquiera": archivos.zip_con(nota=b"x"),
    "zip dañado": LIBRO[:200],
    "libro con macros": archivos.con_pieza(LIBRO, "xl/vbaProject.bin", b"x"),
    "libro con objetos": archivos.con_pieza(LIBRO, "xl/embeddings/o.bin", b"x"),
    "libro que sale de su carpeta": archivos.con_pieza(LIBRO, "../fuera.txt", b"x"),
    "bomba": archivos.con_pieza(LIBRO, "xl/media/b.bin", b"\0" * 8_000_000),
    "demasiadas piezas": archivos.zip_con(**{f"p{n}": b"" for n in range(2001)}),
}


@pytest.mark.parametrize("falso", FALSOS)
def test_lo_que_no_es_lo_que_dice_se_rechaza(personas: SimpleNamespace, falso: str, carpeta: Path) -> None:
    with pytest.raises(DatoInvalido) as rechazo:
        acciones.adjuntar(fabricas.borrador(), por=personas.analista, archivo=subida(FALSOS[falso]))
    assert rechazo.value.campo == "archivo"
    assert str(rechazo.value).endswith((".", "diga."))
    assert not guardados(carpeta)
    assert not Evidencia.objects.exists()


def test_el_tamano_tiene_un_tope(personas: SimpleNamespace, settings: Any) -> None:
    settings.EVIDENCIA_MAXIMO = 2**20
    justo = archivos.pdf("x" * (2**20 - len(archivos.pdf(""))))
    assert len(justo) == 2**20
    acciones.adjuntar(fabricas.borrador(), por=personas.analista, archivo=subida(justo))
    with pytest.raises(DatoInvalido, match=r"^El archivo pasa de 1 MB\."):
        acciones.adjuntar(fabricas.borrador(), por=personas.analista, archivo=subida(justo + b"\n"))


def test_si_la_transaccion_falla_no_queda_el_archivo(
    personas: SimpleNamespace, carpeta: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falla(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("se cortó")

    monkeypatch.setattr(modulo, "anotar", falla)
    with pytest.raises(DatabaseError):
        acciones.adjuntar(fabricas.borrador(), por=personas.analista, archivo=subida(archivos.pdf()))
    assert not Evidencia.objects.exists()
    assert not guardados(carpeta)


def test_el_mismo_archivo_no_se_adjunta_dos_veces(personas: SimpleNamespace, carpeta: Path) -> None:
    medicion = fabricas.borrador()
    primera = acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf()))
    with pytest.raises(ConflictoDeEdicion, match=r"^Ese mismo archivo ya está adjunto"):
        acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf(), "otro.pdf"))
    assert len(guardados(carpeta)) == 1
    acciones.retirar_evidencia(primera, por=personas.analista, motivo="Era de otro mes")
    acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf()))
    assert medicion.evidencias.count() == 2


@pytest.mark.parametrize("etapa", Medicion.Etapa.values)
def test_se_adjunta_en_toda_etapa_menos_descartada(personas: SimpleNamespace, etapa: str) -> None:
    medicion = fabricas.en_etapa(etapa)
    if etapa == "descartada":
        with pytest.raises(TransicionInvalida, match="descartada"):
            acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf()))
    else:
        assert acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf())).pk


def test_publica_de_entrada_solo_quien_decide_que_es_publico(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    with pytest.raises(PermisoDenegado, match="decidir qué evidencias son públicas"):
        acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf()), publica=True)
    assert acciones.adjuntar(medicion, por=personas.administrador, archivo=subida(archivos.pdf()), publica=True).publica


def test_difundir_y_dejar_de_hacerlo_queda_en_la_historia(personas: SimpleNamespace) -> None:
    medicion = fabricas.borrador()
    evidencia = acciones.adjuntar(medicion, por=personas.analista, archivo=subida(archivos.pdf()))
    for publica in (True, True, False):
        assert acciones.difundir_evidencia(evidencia, por=personas.revisor, publica=publica).publica is publica
    hechos = medicion.sucesos.filter(por=personas.revisor).order_by("id").values_list("accion", flat=True)
    assert list(hechos) == ["difundir", "dejar_de_difundir"]


def test_lo_retirado_no_vuelve(personas: SimpleNamespace, carpeta: Path) -> None:
    medicion = fabricas.borrador()
    evidencia = acciones.adjuntar(medicion, por=personas.administrador, archivo=subida(archivos.pdf()), publica=True)
    with pytest.raises(DatoInvalido, match="motivo"):
        acciones.retirar_evidencia(evidencia, por=personas.analista, motivo=" ")
    retirada = acciones.retirar_evidencia(evidencia, por=personas.analista, motivo="Tiene nombres")
    assert (retirada.publica, retirada.retirada_por, retirada.motivo_retiro) == (
        False,
        personas.analista,
        "Tiene nombres",
    )
    assert medicion.sucesos.get(accion="retirar_evidencia").motivo == "Tiene nombres"
    assert len(guardados(carpeta)) == 1
    for otro in (
        lambda: acciones.retirar_evidencia(evidencia, por=personas.analista, motivo="x"),
        lambda: acciones.difundir_evidencia(evidencia, por=personas.revisor, publica=True),
    ):
        with pytest.raises(TransicionInvalida, match="ya fue retirada"):
            otro()


@pytest.mark.parametrize(
    ("dado", "queda"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\actas\\Acta N° 3.PDF", "Acta N° 3.pdf"),
        ("acta\r\nSet-Cookie: x.pdf", "actaSet-Cookie  x.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        (".pdf", "evidencia.pdf"),
        ("ñ" * 300 + ".pdf", "ñ" * 156 + ".pdf"),
    ],
)
def test_el_nombre_se_limpia(dado: str, queda: str) -> None:
    assert modulo.limpiar_nombre(dado, "pdf") == queda
