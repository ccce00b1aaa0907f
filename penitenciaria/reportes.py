"""Las páginas y los archivos del reporte de cumplimiento: el emitido que rige o, si no, el borrador."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header

from indicadores.errores import DatoInvalido
from indicadores.ficha import escribir_pagina
from indicadores.lectura import catalogo, leer_indicadores
from indicadores.mirada import Mirada
from indicadores.permisos import Accion, puede
from indicadores.views import con_mirada
from objetivos.models import Reporte
from objetivos.paginas import escribir_objetivo
from penitenciaria import portada, tablero
from penitenciaria.almacen import recordado
from penitenciaria.informe import comparacion, emitidos
from penitenciaria.informe.archivo import a_texto, de_texto
from penitenciaria.informe.borrador import (
    Borrador,
    anios_informables,
    comprobar_anio,
    corte_por_omision,
    huella_de,
    la_politica,
    leer_borrador,
)
from penitenciaria.informe.documento import Documento
from penitenciaria.informe.emision import cuando
from penitenciaria.informe.formas import FORMAS, POR_EXTENSION, escribir_forma, nombre_de_archivo
from penitenciaria.informe.hojas import (
    Hoja,
    escribir_hoja,
    ficha_de_indicador,
    ficha_de_objetivo,
    ficha_de_politica,
)
from penitenciaria.informe.html import preparar

Vista = Callable[..., HttpResponse]
#: Cuánto se guarda un archivo de borrador, en segundos: se pide de nuevo si cambia cualquier dato.
VIDA_DE_UN_BORRADOR = 10 * 60


@dataclass(frozen=True, slots=True)
class Edicion:
    """Lo que se muestra de un año: un reporte emitido o un borrador."""

    anio: int
    mirada: Mirada
    reporte: Reporte | None = None
    borrador: Borrador | None = None

    @property
    def documento(self) -> Documento:
        if self.reporte is not None:
            return de_texto(self.reporte.documento)
        assert self.borrador is not None
        return self.borrador.componer()


def explicando(vista: Vista) -> Vista:
    """Un año sin reporte es un 404; un corte que no es de ese año, un 400 que lo dice."""

    @wraps(vista)
    def envuelta(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return vista(request, *args, **kwargs)
        except DatoInvalido as error:
            if error.campo != "corte":
                raise Http404(str(error)) from error
            contexto = {"titulo_error": "La dirección pide algo que no se entiende", "explicacion": str(error)}
            return render(request, "error.html", contexto | {"seccion": "", "mirada": None}, status=400)

    return envuelta


@con_mirada
@explicando
def reportes(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Los años de la política, con sus reportes emitidos y su borrador."""
    politica = la_politica()
    pagina = emitidos.escribir_lista(politica, anios_informables(politica, mirada.corte))
    return render(request, "reporte/lista.html", {"seccion": "reportes", "mirada": None, "pagina": pagina})


@con_mirada
@explicando
def reporte(request: HttpRequest, anio: int, *, mirada: Mirada) -> HttpResponse:
    """El reporte de un año, para leerlo e imprimirlo."""
    edicion = elegir(request, anio, mirada)
    emitido = edicion.reporte
    contexto = {
        "seccion": "reportes",
        "mirada": None if emitido else edicion.mirada,
        "anio": anio,
        "pagina": preparar(edicion.documento),
        "emitido": emitido,
        "sustituto": emitidos.sustituto_de(emitido) if emitido else None,
        "formas": FORMAS.values(),
        "consulta": _consulta(edicion),
        "corte_del_borrador": corte_por_omision(anio, mirada.corte),
        "momento": cuando(emitido.emitido_en) if emitido else "",
    }
    respuesta = render(request, "reporte/reporte.html", contexto)
    return _con_cache(respuesta, edicion)


@con_mirada
@explicando
def archivo(request: HttpRequest, anio: int, extension: str, *, mirada: Mirada) -> HttpResponse:
    """Un archivo del reporte: si está emitido, los bytes que se guardaron al emitirlo."""
    forma = POR_EXTENSION.get(extension)
    if forma is None:
        raise Http404(f"No hay un reporte en formato «{extension}».")
    edicion = elegir(request, anio, mirada)
    if edicion.reporte is not None:
        huella = getattr(edicion.reporte, f"huella_{forma}")
        nombre = nombre_de_archivo(forma, anio, numero=edicion.reporte.numero)
        respuesta = _entregar(
            request, huella, lambda: bytes(getattr(edicion.reporte, forma)), FORMAS[forma].tipo, nombre
        )
        return _con_cache(respuesta, edicion)
    assert edicion.borrador is not None
    borrador, documento = edicion.borrador, edicion.documento
    huella = huella_de(f"{forma} {a_texto(documento)}")
    nombre = nombre_de_archivo(forma, anio, corte=edicion.mirada.corte.isoformat())

    def escribir() -> bytes:
        return _guardado(huella, lambda: escribir_forma(forma, documento, borrador.informe))

    return _con_cache(_entregar(request, huella, escribir, FORMAS[forma].tipo, nombre), edicion)


@con_mirada
@explicando
def comparar(request: HttpRequest, anio: int, *, mirada: Mirada) -> HttpResponse:
    """Dos reportes lado a lado: el de un año y, por omisión, el del anterior; ``con`` elige otro."""
    hoy = mirada.corte
    comprobar_anio(anio, hoy)
    pagina = comparacion.escribir(anio, request.GET.get("con", ""), hoy=hoy, a_la_fecha=mirada.a_la_fecha)
    return render(request, "reporte/comparar.html", {"seccion": "reportes", "mirada": None, "pagina": pagina})


def verificar(request: HttpRequest) -> HttpResponse:
    """Dónde escribir una huella para saber si es de un reporte emitido."""
    escrita = "".join(request.GET.get("huella", "").split()).lower()
    if emitidos.es_huella(escrita):
        return HttpResponseRedirect(reverse("reporte-verificar", args=[escrita]))
    contexto = {"seccion": "reportes", "mirada": None, "escrita": escrita}
    return render(request, "reporte/verificar.html", contexto)


def verificar_huella(request: HttpRequest, huella: str) -> HttpResponse:
    """Qué reporte emitido tiene esa huella, si alguno, y si todavía rige."""
    hallado = emitidos.verificar(huella.lower())
    direccion = request.build_absolute_uri(reverse("reporte-verificar", args=[huella.lower()]))
    contexto = {"seccion": "reportes", "mirada": None, "huella": huella.lower()}
    if hallado is None:
        return render(request, "reporte/sin_verificar.html", contexto, status=404)
    pagina = emitidos.escribir(hallado, huella.lower(), direccion)
    return render(request, "reporte/verificado.html", contexto | {"pagina": pagina})


def datos_emitidos(request: HttpRequest, huella: str) -> HttpResponse:
    """Los datos en que se apoya un reporte emitido, byte a byte los que dan su huella."""
    suyos = Reporte.objects.filter(huella=huella) if emitidos.es_huella(huella) else Reporte.objects.none()
    emitido = suyos.only("datos", "huella", "anio", "numero").order_by("pk").first()
    if emitido is None:
        raise Http404("No hay un reporte emitido con esa huella.")
    nombre = f"reporte-de-cumplimiento-{emitido.anio}-n{emitido.numero}-datos.json"
    return _entregar(request, huella, lambda: emitido.datos.encode(), "application/json", nombre)


@con_mirada
def ficha_ejecutiva(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """La política en una hoja."""
    pagina = portada.escribir(tablero.construir(corte=mirada.corte, a_la_fecha=mirada.a_la_fecha))
    return _ficha(request, ficha_de_politica(pagina), "ficha-ejecutiva", mirada)


@con_mirada
def ficha_del_objetivo(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Un objetivo en una hoja."""
    pagina = escribir_objetivo(codigo, mirada)
    if pagina is None:
        raise Http404(f"No hay un objetivo con el código «{codigo}».")
    return _ficha(request, ficha_de_objetivo(pagina, mirada), f"ficha-{codigo}", mirada)


@con_mirada
def ficha_del_indicador(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Un indicador en una hoja."""
    suyo = catalogo().none() if "\0" in codigo else catalogo().filter(codigo=codigo)
    leidos = leer_indicadores(suyo, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    if not leidos:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    return _ficha(request, ficha_de_indicador(escribir_pagina(leidos[0], mirada), mirada), f"ficha-{codigo}", mirada)


# Por dentro


def elegir(request: HttpRequest, anio: int, mirada: Mirada) -> Edicion:
    """El emitido que rige (o el de ``numero``), salvo que se pida un corte o una fecha: entonces, el borrador."""
    comprobar_anio(anio, None if mirada.pide_corte else mirada.corte)
    numero = request.GET.get("numero", "")
    if numero or not mirada.pedido:
        emitidos = Reporte.objects.sin_archivos().filter(politica=la_politica(), anio=anio)
        if numero:
            emitidos = emitidos.filter(numero=int(numero)) if re.fullmatch("[0-9]{1,4}", numero) else emitidos.none()
        else:
            emitidos = emitidos.vigentes()
        emitido = emitidos.select_related("emitido_por", "sustituye").order_by("pk").first()
        if emitido is not None:
            return Edicion(anio, mirada, reporte=emitido)
        if numero:
            raise Http404(f"No hay un reporte de {anio} con el número «{numero}».")
    corte = mirada.corte if mirada.pide_corte else corte_por_omision(anio, mirada.corte)
    borrador = leer_borrador(
        anio=anio, corte=corte, a_la_fecha=mirada.a_la_fecha, con_parrafos=puede(request.user, Accion.VER_BORRADORES)
    )
    return Edicion(anio, replace(mirada, corte=corte), borrador=borrador)


def _consulta(edicion: Edicion) -> str:
    """Lo que se agrega a la dirección de un archivo para que sea el de lo que se está viendo."""
    if edicion.reporte is not None:
        return "" if edicion.reporte.esta_vigente else f"?numero={edicion.reporte.numero}"
    pedido: dict[str, str] = dict(edicion.mirada.pedido) | {"corte": edicion.mirada.corte.isoformat()}
    return f"?{urlencode(pedido)}"


def _ficha(request: HttpRequest, hoja: Hoja, nombre: str, mirada: Mirada) -> HttpResponse:
    contenido = _guardado(huella_de(repr(hoja)), lambda: escribir_hoja(hoja))
    archivo = f"{nombre}-{mirada.corte.isoformat()}.pdf"
    return _entregar(request, huella_de(contenido), lambda: contenido, "application/pdf", archivo)


def _guardado(clave: str, escribir: Callable[[], bytes]) -> bytes:
    """Lo que ``escribir`` da, guardado un rato: componer un archivo cuesta cerca de un segundo."""
    return recordado(f"reporte-{clave}", VIDA_DE_UN_BORRADOR, escribir)


def _entregar(request: HttpRequest, huella: str, escribir: Callable[[], bytes], tipo: str, nombre: str) -> HttpResponse:
    """El archivo, o un 304 sin escribirlo si quien lo pide ya lo tiene."""
    etag = f'"{huella}"'
    respuesta = get_conditional_response(request, etag=etag)
    if not isinstance(respuesta, HttpResponse):
        respuesta = HttpResponse(escribir(), content_type=tipo)
        # Un PDF se lee en el navegador; lo demás se descarga.
        se_descarga = tipo != "application/pdf"
        respuesta["Content-Disposition"] = content_disposition_header(se_descarga, nombre) or "attachment"
    respuesta["ETag"] = etag
    return respuesta


def _con_cache(respuesta: HttpResponse, edicion: Edicion) -> HttpResponse:
    """Todo se vuelve a preguntar; lo que lleva párrafos sin emitir, además, no lo guarda ningún intermediario."""
    privado = edicion.borrador is not None and bool(edicion.borrador.parrafos)
    if privado:
        patch_cache_control(respuesta, no_cache=True, private=True)
    else:
        patch_cache_control(respuesta, no_cache=True, public=True)
    return respuesta
