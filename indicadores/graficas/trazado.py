"""Qué se dibuja de una serie, decidido una sola vez para el SVG, la figura interactiva y la frase.

Un punto se coloca al **final** de su periodo, que es cuando se lo supo completo: el valor anual de 2020 está donde
termina 2020 y el de marzo de 2021, al terminar marzo. Un logro esperado abarca su año entero, de enero a diciembre.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.camino import Rumbo, caminar
from indicadores.calculo.estado import se_repite
from indicadores.calculo.intervalo import predecir
from indicadores.calculo.tipos import (
    Caracter,
    Dato,
    Evaluacion,
    Granularidad,
    Intervalo,
    Logro,
    Situacion,
    ValorBase,
)
from indicadores.formato import MESES, PALABRA_DE_CARACTER, PALABRA_DE_SITUACION, escribir_periodo, escribir_valor
from indicadores.graficas.escala import fin_del_dia


@dataclass(frozen=True, slots=True)
class Punto:
    """Una medición con valor y lo que hay que decir de ella."""

    dato: Dato
    valor: Decimal
    momento: Fraction
    parcial: bool
    se_repite: bool

    @property
    def periodo(self) -> str:
        return escribir_periodo(self.dato.periodo.texto)

    @property
    def periodo_breve(self) -> str:
        """«2020», «marzo 2021», «2021, sem. 1»: lo que cabe junto a un punto."""
        periodo = self.dato.periodo
        if periodo.granularidad is Granularidad.ANUAL:
            return str(periodo.anio)
        if periodo.granularidad is Granularidad.MENSUAL:
            return f"{MESES[periodo.inicio.month - 1]} {periodo.anio}"
        nombre, meses = ("sem.", 6) if periodo.granularidad is Granularidad.SEMESTRAL else ("trim.", 3)
        return f"{periodo.anio}, {nombre} {periodo.inicio.month // meses + 1}"

    @property
    def preliminar(self) -> bool:
        return self.dato.situacion is Situacion.PRELIMINAR

    @property
    def condicion(self) -> str:
        """«oficial, parcial», «referencial»…"""
        partes = [PALABRA_DE_CARACTER[self.dato.caracter]]
        if self.preliminar:
            partes.append(PALABRA_DE_SITUACION[self.dato.situacion])
        if self.parcial:
            partes.append("dato parcial del año")
        if self.se_repite:
            partes.append("repite el valor anterior")
        return ", ".join(partes)


@dataclass(frozen=True, slots=True)
class Recta:
    """Un tramo de la tendencia entre dos años, al cierre de cada uno: lo ajustado a lo medido o lo proyectado."""

    desde: int
    valor_desde: Fraction
    hasta: int
    valor_hasta: Fraction


@dataclass(frozen=True, slots=True)
class Requerido:
    """El ritmo que lleva del último valor oficial (en ``momento``) al próximo logro esperado, en unidades por año."""

    momento: Fraction
    valor: Decimal
    logro: Logro
    ritmo: Fraction

    @property
    def meta(self) -> Decimal:
        return self.valor if self.logro.valor is None else self.logro.valor


@dataclass(frozen=True, slots=True)
class Trazado:
    """Todo lo dibujable, en orden cronológico; ``anio_inicial`` y ``anio_final`` se incluyen enteros.

    ``ajuste`` es la recta sobre los años medidos, cuya pendiente es el ritmo observado; ``banda``, el intervalo de cada
    año proyectado. Los tres con ``proyeccion`` faltan si el núcleo no proyecta.
    """

    oficiales: tuple[Punto, ...]
    referenciales: tuple[Punto, ...]
    base: ValorBase | None
    logros: tuple[Logro, ...]
    ajuste: Recta | None
    proyeccion: Recta | None
    banda: tuple[Intervalo, ...]
    requerido: Requerido | None
    anio_inicial: int
    anio_final: int

    @property
    def cuantos(self) -> int:
        """Cuántas cosas hay que comparar: con menos de dos no hace falta una gráfica, sino una frase."""
        return len(self.oficiales) + len(self.referenciales) + len(self.logros) + (self.base is not None)

    @property
    def valores(self) -> list[Decimal | Fraction]:
        valores: list[Decimal | Fraction] = [punto.valor for punto in (*self.oficiales, *self.referenciales)]
        valores += [logro.valor for logro in self.logros if logro.valor is not None]
        if self.base is not None and self.base.valor is not None:
            valores.append(self.base.valor)
        if self.proyeccion is not None:
            valores += [self.proyeccion.valor_desde, self.proyeccion.valor_hasta]
        return valores

    @property
    def valores_con_banda(self) -> list[Decimal | Fraction]:
        """Los valores y, de la banda, lo que no los aplasta: hasta media amplitud de ellos a cada lado."""
        valores = self.valores
        menor, mayor = (Fraction(extremo(valores)) for extremo in (min, max))
        holgura = (mayor - menor) / 2 or abs(mayor) / 10 or Fraction(1)
        for intervalo in self.banda:
            valores += [max(intervalo.desde, menor - holgura), min(intervalo.hasta, mayor + holgura)]
        return valores

    @property
    def base_abre_la_serie(self) -> bool:
        """¿Es la línea base (que es oficial y anual) anterior a toda medición oficial, y por tanto su primer punto?"""
        return self.base is not None and (
            not self.oficiales or fin_del_anio(self.base.anio) < self.oficiales[0].momento
        )

    @property
    def tramos_de_logros(self) -> list[list[Logro]]:
        """Los logros esperados agrupados en años seguidos: entre un grupo y otro no hay nada fijado."""
        tramos: list[list[Logro]] = []
        for logro in self.logros:
            if tramos and tramos[-1][-1].anio + 1 == logro.anio:
                tramos[-1].append(logro)
            else:
                tramos.append([logro])
        return tramos


def trazar(evaluacion: Evaluacion, datos: Sequence[Dato], *, anio_final: int) -> Trazado:
    """Elige de ``datos`` (oficiales y referenciales, de un mismo ámbito y sexo) lo que se dibuja al corte."""
    vistos = sorted(
        (dato for dato in datos if dato.periodo.fin <= evaluacion.corte),
        key=lambda dato: (dato.periodo.fin, dato.periodo.fin - dato.periodo.inicio, dato.version),
    )
    base = evaluacion.linea_base if evaluacion.linea_base and evaluacion.linea_base.valor is not None else None
    logros = {logro.anio: logro for logro in evaluacion.logros if logro.valor is not None}
    oficiales = _puntos([dato for dato in vistos if dato.caracter is Caracter.OFICIAL], evaluacion)
    referenciales = _puntos([dato for dato in vistos if dato.caracter is Caracter.REFERENCIAL], evaluacion)
    ajuste, recta = _rectas(evaluacion)
    anios = [punto.dato.periodo.inicio.year for punto in (*oficiales, *referenciales)]
    anios += [*logros, *([base.anio] if base else []), *([recta.hasta] if recta else [])]
    return Trazado(
        oficiales=oficiales,
        referenciales=referenciales,
        base=base,
        logros=tuple(logros[anio] for anio in sorted(logros)),
        ajuste=ajuste,
        proyeccion=recta,
        banda=_banda(evaluacion, recta),
        requerido=_requerido(evaluacion),
        anio_inicial=min([anio_final, *anios]),
        anio_final=max([anio_final, *anios]),
    )


def _puntos(datos: Sequence[Dato], evaluacion: Evaluacion) -> tuple[Punto, ...]:
    base = evaluacion.linea_base
    return tuple(
        Punto(
            dato=dato,
            valor=dato.valor,
            momento=fin_del_dia(dato.periodo.fin),
            parcial=dato.caracter is Caracter.OFICIAL and not dato.periodo.es_anual,
            se_repite=se_repite(dato, datos[:n], base),
        )
        for n, dato in enumerate(datos)
        if dato.valor is not None
    )


def _rectas(evaluacion: Evaluacion) -> tuple[Recta | None, Recta | None]:
    """Lo ajustado a los años medidos y lo proyectado; solo si el núcleo proyecta y queda por delante de lo medido."""
    tendencia, proyeccion = evaluacion.tendencia, evaluacion.proyeccion
    if proyeccion.valor is None or tendencia is None or tendencia.anios[-1] >= proyeccion.anio:
        return None, None
    primero, ultimo = tendencia.anios[0], tendencia.anios[-1]
    ajuste = Recta(primero, tendencia.valor_en(primero), ultimo, tendencia.valor_en(ultimo))
    return ajuste, Recta(ultimo, ajuste.valor_hasta, proyeccion.anio, proyeccion.valor)


def _banda(evaluacion: Evaluacion, recta: Recta | None) -> tuple[Intervalo, ...]:
    """El intervalo de cada año proyectado; vacía si no hay con qué medir la incertidumbre."""
    if recta is None or evaluacion.tendencia is None or evaluacion.proyeccion.intervalo is None:
        return ()
    anios = range(recta.desde, recta.hasta + 1)
    intervalos = (predecir(evaluacion.tendencia, anio, evaluacion.proyeccion.intervalo.confianza) for anio in anios)
    return tuple(intervalo for intervalo in intervalos if intervalo is not None)


def _requerido(evaluacion: Evaluacion) -> Requerido | None:
    """El ritmo requerido, si queda un logro por delante y todavía no se alcanza."""
    camino, ritmo, ultima = caminar(evaluacion), evaluacion.ritmo, evaluacion.ultima
    if camino.logro is None or camino.falta is None or camino.rumbo is Rumbo.ALCANZADO or camino.vencido:
        return None
    if ritmo.requerido is None or ultima is None or ultima.valor is None:
        return None
    return Requerido(fin_del_dia(ultima.periodo.fin), ultima.valor, camino.logro, ritmo.requerido)


def fin_del_anio(anio: int) -> Fraction:
    return Fraction(anio + 1)


def una_por_momento(puntos: Sequence[Punto]) -> list[Punto]:
    """Los puntos que une la línea: si varios periodos terminan el mismo día, el más largo."""
    return list({punto.momento: punto for punto in puntos}.values())


def descripcion(punto: Punto, simbolo: str, decimales: int, *, con_fuente: bool = True) -> str:
    """«marzo de 2021: 35 % · oficial, dato parcial del año · Reporte de cumplimiento»."""
    partes = [f"{punto.periodo}: {escribir_valor(punto.valor, simbolo, decimales)}", punto.condicion]
    if con_fuente and punto.dato.fuente is not None:
        partes.append(punto.dato.fuente.nombre)
    return " · ".join(partes)
