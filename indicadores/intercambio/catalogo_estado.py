"""Lo que hoy dice el catálogo, hoja por hoja y celda por celda, con la versión de cada cosa.

Cada hoja es un :class:`Estado`: por código, el texto de cada campo. La versión es de la celda en los logros (cada año
se fija aparte) y del objeto entero en lo demás; con ella se recupera qué decía la celda cuando se descargó.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Max

from indicadores.acciones.catalogo import CAMPOS_DE_TEXTO, IDENTIDAD
from indicadores.intercambio.catalogo_celdas import (
    Referencias,
    clave_de,
    escribir_campo,
    escribir_dato,
    escribir_fijado,
)
from indicadores.models import Fuente, Indicador, LineaBase, LogroEsperado
from objetivos.models import Entidad, Lineamiento, Norma, ObjetivoPrioritario, Politica
from servicios.models import Servicio

#: Si la política aún no está cargada.
HORIZONTE = (2020, 2030)
CAMPOS_DE_BASE = ("anio", "valor", "motivo_ausencia", "texto_ausencia", "fecha_compromiso", "fuente")
TEXTOS: dict[str, type[models.Model]] = {"lineamientos": Lineamiento, "servicios": Servicio, "fichas": Indicador}
LOGROS, BASES = "logros esperados", "líneas base"
#: Las hojas, en el orden en que se aplican: primero lo que otras nombran.
HOJAS = (*TEXTOS, BASES, LOGROS)

#: De qué se pide la versión de antes: el código y, en los logros, el año.
Clave = tuple[str, str]


@dataclass(slots=True)
class Estado:
    """Una hoja: ``textos[código][campo]``, ``versiones[código, año o vacío]`` y sus columnas con su rótulo."""

    hoja: str
    rotulos: dict[str, str]
    objetos: dict[str, Any] = field(default_factory=dict)
    textos: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    versiones: dict[Clave, int] = field(default_factory=dict)
    leer_antes: Callable[[dict[Clave, int]], dict[Clave, dict[str, str]]] = lambda claves: {}

    @property
    def editables(self) -> list[str]:
        """Los campos que se comparan: los demás solo ayudan a leer la hoja."""
        de_lectura = set() if self.hoja in TEXTOS else {"indicador", "unidad"}
        return [campo for campo in self.rotulos if campo not in de_lectura]

    def clave(self, codigo: str, campo: str) -> Clave:
        return (codigo, campo if self.hoja == LOGROS else "")

    def version(self, codigo: str, campo: str) -> int:
        """La versión que rige (0: ninguna)."""
        return self.versiones.get(self.clave(codigo, campo), 0)

    def texto(self, codigo: str, campo: str) -> str:
        """Lo que rige; vacío si no hay."""
        return self.textos.get(codigo, {}).get(campo, "")


def anios_del_horizonte() -> range:
    """Los años de la política, del primero al último."""
    desde, hasta = Politica.objects.order_by("pk").values_list("anio_inicio", "anio_fin").first() or HORIZONTE
    return range(desde, hasta + 1)


def leer_referencias() -> Referencias:
    """Todo lo que una celda puede nombrar, por su código; una consulta por modelo."""
    modelos: tuple[type[models.Model], ...] = (
        ObjetivoPrioritario,
        Lineamiento,
        Servicio,
        Indicador,
        Norma,
        Fuente,
        Entidad,
    )
    return {
        modelo: {getattr(objeto, clave_de(modelo)): objeto for objeto in modelo._default_manager.order_by("pk")}
        for modelo in modelos
    }


def leer_estado(ahora: datetime) -> dict[str, Estado]:
    """Las cinco hojas tal como rigen en ``ahora``, en un número fijo de consultas."""
    textos = {hoja: _de_textos(hoja, modelo) for hoja, modelo in TEXTOS.items()}
    return textos | {BASES: de_bases(ahora), LOGROS: de_logros(ahora)}


def _rotulos(modelo: type[models.Model], campos: Iterable[str]) -> dict[str, str]:
    return {nombre: str(modelo._meta.get_field(nombre).verbose_name) for nombre in campos}  # type: ignore[union-attr]


def rotulos_de(hoja: str) -> dict[str, str]:
    """Las columnas de una hoja, tras la del código, con su rótulo."""
    if hoja in TEXTOS:
        modelo = TEXTOS[hoja]
        return _rotulos(modelo, (*IDENTIDAD[modelo], *CAMPOS_DE_TEXTO[modelo]))
    propios = (
        _rotulos(LineaBase, CAMPOS_DE_BASE)
        if hoja == BASES
        else {str(anio): str(anio) for anio in anios_del_horizonte()}
    )
    return {"indicador": "indicador", "unidad": "unidad"} | propios


def _relaciones(modelo: type[models.Model], campos: Iterable[str]) -> list[str]:
    return [nombre for nombre in campos if modelo._meta.get_field(nombre).is_relation]


def _de_textos(hoja: str, modelo: type[models.Model]) -> Estado:
    campos = (*IDENTIDAD[modelo], *CAMPOS_DE_TEXTO[modelo])
    estado = Estado(hoja, rotulos_de(hoja))
    historial: Any = modelo.history.model  # type: ignore[attr-defined]
    por_id = dict(historial.objects.order_by().values_list("id").annotate(Max("history_id")))
    for objeto in modelo._default_manager.select_related(*_relaciones(modelo, campos)).order_by("codigo"):
        codigo = objeto.codigo  # type: ignore[attr-defined]
        estado.objetos[codigo] = objeto
        estado.textos[codigo] = {nombre: escribir_campo(objeto, nombre) for nombre in campos}
        estado.versiones[codigo, ""] = por_id.get(objeto.pk, 0)

    def leer_antes(claves: dict[Clave, int]) -> dict[Clave, dict[str, str]]:
        pedidas = {version: clave for clave, version in claves.items() if version}
        antes = {}
        filas = historial.objects.filter(history_id__in=list(pedidas)).order_by("history_id")
        codigos = _codigos_de_relaciones(modelo, campos)
        for fila in filas:
            clave = pedidas[fila.history_id]
            if fila.codigo == clave[0]:
                antes[clave] = {
                    nombre: codigos[nombre].get(getattr(fila, f"{nombre}_id"), "")
                    if nombre in codigos
                    else escribir_dato(getattr(fila, nombre))
                    for nombre in campos
                }
        return antes

    estado.leer_antes = leer_antes
    return estado


def _codigos_de_relaciones(modelo: type[models.Model], campos: Iterable[str]) -> dict[str, dict[int, str]]:
    """Cómo se nombra hoy aquello a lo que apuntaba una fila del historial, que solo guarda su número."""
    codigos = {}
    for nombre in _relaciones(modelo, campos):
        otro: Any = modelo._meta.get_field(nombre).related_model
        codigos[nombre] = dict(otro._default_manager.order_by("pk").values_list("pk", clave_de(otro)))
    return codigos


def _indicadores() -> dict[str, Indicador]:
    todos = Indicador.objects.select_related("objetivo", "servicio__objetivo").order_by("codigo")
    return {indicador.codigo: indicador for indicador in todos}


def _texto_de_base(base: LineaBase) -> dict[str, str]:
    return {nombre: escribir_campo(base, nombre) for nombre in CAMPOS_DE_BASE}


def de_bases(ahora: datetime) -> Estado:
    """La línea base que rige de cada indicador."""
    estado = Estado(BASES, rotulos_de(BASES), objetos=dict(_indicadores()))
    for base in LineaBase.objects.vigentes(ahora).select_related("indicador", "fuente"):
        codigo = base.indicador.codigo
        estado.textos[codigo] = _texto_de_base(base)
        estado.versiones[codigo, ""] = base.version

    def leer_antes(claves: dict[Clave, int]) -> dict[Clave, dict[str, str]]:
        filas = LineaBase.objects.filter(indicador__codigo__in={codigo for codigo, _ in claves}).order_by("version")
        return {
            (base.indicador.codigo, ""): _texto_de_base(base)
            for base in filas.select_related("indicador", "fuente")
            if claves.get((base.indicador.codigo, "")) == base.version
        }

    estado.leer_antes = leer_antes
    return estado


def de_logros(ahora: datetime) -> Estado:
    """El logro esperado que rige de cada indicador y año del horizonte."""
    estado = Estado(LOGROS, rotulos_de(LOGROS), objetos=dict(_indicadores()))
    anios = [int(anio) for anio in estado.editables]
    vigentes = LogroEsperado.objects.vigentes(ahora).filter(anio__in=anios)
    for codigo, anio, valor, motivo, version in vigentes.order_by("indicador__codigo", "anio").values_list(
        "indicador__codigo", "anio", "valor", "motivo_ausencia", "version"
    ):
        estado.textos[codigo][str(anio)] = escribir_fijado(valor, motivo)
        estado.versiones[codigo, str(anio)] = version

    def leer_antes(claves: dict[Clave, int]) -> dict[Clave, dict[str, str]]:
        filas = LogroEsperado.objects.filter(indicador__codigo__in={codigo for codigo, _ in claves})
        return {
            (codigo, str(anio)): {str(anio): escribir_fijado(valor, motivo)}
            for codigo, anio, valor, motivo, version in filas.order_by("version").values_list(
                "indicador__codigo", "anio", "valor", "motivo_ausencia", "version"
            )
            if claves.get((codigo, str(anio))) == version
        }

    estado.leer_antes = leer_antes
    return estado
