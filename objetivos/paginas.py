"""Las páginas de los objetivos y de las entidades, ya escritas: las plantillas solo las colocan."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from indicadores import frases
from indicadores.calculo.tipos import AvanceDeObjetivo, EstadoIndicador
from indicadores.formato import plural, texto_de_motivo
from indicadores.lectura import (
    IndicadorLeido,
    avances_de_objetivos,
    catalogo,
    leer_indicadores,
    ultimo_avance_de_objetivo,
)
from indicadores.mirada import Mirada
from indicadores.paginas import FilaDeIndicador, fila_de
from indicadores.puntualidad import FilaDePuntualidad, puntualidad_de
from objetivos.models import AvanceNarrativo, Entidad, Lineamiento, ObjetivoPrioritario, Politica
from servicios.filas import (
    DocumentoEscrito,
    FilaDeServicio,
    Marca,
    escribir_documento,
    filas_de_servicios,
    fuentes_de,
    marca_de,
    por_que_no_hay_cifras,
    servicios_con_entidades,
)
from servicios.models import DocumentoDeProvision, Intervencion, Participacion, Servicio, Suspension


@dataclass(frozen=True, slots=True)
class Relato:
    """Lo que una persona escribió de un objetivo en un año."""

    titulo: str
    anio: int
    texto: str
    fuente: str


@dataclass(frozen=True, slots=True)
class PaginaDeObjetivo:
    """Lo que muestra la página de un objetivo."""

    objetivo: ObjetivoPrioritario
    anio: int
    vacia: str
    hallazgo: str
    filas: tuple[FilaDeIndicador, ...]
    servicios: tuple[FilaDeServicio, ...]
    relatos: tuple[Relato, ...]
    intervenciones: tuple[Intervencion, ...]
    fuentes_de_intervenciones: str
    suspensiones: tuple[Suspension, ...]
    fuentes_de_suspensiones: str
    lineamientos: tuple[Lineamiento, ...]
    anterior: ObjetivoPrioritario | None
    siguiente: ObjetivoPrioritario | None


def escribir_objetivo(codigo: str, mirada: Mirada) -> PaginaDeObjetivo | None:
    """Reúne y escribe la página de un objetivo en un número fijo de consultas; None si no existe."""
    todos = list(ObjetivoPrioritario.objects.order_by("codigo"))
    lugar = next((i for i, objetivo in enumerate(todos) if objetivo.codigo == codigo), None)
    if lugar is None:
        return None
    objetivo = todos[lugar]
    suyos = catalogo().filter(Q(objetivo=objetivo) | Q(servicio__objetivo=objetivo))
    leidos = leer_indicadores(suyos, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    propios = [leido for leido in leidos if leido.indicador.objetivo_id is not None]
    hasta = {"objetivo": objetivo, "anio__lte": mirada.corte.year}
    intervenciones = tuple(
        Intervencion.objects.filter(**hasta).select_related("servicio", "fuente").order_by("-anio", "pk")
    )
    suspensiones = tuple(
        Suspension.objects.filter(**hasta).select_related("servicio", "fuente").order_by("-anio", "actividad")
    )
    vacia = por_que_no_hay_cifras(mirada)
    return PaginaDeObjetivo(
        objetivo=objetivo,
        anio=mirada.corte.year,
        vacia=vacia,
        hallazgo=vacia or _hallazgo(propios, mirada),
        filas=tuple(fila_de(leido) for leido in propios),
        servicios=filas_de_servicios(servicios_con_entidades().filter(objetivo=objetivo), leidos),
        relatos=_relatos(objetivo, mirada.corte.year),
        intervenciones=intervenciones,
        fuentes_de_intervenciones=fuentes_de(una.fuente for una in intervenciones),
        suspensiones=suspensiones,
        fuentes_de_suspensiones=fuentes_de(una.fuente for una in suspensiones),
        lineamientos=tuple(objetivo.lineamientos.select_related("norma").order_by("codigo")),
        anterior=todos[lugar - 1] if lugar else None,
        siguiente=todos[lugar + 1] if lugar + 1 < len(todos) else None,
    )


def _hallazgo(leidos: Sequence[IndicadorLeido], mirada: Mirada) -> str:
    if not leidos:
        return "Este objetivo todavía no tiene indicadores."
    medidos = sum(leido.evaluacion.estado is EstadoIndicador.CON_MEDICION for leido in leidos)
    if medidos:
        oraciones = [
            f"{medidos} de {plural(len(leidos), 'indicador', 'indicadores')} tiene{'n' * (medidos > 1)} alguna medición"
        ]
    else:
        oraciones = [f"Ninguno de sus {plural(len(leidos), 'indicador', 'indicadores')} se ha medido"]
    [avance] = avances_de_objetivos(leidos, corte=mirada.corte).values()
    ultimo = ultimo_avance_de_objetivo(leidos)
    if avance.valor is not None:
        oraciones.append(f"El avance de {avance.anio} es {_avance_escrito(avance)}")
    elif avance.motivo is not None and medidos:
        oraciones.append(f"El avance de {avance.anio} no puede calcularse: {texto_de_motivo(avance.motivo)}")
        if ultimo is not None:
            oraciones.append(f"El último que se conoce es el de {ultimo.anio}: {_avance_escrito(ultimo)}")
    return " ".join(frases.con_punto(oracion) for oracion in oraciones)


def _avance_escrito(avance: AvanceDeObjetivo) -> str:
    parcial = ", con datos parciales" if avance.parcial else ""
    return f"{frases.porcentaje_de_avance(avance.valor)} ({avance.con_dato} de {avance.de} con dato{parcial})"


def _relatos(objetivo: ObjetivoPrioritario, anio: int) -> tuple[Relato, ...]:
    """Los textos del año más reciente que los tenga, hasta el del corte."""
    escritos = list(
        AvanceNarrativo.objects.filter(objetivo=objetivo, anio__lte=anio)
        .select_related("fuente")
        .order_by("-anio", "seccion")
    )
    titulos = {
        AvanceNarrativo.Seccion.AVANCE: "Lo avanzado",
        AvanceNarrativo.Seccion.INTERVENCIONES: "Intervenciones y recursos",
    }
    return tuple(
        Relato(titulos[AvanceNarrativo.Seccion(uno.seccion)], uno.anio, uno.texto, fuentes_de([uno.fuente]))
        for uno in escritos
        if uno.anio == escritos[0].anio
    )


# --- Las entidades --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilaDeEntidad:
    """Una entidad con los servicios en que participa y de cuántos indicadores responde."""

    entidad: Entidad
    servicios: tuple[Servicio, ...]
    indicadores: int
    es_rectora: bool


@dataclass(frozen=True, slots=True)
class PaginaDeEntidades:
    titular: str
    entrada: str
    filas: tuple[FilaDeEntidad, ...]


@dataclass(frozen=True, slots=True)
class ParticipacionEscrita:
    participacion: Participacion
    servicio: Servicio
    estado: Marca


@dataclass(frozen=True, slots=True)
class PaginaDeEntidad:
    """Lo que muestra la página de una entidad."""

    entidad: Entidad
    anio: int
    vacia: str
    hallazgo: str
    conduce: str
    participaciones: tuple[ParticipacionEscrita, ...]
    filas: tuple[FilaDeIndicador, ...]
    documentos: tuple[DocumentoEscrito, ...]
    puntualidad: FilaDePuntualidad | None


def escribir_entidades() -> PaginaDeEntidades:
    """Todas las entidades, de la que participa en más servicios a la que en menos: cuatro consultas."""
    rectoras = set(Politica.objects.order_by("pk").values_list("rectora_id", flat=True))
    participaciones = Participacion.objects.select_related("servicio").order_by("servicio__codigo")
    contadas = (
        Entidad.objects.annotate(cuantos_indicadores=Count("indicadores"))
        .prefetch_related(Prefetch("participaciones", queryset=participaciones))
        .order_by("sigla")
    )
    filas = tuple(
        FilaDeEntidad(
            entidad,
            tuple(participacion.servicio for participacion in entidad.participaciones.all()),
            entidad.cuantos_indicadores,
            entidad.pk in rectoras,
        )
        for entidad in contadas
    )
    filas = tuple(sorted(filas, key=lambda fila: -len(fila.servicios)))
    total = Servicio.objects.count()
    con_servicio = sum(bool(fila.servicios) for fila in filas)
    con_indicador = sum(fila.indicadores > 0 for fila in filas)
    if not filas:
        return PaginaDeEntidades("Todavía no hay entidades registradas.", "", ())
    papel = (
        f"{con_indicador} {'responde' if con_indicador == 1 else 'responden'} por algún indicador."
        if con_indicador
        else "De ningún indicador consta quién responde."
    )
    return PaginaDeEntidades(
        titular=f"{con_servicio} de {plural(len(filas), 'entidad', 'entidades')} participan en algún servicio.",
        entrada=f"La que más aparece es {filas[0].entidad.sigla}, en {len(filas[0].servicios)} de {total}. {papel}"
        if filas[0].servicios
        else papel,
        filas=filas,
    )


def escribir_entidad(sigla: str, mirada: Mirada) -> PaginaDeEntidad | None:
    """Reúne y escribe la página de una entidad en un número fijo de consultas; None si no existe."""
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    entidad = None if "\0" in sigla else Entidad.objects.filter(sigla=sigla).first()
    if entidad is None:
        return None
    participaciones = list(entidad.participaciones.select_related("servicio__objetivo").order_by("servicio__codigo"))
    leidos = leer_indicadores(catalogo().filter(responsable=entidad), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    documentos = DocumentoDeProvision.objects.filter(
        servicio__in=[participacion.servicio_id for participacion in participaciones]
    ).select_related("norma", "fuente", "servicio")
    conducida = Politica.objects.filter(rectora=entidad).order_by("pk").first()
    return PaginaDeEntidad(
        entidad=entidad,
        anio=mirada.corte.year,
        vacia=por_que_no_hay_cifras(mirada),
        hallazgo=_hallazgo_de_entidad(len(participaciones), len(leidos), Servicio.objects.count()),
        conduce=_conduccion(conducida),
        participaciones=tuple(
            ParticipacionEscrita(participacion, participacion.servicio, marca_de(participacion.servicio))
            for participacion in participaciones
        ),
        filas=tuple(fila_de(leido) for leido in leidos),
        documentos=tuple(
            escribir_documento(documento)
            for documento in documentos.order_by("servicio__codigo", "estado", "titulo")
            if documento.es_visible_al(mirada.corte)
        ),
        puntualidad=puntualidad_de([leido.indicador for leido in leidos], entidad, mirada),
    )


def _hallazgo_de_entidad(servicios: int, indicadores: int, total: int) -> str:
    de_servicios = (
        f"Participa en {servicios} de {plural(total, 'servicio conocido', 'servicios conocidos')}."
        if servicios
        else "No consta que participe en ninguno de los servicios conocidos."
    )
    de_indicadores = (
        f"Responde por {plural(indicadores, 'indicador', 'indicadores')}."
        if indicadores
        else "No consta que responda por ningún indicador."
    )
    return f"{de_servicios} {de_indicadores}"


def _conduccion(politica: Politica | None) -> str:
    if politica is None:
        return ""
    organo = f", a través de la {politica.organo_responsable}" if politica.organo_responsable else ""
    return f"Conduce la {politica.nombre}{organo}."
