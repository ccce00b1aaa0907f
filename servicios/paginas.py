"""Las páginas de los servicios, ya escritas: las plantillas solo las colocan."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indicadores import frases
from indicadores.formato import ESPACIO_DURO, enumerar, plural
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores
from indicadores.mirada import Mirada
from objetivos.models import Entidad
from servicios.filas import (
    CifraDeCobertura,
    DocumentoEscrito,
    FilaDeServicio,
    Marca,
    escribir_documento,
    filas_de_servicios,
    fuentes_de,
    por_que_no_hay_cifras,
    servicios_con_entidades,
)
from servicios.filtros import Filtro, contiene, leer_filtros
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension

FRASE_DE_ESTADO = {
    Servicio.Estado.EN_PROVISION: "se provee",
    Servicio.Estado.EN_PRUEBA: "está en prueba",
    Servicio.Estado.EN_DISENO: "está en diseño",
    Servicio.Estado.NO_INICIADO: "aún no se inicia",
    Servicio.Estado.NO_CONSTA: "no consta si ya se provee",
}
GRUPOS = (
    (Servicio.Ejecucion.INMEDIATA, "Ejecución inmediata", "Los que empiezan primero."),
    (Servicio.Ejecucion.PROGRESIVA, "Ejecución progresiva", "Se despliegan por etapas."),
    (Servicio.Ejecucion.NO_CONSTA, "Ejecución que no consta", "Las fuentes disponibles no dicen cuándo empiezan."),
)


@dataclass(frozen=True, slots=True)
class GrupoDeServicios:
    titulo: str
    explicacion: str
    filas: tuple[FilaDeServicio, ...]


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


@dataclass(frozen=True, slots=True)
class PaginaDeServicio:
    """Lo que muestra la página de un servicio."""

    servicio: Servicio
    vacia: str
    hallazgo: str
    estado: Marca
    ficha: tuple[tuple[str, str], ...]
    participaciones: tuple[Participacion, ...]
    documentos: tuple[DocumentoEscrito, ...]
    documentos_posteriores: int
    fuentes_de_documentos: str
    cifras: tuple[CifraDeCobertura, ...]
    intervenciones: tuple[Intervencion, ...]
    suspensiones: tuple[Suspension, ...]
    inferencias: tuple[str, ...]


# --- El tablero de servicios ----------------------------------------------------------------------------------------


def escribir_tablero(pedido: Mapping[str, str], mirada: Mirada) -> PaginaDeServicios:
    """Los servicios que cumplen lo pedido, por ejecución. Un filtro que no se entiende no deja ninguno y lo dice."""
    leidos = leer_indicadores(
        catalogo().filter(servicio__isnull=False), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha
    )
    filas = filas_de_servicios(servicios_con_entidades(), leidos)
    entidades = Entidad.objects.filter(participaciones__isnull=False).distinct().order_by("sigla")
    texto, filtros = pedido.get("q", "").strip(), leer_filtros(pedido, _opciones(filas, entidades))
    hay_error = any(filtro.error for filtro in filtros)
    elegidas = [] if hay_error else [fila for fila in filas if _cumple(fila, filtros, texto)]
    hay_filtro = bool(texto) or any(filtro.valor for filtro in filtros)
    return PaginaDeServicios(
        vacia=por_que_no_hay_cifras(mirada),
        titular=_titular(filas),
        entrada=_entrada(filas),
        filtros=filtros,
        texto=texto,
        resultado=_resultado(len(elegidas), len(filas), hay_filtro, hay_error),
        hay_error=hay_error,
        hay_filtro=hay_filtro,
        grupos=tuple(
            GrupoDeServicios(titulo, explicacion, suyas)
            for ejecucion, titulo, explicacion in GRUPOS
            if (suyas := tuple(fila for fila in elegidas if fila.servicio.ejecucion == ejecucion))
        ),
    )


def _opciones(filas: Iterable[FilaDeServicio], entidades: Iterable[Entidad]) -> dict[str, tuple[str, dict[str, str]]]:
    objetivos = {fila.servicio.objetivo.codigo: fila.servicio.objetivo.nombre for fila in filas}
    return {
        "objetivo": ("Objetivo", {codigo: f"{codigo} {nombre}" for codigo, nombre in sorted(objetivos.items())}),
        "entidad": ("Entidad", {entidad.sigla: f"{entidad.sigla}, {entidad.nombre}" for entidad in entidades}),
        "ejecucion": ("Ejecución", {str(opcion.value): str(opcion.label) for opcion in Servicio.Ejecucion}),
    }


def _cumple(fila: FilaDeServicio, filtros: Sequence[Filtro], texto: str) -> bool:
    servicio = fila.servicio
    siglas = {sigla for papel in fila.papeles for sigla, _, _ in papel.entidades}
    tiene = {"objetivo": {servicio.objetivo.codigo}, "entidad": siglas, "ejecucion": {servicio.ejecucion}}
    donde = f"{servicio.codigo} {servicio.nombre} {servicio.nombre_corto} {servicio.descripcion}"
    return all(not filtro.valor or filtro.valor in tiene[filtro.campo] for filtro in filtros) and contiene(donde, texto)


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
    con_cifra = sum(any(not cifra.razon for cifra in fila.cifras) for fila in filas)
    oraciones = [f"Son {enumerar(partes)}."] if partes else []
    if con_cifra:
        verbo = "tiene" if con_cifra == 1 else "tienen"
        oraciones.append(f"Solo {con_cifra} {verbo} alguna cifra de su cobertura.")
    elif filas:
        oraciones.append("Al corte, ninguno tiene cifras de su cobertura.")
    return " ".join(oraciones)


def _resultado(elegidos: int, total: int, hay_filtro: bool, hay_error: bool) -> str:
    if hay_error:
        return "No se buscó: corrija el filtro señalado."
    if not hay_filtro:
        return plural(total, "servicio", "servicios")
    if not elegidos:
        return "Ningún servicio cumple lo que se pide."
    verbo = "cumple" if elegidos == 1 else "cumplen"
    return f"{elegidos} de {plural(total, 'servicio', 'servicios')} {verbo} lo que se pide."


# --- La página de un servicio ---------------------------------------------------------------------------------------


def escribir_pagina(servicio: Servicio, mirada: Mirada) -> PaginaDeServicio:
    """Reúne y escribe la página de un servicio: un número fijo de consultas."""
    leidos = leer_indicadores(catalogo().filter(servicio=servicio), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    [fila] = filas_de_servicios([servicio], leidos)
    documentos = list(servicio.documentos.select_related("norma", "fuente").order_by("estado", "titulo"))
    visibles = [documento for documento in documentos if documento.es_visible_al(mirada.corte)]
    hasta = {"anio__lte": mirada.corte.year}
    vacia = por_que_no_hay_cifras(mirada)
    return PaginaDeServicio(
        servicio=servicio,
        vacia=vacia,
        hallazgo=_hallazgo(fila, visibles, sin_cifras=bool(vacia)),
        estado=fila.estado,
        ficha=_ficha(servicio, leidos),
        participaciones=tuple(servicio.participaciones.all()),
        documentos=tuple(escribir_documento(documento) for documento in visibles),
        documentos_posteriores=len(documentos) - len(visibles),
        fuentes_de_documentos=fuentes_de(documento.fuente for documento in visibles),
        cifras=fila.cifras,
        intervenciones=tuple(
            servicio.intervenciones.filter(**hasta).select_related("fuente").order_by("-anio", "titulo")
        ),
        suspensiones=tuple(
            servicio.suspensiones.filter(**hasta).select_related("fuente").order_by("-anio", "actividad")
        ),
        inferencias=_inferencias(servicio),
    )


def _hallazgo(fila: FilaDeServicio, documentos: Sequence[DocumentoDeProvision], *, sin_cifras: bool) -> str:
    """Cómo está el servicio, en tres oraciones: su ejecución, su cobertura y sus documentos."""
    servicio = fila.servicio
    estado = FRASE_DE_ESTADO[Servicio.Estado(servicio.estado)]
    if servicio.ejecucion == Servicio.Ejecucion.NO_CONSTA:
        oraciones = [f"{frases.mayuscula(estado)}; no consta si su ejecución es inmediata o progresiva"]
    else:
        oraciones = [f"Es de ejecución {servicio.get_ejecucion_display()} y {estado}"]
    conocidas = [cifra for cifra in fila.cifras if not cifra.razon]
    if conocidas:
        por_periodo: defaultdict[str, list[str]] = defaultdict(list)
        for cifra in conocidas:
            por_periodo[f"{cifra.cuando}, {cifra.hace}"].append(f"{_minuscula(cifra.nombre)}: {cifra.numero}")
        oraciones += [frases.mayuscula(f"{'; '.join(cifras)} ({cuando})") for cuando, cifras in por_periodo.items()]
    elif not sin_cifras:
        oraciones.append("No hay ninguna cifra de su cobertura")
    oraciones.append(_frase_de_documentos(documentos))
    return " ".join(frases.con_punto(oracion) for oracion in oraciones)


def _minuscula(nombre: str) -> str:
    """El nombre para el medio de una oración."""
    return nombre[:1].lower() + nombre[1:]


def _frase_de_documentos(documentos: Sequence[DocumentoDeProvision]) -> str:
    estados = Counter(documento.estado for documento in documentos)
    partes = []
    if cuantos := estados[DocumentoDeProvision.Estado.APROBADO]:
        partes.append(
            f"tiene {plural(cuantos, 'documento de provisión aprobado', 'documentos de provisión aprobados')}"
        )
    if cuantos := estados[DocumentoDeProvision.Estado.EN_DISENO]:
        partes.append(f"{plural(cuantos, 'está', 'están')} en diseño")
    if cuantos := estados[DocumentoDeProvision.Estado.NECESARIO]:
        partes.append(f"{plural(cuantos, 'documento hace', 'documentos hacen')} falta para gobernarlo")
    return frases.mayuscula(enumerar(partes)) if partes else "No consta ningún documento de provisión"


def _ficha(servicio: Servicio, leidos: Sequence[IndicadorLeido]) -> tuple[tuple[str, str], ...]:
    """Los campos de la ficha del servicio en el orden de CEPLAN; vacío es «por definir»."""
    return (
        ("Objetivo", str(servicio.objetivo)),
        ("Lineamiento", str(servicio.lineamiento) if servicio.lineamiento else ""),
        ("Servicio", servicio.nombre),
        ("Código oficial", servicio.codigo_oficial),
        ("Descripción", servicio.descripcion),
        ("Proveedor", servicio.proveedor),
        ("Receptor", servicio.receptor),
        ("Cobertura", servicio.cobertura),
        ("Estándares", servicio.estandares),
        ("Indicador", "; ".join(f"{leido.indicador.codigo} {leido.indicador.nombre}" for leido in leidos)),
    )


def _inferencias(servicio: Servicio) -> tuple[str, ...]:
    """Lo que este portal dedujo y la fuente no dice; las notas, si las hay, ya lo explican."""
    if servicio.notas:
        return (servicio.notas,)
    dichas = []
    if servicio.nombre_es_parafrasis:
        dichas.append("El nombre es una paráfrasis: la fuente describe el servicio y no lo nombra.")
    if servicio.ejecucion_inferida:
        dichas.append("La fuente no declara cómo se ejecuta: es una inferencia de este portal.")
    return tuple(dichas)
