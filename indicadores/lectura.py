"""De filas a hechos del núcleo: lo publicado a una fecha, visto a un corte, en un número fijo de consultas.

Todo lo que muestra una cifra (página, gráfica, API, exportación, reporte) pasa por aquí: por eso no pueden discrepar.
Una celda reservada pierde su valor en este punto, antes de que nadie más la lea.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from indicadores.calculo import avance as calculo_avance
from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import (
    Ausencia,
    Avance,
    AvanceDeObjetivo,
    Caracter,
    Dato,
    Evaluacion,
    Logro,
    Motivo,
    Periodo,
    Procedencia,
    Sentido,
    Sexo,
    Situacion,
    Umbrales,
    ValorBase,
)
from indicadores.models import Ambito, Indicador, LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.models.cifras import ConAusencia, MedicionQuerySet
from indicadores.models.compilada import Compilada, Fila
from indicadores.models.periodos import con_detalle

#: Los umbrales del método de CEPLAN; rigen solo mientras nadie ha fijado otros, es decir, antes de la primera carga.
UMBRALES_DEL_METODO = Umbrales(verde=Decimal(95), amarillo=Decimal(75))

CAMPOS_DE_DATO = (
    "id",
    "indicador_id",
    "periodo",
    "valor",
    "motivo_ausencia",
    "texto_ausencia",
    "fecha_compromiso",
    "numerador",
    "denominador",
    "ambito__codigo",
    "sexo",
    "caracter",
    "situacion",
    "version",
    "publicada_en",
    "sustituida_en",
    "reservada",
    "fuente__nombre",
    "fuente__url",
)
CAMPOS_DE_UN_ANIO = (
    "id",
    "indicador_id",
    "anio",
    "valor",
    "motivo_ausencia",
    "texto_ausencia",
    "fecha_compromiso",
    "version",
    "publicada_en",
    "fuente_id",
    "fuente__nombre",
    "fuente__url",
)

# Lo que se lee para evaluar indicadores: en cada página y en cada respuesta, siempre igual.
_UMBRALES = Compilada(
    lambda momento: Umbral.objects.vigentes(momento).order_by("-version").values("verde", "amarillo")[:1]
)
_BASES, _LOGROS = (
    Compilada(
        lambda claves, momento, modelo=modelo: (
            modelo.objects.vigentes(momento)
            .filter(indicador__in=claves)
            .order_by("indicador_id", "anio")
            .values(*CAMPOS_DE_UN_ANIO)
        )
    )
    for modelo in (LineaBase, LogroEsperado)
)
_OFICIALES = Compilada(
    lambda claves, momento, corte: (
        Medicion.objects.vigentes(momento)
        .oficiales_nacionales()
        .filter(indicador__in=claves, fin__lte=corte)
        .order_by("fin", "id")
        .values(*CAMPOS_DE_DATO)
    )
)


@dataclass(frozen=True, slots=True)
class IndicadorLeido:
    """Un indicador del catálogo junto con todo lo que se puede decir de él al corte.

    ``actualizado_en`` es la publicación más reciente de las cifras a la vista (mediciones, línea base y logros).
    """

    indicador: Indicador
    evaluacion: Evaluacion
    actualizado_en: datetime | None = None


def catalogo() -> QuerySet[Indicador]:
    """Los indicadores en su orden, con lo necesario para nombrarlos sin más consultas."""
    return Indicador.objects.select_related("objetivo", "servicio__objetivo", "responsable").order_by("codigo")


def leer_umbrales(a_la_fecha: datetime) -> Umbrales:
    """Los umbrales que regían en ``a_la_fecha``; si aún no había ninguno, los del método."""
    filas = _UMBRALES.leer(a_la_fecha)
    return Umbrales(verde=filas[0]["verde"], amarillo=filas[0]["amarillo"]) if filas else UMBRALES_DEL_METODO


@dataclass(frozen=True, slots=True)
class Fijado:
    """Aquello con que se comparan las mediciones: lo que alguien fijó, por la clave primaria del indicador."""

    umbrales: Umbrales
    bases: dict[int, ValorBase]
    logros: dict[int, list[Logro]]


def leer_fijado(claves: Iterable[int], *, a_la_fecha: datetime) -> Fijado:
    """Los umbrales y, de esos indicadores, las líneas base y los logros que regían, en tres consultas."""
    lista = list(claves)
    return Fijado(
        umbrales=leer_umbrales(a_la_fecha),
        bases=leer_lineas_base(lista, a_la_fecha=a_la_fecha),
        logros=leer_logros(lista, a_la_fecha=a_la_fecha),
    )


def leer_indicadores(
    indicadores: QuerySet[Indicador] | Sequence[Indicador],
    *,
    corte: date,
    a_la_fecha: datetime,
    fijado: Fijado | None = None,
) -> list[IndicadorLeido]:
    """Evalúa ``indicadores`` al corte con lo publicado a la fecha: cinco consultas, sean cuantos sean.

    ``fijado``, si ya se leyó con esa misma fecha, ahorra tres.
    """
    lista = list(indicadores)
    claves = [indicador.pk for indicador in lista]
    fijado = fijado or leer_fijado(claves, a_la_fecha=a_la_fecha)
    bases, logros = fijado.bases, fijado.logros
    datos: defaultdict[int, list[Dato]] = defaultdict(list)
    for fila in _OFICIALES.leer(claves, a_la_fecha, corte):
        datos[fila["indicador_id"]].append(dato_de_fila(fila, a_la_fecha))
    return [
        IndicadorLeido(
            indicador=indicador,
            evaluacion=evaluar(
                sentido=Sentido(indicador.sentido),
                linea_base=bases.get(indicador.pk),
                logros=logros.get(indicador.pk, []),
                datos=datos[indicador.pk],
                umbrales=fijado.umbrales,
                corte=corte,
            ),
            actualizado_en=_la_mas_reciente(
                [bases.get(indicador.pk), *logros.get(indicador.pk, []), *datos[indicador.pk]]
            ),
        )
        for indicador in lista
    ]


def leer_lineas_base(claves: Iterable[int], *, a_la_fecha: datetime) -> dict[int, ValorBase]:
    """La línea base que regía para cada indicador (por su clave primaria), en una consulta."""
    return {fila["indicador_id"]: ValorBase(**_de_un_anio(fila)) for fila in _BASES.leer(list(claves), a_la_fecha)}


def leer_logros(claves: Iterable[int], *, a_la_fecha: datetime) -> defaultdict[int, list[Logro]]:
    """Los logros esperados que regían para cada indicador (por su clave primaria), por año, en una consulta."""
    logros: defaultdict[int, list[Logro]] = defaultdict(list)
    for fila in _LOGROS.leer(list(claves), a_la_fecha):
        logros[fila["indicador_id"]].append(Logro(**_de_un_anio(fila)))
    return logros


def _la_mas_reciente(cifras: Iterable[ValorBase | Logro | Dato | None]) -> datetime | None:
    momentos = (cifra.publicada_en for cifra in cifras if cifra is not None)
    return max((momento for momento in momentos if momento is not None), default=None)


def avances_de_objetivos(leidos: Iterable[IndicadorLeido], *, corte: date) -> dict[int, AvanceDeObjetivo]:
    """El avance de cada objetivo (por su clave primaria) a partir de sus indicadores ya evaluados."""
    por_objetivo: defaultdict[int, list[IndicadorLeido]] = defaultdict(list)
    for leido in leidos:
        if leido.indicador.objetivo_id is not None:
            por_objetivo[leido.indicador.objetivo_id].append(leido)
    return {
        objetivo: calculo_avance.de_objetivo(
            [(leido.evaluacion.avance, leido.indicador.relevancia) for leido in suyos], corte.year
        )
        for objetivo, suyos in por_objetivo.items()
    }


def ultimo_avance_de_objetivo(leidos: Sequence[IndicadorLeido]) -> AvanceDeObjetivo | None:
    """El avance de un objetivo en el último año, hasta el del corte, en que se puede calcular; None si en ninguno.

    ``leidos`` son los indicadores de ese objetivo. El que no tiene nada en ese año cuenta en el «de» y no en la media.
    """
    ultimos = [leido.evaluacion.ultimo_avance for leido in leidos]
    anio = max((avance.anio for avance in ultimos if avance and avance.tipo_i is not None), default=None)
    if anio is None:
        return None
    return calculo_avance.de_objetivo(
        [(_avance_del_anio(leido.evaluacion, anio), leido.indicador.relevancia) for leido in leidos], anio
    )


def _avance_del_anio(evaluacion: Evaluacion, anio: int) -> Avance:
    sin_nada = replace(evaluacion.avance, anio=anio, tipo_i=None, motivo=Motivo.SIN_MEDICION, parcial=False)
    return next((punto.avance for punto in evaluacion.serie if punto.anio == anio), sin_nada)


def leer_datos(mediciones: MedicionQuerySet, a_la_fecha: datetime | None = None) -> Iterator[tuple[int, Dato]]:
    """Recorre ``mediciones`` como pares (clave del indicador, dato), en una consulta y sin acumular filas."""
    for fila in mediciones.order_by("fin", "id").values(*CAMPOS_DE_DATO).iterator(chunk_size=2000):
        yield fila["indicador_id"], dato_de_fila(fila, a_la_fecha)


def leer_serie(indicador: Indicador, *, corte: date, a_la_fecha: datetime) -> list[Dato]:
    """Los valores nacionales de ambos sexos, oficiales y referenciales, del más antiguo al más reciente."""
    nacionales = Medicion.objects.vigentes(a_la_fecha).filter(
        indicador=indicador, ambito__codigo="PE", sexo=Sexo.TOTAL, fin__lte=corte
    )
    return [dato for _, dato in leer_datos(nacionales, a_la_fecha)]


def leer_series(claves: Iterable[int], *, corte: date, a_la_fecha: datetime) -> dict[int, list[Dato]]:
    """Lo mismo de varios indicadores (por su clave primaria), en una consulta; el que no tiene nada no aparece."""
    nacionales = Medicion.objects.vigentes(a_la_fecha).filter(
        indicador__in=claves, ambito__codigo="PE", sexo=Sexo.TOTAL, fin__lte=corte
    )
    series: defaultdict[int, list[Dato]] = defaultdict(list)
    for clave, dato in leer_datos(nacionales, a_la_fecha):
        series[clave].append(dato)
    return series


def leer_versiones(indicador: Indicador, *, corte: date, a_la_fecha: datetime) -> list[Dato]:
    """Todas las versiones nacionales publicadas hasta ``a_la_fecha``, vigentes o sustituidas, de la más reciente."""
    publicadas = Medicion.objects.con_version().filter(
        indicador=indicador, ambito__codigo="PE", sexo=Sexo.TOTAL, fin__lte=corte, publicada_en__lte=a_la_fecha
    )
    datos = [dato for _, dato in leer_datos(publicadas, a_la_fecha)]
    return sorted(datos, key=lambda dato: (dato.periodo.fin, dato.caracter, dato.version), reverse=True)


def ultima_publicacion(a_la_fecha: datetime) -> datetime | None:
    """Cuándo se publicó por última vez una medición, a la fecha; None si aún no se había publicado nada."""
    return (
        Medicion.objects.con_version()
        .filter(publicada_en__lte=a_la_fecha)
        .order_by("-publicada_en", "-id")
        .values_list("publicada_en", flat=True)
        .first()
    )


def dato_de_fila(fila: dict[str, Any], a_la_fecha: datetime | None = None) -> Dato:
    """El hecho que cuenta una fila de ``CAMPOS_DE_DATO``; si está reservada, sin valor ni cantidades.

    Con ``a_la_fecha``, lo que se sustituyó después todavía no se había sustituido.
    """
    sustituida_en = fila["sustituida_en"]
    if a_la_fecha is not None and sustituida_en is not None and sustituida_en > a_la_fecha:
        sustituida_en = None
    reservada = fila["reservada"]
    ausencia = Ausencia(Motivo.POCAS_PERSONAS) if reservada else _ausencia(fila)
    return Dato(
        periodo=Periodo.leer(fila["periodo"]),
        valor=None if reservada else fila["valor"],
        ausencia=ausencia,
        numerador=None if reservada else fila["numerador"],
        denominador=None if reservada else fila["denominador"],
        ambito=fila["ambito__codigo"],
        sexo=Sexo(fila["sexo"]),
        caracter=Caracter(fila["caracter"]),
        situacion=Situacion(fila["situacion"]),
        id=fila["id"],
        version=fila["version"],
        publicada_en=fila["publicada_en"],
        sustituida_en=sustituida_en,
        fuente=Procedencia(fila["fuente__nombre"], fila["fuente__url"] or None) if fila["fuente__nombre"] else None,
    )


def ausencia_de_fila(fila: ConAusencia) -> Ausencia | None:
    """La ausencia que declara una fila guardada; None si tiene valor."""
    if not fila.motivo_ausencia:
        return None
    return Ausencia(Motivo(fila.motivo_ausencia), fila.texto_ausencia, fila.fecha_compromiso)


def _de_un_anio(fila: Fila) -> dict[str, Any]:
    """Los argumentos de una línea base o de un logro esperado, de una fila de ``CAMPOS_DE_UN_ANIO``."""
    tiene_fuente = fila["fuente_id"] is not None
    return {
        "anio": fila["anio"],
        "valor": fila["valor"],
        "ausencia": _ausencia(fila),
        "fuente": Procedencia(fila["fuente__nombre"], fila["fuente__url"] or None) if tiene_fuente else None,
        "version": fila["version"],
        "publicada_en": fila["publicada_en"],
        "id": fila["id"],
    }


def _ausencia(fila: Fila) -> Ausencia | None:
    if not fila["motivo_ausencia"]:
        return None
    return Ausencia(Motivo(fila["motivo_ausencia"]), fila["texto_ausencia"], fila["fecha_compromiso"])


@dataclass(frozen=True, slots=True)
class FilaDesagregada:
    """Un lugar y sus valores por sexo en un mismo periodo y carácter."""

    ambito: Ambito
    por_sexo: dict[Sexo, Dato]


@dataclass(frozen=True, slots=True)
class Desagregacion:
    """Los valores por lugar y sexo de un periodo; ``filas`` vacía si nunca los hubo.

    ``nacionales`` son los del país, por sexo. ``historia`` son los de ambos sexos de cada lugar (y del país) en los
    últimos periodos del mismo tamaño, por el texto del periodo y el código del ámbito. ``ambitos`` es el catálogo
    entero de lugares: permite saber si un conjunto está completo.
    """

    periodo: Periodo | None
    filas: tuple[FilaDesagregada, ...]
    periodos: tuple[Periodo, ...] = ()
    nacionales: dict[Sexo, Dato] = field(default_factory=dict)
    historia: dict[str, dict[str, Dato]] = field(default_factory=dict)
    ambitos: tuple[Ambito, ...] = ()


#: Cuántos periodos se comparan, como mucho, en la historia de los lugares.
PERIODOS_DE_HISTORIA = 12


def leer_desagregacion(indicador: Indicador, *, corte: date, a_la_fecha: datetime, periodo: str = "") -> Desagregacion:
    """Los valores por lugar y sexo de ``periodo`` o, si no los tiene, del último que los tiene: tres consultas."""
    a_la_vista = Medicion.objects.vigentes(a_la_fecha).filter(indicador=indicador, fin__lte=corte)
    leidos = [Periodo.leer(texto) for texto in con_detalle(indicador.pk, corte=corte, a_la_fecha=a_la_fecha)]
    periodos = tuple(sorted(leidos, key=lambda uno: (-uno.fin.toordinal(), uno.texto)))
    if not periodos:
        return Desagregacion(periodo=None, filas=())
    elegido = next((uno for uno in periodos if uno.texto == periodo), periodos[0])
    comparables = [uno.texto for uno in periodos if uno.granularidad is elegido.granularidad and uno.fin <= elegido.fin]
    historia: dict[str, dict[str, Dato]] = {texto: {} for texto in reversed(comparables[:PERIODOS_DE_HISTORIA])}
    por_ambito: defaultdict[str, dict[Sexo, Dato]] = defaultdict(dict)
    de_interes = a_la_vista.filter(
        Q(periodo=elegido.texto) | Q(sexo=Sexo.TOTAL), periodo__in=[elegido.texto, *historia]
    )
    for _, dato in leer_datos(de_interes, a_la_fecha):
        if dato.periodo.texto == elegido.texto:
            _preferir_oficial(por_ambito[dato.ambito], dato.sexo, dato)
        if dato.sexo is Sexo.TOTAL:
            _preferir_oficial(historia[dato.periodo.texto], dato.ambito, dato)
    nacionales = por_ambito.pop(Ambito.NACIONAL, {})
    ambitos = tuple(Ambito.objects.select_related("padre", "fuente").order_by("codigo"))
    return Desagregacion(
        periodo=elegido,
        filas=tuple(FilaDesagregada(a, por_ambito[a.codigo]) for a in ambitos if a.codigo in por_ambito),
        periodos=periodos,
        nacionales=nacionales,
        historia=historia,
        ambitos=ambitos,
    )


def _preferir_oficial(por_clave: dict[Any, Dato], clave: Any, dato: Dato) -> None:
    """Guarda ``dato``, salvo que ya haya uno oficial y este sea referencial."""
    if clave not in por_clave or dato.caracter is Caracter.OFICIAL:
        por_clave[clave] = dato
