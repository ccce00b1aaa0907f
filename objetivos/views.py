"""Las páginas de los objetivos, de las entidades, de la ruta del plan y de las alternativas."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from indicadores.mirada import Mirada
from indicadores.puntualidad import escribir_puntualidad
from indicadores.views import con_mirada
from objetivos.alternativas import escribir_alternativas
from objetivos.entidades import escribir_entidad, escribir_entidades
from objetivos.paginas import escribir_objetivo
from objetivos.ruta import escribir_ruta


@con_mirada
def objetivo(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Todo lo que se sabe de un objetivo prioritario."""
    pagina = escribir_objetivo(codigo, mirada)
    if pagina is None:
        raise Http404(f"No hay un objetivo con el código «{codigo}».")
    return render(request, "objetivos/objetivo.html", {"seccion": "", "mirada": mirada, "pagina": pagina})


@con_mirada
def entidades(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Quiénes intervienen en la política, con el filtro que dice la dirección."""
    pagina = escribir_entidades(request.GET, mirada)
    contexto = {"seccion": "entidades", "mirada": mirada, "pagina": pagina}
    return render(request, "objetivos/entidades.html", contexto, status=400 if pagina.hay_error else 200)


@con_mirada
def puntualidad(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Qué debía publicar cada entidad y cuándo lo publicó."""
    contexto = {"seccion": "entidades", "mirada": mirada, "pagina": escribir_puntualidad(mirada)}
    return render(request, "objetivos/puntualidad.html", contexto)


@con_mirada
def entidad(request: HttpRequest, sigla: str, *, mirada: Mirada) -> HttpResponse:
    """En qué participa una entidad y de qué responde."""
    pagina = escribir_entidad(sigla, mirada)
    if pagina is None:
        raise Http404(f"No hay una entidad con la sigla «{sigla}».")
    contexto = {"seccion": "entidades", "mirada": mirada, "pagina": pagina}
    return render(request, "objetivos/entidad.html", contexto)


@con_mirada
def ruta(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Los pasos del plan, dados y por dar."""
    contexto = {"seccion": "ruta", "mirada": mirada, "pagina": escribir_ruta(mirada)}
    return render(request, "objetivos/ruta.html", contexto)


@con_mirada
def alternativas(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Lo que hace falta para que la política se cumpla mejor, y si ya se atendió."""
    pagina = escribir_alternativas(request.GET, mirada)
    contexto = {"seccion": "alternativas", "mirada": mirada, "pagina": pagina}
    return render(request, "objetivos/alternativas.html", contexto, status=400 if pagina.filtro.error else 200)
