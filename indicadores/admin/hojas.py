"""Las páginas de las hojas de cálculo: bajar, subir, mirar la diferencia, confirmar, enviar y deshacer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.http import content_disposition_header

from indicadores.acciones import lotes
from indicadores.acciones.comun import dia_en_lima, momento
from indicadores.admin import matriz
from indicadores.admin.palabras import escribir_momento
from indicadores.errores import ErrorDelDominio
from indicadores.formato import plural
from indicadores.intercambio import archivo
from indicadores.intercambio.formularios import ConfirmarForm, SeleccionForm, SubirForm
from indicadores.intercambio.hoja import escribir_csv, escribir_libro, renglones
from indicadores.intercambio.proceso import deshacer
from indicadores.intercambio.tipos import Tipo, manejador_de
from indicadores.models import Lote, Medicion
from indicadores.permisos import Accion, puede
from indicadores.tareas import pedir_anotacion, pedir_comparacion, retomar

POR_PAGINA = 100
RECIENTES = 20
TIPO_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EN_CURSO = (Lote.Estado.RECIBIDO, Lote.Estado.LEYENDO, Lote.Estado.ANOTANDO)
ROTULO_DE_TIPO = {
    Tipo.ERROR: "con error",
    Tipo.CONFLICTO: "en conflicto",
    Tipo.NUEVA: "nuevas",
    Tipo.CAMBIADA: "cambiadas",
    Tipo.IGUAL: "iguales",
}
#: Los que cambian si la fila es una sola.
UNA_DE_TIPO = {Tipo.NUEVA: "nueva", Tipo.CAMBIADA: "cambiada", Tipo.IGUAL: "igual"}


def inicio_view(request: HttpRequest) -> HttpResponse:
    """Bajar, subir y los últimos lotes."""
    _exigir(request)
    hoy = dia_en_lima(momento(None))
    form = SubirForm(por=request.user)
    if request.method == "POST":
        form = SubirForm(request.POST, request.FILES, por=request.user)
        if form.is_valid() and (lote := _recibir(request, form)) is not None:
            return redirect("admin:hojas_lote", pk=lote.pk)
    filas = Lote.objects.select_related("creado_por").order_by("-id")[:RECIENTES]
    contexto = {
        "title": "Hojas de cálculo",
        "bajar_form": SeleccionForm(hoy=hoy),
        "form": form,
        "lotes": [_de_la_lista(lote) for lote in filas],
        "enlaces": _otros_caminos(request),
    }
    return _pagina(request, "admin/hojas/inicio.html", contexto)


def bajar_view(request: HttpRequest) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """La hoja de la selección; no escribe nada."""
    _exigir(request)
    form = SeleccionForm(request.GET, hoy=dia_en_lima(momento(None)))
    if not form.is_valid():
        contexto = {
            "title": "Hojas de cálculo",
            "bajar_form": form,
            "form": SubirForm(por=request.user),
            "lotes": [],
            "enlaces": _otros_caminos(request),
        }
        return _pagina(request, "admin/hojas/inicio.html", contexto, estado=400)
    filas = renglones(form.seleccion())
    if form.cleaned_data["formato"] == "csv":
        respuesta: Any = StreamingHttpResponse(escribir_csv(filas), content_type="text/csv; charset=utf-8")
        nombre = "mediciones.csv"
    else:
        respuesta = FileResponse(escribir_libro(filas), content_type=TIPO_XLSX)
        nombre = "mediciones.xlsx"
    respuesta["Content-Disposition"] = content_disposition_header(True, nombre)
    respuesta["Cache-Control"] = "private, no-store"
    return respuesta


def lote_view(request: HttpRequest, pk: int) -> HttpResponse:
    """La diferencia de un lote, por páginas y por tipo, con lo que se puede hacer."""
    lote = _lote(request, pk)
    if matriz.falta_decir(lote):
        return redirect(matriz.donde_se_dice(lote))
    contexto = _contexto_del_lote(request, lote, _confirmar_form(lote))
    respuesta = _pagina(request, "admin/hojas/lote.html", contexto)
    if contexto["en_curso"] and not contexto["detenido"]:
        respuesta["Refresh"] = "3"
    return respuesta


def paso_view(request: HttpRequest, pk: int, paso: str) -> HttpResponse:
    """Un paso del lote, solo por POST; lo que el dominio rechaza vuelve a la página con su frase."""
    lote = _lote(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if paso == "confirmar":
        return _confirmar(request, lote)
    hacer: dict[str, Callable[[], str]] = {
        "abandonar": lambda: _abandonar(request, lote),
        "deshacer": lambda: _deshacer(request, lote),
        "enviar": lambda: _enviar(request, lote),
        "retomar": lambda: _retomar(lote),
    }
    if paso not in hacer:
        return HttpResponseNotAllowed(["POST"])
    try:
        messages.success(request, hacer[paso]())
    except ErrorDelDominio as error:
        messages.error(request, str(error))
    return redirect("admin:hojas_lote", pk=pk)


def _confirmar(request: HttpRequest, lote: Lote) -> HttpResponse:
    form = _confirmar_form(lote, request.POST)
    testigo = request.POST.get("testigo", "")
    if form.is_valid():
        norma = form.cleaned_data.get("norma")
        try:
            confirmado = lotes.confirmar(
                lote,
                por=request.user,  # type: ignore[arg-type]
                testigo=int(testigo) if testigo.isdecimal() and len(testigo) < 19 else 0,
                motivo=form.cleaned_data["motivo"],
                norma=norma.pk if norma else None,
            )
            pedir_anotacion(confirmado)
        except ErrorDelDominio as error:
            form.explicar(error)
        else:
            return redirect("admin:hojas_lote", pk=lote.pk)
    return _pagina(request, "admin/hojas/lote.html", _contexto_del_lote(request, _lote(request, lote.pk), form))


def _abandonar(request: HttpRequest, lote: Lote) -> str:
    lotes.abandonar(lote, por=request.user)  # type: ignore[arg-type]
    return "Se dejó el lote sin anotar nada."


def _deshacer(request: HttpRequest, lote: Lote) -> str:
    deshacer(lote, por=request.user)
    return "Se deshizo el lote: sus borradores quedaron descartados y los que cambió, como estaban."


def _enviar(request: HttpRequest, lote: Lote) -> str:
    enviados = lotes.enviar_lote(lote, por=request.user)  # type: ignore[arg-type]
    return f"{plural(enviados, 'borrador enviado', 'borradores enviados')} a revisión. Los publica otra persona."


def _retomar(lote: Lote) -> str:
    return "El trabajo volvió a la cola." if retomar(lote) else "No hay nada que retomar en este lote."


def _recibir(request: HttpRequest, form: SubirForm) -> Lote | None:
    subido = form.cleaned_data["archivo"]
    try:
        lote = lotes.recibir(
            por=request.user,  # type: ignore[arg-type]
            clase=form.cleaned_data["clase"],
            archivo=subido,
            nombre=subido.name,
        )
        pedir_comparacion(lote)
    except ErrorDelDominio as error:
        form.explicar(error)
        return None
    return lote


def _confirmar_form(lote: Lote, datos: Any = None) -> ConfirmarForm:
    pide_norma = manejador_de(lote.clase).pide_norma
    return ConfirmarForm(datos, pide_motivo=bool(lote.resumen.get("pide_motivo")), pide_norma=pide_norma)


def _contexto_del_lote(request: HttpRequest, lote: Lote, form: ConfirmarForm) -> dict[str, Any]:
    cuenta = lote.resumen.get("cuenta", {})
    tipo = request.GET.get("tipo", "")
    tipo = tipo if cuenta.get(tipo) else _primero_que_importa(cuenta)
    cuantas = cuenta.get(tipo, 0)
    pagina = Paginator(range(cuantas), POR_PAGINA).get_page(request.GET.get("p"))
    filas = []
    if cuantas:
        with lote.diferencia.open("rb") as abierto:
            desde = (pagina.number - 1) * POR_PAGINA
            leidas = archivo.pagina(abierto.file, lote.resumen["indice"], desde=desde, cuantas=POR_PAGINA, tipos=[tipo])
        filas = [_fila(diferencia) for diferencia in leidas]
    en_curso = lote.estado in EN_CURSO
    # Anotar es una sola transacción: no puede ir diciendo cuánto lleva.
    espera = lotes.SEGUNDOS_SIN_SENAL * (10 if lote.estado == Lote.Estado.ANOTANDO else 1)
    detenido = en_curso and lote.cambiado_en < momento(None) - timedelta(seconds=espera)
    aplicado = lote.estado == Lote.Estado.APLICADO and lote.clase != Lote.Clase.CATALOGO
    return {
        "title": f"Lote {lote.pk}: {lote.nombre}",
        "lote": lote,
        "cuando": escribir_momento(lote.creado_en),
        "aplicado_en": escribir_momento(lote.aplicado_en),
        "deshecho_en": escribir_momento(lote.deshecho_en),
        "en_curso": en_curso,
        "detenido": detenido,
        "hechas": plural(lote.hechas, "fila leída", "filas leídas"),
        "anotando": lote.estado == Lote.Estado.ANOTANDO,
        "tipos": [
            (t.value, plural(cuenta[t], UNA_DE_TIPO.get(t, rotulo), rotulo))
            for t, rotulo in ROTULO_DE_TIPO.items()
            if cuenta.get(t)
        ],
        "tipo": tipo,
        "rotulo": ROTULO_DE_TIPO[Tipo(tipo)] if tipo else "",
        "filas": filas,
        "pagina": pagina,
        "form": form,
        "por_confirmar": lote.estado == Lote.Estado.POR_CONFIRMAR,
        "se_anotan": cuenta.get("nueva", 0) + cuenta.get("cambiada", 0),
        "no_se_anotan": cuenta.get("conflicto", 0),
        "se_deshace": aplicado and puede(request.user, Accion.DESCARTAR),
        "se_envia": aplicado and lote.mediciones.filter(etapa=Medicion.Etapa.BORRADOR).exists(),
        "se_abandona": lote.estado in (Lote.Estado.CON_ERRORES, Lote.Estado.POR_CONFIRMAR, Lote.Estado.FALLIDO),
        "rige_al_aplicar": not manejador_de(lote.clase).se_deshace,
        "lista": reverse("admin:indicadores_medicion_changelist"),
        "donde_se_dice": matriz.donde_se_dice(lote),
    }


def _primero_que_importa(cuenta: dict[str, int]) -> str:
    return next((tipo.value for tipo in ROTULO_DE_TIPO if cuenta.get(tipo)), "")


def _fila(diferencia: Any) -> dict[str, Any]:
    rotulos = list(dict.fromkeys([*diferencia.despues, *diferencia.antes]))
    return {
        "diferencia": diferencia,
        "cambios": [(r, diferencia.antes.get(r, ""), diferencia.despues.get(r, "")) for r in rotulos],
        "tiene_antes": bool(diferencia.antes),
    }


def _de_la_lista(lote: Lote) -> dict[str, Any]:
    return {
        "lote": lote,
        "cuando": escribir_momento(lote.creado_en),
        "resumen": archivo.resumen_de_una(lote.resumen.get("cuenta", {})),
    }


def _otros_caminos(request: HttpRequest) -> list[tuple[str, str]]:
    caminos = [("admin:hojas_matriz", "Subir una matriz del INPE", Accion.IMPORTAR)]
    caminos += [
        ("admin:cuadricula", "Cuadrícula de logros esperados", Accion.IMPORTAR_CATALOGO),
        ("admin:hojas_catalogo_libro", "Bajar el libro del catálogo", Accion.IMPORTAR_CATALOGO),
    ]
    hallados = []
    for nombre, texto, accion in caminos:
        if puede(request.user, accion):
            try:
                hallados.append((reverse(nombre), texto))
            except NoReverseMatch:
                continue
    return hallados


def _exigir(request: HttpRequest) -> None:
    if not (puede(request.user, Accion.IMPORTAR) or puede(request.user, Accion.IMPORTAR_CATALOGO)):
        raise PermissionDenied


def _lote(request: HttpRequest, pk: int) -> Lote:
    lote = get_object_or_404(Lote.objects.select_related("creado_por", "aplicado_por", "deshecho_por"), pk=pk)
    if not puede(request.user, lotes.accion_de(lote.clase)):
        raise PermissionDenied
    return lote


def _pagina(request: HttpRequest, plantilla: str, contexto: dict[str, Any], *, estado: int = 200) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, plantilla, admin.site.each_context(request) | contexto, status=estado)


_direcciones_de_antes = admin.site.get_urls


def _direcciones() -> list[Any]:
    envolver = admin.site.admin_view
    propias = [
        path("hojas/", envolver(inicio_view), name="hojas"),
        path("hojas/bajar/", envolver(bajar_view), name="hojas_bajar"),
        path("hojas/<int:pk>/", envolver(lote_view), name="hojas_lote"),
        path("hojas/<int:pk>/<slug:paso>/", envolver(paso_view), name="hojas_paso"),
        *(path(f"hojas/{ruta}", envolver(vista), name=nombre) for ruta, vista, nombre in matriz.DIRECCIONES),
    ]
    return [*propias, *_direcciones_de_antes()]


admin.site.get_urls = _direcciones  # type: ignore[method-assign]
