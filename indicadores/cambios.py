"""Todo lo que cambió en lo publicado, de lo más reciente a lo más antiguo y por páginas: un número fijo de consultas.

Un cambio es una cifra que se publica, se corrige o se retira, o una línea base, un logro esperado o unos umbrales que
se fijan. Cada uno tiene su momento y su lugar en un orden total: una página empieza exactamente donde terminó la
anterior aunque entre una y otra se publique algo. Una celda reservada no dice aquí nada más que en otra parte.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from indicadores.calculo import cadena
from indicadores.calculo.tipos import Ausencia, Dato, Motivo
from indicadores.lectura import CAMPOS_DE_DATO, catalogo, dato_de_fila
from indicadores.models import Ambito, Constancia, Indicador, LineaBase, LogroEsperado, Medicion, Suceso, Umbral


class Clase(StrEnum):
    """Qué clase de cambio es; a igual momento, se muestran en este orden."""

    PUBLICACION = "publicacion"
    CORRECCION = "correccion"
    RETIRO = "retiro"
    LOGRO = "logro"
    LINEA_BASE = "linea_base"
    UMBRALES = "umbrales"


#: El lugar de cada clase a igual momento. Lo publicado y lo corregido salen de la misma tabla: comparten lugar.
_LUGAR = {
    Clase.PUBLICACION: 0,
    Clase.CORRECCION: 0,
    Clase.RETIRO: 1,
    Clase.LOGRO: 2,
    Clase.LINEA_BASE: 3,
    Clase.UMBRALES: 4,
}


@dataclass(frozen=True, slots=True)
class Contenido:
    """Lo que decía o dice una cifra: su valor o por qué falta; unos umbrales llevan además el segundo."""

    valor: Decimal | None
    ausencia: Ausencia | None = None
    segundo: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cambio:
    """Algo que cambió. ``cifra`` es la versión publicada o retirada; ``constancia``, el número de la de lo fijado.

    ``clave`` es la de la fila que lo cuenta. ``antes`` es None si no había nada antes; ``despues``, si se retiró.
    ``anio`` es el de lo fijado, y ``dato``, la medición publicada o retirada.
    """

    clase: Clase
    en: datetime
    clave: int
    cifra: int | None
    constancia: int | None
    version: int
    indicador: Indicador | None
    dato: Dato | None
    donde: str
    anio: int | None
    antes: Contenido | None
    despues: Contenido | None
    motivo: str
    norma: str

    @property
    def senal(self) -> str:
        """Su lugar en el orden, para pedir los que le siguen: «2026-11-23T14:01:31.184434+00:00.0.232»."""
        return f"{self.en.isoformat()}.{_LUGAR[self.clase]}.{self.clave}"


@dataclass(frozen=True, slots=True)
class Busqueda:
    """Qué cambios se quieren: después de ``desde``, hasta ``hasta``, de periodos terminados al ``corte``.

    ``anio``: solo los que hablan de ese año. ``nacionales``: sin las cifras por lugar o sexo.
    """

    hasta: datetime
    corte: date
    desde: datetime | None = None
    indicador: Indicador | None = None
    anio: int | None = None
    nacionales: bool = False


@dataclass(frozen=True, slots=True)
class Senal:
    """El último cambio que ya se vio."""

    en: datetime
    lugar: int
    clave: int


class SenalInvalida(ValueError):
    """El texto no es el lugar de un cambio."""


_FORMA_DE_SENAL = re.compile(r"(?P<en>[0-9T:.+\-]{20,40})\.(?P<lugar>[0-4])\.(?P<clave>[0-9]{1,18})")


def leer_senal(texto: str) -> Senal:
    """El lugar que dio :attr:`Cambio.senal`; levanta :class:`SenalInvalida`."""
    partes = _FORMA_DE_SENAL.fullmatch(texto)
    try:
        en = datetime.fromisoformat(partes["en"]) if partes else None
    except ValueError:
        en = None
    if partes is None or en is None or en.tzinfo is None:
        raise SenalInvalida(texto)
    return Senal(en, int(partes["lugar"]), int(partes["clave"]))


def leer_cambios(que: Busqueda, *, cuantos: int, despues_de: Senal | None = None) -> tuple[list[Cambio], bool]:
    """Hasta ``cuantos`` cambios más antiguos que ``despues_de`` (o los primeros) y si quedan más: seis consultas."""
    filas: list[tuple[datetime, int, int, Fuente, Fila]] = []
    for fuente in _fuentes(que):
        momento = fuente.momento
        ordenadas = _tras(fuente, despues_de).order_by(f"-{momento}", "-pk")
        filas += [(fila[momento], -_LUGAR[fuente.clase], fila["pk"], fuente, fila) for fila in ordenadas[: cuantos + 1]]
    filas.sort(key=lambda una: una[:3], reverse=True)
    elegidas = filas[:cuantos]
    indicadores = catalogo().in_bulk({fila[fuente.indicador] for *_, fuente, fila in elegidas if fuente.indicador})
    return [_cambio(fuente, fila, indicadores) for *_, fuente, fila in elegidas], len(filas) > cuantos


def contar_cambios(que: Busqueda) -> dict[Clase, int]:
    """Cuántos cambios hay de cada clase: seis consultas, cada una por un índice."""
    cuentas = {fuente.clase: fuente.filas.count() for fuente in _fuentes(que) if fuente.clase is not Clase.PUBLICACION}
    publicadas = _publicadas(que)
    corregidas = publicadas.filter(corrige__isnull=False).count()
    return cuentas | {Clase.PUBLICACION: publicadas.count() - corregidas, Clase.CORRECCION: corregidas}


# De dónde sale cada clase

Fila = Mapping[str, Any]
#: Lo que dice una cifra de su valor o de su falta.
CONTENIDO = ("valor", "motivo_ausencia", "texto_ausencia", "fecha_compromiso")


@dataclass(frozen=True, slots=True)
class Fuente:
    """Una tabla que guarda cambios, ya limitada a lo que se busca, y en qué columnas dice cuándo y de quién."""

    clase: Clase
    momento: str
    indicador: str
    filas: QuerySet[Any, Any]


def _fuentes(que: Busqueda) -> tuple[Fuente, ...]:
    return (
        Fuente(Clase.PUBLICACION, "publicada_en", "indicador_id", _publicaciones(que)),
        Fuente(Clase.RETIRO, "en", "medicion__indicador_id", _retiros(que)),
        Fuente(Clase.LOGRO, "publicada_en", "indicador_id", _fijadas(LogroEsperado, que, ("indicador", "anio"))),
        Fuente(Clase.LINEA_BASE, "publicada_en", "indicador_id", _fijadas(LineaBase, que, ("indicador",))),
        Fuente(Clase.UMBRALES, "publicada_en", "", _umbrales(que)),
    )


def _tras(fuente: Fuente, visto: Senal | None) -> QuerySet[Any, Any]:
    """Las filas de la fuente que van después del cambio ``visto``."""
    if visto is None:
        return fuente.filas
    lugar = _LUGAR[fuente.clase]
    if lugar < visto.lugar:
        return fuente.filas.filter(**{f"{fuente.momento}__lt": visto.en})
    # La cota va también sola, fuera de la disyunción: así la base entra por el índice del momento.
    hasta_entonces = fuente.filas.filter(**{f"{fuente.momento}__lte": visto.en})
    if lugar > visto.lugar:
        return hasta_entonces
    return hasta_entonces.filter(Q(**{f"{fuente.momento}__lt": visto.en}) | Q(pk__lt=visto.clave))


def _entre(filas: QuerySet[Any], que: Busqueda, momento: str) -> QuerySet[Any]:
    filas = filas.filter(**{f"{momento}__lte": que.hasta})
    return filas.filter(**{f"{momento}__gte": que.desde}) if que.desde else filas


def _umbrales(que: Busqueda) -> QuerySet[Any, Any]:
    filas = Umbral.objects.all() if que.indicador is None and que.anio is None else Umbral.objects.none()
    anterior = Umbral.objects.filter(version=OuterRef("version") - 1, alcance=OuterRef("alcance")).order_by("pk")
    columnas = ("pk", "publicada_en", "version", "verde", "amarillo", "motivo_cambio", "norma__tipo", "norma__numero")
    previas = {f"antes_{columna}": Subquery(anterior.values(columna)[:1]) for columna in ("verde", "amarillo")}
    return _entre(filas, que, "publicada_en").values(*columnas, **previas, constancia=_constancia(cadena.UMBRALES))


def _fijadas(
    modelo: type[LogroEsperado] | type[LineaBase], que: Busqueda, clave: tuple[str, ...]
) -> QuerySet[Any, Any]:
    filas = _entre(modelo._default_manager.all(), que, "publicada_en")
    if que.indicador is not None:
        filas = filas.filter(indicador=que.indicador)
    if que.anio is not None:
        filas = filas.filter(anio=que.anio)
    misma = {campo: OuterRef(campo) for campo in clave}
    anterior = modelo._default_manager.filter(version=OuterRef("version") - 1, **misma).order_by("pk")
    columnas = (
        "pk",
        "publicada_en",
        "indicador_id",
        "anio",
        "version",
        "motivo_cambio",
        "norma__tipo",
        "norma__numero",
        *CONTENIDO,
    )
    previas = {f"antes_{una}": Subquery(anterior.values(una)[:1]) for una in CONTENIDO}
    en_la_cadena = cadena.LOGRO_ESPERADO if modelo is LogroEsperado else cadena.LINEA_BASE
    return filas.values(*columnas, **previas, constancia=_constancia(en_la_cadena))


def _constancia(clase: str) -> Subquery:
    """El número de la constancia de cada fila."""
    suyas = Constancia.objects.filter(clase=clase, objeto=OuterRef("pk")).order_by("numero")
    return Subquery(suyas.values("numero")[:1])


def _publicadas(que: Busqueda) -> QuerySet[Medicion]:
    return _entre(Medicion.objects.con_version(), que, "publicada_en").filter(**_de_interes(que, ""))


def _publicaciones(que: Busqueda) -> QuerySet[Any, Any]:
    filas = _publicadas(que)
    previas = (f"corrige__{columna}" for columna in (*CONTENIDO, "reservada"))
    return filas.values("pk", *CAMPOS_DE_DATO, "ambito__nombre", "motivo_cambio", "corrige_id", *previas)


def _retiros(que: Busqueda) -> QuerySet[Any, Any]:
    # La etapa tiene índice y la acción no: sin ella, la base recorrería todos los sucesos.
    retiradas = Suceso.objects.filter(accion="retirar", medicion__etapa=Medicion.Etapa.RETIRADA)
    filas = _entre(retiradas, que, "en").filter(**_de_interes(que, "medicion__"))
    return filas.values("pk", "en", "motivo", *(f"medicion__{campo}" for campo in (*CAMPOS_DE_DATO, "ambito__nombre")))


def del_pais() -> QuerySet[Any, Any]:
    """La clave del país, como subconsulta: con una unión PostgreSQL no se sirve del índice de lo más reciente."""
    return Ambito.objects.filter(codigo=Ambito.NACIONAL).order_by("pk").values("pk")[:1]


def _de_interes(que: Busqueda, prefijo: str) -> dict[str, Any]:
    condiciones: dict[str, Any] = {"fin__lte": que.corte}
    if que.indicador is not None:
        condiciones["indicador"] = que.indicador
    if que.anio is not None:
        condiciones |= {"fin__gte": date(que.anio, 1, 1), "fin__lte": min(que.corte, date(que.anio, 12, 31))}
    if que.nacionales:
        condiciones |= {"ambito": del_pais(), "sexo": "T"}
    return {f"{prefijo}{campo}": valor for campo, valor in condiciones.items()}


# De la fila al cambio


def _cambio(fuente: Fuente, fila: Fila, indicadores: Mapping[int, Indicador]) -> Cambio:
    indicador = indicadores[fila[fuente.indicador]] if fuente.indicador else None
    en = fila[fuente.momento]
    if fuente.clase is Clase.RETIRO:
        return _retiro(fila, en, indicador)
    if fuente.clase is Clase.PUBLICACION:
        return _publicacion(fila, en, indicador)
    es_primera = fila["version"] == 1
    return Cambio(
        clase=fuente.clase,
        en=en,
        clave=fila["pk"],
        cifra=None,
        constancia=fila["constancia"],
        version=fila["version"],
        indicador=indicador,
        dato=None,
        donde="",
        anio=fila.get("anio"),
        antes=None if es_primera else _contenido(fila, "antes_"),
        despues=_contenido(fila, ""),
        motivo=fila["motivo_cambio"],
        norma=" ".join(filter(None, (fila["norma__tipo"], fila["norma__numero"]))),
    )


def _publicacion(fila: Fila, en: datetime, indicador: Indicador | None) -> Cambio:
    dato = dato_de_fila(dict(fila), en)
    es_correccion = fila["corrige_id"] is not None
    antes = None
    if es_correccion:
        reservada = Contenido(None, Ausencia(Motivo.POCAS_PERSONAS))
        antes = reservada if fila["corrige__reservada"] else _contenido(fila, "corrige__")
    return Cambio(
        clase=Clase.CORRECCION if es_correccion else Clase.PUBLICACION,
        en=en,
        clave=fila["pk"],
        cifra=fila["pk"],
        constancia=None,
        version=dato.version,
        indicador=indicador,
        dato=dato,
        donde=fila["ambito__nombre"],
        anio=None,
        antes=antes,
        despues=Contenido(dato.valor, dato.ausencia),
        motivo="" if fila["reservada"] else fila["motivo_cambio"],
        norma="",
    )


def _retiro(fila: Fila, en: datetime, indicador: Indicador | None) -> Cambio:
    suya = {campo: fila[f"medicion__{campo}"] for campo in CAMPOS_DE_DATO}
    dato = dato_de_fila(suya, en)
    return Cambio(
        clase=Clase.RETIRO,
        en=en,
        clave=fila["pk"],
        cifra=suya["id"],
        constancia=None,
        version=dato.version,
        indicador=indicador,
        dato=dato,
        donde=fila["medicion__ambito__nombre"],
        anio=None,
        antes=Contenido(dato.valor, dato.ausencia),
        despues=None,
        motivo="" if suya["reservada"] else fila["motivo"],
        norma="",
    )


def _contenido(fila: Fila, prefijo: str) -> Contenido:
    """Lo que dice una fila de lo fijado o de la versión anterior, cuyas columnas empiezan por ``prefijo``."""
    if f"{prefijo}verde" in fila:
        return Contenido(fila[f"{prefijo}verde"], segundo=fila[f"{prefijo}amarillo"])
    valor, motivo, texto, compromiso = (fila[f"{prefijo}{columna}"] for columna in CONTENIDO)
    return Contenido(valor, Ausencia(Motivo(motivo), texto, compromiso) if motivo else None)
