"""Lo que una entidad debe publicar de cada indicador: qué publicó último, qué tiene vencido y qué vence después."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from indicadores.calculo.plazos import Entrega, Exigencia, proxima
from indicadores.calculo.tipos import Dato
from indicadores.entregas import CifraExigida, plazo_de
from indicadores.formato import escribir_fecha, escribir_periodo, escribir_valor, plural
from indicadores.lectura import IndicadorLeido
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from servicios.filas import Marca

SIN_PLAZO = "Sin plazo fijado"


@dataclass(frozen=True, slots=True)
class Compromiso:
    """Un indicador del que responde una entidad. Sin ``vencidas`` tampoco hay ``marca`` de atraso.

    ``valor`` y ``cifra`` (su constancia) son de lo último publicado con valor; vacíos si no hay.
    """

    indicador: Indicador
    valor: str
    cifra: int | None
    periodo: str
    publicado: str
    vencidas: str
    marca: Marca | None
    siguiente: str
    vence: str


def compromisos(
    leidos: Iterable[IndicadorLeido], exigidas: Sequence[CifraExigida], mirada: Mirada
) -> tuple[Compromiso, ...]:
    """Los compromisos de ``leidos``, sin más consultas: primero los de mayor atraso."""
    dia = min(mirada.corte, timezone.localdate(mirada.a_la_fecha))
    escritos = []
    for leido in leidos:
        suyas = [una for una in exigidas if una.indicador.pk == leido.indicador.pk]
        faltan = [una for una in suyas if una.juicio.entrega is Entrega.NO_ENTREGADA]
        peor = max((una.juicio.dias for una in faltan), default=0)
        escritos.append((-peor, leido.indicador.codigo, _escribir(leido, faltan, peor, _siguiente(leido, suyas, dia))))
    return tuple(compromiso for _, _, compromiso in sorted(escritos, key=lambda uno: uno[:2]))


def _siguiente(leido: IndicadorLeido, suyas: Iterable[CifraExigida], dia: date) -> Exigencia | None:
    """Lo primero que vence desde ese día y todavía no se entregó; None si el indicador no tiene plazo."""
    plazo = plazo_de(leido.indicador)
    if plazo is None:
        return None
    entregados = {una.exigencia.periodo.texto for una in suyas if una.entregada is not None}
    exigencia = proxima(plazo, dia)
    while exigencia.periodo.texto in entregados:
        exigencia = proxima(plazo, exigencia.vence + timedelta(days=1))
    return exigencia


def _escribir(
    leido: IndicadorLeido, faltan: Sequence[CifraExigida], peor: int, siguiente: Exigencia | None
) -> Compromiso:
    indicador, ultima = leido.indicador, leido.evaluacion.ultima
    con_valor = ultima if ultima is not None and ultima.valor is not None else None
    periodos = ", ".join(escribir_periodo(una.exigencia.periodo.texto) for una in faltan[:3])
    otros = f" y {len(faltan) - 3} más" if len(faltan) > 3 else ""
    return Compromiso(
        indicador=indicador,
        valor=_valor(indicador, con_valor),
        cifra=con_valor.id if con_valor else None,
        periodo=escribir_periodo(con_valor.periodo.texto) if con_valor else "",
        publicado=_dia_de_publicacion(con_valor),
        vencidas=f"{periodos}{otros}",
        marca=Marca("falta", f"{plural(peor, 'día', 'días')} de atraso") if faltan else None,
        siguiente=escribir_periodo(siguiente.periodo.texto) if siguiente else "",
        vence=escribir_fecha(siguiente.vence) if siguiente else SIN_PLAZO,
    )


def _valor(indicador: Indicador, dato: Dato | None) -> str:
    if dato is None or dato.valor is None:
        return ""
    return escribir_valor(dato.valor, indicador.simbolo, indicador.decimales)


def _dia_de_publicacion(dato: Dato | None) -> str:
    if dato is None or dato.publicada_en is None:
        return ""
    return escribir_fecha(timezone.localdate(dato.publicada_en))
