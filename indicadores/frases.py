"""De un resultado del núcleo a frases en español: lo primero que se lee en cada página. Puro: no calcula cifras.

Toda cifra de una frase sale del resultado y lleva su unidad; lo que falta se dice con su motivo, nunca con un cero.
"""

from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.tipos import Ausencia, Avance, Dato, Evaluacion, Motivo, Movimiento, Semaforo, Sentido
from indicadores.formato import (
    ESPACIO_DURO,
    PALABRA_DE_SEMAFORO,
    escribir_antiguedad,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    texto_de_motivo,
)


def mayuscula(texto: str) -> str:
    """La misma frase con su primera letra en mayúscula."""
    return texto[:1].upper() + texto[1:]


def con_punto(texto: str) -> str:
    """La frase terminada en un solo punto."""
    return texto if texto.endswith((".", "…", "?")) else f"{texto}."


def razon(ausencia: Ausencia | None, motivo: Motivo) -> str:
    """La explicación que dio una persona o, si no la hay, el texto del motivo; fragmento sin punto."""
    if ausencia is None:
        return texto_de_motivo(motivo)
    return ausencia.texto.rstrip(".") or texto_de_motivo(ausencia.motivo)


def porcentaje_de_avance(avance: Fraction | None) -> str:
    """«85,7 %» con un decimal; raya si no está definido (el motivo va al lado)."""
    return "–" if avance is None else f"{escribir_numero(avance, 1)}{ESPACIO_DURO}%"


def palabra_de_luz(avance: Avance) -> str:
    """La palabra del semáforo; sin datos, de qué año faltan."""
    if avance.semaforo is not Semaforo.SIN_DATOS:
        return PALABRA_DE_SEMAFORO[avance.semaforo]
    if avance.motivo is Motivo.SIN_SENTIDO:
        return "sin sentido definido"
    if avance.motivo is Motivo.SIN_MEDICION:
        return f"sin dato de {avance.anio}"
    return "no comparable"


def diferencia(valor: Decimal | Fraction, simbolo: str, decimales: int) -> str:
    """Una diferencia entre dos valores: los porcentajes se restan en puntos porcentuales."""
    tamano = -valor if valor < 0 else valor
    escrito = escribir_numero(tamano, decimales)
    if simbolo == "%":
        return f"{escrito} {'punto porcentual' if escrito == '1' else 'puntos porcentuales'}"
    return escribir_valor(tamano, simbolo, decimales)


def que_paso(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    """Cómo llegó el último valor a donde está, frente a su referencia."""
    ultima = evaluacion.ultima
    if ultima is None or ultima.valor is None:
        return _sin_mediciones(evaluacion, simbolo, decimales)
    valor = escribir_valor(ultima.valor, simbolo, decimales)
    cuando = escribir_periodo(ultima.periodo.texto)
    referencia = evaluacion.referencia
    if referencia is None or referencia.valor is None:
        return f"El único valor oficial es {valor}, de {cuando}"
    desde = (
        escribir_periodo(referencia.periodo.texto)
        if isinstance(referencia, Dato)
        else f"la línea base de {referencia.anio}"
    )
    cambio = ultima.valor - referencia.valor
    if cambio == 0:
        return f"No se ha movido desde {desde}: {valor} en {cuando}"
    verbo = "Subió" if cambio > 0 else "Bajó"
    retroceso = ", y debía moverse en sentido contrario" if evaluacion.movimiento is Movimiento.RETROCEDE else ""
    return f"{verbo} {diferencia(cambio, simbolo, decimales)} entre {desde} y {cuando}, hasta {valor}{retroceso}"


def _sin_mediciones(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    base = evaluacion.linea_base
    if base is not None and base.valor is not None:
        return (
            f"Solo se conoce su línea base: {escribir_valor(base.valor, simbolo, decimales)} en {base.anio}. "
            "Desde entonces no hay ningún valor publicado"
        )
    if not hay_algo_publicado(evaluacion):
        return "Todavía no se ha publicado nada sobre este indicador"
    return f"Nunca se ha medido: {razon(evaluacion.ausencia, Motivo.SIN_MEDICION)}"


def hay_algo_publicado(evaluacion: Evaluacion) -> bool:
    """Si a la fecha se conocía alguna cifra suya, o al menos por qué falta."""
    return bool(evaluacion.serie)


def que_falta(avance: Avance, simbolo: str, decimales: int, sentido: Sentido) -> str:
    """Cuánto faltaba o sobraba para el logro esperado de un año con dato y logro; vacío si no se puede decir."""
    if avance.brecha is None or avance.logro is None or avance.logro.valor is None or sentido is Sentido.NO_DEFINIDO:
        return ""
    logro = escribir_valor(avance.logro.valor, simbolo, decimales)
    falta = avance.brecha if sentido is Sentido.ASCENDENTE else -avance.brecha
    if falta > 0:
        return f"Faltaban {diferencia(falta, simbolo, decimales)} para lo esperado en {avance.anio} ({logro})"
    if falta < 0:
        return f"Superó en {diferencia(falta, simbolo, decimales)} lo esperado en {avance.anio} ({logro})"
    return f"Alcanzó lo esperado en {avance.anio} ({logro})"


def antiguedad(evaluacion: Evaluacion) -> str:
    """Hace cuánto terminó el último periodo con valor; vacío si no hay."""
    if evaluacion.antiguedad_meses is None:
        return ""
    return f"hace {escribir_antiguedad(evaluacion.antiguedad_meses)}"


def desacuerdo(avance: Avance, movimiento: Movimiento) -> str:
    """Cuando los dos avances cuentan historias distintas, en palabras; vacío si concuerdan."""
    if avance.tipo_i is None or avance.tipo_ii is None:
        return ""
    if avance.tipo_ii == 0:
        return "El valor está cerca del logro esperado, pero no se ha movido desde la línea base."
    if avance.tipo_ii < 0 or movimiento is Movimiento.RETROCEDE:
        return "Aunque el avance tipo I es positivo, el indicador retrocede desde la línea base."
    return ""


def frase_de_ritmo(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    """El ritmo observado y el requerido, o por qué no se conocen."""
    ritmo = evaluacion.ritmo
    if ritmo.observado is None:
        observado = "El ritmo observado no se conoce: hacen falta al menos dos años realmente medidos"
    elif ritmo.observado == 0:
        observado = "Al ritmo observado el valor no cambia"
    else:
        verbo = "sube" if ritmo.observado > 0 else "baja"
        observado = f"Al ritmo observado el valor {verbo} {diferencia(ritmo.observado, simbolo, decimales)} por año"
    if ritmo.requerido is None or ritmo.proximo_logro is None:
        return f"{observado}. No hay un logro esperado por delante que permita decir qué ritmo se requiere."
    verbo = "subir" if ritmo.requerido > 0 else "bajar"
    if ritmo.requerido == 0:
        return f"{observado}. El logro esperado de {ritmo.proximo_logro.anio} ya está alcanzado: basta con sostenerlo."
    return (
        f"{observado}. Para llegar al logro esperado de {ritmo.proximo_logro.anio} debía {verbo} "
        f"a razón de {diferencia(ritmo.requerido, simbolo, decimales)} por año."
    )


def frase_de_proyeccion(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    """La proyección, o por qué el portal no la hace."""
    proyeccion = evaluacion.proyeccion
    if proyeccion.valor is not None:
        valor = escribir_valor(proyeccion.valor, simbolo, decimales)
        return f"De seguir la recta de los años medidos, en {proyeccion.anio} valdría {valor}."
    hay = {0: "no hay ninguno", 1: "hay uno", 2: "hay dos"}.get(proyeccion.anios_reales, "no bastan")
    return f"No se proyecta: se necesitan tres años realmente medidos y {hay}."
