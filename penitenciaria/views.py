"""La portada: el estado de la política de un vistazo."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from penitenciaria import tablero
from penitenciaria.portada import escribir


@con_mirada
def portada(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """El tablero al corte y a la fecha pedidos."""
    reunido = tablero.construir(corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    contexto = {"seccion": "portada", "mirada": mirada, "pagina": escribir(reunido)}
    return render(request, "portada/tablero.html", contexto)
