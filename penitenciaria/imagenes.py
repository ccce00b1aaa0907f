"""La gráfica de un indicador como imagen suelta, en SVG y en PNG, en direcciones que no cambian."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header

from indicadores.ficha import entrada_de
from indicadores.formato import escribir_fecha
from indicadores.graficas.grafica import graficar
from indicadores.graficas.lamina import ANCHO, dibujar_lamina
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores, leer_serie
from indicadores.mirada import Mirada
from indicadores.views import con_mirada
from penitenciaria.almacen import recordado
from penitenciaria.informe.figuras import autonoma, png

PORTAL = "Política Nacional Penitenciaria al 2030"
#: Cuántos píxeles por unidad puede pedir un PNG.
ESCALAS = {"": 1, "1": 1, "2": 2}
#: Cuánto se recuerda un PNG, en segundos: componerlo cuesta, y su clave cambia con cualquier dato.
VIDA_DE_UN_PNG = 60 * 60


@con_mirada
def grafica_svg(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """La lámina del indicador en SVG, completa por sí misma."""
    cuerpo = _lamina(request, codigo, mirada).encode()
    return _entregar(request, cuerpo, "image/svg+xml", f"{codigo}-{mirada.corte.isoformat()}.svg")


@con_mirada
def grafica_png(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """La misma lámina en píxeles; ``?escala=2`` para pantallas densas o para imprimir."""
    pedida = request.GET.get("escala", "").strip()
    if pedida not in ESCALAS:
        contexto = {
            "titulo_error": "La dirección pide algo que no se entiende",
            "explicacion": f"El parámetro «escala» dice «{pedida}»; se espera 1 o 2.",
        }
        return render(request, "error.html", contexto | {"seccion": "", "mirada": None}, status=400)
    lamina, escala = _lamina(request, codigo, mirada), ESCALAS[pedida]
    clave = f"lamina-{escala}-{hashlib.sha256(lamina.encode()).hexdigest()}"
    cuerpo = recordado(clave, VIDA_DE_UN_PNG, lambda: png(lamina, escala * ANCHO))
    sufijo = f"@{escala}x" if escala > 1 else ""
    return _entregar(request, cuerpo, "image/png", f"{codigo}-{mirada.corte.isoformat()}{sufijo}.png")


def _lamina(request: HttpRequest, codigo: str, mirada: Mirada) -> str:
    leido = _leer(codigo, mirada)
    suyo, evaluacion = leido.indicador, leido.evaluacion
    serie = leer_serie(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    grafica = graficar(suyo.nombre, suyo.simbolo, suyo.decimales, evaluacion, serie)
    hasta = f" Publicado hasta el {escribir_fecha(mirada.a_la_fecha)}." if mirada.pide_fecha else ""
    pagina = request.build_absolute_uri(reverse("indicador", args=[codigo])) + mirada.sufijo
    lamina = dibujar_lamina(
        portal=PORTAL,
        nombre=suyo.nombre,
        hallazgo=entrada_de(leido, serie),
        grafica=grafica.ancha,
        notas=(grafica.pie + hasta, pagina),
    )
    return autonoma(lamina)


def _leer(codigo: str, mirada: Mirada) -> IndicadorLeido:
    # PostgreSQL no admite un carácter nulo en un texto, ni siquiera para buscarlo.
    suyo = catalogo().none() if "\0" in codigo else catalogo().filter(codigo=codigo)
    leidos = leer_indicadores(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    if not leidos:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    return leidos[0]


def _entregar(request: HttpRequest, cuerpo: bytes, tipo: str, nombre: str) -> HttpResponse:
    """La imagen, que se ve en el navegador, o un 304 si quien la pide ya la tiene."""
    etag = f'"{hashlib.sha256(cuerpo).hexdigest()}"'
    respuesta = get_conditional_response(request, etag=etag)
    if not isinstance(respuesta, HttpResponse):
        respuesta = HttpResponse(cuerpo, content_type=tipo)
        respuesta["Content-Disposition"] = content_disposition_header(False, nombre) or "inline"
    respuesta["ETag"] = etag
    patch_cache_control(respuesta, no_cache=True, public=True)
    return respuesta
