"""De las cifras publicadas a series y observaciones SDMX, en orden estable y sin acumular filas.

Primero van las líneas base y los logros esperados, que son pocos; después, las mediciones en el orden de su índice
(indicador, ámbito, sexo, carácter, fin). A la vez solo hay en memoria las de un lugar: a lo más, un siglo de periodos.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from itertools import groupby, islice
from operator import or_
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from indicadores.api.anteriores import que_se_repiten
from indicadores.calculo.tipos import Ausencia, Caracter, Dato, Logro, Periodo, Procedencia, Sexo, Situacion, ValorBase
from indicadores.formato import texto_de_motivo
from indicadores.lectura import CAMPOS_DE_DATO, dato_de_fila, leer_lineas_base, leer_logros, ultima_publicacion
from indicadores.mirada import Mirada
from indicadores.models import Ambito, LineaBase, LogroEsperado, Medicion
from penitenciaria.interoperabilidad.sdmx_consulta import Consulta
from penitenciaria.interoperabilidad.sdmx_modelo import (
    ESTADO_DE_MOTIVO,
    ESTADO_DE_SITUACION,
    FALTA,
    FRECUENCIA,
    LINEA_BASE,
    LOGRO,
    MEDICION,
    NORMAL,
    Catalogo,
    FichaDeSerie,
    a_id,
)

_FILAS_POR_TANDA = 1000
#: Los códigos del portal de cada dimensión que se filtra en la base: dimensión → campo.
_CAMPO_DE = {"SEXO": "sexo", "CARACTER": "caracter"}
#: Cómo se reconoce en el texto del periodo cada frecuencia.
_FILTRO_DE_FRECUENCIA = {
    "A": ~Q(periodo__contains="-"),
    "S": Q(periodo__contains="-S"),
    "Q": Q(periodo__contains="-Q"),
    "M": Q(periodo__contains="-0") | Q(periodo__contains="-1"),
}


@dataclass(frozen=True, slots=True)
class Observacion:
    """Un periodo de una serie. ``valor`` None es una ausencia; ``atributos``, en el orden de ``DE_OBSERVACION``."""

    periodo: str
    valor: Decimal | None
    atributos: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Serie:
    """Una serie: su clave en el orden de ``DIMENSIONES``, sus atributos en el de ``DE_SERIE`` y sus observaciones."""

    clave: tuple[str, ...]
    atributos: tuple[str | None, ...]
    observaciones: tuple[Observacion, ...]


def leer_series(consulta: Consulta, mirada: Mirada, catalogo: Catalogo) -> Iterator[Serie]:
    """Las series de la consulta con al menos una observación, a la mirada dada."""
    yield from _de_referencia(consulta, mirada, catalogo)
    if consulta.admite("CIFRA", MEDICION):
        yield from _de_mediciones(consulta, mirada, catalogo)


def preparada(mirada: Mirada) -> datetime:
    """Cuándo se publicó lo más reciente de lo que se cuenta; si nada, cuando empieza el día del corte.

    Es la fecha del mensaje: así dos peticiones iguales reciben los mismos bytes.
    """
    momentos = [ultima_publicacion(mirada.a_la_fecha)]
    for modelo in (LineaBase, LogroEsperado):
        publicadas = modelo.objects.filter(publicada_en__lte=mirada.a_la_fecha)
        momentos.append(publicadas.aggregate(ultima=Max("publicada_en"))["ultima"])
    conocidos = [momento for momento in momentos if momento is not None]
    empieza = timezone.make_aware(datetime(mirada.corte.year, mirada.corte.month, mirada.corte.day))
    return timezone.localtime(max(conocidos, default=empieza))


# --- Líneas base y logros esperados ---------------------------------------------------------------------------------


def _de_referencia(consulta: Consulta, mirada: Mirada, catalogo: Catalogo) -> Iterator[Serie]:
    """Rigen para todo el país, ambos sexos y el año entero, sea cual sea el corte."""
    fijas = (("AMBITO", a_id(Ambito.NACIONAL)), ("SEXO", Sexo.TOTAL), ("CARACTER", Caracter.OFICIAL), ("FREQ", "A"))
    if not all(consulta.admite(dimension, codigo) for dimension, codigo in fijas):
        return
    fichas = {pk: ficha for pk, ficha in catalogo.indicadores.items() if consulta.admite("INDICADOR", ficha.id)}
    if consulta.admite("CIFRA", LINEA_BASE):
        bases = leer_lineas_base(fichas, a_la_fecha=mirada.a_la_fecha)
        yield from _anuales(LINEA_BASE, fichas, {pk: [base] for pk, base in bases.items()}, consulta)
    if consulta.admite("CIFRA", LOGRO):
        yield from _anuales(LOGRO, fichas, leer_logros(fichas, a_la_fecha=mirada.a_la_fecha), consulta)


def _anuales(cifra: str, fichas: dict[int, FichaDeSerie], cifras: Any, consulta: Consulta) -> Iterator[Serie]:
    for pk, ficha in fichas.items():
        observaciones = [
            _observacion_de_referencia(una)
            for una in cifras.get(pk, ())
            if _en_fechas(Periodo.leer(str(una.anio)), una.publicada_en, consulta)
        ]
        clave = (ficha.id, a_id(Ambito.NACIONAL), Sexo.TOTAL.value, Caracter.OFICIAL.value, cifra, "A")
        yield from _serie(clave, ficha, observaciones, consulta)


def _en_fechas(periodo: Periodo, publicada_en: datetime | None, consulta: Consulta) -> bool:
    despues = consulta.actualizado_desde is None or (
        publicada_en is not None and publicada_en > consulta.actualizado_desde
    )
    desde, hasta = consulta.desde or date.min, consulta.hasta or date.max
    return despues and desde <= periodo.inicio and periodo.fin <= hasta


def _observacion_de_referencia(cifra: ValorBase | Logro) -> Observacion:
    atributos = (
        *_ausencia(cifra.ausencia, NORMAL, None),
        None,
        None,
        None,
        str(cifra.version),
        None,
        _momento(cifra.publicada_en),
        *_fuente(cifra.fuente),
    )
    return Observacion(str(cifra.anio), cifra.valor, atributos)


# --- Mediciones -----------------------------------------------------------------------------------------------------


def _de_mediciones(consulta: Consulta, mirada: Mirada, catalogo: Catalogo) -> Iterator[Serie]:
    datos = _datos(consulta, mirada, catalogo)
    conocidos = set(catalogo.ambitos.values())
    for (pk, ambito, *_), del_lugar in groupby(datos, key=_lugar):
        ficha = catalogo.indicadores.get(pk)
        if ficha is None or a_id(ambito) not in conocidos:  # se creó mientras se leía: no está en las listas
            continue
        por_frecuencia: dict[str, list[Observacion]] = {}
        clave: tuple[str, ...] = ()
        for _, dato, se_repite in del_lugar:
            clave = (ficha.id, a_id(dato.ambito), dato.sexo.value, dato.caracter.value, MEDICION)
            frecuencia = FRECUENCIA[dato.periodo.granularidad]
            por_frecuencia.setdefault(frecuencia, []).append(_observacion(dato, se_repite))
        for frecuencia in sorted(por_frecuencia):
            yield from _serie((*clave, frecuencia), ficha, por_frecuencia[frecuencia], consulta)


def _lugar(fila: tuple[int, Dato, bool]) -> tuple[int, str, str, str]:
    indicador, dato, _ = fila
    return indicador, dato.ambito, dato.sexo, dato.caracter


def _datos(consulta: Consulta, mirada: Mirada, catalogo: Catalogo) -> Iterator[tuple[int, Dato, bool]]:
    """Las mediciones en vigor que cumplen la consulta, y si cada una repite la anterior."""
    filas = Medicion.objects.vigentes(mirada.a_la_fecha).filter(_filtro(consulta, mirada, catalogo))
    ordenadas = filas.order_by("indicador_id", "ambito_id", "sexo", "caracter", "fin", "id")
    en_orden = ordenadas.values(*CAMPOS_DE_DATO).iterator(chunk_size=_FILAS_POR_TANDA)
    while tanda := [(fila["indicador_id"], dato_de_fila(fila)) for fila in islice(en_orden, _FILAS_POR_TANDA)]:
        repetidas: set[int] = set()
        if consulta.detalle.con_observaciones and consulta.detalle.con_atributos:
            repetidas = que_se_repiten(tanda, a_la_fecha=mirada.a_la_fecha)
        for indicador, dato in tanda:
            yield indicador, dato, dato.id in repetidas


def _filtro(consulta: Consulta, mirada: Mirada, catalogo: Catalogo) -> Q:
    filtro = Q(fin__lte=min(mirada.corte, consulta.hasta or mirada.corte))
    if consulta.desde is not None:
        filtro &= Q(inicio__gte=consulta.desde)
    if consulta.actualizado_desde is not None:
        filtro &= Q(publicada_en__gt=consulta.actualizado_desde)
    if "INDICADOR" in consulta.clave:
        fichas = catalogo.indicadores.items()
        filtro &= Q(indicador__in=[pk for pk, ficha in fichas if consulta.admite("INDICADOR", ficha.id)])
    if "AMBITO" in consulta.clave:
        filtro &= Q(ambito__in=[pk for pk, codigo in catalogo.ambitos.items() if consulta.admite("AMBITO", codigo)])
    for dimension, campo in _CAMPO_DE.items():
        if dimension in consulta.clave:
            filtro &= Q(**{f"{campo}__in": sorted(consulta.clave[dimension])})
    if "FREQ" in consulta.clave:
        filtro &= reduce(or_, (_FILTRO_DE_FRECUENCIA[frecuencia] for frecuencia in sorted(consulta.clave["FREQ"])))
    return filtro


def _observacion(dato: Dato, se_repite: bool) -> Observacion:
    atributos = (
        *_ausencia(dato.ausencia, ESTADO_DE_SITUACION[dato.situacion], dato.situacion),
        _texto(dato.numerador),
        _texto(dato.denominador),
        "true" if se_repite else "false",
        str(dato.version),
        str(dato.id),
        _momento(dato.publicada_en),
        *_fuente(dato.fuente),
    )
    return Observacion(dato.periodo.texto, dato.valor, atributos)


# --- Lo común -------------------------------------------------------------------------------------------------------


def _serie(
    clave: tuple[str, ...], ficha: FichaDeSerie, observaciones: list[Observacion], consulta: Consulta
) -> Iterator[Serie]:
    """La serie con las observaciones pedidas; nada, si no queda ninguna."""
    elegidas = observaciones
    if consulta.primeras is not None or consulta.ultimas is not None:
        primeras = set(range(consulta.primeras or 0))
        ultimas = set(range(len(observaciones) - min(consulta.ultimas or 0, len(observaciones)), len(observaciones)))
        elegidas = [una for n, una in enumerate(observaciones) if n in primeras | ultimas]
    if elegidas:
        yield Serie(clave, ficha.atributos, tuple(elegidas))


def _ausencia(ausencia: Ausencia | None, presente: str, situacion: Situacion | None) -> tuple[str | None, ...]:
    """OBS_STATUS, SITUACION, MOTIVO, OBS_COMMENT y FECHA_COMPROMISO."""
    if ausencia is None:
        return presente, situacion and situacion.value, None, None, None
    return (
        ESTADO_DE_MOTIVO.get(ausencia.motivo, FALTA),
        situacion and situacion.value,
        ausencia.motivo.value,
        ausencia.texto or texto_de_motivo(ausencia.motivo),
        ausencia.fecha_compromiso.isoformat() if ausencia.fecha_compromiso else None,
    )


def _texto(cantidad: int | None) -> str | None:
    return None if cantidad is None else str(cantidad)


def _momento(momento: datetime | None) -> str | None:
    return None if momento is None else timezone.localtime(momento).isoformat()


def _fuente(fuente: Procedencia | None) -> tuple[str | None, str | None]:
    return (None, None) if fuente is None else (fuente.nombre, fuente.url)
