"""La cuadrícula de logros esperados: indicadores por años, con una razón y una norma para todo lo que se guarda."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header

from indicadores.acciones.catalogo import aplicar_cambios
from indicadores.acciones.comun import momento
from indicadores.errores import ErrorDelDominio
from indicadores.formato import plural
from indicadores.forms import FormularioDeVerbo, elegir
from indicadores.intercambio.catalogo_celdas import limpiar
from indicadores.intercambio.catalogo_comparacion import FilaDeCatalogo, cambios_de, comparar_hoja
from indicadores.intercambio.catalogo_estado import LOGROS, Estado, de_logros
from indicadores.intercambio.catalogo_libro import escribir_libro
from indicadores.intercambio.tipos import Diferencia, Tipo
from indicadores.models import Indicador, LogroEsperado
from indicadores.models.cifras import MOTIVOS
from indicadores.permisos import Accion, puede

#: Más casillas que estas no caben en un envío: se muestra un objetivo a la vez.
CASILLAS_MAXIMAS = 800
TIPO_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RazonForm(FormularioDeVerbo):
    """Por qué se fija todo lo escrito, y con qué norma."""

    motivo = forms.CharField(
        label="motivo",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Vale para todas las celdas que cambie: queda en el historial y es público.",
        error_messages={"required": "Escriba el motivo: quedará en el historial de cada logro."},
    )
    norma = elegir(LogroEsperado, "norma", ayuda="El dispositivo que los establece, si lo hay.")


@dataclass(frozen=True, slots=True)
class Casilla:
    """Una celda de la cuadrícula: lo escrito y, si no se pudo guardar, por qué; ``nombre`` lleva la versión vista."""

    nombre: str
    anio: str
    texto: str
    rige: str = ""
    error: str = ""
    choca: bool = False


@dataclass(frozen=True, slots=True)
class Renglon:
    """Un indicador y sus años."""

    indicador: Indicador
    casillas: tuple[Casilla, ...]


def nombre_de(indicador: Indicador, anio: str, version: int) -> str:
    """El nombre del campo: indicador, año y versión que se muestra."""
    return f"logro-{indicador.pk}-{anio}-{version}"


def cuadricula_view(request: HttpRequest) -> HttpResponse:
    """GET muestra lo que rige; POST guarda lo que cambió, o vuelve con todo lo escrito y sus errores."""
    if not (puede(request.user, Accion.FIJAR) and puede(request.user, Accion.IMPORTAR_CATALOGO)):
        raise PermissionDenied
    ahora = momento(None)
    estado = de_logros(ahora)
    indicadores, objetivos, elegido = _elegidos(estado, request.GET.get("objetivo", ""))
    diferencias: list[Diferencia] = []
    form = RazonForm(request.POST or None)
    resumen = ""
    if request.method == "POST":
        escritas = list(_leer(request, indicadores, estado))
        diferencias = list(comparar_hoja(estado, escritas, {}))
        cambian = [d for d in diferencias if d.tipo in (Tipo.NUEVA, Tipo.CAMBIADA)]
        malas = [d for d in diferencias if d.tipo in (Tipo.CONFLICTO, Tipo.ERROR)]
        if malas:
            resumen = f"No se guardó nada: {plural(len(malas), 'celda espera', 'celdas esperan')} su decisión."
        elif not cambian:
            resumen = "No hay nada que guardar: todas las celdas dicen lo que ya rige."
        elif form.is_valid() and _guardar(request, form, cambian, ahora):
            consulta = f"?objetivo={elegido}" if elegido else ""
            return HttpResponseRedirect(reverse("admin:cuadricula") + consulta)
        else:
            resumen = "No se guardó nada: corrija lo señalado y vuelva a guardar."
        if form.non_field_errors():
            # Otra persona ganó entretanto: se muestra lo que rige en este momento junto a lo escrito.
            estado = de_logros(momento(None))
            diferencias = list(comparar_hoja(estado, escritas, {}))
    request.current_app = admin.site.name
    contexto = {
        **admin.site.each_context(request),
        "title": "Cuadrícula de logros esperados",
        "anios": estado.editables,
        "renglones": _renglones(estado, indicadores, diferencias),
        "objetivos": objetivos,
        "elegido": elegido,
        "motivos": MOTIVOS,
        "form": form,
        "resumen": resumen,
        "media": form.media,
    }
    return TemplateResponse(request, "admin/indicadores/cuadricula.html", contexto)


def _guardar(request: HttpRequest, form: RazonForm, cambian: list[Diferencia], ahora: datetime) -> bool:
    try:
        hechos = aplicar_cambios(cambios_de(cambian, ahora), por=request.user, ahora=ahora, **form.datos())  # type: ignore[arg-type]
    except ErrorDelDominio as error:
        form.explicar(error)
        return False
    frase = plural(hechos, "logro esperado quedó fijado", "logros esperados quedaron fijados")
    messages.success(request, f"{frase}; rigen desde ahora." if hechos > 1 else f"{frase}; rige desde ahora.")
    return True


def _elegidos(estado: Estado, pedido: str) -> tuple[list[Indicador], list[str], str]:
    """Los indicadores que se muestran, los objetivos entre los que se elige y el elegido (vacío: todos)."""
    todos: list[Indicador] = list(estado.objetos.values())
    objetivos = sorted({_objetivo(indicador) for indicador in todos})
    elegido = pedido if pedido in objetivos else ""
    if not elegido and objetivos and len(todos) * len(estado.editables) > CASILLAS_MAXIMAS:
        elegido = objetivos[0]
    return [i for i in todos if not elegido or _objetivo(i) == elegido], objetivos, elegido


def _objetivo(indicador: Indicador) -> str:
    return (indicador.objetivo or indicador.servicio.objetivo).codigo  # type: ignore[union-attr]


def _leer(request: HttpRequest, indicadores: Iterable[Indicador], estado: Estado) -> Iterable[FilaDeCatalogo]:
    """Lo enviado, como filas de la hoja de logros: los nombres traen la versión que se veía."""
    enviadas: dict[int, dict[str, tuple[str, int]]] = {}
    for nombre in request.POST:
        partes = nombre.split("-")
        if len(partes) == 4 and partes[0] == "logro" and all(parte.isdecimal() for parte in partes[1:]):
            texto = limpiar(request.POST[nombre])
            enviadas.setdefault(int(partes[1]), {})[partes[2]] = (texto, int(partes[3]))
    for numero, indicador in enumerate(indicadores, 1):
        suyas = {anio: dato for anio, dato in enviadas.get(indicador.pk, {}).items() if anio in estado.editables}
        celdas = {anio: (f"{indicador.codigo} {anio}", texto) for anio, (texto, _) in suyas.items()}
        versiones = {(indicador.codigo, anio): version for anio, (_, version) in suyas.items()}
        yield FilaDeCatalogo(LOGROS, numero, indicador.codigo, celdas, versiones)


def _renglones(estado: Estado, indicadores: Iterable[Indicador], diferencias: list[Diferencia]) -> list[Renglon]:
    por_celda = {diferencia.celda: diferencia for diferencia in diferencias}
    renglones = []
    for indicador in indicadores:
        casillas = []
        for anio in estado.editables:
            rige = estado.texto(indicador.codigo, anio)
            nombre = nombre_de(indicador, anio, estado.version(indicador.codigo, anio))
            d = por_celda.get(f"{indicador.codigo} {anio}")
            if d is None or (d.tipo is Tipo.IGUAL):
                casillas.append(Casilla(nombre, anio, rige, rige))
            else:
                con_falta = d.tipo in (Tipo.ERROR, Tipo.CONFLICTO)
                error = d.mensaje if d.tipo is Tipo.ERROR else ""
                casillas.append(Casilla(nombre, anio, d.valor, rige, error, con_falta and not error))
        renglones.append(Renglon(indicador, tuple(casillas)))
    return renglones


def libro_view(request: HttpRequest) -> HttpResponse:
    """El libro del catálogo tal como rige ahora, para llenarlo y subirlo."""
    if not puede(request.user, Accion.IMPORTAR_CATALOGO):
        raise PermissionDenied
    respuesta = HttpResponse(escribir_libro(momento(None)), content_type=TIPO_XLSX)
    respuesta["Content-Disposition"] = content_disposition_header(True, "catalogo.xlsx")
    respuesta["Cache-Control"] = "private, no-store"
    return respuesta


_direcciones_de_antes = admin.site.get_urls


def _direcciones() -> list[Any]:
    envolver = admin.site.admin_view
    propias: list[URLPattern] = [
        path("cuadricula/", envolver(cuadricula_view), name="cuadricula"),
        path("hojas/catalogo.xlsx", envolver(libro_view), name="hojas_catalogo_libro"),
    ]
    return [*propias, *_direcciones_de_antes()]


admin.site.get_urls = _direcciones  # type: ignore[method-assign]
