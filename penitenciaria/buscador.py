"""La puerta de la búsqueda: lo que se escribe en la dirección, y su página."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from penitenciaria.busqueda import buscar_en_todo


@con_mirada
def buscar(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Lo que responde a ``?q=``; vacío, cómo se busca."""
    contexto = {"seccion": "buscar", "mirada": mirada, "pagina": buscar_en_todo(request.GET.get("q", ""), mirada)}
    return render(request, "buscar/buscar.html", contexto)
