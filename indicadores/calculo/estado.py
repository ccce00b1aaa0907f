"""Todo lo que se puede decir de un indicador a un corte, calculado una sola vez."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from indicadores.calculo import tendencia
from indicadores.calculo.avance import calcular
from indicadores.calculo.semaforo import encender
from indicadores.calculo.tipos import (
    Ausencia,
    Avance,
    Caracter,
    Dato,
    EstadoIndicador,
    Evaluacion,
    Granularidad,
    Logro,
    Sentido,
    Sexo,
    Umbrales,
    ValorBase,
    ValorDelAnio,
)


@dataclass(frozen=True, slots=True)
class _Visto:
    """Un dato a la vista y si su valor repite el anterior."""

    dato: Dato
    se_repite: bool


def evaluar(
    *,
    sentido: Sentido,
    linea_base: ValorBase | None,
    logros: Sequence[Logro],
    datos: Iterable[Dato],
    umbrales: Umbrales,
    corte: date,
    anio_final: int = 2030,
    ambito: str = "PE",
) -> Evaluacion:
    """Evalúa un indicador con lo que estaba a la vista en ``corte``; el orden de ``datos`` y ``logros`` no importa.

    De ``datos`` solo cuenta lo oficial, del ``ambito`` dado, sexo total y periodo terminado a más tardar en el corte.
    La línea base y los logros rigen siempre. La serie va del primer año conocido a ``anio_final`` (o más allá, si hay
    datos o logros posteriores) y queda vacía si no se conoce ningún año.
    """
    vistos = _a_la_vista(datos, linea_base, corte, ambito)
    logros = sorted(logros, key=lambda logro: (logro.anio, logro.version))
    con_valor = [visto for visto in vistos if visto.dato.valor is not None]
    ultima = con_valor[-1] if con_valor else None
    base = None if linea_base is None else linea_base.valor

    visto_de = _elegir_por_anio(vistos)
    logro_de = {logro.anio: logro for logro in logros}

    def avance_de(anio: int) -> Avance:
        return _avance(anio, visto_de.get(anio), logro_de.get(anio), sentido, base, umbrales)

    serie = tuple(
        _valor_del_anio(avance_de(anio), linea_base) for anio in _anios(linea_base, visto_de, logro_de, anio_final)
    )
    puntos = tendencia.puntos_reales(((visto.dato, visto.se_repite) for visto in vistos), linea_base)
    recta = tendencia.ajustar(puntos)
    dato_ultimo = None if ultima is None else ultima.dato
    referencia = _referencia(linea_base, [visto.dato for visto in con_valor])
    medido = ultima is not None or base is not None
    return Evaluacion(
        corte=corte,
        sentido=sentido,
        estado=EstadoIndicador.CON_MEDICION if medido else EstadoIndicador.SIN_MEDICION,
        referencia=referencia,
        movimiento=tendencia.movimiento(
            sentido,
            None if referencia is None else referencia.valor,
            None if dato_ultimo is None else dato_ultimo.valor,
        ),
        linea_base=linea_base,
        logros=tuple(logros),
        serie=serie,
        ultima=dato_ultimo,
        ultima_se_repite=ultima is not None and ultima.se_repite,
        antiguedad_meses=None if dato_ultimo is None else tendencia.meses_entre(dato_ultimo.periodo.fin, corte),
        ausencia=None if medido else _razon_de_la_ausencia(vistos, linea_base),
        avance=avance_de(corte.year),
        ultimo_avance=_ultimo_avance(serie, corte),
        tendencia=recta,
        proyeccion=tendencia.proyectar(recta, anio_final, anios_reales=len(puntos)),
        ritmo=tendencia.calcular_ritmo(tendencia=recta, ultima=dato_ultimo, logros=logros, corte=corte),
    )


def se_repite(dato: Dato, anteriores: Iterable[Dato], linea_base: ValorBase | None) -> bool:
    """¿Es el valor idéntico al anterior, y por tanto quizá arrastrado y no medido de nuevo?

    El anterior es el último con valor, de igual granularidad, ámbito, sexo y carácter, que terminó antes que ``dato``
    (``anteriores`` puede traer cualquier otro: se ignora). Para un dato anual, oficial y total también lo es la línea
    base, si es de un año previo y nada medido está más cerca. Dos numeradores distintos desmienten la repetición.
    """
    if dato.valor is None:
        return False
    previo = max((otro for otro in anteriores if _precede(otro, dato)), key=_orden, default=None)
    if linea_base is not None and _es_su_previo(linea_base, dato, previo):
        return linea_base.valor == dato.valor
    if previo is None or previo.valor != dato.valor:
        return False
    return previo.numerador is None or dato.numerador is None or previo.numerador == dato.numerador


def _precede(otro: Dato, dato: Dato) -> bool:
    return (
        otro.valor is not None
        and otro.periodo.fin < dato.periodo.fin
        and otro.periodo.granularidad is dato.periodo.granularidad
        and (otro.ambito, otro.sexo, otro.caracter) == (dato.ambito, dato.sexo, dato.caracter)
    )


def _es_su_previo(linea_base: ValorBase, dato: Dato, previo: Dato | None) -> bool:
    """¿Es la línea base (cifra anual, oficial y total) lo último conocido antes de ``dato``?"""
    return (
        linea_base.valor is not None
        and (previo is None or previo.periodo.anio < linea_base.anio)
        and linea_base.anio < dato.periodo.anio
        and dato.periodo.es_anual
        and dato.sexo is Sexo.TOTAL
        and dato.caracter is Caracter.OFICIAL
    )


def _orden(dato: Dato) -> tuple[date, timedelta, int]:
    """Cronológico por fin de periodo; a igual fin, el periodo más largo es posterior (el año prevalece)."""
    return dato.periodo.fin, dato.periodo.fin - dato.periodo.inicio, dato.version


def _a_la_vista(datos: Iterable[Dato], linea_base: ValorBase | None, corte: date, ambito: str) -> list[_Visto]:
    """Lo que cuenta en el corte, en orden cronológico, con su marca de repetición; O(n log n)."""
    filtrados = sorted(
        (
            dato
            for dato in datos
            if dato.caracter is Caracter.OFICIAL
            and dato.sexo is Sexo.TOTAL
            and dato.ambito == ambito
            and dato.periodo.fin <= corte
        ),
        key=_orden,
    )
    vistos = []
    previo: dict[Granularidad, Dato] = {}
    for dato in filtrados:
        granularidad = dato.periodo.granularidad
        anteriores = [previo[granularidad]] if granularidad in previo else []
        vistos.append(_Visto(dato, se_repite(dato, anteriores, linea_base)))
        if dato.valor is not None:
            previo[granularidad] = dato
    return vistos


def _elegir_por_anio(vistos: Iterable[_Visto]) -> dict[int, _Visto]:
    """De cada año: la medición anual con valor; sin ella, la última subanual con valor; sin ella, la ausencia."""
    elegido: dict[int, _Visto] = {}
    for visto in sorted(vistos, key=lambda v: (v.dato.valor is not None, v.dato.periodo.es_anual, _orden(v.dato))):
        elegido[visto.dato.periodo.anio] = visto
    return elegido


def _anios(
    linea_base: ValorBase | None, visto_de: dict[int, _Visto], logro_de: dict[int, Logro], anio_final: int
) -> range:
    conocidos = {*visto_de, *logro_de}
    if linea_base is not None:
        conocidos.add(linea_base.anio)
    return range(min(conocidos), max(anio_final, *conocidos) + 1) if conocidos else range(0)


def _avance(
    anio: int,
    visto: _Visto | None,
    logro: Logro | None,
    sentido: Sentido,
    base: Decimal | None,
    umbrales: Umbrales,
) -> Avance:
    """El avance de un año con el dato elegido para él (que puede ser una ausencia) y su logro (que puede faltar)."""
    dato = None if visto is None else visto.dato
    valor = None if dato is None else dato.valor
    esperado = None if logro is None else logro.valor
    tipos = calcular(sentido=sentido, valor=valor, logro=esperado, base=base)
    return Avance(
        anio=anio,
        dato=dato,
        logro=logro,
        tipo_i=tipos.tipo_i,
        motivo=tipos.motivo,
        tipo_ii=tipos.tipo_ii,
        motivo_tipo_ii=tipos.motivo_tipo_ii,
        semaforo=encender(tipos.tipo_i, umbrales),
        parcial=dato is not None and dato.valor is not None and not dato.periodo.es_anual,
        se_repite=visto is not None and visto.se_repite,
        brecha=None if valor is None or esperado is None else esperado - valor,
    )


def _valor_del_anio(avance: Avance, linea_base: ValorBase | None) -> ValorDelAnio:
    sin_valor = avance.dato is None or avance.dato.valor is None
    return ValorDelAnio(
        anio=avance.anio,
        dato=avance.dato,
        parcial=avance.parcial,
        se_repite=avance.se_repite,
        logro=avance.logro,
        avance=avance,
        es_linea_base=linea_base is not None and linea_base.anio == avance.anio and sin_valor,
    )


def _ultimo_avance(serie: Sequence[ValorDelAnio], corte: date) -> Avance | None:
    """El del último año, hasta el del corte, que tiene a la vez valor y logro esperado (hay brecha)."""
    avances = (del_anio.avance for del_anio in reversed(serie) if del_anio.anio <= corte.year)
    return next((avance for avance in avances if avance.brecha is not None), None)


def _referencia(linea_base: ValorBase | None, con_valor: Sequence[Dato]) -> ValorBase | Dato | None:
    """Con qué se compara el último valor: la línea base o, sin ella, el primer valor de un periodo que terminó antes.

    Una línea base de un año posterior al del último valor no sirve de referencia.
    """
    if not con_valor:
        return None
    ultimo = con_valor[-1]
    if linea_base is not None and linea_base.valor is not None and linea_base.anio <= ultimo.periodo.anio:
        return linea_base
    return con_valor[0] if con_valor[0].periodo.fin < ultimo.periodo.fin else None


def _razon_de_la_ausencia(vistos: Sequence[_Visto], linea_base: ValorBase | None) -> Ausencia | None:
    """La razón del último dato ausente que la declare; si ninguno, la de la línea base."""
    declaradas = (visto.dato.ausencia for visto in reversed(vistos) if visto.dato.ausencia is not None)
    return next(declaradas, None if linea_base is None else linea_base.ausencia)
