"""Las páginas de las entidades, ya escritas: qué debe cada una y qué se sabe de lo que hace."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch

from indicadores.calculo.plazos import Entrega
from indicadores.entregas import CifraExigida, leer_exigidas
from indicadores.formato import enumerar, plural
from indicadores.lectura import catalogo, leer_indicadores
from indicadores.mirada import Mirada
from indicadores.paginas import FilaDeIndicador, fila_de
from indicadores.puntualidad import FilaDePuntualidad, puntualidad_de
from objetivos.alternativas import AlternativaEscrita, alternativas_al
from objetivos.compromisos import Compromiso, compromisos
from objetivos.models import Entidad, Hito, Politica
from objetivos.ruta import PasoDeRuta, pasos_al
from servicios.filas import DocumentoEscrito, Marca, documentos_al, marca_de, por_que_no_hay_cifras
from servicios.filtros import Filtro, contiene, frase_de_resultado, leer_filtros
from servicios.models import DocumentoDeProvision, Participacion, Servicio

#: Qué entidades se pueden pedir en la lista.
CON = {
    "servicios": "Participan en algún servicio",
    "indicadores": "Responden por algún indicador",
    "documentos": "Con documentos pendientes",
    "vencidas": "Con cifras vencidas",
}


@dataclass(frozen=True, slots=True)
class FilaDeEntidad:
    """Una entidad con lo que debe: en qué participa, de qué responde, qué documentos faltan y qué tiene vencido."""

    entidad: Entidad
    servicios: tuple[Servicio, ...]
    indicadores: int
    documentos: int
    vencidas: int
    es_rectora: bool


@dataclass(frozen=True, slots=True)
class PaginaDeEntidades:
    titular: str
    entrada: str
    filtros: tuple[Filtro, ...]
    texto: str
    resultado: str
    hay_error: bool
    hay_filtro: bool
    filas: tuple[FilaDeEntidad, ...]


@dataclass(frozen=True, slots=True)
class ParticipacionEscrita:
    participacion: Participacion
    servicio: Servicio
    estado: Marca


@dataclass(frozen=True, slots=True)
class Cuenta:
    """Un número de la franja que abre la página; ``detalle`` lo explica y ``ancla`` lleva a su sección."""

    rotulo: str
    valor: str
    detalle: str
    ancla: str


@dataclass(frozen=True, slots=True)
class PaginaDeEntidad:
    """Lo que muestra la página de una entidad; la ruta y las alternativas, solo si conduce la política."""

    entidad: Entidad
    anio: int
    vacia: str
    hallazgo: str
    conduce: str
    cuentas: tuple[Cuenta, ...]
    participaciones: tuple[ParticipacionEscrita, ...]
    filas: tuple[FilaDeIndicador, ...]
    compromisos: tuple[Compromiso, ...]
    puntualidad: FilaDePuntualidad | None
    pendientes: tuple[DocumentoEscrito, ...]
    aprobados: tuple[DocumentoEscrito, ...]
    pasos: tuple[PasoDeRuta, ...]
    alternativas: tuple[AlternativaEscrita, ...]


# --- La lista -------------------------------------------------------------------------------------------------------


def escribir_entidades(pedido: Mapping[str, str], mirada: Mirada) -> PaginaDeEntidades:
    """Las entidades que cumplen lo pedido, de la que participa en más servicios a la que en menos: siete consultas."""
    todas = _filas(mirada)
    texto, filtros = pedido.get("q", "").strip(), leer_filtros(pedido, {"con": ("Mostrar", CON)}, vacio="Todas")
    hay_error, hay_filtro = any(uno.error for uno in filtros), bool(texto or any(uno.valor for uno in filtros))
    elegidas = [fila for fila in todas if not hay_error and _cumple(fila, filtros[0].valor, texto)]
    titular, entrada = _abrir(todas, Servicio.objects.count())
    return PaginaDeEntidades(
        titular=titular,
        entrada=entrada,
        filtros=filtros,
        texto=texto,
        resultado=frase_de_resultado(
            len(elegidas),
            plural(len(todas), "entidad", "entidades"),
            "Ninguna entidad",
            hay_filtro=hay_filtro,
            hay_error=hay_error,
        ),
        hay_error=hay_error,
        hay_filtro=hay_filtro,
        filas=tuple(elegidas),
    )


def _filas(mirada: Mirada) -> list[FilaDeEntidad]:
    rectoras = set(Politica.objects.order_by("pk").values_list("rectora_id", flat=True))
    exigidas = leer_exigidas(corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    vencidas = Counter(una.indicador.responsable_id for una in exigidas if una.juicio.entrega is Entrega.NO_ENTREGADA)
    documentos = DocumentoDeProvision.objects.order_by("servicio", "titulo")
    participaciones = (
        Participacion.objects.select_related("servicio")
        .prefetch_related(Prefetch("servicio__documentos", queryset=documentos))
        .order_by("servicio__codigo")
    )
    contadas = (
        Entidad.objects.annotate(cuantos_indicadores=Count("indicadores"))
        .prefetch_related(Prefetch("participaciones", queryset=participaciones))
        .order_by("sigla")
    )
    filas = []
    for entidad in contadas:
        servicios = tuple(participacion.servicio for participacion in entidad.participaciones.all())
        filas.append(
            FilaDeEntidad(
                entidad=entidad,
                servicios=servicios,
                indicadores=entidad.cuantos_indicadores,
                documentos=sum(_cuantos_pendientes(servicio, mirada.corte) for servicio in servicios),
                vencidas=vencidas[entidad.pk],
                es_rectora=entidad.pk in rectoras,
            )
        )
    return sorted(filas, key=lambda fila: -len(fila.servicios))


def _cuantos_pendientes(servicio: Servicio, corte: date) -> int:
    return sum(_esta_pendiente(uno) and uno.es_visible_al(corte) for uno in servicio.documentos.all())


def _esta_pendiente(documento: DocumentoDeProvision) -> bool:
    return documento.estado != DocumentoDeProvision.Estado.APROBADO


def _cumple(fila: FilaDeEntidad, con: str, texto: str) -> bool:
    tiene: dict[str, Callable[[], int]] = {
        "servicios": lambda: len(fila.servicios),
        "indicadores": lambda: fila.indicadores,
        "documentos": lambda: fila.documentos,
        "vencidas": lambda: fila.vencidas,
    }
    nombres = " ".join(servicio.nombre_corto for servicio in fila.servicios)
    donde = f"{fila.entidad.sigla} {fila.entidad.nombre} {nombres}"
    return (not con or tiene[con]() > 0) and contiene(donde, texto)


def _abrir(filas: Sequence[FilaDeEntidad], total: int) -> tuple[str, str]:
    """El hallazgo y lo que lo precisa."""
    if not filas:
        return "Todavía no hay entidades registradas.", ""
    con_servicio = sum(bool(fila.servicios) for fila in filas)
    con_indicador = sum(fila.indicadores > 0 for fila in filas)
    primera = filas[0]
    oraciones = []
    if primera.servicios:
        oraciones.append(f"La que más aparece es {primera.entidad.sigla}, en {len(primera.servicios)} de {total}.")
    oraciones.append(
        f"{con_indicador} {'responde' if con_indicador == 1 else 'responden'} por algún indicador."
        if con_indicador
        else "De ningún indicador consta quién responde."
    )
    if con_vencidas := sum(fila.vencidas > 0 for fila in filas):
        oraciones.append(f"{con_vencidas} {'tiene' if con_vencidas == 1 else 'tienen'} cifras vencidas sin publicar.")
    titular = f"{con_servicio} de {plural(len(filas), 'entidad', 'entidades')} participan en algún servicio."
    return titular, " ".join(oraciones)


# --- La página de una entidad ---------------------------------------------------------------------------------------


def escribir_entidad(sigla: str, mirada: Mirada) -> PaginaDeEntidad | None:
    """Reúne y escribe la página de una entidad en un número fijo de consultas; None si no existe."""
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    entidad = None if "\0" in sigla else Entidad.objects.filter(sigla=sigla).first()
    if entidad is None:
        return None
    participaciones = list(entidad.participaciones.select_related("servicio__objetivo").order_by("servicio__codigo"))
    leidos = leer_indicadores(catalogo().filter(responsable=entidad), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    exigidas = leer_exigidas([leido.indicador for leido in leidos], corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    documentos = documentos_al(
        DocumentoDeProvision.objects.filter(servicio__in=[una.servicio_id for una in participaciones])
        .select_related("norma", "fuente", "servicio")
        .order_by("servicio__codigo", "estado", "titulo"),
        mirada.corte,
    )
    pendientes = tuple(escrito for escrito in documentos if _esta_pendiente(escrito.documento))
    conducida = Politica.objects.filter(rectora=entidad).order_by("pk").first()
    total = Servicio.objects.count()
    return PaginaDeEntidad(
        entidad=entidad,
        anio=mirada.corte.year,
        vacia=por_que_no_hay_cifras(mirada),
        hallazgo=_hallazgo(participaciones, len(leidos), total, pendientes, exigidas),
        conduce=_conduccion(conducida),
        cuentas=_cuentas(participaciones, len(leidos), total, pendientes, exigidas),
        participaciones=tuple(
            ParticipacionEscrita(una, una.servicio, marca_de(una.servicio)) for una in participaciones
        ),
        filas=tuple(fila_de(leido) for leido in leidos),
        compromisos=compromisos(leidos, exigidas, mirada),
        puntualidad=puntualidad_de(exigidas, entidad),
        pendientes=pendientes,
        aprobados=tuple(escrito for escrito in documentos if not _esta_pendiente(escrito.documento)),
        pasos=_pasos_pendientes(conducida, mirada.corte),
        alternativas=_alternativas_abiertas(conducida, mirada.corte),
    )


def _pasos_pendientes(conducida: Politica | None, corte: date) -> tuple[PasoDeRuta, ...]:
    if conducida is None:
        return ()
    hitos = Hito.objects.filter(politica=conducida).select_related("norma", "fuente").order_by("orden")
    return tuple(paso for paso in pasos_al(hitos, corte) if not paso.cumplido)


def _alternativas_abiertas(conducida: Politica | None, corte: date) -> tuple[AlternativaEscrita, ...]:
    if conducida is None:
        return ()
    return tuple(una for una in alternativas_al(corte) if una.estado.clase != "hecho")


def _hallazgo(
    participaciones: Sequence[Participacion],
    indicadores: int,
    total: int,
    pendientes: Sequence[DocumentoEscrito],
    exigidas: Iterable[CifraExigida],
) -> str:
    oraciones = [
        f"Participa en {len(participaciones)} de {plural(total, 'servicio conocido', 'servicios conocidos')}."
        if participaciones
        else "No consta que participe en ninguno de los servicios conocidos.",
        f"Responde por {plural(indicadores, 'indicador', 'indicadores')}."
        if indicadores
        else "No consta que responda por ningún indicador.",
    ]
    if vencidas := _vencidas(exigidas):
        cifras = plural(vencidas, "cifra vencida", "cifras vencidas")
        oraciones.append(f"Tiene {cifras} sin publicar.")
    if pendientes:
        partes = _partes_de(pendientes)
        oraciones.append(f"De los documentos que gobiernan esos servicios, {partes}.")
    return " ".join(oraciones)


def _partes_de(pendientes: Sequence[DocumentoEscrito]) -> str:
    estados = Counter(escrito.documento.estado for escrito in pendientes)
    partes = []
    if cuantos := estados[DocumentoDeProvision.Estado.EN_DISENO]:
        partes.append(f"{cuantos} {'está' if cuantos == 1 else 'están'} en diseño")
    if cuantos := estados[DocumentoDeProvision.Estado.NECESARIO]:
        partes.append(f"{cuantos} {'hace' if cuantos == 1 else 'hacen'} falta")
    return enumerar(partes)


def _vencidas(exigidas: Iterable[CifraExigida]) -> int:
    return sum(una.juicio.entrega is Entrega.NO_ENTREGADA for una in exigidas)


def _cuentas(
    participaciones: Sequence[Participacion],
    indicadores: int,
    total: int,
    pendientes: Sequence[DocumentoEscrito],
    exigidas: Sequence[CifraExigida],
) -> tuple[Cuenta, ...]:
    """La franja de números; lo que no se puede contar va con raya y su porqué, nunca con un cero."""
    sin_papel = sum(una.rol == Participacion.Rol.NO_CONSTA for una in participaciones)
    papel = "en todos consta su papel" if participaciones else "según las fuentes conocidas"
    if sin_papel:
        papel = f"en {sin_papel} su papel no consta"
    vencidas = _vencidas(exigidas)
    return (
        Cuenta("Servicios en que participa", f"{len(participaciones)} de {total}", papel, "servicios"),
        Cuenta(
            "Indicadores por los que responde",
            str(indicadores) if indicadores else "–",
            "según su ficha técnica" if indicadores else "las fichas conocidas no lo dicen",
            "indicadores",
        ),
        Cuenta(
            "Cifras vencidas sin publicar",
            str(vencidas) if exigidas else "–",
            f"de {plural(len(exigidas), 'exigida', 'exigidas')}" if exigidas else "no tiene plazos que ya se exijan",
            "indicadores",
        ),
        Cuenta(
            "Documentos pendientes",
            str(len(pendientes)) if participaciones else "–",
            _partes_de(pendientes) or ("de sus servicios" if participaciones else "no participa en servicios"),
            "documentos",
        ),
    )


def _conduccion(politica: Politica | None) -> str:
    if politica is None:
        return ""
    organo = f", a través de la {politica.organo_responsable}" if politica.organo_responsable else ""
    return f"Conduce la {politica.nombre}{organo}."
