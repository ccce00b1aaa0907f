"""Las páginas de los servicios."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from servicios.filas import servicios_completos
from servicios.paginas import escribir_pagina
from servicios.tablero import escribir_tablero


@con_mirada
def servicios(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """El tablero de servicios, con los filtros que dice la dirección."""
    pagina = escribir_tablero(request.GET, mirada)
    contexto = {"seccion": "servicios", "mirada": mirada, "pagina": pagina}
    return render(request, "servicios/tablero.html", contexto, status=400 if pagina.hay_error else 200)


@con_mirada
def servicio(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Todo lo que se sabe de un servicio."""
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    hallado = None if "\0" in codigo else servicios_completos().filter(codigo=codigo).first()
    if hallado is None:
        raise Http404(f"No hay un servicio con el código «{codigo}».")
    contexto = {"seccion": "servicios", "mirada": mirada, "pagina": escribir_pagina(hallado, mirada)}
    return render(request, "servicios/servicio.html", contexto)
