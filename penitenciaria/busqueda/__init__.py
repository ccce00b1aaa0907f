"""Buscar en todo lo publicado: lo mismo y en el mismo orden en SQLite y en PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain

from indicadores.formato import plural
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from objetivos.models import ObjetivoPrioritario
from penitenciaria.busqueda.fuentes import FUENTES
from penitenciaria.busqueda.hallazgos import Hallazgo, Marca, hallar
from penitenciaria.busqueda.palabras import VACIAS, Consulta, leer_consulta, plegar
from penitenciaria.busqueda.sinonimos import sinonimos
from penitenciaria.busqueda.textos import textos_del_portal
from servicios.models import Servicio

#: Cuántos resultados de un grupo se ven sin desplegarlo.
A_LA_VISTA = 6
EJEMPLOS = ("personas sin sentencia", "OP.01", "grilletes", "INPE", "línea base")


@dataclass(frozen=True, slots=True)
class Resultado:
    """Un hallazgo, ya escrito: título y trozo partidos donde se resalta, y adónde lleva."""

    titulo: tuple[Marca, ...]
    trozo: tuple[Marca, ...]
    codigo: str
    detalle: str
    ruta: str
    es_externa: bool


@dataclass(frozen=True, slots=True)
class Grupo:
    """Los resultados de una clase; ``resto`` son los que se despliegan."""

    clave: str
    nombre: str
    a_la_vista: tuple[Resultado, ...]
    resto: tuple[Resultado, ...]

    @property
    def cuantos(self) -> int:
        return len(self.a_la_vista) + len(self.resto)


@dataclass(frozen=True, slots=True)
class PaginaDeBusqueda:
    """``titular`` dice qué se halló; ``avisos``, lo que no se leyó; ``sugerencias``, qué más probar."""

    texto: str
    titular: str
    avisos: tuple[str, ...]
    grupos: tuple[Grupo, ...]
    sugerencias: tuple[str, ...]


def buscar_en_todo(escrito: str, mirada: Mirada) -> PaginaDeBusqueda:
    """La página de lo que se escribió: una consulta por clase de cosa y, si no se halla nada, tres más."""
    consulta = leer_consulta(escrito)
    if not consulta.texto:
        return PaginaDeBusqueda("", "¿Qué busca?", (), (), EJEMPLOS)
    if consulta.solo_vacias:
        titular = f"«{consulta.texto}» no dice qué buscar: son palabras que están en todas partes, o signos."
        return PaginaDeBusqueda(consulta.texto, titular, (), (), EJEMPLOS)
    publicado = chain.from_iterable(fuente.documentos(consulta, mirada) for fuente in FUENTES)
    hallazgos = hallar(chain(publicado, textos_del_portal()), consulta)
    return PaginaDeBusqueda(
        texto=consulta.texto,
        titular=_titular(hallazgos, consulta),
        avisos=tuple(_avisos(hallazgos, consulta)),
        grupos=_agrupar(hallazgos, consulta, mirada.sufijo),
        sugerencias=_sugerencias(consulta, hallo=bool(hallazgos)),
    )


def _titular(hallazgos: list[Hallazgo], consulta: Consulta) -> str:
    if not hallazgos:
        return f"Nada de lo publicado dice «{consulta.texto}»."
    grupos = len({uno.documento.grupo for uno in hallazgos})
    cuantos = plural(len(hallazgos), "resultado", "resultados")
    return f"{cuantos} para «{consulta.texto}»" + (f", en {grupos} grupos." if grupos > 1 else ".")


def _avisos(hallazgos: list[Hallazgo], consulta: Consulta) -> Iterable[str]:
    if consulta.recortada:
        yield f"Lo escrito es muy largo: se buscó solo «{' '.join(consulta.terminos)}»."
    if hallazgos and hallazgos[0].terminos < len(consulta.terminos):
        yield "Ningún resultado tiene todas las palabras: estos tienen alguna."


def _agrupar(hallazgos: list[Hallazgo], consulta: Consulta, sufijo: str) -> tuple[Grupo, ...]:
    """Los grupos, en el orden de su mejor resultado."""
    por_grupo: defaultdict[str, list[Resultado]] = defaultdict(list)
    for uno in hallazgos:
        por_grupo[uno.documento.grupo].append(_escribir(uno, consulta, sufijo))
    return tuple(
        Grupo(plegar(nombre).replace(" ", "-"), nombre, tuple(todos[:A_LA_VISTA]), tuple(todos[A_LA_VISTA:]))
        for nombre, todos in por_grupo.items()
    )


def _escribir(hallazgo: Hallazgo, consulta: Consulta, sufijo: str) -> Resultado:
    documento = hallazgo.documento
    es_externa = not documento.ruta.startswith("/")
    ruta, almohadilla, ancla = documento.ruta.partition("#")
    return Resultado(
        titulo=hallazgo.titulo(consulta),
        trozo=hallazgo.trozo(consulta),
        codigo=documento.codigo,
        detalle=documento.detalle,
        ruta=documento.ruta if es_externa else f"{ruta}{sufijo}{almohadilla}{ancla}",
        es_externa=es_externa,
    )


def _sugerencias(consulta: Consulta, *, hallo: bool) -> tuple[str, ...]:
    """Cómo dicen las fuentes lo mismo; si nada se halló, palabras parecidas del catálogo y del glosario o ejemplos."""
    dichas = tuple(dict.fromkeys(sinonimos(consulta)))
    if dichas or hallo:
        return dichas
    nombres = chain(
        ObjetivoPrioritario.objects.order_by("pk").values_list("nombre", flat=True),
        Indicador.objects.order_by("pk").values_list("nombre", flat=True),
        Servicio.objects.order_by("pk").values_list("nombre", flat=True),
        (f"{uno.titulo}" for uno in textos_del_portal()),
    )
    vocabulario: dict[str, str] = {}
    for palabra in chain.from_iterable(nombre.lower().split() for nombre in nombres):
        limpia = palabra.strip("«»().,;:¿?¡!")
        if len(limpia) > 3 and plegar(limpia) not in VACIAS:
            vocabulario.setdefault(plegar(limpia), limpia)
    parecidas = chain.from_iterable(
        get_close_matches(termino, sorted(vocabulario), n=2, cutoff=0.75) for termino in consulta.terminos
    )
    return tuple(dict.fromkeys(vocabulario[una] for una in parecidas)) or EJEMPLOS
