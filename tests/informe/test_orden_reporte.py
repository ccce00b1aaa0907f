"""``manage.py reporte``: escribe el archivo pedido, todo o nada, y explica lo que no puede."""

import hashlib
import os
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from objetivos.models import Reporte

pytestmark = pytest.mark.django_db
PRINCIPIO = {"html": b"<!doctype html>", "docx": b"PK", "pdf": b"%PDF", "xlsx": b"PK"}
COMUNES = ("--corte", "2021-06-30", "--a-la-fecha", "2026-02-03")


def pedir(*argumentos: Any) -> str:
    salida = StringIO()
    call_command("reporte", *map(str, argumentos), stdout=salida)
    return salida.getvalue()


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize("formato", PRINCIPIO)
def test_escribe_cada_formato_y_dice_su_huella(tmp_path: Path, formato: str) -> None:
    archivo = tmp_path / f"r.{formato}"
    dicho = pedir(2021, *COMUNES, "--formato", formato, "--salida", archivo)
    contenido = archivo.read_bytes()
    assert contenido.lstrip().startswith(PRINCIPIO[formato])
    assert hashlib.sha256(contenido).hexdigest() in dicho
    assert "reporte de 2021, corte 2021-06-30" in dicho
    assert [uno.name for uno in tmp_path.iterdir()] == [archivo.name]
    pedir(2021, *COMUNES, "--salida", archivo)
    assert archivo.read_bytes() == contenido, "El formato sale de la extensión, y lo mismo da los mismos bytes"
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o644
    assert not Reporte.objects.exists(), "La orden no emite nada"


@pytest.mark.usefixtures("politica_cargada")
def test_el_html_se_basta_solo(tmp_path: Path) -> None:
    archivo = tmp_path / "r.html"
    pedir(2021, *COMUNES, "--salida", archivo)
    codigo = archivo.read_text(encoding="utf-8")
    assert codigo.rstrip().endswith("</html>")
    for atributo in ('src="', 'href="'):
        for valor in (trozo.split('"')[0] for trozo in codigo.split(atributo)[1:]):
            assert valor.startswith(("data:", "#")), valor


@pytest.mark.usefixtures("politica_cargada")
@pytest.mark.parametrize(
    ("argumentos", "frase"),
    [
        ((1980, "--salida", "r.pdf"), "No hay un reporte de 1980: la política se informa por años, del 2020 al"),
        ((2021, "--corte", "2022-06-30", "--salida", "r.pdf"), "30 de junio de 2022 no es de 2021"),
        ((2021, "--corte", "ayer", "--salida", "r.pdf"), "El parámetro «corte» dice «ayer»"),
        ((2021, "--a-la-fecha", "antes", "--salida", "r.pdf"), "El parámetro «a_la_fecha» dice «antes»"),
        ((2021, "--salida", "r.txt"), "Diga el formato con --formato: docx, html, pdf, xlsx"),
        ((2021, "--formato", "odt", "--salida", "r.odt"), "odt"),
        ((2021, "--salida", "no-hay/r.pdf"), "la carpeta «no-hay» no existe"),
        ((2021, "--formato", "pdf", "--salida", "."), "es una carpeta"),
    ],
)
def test_lo_que_no_puede_se_explica_y_no_deja_nada(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argumentos: tuple[Any, ...], frase: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=frase):
        pedir(*argumentos)
    assert not list(tmp_path.iterdir())


def test_sin_politica_lo_dice(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No hay ninguna política cargada"):
        pedir(2021, "--salida", tmp_path / "r.html")


@pytest.mark.usefixtures("politica_cargada")
def test_si_falla_al_final_conserva_el_archivo_de_antes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archivo = tmp_path / "r.html"
    archivo.write_text("el de antes", encoding="utf-8")

    def disco_lleno(*_: Any, **__: Any) -> None:
        raise OSError(28, "No queda espacio")

    monkeypatch.setattr(os, "replace", disco_lleno)
    monkeypatch.setattr(Path, "replace", disco_lleno)
    with pytest.raises(CommandError, match="No queda espacio"):
        pedir(2021, *COMUNES, "--salida", archivo)
    assert archivo.read_text(encoding="utf-8") == "el de antes"
    assert [uno.name for uno in tmp_path.iterdir()] == ["r.html"]
