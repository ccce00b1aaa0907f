"""La lista de indicadores, ya filtrada y escrita."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicadores.calculo.tipos import EstadoIndicador
from indicadores.formato import plural, sin_acentos
from indicadores.frases import hay_algo_publicado
from indicadores.lectura import IndicadorLeido
from indicadores.mirada import Mirada
from indicadores.paginas import FilaDeIndicador, fila_de


@dataclass(frozen=True, slots=True)
class Lista:
    """La lista de indicadores ya filtrada, con lo que se pidió para poder mostrarlo en el formulario."""

    anio: int
    filas: tuple[FilaDeIndicador, ...]
    de_servicios: tuple[FilaDeIndicador, ...]
    titular: str
    texto: str
    objetivo: str
    estado: str
    objetivos: tuple[tuple[str, str], ...]
    hay_filtro: bool


def pagina_de_lista(leidos: Sequence[IndicadorLeido], pedido: Mapping[str, str], mirada: Mirada) -> Lista:
    """Filtra por texto, objetivo y estado lo que pide la dirección; un filtro desconocido no deja nada y se dice."""
    texto, objetivo, estado = (pedido.get(clave, "").strip() for clave in ("q", "objetivo", "estado"))
    elegidos = [
        leido
        for leido in leidos
        if (not texto or _contiene(leido, texto))
        and (not objetivo or _objetivo_de(leido) == objetivo)
        and (not estado or leido.evaluacion.estado == estado)
    ]
    return Lista(
        anio=mirada.corte.year,
        filas=tuple(fila_de(leido) for leido in elegidos if leido.indicador.objetivo_id),
        de_servicios=tuple(fila_de(leido) for leido in elegidos if leido.indicador.servicio_id),
        titular=_titular(elegidos, leidos, objetivo),
        texto=texto,
        objetivo=objetivo,
        estado=estado,
        objetivos=tuple(
            sorted(
                {
                    (leido.indicador.objetivo.codigo, leido.indicador.objetivo.nombre)
                    for leido in leidos
                    if leido.indicador.objetivo
                }
            )
        ),
        hay_filtro=bool(texto or objetivo or estado),
    )


def _titular(elegidos: Sequence[IndicadorLeido], leidos: Sequence[IndicadorLeido], objetivo: str) -> str:
    if objetivo and objetivo not in {_objetivo_de(leido) for leido in leidos}:
        return f"No hay ningún objetivo «{objetivo}»."
    if not elegidos:
        return "Ningún indicador cumple lo que se pide."
    cuantos = plural(len(elegidos), "indicador", "indicadores")
    if not any(hay_algo_publicado(leido.evaluacion) for leido in elegidos):
        return f"{cuantos}. A esa fecha este portal aún no había publicado nada de ellos."
    medidos = sum(leido.evaluacion.estado is EstadoIndicador.CON_MEDICION for leido in elegidos)
    return f"{cuantos}: {medidos} con alguna medición."


def _contiene(leido: IndicadorLeido, texto: str) -> bool:
    indicador = leido.indicador
    donde = sin_acentos(f"{indicador.codigo} {indicador.nombre} {indicador.nombre_corto}")
    return all(palabra in donde for palabra in sin_acentos(texto).split())


def _objetivo_de(leido: IndicadorLeido) -> str:
    indicador = leido.indicador
    dueno = indicador.objetivo or (indicador.servicio.objetivo if indicador.servicio else None)
    return dueno.codigo if dueno else ""
