"""Lo que una cifra dice de sí misma, sin mirar ninguna otra y sin consultar la base."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.reserva import MINIMO_DE_PERSONAS
from indicadores.calculo.tipos import Sexo
from indicadores.comprobaciones.tipos import Hallazgo
from indicadores.formato import escribir_fecha, escribir_numero, escribir_periodo, escribir_valor, redondear
from indicadores.models import Ambito, Indicador, Medicion

Unidad = Indicador.Unidad
PRIMER_ANIO = 1990
#: Por cuánto se multiplica numerador entre denominador. Una tasa se expresa por cada 1, 100, mil, diez mil o cien mil,
#: y la ficha no siempre dice cuál: se acepta cualquiera de ellas.
FACTORES: dict[str, tuple[int, ...]] = {
    Unidad.PORCENTAJE: (100,),
    Unidad.RATIO: (1,),
    Unidad.TASA: (1, 100, 1_000, 10_000, 100_000),
}


def fuera_de_rango(indicador: Indicador, valor: Decimal) -> str:
    """Por qué ``valor`` no cabe en la unidad del indicador; vacío si cabe."""
    escrito = escribir_numero(valor, 4)
    if valor < 0 and indicador.unidad != Unidad.TASA_DE_VARIACION:
        return (
            f"El valor {escrito} es negativo y un indicador de {indicador.get_unidad_display()} no puede serlo. "
            "Revise el signo."
        )
    if indicador.unidad == Unidad.PORCENTAJE and valor > 100:
        return f"El valor {escrito} % pasa de 100 %. Escriba un porcentaje entre 0 y 100."
    if indicador.es_entero and valor != valor.to_integral_value():
        return f"El valor {escrito} tiene decimales y este indicador se cuenta en unidades enteras."
    return ""


def personas_de(
    indicador: Indicador, valor: Decimal | None, numerador: int | None, denominador: int | None
) -> int | None:
    """A cuántas personas se refiere la cifra: su denominador, dado o deducido, o ella misma si es un conteo."""
    if denominador is not None:
        return denominador
    if valor is None:
        return None
    if indicador.es_entero:
        return int(valor)
    if indicador.unidad == Unidad.PORCENTAJE and numerador and valor:
        return int(redondear(numerador * 100 / valor, 0))
    return None


def errores_propios(medicion: Medicion, *, hoy: date) -> list[Hallazgo]:
    """Los errores que la cifra trae consigo: bastan para no publicarla. No consulta la base."""
    return [hallazgo for hallazgo in comprobar_sola(medicion, hoy=hoy) if hallazgo.es_error]


def comprobar_sola(medicion: Medicion, *, hoy: date) -> Iterator[Hallazgo]:
    """Rango, conteos, fechas y pocas personas."""
    indicador, valor = medicion.indicador, medicion.valor
    nombre = escribir_periodo(medicion.periodo)
    if medicion.fin > hoy:
        cuando = f"{nombre.capitalize()} termina el {escribir_fecha(medicion.fin)} y hoy es {escribir_fecha(hoy)}."
        yield Hallazgo("futuro", cuando)
    if medicion.inicio.year < PRIMER_ANIO:
        yield Hallazgo("muy_antiguo", f"{nombre.capitalize()} es anterior a {PRIMER_ANIO}.")
    if valor is None and not medicion.motivo_ausencia:
        yield Hallazgo("sin_valor", "La medición no tiene valor ni el motivo de su ausencia.")
    if valor is not None and (razon := fuera_de_rango(indicador, valor)):
        yield Hallazgo("fuera_de_rango", razon)
    yield from _conteos(medicion)
    es_parte = medicion.ambito.codigo != Ambito.NACIONAL or medicion.sexo != Sexo.TOTAL
    personas = personas_de(indicador, valor, medicion.numerador, medicion.denominador)
    if indicador.cuenta_personas and es_parte and 0 < (personas or 0) < MINIMO_DE_PERSONAS:
        yield Hallazgo("pocas_personas", "Se refiere a menos de diez personas: al publicarse se mostrará «reservado».")


def _conteos(medicion: Medicion) -> Iterator[Hallazgo]:
    """El numerador y el denominador contra el valor.

    La cifra que se lee suele venir redondeada: se compara con los decimales con que está escrita. Si difiere en menos
    de una unidad de su último decimal, parece cortada en vez de redondeada y es un aviso; en una o más, es un error.
    """
    indicador, valor, numerador, denominador = (
        medicion.indicador,
        medicion.valor,
        medicion.numerador,
        medicion.denominador,
    )
    if valor is None or numerador is None:
        return
    if indicador.es_entero:
        if denominador is None and numerador != valor:
            yield Hallazgo(
                "no_concuerda",
                f"El numerador es {escribir_numero(numerador, 0)} y el valor, {escribir_numero(valor, 4)}: en un "
                "conteo son lo mismo.",
            )
        return
    factores = FACTORES.get(indicador.unidad)
    if not denominador or factores is None:
        return
    conteos = f"{escribir_numero(numerador, 0)} entre {escribir_numero(denominador, 0)}"
    if indicador.unidad == Unidad.PORCENTAJE and numerador > denominador:
        yield Hallazgo("conteos_imposibles", f"El numerador entre el denominador ({conteos}) pasaría de 100 %.")
        return
    posibles = [Fraction(factor * numerador, denominador) for factor in factores]
    cercano = min(posibles, key=lambda posible: abs(posible - Fraction(valor)))
    decimales = decimales_de(valor)
    if redondear(cercano, decimales) == valor:
        return
    se_lee = escribir_valor(valor, indicador.simbolo, 4)
    frase = f"El numerador entre el denominador ({conteos}) da {escribir_valor(cercano, indicador.simbolo, 4)}"
    if abs(cercano - Fraction(valor)) < Fraction(1, 10**decimales):
        redondeado = escribir_valor(redondear(cercano, decimales), indicador.simbolo, decimales)
        yield Hallazgo("truncado", f"{frase}, que redondeado es {redondeado}, no {se_lee}.")
    else:
        yield Hallazgo("no_concuerda", f"{frase}, no {se_lee}.")


def decimales_de(valor: Decimal) -> int:
    """Con cuántos decimales está escrito, sin los ceros finales."""
    return max(0, -int(valor.normalize().as_tuple().exponent))
