"""La página de un objetivo, ya escrita: la plantilla solo la coloca."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db.models import Q

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
from objetivos.atencion import Asunto, asuntos
from objetivos.models import AvanceNarrativo, Lineamiento, ObjetivoPrioritario
from servicios.filas import (
    FilaDeServicio,
    filas_de_servicios,
    fuentes_de,
    por_que_no_hay_cifras,
    servicios_completos,
)
from servicios.models import Intervencion, Suspension


@dataclass(frozen=True, slots=True)
class Relato:
    """Lo que una persona escribió de un objetivo en un año."""

    titulo: str
    anio: int
    texto: str
    fuente: str


@dataclass(frozen=True, slots=True)
class RelatosDeUnAnio:
    anio: int
    relatos: tuple[Relato, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeObjetivo:
    """Lo que muestra la página de un objetivo. ``relatos`` son los del último año; ``anteriores``, los demás."""

    objetivo: ObjetivoPrioritario
    anio: int
    vacia: str
    hallazgo: str
    filas: tuple[FilaDeIndicador, ...]
    servicios: tuple[FilaDeServicio, ...]
    asuntos: tuple[Asunto, ...]
    relatos: tuple[Relato, ...]
    anteriores: tuple[RelatosDeUnAnio, ...]
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
    servicios = filas_de_servicios(servicios_completos().filter(objetivo=objetivo), leidos, mirada.corte)
    relatos = _relatos(objetivo, mirada.corte.year)
    return PaginaDeObjetivo(
        objetivo=objetivo,
        anio=mirada.corte.year,
        vacia=vacia,
        hallazgo=vacia or _hallazgo(propios, mirada),
        filas=tuple(fila_de(leido) for leido in propios),
        servicios=servicios,
        asuntos=asuntos(() if vacia else propios, servicios, suspensiones),
        relatos=relatos[0].relatos if relatos else (),
        anteriores=relatos[1:],
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


def _relatos(objetivo: ObjetivoPrioritario, hasta: int) -> tuple[RelatosDeUnAnio, ...]:
    """Los textos de cada año que los tenga, hasta el del corte, del más reciente al más antiguo."""
    escritos = (
        AvanceNarrativo.objects.filter(objetivo=objetivo, anio__lte=hasta)
        .select_related("fuente")
        .order_by("-anio", "seccion")
    )
    titulos = {
        AvanceNarrativo.Seccion.AVANCE: "Lo avanzado",
        AvanceNarrativo.Seccion.INTERVENCIONES: "Intervenciones y recursos",
    }
    return tuple(
        RelatosDeUnAnio(
            anio,
            tuple(
                Relato(titulos[AvanceNarrativo.Seccion(uno.seccion)], uno.anio, uno.texto, fuentes_de([uno.fuente]))
                for uno in suyos
            ),
        )
        for anio, suyos in groupby(escritos, key=attrgetter("anio"))
    )
