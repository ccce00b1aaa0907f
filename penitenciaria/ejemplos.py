"""Los ejemplos de la página de datos: el mismo texto que se lee es el que una prueba ejecuta contra un servidor."""

from dataclasses import dataclass
from urllib.parse import urlencode

from indicadores.api.paginacion import TAMANO_MAXIMO
from indicadores.mirada import Mirada

#: Las columnas que Power Query convierte, y en qué.
TIPOS_EN_M = (("fin", "type date"), ("valor", "type number"), ("numerador", "Int64.Type"), ("version", "Int64.Type"))


@dataclass(frozen=True, slots=True)
class Ejemplo:
    """Un programa corto; ``clave`` lo nombra en la página y en su prueba."""

    clave: str
    titulo: str
    nota: str
    codigo: str


def ejemplos(raiz: str, mirada: Mirada) -> tuple[Ejemplo, ...]:
    """Los ejemplos con la dirección de este servidor (``raiz`` es la de la API) y la mirada pedida."""
    serie = (("indicador", "OP.01-I2"), ("ambito", "PE"), *mirada.pedido)
    # El CSV trae todas las filas; el JSON va por páginas, y esta es la más larga.
    en_json = f"{raiz}mediciones/?{urlencode((*serie, ('page_size', TAMANO_MAXIMO)))}"
    en_csv = f"{raiz}mediciones/?{urlencode((('format', 'csv'), *serie))}"
    return (
        Ejemplo("curl", "curl", "Guarda la serie en un archivo.", f'curl --fail --output mediciones.csv "{en_csv}"'),
        Ejemplo("python", "Python, sin instalar nada", "", _python(en_json)),
        Ejemplo("pandas", "Python con pandas", "", _pandas(en_csv)),
        Ejemplo("r", "R", "", _r(en_csv)),
        Ejemplo(
            "javascript", "JavaScript", "En el navegador o con Node 18 o posterior, como módulo.", _javascript(en_json)
        ),
        Ejemplo(
            "power-query",
            "Excel o Power BI (Power Query)",
            "En Excel: Datos, Obtener datos, Consulta en blanco, Editor avanzado. Para abrirla sin más, baje el XLSX.",
            _power_query(en_csv),
        ),
    )


def _python(consulta: str) -> str:
    return f"""\
import json
from urllib.request import urlopen

with urlopen("{consulta}") as respuesta:
    mediciones = json.load(respuesta)

for medicion in mediciones["results"]:
    motivo = medicion["motivo"]
    print(medicion["periodo"], medicion["valor"] if motivo is None else motivo["texto"])"""


def _pandas(consulta: str) -> str:
    return f"""\
import pandas as pd

mediciones = pd.read_csv("{consulta}", dtype={{"id": str}}, parse_dates=["fin"])
print(mediciones[["periodo", "fin", "valor", "motivo_texto"]].to_string(index=False))"""


def _r(consulta: str) -> str:
    return f"""\
mediciones <- read.csv("{consulta}",
                       encoding = "UTF-8", na.strings = "", colClasses = c(id = "character"))
print(mediciones[, c("periodo", "valor", "motivo_texto")], row.names = FALSE)"""


def _javascript(consulta: str) -> str:
    return f"""\
const respuesta = await fetch("{consulta}");
if (!respuesta.ok) throw new Error((await respuesta.json()).detail);
const {{ results }} = await respuesta.json();
for (const {{ periodo, valor, motivo }} of results) {{
  console.log(periodo, valor ?? motivo.texto);
}}"""


def _power_query(consulta: str) -> str:
    tipos = ",\n".join(f'        {{"{columna}", {tipo}}}' for columna, tipo in TIPOS_EN_M)
    return f"""\
let
    Origen = Csv.Document(
        Web.Contents("{consulta}"),
        [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]
    ),
    ConTitulos = Table.PromoteHeaders(Origen, [PromoteAllScalars = true]),
    ConTipos = Table.TransformColumnTypes(ConTitulos, {{
{tipos}
    }}, "en-US")
in
    ConTipos"""
