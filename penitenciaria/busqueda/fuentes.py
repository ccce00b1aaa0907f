"""Dónde se busca: una consulta por cada clase de cosa publicada, y cómo se muestra una fila hallada."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from indicadores.formato import escribir_fecha
from indicadores.mirada import Mirada
from indicadores.models import Ambito, Indicador, Medicion
from objetivos.models import (
    Alternativa,
    AvanceNarrativo,
    Entidad,
    Hito,
    Lineamiento,
    Norma,
    ObjetivoPrioritario,
    Reporte,
)
from penitenciaria.busqueda.en_la_base import que_pueden_responder
from penitenciaria.busqueda.hallazgos import Documento
from penitenciaria.busqueda.palabras import Consulta
from servicios.models import DocumentoDeProvision, Intervencion, Servicio, Suspension

Fila = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fuente:
    """Una clase de cosa: sus filas a una mirada, los campos en que se busca y el documento que sale de cada fila.

    ``otros`` son los campos que el documento necesita y en los que no se busca. Si el título lo escribe el portal, la
    base no puede buscar en él: con ``se_leen_todas`` da todas las filas, que son pocas.
    """

    filas: Callable[[Mirada], QuerySet[Any]]
    campos: tuple[str, ...]
    documento: Callable[[Fila], Documento]
    otros: tuple[str, ...] = ()
    se_leen_todas: bool = False

    def documentos(self, consulta: Consulta, mirada: Mirada) -> Iterator[Documento]:
        """Los que pueden responder, en una consulta."""
        filas = self.filas(mirada).order_by("pk")
        if not self.se_leen_todas:
            filas = que_pueden_responder(filas, self.campos, consulta)
        return (self.documento(fila) for fila in filas.values(*self.campos, *self.otros))


def _unir(fila: Fila, *campos: str) -> str:
    return " · ".join(str(fila[campo]) for campo in campos if fila[campo])


TEXTOS_DE_FICHA = (
    *("objeto_medicion", "justificacion", "metodo_calculo", "numerador", "denominador", "formula", "limitaciones"),
    *("supuestos", "fuente_datos", "proceso_recoleccion", "tipo_agregacion", "notas"),
)
TEXTOS_DE_SERVICIO = ("descripcion", "proveedor", "receptor", "cobertura", "estandares", "notas")


def _objetivo(fila: Fila) -> Documento:
    ruta = reverse("objetivo", args=[fila["codigo"]])
    return Documento("Objetivos prioritarios", fila["nombre"], fila["nota_priorizacion"], ruta, fila["codigo"])


def _indicador(fila: Fila) -> Documento:
    texto = _unir(fila, "nombre_corto", "codigo_oficial", *TEXTOS_DE_FICHA)
    return Documento("Indicadores", fila["nombre"], texto, reverse("indicador", args=[fila["codigo"]]), fila["codigo"])


def _servicio(fila: Fila) -> Documento:
    texto = _unir(fila, "nombre_corto", "codigo_oficial", *TEXTOS_DE_SERVICIO)
    return Documento("Servicios", fila["nombre"], texto, reverse("servicio", args=[fila["codigo"]]), fila["codigo"])


def _lineamiento(fila: Fila) -> Documento:
    ruta = f"{reverse('objetivo', args=[fila['objetivo__codigo']])}#lineamientos"
    return Documento("Lineamientos", fila["nombre"], "", ruta, fila["codigo"])


def _entidad(fila: Fila) -> Documento:
    ruta = reverse("entidad", args=[fila["sigla"]])
    return Documento("Entidades", fila["nombre"], fila["notas"], ruta, fila["sigla"])


def _norma(fila: Fila) -> Documento:
    titulo = f"{fila['tipo']} {fila['numero']}".strip()
    cuando = escribir_fecha(fila["fecha"], fila["precision_fecha"]) if fila["fecha"] else ""
    ruta = fila["url"] or reverse("ruta")
    return Documento("Normas", titulo, _unir(fila, "titulo", "notas"), ruta, detalle=cuando)


def _hito(fila: Fila) -> Documento:
    cuando = escribir_fecha(fila["fecha"], fila["precision_fecha"]) if fila["fecha"] else ""
    return Documento("Ruta del plan", fila["titulo"], fila["descripcion"], reverse("ruta"), detalle=cuando)


def _alternativa(fila: Fila) -> Documento:
    return Documento("Alternativas", fila["titulo"], fila["texto"], reverse("alternativas"))


def _documento(fila: Fila) -> Documento:
    ruta = reverse("servicio", args=[fila["servicio__codigo"]])
    return Documento(
        "Documentos de los servicios", fila["titulo"], fila["notas"], ruta, detalle=fila["servicio__codigo"]
    )


def _relato(fila: Fila) -> Documento:
    seccion = AvanceNarrativo.Seccion(fila["seccion"]).label
    de_que = fila["objetivo__codigo"] or "toda la política"
    titulo = f"{seccion[0].upper()}{seccion[1:]} de {fila['anio']}, {de_que}"
    ruta = f"{reverse('objetivo', args=[fila['objetivo__codigo']])}#relato" if fila["objetivo__codigo"] else ""
    return Documento("Relato de los años", titulo, fila["texto"], ruta or reverse("reporte", args=[fila["anio"]]))


def _intervencion(fila: Fila) -> Documento:
    return _de_objetivo_o_servicio(fila, "Intervenciones", fila["titulo"], fila["descripcion"], "intervenciones")


def _suspension(fila: Fila) -> Documento:
    texto = _unir(fila, "causa", "medida_alternativa")
    return _de_objetivo_o_servicio(fila, "Suspensiones", fila["actividad"], texto, "suspensiones")


def _de_objetivo_o_servicio(fila: Fila, grupo: str, titulo: str, texto: str, ancla: str) -> Documento:
    if fila["servicio__codigo"]:
        return Documento(grupo, titulo, texto, reverse("servicio", args=[fila["servicio__codigo"]]))
    return Documento(grupo, titulo, texto, f"{reverse('objetivo', args=[fila['objetivo__codigo']])}#{ancla}")


def _ambitos(mirada: Mirada) -> QuerySet[Ambito]:
    """Los lugares, con el indicador de su dato más reciente a la vista: ahí está su cifra."""
    suyas = Medicion.objects.vigentes(mirada.a_la_fecha).filter(ambito=OuterRef("pk"), fin__lte=mirada.corte)
    ultimo = suyas.order_by("-fin", "-id").values("indicador__codigo")[:1]
    return Ambito.objects.exclude(nivel=Ambito.Nivel.NACIONAL).annotate(indicador=Subquery(ultimo))


def _ambito(fila: Fila) -> Documento:
    es_penal = fila["nivel"] == Ambito.Nivel.ESTABLECIMIENTO
    if fila["indicador"]:
        clave = "".join(letra if letra.isalnum() else "-" for letra in fila["codigo"])
        ruta = f"{reverse('indicador', args=[fila['indicador']])}#{'ep' if es_penal else 'oficina'}-{clave}"
    else:
        ruta = reverse("api-ambito", args=[fila["codigo"]])
    detalle = str(Ambito.Nivel(fila["nivel"]).label)
    return Documento("Lugares", fila["nombre"], fila["departamento"], ruta, fila["codigo"], detalle)


def _reportes(mirada: Mirada) -> QuerySet[Reporte]:
    """Los emitidos que regían a la fecha."""
    regian = Q(sustituido_en__isnull=True) | Q(sustituido_en__gt=mirada.a_la_fecha)
    return Reporte.objects.filter(regian, emitido_en__lte=mirada.a_la_fecha, corte__lte=mirada.corte)


def _reporte(fila: Fila) -> Documento:
    titulo = f"Reporte de cumplimiento {fila['anio']}, N.° {fila['numero']}"
    texto = f"Reporte de cumplimiento emitido de la política nacional penitenciaria. {fila['motivo']}".strip()
    return Documento("Reportes emitidos", titulo, texto, reverse("reporte-verificar", args=[fila["huella"]]))


FUENTES: tuple[Fuente, ...] = (
    Fuente(lambda _: ObjetivoPrioritario.objects.all(), ("codigo", "nombre", "nota_priorizacion"), _objetivo),
    Fuente(
        lambda _: Indicador.objects.all(),
        ("codigo", "codigo_oficial", "nombre", "nombre_corto", *TEXTOS_DE_FICHA),
        _indicador,
    ),
    Fuente(
        lambda _: Servicio.objects.all(),
        ("codigo", "codigo_oficial", "nombre", "nombre_corto", *TEXTOS_DE_SERVICIO),
        _servicio,
    ),
    Fuente(lambda _: Lineamiento.objects.all(), ("codigo", "nombre"), _lineamiento, ("objetivo__codigo",)),
    Fuente(lambda _: Entidad.objects.all(), ("sigla", "nombre", "notas"), _entidad),
    Fuente(
        lambda _: Norma.objects.all(),
        ("tipo", "numero", "titulo", "notas"),
        _norma,
        ("url", "fecha", "precision_fecha"),
    ),
    Fuente(lambda _: Hito.objects.all(), ("titulo", "descripcion"), _hito, ("fecha", "precision_fecha")),
    Fuente(lambda _: Alternativa.objects.all(), ("titulo", "texto"), _alternativa),
    Fuente(lambda _: DocumentoDeProvision.objects.all(), ("titulo", "notas"), _documento, ("servicio__codigo",)),
    Fuente(
        lambda _: AvanceNarrativo.objects.all(),
        ("texto",),
        _relato,
        ("anio", "seccion", "objetivo__codigo"),
        se_leen_todas=True,
    ),
    Fuente(
        lambda _: Intervencion.objects.all(),
        ("titulo", "descripcion"),
        _intervencion,
        ("objetivo__codigo", "servicio__codigo"),
    ),
    Fuente(
        lambda _: Suspension.objects.all(),
        ("actividad", "causa", "medida_alternativa"),
        _suspension,
        ("objetivo__codigo", "servicio__codigo"),
    ),
    Fuente(_reportes, ("motivo",), _reporte, ("anio", "numero", "huella"), se_leen_todas=True),
    Fuente(_ambitos, ("codigo", "nombre", "departamento"), _ambito, ("nivel", "indicador")),
)
