"""Cómo citar un indicador: una referencia en prosa y otra en BibTeX, con su versión y su enlace permanente. Puro."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from indicadores.formato import escribir_fecha

AUTOR = "Portal de seguimiento de la Política Nacional Penitenciaria al 2030"
#: Cuántos caracteres de una huella bastan para reconocerla en una cita.
HUELLA_BREVE = 12
_DE_TEX = {letra: f"\\{letra}" for letra in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Version:
    """El último eslabón de la cadena de constancias que se tuvo a la vista: fija de qué publicación se habla."""

    numero: int
    huella: str

    @property
    def huella_breve(self) -> str:
        return self.huella[:HUELLA_BREVE]

    def __str__(self) -> str:
        return f"constancia {self.numero}, huella {self.huella_breve}" if self.numero else "sin publicaciones"


@dataclass(frozen=True, slots=True)
class Referencia:
    """Lo que se copia para citar. ``permanente`` lleva siempre a lo mismo que se está viendo."""

    permanente: str
    version: Version
    prosa: str
    bibtex: str


def referir(
    *,
    codigo: str,
    nombre: str,
    direccion: str,
    corte: date,
    hasta: datetime,
    version: Version,
    consultado: date,
) -> Referencia:
    """La referencia de un indicador visto a un ``corte`` con lo publicado ``hasta`` un momento.

    ``direccion`` es la de su página, absoluta y sin parámetros; ``hasta`` lleva zona horaria.
    """
    parametros = {"corte": corte.isoformat(), "a_la_fecha": hasta.isoformat()}
    permanente = f"{direccion}?{urlencode(parametros, safe=':')}"
    prosa = (
        f"{AUTOR}. ({hasta.year}). {nombre} ({codigo}), al corte del {escribir_fecha(corte)} [conjunto de datos; "
        f"{version}]. Consultado el {escribir_fecha(consultado)}, de {permanente}"
    )
    campos = {
        "author": f"{{{{{AUTOR}}}}}",
        "title": f"{{{{{_en_tex(nombre)} ({_en_tex(codigo)})}}}}",
        "year": f"{{{hasta.year}}}",
        "version": f"{{{version}}}",
        "note": f"{{Corte del {escribir_fecha(corte)}; publicado hasta el {escribir_fecha(hasta)}}}",
        "url": f"{{{permanente}}}",
        "urldate": f"{{{consultado.isoformat()}}}",
    }
    cuerpo = ",\n".join(f"  {campo} = {valor}" for campo, valor in campos.items())
    clave = f"pnp-{codigo.lower()}-{corte.isoformat()}"
    return Referencia(permanente, version, prosa, f"@misc{{{clave},\n{cuerpo}\n}}")


def _en_tex(texto: str) -> str:
    return "".join(_DE_TEX.get(letra, letra) for letra in texto)
