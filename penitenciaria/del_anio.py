"""La página de un año, ya escrita: qué se midió, frente a qué logro, qué falta y por qué, y qué se publicó de él."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from indicadores import frases
from indicadores.calculo.tipos import Ausencia, EstadoIndicador, Motivo, Semaforo, ValorDelAnio
from indicadores.cambios import Busqueda, leer_cambios
from indicadores.constancias import Constancias
from indicadores.formato import enumerar, escribir_periodo, escribir_valor, plural, texto_de_motivo
from indicadores.lectura import IndicadorLeido
from indicadores.mirada import Mirada
from indicadores.paginas import Luz
from objetivos.models import ObjetivoPrioritario
from penitenciaria import tablero
from penitenciaria.que_cambio import DiaDeCambios, por_dias

#: Cuántos cambios de las cifras de un año se muestran; los demás, en la página de los cambios.
CUANTOS_CAMBIOS = 40


@dataclass(frozen=True, slots=True)
class FilaDelAnio:
    """Lo que se sabe de un indicador en el año. Si no hay valor, ``razon`` dice por qué.

    ``cifra`` es la versión publicada de que sale el valor; ``base`` y ``esperado``, los números de las constancias de
    la línea base, si de ella sale, y del logro esperado.
    """

    codigo: str
    nombre: str
    luz: Luz
    valor: str
    cifra: int | None
    base: int | None
    cuando: str
    se_repite: bool
    razon: str
    logro: str
    esperado: int | None
    razon_logro: str
    tipo_i: str
    tipo_ii: str
    nota: str


@dataclass(frozen=True, slots=True)
class GrupoDelAnio:
    """Un objetivo y sus indicadores."""

    objetivo: ObjetivoPrioritario
    filas: tuple[FilaDelAnio, ...]


@dataclass(frozen=True, slots=True)
class PaginaDelAnio:
    """Lo que muestra la página; ``reporte`` es la dirección del reporte del año, si ya puede haberlo."""

    anio: int
    mirada: Mirada
    vacia: bool
    titular: str
    entrada: str
    grupos: tuple[GrupoDelAnio, ...]
    dias: tuple[DiaDeCambios, ...]
    quedan: bool
    reporte: str
    anterior: int | None
    siguiente: int | None


def escribir_anio(anio: int, mirada: Mirada) -> PaginaDelAnio | None:
    """La página de ``anio``, mirada al último día de él o antes, si así se pide; None si la política no lo alcanza."""
    if not 1990 <= anio <= 2100:
        return None
    del_anio = replace(mirada, corte=min(mirada.corte, date(anio, 12, 31)))
    reunido = tablero.construir(corte=del_anio.corte, a_la_fecha=del_anio.a_la_fecha)
    if anio not in reunido.anios or reunido.politica is None:
        return None
    leidos = [leido for objetivo in reunido.objetivos for leido in objetivo.indicadores]
    que = Busqueda(hasta=del_anio.a_la_fecha, corte=del_anio.corte, anio=anio, nacionales=True)
    cambios, quedan = leer_cambios(que, cuantos=CUANTOS_CAMBIOS)
    hay_reporte = anio >= reunido.politica.anio_inicio and del_anio.corte.year == anio
    return PaginaDelAnio(
        anio=anio,
        mirada=del_anio,
        vacia=reunido.publicado_en is None,
        titular=_titular(anio, del_anio.corte, leidos),
        entrada=_entrada(anio, leidos),
        grupos=tuple(
            GrupoDelAnio(uno.objetivo, tuple(_fila(leido, anio, reunido.constancias) for leido in uno.indicadores))
            for uno in reunido.objetivos
        ),
        dias=por_dias(cambios, mirada),
        quedan=quedan,
        reporte=_direccion_del_reporte(anio, del_anio) if hay_reporte else "",
        anterior=anio - 1 if anio - 1 in reunido.anios else None,
        siguiente=anio + 1 if anio + 1 in reunido.anios else None,
    )


def _direccion_del_reporte(anio: int, mirada: Mirada) -> str:
    pedido = [("corte", mirada.corte.isoformat())] if mirada.pide_corte else []
    pedido += [(nombre, valor) for nombre, valor in mirada.pedido if nombre != "corte"]
    return reverse("reporte", args=[anio]) + (f"?{urlencode(pedido)}" if pedido else "")


def _punto(leido: IndicadorLeido, anio: int) -> ValorDelAnio | None:
    return next((punto for punto in leido.evaluacion.serie if punto.anio == anio), None)


def _fila(leido: IndicadorLeido, anio: int, constancias: Constancias) -> FilaDelAnio:
    indicador, evaluacion, punto = leido.indicador, leido.evaluacion, _punto(leido, anio)
    simbolo, decimales = indicador.simbolo, indicador.decimales
    dato = punto.dato if punto and punto.dato and punto.dato.valor is not None else None
    base = evaluacion.linea_base if punto and punto.es_linea_base else None
    logro = punto.logro if punto else None
    valor, cuando = "", ""
    if dato is not None and dato.valor is not None:
        valor, cuando = escribir_valor(dato.valor, simbolo, decimales), escribir_periodo(dato.periodo.texto)
    elif base is not None and base.valor is not None:
        valor, cuando = escribir_valor(base.valor, simbolo, decimales), f"línea base de {base.anio}"
    avance = punto.avance if punto else None
    return FilaDelAnio(
        codigo=indicador.codigo,
        nombre=indicador.nombre_corto,
        luz=_luz(leido, punto, hay_valor=bool(valor)),
        valor=valor,
        cifra=dato.id if dato else None,
        base=constancias.get(base) if valor and dato is None else None,
        cuando="" if cuando == str(anio) else cuando,
        se_repite=bool(punto and punto.se_repite),
        razon="" if valor else _razon(_ausencia(leido, punto), Motivo.SIN_MEDICION),
        logro=escribir_valor(logro.valor, simbolo, decimales) if logro and logro.valor is not None else "",
        esperado=constancias.get(logro),
        razon_logro=""
        if logro and logro.valor is not None
        else _razon(logro.ausencia if logro else None, Motivo.SIN_LOGRO_ESPERADO),
        tipo_i=frases.porcentaje_de_avance(avance.tipo_i if avance else None),
        tipo_ii=frases.porcentaje_de_avance(avance.tipo_ii if avance else None),
        nota=_nota(leido, punto),
    )


def _luz(leido: IndicadorLeido, punto: ValorDelAnio | None, *, hay_valor: bool) -> Luz:
    avance = punto.avance if punto else None
    if avance is not None and avance.semaforo is not Semaforo.SIN_DATOS:
        return Luz(avance.semaforo.value, frases.palabra_de_luz(avance), avance.parcial)
    if hay_valor:
        return Luz("sin-dato", "sin logro con que compararlo")
    nunca = leido.evaluacion.estado is EstadoIndicador.SIN_MEDICION
    return Luz("nunca", "nunca medido") if nunca else Luz("sin-dato", "sin dato del año")


def _ausencia(leido: IndicadorLeido, punto: ValorDelAnio | None) -> Ausencia | None:
    if punto is None:
        return None
    if punto.dato is not None:
        return punto.dato.ausencia
    base = leido.evaluacion.linea_base
    return base.ausencia if punto.es_linea_base and base else None


def _razon(ausencia: Ausencia | None, motivo: Motivo) -> str:
    return frases.con_punto(frases.mayuscula(frases.razon(ausencia, motivo)))


def _nota(leido: IndicadorLeido, punto: ValorDelAnio | None) -> str:
    """Por qué no hay avance tipo II habiendo tipo I, o en qué discrepan; vacía si no hay nada que advertir."""
    if punto is None or punto.avance.tipo_i is None:
        return ""
    if punto.avance.motivo_tipo_ii is not None:
        return frases.con_punto(f"Sin tipo II: {texto_de_motivo(punto.avance.motivo_tipo_ii)}")
    return frases.desacuerdo(punto.avance, leido.evaluacion.movimiento)


def _titular(anio: int, corte: date, leidos: Sequence[IndicadorLeido]) -> str:
    puntos = [_punto(leido, anio) for leido in leidos]
    total = plural(len(leidos), "indicador", "indicadores")
    medidos = sum(punto is not None and punto.dato is not None and punto.dato.valor is not None for punto in puntos)
    bases = sum(
        punto is not None
        and punto.es_linea_base
        and bool(leido.evaluacion.linea_base)
        and leido.evaluacion.linea_base.valor is not None  # type: ignore[union-attr]
        for leido, punto in zip(leidos, puntos, strict=True)
    )
    if corte.year < anio:
        logros = sum(
            punto is not None and punto.logro is not None and punto.logro.valor is not None for punto in puntos
        )
        esperan = plural(logros, "indicador tiene", "indicadores tienen") if logros else "ningún indicador tiene"
        return f"{anio} aún no había empezado: {esperan} ya un logro esperado para ese año."
    if bases:
        de_base = plural(bases, "línea base", "líneas base")
        otros = f" y {plural(medidos, 'valor medido', 'valores medidos')}" if medidos else ""
        return f"De {anio} se conocen {de_base}{otros}, entre {total}."
    todavia = "todavía no hay" if corte < date(anio, 12, 31) else "no hay"
    if not medidos:
        return f"De {anio} {todavia} ningún dato oficial de los {total}."
    parciales = sum(punto is not None and punto.parcial for punto in puntos)
    a_medias = ""
    if parciales:
        a_medias = ", y solo a medias" if parciales == medidos else f", {parciales} de ellos solo a medias"
    return f"En {anio} se {'midió' if medidos == 1 else 'midieron'} {medidos} de {total}{a_medias}."


def _entrada(anio: int, leidos: Sequence[IndicadorLeido]) -> str:
    """Cuántos tenían logro y cómo quedaron frente a él; de cuántos hay una razón declarada de la falta."""
    puntos = [_punto(leido, anio) for leido in leidos]
    con_logro = [punto for punto in puntos if punto and punto.logro and punto.logro.valor is not None]
    if not con_logro:
        return f"Ninguno tiene un logro esperado para {anio}."
    comparables = [punto.avance for punto in con_logro if punto.avance.semaforo is not Semaforo.SIN_DATOS]
    cuantos = plural(len(con_logro), "tiene un logro esperado", "tienen un logro esperado")
    if not comparables:
        return f"{cuantos} para {anio} y ninguno puede compararse con él."
    luces = [
        (Semaforo.VERDE, "cumple", "cumplen"),
        (Semaforo.AMARILLO, "está en riesgo", "están en riesgo"),
        (Semaforo.ROJO, "está lejos", "están lejos"),
    ]
    dichas = []
    for luz, uno, varios in luces:
        suyos = sum(avance.semaforo is luz for avance in comparables)
        dichas += [f"{suyos} {uno if suyos == 1 else varios}"] if suyos else []
    faltan = len(con_logro) - len(comparables)
    resto = f"; de {faltan} no hay con qué compararlo" if faltan else ""
    return f"{cuantos} para {anio}: {enumerar(dichas)}{resto}."
