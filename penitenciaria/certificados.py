"""La constancia de cada cifra publicada y la cadena que las une: páginas, JSON y descarga."""

import re

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.cache import cache_control

from indicadores import constancias
from indicadores.mirada import Mirada
from indicadores.permisos import Accion, puede
from indicadores.views import NO_SE_ENTIENDE, con_mirada
from penitenciaria.certificado import VERIFICADOR, CifraLeida, cifra_en_json, escribir_cifra, leer_cifra
from penitenciaria.fijados import escribir_fijado, leer_constancia


@con_mirada
def cifra(request: HttpRequest, numero: int, *, mirada: Mirada) -> HttpResponse:
    """La constancia de una versión publicada; los nombres, solo para el personal."""
    leida = _leer(numero, mirada)
    es_personal = puede(request.user, Accion.VER_BORRADORES)
    pagina = escribir_cifra(leida, mirada, direccion=_direccion(request, numero), con_nombres=es_personal)
    respuesta = render(request, "cifra/cifra.html", {"seccion": "indicadores", "mirada": mirada, "pagina": pagina})
    if es_personal:
        patch_cache_control(respuesta, no_cache=True, private=True)
    else:
        patch_cache_control(respuesta, no_cache=True, public=True)
    return respuesta


@con_mirada
def cifra_json(request: HttpRequest, numero: int, *, mirada: Mirada) -> HttpResponse:
    """Las constancias de una versión, tal como están en la cadena; igual para todos."""
    cuerpo = cifra_en_json(_leer(numero, mirada), direccion=_direccion(request, numero))
    return JsonResponse(cuerpo, json_dumps_params={"ensure_ascii": False, "indent": 2})


@con_mirada
def cadena(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Qué es la cadena de constancias, dónde va y cómo se comprueba."""
    numero, huella = constancias.ultimo_eslabon(mirada.a_la_fecha)
    contexto = {"seccion": "datos", "mirada": mirada, "numero": numero, "huella": huella, "verificador": VERIFICADOR}
    return render(request, "cifra/cadena.html", contexto)


@con_mirada
def constancia(request: HttpRequest, numero: int, *, mirada: Mirada) -> HttpResponse:
    """La constancia de lo fijado (línea base, logro esperado, umbrales); la de una medición está en su cifra."""
    hallada = leer_constancia(numero, mirada)
    if hallada is None:
        raise Http404(f"No hay una constancia con el número {numero}{' a esa fecha' if mirada.pide_fecha else ''}.")
    if hallada.medicion_id is not None:
        return HttpResponseRedirect(reverse("cifra", args=[hallada.medicion_id]) + mirada.sufijo)
    contexto = {"seccion": "datos", "mirada": mirada, "pagina": escribir_fijado(hallada)}
    return render(request, "cifra/fijado.html", contexto)


def cadena_jsonl(request: HttpRequest) -> HttpResponseBase:
    """La cadena entera, o desde la constancia ``desde``, una por línea y sin acumularla en memoria."""
    pedido = request.GET.get("desde", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,17}", pedido):
        explicacion = f"El parámetro «desde» dice «{pedido}»; se espera el número de una constancia, desde 1."
        setattr(request, NO_SE_ENTIENDE, explicacion)
        contexto = {"titulo_error": "La dirección pide algo que no se entiende", "explicacion": explicacion}
        return render(request, "error.html", contexto | {"seccion": "", "mirada": None}, status=400)
    # Una celda pasa a reservada solo al publicarse otra: la última huella cambia también entonces.
    _, huella = constancias.ultimo_eslabon()
    etag = f'"{huella}-{pedido}"'
    respuesta: HttpResponseBase = get_conditional_response(request, etag=etag) or StreamingHttpResponse(
        () if request.method == "HEAD" else constancias.lineas_publicas(desde=int(pedido)),
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="cadena.jsonl"'},
    )
    respuesta["ETag"] = etag
    patch_cache_control(respuesta, no_cache=True, public=True)
    return respuesta


@cache_control(public=True, max_age=60 * 60)
def verificador(request: HttpRequest) -> HttpResponse:
    """El comprobador de la cadena, para descargarlo."""
    return HttpResponse(
        VERIFICADOR,
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verificador.py"'},
    )


def _leer(numero: int, mirada: Mirada) -> CifraLeida:
    leida = leer_cifra(numero, mirada)
    if leida is None:
        cuando = " a esa fecha y corte" if mirada.pedido else ""
        raise Http404(f"No hay una cifra publicada con el número {numero}{cuando}.")
    return leida


def _direccion(request: HttpRequest, numero: int) -> str:
    return request.build_absolute_uri(reverse("cifra", args=[numero]))
