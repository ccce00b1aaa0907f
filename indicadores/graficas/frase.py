"""Lo que la gráfica muestra, dicho en español: para quien no la ve y para el pie de la figura."""

from collections.abc import Sequence

from indicadores.calculo.tipos import Dato, Evaluacion, Granularidad
from indicadores.formato import ESPACIO_DURO, enumerar, escribir_numero, escribir_valor
from indicadores.frases import entre
from indicadores.graficas.trazado import Punto, Trazado, trazar


def frase_de_serie(
    simbolo: str, decimales: int, evaluacion: Evaluacion, datos: Sequence[Dato], *, anio_final: int = 2030
) -> str:
    """Una o varias oraciones completas; vacía si no hay ninguna cifra que contar."""
    trazado = trazar(evaluacion, datos, anio_final=anio_final)
    oraciones = [
        _oficiales(trazado, simbolo, decimales),
        _repetidos(trazado),
        _preliminares(trazado),
        _base(trazado, simbolo, decimales),
        _logros(trazado, simbolo, decimales),
        _referenciales(trazado, simbolo, decimales),
        _proyeccion(trazado, simbolo, decimales),
    ]
    return " ".join(filter(None, oraciones))


def _lleva_articulo(punto: Punto) -> bool:
    return punto.dato.periodo.granularidad in (Granularidad.SEMESTRAL, Granularidad.TRIMESTRAL)


def _en(punto: Punto) -> str:
    """«en 2020», «en marzo de 2021», «en el primer semestre de 2021»."""
    return f"en el {punto.periodo}" if _lleva_articulo(punto) else f"en {punto.periodo}"


def _de(punto: Punto) -> str:
    return f"del {punto.periodo}" if _lleva_articulo(punto) else f"de {punto.periodo}"


def _recorrido(puntos: Sequence[Punto], verbos: tuple[str, str, str], simbolo: str, decimales: int) -> str:
    """«subió de 33 % en 2019 a 35 % en 2021», o que fue igual, tal como se lee con los decimales que se muestran."""
    desde, hasta = puntos[0], puntos[-1]
    primero, ultimo = (escribir_valor(punto.valor, simbolo, decimales) for punto in (desde, hasta))
    sube, baja, igual = verbos
    if primero == ultimo:
        return f"{igual} {primero} tanto {_en(desde)} como {_en(hasta)}"
    return f"{sube if hasta.valor > desde.valor else baja} de {primero} {_en(desde)} a {ultimo} {_en(hasta)}"


def _oficiales(trazado: Trazado, simbolo: str, decimales: int) -> str:
    puntos = trazado.oficiales
    if not puntos:
        return "No hay valores oficiales." if trazado.cuantos else ""
    primero, ultimo = puntos[0], puntos[-1]
    parcial = ", un dato parcial del año" if ultimo.parcial else ""
    if len(puntos) == 1:
        return f"El único valor oficial es {escribir_valor(ultimo.valor, simbolo, decimales)}, {_en(ultimo)}{parcial}."
    recorrido = _recorrido(puntos, ("subió", "bajó", "fue"), simbolo, decimales)
    extremos = []
    mayor, menor = max(puntos, key=lambda p: p.valor), min(puntos, key=lambda p: p.valor)
    if mayor.valor > max(primero.valor, ultimo.valor):
        extremos.append(f"un máximo de {escribir_valor(mayor.valor, simbolo, decimales)} {_en(mayor)}")
    if menor.valor < min(primero.valor, ultimo.valor):
        extremos.append(f"un mínimo de {escribir_valor(menor.valor, simbolo, decimales)} {_en(menor)}")
    con = f", con {enumerar(extremos)}" if extremos else ""
    return f"El valor oficial {recorrido}{parcial}{con}."


def _repetidos(trazado: Trazado) -> str:
    repetidos = [_de(punto) for punto in trazado.oficiales if punto.se_repite]
    if not repetidos:
        return ""
    if len(repetidos) == 1:
        return f"El valor {repetidos[0]} repite el anterior: quizá no se midió de nuevo."
    if len(repetidos) > 3:
        return f"{len(repetidos)} valores oficiales repiten el anterior: quizá no se midieron de nuevo."
    return f"Los valores {enumerar(repetidos)} repiten el anterior: quizá no se midieron de nuevo."


def _base(trazado: Trazado, simbolo: str, decimales: int) -> str:
    if trazado.base is None or trazado.base.valor is None:
        return ""
    return f"La línea base de {trazado.base.anio} es {escribir_valor(trazado.base.valor, simbolo, decimales)}."


def _logros(trazado: Trazado, simbolo: str, decimales: int) -> str:
    if not trazado.logros:
        return ""
    primero, ultimo = (
        (logro.anio, escribir_valor(logro.valor, simbolo, decimales))
        for logro in (trazado.logros[0], trazado.logros[-1])
        if logro.valor is not None
    )
    if len(trazado.logros) == 1:
        return f"El logro esperado de {primero[0]} es {primero[1]}."
    return f"El logro esperado va de {primero[1]} en {primero[0]} a {ultimo[1]} en {ultimo[0]}."


def _referenciales(trazado: Trazado, simbolo: str, decimales: int) -> str:
    puntos = trazado.referenciales
    if not puntos:
        return ""
    if len(puntos) == 1:
        valor = escribir_valor(puntos[0].valor, simbolo, decimales)
        return f"Hay un valor referencial, que no cuenta para el avance: {valor} {_en(puntos[0])}."
    recorrido = _recorrido(puntos, ("subieron", "bajaron", "fueron de"), simbolo, decimales)
    return f"Los {len(puntos)} valores referenciales, que no cuentan para el avance, {recorrido}."


def _proyeccion(trazado: Trazado, simbolo: str, decimales: int) -> str:
    recta = trazado.proyeccion
    if recta is None:
        return ""
    valor = escribir_valor(recta.valor_hasta, simbolo, decimales)
    if not trazado.banda:
        return f"Proyección: de seguir la tendencia, sería {valor} en {recta.hasta}."
    intervalo = trazado.banda[-1]
    confianza = escribir_numero(100 * intervalo.confianza, 0)
    return (
        f"Proyección: de seguir la tendencia, sería {valor} en {recta.hasta}, {entre(intervalo, simbolo, decimales)} "
        f"(intervalo de predicción del {confianza}{ESPACIO_DURO}%)."
    )


def _preliminares(trazado: Trazado) -> str:
    preliminares = [_de(punto) for punto in trazado.oficiales if punto.preliminar]
    if not preliminares:
        return ""
    if len(preliminares) > 3:
        return f"{len(preliminares)} valores oficiales son preliminares: la entidad todavía puede revisarlos."
    if len(preliminares) == 1:
        return f"El valor {preliminares[0]} es preliminar: la entidad todavía puede revisarlo."
    return f"Los valores {enumerar(preliminares)} son preliminares: la entidad todavía puede revisarlos."
