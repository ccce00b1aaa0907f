"""SDMX: los datos y las estructuras que los explican, en los formatos y con las direcciones del estándar (REST 1.5)."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain
from typing import ClassVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAcceptable, NotFound
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from indicadores.api.parametros import ParametroInvalido, citar, leer_texto
from indicadores.api.views import Recurso
from penitenciaria.api.sdmx_documentacion import documentar_datos, documentar_estructuras
from penitenciaria.interoperabilidad import sdmx_csv, sdmx_json, sdmx_json_estructura, sdmx_ml, sdmx_ml_estructura
from penitenciaria.interoperabilidad.sdmx_consulta import (
    PARAMETROS,
    TODO,
    ULTIMA,
    Consulta,
    FlujoInexistente,
    comprobar_flujo,
    leer_consulta,
)
from penitenciaria.interoperabilidad.sdmx_estructuras import EstructuraInexistente, elegir
from penitenciaria.interoperabilidad.sdmx_formatos import (
    CSV_1,
    CSV_2,
    DE_DATOS,
    DE_ESTRUCTURA,
    ESPECIFICO,
    ESTRUCTURA_JSON,
    GENERICO,
    JSON_OFICIAL,
    Formato,
    por_accept,
    por_nombre,
)
from penitenciaria.interoperabilidad.sdmx_lectura import Serie, leer_series, preparada
from penitenciaria.interoperabilidad.sdmx_mensaje import Mensaje, en_trozos
from penitenciaria.interoperabilidad.sdmx_modelo import FLUJO, Catalogo, leer_catalogo

#: Bytes que se preparan antes de empezar a enviar: lo que cabe se envía entero, con su largo y su ETag.
_CABE = 2**20


class _Tipo(JSONRenderer):
    """Un tipo de contenido ofrecido; el cuerpo lo escribe la vista."""

    def __init__(self, tipo: str) -> None:
        self.media_type = tipo


class _Recurso(Recurso):
    """Lo común: el formato sale de ``format=`` o de ``Accept``, y la respuesta se envía según se escribe."""

    ofrece: ClassVar[tuple[Formato, ...]]
    formato: Formato

    def get_renderers(self) -> list[BaseRenderer]:
        return [_Tipo(formato.completo) for formato in self.ofrece]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        nombre = leer_texto(request.query_params, "format")
        elegido = (
            por_nombre(nombre, self.ofrece) if nombre else por_accept(request.META.get("HTTP_ACCEPT", ""), self.ofrece)
        )
        if elegido is None:
            raise NotAcceptable
        self.formato = elegido
        return _Tipo(elegido.completo), elegido.completo

    def mensaje(self) -> Mensaje:
        """El mismo para dos peticiones iguales sin publicaciones de por medio."""
        direccion = self.request.build_absolute_uri()
        preparado = preparada(self.mirada).isoformat()
        huella = blake2b(f"{self.request.get_full_path()}\n{preparado}".encode(), digest_size=12).hexdigest()
        return Mensaje(f"{FLUJO}_{huella}", preparado, direccion)

    def enviar(self, partes: Iterator[str]) -> HttpResponseBase:
        """Entera si es pequeña; si no, por trozos y sin guardarla. De HEAD, las mismas cabeceras."""
        respuesta = self._entera_o_por_trozos(en_trozos(partes))
        patch_vary_headers(respuesta, ("Accept",))
        return respuesta

    def _entera_o_por_trozos(self, trozos: Iterator[bytes]) -> HttpResponseBase:
        tipo = self.formato.completo
        listos: list[bytes] = []
        while sum(map(len, listos)) <= _CABE:
            trozo = next(trozos, None)
            if trozo is None:
                return HttpResponse(b"".join(listos), content_type=tipo)
            listos.append(trozo)
        return StreamingHttpResponse(() if self.request.method == "HEAD" else chain(listos, trozos), content_type=tipo)


class Datos(_Recurso):
    """Las observaciones de las series que nombra la clave."""

    ofrece = DE_DATOS
    formatos = tuple(formato.nombre for formato in DE_DATOS)
    parametros = PARAMETROS

    @documentar_datos("sdmx_datos", "Las observaciones de una clave SDMX", DE_DATOS, con_clave=True)
    def get(self, request: Request, flujo: str, clave: str = TODO, proveedor: str = TODO) -> HttpResponseBase:
        try:
            comprobar_flujo(flujo, proveedor)
        except FlujoInexistente as error:
            raise NotFound(str(error)) from error
        catalogo = leer_catalogo()
        consulta = leer_consulta(clave, request.query_params, catalogo)
        series = leer_series(consulta, self.mirada, catalogo)
        primera = next(series, None)
        if primera is None:
            raise NotFound(
                "No hay ninguna observación que cumpla lo que se pide (o todavía no se había publicado a la fecha)."
            )
        return self.enviar(self._escribir(chain([primera], series), consulta, catalogo))

    def _escribir(self, series: Iterable[Serie], consulta: Consulta, catalogo: Catalogo) -> Iterator[str]:
        if self.formato in (CSV_1, CSV_2):
            return sdmx_csv.filas(series, consulta, self.formato.version)
        mensaje = self.mensaje()
        if self.formato is GENERICO:
            return sdmx_ml.generico(series, consulta, mensaje)
        if self.formato is ESPECIFICO:
            return sdmx_ml.especifico(series, consulta, mensaje)
        escribir = sdmx_json.oficial if self.formato is JSON_OFICIAL else sdmx_json.borrador
        return escribir(series, consulta, mensaje, catalogo)


class DatosDelFlujo(Datos):
    """Todas las series: lo mismo que la clave ``all``."""

    @documentar_datos("sdmx_datos_del_flujo", "Todas las observaciones, en SDMX", DE_DATOS, con_clave=False)
    def get(self, request: Request, flujo: str) -> HttpResponseBase:
        return super().get(request, flujo)


@extend_schema(exclude=True)
class DatosDeUnProveedor(Datos):
    """Con el proveedor escrito, que aquí es uno solo."""


class Estructuras(_Recurso):
    """Las estructuras de un recurso: flujos, definición, listas de códigos, conceptos o agencias."""

    ofrece = DE_ESTRUCTURA
    formatos = tuple(formato.nombre for formato in DE_ESTRUCTURA)
    parametros = ("references", "detail")

    @documentar_estructuras("sdmx_estructura", "Una estructura SDMX en una versión", DE_ESTRUCTURA, partes=3)
    def get(
        self, request: Request, recurso: str, agencia: str = TODO, identificador: str = TODO, edicion: str = ULTIMA
    ) -> HttpResponseBase:
        referencias = leer_texto(request.query_params, "references") or "none"
        detalle = leer_texto(request.query_params, "detail") or "full"
        if detalle != "full":
            dice = f"El parámetro «detail» dice {citar(detalle)}; una estructura se da siempre entera («full»)."
            raise ParametroInvalido("detail", dice)
        try:
            seleccion = elegir(recurso, agencia, identificador, edicion, referencias, leer_catalogo())
        except EstructuraInexistente as error:
            raise NotFound(str(error)) from error
        escribir = (
            sdmx_json_estructura.estructuras if self.formato is ESTRUCTURA_JSON else sdmx_ml_estructura.estructuras
        )
        return self.enviar(escribir(seleccion, self.mensaje()))


class EstructurasDeUnRecurso(Estructuras):
    @documentar_estructuras("sdmx_estructuras", "Las estructuras SDMX de un recurso", DE_ESTRUCTURA, partes=0)
    def get(self, request: Request, recurso: str) -> HttpResponseBase:
        return super().get(request, recurso)


@extend_schema(exclude=True)
class Flujos(EstructurasDeUnRecurso):
    """Por donde empieza quien llega desde la raíz de la API."""


class EstructurasDeUnaAgencia(Estructuras):
    @documentar_estructuras("sdmx_estructuras_de", "Las estructuras SDMX de una agencia", DE_ESTRUCTURA, partes=1)
    def get(self, request: Request, recurso: str, agencia: str) -> HttpResponseBase:
        return super().get(request, recurso, agencia)


class UltimaEstructura(Estructuras):
    @documentar_estructuras("sdmx_ultima_estructura", "Una estructura SDMX", DE_ESTRUCTURA, partes=2)
    def get(self, request: Request, recurso: str, agencia: str, identificador: str) -> HttpResponseBase:
        return super().get(request, recurso, agencia, identificador)
