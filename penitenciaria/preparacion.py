"""Preparar el reporte de un año: escribir sus párrafos, ver en qué discrepan de los datos y emitirlo.

Solo para el personal. Un GET nunca escribe; cada POST hace una llamada a un verbo y lo que este rechaza vuelve a la
página, junto a su sección, con lo escrito en su sitio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from indicadores.acciones.comun import momento
from indicadores.errores import DatoInvalido, ErrorDelDominio, PermisoDenegado
from indicadores.formato import escribir_fecha
from indicadores.mirada import Mirada
from indicadores.permisos import Accion, puede
from indicadores.views import con_mirada
from objetivos.models import ObjetivoPrioritario, Parrafo, Reporte
from penitenciaria.informe.borrador import (
    Borrador,
    DiferenciaHallada,
    comprobar_anio,
    corte_por_omision,
    la_politica,
    leer_borrador,
)
from penitenciaria.informe.documento import Parrafo as ParrafoEscrito
from penitenciaria.informe.documento import Titulo
from penitenciaria.informe.emision import (
    borrar_parrafo,
    cuando,
    emitir,
    huella_de_lo_visto,
    redactar_parrafo,
    reporte_vigente,
)
from penitenciaria.reportes import explicando

TITULO_DE_SECCION = {
    Parrafo.Seccion.RESULTADO_GENERAL: "1.1 Resultado general",
    Parrafo.Seccion.AVANCE: "Avance",
    Parrafo.Seccion.INTERVENCIONES: "Situación de intervenciones y uso de recursos",
    Parrafo.Seccion.ALTERNATIVAS: "2 Alternativas",
}


@dataclass(frozen=True, slots=True)
class Rechazo:
    """Lo que un verbo no aceptó: la frase, dónde se muestra y lo que la persona había escrito."""

    frase: str
    lugar: str
    escrito: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParrafoEditable:
    """Un párrafo con su formulario. ``texto`` y ``modo`` son lo guardado o, tras un rechazo, lo escrito."""

    parrafo: Parrafo
    texto: str
    modo: str
    testigo: int
    cuando: str
    diferencias: tuple[str, ...]
    rechazo: str

    @property
    def guardado(self) -> str:
        """Lo que hoy dice la base, si no es lo que está escrito en el formulario."""
        return self.parrafo.texto if self.rechazo and self.texto.strip() != self.parrafo.texto else ""


@dataclass(frozen=True, slots=True)
class SeccionEditable:
    """Una sección del reporte: lo que el portal escribe en ella, los párrafos de las personas y el formulario vacío."""

    lugar: str
    titulo: str
    seccion: str
    objetivo: str
    del_portal: tuple[str, ...]
    parrafos: tuple[ParrafoEditable, ...]
    texto_nuevo: str
    modo_nuevo: str
    rechazo: str


@dataclass(frozen=True, slots=True)
class Grupo:
    """Un objetivo, o toda la política, con sus secciones."""

    titulo: str
    secciones: tuple[SeccionEditable, ...]
    abierto: bool


@dataclass(frozen=True, slots=True)
class PaginaDePreparacion:
    anio: int
    corte: str
    corte_en_palabras: str
    vigente: Reporte | None
    momento_del_vigente: str
    numero: int
    grupos: tuple[Grupo, ...]
    diferencias: tuple[DiferenciaHallada, ...]
    testigo: str
    puede_redactar: bool
    puede_emitir: bool
    rechazo: str
    motivo: str
    modos: Sequence[tuple[str, str]] = tuple(Parrafo.Modo.choices)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@con_mirada
@explicando
def preparar(request: HttpRequest, anio: int, *, mirada: Mirada) -> HttpResponse:
    """La página y sus tres acciones: ``guardar`` y ``borrar`` un párrafo, y ``emitir``."""
    if not (request.user.is_staff and puede(request.user, Accion.VER_BORRADORES)):
        raise PermissionDenied
    hoy = None if mirada.pide_corte else mirada.corte
    comprobar_anio(anio, hoy)
    corte = mirada.corte if mirada.pide_corte else corte_por_omision(anio, mirada.corte)
    rechazo = None
    if request.method == "POST":
        accion = ACCIONES.get(request.POST.get("accion", ""))
        if accion is None:
            raise PermissionDenied
        try:
            destino = accion(request, anio, corte)
        except PermisoDenegado as error:
            raise PermissionDenied(str(error)) from error
        except ErrorDelDominio as error:
            rechazo = Rechazo(str(error), _lugar_de(request), request.POST.dict())
        else:
            return HttpResponseRedirect(destino)
    borrador = leer_borrador(anio=anio, corte=corte, a_la_fecha=momento(None))
    pagina = escribir_pagina(request.user, borrador, rechazo)
    contexto = {"seccion": "reportes", "mirada": None, "pagina": pagina}
    respuesta = render(request, "reporte/preparar.html", contexto)
    patch_cache_control(respuesta, private=True, no_store=True)
    return respuesta


# Lo que se puede hacer


def _guardar(request: HttpRequest, anio: int, corte: Any) -> str:
    campos = request.POST
    parrafo = _parrafo(campos.get("parrafo", ""), anio)
    codigo = campos.get("objetivo", "")
    objetivo = get_object_or_404(ObjetivoPrioritario, codigo=_sin_nulos(codigo)) if codigo else None
    redactar_parrafo(
        por=request.user,  # type: ignore[arg-type]
        anio=anio,
        seccion=parrafo.seccion if parrafo else campos.get("seccion", ""),
        objetivo=parrafo.objetivo if parrafo else objetivo,
        texto=campos.get("texto", ""),
        modo=campos.get("modo", ""),
        parrafo=parrafo,
        testigo=_entero(campos.get("testigo", "")),
    )
    messages.success(request, "Párrafo guardado.")
    return f"{_aqui(anio, corte)}#{_lugar_de(request)}"


def _borrar(request: HttpRequest, anio: int, corte: Any) -> str:
    parrafo = _parrafo(request.POST.get("parrafo", ""), anio)
    if parrafo is None:
        raise DatoInvalido("Ese párrafo ya no existe.")
    borrar_parrafo(parrafo, por=request.user, testigo=_entero(request.POST.get("testigo", "")))  # type: ignore[arg-type]
    messages.success(request, "Párrafo borrado; su historial se conserva.")
    return f"{_aqui(anio, corte)}#{_lugar_de(request)}"


def _emitir(request: HttpRequest, anio: int, corte: Any) -> str:
    if "confirmo" not in request.POST:
        raise DatoInvalido("Marque que leyó el borrador y que quiere emitirlo: un reporte emitido no se puede cambiar.")
    emitir(
        por=request.user,  # type: ignore[arg-type]
        anio=anio,
        corte=corte,
        motivo=request.POST.get("motivo", ""),
        diferencias_aceptadas="diferencias" in request.POST,
        visto=request.POST.get("visto", ""),
        direccion_de=lambda huella: request.build_absolute_uri(reverse("reporte-verificar", args=[huella])),
    )
    return reverse("reporte", args=[anio])


ACCIONES = {"guardar": _guardar, "borrar": _borrar, "emitir": _emitir}


def _aqui(anio: int, corte: Any) -> str:
    return f"{reverse('reporte-preparar', args=[anio])}?corte={corte.isoformat()}"


def _lugar_de(request: HttpRequest) -> str:
    """El ancla de la sección de la que viene el formulario; la de emitir, si no viene de ninguna."""
    seccion, objetivo = request.POST.get("seccion", ""), request.POST.get("objetivo", "")
    return lugar(seccion, objetivo) if seccion in Parrafo.Seccion.values else "emitir"


def lugar(seccion: str, objetivo: str) -> str:
    """«op-01-avance», «resultado_general»."""
    return f"{objetivo.lower().replace('.', '-')}-{seccion}" if objetivo else seccion


def _parrafo(clave: str, anio: int) -> Parrafo | None:
    if not clave:
        return None
    hallado = Parrafo.objects.select_related("objetivo").filter(anio=anio, pk=_entero(clave) or 0).first()
    if hallado is None:
        raise DatoInvalido("Ese párrafo ya no existe: otra persona lo borró. Lo que usted escribió sigue abajo.")
    return hallado


def _entero(texto: str) -> int:
    return int(texto) if texto.isascii() and texto.isdecimal() and len(texto) < 16 else 0


def _sin_nulos(texto: str) -> str:
    return texto.replace("\0", "")


# Lo que se muestra


def escribir_pagina(persona: Any, borrador: Borrador, rechazo: Rechazo | None) -> PaginaDePreparacion:
    """Todo lo que la página muestra a ``persona``."""
    informe = borrador.informe
    vigente = reporte_vigente(la_politica(), informe.anio)
    diferencias = borrador.diferencias
    del_portal = _textos_del_portal(borrador)
    grupos = []
    objetivos = [(None, "Toda la política"), *((uno.codigo, f"{uno.codigo} {uno.nombre}") for uno in informe.objetivos)]
    for codigo, titulo in objetivos:
        secciones = tuple(
            _seccion(seccion, codigo or "", borrador, diferencias, del_portal, rechazo)
            for seccion in Parrafo.Seccion
            if (seccion in Parrafo.SECCIONES_DE_OBJETIVO) is (codigo is not None)
        )
        abierto = any(una.parrafos or una.rechazo for una in secciones)
        grupos.append(Grupo(titulo, secciones, abierto))
    de_emitir = rechazo is not None and rechazo.lugar == "emitir"
    return PaginaDePreparacion(
        anio=informe.anio,
        corte=informe.corte.isoformat(),
        corte_en_palabras=escribir_fecha(informe.corte),
        vigente=vigente,
        momento_del_vigente=cuando(vigente.emitido_en) if vigente else "",
        numero=vigente.numero + 1 if vigente else 1,
        grupos=tuple(grupos),
        diferencias=diferencias,
        testigo=huella_de_lo_visto(borrador, vigente),
        puede_redactar=puede(persona, Accion.REDACTAR),
        puede_emitir=puede(persona, Accion.EMITIR),
        rechazo=rechazo.frase if rechazo and de_emitir else "",
        motivo=rechazo.escrito.get("motivo", "") if rechazo and de_emitir else "",
    )


def _seccion(
    seccion: Parrafo.Seccion,
    codigo: str,
    borrador: Borrador,
    diferencias: Sequence[DiferenciaHallada],
    del_portal: dict[str, tuple[str, ...]],
    rechazo: Rechazo | None,
) -> SeccionEditable:
    ancla = lugar(seccion, codigo)
    suyo = rechazo if rechazo is not None and rechazo.lugar == ancla else None
    escrito = suyo.escrito if suyo else {}
    suyos = [
        parrafo
        for parrafo in borrador.parrafos
        if parrafo.seccion == seccion and (parrafo.objetivo.codigo if parrafo.objetivo else "") == codigo
    ]
    claves = {str(parrafo.pk) for parrafo in suyos}
    es_nuevo = suyo is not None and escrito.get("parrafo", "") not in claves
    return SeccionEditable(
        lugar=ancla,
        titulo=TITULO_DE_SECCION[seccion],
        seccion=seccion,
        objetivo=codigo,
        del_portal=del_portal.get(ancla, ()),
        parrafos=tuple(_editable(parrafo, diferencias, suyo) for parrafo in suyos),
        texto_nuevo=escrito.get("texto", "") if es_nuevo else "",
        modo_nuevo=escrito.get("modo", "") if es_nuevo else Parrafo.Modo.AGREGA,
        rechazo=suyo.frase if suyo and es_nuevo else "",
    )


def _editable(parrafo: Parrafo, diferencias: Sequence[DiferenciaHallada], rechazo: Rechazo | None) -> ParrafoEditable:
    suyo = rechazo if rechazo is not None and rechazo.escrito.get("parrafo") == str(parrafo.pk) else None
    escrito = suyo.escrito if suyo else {}
    return ParrafoEditable(
        parrafo=parrafo,
        texto=escrito.get("texto", parrafo.texto),
        modo=escrito.get("modo", parrafo.modo),
        testigo=parrafo.testigo,
        cuando=cuando(parrafo.en),
        diferencias=tuple(una.diferencia.frase for una in diferencias if una.parrafo.pk == parrafo.pk),
        rechazo=suyo.frase if suyo else "",
    )


def _textos_del_portal(borrador: Borrador) -> dict[str, tuple[str, ...]]:
    """Los párrafos que el portal escribe en cada sección, por su ancla."""
    solo_portal = Borrador(borrador.informe, ()).componer()
    anclas = dict(_anclas(borrador))
    textos: dict[str, list[str]] = {}
    actual = ""
    for bloque in solo_portal.bloques:
        if isinstance(bloque, Titulo):
            actual = anclas.get(bloque.ancla, "")
        elif isinstance(bloque, ParrafoEscrito) and actual:
            textos.setdefault(actual, []).append(bloque.texto)
    return {ancla: tuple(suyos) for ancla, suyos in textos.items()}


def _anclas(borrador: Borrador) -> Iterator[tuple[str, str]]:
    """Qué título del documento abre cada sección."""
    yield "resultado-general", Parrafo.Seccion.RESULTADO_GENERAL
    yield "alternativas", Parrafo.Seccion.ALTERNATIVAS
    for objetivo in borrador.informe.objetivos:
        ancla = objetivo.codigo.lower().replace(".", "-")
        for seccion in Parrafo.SECCIONES_DE_OBJETIVO:
            yield f"{ancla}-{seccion.value}", lugar(seccion, objetivo.codigo)
