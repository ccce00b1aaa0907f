"""Las páginas de los indicadores."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from indicadores.errores import DatoInvalido
from indicadores.ficha import escribir_pagina
from indicadores.graficas import figura
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores, leer_serie
from indicadores.lista import pagina_de_lista
from indicadores.mirada import Mirada, leer_mirada


def con_mirada(vista: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lee el reloj una vez y el corte y la fecha de la dirección; si no se entienden, lo explica con un 400."""

    @wraps(vista)
    def envuelta(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            mirada = leer_mirada(request.GET, ahora=timezone.now())
        except DatoInvalido as error:
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
    pagina = escribir_pagina(_uno(codigo, mirada), mirada)
    contexto = {"seccion": "indicadores", "mirada": mirada, "pagina": pagina}
    return render(request, "indicadores/indicador.html", contexto)


@con_mirada
def grafica(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """La figura interactiva de un indicador, para quien pide explorarla."""
    leido = _uno(codigo, mirada)
    suyo = leido.indicador
    datos = leer_serie(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    return JsonResponse(figura(suyo.nombre, suyo.simbolo, suyo.decimales, leido.evaluacion, datos))


def _uno(codigo: str, mirada: Mirada) -> IndicadorLeido:
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    suyo = catalogo().none() if "\0" in codigo else catalogo().filter(codigo=codigo)
    leidos = leer_indicadores(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    if not leidos:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    return leidos[0]
