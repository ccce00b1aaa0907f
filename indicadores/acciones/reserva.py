"""Celdas pequeñas: qué versiones publicadas dejan de mostrarse para no señalar a nadie."""

from collections import defaultdict
from collections.abc import Sequence

from indicadores.calculo.reserva import Celda, reservadas
from indicadores.calculo.tipos import Sexo
from indicadores.comprobaciones.propias import personas_de
from indicadores.models import Ambito, Indicador, Medicion


def esperar_turno(mediciones: Sequence[Medicion]) -> None:
    """Bloquea los indicadores de ``mediciones`` hasta el fin de la transacción, siempre en el mismo orden.

    Dos publicaciones a la vez no se ven entre sí: sin turno, cada una podría dejar a la vista la celda con que se
    deduce la que la otra reserva.
    """
    claves = {medicion.indicador_id for medicion in mediciones}
    list(Indicador.objects.select_for_update(no_key=True).filter(pk__in=claves).order_by("pk").values_list("pk"))


def reservar_celdas(cambiadas: Sequence[Medicion]) -> None:
    """Marca ``reservada`` en los grupos de ``cambiadas`` (mismo indicador y periodo) lo que debe callarse.

    El carácter no separa: lo referencial de un lugar revelaría lo oficial que se calla de él, y al revés. La marca se
    pone en todas las versiones publicadas de la celda, también las pasadas, y nunca se quita: lo que ayer permitía
    deducir una celda pequeña lo permite todavía hoy. Un borrador se decide cuando se publica.
    """
    grupos = {(medicion.indicador, medicion.periodo) for medicion in cambiadas if medicion.indicador.cuenta_personas}
    for indicador, periodo in grupos:
        _reservar_grupo(indicador, periodo)
    for medicion in cambiadas:
        if medicion.indicador.cuenta_personas:
            medicion.refresh_from_db(fields=["reservada"])


def _reservar_grupo(indicador: Indicador, periodo: str) -> None:
    """Decide con la última versión de cada celda, aunque se haya retirado: retirarla no vuelve pública su cantidad."""
    grupo = Medicion.objects.con_version().filter(indicador=indicador, periodo=periodo)
    ultimas = {
        (ambito, sexo, caracter): personas_de(indicador, valor, numerador, denominador)
        for ambito, sexo, caracter, valor, numerador, denominador in grupo.order_by("version").values_list(
            "ambito__codigo", "sexo", "caracter", "valor", "numerador", "denominador"
        )
    }
    por_celda: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (ambito, sexo, _), personas in ultimas.items():
        por_celda[ambito, sexo] += [] if personas is None else [personas]
    if por_celda.keys() == {(Ambito.NACIONAL, Sexo.TOTAL)}:
        return
    celdas = [
        Celda(ambito=ambito, sexo=Sexo(sexo), personas=min(filter(None, cuantas), default=0) if cuantas else None)
        for (ambito, sexo), cuantas in por_celda.items()
    ]
    padres = dict(Ambito.objects.order_by("codigo").values_list("codigo", "padre__codigo"))
    for ambito, sexo in reservadas(celdas, padres):
        grupo.filter(ambito__codigo=ambito, sexo=sexo, reservada=False).update(reservada=True)
