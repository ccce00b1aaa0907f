"""Paquetes sellados: lo que regía tras cada publicación, con lo necesario para comprobarlo sin conexión.

El paquete N es la cadena de constancias hasta la N y lo que de ella se sigue; por eso se arma cuando se pide, siempre
igual, y no hay nada que guardar. Su sello es la huella de ``manifiesto.json``, que lleva la huella de la constancia N y
la de la anterior: como cada huella encadena a todas las previas, cada sello compromete a todos los paquetes anteriores.

Lo sellado no lleva valores sino compromisos con ellos; los valores van al lado (``aperturas.jsonl`` y ``datos/``) y el
comprobador los coteja. Una celda que se reserva después deja de abrirse en los paquetes viejos sin que cambie su sello.

Los textos de ``sellado_1`` son parte de lo sellado: no se cambian nunca. Otro texto es otro formato, en otra carpeta,
que empieza a regir en una constancia posterior.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from indicadores.api.formatos import escribir_csv
from indicadores.api.tablas import Celda
from indicadores.calculo import cadena
from indicadores.formato import plural
from indicadores.intercambio.zip_en_flujo import TROZO, Salida, parte_fija
from indicadores.models import Constancia
from indicadores.models.momentos import ultimos_por_momento

CARPETA = Path(__file__).with_name("sellado_1")
FORMATO = 1
TANDA = 1000

#: Qué columnas lleva cada tabla, con los nombres que tienen en la constancia; «constancia» es el número de la suya.
_INDICADOR = ("indicador", "indicador_nombre", "unidad", "simbolo")
_AUSENCIA = ("valor", "motivo_ausencia", "texto_ausencia", "fecha_compromiso")
_FUENTE = ("fuente", "fuente_nombre", "fuente_url")
_FIJADO = ("constancia", *_INDICADOR, "anio", *_AUSENCIA, *_FUENTE, "version", "publicada_en", "motivo_cambio", "norma")
TABLAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "datos/mediciones.csv": (
        cadena.PUBLICACION,
        (
            *("constancia", *_INDICADOR, "periodo", "inicio", "fin", "ambito", "ambito_nombre", "sexo", "caracter"),
            *("situacion", *_AUSENCIA, "numerador", "denominador", *_FUENTE, "version", "publicada_en"),
        ),
    ),
    "datos/lineas_base.csv": (cadena.LINEA_BASE, _FIJADO),
    "datos/logros.csv": (cadena.LOGRO_ESPERADO, _FIJADO),
    "datos/umbrales.csv": (
        cadena.UMBRALES,
        ("constancia", "alcance", "verde", "amarillo", "version", "publicada_en", "motivo_cambio", "norma"),
    ),
}
#: De qué tipo es cada columna que no es texto.
TIPOS = {"constancia": "integer", "version": "integer", "anio": "year", "numerador": "integer"} | {
    "denominador": "integer", "valor": "number", "verde": "number", "amarillo": "number", "inicio": "date",
    "fin": "date", "fecha_compromiso": "date", "publicada_en": "datetime",
}  # fmt: skip
SIGNIFICADOS = {
    "constancia": "Número de la constancia que la certifica, en cadena.jsonl.",
    "valor": "El valor, en la unidad del indicador; vacío si falta, y motivo_ausencia dice por qué.",
    "motivo_ausencia": "Por qué falta: un código. pocas_personas: se refiere a menos de diez y no se publica.",
    "publicada_en": "Desde cuándo rige, en UTC.",
    "ambito": "Código del lugar; PE es todo el país.",
    "sexo": "T total, H hombres, M mujeres.",
}


@dataclass(frozen=True, slots=True)
class Sellado:
    """Un paquete: hasta qué constancia llega, desde cuándo regía y su sello."""

    numero: int
    en: datetime
    huella: str
    sello: str

    @property
    def constancias(self) -> str:
        """Su tamaño, que sin armarlo se sabe en constancias."""
        return plural(self.numero, "constancia", "constancias")


@cache
def fijos() -> dict[str, bytes]:
    """Los textos del formato, que van en todos los paquetes."""
    return {
        "LEAME.txt": (CARPETA / "LEAME.txt").read_bytes(),
        "metodo.txt": (CARPETA / "metodo.txt").read_bytes(),
        "verificar.py": (CARPETA / "verificar.py.txt").read_bytes(),
        "datapackage.json": _legible(_descriptor()),
    }


def manifiesto(numero: int) -> bytes | None:
    """El manifiesto del paquete ``numero``; None si no hay esa constancia. Una consulta."""
    una = Constancia.objects.filter(numero=numero).values("numero", "en", "huella", "huella_anterior").first()
    return None if una is None else _manifiesto(una)


def _manifiesto(una: Mapping[str, Any]) -> bytes:
    return _legible(
        {
            "formato": FORMATO,
            "numero": una["numero"],
            "en": json.loads(cadena.canonico({"en": una["en"]}))["en"],
            "huella": una["huella"],
            "anterior": {"numero": una["numero"] - 1, "huella": una["huella_anterior"]},
            "sellados": {nombre: sha256(texto).hexdigest() for nombre, texto in fijos().items()},
            "datos": list(TABLAS),
        }
    )


def _legible(cuerpo: dict[str, Any]) -> bytes:
    return (json.dumps(cuerpo, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def sellados(*, a_la_fecha: datetime, cuantos: int) -> list[Sellado]:
    """Los últimos paquetes, uno por momento de publicación, del más reciente al más antiguo: dos consultas."""
    numeros = ultimos_por_momento(a_la_fecha, cuantos)
    filas = Constancia.objects.filter(numero__in=numeros).order_by("-numero")
    return [
        Sellado(una["numero"], una["en"], una["huella"], sha256(_manifiesto(una)).hexdigest())
        for una in filas.values("numero", "en", "huella", "huella_anterior")
    ]


def paquete(numero: int) -> Iterator[bytes]:
    """El zip del paquete ``numero``, que debe existir, por trozos: su memoria no depende de cuántas constancias haya.

    Las tablas se escriben al final: lo que cada constancia dice se lee dos veces de la base y no se acumula.
    """
    salida = Salida()
    with ZipFile(salida, "w") as archivo:
        for nombre, texto in {"manifiesto.json": manifiesto(numero) or b"", **fijos()}.items():
            archivo.writestr(parte_fija(nombre), texto)
        relevadas = _relevadas(numero)
        yield from _escribir(archivo, salida, "cadena.jsonl", map(_linea, _hasta(numero)))
        yield from _escribir(archivo, salida, "aperturas.jsonl", _aperturas(numero))
        for nombre, (clase, columnas) in TABLAS.items():
            filas = _filas(numero, clase, columnas, relevadas)
            yield from _escribir(archivo, salida, nombre, escribir_csv(columnas, filas))
    yield salida.llevar()


def _escribir(archivo: ZipFile, salida: Salida, nombre: str, trozos: Iterable[bytes]) -> Iterator[bytes]:
    with archivo.open(parte_fija(nombre), "w") as parte:
        for trozo in trozos:
            parte.write(trozo)
            if salida.pendiente >= TROZO:
                yield salida.llevar()


def _hasta(numero: int, **filtros: Any) -> Iterator[Any]:
    pedidas = Constancia.objects.filter(numero__lte=numero, **filtros).order_by("numero")
    campos = ("numero", "objeto", "canonico", "sellado", "secreto", "huella", "huella_anterior", "medicion__reservada")
    return iter(pedidas.values_list(*campos, named=True).iterator(chunk_size=TANDA))


def _linea(fila: Any) -> bytes:
    partes = {"canonico": fila.canonico, "huella": fila.huella, "huella_anterior": fila.huella_anterior}
    return f"{cadena.canonico(partes)}\n".encode()


def _abierta(fila: Any) -> dict[str, Any] | None:
    """La cifra de una constancia con su sal, si puede mostrarse; None si está reservada o no la tiene."""
    linea = cadena.linea(fila, abierta=not fila.medicion__reservada)
    return {"cifra": linea["cifra"], "sal": linea["sal"]} if linea.get("cifra") is not None else None


def _aperturas(numero: int) -> Iterator[bytes]:
    for fila in _hasta(numero):
        if (abierta := _abierta(fila)) is not None:
            yield f"{cadena.canonico({'numero': fila.numero, **abierta})}\n".encode()


def _relevadas(numero: int) -> set[int]:
    """Las mediciones que a esa altura ya se habían corregido o retirado."""
    hechas = Constancia.objects.filter(numero__lte=numero)
    retiradas = hechas.filter(clase=cadena.RETIRO).order_by("numero").values_list("objeto", flat=True)
    publicadas = hechas.filter(clase=cadena.PUBLICACION, medicion__corrige__isnull=False).order_by("numero")
    corregidas = publicadas.values_list("medicion__corrige_id", flat=True)
    return {*retiradas, *(una for una in corregidas if una is not None)}


def _filas(numero: int, clase: str, columnas: tuple[str, ...], relevadas: set[int]) -> Iterator[list[Celda]]:
    """Lo que regía de una clase: las mediciones no relevadas; de lo fijado, la última de cada clave."""
    hechos = (
        (fila, json.loads(fila.canonico)["datos"])
        for fila in _hasta(numero, clase=clase)
        if clase != cadena.PUBLICACION or fila.objeto not in relevadas
    )
    if clase != cadena.PUBLICACION:
        por_anio = clase == cadena.LOGRO_ESPERADO
        ultimas = {(d.get("indicador_id"), d["anio"] if por_anio else None): (f, d) for f, d in hechos}
        hechos = (par for par in sorted(ultimas.values(), key=lambda par: int(par[0].numero)))
    for fila, datos in hechos:
        if clase == cadena.PUBLICACION:
            abierta = _abierta(fila)
            datos |= json.loads(abierta["cifra"]) if abierta else {"motivo_ausencia": "pocas_personas"}
        yield [fila.numero, *(_celda(datos.get(campo), campo) for campo in columnas[1:])]


def _celda(dato: Any, campo: str) -> Celda:
    """Lo certificado, como celda: un número, que en la constancia es texto, sigue siéndolo y no lleva apóstrofo."""
    if dato is None or dato == "":
        return None
    return Decimal(dato) if TIPOS.get(campo) in ("number", "integer", "year") else str(dato)


def _descriptor() -> dict[str, Any]:
    """El Data Package de lo que va dentro: depende solo del formato."""
    return {
        "profile": "tabular-data-package",
        "name": "politica-nacional-penitenciaria-sellado",
        "title": "Política Nacional Penitenciaria al 2030: paquete sellado",
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": nombre.removeprefix("datos/").removesuffix(".csv"),
                "path": nombre,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": columna, "type": TIPOS.get(columna, "string")}
                        | ({"description": SIGNIFICADOS[columna]} if columna in SIGNIFICADOS else {})
                        for columna in columnas
                    ],
                    "primaryKey": ["constancia"],
                    "missingValues": [""],
                },
            }
            for nombre, (_, columnas) in TABLAS.items()
        ],
    }
