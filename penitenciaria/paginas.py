"""Las páginas que cruzan aplicaciones: metodología, datos, y lo que un portal debe a navegadores y buscadores."""

import errno
import sys
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    HttpResponseServerError,
    JsonResponse,
)
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control

from indicadores.lectura import leer_umbrales
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from indicadores.views import con_mirada
from objetivos.models import Entidad, ObjetivoPrioritario, Politica
from penitenciaria import replicas
from penitenciaria.abiertos import escribir_datos, razones_de_ausencia
from penitenciaria.calculadora import leer_calculadora
from penitenciaria.ejemplos import ejemplos
from penitenciaria.glosario import publicos
from penitenciaria.interoperabilidad import sellados
from penitenciaria.peticion import id_actual
from servicios.models import Servicio

#: Casos que se comprueban a mano: qué muestran y con qué se llena la calculadora.
EJEMPLOS = (
    ("Debía bajar a 30 y está en 35", {"sentido": "descendente", "logro": "30", "valor": "35"}),
    ("El mismo, con línea base 37", {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "35"}),
    ("Empeora: sube a 39,18", {"sentido": "descendente", "linea_base": "37", "logro": "30", "valor": "39,18"}),
    ("Debía subir a 35 y sigue en 33", {"sentido": "ascendente", "linea_base": "33", "logro": "35", "valor": "33"}),
    ("Debía subir a 8 y está en 1,3", {"sentido": "ascendente", "linea_base": "1,3", "logro": "8", "valor": "1,3"}),
)
HOJA = "css/portal.css"
#: Cuántos paquetes sellados lista la página de datos.
SELLADOS_A_LA_VISTA = 10
#: Las páginas que solo son texto.
SIN_CIFRAS = ("acerca", "licencia", "privacidad", "accesibilidad")
PAGINAS_FIJAS = (
    "portada",
    "cambios",
    "reportes",
    "indicadores",
    "servicios",
    "entidades",
    "puntualidad",
    "ruta",
    "alternativas",
    "metodologia",
    "datos",
    "cadena",
    "glosario",
    *SIN_CIFRAS,
)

#: Una base que se reinicia tarda segundos.
VUELVA = {"Cache-Control": "no-store", "Retry-After": "5"}
#: No queda sitio, la cuota se acabó o el disco quedó de solo lectura.
SIN_SITIO = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@con_mirada
def metodologia(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Cómo se calcula el avance, con una calculadora; ``fragmento`` pide solo la calculadora."""
    umbrales = leer_umbrales(mirada.a_la_fecha)
    contexto = {"mirada": mirada, "calculadora": leer_calculadora(request.GET, umbrales), "umbrales": umbrales}
    if request.GET.get("fragmento"):
        return render(request, "metodologia/calculadora.html", contexto)
    ejemplos = [(texto, f"?{urlencode((*caso.items(), *mirada.pedido))}") for texto, caso in EJEMPLOS]
    contexto |= {"seccion": "metodologia", "ejemplos": ejemplos, "razones": razones_de_ausencia()}
    return render(request, "metodologia/metodologia.html", contexto)


@con_mirada
def datos(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Qué datos se ofrecen, cómo se piden y qué significan."""
    raiz = request.build_absolute_uri(reverse("api-raiz"))
    contexto = {
        "seccion": "datos",
        "mirada": mirada,
        "pagina": escribir_datos(raiz, mirada),
        "ejemplos": ejemplos(raiz, mirada),
        "sellados": sellados.sellados(a_la_fecha=mirada.a_la_fecha, cuantos=SELLADOS_A_LA_VISTA),
    }
    return render(request, "datos/datos.html", contexto)


def fija(request: HttpRequest, nombre: str) -> HttpResponse:
    """Una de :data:`SIN_CIFRAS`: un texto que solo cambia con el programa."""
    return render(request, f"portal/{nombre}.html", {"seccion": nombre, "mirada": None})


def glosario(request: HttpRequest) -> HttpResponse:
    """Qué quiere decir cada término del portal."""
    return render(request, "portal/glosario.html", {"seccion": "", "mirada": None, "terminos": tuple(publicos())})


@cache_control(no_store=True)
def salud(request: HttpRequest) -> HttpResponse:
    """El proceso responde; no pregunta nada a la base de datos."""
    return JsonResponse({"estado": "ok"})


@cache_control(public=True, max_age=24 * 60 * 60)
def robots(request: HttpRequest) -> HttpResponse:
    lineas = ("User-agent: *", "Disallow: /admin/", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", "")
    return HttpResponse("\n".join(lineas), content_type="text/plain; charset=utf-8")


def sitemap(request: HttpRequest) -> HttpResponse:
    """Las páginas públicas, para los buscadores; las constancias no: son una por cifra, y se llega desde cada una."""
    rutas = [reverse(nombre) for nombre in PAGINAS_FIJAS]
    for nombre, modelo, clave in (
        ("objetivo", ObjetivoPrioritario, "codigo"),
        ("indicador", Indicador, "codigo"),
        ("servicio", Servicio, "codigo"),
        ("entidad", Entidad, "sigla"),
    ):
        rutas += [reverse(nombre, args=[una]) for una in modelo.objects.order_by(clave).values_list(clave, flat=True)]
    for inicio, fin in Politica.objects.order_by("pk").values_list("anio_inicio", "anio_fin")[:1]:
        rutas += [reverse("anio", args=[anio]) for anio in range(inicio, fin + 1)]
    contexto = {"direcciones": [request.build_absolute_uri(ruta) for ruta in rutas]}
    return render(request, "sitemap.xml", contexto, content_type="application/xml; charset=utf-8")


@cache_control(public=True, max_age=24 * 60 * 60)
def favicon(request: HttpRequest) -> HttpResponse:
    """El icono que piden los navegadores por costumbre; no es permanente, porque su nombre lleva la huella."""
    return HttpResponseRedirect(static("img/icono.svg"))


# --- Errores --------------------------------------------------------------------------------------------------------


def no_encontrado(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: dice qué se buscaba, si la página lo dijo al rechazarlo. Un código en minúsculas lleva al suyo."""
    donde = request.resolver_match
    codigos = {n: str(v) for n, v in donde.kwargs.items() if n in ("codigo", "sigla")} if donde else {}
    mayusculas = {nombre: codigo.upper() for nombre, codigo in codigos.items()}
    if donde and request.method in ("GET", "HEAD") and mayusculas != codigos and "admin" not in donde.namespaces:
        cola = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(f"{reverse(donde.view_name, kwargs={**donde.kwargs, **mayusculas})}{cola}")
    dicho = str(exception.args[0]) if isinstance(exception, Http404) and exception.args else ""
    explicacion = "Puede que la dirección esté mal escrita o que la página haya cambiado de lugar."
    if dicho.startswith("No hay "):
        explicacion = f"{dicho} Puede que el código esté mal escrito."
    return _error(request, 404, "Aquí no hay ninguna página", explicacion)


def prohibido(request: HttpRequest, exception: Exception) -> HttpResponse:
    explicacion = (
        "Esta acción es para quien tiene un permiso que su cuenta no tiene. Pídalo a quien administra el portal."
    )
    return _error(request, 403, "Su cuenta no puede hacer esto", explicacion)


def formulario_vencido(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 de un formulario cuya señal de seguridad falta o ya no vale; no se guardó nada."""
    explicacion = (
        "El formulario estuvo abierto demasiado tiempo o el navegador no guarda cookies. No se guardó nada: vuelva "
        "atrás, cargue la página de nuevo y envíelo otra vez."
    )
    return _error(request, 403, "El formulario venció", explicacion)


def mal_pedido(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: tampoco se fía de la petición, que puede traer un nombre de servidor que no es el nuestro."""
    return HttpResponseBadRequest(_sola("400.html"))


def fallo(request: HttpRequest) -> HttpResponse:
    """500: una plantilla que se basta sola, sin base de datos ni contexto.

    Si lo que falla es la base, 503; si es el disco donde van los archivos, 507: la página dice que pasará.
    """
    error = sys.exception()
    if replicas.se_fue(error):
        return HttpResponse(_sola("503.html"), status=503, headers=VUELVA)
    if isinstance(error, OSError) and error.errno in SIN_SITIO:
        return HttpResponse(_sola("507.html"), status=507, headers={"Cache-Control": "no-store"})
    return HttpResponseServerError(_sola("500.html"))


def _sola(plantilla: str) -> str:
    """Una plantilla sin petición; si ni siquiera hay manifiesto de estáticos, con la hoja por su nombre sin huella."""
    try:
        hoja = static(HOJA)
    except ValueError:
        hoja = f"/static/{HOJA}"
    return loader.get_template(plantilla).render({"hoja": hoja, "incidente": id_actual()})


def _error(request: HttpRequest, estado: int, titulo: str, explicacion: str) -> HttpResponse:
    contexto = {"titulo_error": titulo, "explicacion": explicacion, "seccion": "", "mirada": None}
    return render(request, "error.html", contexto, status=estado)
