"""La primera pantalla en palabras: cuántos avanzan, qué objetivo pide atención y desde cuándo no se sabe más."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from indicadores import frases
from indicadores.calculo.atencion import Atencion, Causa, quien_pide_atencion
from indicadores.calculo.tipos import EstadoIndicador, Granularidad, Movimiento, Semaforo
from indicadores.constancias import Constancias
from indicadores.formato import enumerar, escribir_antiguedad, escribir_fecha, escribir_periodo, plural
from indicadores.lectura import IndicadorLeido
from objetivos.models import ObjetivoPrioritario
from penitenciaria.tablero import Tablero

NUMEROS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")

#: Lo que dice la regla de :mod:`indicadores.calculo.atencion`, para quien la lee.
REGLA_DE_ATENCION = (
    "Se comparan los objetivos por la parte de sus indicadores que está lejos de su logro esperado; si empatan, por la "
    "que retrocede; después, por la que está en riesgo, la que no se ha movido sin haber cumplido y la que nunca se ha "
    "medido. Si aún empatan, va primero el que lleva más tiempo sin un dato nuevo y, al final, el de menor código."
)


@dataclass(frozen=True, slots=True)
class Cuenta:
    """Cuántos indicadores tienen una luz; con su palabra."""

    clase: str
    palabra: str
    cuantos: int


@dataclass(frozen=True, slots=True)
class CuentaDeMovimiento:
    """Cuántos indicadores se mueven así; ``estado`` es el filtro que los muestra, y ``signo``, su forma."""

    estado: str
    signo: str
    palabra: str
    cuantos: int
    quienes: str


@dataclass(frozen=True, slots=True)
class Pendiente:
    """El objetivo que pide atención y por qué; sin objetivo, que ninguno la pide."""

    objetivo: ObjetivoPrioritario | None
    razon: str


@dataclass(frozen=True, slots=True)
class Antiguedad:
    """De cuándo es lo último que se sabe; ``cifra`` es la versión que lo dice o ``base``, la constancia de su base."""

    codigo: str
    nombre: str
    cuando: str
    hace: str
    cifra: int | None
    base: int | None


def por_que_vacia(tablero: Tablero) -> str:
    """Por qué no hay nada que mostrar; vacío si lo hay."""
    if tablero.politica is None:
        return "La base está vacía. Quien administra el portal puede llenarla con «manage.py cargar_politica»."
    if tablero.publicado_en is None:
        dia = escribir_fecha(timezone.localdate(tablero.a_la_fecha))
        return f"Al {dia} este portal aún no había publicado nada. Elija una fecha posterior."
    return ""


def titular(tablero: Tablero) -> str:
    """Cuántos indicadores se han medido alguna vez y de cuántos no se sabe nada."""
    resumen = tablero.resumen
    if tablero.politica is None or tablero.publicado_en is None:
        return "Aún no se había publicado nada."
    medidos = (
        "ninguno se ha medido"
        if resumen.con_medicion == 0
        else f"{resumen.con_medicion} se {'ha' if resumen.con_medicion == 1 else 'han'} medido alguna vez"
    )
    falta = f" De {resumen.sin_medicion} no se sabe nada." if resumen.sin_medicion else ""
    return f"De {plural(resumen.total, 'indicador', 'indicadores')}, {medidos}.{falta}"


def antiguedad(leidos: Sequence[IndicadorLeido]) -> str:
    """De cuándo es el dato oficial más reciente; vacío si no hay ninguno."""
    ultimas = [leido.evaluacion for leido in leidos if leido.evaluacion.ultima is not None]
    if not ultimas:
        return ""
    reciente = min(ultimas, key=lambda e: e.antiguedad_meses or 0)
    assert reciente.ultima is not None
    cuando = escribir_periodo(reciente.ultima.periodo.texto)
    if not reciente.antiguedad_meses:
        return f"El dato oficial más reciente es de {cuando}."
    return f"El dato oficial más reciente es de {cuando}, {frases.antiguedad(reciente)}."


def entrada(tablero: Tablero, leidos: Sequence[IndicadorLeido]) -> str:
    """Qué se puede decir del año del corte, qué se repite y desde cuándo no se sabe más."""
    if tablero.publicado_en is None or not leidos:
        return ""
    anio = tablero.corte.year
    comparables = [leido for leido in leidos if leido.evaluacion.avance.tipo_i is not None]
    if not comparables:
        oraciones = [antiguedad(leidos), f"Ninguno puede compararse con un logro esperado de {anio}."]
    elif len(comparables) == 1:
        leido = comparables[0]
        indicador, evaluacion = leido.indicador, leido.evaluacion
        paso = frases.que_paso(evaluacion, indicador.simbolo, indicador.decimales)
        falta = frases.que_falta(evaluacion.avance, indicador.simbolo, indicador.decimales, evaluacion.sentido)
        nombre = indicador.nombre_corto[:1].lower() + indicador.nombre_corto[1:]
        oraciones = [f"Solo uno puede compararse con su logro esperado de {anio}: {nombre}. {frases.con_punto(paso)}"]
        if falta:
            oraciones.append(frases.con_punto(falta))
    else:
        oraciones = [f"{len(comparables)} pueden compararse con su logro esperado de {anio}.", antiguedad(leidos)]
    repetidos = tablero.resumen.se_repiten
    if repetidos == 1:
        oraciones.append("Un valor repite el anterior: puede no ser una medición nueva.")
    elif repetidos:
        cuantos = NUMEROS[repetidos] if repetidos < len(NUMEROS) else str(repetidos)
        oraciones.append(f"Los últimos valores de {cuantos} repiten el anterior: pueden no ser mediciones nuevas.")
    return " ".join(oracion for oracion in oraciones if oracion)


def cuentas(tablero: Tablero) -> tuple[Cuenta, ...]:
    """Cuántos indicadores tienen cada luz en el año del corte."""
    resumen, anio = tablero.resumen, tablero.corte.year
    parciales = f" ({plural(resumen.parciales, 'parcial', 'parciales')})" if resumen.parciales else ""
    sin_dato = resumen.luces[Semaforo.SIN_DATOS] - resumen.sin_medicion
    return (
        Cuenta("verde", "cumple" if resumen.luces[Semaforo.VERDE] == 1 else "cumplen", resumen.luces[Semaforo.VERDE]),
        Cuenta("amarillo", f"en riesgo{parciales}", resumen.luces[Semaforo.AMARILLO]),
        Cuenta("rojo", "lejos", resumen.luces[Semaforo.ROJO]),
        Cuenta("sin-dato", f"sin dato comparable de {anio}", sin_dato),
        Cuenta("nunca", "nunca medido" if resumen.sin_medicion == 1 else "nunca medidos", resumen.sin_medicion),
    )


#: De cada movimiento: su forma y cómo se dice de uno y de varios.
MOVIMIENTOS = {
    Movimiento.MEJORA: ("↗", "avanza", "avanzan"),
    Movimiento.SIN_CAMBIO: ("=", "sigue igual", "siguen igual"),
    Movimiento.RETROCEDE: ("↘", "retrocede", "retroceden"),
    Movimiento.DESCONOCIDO: ("?", "no se sabe hacia dónde", "no se sabe hacia dónde"),
}
#: Hasta cuántos indicadores se nombran bajo una cuenta; si son más, la cuenta lleva a la lista.
SE_NOMBRAN = 3


def movimientos(tablero: Tablero, leidos: Sequence[IndicadorLeido]) -> tuple[CuentaDeMovimiento, ...]:
    """Cuántos indicadores avanzan hacia su logro, siguen igual, retroceden o no se pueden comparar."""
    escritas = []
    for movimiento, (signo, uno, varios) in MOVIMIENTOS.items():
        cuantos = tablero.resumen.movimientos[movimiento]
        suyos = [leido for leido in leidos if leido.evaluacion.movimiento is movimiento]
        quienes = _por_que_no_se_sabe(leidos) if movimiento is Movimiento.DESCONOCIDO else ""
        if not quienes and suyos and len(suyos) <= SE_NOMBRAN:
            quienes = enumerar([_nombrar(leido) for leido in suyos])
        if movimiento is Movimiento.SIN_CAMBIO and suyos and all(leido.evaluacion.ultima_se_repite for leido in suyos):
            quienes = f"{quienes}; quizá sin medición nueva" if quienes else "quizá sin medición nueva"
        escritas.append(CuentaDeMovimiento(movimiento.value, signo, uno if cuantos == 1 else varios, cuantos, quienes))
    return tuple(escritas)


def _nombrar(leido: IndicadorLeido) -> str:
    """El código y, si su último dato no es de un año entero, hasta cuándo llega."""
    ultima = leido.evaluacion.ultima
    if ultima is None or ultima.periodo.granularidad is Granularidad.ANUAL:
        return leido.indicador.codigo
    return f"{leido.indicador.codigo} (parcial, {escribir_periodo(ultima.periodo.texto)})"


def _por_que_no_se_sabe(leidos: Sequence[IndicadorLeido]) -> str:
    """«7 nunca medidos y 2 con un solo valor»: por qué no se sabe hacia dónde van."""
    dudosos = [leido.evaluacion for leido in leidos if leido.evaluacion.movimiento is Movimiento.DESCONOCIDO]
    nunca = sum(una.estado is EstadoIndicador.SIN_MEDICION for una in dudosos)
    con_uno = sum(una.estado is EstadoIndicador.CON_MEDICION and una.referencia is None for una in dudosos)
    otros = len(dudosos) - nunca - con_uno
    partes = [plural(nunca, "nunca medido", "nunca medidos")] if nunca else []
    partes += [f"{con_uno} con un solo valor"] if con_uno else []
    partes += [f"{otros} sin sentido definido"] if otros else []
    return enumerar(partes)


def pendiente(tablero: Tablero) -> Pendiente:
    """El objetivo que pide atención primero, según :func:`quien_pide_atencion`."""
    grupos = [[leido.evaluacion for leido in uno.indicadores] for uno in tablero.objetivos]
    elegido = quien_pide_atencion(grupos)
    if elegido is None:
        return Pendiente(None, "Ningún objetivo tiene indicadores lejos, en riesgo, detenidos ni sin medir.")
    return Pendiente(tablero.objetivos[elegido.lugar].objetivo, _por_que(elegido, tablero.corte.year))


def _por_que(atencion: Atencion, anio: int) -> str:
    uno = atencion.afectados == 1
    dicho = {
        Causa.LEJOS: f"{'está' if uno else 'están'} lejos del logro esperado de {anio}",
        Causa.RETROCEDE: f"{'retrocede' if uno else 'retroceden'}",
        Causa.EN_RIESGO: f"{'está' if uno else 'están'} en riesgo de no alcanzar el logro esperado de {anio}",
        Causa.SIN_CAMBIO: f"no se {'ha' if uno else 'han'} movido de donde {'estaba' if uno else 'estaban'}",
        Causa.SIN_MEDICION: f"nunca se {'ha' if uno else 'han'} medido",
        Causa.ANTIGUO: f"{'lleva' if uno else 'llevan'} más de un año sin un dato nuevo",
    }[atencion.causa]
    if uno:
        quienes = "su único indicador" if atencion.de == 1 else f"uno de sus {atencion.de} indicadores"
    else:
        todos = atencion.afectados == atencion.de
        quienes = (
            f"sus {atencion.de} indicadores" if todos else f"{atencion.afectados} de sus {atencion.de} indicadores"
        )
    oracion = f"{quienes} {dicho}."
    if atencion.meses:
        oracion += f" Su dato oficial más reciente es de hace {escribir_antiguedad(atencion.meses)}."
    elif atencion.meses is None and atencion.causa is not Causa.SIN_MEDICION:
        oracion += " No tiene ningún dato oficial."
    return oracion


def desde_cuando(leidos: Sequence[IndicadorLeido]) -> str:
    """Desde cuándo no se sabe nada nuevo, en una frase."""
    nunca = [leido for leido in leidos if leido.evaluacion.estado is EstadoIndicador.SIN_MEDICION]
    ultimas = sorted(
        (leido.evaluacion for leido in leidos if leido.evaluacion.ultima), key=lambda e: e.antiguedad_meses or 0
    )
    oraciones = []
    if ultimas and ultimas[0].ultima:
        reciente = ultimas[0]
        periodo = escribir_periodo(ultimas[0].ultima.periodo.texto)
        hace = frases.antiguedad(reciente) if reciente.antiguedad_meses else "hace menos de un mes"
        oraciones.append(f"El dato oficial más nuevo terminó {hace}: {periodo}.")
    if nunca:
        oraciones.append(f"De {plural(len(nunca), 'indicador', 'indicadores')} nunca se supo nada.")
    return " ".join(oraciones) or "Todavía no se sabe nada."


def antiguedades(leidos: Sequence[IndicadorLeido], constancias: Constancias) -> tuple[Antiguedad, ...]:
    """Lo último que se sabe de cada indicador, de lo más antiguo a lo más reciente; primero, lo nunca medido."""

    def orden(leido: IndicadorLeido) -> tuple[bool, bool, int, str]:
        evaluacion = leido.evaluacion
        meses = evaluacion.antiguedad_meses
        medido = evaluacion.estado is EstadoIndicador.CON_MEDICION
        return medido, meses is not None, -(meses or 0), leido.indicador.codigo

    return tuple(_antiguedad_de(leido, constancias) for leido in sorted(leidos, key=orden))


def _antiguedad_de(leido: IndicadorLeido, constancias: Constancias) -> Antiguedad:
    indicador, evaluacion = leido.indicador, leido.evaluacion
    cuando, hace, cifra, base = "nunca medido", "", None, None
    if evaluacion.ultima is not None:
        cuando, cifra = escribir_periodo(evaluacion.ultima.periodo.texto), evaluacion.ultima.id
        hace = frases.antiguedad(evaluacion)
    elif evaluacion.linea_base is not None and evaluacion.linea_base.valor is not None:
        cuando, base = f"línea base de {evaluacion.linea_base.anio}", constancias.get(evaluacion.linea_base)
    return Antiguedad(indicador.codigo, indicador.nombre_corto, cuando, hace, cifra, base)
