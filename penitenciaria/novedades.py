"""Las novedades como Atom (RFC 4287): una entrada por cada cifra publicada, corregida o retirada, y por cada reporte.

Llevan lo nacional y lo que se fija (líneas base, logros, umbrales); lo medido por lugar y por sexo, que entra por
cientos, se ve en la página de cada indicador. La clave de una entrada no cambia: la da el número de su constancia.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from indicadores.calculo import cadena
from indicadores.cambios import del_pais
from indicadores.formato import escribir_numero, escribir_periodo, escribir_valor, texto_de_motivo
from indicadores.frases import con_punto, mayuscula
from indicadores.lectura import CAMPOS_DE_DATO, dato_de_fila
from indicadores.mirada import Mirada
from indicadores.models import Constancia, Indicador, LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.models.cifras import ConAusencia
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
    lista = [*_de_constancias(_fijadas_y_nacionales(mirada, Q(), Q())), *_de_reportes(mirada)]
    return _responder(request, f"Novedades de la {NOMBRE}", reverse("portada"), lista, mirada)


@con_mirada
def del_indicador(request: HttpRequest, codigo: str, *, mirada: Mirada) -> HttpResponse:
    """Lo último de un indicador."""
    indicador = None if "\0" in codigo else Indicador.objects.filter(codigo=codigo).first()
    if indicador is None:
        raise Http404(f"No hay un indicador con el código «{codigo}».")
    fijadas = Q()
    for clase, modelo in ((cadena.LINEA_BASE, LineaBase), (cadena.LOGRO_ESPERADO, LogroEsperado)):
        fijadas |= Q(clase=clase, objeto__in=modelo.objects.filter(indicador=indicador).values("pk"))
    lista = _de_constancias(_fijadas_y_nacionales(mirada, fijadas, Q(medicion__indicador=indicador)))
    return _responder(request, f"{indicador.codigo} {indicador.nombre}", indicador.get_absolute_url(), lista, mirada)


def _fijadas_y_nacionales(mirada: Mirada, fijadas: Q, medidas: Q) -> list[dict[str, Any]]:
    """Las constancias más recientes a la vista: lo fijado y, de lo medido hasta el corte, lo nacional de ambos sexos.

    Son dos consultas para que cada una use su índice: lo nacional es poco, aunque lo medido por lugar sean millones.
    """
    hasta = Constancia.objects.filter(en__lte=mirada.a_la_fecha).order_by("-en", "-numero")
    nacionales = hasta.filter(
        medidas,
        medicion__ambito=del_pais(),
        medicion__sexo=Medicion.Sexo.TOTAL,
        medicion__fin__lte=mirada.corte,
    )
    filas: list[dict[str, Any]] = [
        dict(fila)
        for cuales in (hasta.filter(fijadas, medicion__isnull=True), nacionales)
        for fila in cuales.values("numero", "clase", "objeto", "en")[:ENTRADAS]
    ]
    return sorted(filas, key=lambda fila: (fila["en"], fila["numero"]), reverse=True)[:ENTRADAS]


def _de_constancias(filas: list[dict[str, Any]]) -> list[Novedad]:
    """Cada constancia ya escrita: cuatro consultas, sean cuantas sean."""

    def de_clase(*clases: str) -> list[int]:
        return [fila["objeto"] for fila in filas if fila["clase"] in clases]

    mediciones = {
        fila["id"]: fila
        for fila in Medicion.objects.filter(pk__in=de_clase(cadena.PUBLICACION, cadena.RETIRO)).values(
            *CAMPOS_DE_DATO,
            *("indicador__codigo", "indicador__nombre_corto", "indicador__simbolo", "indicador__decimales"),
            "motivo_cambio",
        )
    }
    fijadas = {
        clase: modelo.objects.select_related("indicador").in_bulk(de_clase(clase))
        for clase, modelo in ((cadena.LINEA_BASE, LineaBase), (cadena.LOGRO_ESPERADO, LogroEsperado))
    }
    umbrales = Umbral.objects.in_bulk(de_clase(cadena.UMBRALES))
    escribir: dict[str, Callable[[int], tuple[str, str, str]]] = {
        cadena.PUBLICACION: lambda clave: _publicada(mediciones[clave]),
        cadena.RETIRO: lambda clave: _retirada(mediciones[clave]),
        cadena.LINEA_BASE: lambda clave: _fijada("línea base", fijadas[cadena.LINEA_BASE][clave]),
        cadena.LOGRO_ESPERADO: lambda clave: _fijada("logro esperado", fijadas[cadena.LOGRO_ESPERADO][clave]),
        cadena.UMBRALES: lambda clave: _umbrales(umbrales[clave]),
    }
    return [Novedad(f"constancia/{f['numero']}", f["en"], *escribir[f["clase"]](f["objeto"])) for f in filas]


def _publicada(fila: dict[str, Any]) -> tuple[str, str, str]:
    """Título, resumen y dirección de una cifra publicada; la reservada no dice su valor."""
    dato = dato_de_fila(fila)
    cual, ruta = _cual(fila)
    if dato.valor is not None:
        dice = escribir_valor(dato.valor, fila["indicador__simbolo"], fila["indicador__decimales"])
    else:
        dice = dato.ausencia.texto or texto_de_motivo(dato.ausencia.motivo) if dato.ausencia else ""
    if dato.version == 1:
        return f"Se publicó: {cual}", con_punto(mayuscula(dice)), ruta
    resumen = f"{con_punto(mayuscula(dice))} Versión {dato.version}."
    return f"Se corrigió: {cual}", f"{resumen} Motivo: {con_punto(fila['motivo_cambio'])}", ruta


def _retirada(fila: dict[str, Any]) -> tuple[str, str, str]:
    cual, ruta = _cual(fila)
    return f"Se retiró: {cual}", "La cifra dejó de regir; su constancia dice por qué.", ruta


def _cual(fila: dict[str, Any]) -> tuple[str, str]:
    """De qué cifra se habla, y la dirección de su constancia."""
    cual = f"{fila['indicador__codigo']} {fila['indicador__nombre_corto']}, {escribir_periodo(fila['periodo'])}"
    return cual, reverse("cifra", args=[fila["id"]])


def _fijada(que: str, revision: LineaBase | LogroEsperado) -> tuple[str, str, str]:
    indicador = revision.indicador
    dice = _valor_o_motivo(revision, indicador)
    cambio = (
        "" if revision.version == 1 else f" Versión {revision.version}. Motivo: {con_punto(revision.motivo_cambio)}"
    )
    titulo = f"Se fijó: {que} {revision.anio} de {indicador.codigo} {indicador.nombre_corto}"
    return titulo, f"{con_punto(mayuscula(dice))}{cambio}", indicador.get_absolute_url()


def _valor_o_motivo(revision: ConAusencia, indicador: Indicador) -> str:
    if revision.valor is not None:
        return escribir_valor(revision.valor, indicador.simbolo, indicador.decimales)
    return revision.texto_ausencia or str(revision.get_motivo_ausencia_display())


def _umbrales(umbral: Umbral) -> tuple[str, str, str]:
    verde, amarillo = escribir_numero(umbral.verde, 2), escribir_numero(umbral.amarillo, 2)
    resumen = f"Verde desde {verde} %; amarillo desde {amarillo} %. Motivo: {con_punto(umbral.motivo_cambio)}"
    return "Se fijaron los umbrales del semáforo", resumen, f"{reverse('metodologia')}#semaforo"


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
