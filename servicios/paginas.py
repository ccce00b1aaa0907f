"""Las páginas de los servicios, ya escritas: las plantillas solo las colocan."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from indicadores import frases
from indicadores.calculo.tipos import Motivo
from indicadores.formato import enumerar, escribir_fecha, escribir_numero, escribir_periodo, escribir_valor, plural
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores, ultima_publicacion
from indicadores.mirada import Mirada
from objetivos.models import Entidad, Fuente
from servicios.filtros import Filtro, contiene, leer_filtros
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension

#: Qué clase de barra (llena, a medias, vacía, sin constancia) acompaña a cada palabra.
CLASE_DE_ESTADO = {
    Servicio.Estado.EN_PROVISION: "hecho",
    Servicio.Estado.EN_PRUEBA: "medio",
    Servicio.Estado.EN_DISENO: "medio",
    Servicio.Estado.NO_INICIADO: "falta",
    Servicio.Estado.NO_CONSTA: "nulo",
}
CLASE_DE_DOCUMENTO = {
    DocumentoDeProvision.Estado.APROBADO: "hecho",
    DocumentoDeProvision.Estado.EN_DISENO: "medio",
    DocumentoDeProvision.Estado.NECESARIO: "falta",
}
FRASE_DE_ESTADO = {
    Servicio.Estado.EN_PROVISION: "se provee",
    Servicio.Estado.EN_PRUEBA: "está en prueba",
    Servicio.Estado.EN_DISENO: "está en diseño",
    Servicio.Estado.NO_INICIADO: "aún no se inicia",
    Servicio.Estado.NO_CONSTA: "no consta si ya se provee",
}
PAPEL_EN_BREVE = {
    Participacion.Rol.PROVEEDORA: "provee",
    Participacion.Rol.CORRESPONSABLE: "corresponsable",
    Participacion.Rol.ARTICULADORA: "articula",
    Participacion.Rol.NO_CONSTA: "papel por precisar",
}
GRUPOS = (
    (Servicio.Ejecucion.INMEDIATA, "Ejecución inmediata", "Los que empiezan primero."),
    (Servicio.Ejecucion.PROGRESIVA, "Ejecución progresiva", "Se despliegan por etapas."),
    (Servicio.Ejecucion.NO_CONSTA, "Ejecución que no consta", "Las fuentes disponibles no dicen cuándo empiezan."),
)


@dataclass(frozen=True, slots=True)
class Marca:
    """Un estado que no es del semáforo: una barra (``clase``) y su palabra."""

    clase: str
    palabra: str


@dataclass(frozen=True, slots=True)
class Papel:
    """Las entidades que cumplen un mismo papel en un servicio: pares (sigla, órgano)."""

    nombre: str
    entidades: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CifraDeCobertura:
    """El último valor oficial de un indicador de servicio; si ``razon`` no está vacía, no hay ninguno."""

    codigo: str
    nombre: str
    numero: str
    valor: str
    cuando: str
    hace: str
    fuente: str
    fuente_url: str
    razon: str


@dataclass(frozen=True, slots=True)
class FilaDeServicio:
    """Una fila de las tablas de servicios."""

    servicio: Servicio
    estado: Marca
    papeles: tuple[Papel, ...]
    cifras: tuple[CifraDeCobertura, ...]


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
class DocumentoEscrito:
    documento: DocumentoDeProvision
    estado: Marca
    fecha: str


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


def servicios_con_entidades() -> QuerySet[Servicio]:
    """Los servicios en su orden, con su objetivo y quienes participan: dos consultas."""
    participaciones = Participacion.objects.select_related("entidad").order_by("servicio", "entidad__sigla")
    return (
        Servicio.objects.select_related("objetivo", "lineamiento", "fuente")
        .prefetch_related(Prefetch("participaciones", queryset=participaciones))
        .order_by("codigo")
    )


def por_que_no_hay_cifras(mirada: Mirada) -> str:
    """La frase de quien mira antes de la primera publicación; vacía si a la fecha ya había alguna."""
    if ultima_publicacion(mirada.a_la_fecha) is not None:
        return ""
    dia = escribir_fecha(timezone.localdate(mirada.a_la_fecha))
    return (
        f"Al {dia} aún no se había publicado nada en este portal: no hay cifras que mostrar. Elija una fecha posterior."
    )


def filas_de_servicios(servicios: Iterable[Servicio], leidos: Iterable[IndicadorLeido]) -> tuple[FilaDeServicio, ...]:
    """Una fila por servicio; ``leidos`` son indicadores ya evaluados, y de ellos cuentan los de cada servicio."""
    cifras: defaultdict[int, list[CifraDeCobertura]] = defaultdict(list)
    for leido in leidos:
        if leido.indicador.servicio_id is not None:
            cifras[leido.indicador.servicio_id].append(cifra_de(leido))
    return tuple(
        FilaDeServicio(
            servicio=servicio,
            estado=marca_de(servicio),
            papeles=_papeles(servicio.participaciones.all()),
            cifras=tuple(cifras[servicio.pk]),
        )
        for servicio in servicios
    )


def marca_de(servicio: Servicio) -> Marca:
    """El estado de un servicio con su barra."""
    return Marca(CLASE_DE_ESTADO[Servicio.Estado(servicio.estado)], servicio.get_estado_display())


def escribir_documento(documento: DocumentoDeProvision) -> DocumentoEscrito:
    """Un documento de provisión con su barra y su fecha, escrita hasta donde se conoce."""
    estado = DocumentoDeProvision.Estado(documento.estado)
    fecha = escribir_fecha(documento.fecha, documento.precision_fecha) if documento.fecha else ""
    return DocumentoEscrito(documento, Marca(CLASE_DE_DOCUMENTO[estado], str(estado.label)), fecha)


def cifra_de(leido: IndicadorLeido) -> CifraDeCobertura:
    """La cobertura que cuenta un indicador de servicio, o por qué no se conoce."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    ultima = evaluacion.ultima
    if ultima is None or ultima.valor is None:
        razon = frases.mayuscula(frases.razon(evaluacion.ausencia, Motivo.SIN_MEDICION))
        if evaluacion.ausencia is None:
            razon = "Al corte no hay ninguna cifra publicada"
        return CifraDeCobertura(indicador.codigo, indicador.nombre_corto, "–", "–", "", "", "", "", razon)
    return CifraDeCobertura(
        codigo=indicador.codigo,
        nombre=indicador.nombre_corto,
        numero=escribir_numero(ultima.valor, indicador.decimales),
        valor=escribir_valor(ultima.valor, indicador.simbolo, indicador.decimales),
        cuando=escribir_periodo(ultima.periodo.texto),
        hace=frases.antiguedad(evaluacion),
        fuente=ultima.fuente.nombre if ultima.fuente else "",
        fuente_url=(ultima.fuente.url or "") if ultima.fuente else "",
        razon="",
    )


def fuentes_de(fuentes: Iterable[Fuente | None]) -> str:
    """Los nombres de las fuentes, una vez cada uno."""
    return "; ".join(sorted({fuente.nombre for fuente in fuentes if fuente is not None}))


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
    siglas = {sigla for papel in fila.papeles for sigla, _ in papel.entidades}
    tiene = {"objetivo": {servicio.objetivo.codigo}, "entidad": siglas, "ejecucion": {servicio.ejecucion}}
    donde = f"{servicio.codigo} {servicio.nombre} {servicio.nombre_corto} {servicio.descripcion}"
    return all(not filtro.valor or filtro.valor in tiene[filtro.campo] for filtro in filtros) and contiene(donde, texto)


def _titular(filas: Sequence[FilaDeServicio]) -> str:
    if not filas:
        return "Todavía no hay servicios registrados."
    estados = Counter(fila.servicio.estado for fila in filas)
    proveen, constan = estados[Servicio.Estado.EN_PROVISION], len(filas) - estados[Servicio.Estado.NO_CONSTA]
    verbo = "se sabe que se provee" if proveen == 1 else "se sabe que se proveen"
    falta = f" De {len(filas) - constan} no consta." if constan < len(filas) else ""
    return f"De {plural(len(filas), 'servicio conocido', 'servicios conocidos')}, {proveen} {verbo}.{falta}"


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


def _papeles(participaciones: Iterable[Participacion]) -> tuple[Papel, ...]:
    por_rol: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for participacion in participaciones:
        por_rol[participacion.rol].append((participacion.entidad.sigla, participacion.organo))
    return tuple(Papel(PAPEL_EN_BREVE[rol], tuple(por_rol[rol])) for rol in Participacion.Rol if por_rol[rol])


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
