"""Las cifras de un reporte como datos canónicos: con ellas se prueba, se compara un año con otro y se emite. Puro."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from indicadores.calculo.tipos import Ausencia, Avance, Dato, Motivo, ValorBase
from indicadores.citas import PUNTOS
from indicadores.formato import redondear
from penitenciaria.informe.hechos import Cifra, Informe, Medida, ObjetivoInformado, Que

DECIMALES_DE_AVANCE = 6
#: Lo que se compara entre dos reportes: lo demás se deduce de ello.
COMPARABLES = (Que.LINEA_BASE, Que.VALOR, Que.LOGRO_ESPERADO)


def cifras(informe: Informe) -> tuple[Cifra, ...]:
    """Todas las cifras del reporte, en el orden en que se leen."""
    return (
        *_generales(informe),
        *(cifra for objetivo in informe.objetivos for cifra in de_objetivo(objetivo)),
    )


def del_objetivo(todas: Iterable[Cifra], codigo: str | None) -> tuple[Cifra, ...]:
    """Las cifras que pueden citarse en la sección de un objetivo (o en el resultado general, si es None)."""
    return tuple(cifra for cifra in todas if codigo in (None, cifra.objetivo))


def de_objetivo(objetivo: ObjetivoInformado) -> tuple[Cifra, ...]:
    """Las de un objetivo: sus cuentas, las de sus indicadores y la cobertura de sus servicios."""
    codigo, avance = objetivo.codigo, objetivo.avance
    servicios = Counter(servicio.ejecucion for servicio in objetivo.servicios)
    return (
        _cuenta(codigo, len(objetivo.medidas), "indicadores"),
        _cuenta(codigo, avance.con_dato, "indicadores con avance"),
        _cuenta(codigo, con_medicion(objetivo.medidas), "indicadores con medición"),
        _cuenta(codigo, len(objetivo.servicios), "servicios"),
        *(_cuenta(codigo, cuantos, f"servicios de ejecución {cual}") for cual, cuantos in sorted(servicios.items())),
        Cifra(
            codigo,
            codigo,
            Que.AVANCE_DE_OBJETIVO,
            str(avance.anio),
            _exacto(avance.valor),
            "%",
            1,
            avance.motivo.value if avance.motivo else "",
        ),
        *(cifra for medida in objetivo.medidas for cifra in de_medida(codigo, medida)),
        *(
            cifra
            for servicio in objetivo.servicios
            for medida in servicio.cobertura
            for cifra in de_medida(codigo, medida)
        ),
    )


def con_medicion(medidas: Sequence[Medida]) -> int:
    """Cuántos indicadores tienen algún valor, aunque sea el de su línea base."""
    return sum(medida.evaluacion.estado == "con_medicion" for medida in medidas)


def de_medida(objetivo: str, medida: Medida) -> tuple[Cifra, ...]:
    """Las de un indicador: lo publicado y lo que de ello se calcula."""
    evaluacion = medida.evaluacion
    base = evaluacion.linea_base
    lista = []
    if base is not None:
        lista.append(_publicada(objetivo, medida, Que.LINEA_BASE, str(base.anio), base.valor, base.ausencia))
    for dato in medida.datos:
        periodo = dato.periodo.texto
        lista.append(_publicada(objetivo, medida, Que.VALOR, periodo, dato.valor, dato.ausencia))
        for que, cantidad in ((Que.NUMERADOR, dato.numerador), (Que.DENOMINADOR, dato.denominador)):
            if cantidad is not None:
                unidad = unidad_de_cantidad(medida)
                lista.append(Cifra(objetivo, medida.codigo, que, periodo, Decimal(cantidad), unidad))
    for logro in evaluacion.logros:
        lista.append(_publicada(objetivo, medida, Que.LOGRO_ESPERADO, str(logro.anio), logro.valor, logro.ausencia))
    return (*lista, *_cambios(objetivo, medida), *_avances(objetivo, medida))


def unidad_de_cantidad(medida: Medida) -> str:
    """Qué cuentan el numerador y el denominador de un porcentaje."""
    return "personas" if medida.cuenta_personas else "unidades"


def referencias(medida: Medida) -> tuple[ValorBase | Dato, ...]:
    """Con qué se compara el último valor: su referencia y, si es otro, el valor de un periodo anterior más cercano."""
    evaluacion = medida.evaluacion
    ultima, referencia = evaluacion.ultima, evaluacion.referencia
    if ultima is None or referencia is None:
        return ()
    previos = [dato for dato in medida.datos if dato.valor is not None and dato.periodo.fin < ultima.periodo.inicio]
    previo = max(previos, key=lambda dato: (dato.periodo.fin, dato.periodo.es_anual), default=None)
    es_otro = previo is not None and previo.periodo.anio > anio_de(referencia)
    return (referencia, previo) if previo is not None and es_otro else (referencia,)


def anio_de(referencia: ValorBase | Dato) -> int:
    return referencia.periodo.anio if isinstance(referencia, Dato) else referencia.anio


def _cambios(objetivo: str, medida: Medida) -> Iterator[Cifra]:
    ultima = medida.evaluacion.ultima
    for referencia in referencias(medida):
        if ultima is None or ultima.valor is None or referencia.valor is None:
            continue
        desde = referencia.periodo.texto if isinstance(referencia, Dato) else str(referencia.anio)
        periodo = f"{desde}/{ultima.periodo.texto}"
        yield _diferencia(objetivo, medida, Que.CAMBIO, periodo, ultima.valor - referencia.valor)


def avances_informados(medida: Medida) -> tuple[Avance, ...]:
    """El avance del año del reporte y, si es de otro año, el último que se conoce."""
    actual, ultimo = medida.evaluacion.avance, medida.evaluacion.ultimo_avance
    return (actual,) if ultimo is None or ultimo.anio == actual.anio else (actual, ultimo)


def _avances(objetivo: str, medida: Medida) -> Iterator[Cifra]:
    for avance in avances_informados(medida):
        anio = str(avance.anio)
        if avance.brecha is not None:
            yield _diferencia(objetivo, medida, Que.BRECHA, anio, avance.brecha)
        for que, valor, motivo in (
            (Que.AVANCE_TIPO_I, avance.tipo_i, avance.motivo),
            (Que.AVANCE_TIPO_II, avance.tipo_ii, avance.motivo_tipo_ii),
        ):
            escrito = _exacto(valor)
            yield Cifra(objetivo, medida.codigo, que, anio, escrito, "%", 1, motivo.value if motivo else "")


def _exacto(valor: Fraction | None) -> Decimal | None:
    """Con decimales de sobra: quien lo redondee para mostrarlo obtiene lo mismo que desde la fracción."""
    return None if valor is None else redondear(valor, DECIMALES_DE_AVANCE)


def _diferencia(objetivo: str, medida: Medida, que: Que, periodo: str, valor: Decimal) -> Cifra:
    unidad = PUNTOS if medida.simbolo == "%" else medida.simbolo
    return Cifra(objetivo, medida.codigo, que, periodo, valor, unidad, medida.decimales)


def _publicada(
    objetivo: str, medida: Medida, que: Que, periodo: str, valor: Decimal | None, ausencia: Ausencia | None
) -> Cifra:
    motivo = "" if valor is not None else (ausencia.motivo if ausencia else Motivo.NO_CONSTA).value
    return Cifra(objetivo, medida.codigo, que, periodo, valor, medida.simbolo, medida.decimales, motivo)


def _cuenta(codigo: str, cuantos: int, de_que: str) -> Cifra:
    return Cifra(codigo, codigo, Que.CUENTA, "", Decimal(cuantos), de_que)


def _generales(informe: Informe) -> Iterator[Cifra]:
    cuentas = informe.cuentas
    for cuantos, de_que in (
        (cuentas.total, "indicadores"),
        (cuentas.con_medicion, "indicadores con medición"),
        (cuentas.sin_medicion, "indicadores sin medición"),
        (cuentas.comparables, "indicadores comparables"),
        (cuentas.parciales, "indicadores con avance parcial"),
        (cuentas.se_repiten, "indicadores cuyo valor se repite"),
        *((cuantos, f"indicadores: {luz.value}") for luz, cuantos in cuentas.luces),
        (len(informe.objetivos), "objetivos"),
        (len(informe.servicios), "servicios"),
        *(
            (cuantos, f"servicios de ejecución {cual}")
            for cual, cuantos in sorted(Counter(servicio.ejecucion for servicio in informe.servicios).items())
        ),
        (len(informe.alternativas), "alternativas"),
    ):
        yield _cuenta("", cuantos, de_que)
    yield Cifra("", "", Que.UMBRAL, "verde", informe.umbrales.verde, "%", 2)
    yield Cifra("", "", Que.UMBRAL, "amarillo", informe.umbrales.amarillo, "%", 2)


# --- Comparar dos reportes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Diferente:
    """Una cifra que no es la misma en dos reportes; None es que en ese reporte no figura."""

    antes: Cifra | None
    ahora: Cifra | None


def comparar(antes: Iterable[Cifra], ahora: Iterable[Cifra]) -> tuple[Diferente, ...]:
    """Las líneas base, valores y logros que se agregan, cambian o desaparecen, en el orden de los códigos."""
    previas, actuales = _por_clave(antes), _por_clave(ahora)
    return tuple(
        Diferente(previas.get(clave), actuales.get(clave))
        for clave in sorted({*previas, *actuales})
        if _lo_dicho(previas.get(clave)) != _lo_dicho(actuales.get(clave))
    )


def _por_clave(lista: Iterable[Cifra]) -> dict[tuple[str, str, str], Cifra]:
    return {(cifra.codigo, cifra.que.value, cifra.periodo): cifra for cifra in lista if cifra.que in COMPARABLES}


def _lo_dicho(cifra: Cifra | None) -> tuple[Decimal | None, str, str] | None:
    return None if cifra is None else (cifra.valor, cifra.unidad, cifra.motivo)


# --- Escribir -------------------------------------------------------------------------------------------------------

#: Lo que no es un hecho de la política sino de esta base, o lo que ``cifras`` ya dice de forma canónica.
FUERA_DEL_JSON = {"evaluacion", "datos", "avance", "anterior", "cuentas", "umbrales", "publicado_hasta"}


def a_json_canonico(informe: Informe) -> str:
    """El reporte como JSON, siempre el mismo para los mismos hechos: claves ordenadas y decimales como texto."""
    textos = _plano(informe)
    datos = {
        "formato": "reporte-de-cumplimiento/1",
        "cifras": [_plano(cifra) for cifra in cifras(informe)],
        "anterior": _plano(informe.anterior),
        **textos,
    }
    return json.dumps(datos, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def decimal_canonico(valor: Decimal | Fraction) -> str:
    """«34.9», «30326», «600/7»: el mismo texto para el mismo número, venga de la base que venga."""
    if isinstance(valor, Fraction):
        return str(valor)
    escrito = format(valor, "f")
    if "." in escrito:
        escrito = escrito.rstrip("0").rstrip(".")
    return escrito if valor else "0"


def _plano(hecho: Any) -> Any:
    """Solo textos, enteros, listas y objetos; un tipo que no se espera es un error."""
    if hecho is None or isinstance(hecho, bool):
        return hecho
    if isinstance(hecho, Enum):
        return hecho.value
    if isinstance(hecho, str | int):
        return hecho
    if isinstance(hecho, Decimal | Fraction):
        return decimal_canonico(hecho)
    if isinstance(hecho, datetime):
        return hecho.astimezone(UTC).isoformat()
    if isinstance(hecho, date):
        return hecho.isoformat()
    if isinstance(hecho, tuple):
        return [_plano(uno) for uno in hecho]
    if is_dataclass(hecho):
        return {
            campo.name: _plano(getattr(hecho, campo.name))
            for campo in fields(hecho)
            if campo.name not in FUERA_DEL_JSON
        }
    raise TypeError(f"Un reporte no lleva valores de tipo {type(hecho).__name__}.")
