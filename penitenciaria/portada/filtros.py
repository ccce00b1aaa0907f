"""Los filtros de la portada, que viven en la dirección: objetivo, entidad y estado, y cuántos indicadores da cada uno.

Un indicador es de una entidad si ella responde por él o participa en algún servicio de su objetivo.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from indicadores.calculo.tipos import EstadoIndicador, Movimiento, Semaforo
from indicadores.formato import enumerar, plural
from indicadores.lectura import IndicadorLeido
from penitenciaria.tablero import Tablero, resumir

CAMPOS = ("objetivo", "entidad", "estado")
Cumple = Callable[[IndicadorLeido, str], bool]


@dataclass(frozen=True, slots=True)
class Opcion:
    """Un valor posible y cuántos indicadores quedarían con él, dejando los demás filtros como están."""

    valor: str
    texto: str
    cuantos: int


@dataclass(frozen=True, slots=True)
class GrupoDeOpciones:
    """Opciones que van juntas bajo un título; sin él, sueltas."""

    titulo: str
    opciones: tuple[Opcion, ...]


@dataclass(frozen=True, slots=True)
class Filtro:
    """Un campo del formulario: ``valor`` es lo pedido, quizá desconocido, y entonces ``error`` lo dice."""

    campo: str
    rotulo: str
    todos: str
    valor: str
    grupos: tuple[GrupoDeOpciones, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Filtrado:
    """Lo que quedó: el tablero con solo esos indicadores, el formulario y qué se pidió, en palabras."""

    tablero: Tablero
    filtros: tuple[Filtro, ...]
    total: int
    quedan: int
    pedido: str

    @property
    def hay_filtro(self) -> bool:
        return any(filtro.valor for filtro in self.filtros)

    @property
    def hay_error(self) -> bool:
        return any(filtro.error for filtro in self.filtros)


def filtrar(tablero: Tablero, pedido: Mapping[str, str]) -> Filtrado:
    """Aplica los filtros de la dirección; con un valor desconocido no queda ningún indicador."""
    leidos = [leido for objetivo in tablero.objetivos for leido in objetivo.indicadores]
    valores = {campo: pedido.get(campo, "").strip() for campo in CAMPOS}
    cumple = _condiciones(tablero)
    posibles = _posibles(tablero)

    def quedan(con: Mapping[str, str]) -> list[IndicadorLeido]:
        activos = [(cumple[campo], valor) for campo, valor in con.items() if valor]
        return [leido for leido in leidos if all(condicion(leido, valor) for condicion, valor in activos)]

    filtros = tuple(
        Filtro(
            campo=campo,
            rotulo=campo.capitalize(),
            todos="Todas" if campo == "entidad" else "Todos",
            valor=valores[campo],
            grupos=tuple(
                GrupoDeOpciones(
                    titulo,
                    tuple(
                        Opcion(valor, texto, len(quedan(valores | {campo: valor}))) for valor, texto in opciones.items()
                    ),
                )
                for titulo, opciones in posibles[campo].items()
            ),
            error=_error(campo, valores[campo], posibles[campo]),
        )
        for campo in CAMPOS
    )
    elegidos = [] if any(filtro.error for filtro in filtros) else quedan(valores)
    return Filtrado(
        tablero=_con_solo(tablero, elegidos) if any(valores.values()) else tablero,
        filtros=filtros,
        total=len(leidos),
        quedan=len(elegidos),
        pedido=_en_palabras(valores, posibles),
    )


def _con_solo(tablero: Tablero, elegidos: list[IndicadorLeido]) -> Tablero:
    """El mismo tablero con esos indicadores; el avance y las cuentas de cada objetivo siguen siendo los suyos."""
    claves = {leido.indicador.pk for leido in elegidos}
    objetivos = (
        replace(uno, indicadores=tuple(leido for leido in uno.indicadores if leido.indicador.pk in claves))
        for uno in tablero.objetivos
    )
    return replace(tablero, objetivos=tuple(uno for uno in objetivos if uno.indicadores), resumen=resumir(elegidos))


def _condiciones(tablero: Tablero) -> dict[str, Cumple]:
    participan = {(uno.objetivo, uno.sigla) for uno in tablero.participantes}

    def es_de_entidad(leido: IndicadorLeido, sigla: str) -> bool:
        responsable = leido.indicador.responsable
        return (_objetivo_de(leido), sigla) in participan or (responsable is not None and responsable.sigla == sigla)

    return {
        "objetivo": lambda leido, codigo: _objetivo_de(leido) == codigo,
        "entidad": es_de_entidad,
        "estado": lambda leido, estado: estado in _estados_de(leido),
    }


def _objetivo_de(leido: IndicadorLeido) -> str:
    return leido.indicador.objetivo.codigo if leido.indicador.objetivo else ""


def _estados_de(leido: IndicadorLeido) -> set[str]:
    evaluacion = leido.evaluacion
    return {evaluacion.movimiento.value, evaluacion.avance.semaforo.value, evaluacion.estado.value}


def _posibles(tablero: Tablero) -> dict[str, dict[str, dict[str, str]]]:
    """De cada campo, sus opciones por grupo: {campo: {título: {valor: texto}}}."""
    leidos = [leido for objetivo in tablero.objetivos for leido in objetivo.indicadores]
    entidades = {uno.sigla: uno.nombre for uno in tablero.participantes}
    for leido in leidos:
        if leido.indicador.responsable is not None:
            entidades[leido.indicador.responsable.sigla] = leido.indicador.responsable.nombre
    return {
        "objetivo": {"": {o.codigo: f"{o.codigo} {o.nombre}" for o in (uno.objetivo for uno in tablero.objetivos)}},
        "entidad": {"": dict(sorted(entidades.items()))},
        "estado": {
            "Hacia dónde va": {
                Movimiento.MEJORA.value: "Avanza",
                Movimiento.SIN_CAMBIO.value: "Sigue igual",
                Movimiento.RETROCEDE.value: "Retrocede",
                Movimiento.DESCONOCIDO.value: "No se sabe",
            },
            f"Frente al logro de {tablero.corte.year}": {
                Semaforo.VERDE.value: "Cumple",
                Semaforo.AMARILLO.value: "En riesgo",
                Semaforo.ROJO.value: "Lejos",
                Semaforo.SIN_DATOS.value: "Sin dato comparable",
            },
            "Medición": {
                EstadoIndicador.CON_MEDICION.value: "Medido alguna vez",
                EstadoIndicador.SIN_MEDICION.value: "Nunca medido",
            },
        },
    }


def _error(campo: str, valor: str, posibles: Mapping[str, Mapping[str, str]]) -> str:
    if not valor or any(valor in opciones for opciones in posibles.values()):
        return ""
    citado = valor[:40].replace("\0", "�") + ("…" if len(valor) > 40 else "")
    return f"«{citado}» no está entre las opciones de «{campo}». Elija una de la lista."


def _en_palabras(valores: Mapping[str, str], posibles: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """«objetivo OP.01 y estado «Nunca medido»»; vacío si no se pidió nada que se entienda."""
    partes = []
    for campo, valor in valores.items():
        textos = [opciones[valor] for opciones in posibles[campo].values() if valor in opciones]
        partes += [f"{campo} «{texto}»" for texto in textos]
    return enumerar(partes)


def frase_de_lo_pedido(filtrado: Filtrado) -> str:
    """Cuántos quedaron y con qué filtros; vacía si no se filtra."""
    if not filtrado.hay_filtro:
        return ""
    if filtrado.hay_error:
        return "La dirección pide un filtro que no existe."
    if not filtrado.quedan:
        return f"Ningún indicador cumple lo que se pide: {filtrado.pedido}."
    return f"{filtrado.quedan} de {plural(filtrado.total, 'indicador', 'indicadores')}: {filtrado.pedido}."
