"""La hoja de las páginas públicas: una sola, completa, pequeña, y su huella cambia con cualquiera de sus partes."""

import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.management import call_command

from penitenciaria.estaticos import ManifiestoEnUnaHoja, reunir_hoja
from tests.conftest import RAIZ

ESTATICOS = RAIZ / "static"
TOPE = 15_000
#: Las que no van en la hoja pública: las de la administración y la que plotly.js pide al explorar una gráfica.
APARTE = {"admin.css", "bandeja.css", "cuadricula.css", "ingreso.css", "operacion.css", "plotly.css", "portal.css"}


def leer(nombre: str) -> str:
    return (ESTATICOS / nombre).read_text("utf-8")


def publicar(origen: Path, destino: Path) -> dict[str, str]:
    """Lo que ``collectstatic`` hace con las hojas de ``origen``: nombre → nombre con huella."""
    fuente = StaticFilesStorage(location=str(origen))
    paths: dict[str, Any] = {f"css/{uno.name}": (fuente, f"css/{uno.name}") for uno in (origen / "css").glob("*.css")}
    almacen = ManifiestoEnUnaHoja(location=str(destino), base_url="/static/")
    for nombre, (donde, ruta) in paths.items():
        with donde.open(ruta) as archivo:
            almacen.delete(nombre)
            almacen.save(nombre, archivo)
    for _, _, resultado in almacen.post_process(paths):
        if isinstance(resultado, Exception):
            raise resultado
    return dict(almacen.hashed_files)


@pytest.fixture
def copia(tmp_path: Path) -> Path:
    (tmp_path / "origen" / "css").mkdir(parents=True)
    for hoja in (ESTATICOS / "css").glob("*.css"):
        (tmp_path / "origen" / "css" / hoja.name).write_bytes(hoja.read_bytes())
    return tmp_path / "origen"


def test_toda_hoja_publica_entra_una_vez() -> None:
    importadas = re.findall(r'@import "(.+)";', leer("css/portal.css"))
    assert len(importadas) == len(set(importadas))
    assert set(importadas) == {hoja.name for hoja in (ESTATICOS / "css").glob("*.css")} - APARTE
    assert importadas[0] == "fichas.css"
    assert importadas[-1] == "impresion.css"


def test_reunida_no_importa_nada_y_cabe_en_su_presupuesto() -> None:
    hoja = reunir_hoja("css/portal.css", leer)
    assert "@import" not in hoja
    assert "/*" not in hoja
    assert hoja.count("{") == hoja.count("}")
    assert hoja.index("--tinta: #16191d") < hoja.index(".g-malla") < hoja.rindex("@media print")
    comprimida = len(brotli.compress(hoja.encode()))
    assert comprimida <= TOPE, f"La hoja pesa {comprimida} bytes con Brotli."


def test_lo_que_se_publica_es_la_hoja_reunida_y_comprimida(copia: Path, tmp_path: Path) -> None:
    destino = tmp_path / "destino"
    con_huella = publicar(copia, destino)["css/portal.css"]
    assert re.fullmatch(r"css/portal\.[0-9a-f]{12}\.css", con_huella)
    publicada = (destino / con_huella).read_text("utf-8")
    assert publicada == reunir_hoja("css/portal.css", leer)
    assert brotli.decompress((destino / f"{con_huella}.br").read_bytes()).decode() == publicada


def test_la_huella_cambia_con_cualquiera_de_sus_partes(copia: Path, tmp_path: Path) -> None:
    antes = publicar(copia, tmp_path / "destino")["css/portal.css"]
    assert publicar(copia, tmp_path / "destino")["css/portal.css"] == antes
    parte = copia / "css" / "fichas.css"
    parte.write_text(parte.read_text("utf-8").replace("#16191d", "#16191e"), "utf-8")
    assert publicar(copia, tmp_path / "destino")["css/portal.css"] != antes


def test_una_parte_que_falta_se_dice_por_su_nombre(copia: Path, tmp_path: Path) -> None:
    (copia / "css" / "matriz.css").unlink()
    with pytest.raises(FileNotFoundError, match=r"«css/matriz\.css»"):
        publicar(copia, tmp_path / "destino")


def test_cada_una_una_vez_aunque_se_importe_en_circulo() -> None:
    hojas = {"a.css": '@import "b.css";\na { }\n', "b.css": '@import url("a.css");\n@import "a.css";\nb { }\n'}
    assert reunir_hoja("a.css", hojas.__getitem__) == "b { }\na { }\n"


def test_ninguna_pagina_publica_enlaza_otra_hoja() -> None:
    """Una página, una hoja: los enlaces están en la plantilla madre y en las dos que se bastan solas."""
    enlazan = {
        archivo.relative_to(RAIZ / "templates").as_posix()
        for archivo in (RAIZ / "templates").rglob("*.html")
        if 'rel="stylesheet"' in archivo.read_text("utf-8")
        and archivo.relative_to(RAIZ / "templates").parts[0] not in ("admin", "registration")
    }
    assert enlazan == {"base.html", "error_suelto.html", "reporte/suelto.html"}


def test_collectstatic_usa_ese_almacen(settings: Any) -> None:
    from penitenciaria import settings as de_verdad

    assert de_verdad.STORAGES["staticfiles"]["BACKEND"] == "penitenciaria.estaticos.ManifiestoEnUnaHoja"
    call_command("collectstatic", "--dry-run", "--noinput", verbosity=0)
