"""La portada, lo que cambió y la página de un año."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from indicadores.api.recuerdo import recordar
from indicadores.errores import DatoInvalido
from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from penitenciaria import tablero
from penitenciaria.del_anio import escribir_anio
from penitenciaria.portada import escribir
from penitenciaria.que_cambio import escribir_cambios, lo_ultimo

#: Cuántos cambios adelanta la portada.
ADELANTO = 6
Vista = Callable[..., HttpResponse]


def explicando(vista: Vista) -> Vista:
    """Lo que la dirección pide y no se entiende es un 400 que lo dice."""

    @wraps(vista)
    def envuelta(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return vista(request, *args, **kwargs)
        except DatoInvalido as error:
            contexto = {"titulo_error": "La dirección pide algo que no se entiende", "explicacion": str(error)}
            return render(request, "error.html", contexto | {"seccion": "", "mirada": None}, status=400)

    return envuelta


@con_mirada
def portada(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """El tablero al corte y a la fecha pedidos, con los filtros que dice la dirección."""
    reunido = tablero.construir(corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    pagina = escribir(reunido, request.GET.dict())
    dias = () if pagina.filtrado.hay_filtro else lo_ultimo(mirada, cuantos=ADELANTO)
    contexto = {"seccion": "portada", "mirada": mirada, "pagina": pagina, "dias": dias}
    return render(request, "portada/tablero.html", contexto, status=400 if pagina.filtrado.hay_error else 200)


@con_mirada
@explicando
def cambios(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Qué se publicó, corrigió, retiró o fijó desde un día."""
    pagina = escribir_cambios(request.GET.dict(), mirada, recordar(getattr(request, "marca", None)))
    return render(request, "portada/cambios.html", {"seccion": "cambios", "mirada": mirada, "pagina": pagina})


@con_mirada
def anio(request: HttpRequest, anio: int, *, mirada: Mirada) -> HttpResponse:
    """Todo lo que se sabe de un año de la política."""
    pagina = escribir_anio(anio, mirada)
    if pagina is None:
        raise Http404(f"No hay nada de {anio}: la política no alcanza ese año.")
    return render(request, "portada/anio.html", {"seccion": "portada", "mirada": pagina.mirada, "pagina": pagina})
