"""Lo que una página muestra de un indicador, ya escrito: las plantillas solo lo colocan."""

from dataclasses import dataclass
from operator import attrgetter

from indicadores import frases
from indicadores.calculo.tipos import EstadoIndicador, Evaluacion, Motivo, Semaforo
from indicadores.formato import escribir_numero, escribir_periodo, escribir_valor, texto_de_motivo
from indicadores.graficas import miniatura
from indicadores.lectura import IndicadorLeido


@dataclass(frozen=True, slots=True)
class Luz:
    """Un estado con su clase (color y forma) y su palabra; ``parcial`` lo raya y lo dice."""

    clase: str
    palabra: str
    parcial: bool = False


@dataclass(frozen=True, slots=True)
class FilaDeIndicador:
    """Una fila de las tablas de indicadores. Si ``razon`` no está vacía, no hay ningún valor que mostrar.

    ``cifra`` es la versión publicada de que sale ``valor``, si sale de una medición.
    """

    codigo: str
    nombre: str
    nombre_oficial: str
    luz: Luz
    detalle_luz: str
    razon: str
    valor: str
    cifra: int | None
    cuando: str
    se_repite: bool
    logro: str
    logro_anio: str
    tipo_i: str
    motivo_tipo_i: str
    tipo_ii: str
    motivo_tipo_ii: str
    nota: str
    miniatura: str


def luz_de(leido: IndicadorLeido) -> Luz:
    """El estado visible de un indicador: el semáforo del año del corte o, sin él, si alguna vez se midió."""
    evaluacion = leido.evaluacion
    avance = evaluacion.avance
    if avance.semaforo is not Semaforo.SIN_DATOS:
        return Luz(avance.semaforo.value, frases.palabra_de_luz(avance), avance.parcial)
    if evaluacion.estado is EstadoIndicador.SIN_MEDICION:
        return Luz("nunca", "nunca medido" if frases.hay_algo_publicado(evaluacion) else "sin publicaciones")
    return Luz("sin-dato", frases.palabra_de_luz(avance))


def fila_de(leido: IndicadorLeido) -> FilaDeIndicador:
    """La fila de un indicador evaluado."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    simbolo, decimales = indicador.simbolo, indicador.decimales
    avance, ultima, base = evaluacion.avance, evaluacion.ultima, evaluacion.linea_base
    valor, cuando, cifra = "–", "", None
    if ultima is not None and ultima.valor is not None:
        valor, cuando = escribir_valor(ultima.valor, simbolo, decimales), escribir_periodo(ultima.periodo.texto)
        cifra = ultima.id
    elif base is not None and base.valor is not None:
        valor, cuando = escribir_valor(base.valor, simbolo, decimales), f"línea base {base.anio}"
    logro = avance.logro
    if logro is None or logro.valor is None:
        logro = max((uno for uno in evaluacion.logros if uno.valor is not None), key=attrgetter("anio"), default=None)
    return FilaDeIndicador(
        codigo=indicador.codigo,
        nombre=indicador.nombre_corto,
        nombre_oficial=indicador.nombre,
        luz=luz_de(leido),
        detalle_luz=_ultimo_avance(leido),
        razon=_razon(evaluacion),
        valor=valor,
        cifra=cifra,
        cuando=cuando,
        se_repite=evaluacion.ultima_se_repite,
        logro=escribir_valor(logro.valor, simbolo, decimales) if logro and logro.valor is not None else "–",
        logro_anio=str(logro.anio) if logro else "no fijado",
        tipo_i=frases.porcentaje_de_avance(avance.tipo_i),
        motivo_tipo_i=_si_no_lo_dice_el_estado(avance.motivo),
        tipo_ii=frases.porcentaje_de_avance(avance.tipo_ii),
        motivo_tipo_ii=_si_no_lo_dice_el_estado(avance.motivo_tipo_ii),
        nota=frases.desacuerdo(avance, evaluacion.movimiento),
        miniatura=miniatura(evaluacion),
    )


def _razon(evaluacion: Evaluacion) -> str:
    """Por qué no hay ningún valor que mostrar; vacía si lo hay."""
    if evaluacion.estado is EstadoIndicador.CON_MEDICION:
        return ""
    if not frases.hay_algo_publicado(evaluacion):
        return "Todavía no se ha publicado nada sobre él."
    return frases.con_punto(frases.mayuscula(frases.razon(evaluacion.ausencia, Motivo.SIN_MEDICION)))


def _si_no_lo_dice_el_estado(motivo: Motivo | None) -> str:
    """El motivo de un avance no definido, salvo que falte la medición: eso ya lo dice la columna de estado."""
    return "" if motivo in (None, Motivo.SIN_MEDICION) else texto_de_motivo(motivo)


def _ultimo_avance(leido: IndicadorLeido) -> str:
    """El avance más reciente cuando no es del año del corte, dicho con su propio año."""
    ultimo, actual = leido.evaluacion.ultimo_avance, leido.evaluacion.avance
    if ultimo is None or ultimo.tipo_i is None or ultimo.anio == actual.anio:
        return ""
    parcial = ", parcial" if ultimo.parcial else ""
    return f"en {ultimo.anio}: {frases.porcentaje_de_avance(ultimo.tipo_i)} ({frases.palabra_de_luz(ultimo)}{parcial})"


def valor_suelto(leido: IndicadorLeido) -> str:
    """Solo el número del último valor, para cuando la unidad se dice en palabras; raya si no hay."""
    ultima = leido.evaluacion.ultima
    if ultima is None or ultima.valor is None:
        return "–"
    return escribir_numero(ultima.valor, leido.indicador.decimales)
