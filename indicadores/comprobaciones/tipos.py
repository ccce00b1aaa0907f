"""Qué dice una comprobación: su código, si impide publicar o solo avisa, y la explicación con las cifras."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from indicadores.models import Medicion


class Nivel(StrEnum):
    """Un error impide publicar; un aviso se publica si alguien lo reconoce por su nombre."""

    ERROR = "error"
    AVISO = "aviso"


@dataclass(frozen=True, slots=True)
class Regla:
    """Lo fijo de una comprobación: ``titulo`` completa «Entiendo: …»; ``remedio`` dice qué hacer."""

    codigo: str
    nivel: Nivel
    titulo: str
    remedio: str


def _reglas(*filas: tuple[str, Nivel, str, str]) -> Mapping[str, Regla]:
    return {codigo: Regla(codigo, nivel, titulo, remedio) for codigo, nivel, titulo, remedio in filas}


#: Solo es error lo que la propia cifra contradice sin mirar otra: si dos cifras discrepan, no se sabe cuál está mal, y
#: prohibir publicar la buena hasta que se corrija la mala dejaría las dos sin salida.
REGLAS = _reglas(
    ("sin_valor", Nivel.ERROR, "no hay valor ni razón", "Escriba el valor o el motivo de su ausencia."),
    ("fuera_de_rango", Nivel.ERROR, "el valor no cabe en su unidad", "Corrija el valor o la unidad del indicador."),
    (
        "conteos_imposibles",
        Nivel.ERROR,
        "el numerador pasa del denominador",
        "Revise si están cambiados de sitio o si alguno tiene una cifra de más.",
    ),
    (
        "no_concuerda",
        Nivel.ERROR,
        "el valor no es el que dan sus conteos",
        "Corrija el valor, o el numerador y el denominador.",
    ),
    ("futuro", Nivel.ERROR, "el periodo no ha terminado", "Espere a que termine o elija un periodo terminado."),
    ("muy_antiguo", Nivel.ERROR, "el periodo es anterior a 1990", "Revise el año."),
    (
        "duplicado",
        Nivel.ERROR,
        "ya hay otra medición de lo mismo",
        "Abra la otra: corríjala si está publicada, o descarte una de las dos.",
    ),
    (
        "truncado",
        Nivel.AVISO,
        "el valor está cortado, no redondeado",
        "Redondéelo o confirme que así está en la fuente.",
    ),
    (
        "salto",
        Nivel.AVISO,
        "cambia mucho más de lo que suele",
        "Confirme la cifra en la fuente y explíquela en las notas.",
    ),
    ("se_repite", Nivel.AVISO, "es idéntico al anterior", "Explique en las notas si se midió de nuevo."),
    ("parcial", Nivel.AVISO, "es solo una parte del año", "Publique el valor anual cuando termine el año."),
    ("no_decide", Nivel.AVISO, "no cambiará el avance del año", "El avance lo da otro valor ya publicado."),
    ("suma_de_ambitos", Nivel.AVISO, "no cuadra con la suma de sus lugares", "Corrija la cifra que esté equivocada."),
    ("hombres_mujeres", Nivel.AVISO, "hombres y mujeres no dan el total", "Corrija la cifra que esté equivocada."),
    (
        "fuera_de_horizonte",
        Nivel.AVISO,
        "el año está fuera del horizonte",
        "Confirme que el año es el que quiso escribir.",
    ),
    ("pocas_personas", Nivel.AVISO, "se mostrará «reservado»", "Nadie verá el valor: así se protege a las personas."),
    ("texto_distinto", Nivel.AVISO, "las notas citan otra cifra", "Corrija el texto o la cifra."),
    ("parrafo_desfasado", Nivel.AVISO, "un párrafo del reporte cita la cifra anterior", "Actualice el párrafo."),
    ("sustituye", Nivel.AVISO, "sustituye a una versión publicada", "La anterior queda legible con su intervalo."),
)


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Algo que una comprobación encontró; ``texto`` trae las cifras y ``direccion``, dónde se ve, si hay dónde."""

    codigo: str
    texto: str
    direccion: str = ""

    @property
    def nivel(self) -> Nivel:
        return REGLAS[self.codigo].nivel

    @property
    def titulo(self) -> str:
        return REGLAS[self.codigo].titulo

    @property
    def remedio(self) -> str:
        return REGLAS[self.codigo].remedio

    @property
    def es_error(self) -> bool:
        return self.nivel is Nivel.ERROR


class Clave(NamedTuple):
    """De qué es una medición; de lo abierto hay una sola por clave, y de lo publicado también."""

    indicador: int
    periodo: str
    ambito: int
    sexo: str
    caracter: str


def clave_de(medicion: Medicion) -> Clave:
    """La clave de ``medicion``, guardada o no."""
    return Clave(medicion.indicador_id, medicion.periodo, medicion.ambito_id, medicion.sexo, medicion.caracter)


def llave_de(medicion: Medicion) -> int | Clave:
    """Con qué se busca ``medicion`` en ``comprobar_varias``: su clave primaria o, si no está guardada, su clave."""
    return medicion.pk if medicion.pk is not None else clave_de(medicion)


def huella_de(textos: list[str]) -> str:
    """Reconoce un conjunto de explicaciones: si cambia una cifra, lo aceptado ya no es lo que se leyó."""
    return hashlib.sha256("\n".join(textos).encode()).hexdigest()[:12]
