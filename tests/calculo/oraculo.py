"""Segunda versión del núcleo, lenta y obvia, escrita de otro modo: ``Decimal`` de 60 cifras y bucles ingenuos.

No importa nada del núcleo salvo los tipos. Si las dos versiones difieren, una está mal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from indicadores.calculo.tipos import Dato, Logro, Umbrales, ValorBase

C = Context(prec=60)
Par = tuple[Decimal | None, str | None]


def tipo_i(sentido: str, valor: Decimal | None, logro: Decimal | None) -> Par:
    if sentido == "no_definido":
        return None, "sin_sentido"
    if valor is None:
        return None, "sin_medicion"
    if logro is None:
        return None, "sin_logro_esperado"
    if sentido == "descendente":
        if logro < 0 or valor < 0:
            return None, "no_aplica"
        if valor == 0:
            return Decimal(100), None
        return C.divide(C.multiply(logro, Decimal(100)), valor), None
    if logro < 0:
        return None, "no_aplica"
    if logro == 0:
        return None, "logro_cero"
    return C.divide(C.multiply(valor, Decimal(100)), logro), None


def tipo_ii(sentido: str, valor: Decimal | None, logro: Decimal | None, base: Decimal | None) -> Par:
    if sentido == "no_definido":
        return None, "sin_sentido"
    if valor is None:
        return None, "sin_medicion"
    if logro is None:
        return None, "sin_logro_esperado"
    if base is None:
        return None, "sin_linea_base"
    if logro - base == 0:
        return None, "base_igual_a_logro"
    # De propósito con los signos cambiados: lo recorrido entre lo que había que recorrer.
    return C.divide(C.multiply(base - valor, Decimal(100)), base - logro), None


def luz(sentido: str, valor: Decimal | None, logro: Decimal | None, umbrales: Umbrales) -> str:
    """Sin dividir: compara productos cruzados exactos. Vale para umbrales entre 0 y 100."""
    if tipo_i(sentido, valor, logro)[0] is None or valor is None or logro is None:
        return "sin_datos"
    bueno, malo = (valor, logro) if sentido == "ascendente" else (logro, valor)
    for nombre, umbral in (("verde", umbrales.verde), ("amarillo", umbrales.amarillo)):
        if malo == 0 or bueno * 100 >= umbral * malo:
            return nombre
    return "rojo"


def media_de_objetivo(pares: Sequence[tuple[Decimal | None, int | None]]) -> Decimal | None:
    """Repite cada avance tantas veces como pesa y hace la media simple."""
    hay = [(avance, relevancia) for avance, relevancia in pares if avance is not None]
    bolsa: list[Decimal] = []
    for avance, relevancia in hay:
        veces = 1
        if all(otra is not None for _, otra in hay):
            veces = max(otra or 0 for _, otra in hay) - (relevancia or 0) + 1
        bolsa += [Decimal(0) if avance < 0 else Decimal(100) if avance > 100 else avance] * veces
    return C.divide(sum(bolsa, Decimal(0)), Decimal(len(bolsa))) if bolsa else None


def meses(desde: date, hasta: date) -> int:
    """Cuenta meses de uno en uno mientras quepan (``hasta`` no anterior a ``desde``)."""
    cuenta, anio, mes = 0, desde.year, desde.month
    while True:
        anio, mes = (anio, mes + 1) if mes < 12 else (anio + 1, 1)
        dia = desde.day
        while True:
            try:
                siguiente = date(anio, mes, dia)
                break
            except ValueError:
                dia -= 1
        if siguiente > hasta:
            return cuenta
        cuenta += 1


def recta(puntos: Sequence[tuple[int, Decimal]], anio: int) -> tuple[Fraction, Fraction] | None:
    """(pendiente, valor en ``anio``) por las ecuaciones normales, sin centrar."""
    n = len(puntos)
    sx = sum(x for x, _ in puntos)
    sxx = sum(x * x for x, _ in puntos)
    sy = sum((Fraction(y) for _, y in puntos), Fraction(0))
    sxy = sum((x * Fraction(y) for x, y in puntos), Fraction(0))
    determinante = n * sxx - sx * sx
    if determinante == 0:
        return None
    pendiente = (n * sxy - sx * sy) / determinante
    return pendiente, (sy - pendiente * sx) / n + pendiente * anio


@dataclass
class Hechos:
    """Lo que recibe ``evaluar``, ya sin lo que no cuenta."""

    sentido: Any
    linea_base: ValorBase | None
    logros: list[Logro]
    datos: list[Dato]
    umbrales: Umbrales
    corte: date

    def __post_init__(self) -> None:
        vista = []
        for dato in self.datos:
            es_nuestro = dato.caracter == "oficial" and dato.ambito == "PE" and dato.sexo == "T"
            if es_nuestro and not dato.periodo.fin > self.corte:
                vista.append(dato)
        self.datos = vista

    @property
    def base(self) -> Decimal | None:
        return self.linea_base.valor if self.linea_base else None

    def ultima(self) -> Dato | None:
        mejor = None
        for dato in self.datos:
            if dato.valor is None:
                continue
            if mejor is None or dato.periodo.fin >= mejor.periodo.fin:
                empatan = mejor is not None and mejor.periodo.fin == dato.periodo.fin
                mejor = min(mejor, dato, key=lambda d: d.periodo.inicio) if mejor and empatan else dato
        return mejor

    def repite(self, dato: Dato | None) -> bool:
        if dato is None or dato.valor is None:
            return False
        # Camina hacia atrás día a día: lo primero con valor que encuentra es el anterior.
        dia = dato.periodo.inicio
        while dia > date(2015, 1, 1):
            dia -= timedelta(days=1)
            for otro in self.datos:
                mismo_tipo = otro.periodo.granularidad == dato.periodo.granularidad
                if mismo_tipo and otro.periodo.fin == dia and otro.valor is not None:
                    distinto_numerador = (
                        None not in (otro.numerador, dato.numerador) and otro.numerador != dato.numerador
                    )
                    return otro.valor == dato.valor and not distinto_numerador
            es_la_base = self.linea_base is not None and dia == date(self.linea_base.anio, 12, 31)
            if es_la_base and self.base is not None and len(dato.periodo.texto) == 4:
                return self.base == dato.valor
        return False

    def dato_de(self, anio: int) -> Dato | None:
        del_anio = [dato for dato in self.datos if dato.periodo.texto.startswith(str(anio))]
        for con_valor in (True, False):
            candidatos = [dato for dato in del_anio if (dato.valor is not None) == con_valor]
            for dato in candidatos:
                if len(dato.periodo.texto) == 4:
                    return dato
            if candidatos:
                return sorted(candidatos, key=lambda d: (d.periodo.fin, -d.periodo.inicio.toordinal()))[-1]
        return None

    def logro_de(self, anio: int) -> Logro | None:
        return next((logro for logro in self.logros if logro.anio == anio), None)

    def anios(self) -> list[int]:
        conocidos = [dato.periodo.anio for dato in self.datos] + [logro.anio for logro in self.logros]
        if self.linea_base:
            conocidos.append(self.linea_base.anio)
        return [anio for anio in range(1900, 2100) if conocidos and min(conocidos) <= anio <= max(2030, *conocidos)]

    def reales(self) -> list[tuple[int, Decimal]]:
        puntos = []
        for anio in range(1900, 2100):
            medido = [
                d.valor
                for d in self.datos
                if d.periodo.texto == str(anio) and d.valor is not None and not self.repite(d)
            ]
            if medido:
                puntos.append((anio, medido[0]))
            elif self.linea_base and self.linea_base.anio == anio and self.base is not None:
                puntos.append((anio, self.base))
        return puntos

    def movimiento(self) -> str:
        ultima = self.ultima()
        if ultima is None or ultima.valor is None:
            return "desconocido"
        referencia = None
        if self.linea_base and self.linea_base.anio <= ultima.periodo.anio:
            referencia = self.base
        if referencia is None:
            anteriores = [d for d in self.datos if d.valor is not None and d.periodo.fin < ultima.periodo.fin]
            anteriores.sort(key=lambda d: (d.periodo.fin, -d.periodo.inicio.toordinal()))
            referencia = anteriores[0].valor if anteriores else None
        if referencia is None:
            return "desconocido"
        if referencia == ultima.valor:
            return "sin_cambio"
        if self.sentido == "no_definido":
            return "desconocido"
        ganado = ultima.valor - referencia if self.sentido == "ascendente" else referencia - ultima.valor
        return "mejora" if ganado > 0 else "retrocede"

    def ritmo_requerido(self) -> tuple[Fraction | None, str | None, int | None]:
        """(ritmo, motivo, año del próximo logro)."""
        ultima = self.ultima()
        proximo = None
        for anio in range(self.corte.year, 2100):
            logro = self.logro_de(anio)
            if logro and logro.valor is not None and (ultima is None or ultima.periodo.fin < date(anio, 12, 31)):
                proximo = logro
                break
        if ultima is None or ultima.valor is None:
            return None, "sin_medicion", proximo.anio if proximo else None
        if proximo is None or proximo.valor is None:
            return None, "sin_logro_esperado", None
        faltan = 12 * (proximo.anio - ultima.periodo.anio) + 12 - ultima.periodo.fin.month
        return Fraction(proximo.valor - ultima.valor) * 12 / faltan, None, proximo.anio
