"""Celdas pequeñas: qué versiones publicadas dejan de mostrarse para no señalar a nadie."""

from collections.abc import Sequence

from indicadores.calculo.reserva import Celda, reservadas
from indicadores.calculo.tipos import Sexo
from indicadores.models import Ambito, Medicion


def reservar_celdas(cambiadas: Sequence[Medicion]) -> None:
    """Marca ``reservada`` en los grupos de ``cambiadas`` (mismo indicador, periodo y carácter) lo que debe callarse.

    La marca se pone en todas las versiones de la celda, también las pasadas, y nunca se quita: lo que ayer permitía
    deducir una celda pequeña lo permite todavía hoy.
    """
    grupos = {
        (medicion.indicador_id, medicion.periodo, medicion.caracter)
        for medicion in cambiadas
        if medicion.indicador.cuenta_personas
    }
    for indicador, periodo, caracter in grupos:
        _reservar_grupo(indicador, periodo, caracter)
    for medicion in cambiadas:
        if medicion.indicador.cuenta_personas:
            medicion.refresh_from_db(fields=["reservada"])


def _reservar_grupo(indicador: int, periodo: str, caracter: str) -> None:
    grupo = Medicion.objects.filter(indicador=indicador, periodo=periodo, caracter=caracter)
    celdas = [
        Celda(ambito=ambito, sexo=Sexo(sexo), personas=personas)
        for ambito, sexo, personas in grupo.filter(etapa=Medicion.Etapa.PUBLICADA)
        .order_by("id")
        .values_list("ambito__codigo", "sexo", "denominador")
    ]
    if all(celda.ambito == Ambito.NACIONAL and celda.sexo == Sexo.TOTAL for celda in celdas):
        return
    padres = dict(Ambito.objects.order_by("codigo").values_list("codigo", "padre__codigo"))
    for ambito, sexo in reservadas(celdas, padres):
        grupo.filter(ambito__codigo=ambito, sexo=sexo, reservada=False).update(reservada=True)
