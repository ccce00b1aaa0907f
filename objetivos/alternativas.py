"""Las alternativas para que la política se cumpla mejor: qué es cada una, si se atendió, con qué norma y cuándo."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from indicadores.formato import enumerar, escribir_fecha, plural
from indicadores.mirada import Mirada
from objetivos.models import Alternativa, Norma
from servicios.filas import Marca
from servicios.filtros import Filtro, frase_de_resultado, leer_filtros

CLASE_DE_ALTERNATIVA = {
    Alternativa.Estado.ATENDIDA: "hecho",
    Alternativa.Estado.EN_CURSO: "medio",
    Alternativa.Estado.NO_CONSTA: "nulo",
}
#: De lo que ya se hizo a lo que no se sabe.
ORDEN = (Alternativa.Estado.ATENDIDA, Alternativa.Estado.EN_CURSO, Alternativa.Estado.NO_CONSTA)
PLURAL = {
    Alternativa.Estado.ATENDIDA: "Atendidas",
    Alternativa.Estado.EN_CURSO: "En curso",
    Alternativa.Estado.NO_CONSTA: "No consta su avance",
}


@dataclass(frozen=True, slots=True)
class AlternativaEscrita:
    """Una alternativa al corte; ``desde`` y ``norma`` son de su estado y solo están si ya se conocían."""

    alternativa: Alternativa
    clave: str
    estado: Marca
    desde: str
    norma: Norma | None
    fuente: str


@dataclass(frozen=True, slots=True)
class OpcionDeEstado:
    """Un estado por el que se puede filtrar, con cuántas hay."""

    rotulo: str
    cuantas: int
    enlace: str
    elegida: bool


@dataclass(frozen=True, slots=True)
class PaginaDeAlternativas:
    """Todas las alternativas, o las del estado pedido."""

    titular: str
    entrada: str
    filtro: Filtro
    opciones: tuple[OpcionDeEstado, ...]
    resultado: str
    filas: tuple[AlternativaEscrita, ...]


def escribir_alternativas(pedido: Mapping[str, str], mirada: Mirada) -> PaginaDeAlternativas:
    """La página en una consulta; un estado que no existe no deja ninguna y lo dice."""
    todas = alternativas_al(mirada.corte)
    estados = {str(estado.value): PLURAL[estado] for estado in ORDEN}
    [filtro] = leer_filtros(pedido, {"estado": ("Estado", estados)}, vacio="Todas")
    elegidas = tuple(una for una in todas if not filtro.valor or una.clave == filtro.valor)
    return PaginaDeAlternativas(
        titular=_titular(todas),
        entrada=_entrada(todas),
        filtro=filtro,
        opciones=_opciones(todas, filtro.valor, mirada),
        resultado=frase_de_resultado(
            len(elegidas),
            plural(len(todas), "alternativa", "alternativas"),
            "Ninguna alternativa",
            hay_filtro=bool(filtro.valor),
            hay_error=bool(filtro.error),
        ),
        filas=elegidas,
    )


def alternativas_al(corte: date) -> tuple[AlternativaEscrita, ...]:
    """Las alternativas en su orden, con el estado que se les conocía al corte."""
    todas = Alternativa.objects.select_related("norma", "fuente").order_by("politica", "orden")
    return tuple(_escribir(una, corte) for una in todas)


def _escribir(alternativa: Alternativa, corte: date) -> AlternativaEscrita:
    estado = Alternativa.Estado(alternativa.estado_al(corte))
    se_conoce = alternativa.es_visible_al(corte)
    fecha = alternativa.fecha if se_conoce else None
    norma = alternativa.norma if se_conoce and alternativa.norma and alternativa.norma.es_visible_al(corte) else None
    return AlternativaEscrita(
        alternativa=alternativa,
        clave=str(estado.value),
        estado=Marca(CLASE_DE_ALTERNATIVA[estado], str(estado.label)),
        desde=escribir_fecha(fecha, alternativa.precision_fecha) if fecha else "",
        norma=norma,
        fuente=alternativa.fuente.nombre if alternativa.fuente else "",
    )


def _opciones(todas: Iterable[AlternativaEscrita], elegido: str, mirada: Mirada) -> tuple[OpcionDeEstado, ...]:
    cuantas = Counter(una.clave for una in todas)
    halladas = [OpcionDeEstado("Todas", cuantas.total(), mirada.sufijo or "?", not elegido)]
    for estado in ORDEN:
        enlace = f"?{urlencode([*mirada.pedido, ('estado', estado.value)])}"
        halladas.append(OpcionDeEstado(PLURAL[estado], cuantas[estado.value], enlace, elegido == estado.value))
    return tuple(halladas)


def _titular(todas: tuple[AlternativaEscrita, ...]) -> str:
    if not todas:
        return "Todavía no se ha registrado ninguna alternativa."
    cuantas = Counter(una.clave for una in todas)
    atendidas, en_curso, sin_constancia = (cuantas[estado.value] for estado in ORDEN)
    partes = [
        "ninguna se ha atendido" if not atendidas else f"{atendidas} se {'ha' if atendidas == 1 else 'han'} atendido"
    ]
    if en_curso:
        partes.append(f"{en_curso} {'está' if en_curso == 1 else 'están'} en curso")
    if sin_constancia:
        partes.append(f"de {sin_constancia} no consta su avance")
    return f"De {plural(len(todas), 'alternativa', 'alternativas')}, {enumerar(partes)}."


def _entrada(todas: tuple[AlternativaEscrita, ...]) -> str:
    if not todas:
        return ""
    fuentes = sorted({una.fuente for una in todas if una.fuente})
    return "Son lo que hace falta para que la política se cumpla mejor." + (
        f" Fuente: {enumerar(fuentes)}." if fuentes else ""
    )
