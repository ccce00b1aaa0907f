"""El tablero de servicios ya filtrado y escrito: por ejecución y estado, con quienes participan y su cobertura."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from indicadores.formato import ESPACIO_DURO, enumerar, plural, sin_acentos
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores
from indicadores.mirada import Mirada
from objetivos.models import Entidad
from servicios.filas import (
    CLASE_DE_ESTADO,
    FilaDeServicio,
    Marca,
    filas_de_servicios,
    por_que_no_hay_cifras,
    servicios_completos,
)
from servicios.filtros import Filtro, contiene, frase_de_resultado, leer_filtros
from servicios.models import Servicio

GRUPOS = (
    (Servicio.Ejecucion.INMEDIATA, "Ejecución inmediata", "Los que empiezan primero."),
    (Servicio.Ejecucion.PROGRESIVA, "Ejecución progresiva", "Se despliegan por etapas."),
    (Servicio.Ejecucion.NO_CONSTA, "Ejecución que no consta", "Las fuentes disponibles no dicen cuándo empiezan."),
)
ORDENES = {"nombre": "Nombre", "estado": "Estado", "cobertura": "Cifra más reciente"}
#: Los campos que el cuadro de doble entrada reparte: por ellos no se cuenta lo ya filtrado.
DEL_CRUCE = ("ejecucion", "estado")


@dataclass(frozen=True, slots=True)
class GrupoDeServicios:
    titulo: str
    explicacion: str
    filas: tuple[FilaDeServicio, ...]


@dataclass(frozen=True, slots=True)
class CasillaDeCruce:
    """Cuántos servicios hay en una ejecución y un estado; ``enlace`` los muestra, vacío si no hay ninguno."""

    rotulo: str
    cuantos: int
    enlace: str
    elegida: bool


@dataclass(frozen=True, slots=True)
class FilaDeCruce:
    rotulo: str
    casillas: tuple[CasillaDeCruce, ...]
    total: CasillaDeCruce


@dataclass(frozen=True, slots=True)
class PaginaDeServicios:
    """El tablero de servicios, ya filtrado."""

    vacia: str
    titular: str
    entrada: str
    filtros: tuple[Filtro, ...]
    texto: str
    resultado: str
    hay_error: bool
    hay_filtro: bool
    grupos: tuple[GrupoDeServicios, ...]
    estados: tuple[Marca, ...]
    cruce: tuple[FilaDeCruce, ...]


def escribir_tablero(pedido: Mapping[str, str], mirada: Mirada) -> PaginaDeServicios:
    """Los servicios que cumplen lo pedido, por ejecución. Un filtro que no se entiende no deja ninguno y lo dice."""
    leidos = leer_indicadores(
        catalogo().filter(servicio__isnull=False), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha
    )
    filas = filas_de_servicios(servicios_completos(), leidos, mirada.corte)
    entidades = Entidad.objects.filter(participaciones__isnull=False).distinct().order_by("sigla")
    texto, filtros = pedido.get("q", "").strip(), leer_filtros(pedido, _opciones(filas, entidades))
    [orden] = leer_filtros(pedido, {"orden": ("Orden", ORDENES)}, vacio="Código")
    hay_error = any(filtro.error for filtro in (*filtros, orden))
    elegidas = [] if hay_error else [fila for fila in filas if _cumple(fila, filtros, texto)]
    elegidas = _ordenar(elegidas, orden.valor, leidos)
    hay_filtro = bool(texto) or any(filtro.valor for filtro in filtros)
    estados = [estado for estado in Servicio.Estado if any(fila.servicio.estado == estado for fila in filas)]
    return PaginaDeServicios(
        vacia=por_que_no_hay_cifras(mirada),
        titular=_titular(filas),
        entrada=_entrada(filas),
        filtros=(*filtros, orden),
        texto=texto,
        resultado=frase_de_resultado(
            len(elegidas),
            plural(len(filas), "servicio", "servicios"),
            "Ningún servicio",
            hay_filtro=hay_filtro,
            hay_error=hay_error,
        ),
        hay_error=hay_error,
        hay_filtro=hay_filtro,
        grupos=tuple(
            GrupoDeServicios(titulo, explicacion, suyas)
            for ejecucion, titulo, explicacion in GRUPOS
            if (suyas := tuple(fila for fila in elegidas if fila.servicio.ejecucion == ejecucion))
        ),
        estados=tuple(Marca(CLASE_DE_ESTADO[estado], str(estado.label)) for estado in estados),
        cruce=() if hay_error else _cruzar(filas, filtros, texto, orden.valor, estados, mirada),
    )


def _opciones(filas: Iterable[FilaDeServicio], entidades: Iterable[Entidad]) -> dict[str, tuple[str, dict[str, str]]]:
    objetivos = {fila.servicio.objetivo.codigo: fila.servicio.objetivo.nombre for fila in filas}
    return {
        "objetivo": ("Objetivo", {codigo: f"{codigo} {nombre}" for codigo, nombre in sorted(objetivos.items())}),
        "entidad": ("Entidad", {entidad.sigla: f"{entidad.sigla}, {entidad.nombre}" for entidad in entidades}),
        "ejecucion": ("Ejecución", {str(opcion.value): str(opcion.label) for opcion in Servicio.Ejecucion}),
        "estado": ("Estado", {str(opcion.value): str(opcion.label) for opcion in Servicio.Estado}),
    }


def _cumple(fila: FilaDeServicio, filtros: Iterable[Filtro], texto: str) -> bool:
    servicio = fila.servicio
    siglas = {sigla for papel in fila.papeles for sigla, _, _ in papel.entidades}
    tiene = {
        "objetivo": {servicio.objetivo.codigo},
        "entidad": siglas,
        "ejecucion": {servicio.ejecucion},
        "estado": {servicio.estado},
    }
    donde = f"{servicio.codigo} {servicio.nombre} {servicio.nombre_corto} {servicio.descripcion}"
    return all(not filtro.valor or filtro.valor in tiene[filtro.campo] for filtro in filtros) and contiene(donde, texto)


def _ordenar(filas: Sequence[FilaDeServicio], orden: str, leidos: Iterable[IndicadorLeido]) -> list[FilaDeServicio]:
    """Las filas (que ya vienen por código) en el orden pedido; lo que empata queda por código."""
    if orden == "cobertura":
        recientes: dict[int, int] = {}
        for leido in leidos:
            ultima, clave = leido.evaluacion.ultima, leido.indicador.servicio_id
            if ultima is not None and clave is not None:
                recientes[clave] = max(recientes.get(clave, 0), ultima.periodo.fin.toordinal())
        return sorted(filas, key=lambda fila: -recientes.get(fila.servicio.pk, 0))
    lugares = {str(estado): lugar for lugar, estado in enumerate(Servicio.Estado)}
    claves: dict[str, Callable[[FilaDeServicio], str | int]] = {
        "nombre": lambda fila: sin_acentos(fila.servicio.nombre_corto),
        "estado": lambda fila: lugares[fila.servicio.estado],
    }
    return sorted(filas, key=claves[orden]) if orden in claves else list(filas)


def _cruzar(
    filas: Iterable[FilaDeServicio],
    filtros: Sequence[Filtro],
    texto: str,
    orden: str,
    estados: Sequence[Servicio.Estado],
    mirada: Mirada,
) -> tuple[FilaDeCruce, ...]:
    """Ejecución × estado de lo que deja pasar el resto de los filtros; cada casilla lleva a sus servicios."""
    otros = [filtro for filtro in filtros if filtro.campo not in DEL_CRUCE]
    elegido = {filtro.campo: filtro.valor for filtro in filtros if filtro.campo in DEL_CRUCE}
    cuantos: Counter[tuple[str, str]] = Counter()
    for fila in filas:
        if _cumple(fila, otros, texto):
            servicio = fila.servicio
            cuantos.update([(servicio.ejecucion, servicio.estado), (servicio.ejecucion, "")])
    fijos = [*mirada.pedido, ("q", texto), *((filtro.campo, filtro.valor) for filtro in otros), ("orden", orden)]

    def casilla(ejecucion: str, estado: str, rotulo: str) -> CasillaDeCruce:
        pedido = [*fijos, ("ejecucion", ejecucion), ("estado", estado)]
        enlace = f"?{urlencode([(campo, valor) for campo, valor in pedido if valor])}"
        hay = cuantos[ejecucion, estado]
        elegida = elegido == {"ejecucion": ejecucion, "estado": estado}
        return CasillaDeCruce(rotulo, hay, enlace if hay else "", elegida)

    return tuple(
        FilaDeCruce(
            str(ejecucion.label),
            tuple(casilla(str(ejecucion.value), str(estado.value), str(estado.label)) for estado in estados),
            casilla(str(ejecucion.value), "", "total"),
        )
        for ejecucion, _, _ in GRUPOS
        if any(clave == ejecucion for clave, _ in cuantos)
    )


def _titular(filas: Sequence[FilaDeServicio]) -> str:
    if not filas:
        return "Todavía no hay servicios registrados."
    estados = Counter(fila.servicio.estado for fila in filas)
    proveen, constan = estados[Servicio.Estado.EN_PROVISION], len(filas) - estados[Servicio.Estado.NO_CONSTA]
    verbo = "se provee" if proveen == 1 else "se proveen"
    falta = f" De {len(filas) - constan} no consta." if constan < len(filas) else ""
    conocidos = plural(len(filas), "servicio conocido", "servicios conocidos")
    return f"De {conocidos}, {proveen}{ESPACIO_DURO}{verbo}.{falta}"


def _entrada(filas: Sequence[FilaDeServicio]) -> str:
    cuantos = Counter(fila.servicio.ejecucion for fila in filas)
    nombres = {"inmediata": "de ejecución inmediata", "progresiva": "de ejecución progresiva"}
    partes = [f"{cuantos[clave]} {nombre}" for clave, nombre in nombres.items() if cuantos[clave]]
    if cuantos["no_consta"]:
        partes.append(f"{cuantos['no_consta']} cuya ejecución no consta")
    oraciones = [f"Son {enumerar(partes)}."] if partes else []
    con_cifra = sum(any(not cifra.razon for cifra in fila.cifras) for fila in filas)
    if con_cifra:
        verbo = "tiene" if con_cifra == 1 else "tienen"
        oraciones.append(f"Solo {con_cifra} {verbo} alguna cifra de su cobertura.")
    elif filas:
        oraciones.append("Al corte, ninguno tiene cifras de su cobertura.")
    con_documento = sum(any(uno.estado.clase == "hecho" for uno in fila.documentos) for fila in filas)
    if filas:
        verbo = "tiene" if con_documento < 2 else "tienen"
        cuantos_tienen = f"{con_documento} {verbo}" if con_documento else f"Ninguno {verbo}"
        oraciones.append(f"{cuantos_tienen} aprobado algún documento que lo{'s' * (con_documento > 1)} gobierne.")
    return " ".join(oraciones)
