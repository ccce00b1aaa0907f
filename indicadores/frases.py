"""De un resultado del núcleo a frases en español: lo primero que se lee en cada página. Puro: no calcula cifras.

Toda cifra de una frase sale del resultado y lleva su unidad; lo que falta se dice con su motivo, nunca con un cero.
"""

from decimal import Decimal
from fractions import Fraction

from indicadores.calculo.camino import Camino, Rumbo, caminar
from indicadores.calculo.tipos import (
    Ausencia,
    Avance,
    Dato,
    Evaluacion,
    Granularidad,
    Intervalo,
    Motivo,
    Movimiento,
    Semaforo,
    Sentido,
)
from indicadores.formato import (
    ESPACIO_DURO,
    PALABRA_DE_SEMAFORO,
    escribir_antiguedad,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    texto_de_motivo,
)

#: De ahí en adelante una fecha de llegada no dice nada que sirva.
ULTIMO_ANIO_QUE_SE_DICE = 2100


def mayuscula(texto: str) -> str:
    """La misma frase con su primera letra en mayúscula."""
    return texto[:1].upper() + texto[1:]


def minuscula(texto: str) -> str:
    """La frase para el medio de una oración o tras dos puntos; si empieza por una sigla, queda como está."""
    return texto if texto[:2].isupper() else texto[:1].lower() + texto[1:]


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
        de = "de" if cuando[:1].isdigit() or ultima.periodo.granularidad is Granularidad.MENSUAL else "del"
        return f"El único valor oficial es {valor}, {de} {cuando}"
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
    return f"Nunca se ha medido: {minuscula(razon(evaluacion.ausencia, Motivo.SIN_MEDICION))}"


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


def frase_de_camino(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    """Cuánto falta para el logro esperado, cuándo se llegaría al ritmo observado y qué ritmo hace falta.

    Varias oraciones completas; lo que no se puede decir se dice con su porqué.
    """
    camino = caminar(evaluacion)
    oraciones = [
        _lo_que_falta(camino, simbolo, decimales),
        _lo_que_lleva(evaluacion, camino, simbolo, decimales),
        _lo_que_pide(evaluacion, camino, simbolo, decimales),
    ]
    return " ".join(con_punto(oracion) for oracion in oraciones if oracion)


def ritmo_por_anio(ritmo: Fraction, simbolo: str, decimales: int) -> str:
    """«baja 0,8 puntos porcentuales por año»."""
    return f"{'sube' if ritmo > 0 else 'baja'} {_visible(ritmo, simbolo, decimales)} por año"


def _visible(valor: Decimal | Fraction, simbolo: str, decimales: int) -> str:
    """Una diferencia que no es cero, con los decimales que hagan falta (hasta cuatro) para que no lo parezca."""
    escritas = (diferencia(valor, simbolo, cuantos) for cuantos in range(decimales, max(decimales, 4) + 1))
    return next((una for una in escritas if una.lstrip("0,")[:1].isdigit()), "casi nada")


def _meta(camino: Camino, simbolo: str, decimales: int) -> str:
    """«el logro esperado de 2030 (30 %)»; vacío si no lo hay."""
    if camino.logro is None or camino.logro.valor is None:
        return ""
    return f"el logro esperado de {camino.logro.anio} ({escribir_valor(camino.logro.valor, simbolo, decimales)})"


def _lo_que_falta(camino: Camino, simbolo: str, decimales: int) -> str:
    meta = _meta(camino, simbolo, decimales)
    if camino.rumbo is Rumbo.SIN_SENTIDO:
        return "No se ha definido hacia dónde debe moverse: no se puede decir cuánto falta"
    if not meta:
        return "No se ha fijado ningún logro esperado: no se puede decir cuánto falta ni qué ritmo se requiere"
    if camino.falta is None:
        return f"Sin ninguna medición no se puede decir cuánto falta para {meta}"
    vencido = ", y no se ha fijado otro para después" if camino.vencido else ""
    if camino.falta == 0:
        return f"El último valor oficial alcanza justo {meta}{vencido}"
    cuanto = _visible(camino.falta, simbolo, decimales)
    if camino.falta < 0:
        return f"El último valor oficial supera en {cuanto} {meta}{vencido}"
    return f"Al último valor oficial le {_verbo_faltar(cuanto)} {cuanto} para {meta}{vencido}"


def _verbo_faltar(cuanto: str) -> str:
    return "falta" if cuanto.split()[0] == "1" else "faltan"


def _lo_que_lleva(evaluacion: Evaluacion, camino: Camino, simbolo: str, decimales: int) -> str:
    """A qué ritmo viene y cuándo llegaría."""
    observado = evaluacion.ritmo.observado
    if observado is None:
        return "El ritmo observado no se conoce: hacen falta al menos dos años realmente medidos"
    if observado == 0:
        lejos = ": así no se llega" if camino.rumbo is Rumbo.NO_SE_MUEVE else ""
        return f"Al ritmo observado el valor no cambia{lejos}"
    ritmo = f"Al ritmo observado el valor {ritmo_por_anio(observado, simbolo, decimales)}"
    if camino.rumbo in (Rumbo.A_TIEMPO, Rumbo.TARDE):
        if camino.llegada is not None and camino.llegada > ULTIMO_ANIO_QUE_SE_DICE:
            return f"{ritmo}: no se llegaría antes de {ULTIMO_ANIO_QUE_SE_DICE}"
        return f"{ritmo}: se llegaría hacia {camino.llegada}"
    aparte = {
        Rumbo.SE_ALEJA: ": se aleja de lo esperado, y así no se llega",
        Rumbo.POCOS_ANIOS: ", pero sale de solo dos años medidos y no basta para decir cuándo se llegaría",
        Rumbo.RECTA_ADELANTADA: "; la recta de los años medidos ya pasó por ahí, y el último valor quedó atrás",
    }
    if camino.rumbo is Rumbo.ALCANZADO and (observado > 0) is (evaluacion.sentido is Sentido.DESCENDENTE):
        return f"{ritmo}: se aleja de lo esperado"
    return f"{ritmo}{aparte.get(camino.rumbo, '')}"


def _lo_que_pide(evaluacion: Evaluacion, camino: Camino, simbolo: str, decimales: int) -> str:
    """El ritmo requerido desde el último valor, si el logro está por delante y aún falta."""
    ritmo, ultima = evaluacion.ritmo, evaluacion.ultima
    if camino.rumbo is Rumbo.ALCANZADO and not camino.vencido:
        return "Basta con sostenerlo"
    if camino.falta is None or camino.falta <= 0 or not ritmo.requerido or ultima is None or camino.logro is None:
        return ""
    desde = escribir_periodo(ultima.periodo.texto)
    verbo = "subir" if ritmo.requerido > 0 else "bajar"
    cuanto = _visible(ritmo.requerido, simbolo, decimales)
    return f"Para llegar a tiempo hay que {verbo} {cuanto} por año desde {desde}"


def frase_de_proyeccion(evaluacion: Evaluacion, simbolo: str, decimales: int) -> str:
    """La proyección con su incertidumbre, o por qué el portal no la hace."""
    proyeccion = evaluacion.proyeccion
    if proyeccion.valor is None:
        hay = {0: "no hay ninguno", 1: "hay uno", 2: "hay dos"}.get(proyeccion.anios_reales, "no bastan")
        return f"No se proyecta: se necesitan tres años realmente medidos y {hay}."
    valor = escribir_valor(proyeccion.valor, simbolo, decimales)
    de_seguir = f"De seguir la recta de los años medidos, en {proyeccion.anio} valdría {valor}"
    intervalo = proyeccion.intervalo
    if intervalo is None:
        return f"{de_seguir}. Los años medidos caen justo en ella: no hay con qué medir cuánto puede errar."
    confianza = escribir_numero(100 * intervalo.confianza, 0)
    return f"{de_seguir}; {entre(intervalo, simbolo, decimales)}, con {confianza}{ESPACIO_DURO}% de confianza."


def entre(intervalo: Intervalo, simbolo: str, decimales: int) -> str:
    """«entre 22 % y 38 %»."""
    desde, hasta = (escribir_valor(valor, simbolo, decimales) for valor in (intervalo.desde, intervalo.hasta))
    return f"entre {desde} y {hasta}"
