"""La cifra frente a las de otros periodos de lo mismo: saltos, repeticiones, años a medias y horizonte."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median

from indicadores.calculo.estado import evaluar, se_repite
from indicadores.calculo.tipos import Caracter, Dato, Periodo, Sentido, Sexo
from indicadores.comprobaciones.contexto import Contexto, serie_de
from indicadores.comprobaciones.tipos import Hallazgo, clave_de
from indicadores.formato import escribir_numero, escribir_periodo, escribir_valor
from indicadores.lectura import UMBRALES_DEL_METODO
from indicadores.models import Ambito, Indicador, Medicion

#: Con menos cambios que estos no hay dispersión de la que hablar: se compara solo con el vecino.
CAMBIOS_MINIMOS = 3
#: Tres desviaciones: si los cambios fueran normales, se avisaría por azar en tres de cada mil.
DESVIACIONES = 3
#: Lo que hace de la desviación absoluta mediana una desviación típica si los datos son normales; un valor extremo
#: anterior no la infla, como sí inflaría a la desviación típica.
MAD_A_DESVIACION = Decimal("1.4826")
#: Sin historia suficiente se busca lo que deja un error de tecleo: un dígito de más, una coma corrida, otra unidad.
VECES_EL_VECINO = 2


def dato_de(medicion: Medicion) -> Dato:
    """La medición como hecho del núcleo, sin reserva."""
    return Dato(
        periodo=Periodo.leer(medicion.periodo),
        valor=medicion.valor,
        numerador=medicion.numerador,
        denominador=medicion.denominador,
        ambito=medicion.ambito.codigo,
        sexo=Sexo(medicion.sexo),
        caracter=Caracter(medicion.caracter),
        id=medicion.pk,
        version=medicion.version,
    )


def decide_el_avance(dato: Dato) -> bool:
    """Si es de las únicas que entran en un avance: oficial, nacional y de ambos sexos."""
    return dato.caracter is Caracter.OFICIAL and dato.sexo is Sexo.TOTAL and dato.ambito == Ambito.NACIONAL


def comprobar_serie(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """Lo que se nota al poner la cifra junto a las demás de su serie (mismo lugar, sexo y carácter)."""
    dato = dato_de(medicion)
    serie = [otro for otro in contexto.series.get(serie_de(clave_de(medicion)), []) if otro.id != dato.id]
    publicados = [otro for otro in serie if otro.periodo != dato.periodo]
    yield from _horizonte(medicion, contexto)
    if dato.valor is None:
        return
    base = contexto.bases.get(medicion.indicador_id)
    if se_repite(dato, publicados, base):
        yield Hallazgo(
            "se_repite",
            "Puede ser un arrastre y no una medición nueva.",
        )
    if decide_el_avance(dato):
        yield from _en_el_anio(dato, publicados)
    puntos = [(otro.periodo.fin, otro.valor, otro.periodo.texto) for otro in publicados if _comparable(otro, dato)]
    anios = {dato.periodo.anio, *(fin.year for fin, _, _ in puntos)}
    es_de_su_serie = decide_el_avance(dato) and dato.periodo.es_anual
    if base is not None and base.valor is not None and es_de_su_serie and base.anio not in anios:
        puntos.append((date(base.anio, 12, 31), base.valor, str(base.anio)))
    salto = _salto(medicion.indicador, dato, sorted(puntos))
    if salto:
        yield Hallazgo("salto", salto)


def _comparable(otro: Dato, dato: Dato) -> bool:
    return otro.valor is not None and otro.periodo.granularidad is dato.periodo.granularidad


def _salto(indicador: Indicador, dato: Dato, puntos: Sequence[tuple[date, Decimal | None, str]]) -> str:
    """La frase del salto, o vacío.

    Con tres cambios anteriores o más: el cambio se sale de la mediana de los anteriores en más de tres desviaciones
    (MAD × 1,4826, y como poco media unidad del último decimal que se muestra: un cambio menor no se ve). Con menos: el
    valor es más del doble o menos de la mitad del vecino. En un conteo, además, el cambio debe pasar de tres veces la
    raíz de la suma de los dos valores, que es lo que varía por azar algo que se cuenta (Poisson).
    """
    antes = [punto for punto in puntos if punto[0] < dato.periodo.fin]
    despues = [punto for punto in puntos if punto[0] > dato.periodo.fin]
    vecino = antes[-1] if antes else despues[0] if despues else None
    if vecino is None or vecino[1] is None or dato.valor is None:
        return ""
    cambio = dato.valor - vecino[1]
    if indicador.es_entero and cambio**2 <= DESVIACIONES**2 * (abs(dato.valor) + abs(vecino[1])):
        return ""
    simbolo = indicador.simbolo
    dice = (
        f"Pasa de {escribir_valor(vecino[1], simbolo, 4)} ({escribir_periodo(vecino[2])}) a "
        f"{escribir_valor(dato.valor, simbolo, 4)}"
    )
    valores = [valor for _, valor, _ in antes if valor is not None]
    cambios = [nuevo - viejo for viejo, nuevo in pairwise(valores)]
    if len(cambios) < CAMBIOS_MINIMOS:
        mayor, menor = sorted((abs(dato.valor), abs(vecino[1])), reverse=True)
        lejos = menor > 0 and mayor > VECES_EL_VECINO * menor
        return f"{dice}: es más del doble o menos de la mitad. Con tan pocos valores no se sabe más." if lejos else ""
    centro = median(cambios)
    minimo = Decimal(5).scaleb(-indicador.decimales - 1)
    desviacion = max(MAD_A_DESVIACION * median(abs(c - centro) for c in cambios), minimo)
    holgura = DESVIACIONES * desviacion
    if abs(cambio - centro) <= holgura:
        return ""
    de, desde, hasta = (escribir_numero(x, indicador.decimales) for x in (cambio, centro - holgura, centro + holgura))
    return f"{dice}: un cambio de {de}, cuando los {len(cambios)} anteriores hacían esperar entre {desde} y {hasta}."


def _en_el_anio(dato: Dato, publicados: Sequence[Dato]) -> Iterator[Hallazgo]:
    """Si la cifra es de parte del año, y si el núcleo elegiría otra para el avance de ese año."""
    anio, nombre = dato.periodo.anio, escribir_periodo(dato.periodo.texto)
    if not dato.periodo.es_anual:
        yield Hallazgo("parcial", f"{nombre.capitalize()} es parte del año: el avance de {anio} será parcial.")
    del_anio = [otro for otro in publicados if otro.periodo.anio == anio]
    elegido = evaluar(
        sentido=Sentido.NO_DEFINIDO,
        linea_base=None,
        logros=(),
        datos=[*del_anio, dato],
        umbrales=UMBRALES_DEL_METODO,
        corte=date(anio, 12, 31),
    ).avance.dato
    if elegido is not None and elegido is not dato:
        otro = escribir_periodo(elegido.periodo.texto)
        yield Hallazgo("no_decide", f"El avance de {anio} lo da otro valor ya publicado ({otro}): este no lo cambiará.")


def _horizonte(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """El año, entre el de la línea base (o el primero de la política) y el último de la política."""
    base = contexto.bases.get(medicion.indicador_id)
    desde = contexto.anio_inicio if base is None else min(base.anio, contexto.anio_inicio)
    anio = medicion.fin.year
    if not desde <= anio <= contexto.anio_fin:
        de_que = "la política es" if base is None or base.anio > contexto.anio_inicio else "la línea base es"
        yield Hallazgo(
            "fuera_de_horizonte", f"El año es {anio}; {de_que} de {desde} y la política termina en {contexto.anio_fin}."
        )
