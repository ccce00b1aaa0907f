"""Datos en SDMX-JSON 1.0, serie por serie: primero las observaciones y al final la estructura que las explica.

En este formato cada atributo se escribe como el número de su valor en una lista que va en la estructura. Por eso las
observaciones salen antes, mientras las listas se forman; las que no tienen límite (números de cifra, cantidades,
textos) se guardan en un archivo temporal, no en memoria. El orden de las claves de un objeto JSON no significa nada.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from indicadores.calculo.tipos import Periodo
from indicadores.formato import escribir_periodo, numero_json
from penitenciaria.interoperabilidad.sdmx_consulta import Consulta
from penitenciaria.interoperabilidad.sdmx_json_estructura import Json, meta, nombres
from penitenciaria.interoperabilidad.sdmx_lectura import Serie
from penitenciaria.interoperabilidad.sdmx_mensaje import NOMBRE_DEL_FLUJO, URN_DE_LA_ESTRUCTURA, Mensaje
from penitenciaria.interoperabilidad.sdmx_modelo import (
    AGENCIA,
    DE_OBSERVACION,
    DE_SERIE,
    DIMENSIONES,
    MEDIDA,
    NOMBRE_DE_LA_AGENCIA,
    TIEMPO,
    Catalogo,
    Componente,
)

_ESQUEMA = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/1.0/sdmx-json-data-schema.json"
#: Valores recientes de cada atributo que se recuerdan en memoria, para no ir al archivo por cada uno.
_RECIENTES = 2_000


class _Indices:
    """El número de orden de cada valor distinto de varios atributos, guardados en un archivo temporal sin nombre."""

    def __init__(self, atributos: Sequence[Componente]) -> None:
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode = OFF")
        for n in range(len(atributos)):
            self._base.execute(f"CREATE TABLE v{n} (n INTEGER PRIMARY KEY, texto TEXT NOT NULL UNIQUE)")
        self._recientes: list[dict[str, int]] = [{} for _ in atributos]

    def de(self, cual: int, texto: str) -> int:
        """El número de ``texto`` en el atributo ``cual``; si es nuevo, el siguiente."""
        recientes = self._recientes[cual]
        if texto in recientes:
            return recientes[texto]
        fila = self._base.execute(f"SELECT n FROM v{cual} WHERE texto = ?", (texto,)).fetchone()
        if fila is None:
            fila = (self._base.execute(f"INSERT INTO v{cual} (texto) VALUES (?)", (texto,)).lastrowid,)
        if len(recientes) >= _RECIENTES:
            recientes.clear()
        recientes[texto] = int(fila[0]) - 1
        return recientes[texto]

    def textos(self, cual: int) -> Iterator[str]:
        """Todos los valores, en el orden de su número."""
        for (texto,) in self._base.execute(f"SELECT texto FROM v{cual} ORDER BY n"):
            yield texto

    def cerrar(self) -> None:
        self._base.close()


def oficial(series: Iterable[Serie], consulta: Consulta, mensaje: Mensaje, catalogo: Catalogo) -> Iterator[str]:
    """La forma de la norma 1.0.0: ``meta`` y ``data``."""
    yield f'{{"meta": {_json(meta(mensaje, _ESQUEMA))}, "data": {{'
    yield from _cuerpo(series, consulta, catalogo, {"links": [{"urn": URN_DE_LA_ESTRUCTURA, "rel": "datastructure"}]})
    yield "}}"


def borrador(series: Iterable[Serie], consulta: Consulta, mensaje: Mensaje, catalogo: Catalogo) -> Iterator[str]:
    """La forma 1.0.0-wd, la más extendida: ``header``, ``structure`` y ``dataSets``."""
    cabecera = {
        "id": mensaje.id,
        "test": False,
        "prepared": mensaje.preparado,
        "sender": {"id": AGENCIA, "name": NOMBRE_DE_LA_AGENCIA},
        "links": [{"href": mensaje.direccion, "rel": "self"}],
    }
    yield f'{{"header": {_json(cabecera)}, '
    yield from _cuerpo(series, consulta, catalogo, {})
    yield "}"


def _cuerpo(series: Iterable[Serie], consulta: Consulta, catalogo: Catalogo, del_conjunto: Json) -> Iterator[str]:
    """Los miembros ``dataSets`` y ``structure``."""
    escritura = _Escritura(consulta, catalogo)
    try:
        primero = _json({"action": "Information"} | del_conjunto).removesuffix("}")
        yield f'"dataSets": [{primero}, "{"observations" if consulta.plana else "series"}": {{\n'
        separador = ""
        for serie in series:
            yield separador + escritura.serie(serie)
            separador = ",\n"
        yield '}}], "structure": '
        yield from escritura.estructura()
    finally:
        escritura.cerrar()


class _Escritura:
    """Lo que se va sabiendo mientras se escriben las series: qué códigos y qué valores han aparecido."""

    def __init__(self, consulta: Consulta, catalogo: Catalogo) -> None:
        self._consulta = consulta
        self._catalogo = catalogo
        con_atributos = consulta.detalle.con_atributos
        sueltos = consulta.plana and con_atributos
        self._de_serie = DE_SERIE if con_atributos and not consulta.plana else ()
        de_observacion = con_atributos and consulta.detalle.con_observaciones
        self._de_observacion = (*(DE_SERIE if sueltos else ()), *(DE_OBSERVACION if de_observacion else ()))
        self._claves: list[dict[str, int]] = [{} for _ in DIMENSIONES]
        self._periodos: dict[str, int] = {}
        atributos = (*self._de_serie, *self._de_observacion)
        self._codigos = [self._codigos_de(uno) for uno in atributos]
        self._indices = _Indices(atributos)

    def cerrar(self) -> None:
        self._indices.cerrar()

    def serie(self, serie: Serie) -> str:
        """Una serie o, en la forma plana, todas sus observaciones."""
        clave = ":".join(
            str(vistos.setdefault(codigo, len(vistos)))
            for vistos, codigo in zip(self._claves, serie.clave, strict=True)
        )
        if self._consulta.plana:
            return ",\n".join(self._observaciones(serie, f"{clave}:", serie.atributos if self._de_observacion else ()))
        contenido = []
        if self._de_serie:
            contenido.append(f'"attributes": {_json(self._numeros(serie.atributos, 0))}')
        if self._consulta.detalle.con_observaciones:
            contenido.append(f'"observations": {{{", ".join(self._observaciones(serie, "", ()))}}}')
        return f'"{clave}": {{{", ".join(contenido)}}}'

    def _observaciones(self, serie: Serie, prefijo: str, antes: tuple[str | None, ...]) -> Iterator[str]:
        for una in serie.observaciones:
            periodo = self._periodos.setdefault(una.periodo, len(self._periodos))
            contenido: list[Any] = [numero_json(una.valor)]
            if self._de_observacion:
                contenido += self._numeros((*antes, *una.atributos), len(self._de_serie))
            yield f'"{prefijo}{periodo}": {_json(contenido)}'

    def _numeros(self, valores: Sequence[str | None], desde: int) -> list[int | None]:
        return [None if valor is None else self._numero(cual, valor) for cual, valor in enumerate(valores, start=desde)]

    def _numero(self, cual: int, valor: str) -> int:
        codigos = self._codigos[cual]
        return self._indices.de(cual, valor) if codigos is None else codigos[valor]

    def _codigos_de(self, uno: Componente) -> dict[str, int] | None:
        """El número de cada código de su lista; None si no tiene lista."""
        if uno.lista is None:
            return None
        return {codigo.id: n for n, codigo in enumerate(self._catalogo.listas[uno.lista].codigos)}

    # La estructura, al final

    def estructura(self) -> Iterator[str]:
        """El miembro ``structure``: dimensiones con los códigos que aparecieron y atributos con sus valores."""
        de_la_clave = [
            self._dimension(una, n, self._valores_de(una, vistos))
            for n, (una, vistos) in enumerate(zip(DIMENSIONES, self._claves, strict=True))
        ]
        tiempo = self._dimension(TIEMPO, len(DIMENSIONES), [_periodo(texto) for texto in self._periodos])
        dimensiones = {
            "dataSet": [],
            "series": [] if self._consulta.plana else de_la_clave,
            "observation": [*de_la_clave, tiempo] if self._consulta.plana else [tiempo],
        }
        comienzo = nombres(NOMBRE_DEL_FLUJO) | {
            "links": [{"urn": URN_DE_LA_ESTRUCTURA, "rel": "datastructure"}],
            "dimensions": dimensiones,
        }
        yield f'{_json(comienzo).removesuffix("}")}, "attributes": {{"dataSet": [], "series": ['
        yield from self._atributos(self._de_serie, 0)
        yield '], "observation": ['
        yield from self._atributos(self._de_observacion, len(self._de_serie))
        yield "]}}"

    def _valores_de(self, una: Componente, vistos: dict[str, int]) -> list[Json]:
        nombre_de = {codigo.id: codigo.nombre for codigo in self._catalogo.listas[str(una.lista)].codigos}
        return [{"id": codigo, "name": nombre_de[codigo]} for codigo in vistos]

    def _dimension(self, una: Componente, posicion: int, valores: list[Json]) -> Json:
        return {"id": una.id} | nombres(una.nombre, una.descripcion) | {"keyPosition": posicion, "values": valores}

    def _atributos(self, atributos: Sequence[Componente], desde: int) -> Iterator[str]:
        for cual, uno in enumerate(atributos, start=desde):
            relacion: Json = {"dimensions": [DIMENSIONES[0].id]} if uno in DE_SERIE else {"primaryMeasure": MEDIDA.id}
            comienzo = {"id": uno.id} | nombres(uno.nombre, uno.descripcion) | {"relationship": relacion}
            yield f'{", " if cual > desde else ""}{_json(comienzo).removesuffix("}")}, "values": ['
            yield from self._valores_del_atributo(cual, uno)
            yield "]}"

    def _valores_del_atributo(self, cual: int, uno: Componente) -> Iterator[str]:
        """Los valores por su número. El que no apareció lleva uno vacío, al que nada apunta: hay clientes (sdmx1) que

        descartan un atributo sin valores y con eso corren de lugar todos los que siguen.
        """
        if uno.lista is not None:
            codigos = self._catalogo.listas[uno.lista].codigos
            yield ", ".join(_json({"id": codigo.id, "name": codigo.nombre}) for codigo in codigos)
            return
        separador = ""
        for texto in self._indices.textos(cual):
            yield f"{separador}{_json({'name': texto})}"
            separador = ", "
        if not separador:
            yield '{"name": ""}'


def _periodo(texto: str) -> Json:
    periodo = Periodo.leer(texto)
    return {
        "id": texto,
        "name": escribir_periodo(texto),
        "start": f"{periodo.inicio.isoformat()}T00:00:00-05:00",
        "end": f"{periodo.fin.isoformat()}T23:59:59-05:00",
    }


def _json(dato: Any) -> str:
    return json.dumps(dato, ensure_ascii=False)
