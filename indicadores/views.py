"""Las páginas de los indicadores."""

from collections.abc import Callable
from functools import wraps

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from indicadores.acciones.senalados import senalar
from indicadores.errores import DatoInvalido
from indicadores.ficha import escribir_pagina, referencia_de
from indicadores.formato import escribir_periodo
from indicadores.graficas import figura
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores, leer_serie
from indicadores.lista import pagina_de_lista
from indicadores.mirada import Mirada, leer_mirada
from indicadores.models import Evidencia, Indicador, Medicion
from indicadores.permisos import Accion, puede
from indicadores.senales import SenalarForm, admite_otro, leer_recibo, recibo

#: Dónde deja la petición la frase que explica su 400, para quien no contesta con una página.
NO_SE_ENTIENDE = "no_se_entiende"


def con_mirada(vista: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lee el reloj una vez y el corte y la fecha de la dirección; si no se entienden, lo explica con un 400."""

    @wraps(vista)
    def envuelta(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            mirada = leer_mirada(request.GET, ahora=timezone.now())
        except DatoInvalido as error:
            setattr(request, NO_SE_ENTIENDE, str(error))
            contexto = {"titulo_error": "La dirección pide algo que no se entiende", "explicacion": str(error)}
            return render(request, "error.html", contexto | {"seccion": "", "mirada": None}, status=400)
        return vista(request, *args, mirada=mirada, **kwargs)

    return envuelta


@con_mirada
def indicadores(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """La lista de todos los indicadores, de objetivos y de servicios."""
    leidos = leer_indicadores(catalogo(), corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    contexto = {"seccion": "indicadores", "mirada": mirada, "pagina": pagina_de_lista(leidos, request.GET, mirada)}
    return render(request, "indicadores/lista.html", contexto)


@con_mirada
def indicador(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Todo lo que se sabe de un indicador."""
    leido = _uno(codigo, mirada)
    contexto = {
        "seccion": "indicadores",
        "mirada": mirada,
        "pagina": escribir_pagina(leido, mirada, request.GET),
        "referencia": referencia_de(leido, mirada, request.build_absolute_uri(reverse("indicador", args=[codigo]))),
    }
    return render(request, "indicadores/indicador.html", contexto)


@con_mirada
def grafica(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """La figura interactiva de un indicador, para quien pide explorarla."""
    leido = _uno(codigo, mirada)
    suyo = leido.indicador
    datos = leer_serie(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    return JsonResponse(figura(suyo.nombre, suyo.simbolo, suyo.decimales, leido.evaluacion, datos))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def senalar_error(request: HttpRequest, codigo: str) -> HttpResponse:
    """El formulario para señalar un error en una cifra; ``?cifra=`` dice en cuál. Solo el POST escribe."""
    suyo = None if "\0" in codigo else Indicador.objects.filter(codigo=codigo).first()
    if suyo is None:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    medicion = _cifra_publicada(suyo, request.GET.get("cifra", ""))
    form, estado = SenalarForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        estado = 400
        if form.is_valid() and (numero := _recibir_senal(request, form, suyo, medicion)):
            return HttpResponseRedirect(f"{reverse('indicador-error', args=[codigo])}?recibo={numero}")
        if form.errors.get("__all__"):
            estado = 429
    contexto = {
        "seccion": "indicadores",
        "mirada": None,
        "indicador": suyo,
        "cual": f"{escribir_periodo(medicion.periodo)}, {medicion.ambito.nombre}" if medicion else "",
        "form": form,
        "numero": leer_recibo(request.GET.get("recibo", "")),
    }
    return render(request, "indicadores/error.html", contexto, status=estado)


def _cifra_publicada(suyo: Indicador, texto: str) -> Medicion | None:
    """La cifra alguna vez publicada de ese indicador que nombra ``texto``; si no la hay, se habla del indicador."""
    if not (texto.isascii() and texto.isdigit() and len(texto) < 19):
        return None
    return Medicion.objects.con_version().filter(indicador=suyo, pk=int(texto)).select_related("ambito").first()


def _recibir_senal(request: HttpRequest, form: SenalarForm, suyo: Indicador, medicion: Medicion | None) -> str:
    """El recibo de lo señalado; vacío si no se admitió, con la razón en el formulario."""
    if form.cleaned_data["sitio"]:
        return "enviado"  # Un robot: se le agradece y no se guarda nada.
    if not admite_otro(request):
        form.add_error(None, "Desde su conexión ya se señalaron varios errores en la última hora. Espere y reintente.")
        return ""
    try:
        senalado = senalar(
            indicador=suyo,
            medicion=medicion,
            texto=form.cleaned_data["texto"],
            correo=form.cleaned_data["correo"],
        )
    except DatoInvalido as error:
        form.add_error(error.campo, str(error))
        return ""
    return recibo(senalado.pk)


@require_safe
def evidencia(request: HttpRequest, numero: int) -> FileResponse:
    """Descarga una evidencia: el personal, todas; cualquiera, las públicas de lo publicado y no reservado.

    Nunca se abre en el navegador: se descarga, con el tipo comprobado al subirla y sin permiso de ejecutar nada.
    """
    hallada = Evidencia.objects.select_related("medicion").filter(pk=numero, retirada_en__isnull=True).first()
    es_publica = (
        hallada is not None
        and hallada.publica
        and hallada.medicion.publicada_en is not None
        and not hallada.medicion.reservada
    )
    if hallada is None or not (es_publica or (request.user.is_staff and puede(request.user, Accion.VER_BORRADORES))):
        raise Http404("No hay una evidencia pública con ese número.")
    try:
        archivo = hallada.archivo.open("rb")
    except FileNotFoundError as error:
        raise Http404(
            "El archivo de esa evidencia no está en el servidor. Avise a quien administra el portal."
        ) from error
    cabeceras = {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(
        archivo, as_attachment=True, filename=hallada.nombre, content_type=hallada.tipo, headers=cabeceras
    )


def _uno(codigo: str, mirada: Mirada) -> IndicadorLeido:
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    suyo = catalogo().none() if "\0" in codigo else catalogo().filter(codigo=codigo)
    leidos = leer_indicadores(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    if not leidos:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    return leidos[0]
