"""Las dos páginas con que se sube una matriz del INPE: el archivo y su cifra; después, qué es cada columna."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from indicadores.acciones.alias import recordar_alias
from indicadores.acciones.comun import dia_en_lima, momento
from indicadores.acciones.lotes import recibir
from indicadores.acciones.matriz import ESTADOS_LEGIBLES, decir_como_leer
from indicadores.errores import ErrorDelDominio
from indicadores.formato import enumerar, escribir_numero, escribir_periodo, plural
from indicadores.intercambio.matriz import PALABRA
from indicadores.intercambio.matriz_archivo import directorio, leer_tablas
from indicadores.intercambio.matriz_forms import ColumnasForm, ExamenForm, SubirMatrizForm
from indicadores.intercambio.matriz_tabla import Examen, Tabla, examinar
from indicadores.intercambio.tipos import ArchivoIlegible
from indicadores.models import Ambito, Lote
from indicadores.permisos import Accion, puede
from indicadores.tareas import pedir_comparacion


def subir(request: HttpRequest) -> HttpResponse:
    """Paso 1: recibe el archivo como lote, si se puede leer; todavía no compara nada."""
    _exigir_permiso(request)
    hoy = dia_en_lima(momento(None))
    enviado = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SubirMatrizForm(*enviado, hoy=hoy)
    if enviado and form.is_valid() and (lote := _recibir(request, form)) is not None:
        return HttpResponseRedirect(reverse("admin:hojas_matriz_columnas", args=[lote.pk]))
    contexto = {"title": "Subir una matriz del INPE", "form": form, "media": form.media}
    return _pagina(request, "admin/hojas/matriz.html", contexto)


def columnas(request: HttpRequest, pk: int) -> HttpResponse:
    """Paso 2: qué es cada columna y qué lugar cada nombre; al enviarlo se compara con lo que hay."""
    _exigir_permiso(request)
    lote = get_object_or_404(Lote, pk=pk, clase=Lote.Clase.MATRIZ)
    if lote.estado not in ESTADOS_LEGIBLES:
        return _al_lote(lote)
    try:
        with lote.archivo.open("rb") as archivo:
            tablas = leer_tablas(archivo)
    except (ArchivoIlegible, OSError) as error:
        messages.error(request, f"El archivo guardado ya no se puede leer: {error}")
        return _al_lote(lote)
    tabla, examen, examen_form = _examinar(request, tablas, lote.opciones)
    form = ColumnasForm(
        request.POST if request.method == "POST" else None,
        tabla=tabla,
        examen=examen,
        directorio=directorio(),
        opciones=_vigentes(lote.opciones, tabla, examen),
        testigo=lote.testigo,
    )
    if request.method == "POST" and form.is_valid() and _guardar(request, lote, form):
        return _al_lote(lote)
    contexto = {
        "title": f"Columnas de {lote.nombre}",
        "lote": lote,
        "form": form,
        "examen_form": examen_form,
        "hallado": _hallado(tabla, examen),
        "reconocidos": _reconocidos(form),
        "comentarios": examen.comentarios,
        "es_porcentaje": lote.opciones["es_porcentaje"],
        "indicador": lote.opciones["indicador"],
        "periodo": escribir_periodo(lote.opciones["periodo"]),
    }
    return _pagina(request, "admin/hojas/matriz_columnas.html", contexto)


def falta_decir(lote: Lote) -> bool:
    """Si es una matriz recibida de la que todavía no se dijo qué es cada columna."""
    return lote.clase == Lote.Clase.MATRIZ and lote.estado == Lote.Estado.RECIBIDO and not lote.opciones.get("usos")


def donde_se_dice(lote: Lote) -> str:
    """La dirección para decir (otra vez) cómo se lee; vacía si no es una matriz o ya no se puede."""
    if lote.clase != Lote.Clase.MATRIZ or lote.estado not in ESTADOS_LEGIBLES:
        return ""
    return reverse("admin:hojas_matriz_columnas", args=[lote.pk])


def _recibir(request: HttpRequest, form: SubirMatrizForm) -> Lote | None:
    archivo = form.cleaned_data["archivo"]
    try:
        leer_tablas(archivo)
        archivo.seek(0)
        return recibir(
            por=request.user,  # type: ignore[arg-type]
            clase=Lote.Clase.MATRIZ,
            archivo=archivo,
            nombre=archivo.name,
            opciones=form.opciones(),
        )
    except ArchivoIlegible as error:
        form.add_error("archivo", str(error))
    except ErrorDelDominio as error:
        form.explicar(error)
    return None


def _guardar(request: HttpRequest, lote: Lote, form: ColumnasForm) -> bool:
    """Recuerda los nombres elegidos, guarda cómo se lee y empieza a comparar; un rechazo queda en el formulario."""
    pedido, persona = form.pedido(), request.user
    elegidos = form.alias()
    lugares = {lugar.codigo: lugar for lugar in Ambito.objects.filter(codigo__in=elegidos.values())}
    try:
        with transaction.atomic():
            for nombre, codigo in elegidos.items():
                recordar_alias(por=persona, nombre=nombre, ambito=lugares[codigo])  # type: ignore[arg-type]
            dicho = decir_como_leer(
                lote,
                por=persona,  # type: ignore[arg-type]
                testigo=form.cleaned_data["testigo"],
                opciones=pedido.como_opciones(),
            )
    except ErrorDelDominio as error:
        form.explicar(error)
        return False
    pedir_comparacion(dicho)
    quienes = enumerar([PALABRA[sexo] for sexo in pedido.sexos()])
    messages.success(request, f"Se comparan las cifras de {quienes}. Todavía no se anotó nada: revise la diferencia.")
    return True


def _examinar(request: HttpRequest, tablas: list[Tabla], opciones: dict[str, Any]) -> tuple[Tabla, Examen, ExamenForm]:
    """La hoja pedida (o la ya elegida, o la primera), examinada como se pidió."""
    pedida, cabecera = request.GET.get("hoja") or opciones.get("hoja"), opciones.get("cabecera")
    tabla = next((tabla for tabla in tablas if tabla.hoja == pedida), tablas[0])
    if "cabecera" in request.GET or tabla.hoja != opciones.get("hoja"):
        cabecera = None
    datos = request.GET if request.GET.get("hoja", tabla.hoja) == tabla.hoja and request.GET else None
    form = ExamenForm(datos, hojas=[t.hoja for t in tablas], columnas=examinar(tabla, cabecera=cabecera).columnas)
    nombres = opciones.get("columna_de_nombres") if tabla.hoja == opciones.get("hoja") else None
    if form.is_bound and form.is_valid():
        cabecera = form.cleaned_data["cabecera"] if form.cleaned_data["cabecera"] is not None else cabecera
        nombres = form.cleaned_data["nombres"] or nombres
    examen = examinar(tabla, cabecera=cabecera, nombres=nombres)
    iniciales = {"hoja": tabla.hoja, "cabecera": examen.cabecera, "nombres": examen.columna_de_nombres}
    if not form.errors:
        form = ExamenForm(initial=iniciales, hojas=[t.hoja for t in tablas], columnas=examen.columnas)
    return tabla, examen, form


def _vigentes(opciones: dict[str, Any], tabla: Tabla, examen: Examen) -> dict[str, Any]:
    """Lo ya dicho; lo que depende de la hoja y su cabecera solo vale si son las mismas."""
    if (opciones.get("hoja"), opciones.get("cabecera")) == (tabla.hoja, examen.cabecera):
        return opciones
    return {clave: dato for clave, dato in opciones.items() if clave not in ("usos", "fila_total", "sin_anotar")}


def _hallado(tabla: Tabla, examen: Examen) -> str:
    numericas = sum(columna.es_numerica for columna in examen.columnas)
    return (
        f"En la hoja «{tabla.hoja}» se hallaron {plural(len(examen.datos), 'fila', 'filas')} con datos y "
        f"{plural(numericas, 'columna', 'columnas')} con cantidades."
    )


def _reconocidos(form: ColumnasForm) -> str:
    if not form.desconocidos:
        return "Se reconocieron todos los lugares."
    if len(form.desconocidos) == 1:
        return "Un nombre no se reconoce: elija qué lugar es."
    return f"{escribir_numero(len(form.desconocidos), 0)} nombres no se reconocen: elija qué lugar es cada uno."


def _exigir_permiso(request: HttpRequest) -> None:
    if not puede(request.user, Accion.IMPORTAR):
        raise PermissionDenied


def _al_lote(lote: Lote) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:hojas_lote", args=[lote.pk]))


def _pagina(request: HttpRequest, plantilla: str, contexto: dict[str, Any]) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, plantilla, admin.site.each_context(request) | contexto)


#: Bajo ``/admin/hojas/``: las inscribe ``hojas``.
DIRECCIONES = (
    ("matriz/", subir, "hojas_matriz"),
    ("matriz/<int:pk>/", columnas, "hojas_matriz_columnas"),
)
