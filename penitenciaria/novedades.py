"""Las novedades como Atom (RFC 4287): una entrada por cada cifra publicada, corregida o retirada, y por cada reporte.

Llevan lo nacional y lo que se fija (líneas base, logros, umbrales); lo medido por lugar y por sexo, que entra por
cientos, se ve en la página de cada indicador. La clave de una entrada no cambia: la da el número de su constancia.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from indicadores.calculo import cadena
from indicadores.cambios import Busqueda, Cambio, Clase, Contenido, leer_cambios
from indicadores.constancias import numeros_de_cifras
from indicadores.formato import escribir_numero, escribir_periodo, escribir_valor, texto_de_motivo
from indicadores.frases import con_punto, mayuscula
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from indicadores.views import con_mirada
from objetivos.models import Reporte

#: Cuántas entradas lleva un canal: las más recientes.
ENTRADAS = 50
ATOM = "http://www.w3.org/2005/Atom"
NOMBRE = "Política Nacional Penitenciaria al 2030"
#: Lo que XML 1.0 no admite en un texto.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Año de la etiqueta (RFC 4151): desde cuándo se dan estas direcciones; no cambia.
DESDE = 2026


@dataclass(frozen=True, slots=True)
class Novedad:
    """Una entrada: su clave (no cambia), cuándo fue, su título, qué pasó y a qué dirección lleva."""

    clave: str
    en: datetime
    titulo: str
    resumen: str
    ruta: str


@con_mirada
def novedades(request: HttpRequest, *, mirada: Mirada) -> HttpResponse:
    """Lo último de toda la política."""
    lista = [*_de_cambios(mirada), *_de_reportes(mirada)]
    return _responder(request, f"Novedades de la {NOMBRE}", reverse("portada"), lista, mirada)


@con_mirada
def del_indicador(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Lo último de un indicador."""
    indicador = None if "\0" in codigo else Indicador.objects.filter(codigo=codigo).first()
    if indicador is None:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    lista = _de_cambios(mirada, indicador)
    return _responder(request, f"{indicador.codigo} {indicador.nombre}", indicador.get_absolute_url(), lista, mirada)


def _de_cambios(mirada: Mirada, indicador: Indicador | None = None) -> list[Novedad]:
    """Los últimos cambios de lo nacional y de lo fijado, cada uno con el número de la constancia que dejó."""
    que = Busqueda(hasta=mirada.a_la_fecha, corte=mirada.corte, indicador=indicador, nacionales=True)
    cambios, _ = leer_cambios(que, cuantos=ENTRADAS)
    numeros = numeros_de_cifras([uno.cifra for uno in cambios if uno.cifra is not None])

    def numero_de(cambio: Cambio) -> int | None:
        if cambio.cifra is None:
            return cambio.constancia
        return numeros.get((cadena.RETIRO if cambio.clase is Clase.RETIRO else cadena.PUBLICACION, cambio.cifra))

    numeradas = ((uno, numero_de(uno)) for uno in cambios)
    # Lo que no tiene constancia no está certificado, y de aquí sale la clave de su entrada.
    return [
        Novedad(f"constancia/{numero}", uno.en, *_ESCRIBIR[uno.clase](uno))
        for uno, numero in sorted(numeradas, key=lambda par: (par[0].en, par[1] or 0), reverse=True)
        if numero is not None
    ]


def _publicada(cambio: Cambio) -> tuple[str, str, str]:
    """Título, resumen y dirección de una cifra publicada; la reservada no dice su valor."""
    return f"Se publicó: {_cual(cambio)}", con_punto(mayuscula(_valor_o_motivo(cambio))), _cifra(cambio)


def _corregida(cambio: Cambio) -> tuple[str, str, str]:
    dice = con_punto(mayuscula(_valor_o_motivo(cambio)))
    resumen = f"{dice} Versión {cambio.version}.{_por(cambio)}"
    return f"Se corrigió: {_cual(cambio)}", resumen, _cifra(cambio)


def _retirada(cambio: Cambio) -> tuple[str, str, str]:
    return f"Se retiró: {_cual(cambio)}", "La cifra dejó de regir; su constancia dice por qué.", _cifra(cambio)


def _cual(cambio: Cambio) -> str:
    """De qué cifra se habla."""
    periodo = escribir_periodo(cambio.dato.periodo.texto) if cambio.dato else ""
    return f"{_de_quien(cambio)}, {periodo}"


def _cifra(cambio: Cambio) -> str:
    return reverse("cifra", args=[cambio.cifra])


def _de_quien(cambio: Cambio) -> str:
    return f"{cambio.indicador.codigo} {cambio.indicador.nombre_corto}" if cambio.indicador else ""


def _por(cambio: Cambio) -> str:
    return f" Motivo: {con_punto(cambio.motivo)}" if cambio.motivo else ""


def _fijada(que: str) -> Callable[[Cambio], tuple[str, str, str]]:
    def escribir(cambio: Cambio) -> tuple[str, str, str]:
        version = "" if cambio.version == 1 else f" Versión {cambio.version}.{_por(cambio)}"
        titulo = f"Se fijó: {que} {cambio.anio} de {_de_quien(cambio)}"
        ruta = cambio.indicador.get_absolute_url() if cambio.indicador else ""
        return titulo, f"{con_punto(mayuscula(_valor_o_motivo(cambio)))}{version}", ruta

    return escribir


def _valor_o_motivo(cambio: Cambio) -> str:
    dicho, indicador = cambio.despues, cambio.indicador
    if dicho is None or indicador is None:
        return ""
    if dicho.valor is not None:
        return escribir_valor(dicho.valor, indicador.simbolo, indicador.decimales)
    return dicho.ausencia.texto or texto_de_motivo(dicho.ausencia.motivo) if dicho.ausencia else ""


def _umbrales(cambio: Cambio) -> tuple[str, str, str]:
    dicho = cambio.despues or Contenido(None)
    resumen = f"Verde desde {_umbral(dicho.valor)}; amarillo desde {_umbral(dicho.segundo)}.{_por(cambio)}"
    return "Se fijaron los umbrales del semáforo", resumen, f"{reverse('metodologia')}#semaforo"


def _umbral(valor: Decimal | None) -> str:
    return "un valor sin fijar" if valor is None else f"{escribir_numero(valor, 2)} %"


#: Cómo se cuenta cada clase de cambio.
_ESCRIBIR: dict[Clase, Callable[[Cambio], tuple[str, str, str]]] = {
    Clase.PUBLICACION: _publicada,
    Clase.CORRECCION: _corregida,
    Clase.RETIRO: _retirada,
    Clase.LINEA_BASE: _fijada("línea base"),
    Clase.LOGRO: _fijada("logro esperado"),
    Clase.UMBRALES: _umbrales,
}


def _de_reportes(mirada: Mirada) -> Iterable[Novedad]:
    emitidos = Reporte.objects.sin_archivos().filter(emitido_en__lte=mirada.a_la_fecha, corte__lte=mirada.corte)
    for uno in emitidos.order_by("-emitido_en", "-pk")[:ENTRADAS]:
        resumen = (
            f"Sustituye al anterior. Motivo: {con_punto(uno.motivo)}" if uno.motivo else "Es el primero de ese año."
        )
        yield Novedad(
            f"reporte/{uno.anio}/{uno.numero}",
            uno.emitido_en,
            f"Se emitió el reporte de cumplimiento N.° {uno.numero} de {uno.anio}",
            resumen,
            reverse("reporte-verificar", args=[uno.huella]),
        )


# Escribir Atom


def _responder(request: HttpRequest, titulo: str, pagina: str, lista: list[Novedad], mirada: Mirada) -> HttpResponse:
    """El canal; la fecha de la última novedad es también la de la respuesta."""
    lista = sorted(lista, key=lambda una: una.en, reverse=True)[:ENTRADAS]
    cuando = lista[0].en if lista else datetime(DESDE, 1, 1, tzinfo=UTC)
    canal = Element("feed", {"xmlns": ATOM, "xml:lang": "es-PE"})
    _texto(canal, "id", _etiqueta(request, f"novedades{pagina}"))
    _texto(canal, "title", titulo)
    _texto(
        canal,
        "subtitle",
        "Cada cifra nacional publicada, corregida o retirada, y lo que se fija, con el enlace a su constancia.",
    )
    _texto(canal, "updated", _momento(cuando))
    SubElement(SubElement(canal, "author"), "name").text = NOMBRE
    propia = request.build_absolute_uri(f"{request.path}{mirada.sufijo}")
    SubElement(canal, "link", rel="self", type="application/atom+xml", href=propia)
    SubElement(canal, "link", rel="alternate", type="text/html", href=request.build_absolute_uri(pagina))
    for una in lista:
        entrada = SubElement(canal, "entry")
        _texto(entrada, "id", _etiqueta(request, una.clave))
        _texto(entrada, "title", una.titulo)
        _texto(entrada, "updated", _momento(una.en))
        _texto(entrada, "published", _momento(una.en))
        SubElement(entrada, "link", rel="alternate", type="text/html", href=request.build_absolute_uri(una.ruta))
        _texto(entrada, "summary", una.resumen)
    indent(canal)
    cuerpo = tostring(canal, encoding="utf-8", xml_declaration=True)
    cabeceras = {"Last-Modified": http_date(cuando.timestamp())}
    return HttpResponse(cuerpo, content_type="application/atom+xml; charset=utf-8", headers=cabeceras)


def _texto(padre: Element, nombre: str, texto: str) -> None:
    SubElement(padre, nombre).text = CONTROL.sub("", texto)


def _etiqueta(request: HttpRequest, clave: str) -> str:
    """Una dirección «tag:» (RFC 4151): la misma aunque el portal se pida con otro nombre de servidor."""
    servidor = urlsplit(settings.DIRECCION_PUBLICA).hostname or request.get_host().partition(":")[0]
    return f"tag:{servidor},{DESDE}:{clave}"


def _momento(en: datetime) -> str:
    return en.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
