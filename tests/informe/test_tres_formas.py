"""Una sola cifra: lo que dicen el HTML, el DOCX y el PDF es lo mismo entre sí, y es lo que dice la API.

Los dibujos se vacían antes de leer (sus rótulos y marcas de eje no son texto en todas las formas); sus cifras se
comprueban donde se dibujan.
"""

import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from django.test import Client
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

from indicadores.formato import escribir_numero, escribir_valor, leer_decimal
from penitenciaria.informe.archivo import a_texto
from penitenciaria.informe.borrador import Borrador, leer_borrador
from penitenciaria.informe.documento import Documento, Figura
from penitenciaria.informe.formas import escribir_forma, escribir_formas
from tests.informe.conftest import CORTE

RAIZ = Path(__file__).resolve().parents[2]
#: Los umbrales y los topes que cita el anexo de método.
DEL_METODO = {Decimal(100), Decimal(95), Decimal(75), Decimal(0)}
VACIO = '<svg viewBox="0 0 40 10"><rect width="40" height="10" fill="none"/></svg>'
UNIDADES = "personas|servidores|establecimientos|centros|puntos? porcentual(?:es)?"
#: Una cifra: con «%», con separador decimal o de millares, o seguida de su unidad.
CIFRA = re.compile(
    r"(?<![\w.,/°-])(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"
    rf"(?: ?%| (?:{UNIDADES})\b|(?=\D)(?<=\d,\d)|(?<=\d\.\d\d\d))"
)


def junto(texto: str) -> str:
    return " ".join(texto.replace("\N{SOFT HYPHEN}", "").replace("\N{ZERO WIDTH SPACE}", "").split())


def de_html(contenido: bytes) -> str:
    cuerpo = contenido.decode().split('<div class="cuerpo">')[1].split('<footer class="pie-del-reporte">')[0]
    return junto(html.unescape(re.sub(r"<[^>]+>", " ", cuerpo)))


def de_docx(contenido: bytes) -> str:
    def textos() -> Iterator[str]:
        for parte in docx.Document(BytesIO(contenido)).iter_inner_content():
            if isinstance(parte, Paragraph):
                yield parte.text
            elif isinstance(parte, Table):
                yield from (celda.text for fila in parte.rows for celda in fila.cells)

    return junto(" ".join(textos()))


def de_pdf(contenido: bytes) -> str:
    texto = "\n".join(pagina.extract_text() for pagina in PdfReader(BytesIO(contenido)).pages)
    return junto(re.sub(r"(?<=[a-záéíóúñ])\N{SOFT HYPHEN}\s*\n\s*(?=[a-záéíóúñ])", "", texto))


LEER: dict[str, Callable[[bytes], str]] = {"html": de_html, "docx": de_docx, "pdf": de_pdf}


def cifras_de(texto: str) -> Counter[str]:
    return Counter(hallada.group() for hallada in CIFRA.finditer(texto))


def sin_dibujos(documento: Documento) -> Documento:
    bloques = tuple(replace(uno, svg=VACIO) if isinstance(uno, Figura) else uno for uno in documento.bloques)
    return replace(documento, bloques=bloques)


@pytest.fixture
def borrador(politica_cargada: Any) -> Borrador:
    return leer_borrador(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)


@pytest.fixture
def textos(borrador: Borrador) -> dict[str, str]:
    """El texto de cada forma, sin dibujos."""
    documento = sin_dibujos(borrador.componer())
    return {forma: leer(escribir_forma(forma, documento, borrador.informe)) for forma, leer in LEER.items()}


def test_las_tres_formas_dicen_las_mismas_cifras_las_mismas_veces(textos: dict[str, str]) -> None:
    cifras = {forma: cifras_de(texto) for forma, texto in textos.items()}
    assert cifras["html"]["85,7 %"] >= 3
    assert cifras["html"]["30.326 personas"] >= 1
    assert sum(cifras["html"].values()) > 60
    assert cifras["html"] == cifras["docx"]
    assert cifras["html"] == cifras["pdf"]


def de_la_api(client: Client) -> Iterator[tuple[str, set[str]]]:
    """De cada indicador, las cifras que la API publica al mismo corte, escritas como las lee una persona."""
    filas = client.get("/api/v1/indicadores/", {"corte": CORTE.isoformat(), "page_size": 500}).json()["results"]
    for fila in filas:
        hallada = client.get(f"/api/v1/indicadores/{fila['codigo']}/", {"corte": CORTE.isoformat()}).json()
        valores = [hallada["linea_base"], hallada["ultima_medicion"], *hallada["logros_esperados"]]
        mediciones = client.get(
            "/api/v1/mediciones/",
            {
                "indicador": fila["codigo"],
                "corte": CORTE.isoformat(),
                "caracter": "oficial",
                "ambito": "PE",
                "sexo": "T",
            },
        ).json()["results"]
        escritas = {
            escribir_valor(Decimal(str(uno["valor"])), hallada["simbolo"], hallada["decimales"])
            for uno in (*valores, *mediciones)
            if uno and uno["valor"] is not None
        }
        escritas |= {f"{escribir_numero(uno['numerador'], 0)} personas" for uno in mediciones if uno["numerador"]}
        for avance in (hallada["avance"], hallada["ultimo_avance"]):
            for tipo in ("tipo_i", "tipo_ii"):
                if avance and avance[tipo] is not None:
                    escritas.add(f"{escribir_numero(Decimal(str(avance[tipo])), 1)} %")
        yield fila["codigo"], {junto(escrita) for escrita in escritas}


def porcentajes(escritas: Iterable[str]) -> set[Decimal]:
    return {leer_decimal(escrita) for escrita in escritas if escrita.endswith("%")}


def test_cada_cifra_de_la_api_esta_en_las_tres_y_no_hay_otro_porcentaje(client: Client, textos: dict[str, str]) -> None:
    publicadas = dict(de_la_api(client))
    assert len(publicadas) == 18
    assert sum(bool(suyas) for suyas in publicadas.values()) == 6 + 5
    for forma, texto in textos.items():
        halladas = cifras_de(texto)
        for codigo, suyas in publicadas.items():
            assert suyas <= halladas.keys(), (forma, codigo)
        # La ficha de OP.04-I1 recuerda que la fuente escribe «1,90 %»: es el mismo número.
        assert porcentajes(halladas) <= porcentajes(set().union(*publicadas.values())) | DEL_METODO, forma


def test_los_mismos_datos_dan_los_mismos_bytes(borrador: Borrador, politica_cargada: Any) -> None:
    una = escribir_formas(borrador.componer(constancia=("Uno.",)), borrador.informe, fecha=CORTE)
    otro = leer_borrador(anio=2021, corte=CORTE, a_la_fecha=politica_cargada.cargada_en)
    assert una == escribir_formas(otro.componer(constancia=("Uno.",)), otro.informe, fecha=CORTE)


REHACER = """
import hashlib, json, sys
import django
django.setup()
from penitenciaria.informe.archivo import de_texto
from penitenciaria.informe.formas import escribir_forma
documento = de_texto(sys.stdin.read())
formas = ("html", "docx", "pdf")
print(json.dumps({f: hashlib.sha256(escribir_forma(f, documento, None)).hexdigest() for f in formas}))
"""


@pytest.mark.parametrize("semilla", ["1", "77"])
def test_otro_proceso_rehace_los_mismos_bytes(borrador: Borrador, semilla: str) -> None:
    """Con otro orden de los conjuntos, otra zona horaria y otro idioma del sistema."""
    documento = borrador.componer(constancia=("Reporte N.° 1",), direccion="https://portal.pe/reporte/verificar/x/")
    entorno = os.environ | {
        "PYTHONHASHSEED": semilla,
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "penitenciaria.settings",
        "DATABASE_URL": "sqlite://:memory:",
    }
    proceso = subprocess.run(
        [sys.executable, "-c", REHACER],
        input=a_texto(documento),
        capture_output=True,
        text=True,
        cwd=RAIZ,
        env=entorno,
        check=False,
    )
    assert proceso.returncode == 0, proceso.stderr
    esperadas = {
        forma: hashlib.sha256(escribir_forma(forma, documento, borrador.informe)).hexdigest()
        for forma in ("html", "docx", "pdf")
    }
    assert json.loads(proceso.stdout) == esperadas
