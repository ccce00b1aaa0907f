"""La página de inicio entera, lista para colocarse."""

from dataclasses import dataclass

from indicadores import frases
from indicadores.formato import enumerar, escribir_periodo, plural
from indicadores.lectura import IndicadorLeido
from indicadores.paginas import FilaDeIndicador, Luz, fila_de, luz_de, valor_suelto
from objetivos.models import ObjetivoPrioritario
from penitenciaria.portada import resumen
from penitenciaria.portada.filtros import Filtrado, filtrar, frase_de_lo_pedido
from penitenciaria.portada.matriz import Matriz, escribir_matriz
from penitenciaria.tablero import ObjetivoEnTablero, Tablero
from servicios.models import Servicio


@dataclass(frozen=True, slots=True)
class Casilla:
    codigo: str
    corto: str
    nombre: str
    luz: Luz


@dataclass(frozen=True, slots=True)
class Grupo:
    objetivo: ObjetivoPrioritario
    resumen: str
    filas: tuple[FilaDeIndicador, ...]


@dataclass(frozen=True, slots=True)
class CifraDeServicio:
    """La última cobertura conocida; ``cifra`` es la versión publicada de que sale."""

    servicio: str
    nombre: str
    valor: str
    cifra: int | None
    cuando: str


@dataclass(frozen=True, slots=True)
class Portada:
    """Lo que muestra la página de inicio; ``pedido`` dice qué se filtró y vacío es que no se filtra."""

    tablero: Tablero
    anio: int
    vacia: str
    titular: str
    antiguedad: str
    entrada: str
    filtrado: Filtrado
    pedido: str
    movimientos: tuple[resumen.CuentaDeMovimiento, ...]
    pendiente: resumen.Pendiente
    regla: str
    desde_cuando: str
    antiguedades: tuple[resumen.Antiguedad, ...]
    casillas: tuple[Casilla, ...]
    cuentas: tuple[resumen.Cuenta, ...]
    grupos: tuple[Grupo, ...]
    matriz: Matriz
    frase_servicios: str
    cobertura: tuple[CifraDeServicio, ...]


def escribir(tablero: Tablero, pedido: dict[str, str] | None = None) -> Portada:
    """La portada de un tablero con los filtros de ``pedido`` (los parámetros de la dirección)."""
    filtrado = filtrar(tablero, pedido or {})
    completo, tablero = tablero, filtrado.tablero
    leidos = [leido for objetivo in tablero.objetivos for leido in objetivo.indicadores]
    return Portada(
        tablero=tablero,
        anio=tablero.corte.year,
        vacia=resumen.por_que_vacia(tablero),
        titular=frase_de_lo_pedido(filtrado) or resumen.titular(tablero),
        antiguedad=resumen.antiguedad(leidos),
        entrada=resumen.entrada(tablero, leidos),
        filtrado=filtrado,
        pedido=filtrado.pedido,
        movimientos=resumen.movimientos(tablero, leidos),
        pendiente=resumen.pendiente(tablero),
        regla=resumen.REGLA_DE_ATENCION,
        desde_cuando=resumen.desde_cuando(leidos),
        antiguedades=resumen.antiguedades(leidos, tablero.constancias),
        casillas=tuple(
            Casilla(
                codigo=leido.indicador.codigo,
                corto=leido.indicador.codigo.removeprefix("OP.0").replace("-I", "."),
                nombre=leido.indicador.nombre_corto,
                luz=luz_de(leido),
            )
            for leido in leidos
        ),
        cuentas=resumen.cuentas(tablero),
        grupos=tuple(_grupo(objetivo) for objetivo in tablero.objetivos),
        matriz=escribir_matriz(leidos, completo.anios, tablero.corte.year, tablero.constancias),
        frase_servicios=_frase_de_servicios(tablero),
        cobertura=tuple(_cobertura(leido) for leido in tablero.cobertura if leido.evaluacion.ultima),
    )


def _grupo(objetivo: ObjetivoEnTablero) -> Grupo:
    avance = objetivo.avance
    medidos = f"{objetivo.con_medicion} de {avance.de} con alguna medición"
    if avance.valor is None:
        del_anio = f"sin avance calculable en {avance.anio}"
    else:
        parcial = ", parcial" if avance.parcial else ""
        del_anio = (
            f"avance de {avance.anio}: {frases.porcentaje_de_avance(avance.valor)} "
            f"({avance.con_dato} de {avance.de} con dato{parcial})"
        )
    return Grupo(
        objetivo=objetivo.objetivo,
        resumen=f"{medidos} · {del_anio}",
        filas=tuple(fila_de(leido) for leido in objetivo.indicadores),
    )


def _frase_de_servicios(tablero: Tablero) -> str:
    cuantos = dict.fromkeys(Servicio.Ejecucion.values, 0)
    for servicio in tablero.servicios:
        cuantos[servicio.ejecucion] += 1
    partes = []
    if cuantos["inmediata"]:
        partes.append(f"{cuantos['inmediata']} de ejecución inmediata")
    if cuantos["progresiva"]:
        partes.append(f"{cuantos['progresiva']} de ejecución progresiva")
    if cuantos["no_consta"]:
        partes.append(f"{cuantos['no_consta']} cuya ejecución no consta")
    if not partes:
        return "Todavía no hay servicios registrados."
    conocidos = plural(len(tablero.servicios), "servicio conocido", "servicios conocidos")
    return f"De {conocidos}, {enumerar(partes)}. Su cobertura, según la última cifra oficial:"


def _cobertura(leido: IndicadorLeido) -> CifraDeServicio:
    ultima = leido.evaluacion.ultima
    assert leido.indicador.servicio is not None
    assert ultima is not None
    return CifraDeServicio(
        servicio=leido.indicador.servicio.codigo,
        nombre=leido.indicador.nombre_corto,
        valor=valor_suelto(leido),
        cifra=ultima.id,
        cuando=escribir_periodo(ultima.periodo.texto),
    )
