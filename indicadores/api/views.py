"""Lo común a todo recurso de la API y los recursos de indicadores, mediciones y ámbitos."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.http import http_date
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicadores.api import a_json, copia, esquemas, formatos, rapido
from indicadores.api.anteriores import que_se_repiten
from indicadores.api.busqueda import CAMPOS_DE_AMBITO, CAMPOS_DE_INDICADOR, buscar, claves_por_termino, terminos
from indicadores.api.documentacion import detalle, documentar, lista
from indicadores.api.filtros import FiltroDeAmbitos, FiltroDeIndicadores, FiltroDeMediciones, Filtros
from indicadores.api.paginacion import PARAMETROS as DE_PAGINA
from indicadores.api.paginacion import Pagina
from indicadores.api.parametros import (
    COMUNES,
    DIRECCION_MAXIMA,
    DireccionLarga,
    citar,
    comprobar,
    leer_orden,
    leer_texto,
)
from indicadores.api.recuerdo import Recuerdo, recordar
from indicadores.api.tablas import Columna, Esquema, columnas_de
from indicadores.lectura import (
    CAMPOS_DE_DATO,
    Fijado,
    IndicadorLeido,
    catalogo,
    dato_de_fila,
    leer_fijado,
    leer_indicadores,
    ultima_publicacion,
)
from indicadores.mirada import Mirada, leer_mirada
from indicadores.models import Ambito, Indicador, Medicion

M = TypeVar("M", bound=Model)


class Recurso(APIView):
    """Un recurso de solo lectura: rechaza lo que no conoce, sabe desde dónde se mira y dice cuándo cambió."""

    #: Los parámetros que admite además de los comunes.
    parametros: ClassVar[tuple[str, ...]] = ()
    #: Lo que puede decir ``format``.
    formatos: ClassVar[tuple[str, ...]] = ("json",)
    mirada: Mirada

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            if len(request.get_full_path()) > DIRECCION_MAXIMA:
                raise DireccionLarga
            comprobar(request.query_params, (*COMUNES, *self.admitidos()), self.formatos)
            self.mirada = leer_mirada(request.query_params, ahora=timezone.now())

    def admitidos(self) -> tuple[str, ...]:
        return self.parametros

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A quien acepta cualquier cosa se le da lo primero que hay, sin sopesar preferencias."""
        if request.META.get("HTTP_ACCEPT", "*/*") == "*/*":
            [primero, *_] = self.get_renderers()
            return primero, primero.media_type
        return super().perform_content_negotiation(request, force)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Solo qué métodos hay: el resto lo dice el esquema."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if final.status_code == 200:
            # Cualquier intermediario puede guardarla, y todos preguntan antes de volver a darla.
            patch_cache_control(final, public=True, no_cache=True)
            etag = getattr(request, "etag", None)
            if etag is not None and not final.streaming:
                final.headers["ETag"] = etag
            publicada = (Recuerdo(None) if self.mirada.pide_fecha else self.recuerdo).decir(
                "ultima publicación", lambda: ultima_publicacion(self.mirada.a_la_fecha)
            )
            if publicada is not None:
                final.headers["Last-Modified"] = http_date(publicada.timestamp())
        return final

    @cached_property
    def recuerdo(self) -> Recuerdo:
        """Lo que se recuerda hasta la próxima publicación."""
        return recordar(getattr(self.request, "marca", None))

    def absoluta(self, ruta: str) -> str:
        return str(self.request.build_absolute_uri(ruta))


class Lista(Recurso):
    """Una colección con filtros, búsqueda, orden total y páginas."""

    filtros: ClassVar[type[Filtros]] = Filtros
    #: Nombre público del orden → campos; siempre se desempata por la clave primaria.
    ordenes: ClassVar[dict[str, tuple[str, ...]]] = {"codigo": ("codigo",), "nombre": ("nombre",)}
    orden_por_defecto: ClassVar[str] = "codigo"
    campos_de_busqueda: ClassVar[tuple[str, ...]] = ("codigo", "nombre")
    formatos = formatos.FORMATOS
    #: De qué forma es cada fila y qué columnas van delante en una tabla.
    forma: ClassVar[Esquema]
    primeras: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def columnas(cls) -> tuple[Columna, ...]:
        return columnas_de(cls.forma, cls.primeras)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Quien escribe ``format`` ya eligió: su cabecera Accept (``text/csv``, por ejemplo) no estorba."""
        return super().perform_content_negotiation(request, force or bool(request.query_params.get("format")))

    def admitidos(self) -> tuple[str, ...]:
        return (*self.filtros.base_filters, "ordering", "search", *DE_PAGINA)

    def elegir(self, filas: QuerySet[M]) -> tuple[QuerySet[M], Filtros]:
        """Las filas pedidas, en orden, y los filtros ya validados."""
        filtros = self.filtros(self.request.query_params, filas)
        elegidas = self.buscar(filtros.aplicar(), leer_texto(self.request.query_params, "search"))
        return elegidas.order_by(*self._orden()), filtros

    def buscar(self, filas: QuerySet[M], texto: str) -> QuerySet[M]:
        return buscar(filas, self.campos_de_busqueda, texto)

    def _orden(self) -> list[str]:
        pedido = leer_orden(self.request.query_params, self.ordenes, defecto=self.orden_por_defecto)
        campos = [(campo, inverso) for nombre, inverso in pedido for campo in self.ordenes[nombre]]
        campos.append(("pk", campos[-1][1]))
        return [f"-{campo}" if inverso else campo for campo, inverso in campos]

    def pagina(self, filas: QuerySet[Any] | Sequence[Any], campos: Sequence[str] = ()) -> Pagina:
        return Pagina(filas, self.request.query_params, self.request.build_absolute_uri(), campos)

    def responder(self, filas: QuerySet[M], a_dict: Callable[[Sequence[M]], list[a_json.Json]]) -> HttpResponseBase:
        """Las filas pedidas de ``filas``; ``a_dict`` las convierte todas juntas."""
        return self.entregar(self.elegir(filas)[0], a_dict)

    def entregar(
        self,
        filas: QuerySet[Any] | Sequence[Any],
        a_dict: Callable[[Sequence[Any]], list[a_json.Json]],
        campos: Sequence[str] = (),
    ) -> HttpResponseBase:
        """La página pedida de ``filas``, ya elegidas y en orden; en CSV o XLSX, entera si no se pide una página."""
        formato = leer_texto(self.request.query_params, "format") or "json"
        if formato == "json":
            pagina = self.pagina(filas, campos)
            return Response(pagina.cuerpo(a_dict(pagina.filas)))
        if any(leer_texto(self.request.query_params, nombre) for nombre in DE_PAGINA):
            return self.descargar(formato, a_dict(self.pagina(filas, campos).filas))
        return self.descargar(formato, formatos.tandas(filas, campos, a_dict))

    def descargar(self, formato: str, filas: Iterable[Mapping[str, Any]]) -> HttpResponseBase:
        """``filas`` en un archivo; de HEAD, solo las cabeceras."""
        pedidas = () if self.request.method == "HEAD" else filas
        trozos = formatos.escribir(formato, self.nombre_de_archivo, self.columnas(), pedidas)
        return formatos.descarga(trozos, formato, self.nombre_de_archivo, corte=self.mirada.corte.isoformat())

    @property
    def nombre_de_archivo(self) -> str:
        return self.request.path.rstrip("/").rpartition("/")[2]


def uno(filas: QuerySet[M], que: str, **clave: str) -> M:
    """La fila con esa clave, o un 404 que dice cuál no existe."""
    [texto] = clave.values()
    fila = None if "\0" in texto else filas.filter(**clave).first()
    if fila is None:
        raise no_existe(que, texto)
    return fila


def no_existe(que: str, texto: str) -> NotFound:
    return NotFound(f"No existe {que} {citar(texto)}.")


# --- Indicadores ----------------------------------------------------------------------------------------------------


class Indicadores(Lista):
    forma = esquemas.Indicador
    filtros = FiltroDeIndicadores
    campos_de_busqueda = CAMPOS_DE_INDICADOR

    @documentar(
        "indicadores",
        lista(esquemas.Indicador),
        "Los indicadores, evaluados al corte",
        filtros=FiltroDeIndicadores,
        ordenes=Lista.ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        filas, filtros = self.elegir(catalogo())
        estado, semaforo = filtros.pedido("estado"), filtros.pedido("semaforo")
        desde = filtros.pedido("actualizado_desde")
        if not estado and not semaforo and not desde:
            return self.entregar(filas, lambda elegidas: self._a_dict(self._leer(elegidas)))
        leidos = [
            leido
            for leido in self._leer(filas)
            if (not estado or leido.evaluacion.estado == estado)
            and (not semaforo or leido.evaluacion.avance.semaforo == semaforo)
            and (not desde or (leido.actualizado_en is not None and leido.actualizado_en >= desde))
        ]
        return self.entregar(leidos, self._a_dict)

    def _leer(self, indicadores: QuerySet[Indicador] | Sequence[Indicador]) -> list[IndicadorLeido]:
        return evaluados(list(indicadores), self)

    def _a_dict(self, leidos: Sequence[IndicadorLeido]) -> list[a_json.Json]:
        return [a_json.indicador(leido, self.absoluta) for leido in leidos]


class UnIndicador(Recurso):
    @documentar("indicador", detalle(esquemas.Indicador), "Un indicador, evaluado al corte")
    def get(self, request: Request, codigo: str) -> Response:
        conocidos = self.recuerdo.decir("indicadores", lambda: {una.codigo: una for una in catalogo()})
        if codigo not in conocidos:
            raise no_existe("un indicador con el código", codigo)
        [leido] = evaluados([conocidos[codigo]], self)
        return Response(a_json.indicador(leido, self.absoluta))


def evaluados(indicadores: Sequence[Indicador], recurso: Recurso) -> list[IndicadorLeido]:
    """Los indicadores al corte. Lo que alguien fijó se lee una vez por publicación; las mediciones, siempre."""
    mirada = recurso.mirada

    def leer() -> Fijado:
        claves = Indicador.objects.order_by("pk").values_list("pk", flat=True)
        return leer_fijado(claves, a_la_fecha=mirada.a_la_fecha)

    fijado = None if mirada.pide_fecha or recurso.recuerdo.marca is None else recurso.recuerdo.decir("fijado", leer)
    return leer_indicadores(indicadores, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha, fijado=fijado)


# --- Mediciones -----------------------------------------------------------------------------------------------------


class Mediciones(Lista):
    forma = esquemas.Medicion
    primeras = ("indicador",)
    filtros = FiltroDeMediciones
    ordenes: ClassVar[dict[str, tuple[str, ...]]] = {
        "fin": ("fin",),
        "publicada_en": ("publicada_en",),
        "indicador": ("indicador__codigo", "fin"),
        "ambito": ("ambito__codigo", "fin"),
    }
    orden_por_defecto = "-fin"

    @documentar(
        "mediciones",
        lista(esquemas.Medicion),
        "Las versiones en vigor de las mediciones cuyo periodo terminó a más tardar en el corte",
        filtros=FiltroDeMediciones,
        ordenes=ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        cortas = rapido.elegir(request.query_params, self.mirada, getattr(request, "marca", None), self.absoluta)
        if cortas is not None:
            pagina = self.pagina(cortas)
            return Response(pagina.cuerpo(pagina.filas))
        vigentes = Medicion.objects.vigentes(self.mirada.a_la_fecha).filter(fin__lte=self.mirada.corte)
        elegidas, _ = self.elegir(vigentes)
        if self._sale_por_copia(elegidas):
            constancia = self.absoluta(reverse("cifra", args=[0]))
            formato, columnas = leer_texto(request.query_params, "format"), self.columnas()
            trozos = copia.mediciones(elegidas, columnas, self.mirada, constancia=constancia)
            if formato == "xlsx":
                trozos = formatos.en_xlsx(self.nombre_de_archivo, columnas, formatos.leer_csv(trozos, columnas))
            return formatos.descarga(trozos, formato, self.nombre_de_archivo, corte=self.mirada.corte.isoformat())
        return self.entregar(
            elegidas,
            lambda filas: mediciones_a_dict(filas, self.mirada, self.absoluta),
            (*CAMPOS_DE_DATO, "indicador__codigo"),
        )

    def pagina(self, filas: QuerySet[Any] | Sequence[Any], campos: Sequence[str] = ()) -> Pagina:
        """Cuántas son no depende del orden ni de la página: se cuentan una vez por publicación."""
        ajenos = {"ordering", "format", *DE_PAGINA}
        pedido = frozenset((n, valor) for n, valor in self.request.query_params.items() if n not in ajenos)
        desde_cuando = self.mirada.a_la_fecha if self.mirada.pide_fecha else None

        def contar() -> int:
            clave = ("total", pedido, self.mirada.corte, desde_cuando)
            return int(self.recuerdo.decir(clave, filas.count))  # type: ignore[arg-type]

        contadas = contar if isinstance(filas, QuerySet) else None
        return Pagina(filas, self.request.query_params, self.request.build_absolute_uri(), campos, contadas)

    def _sale_por_copia(self, elegidas: QuerySet[Any]) -> bool:
        """Si se pide en CSV o XLSX la tabla entera, o filtrada, y la base sabe escribirla."""
        escritos = {nombre for nombre in self.request.query_params if leer_texto(self.request.query_params, nombre)}
        entera = self.request.method == "GET" and escritos.isdisjoint(DE_PAGINA)
        es_archivo = leer_texto(self.request.query_params, "format") in formatos.TIPOS
        return es_archivo and entera and copia.se_puede(elegidas, escritos)

    def buscar(self, filas: QuerySet[M], texto: str) -> QuerySet[M]:
        """Cada término, en el nombre o código del indicador o del ámbito."""
        buscados = terminos(texto)
        if not buscados:
            return filas
        en_indicador = claves_por_termino(Indicador.objects.all(), Indicadores.campos_de_busqueda, buscados)
        en_ambito = claves_por_termino(Ambito.objects.all(), Ambitos.campos_de_busqueda, buscados)
        for termino in buscados:
            filas = filas.filter(Q(indicador__in=en_indicador[termino]) | Q(ambito__in=en_ambito[termino]))
        return filas


class UnaMedicion(Recurso):
    @documentar(
        "medicion",
        detalle(esquemas.UnaMedicion),
        "Una versión publicada, vigente o ya sustituida; un borrador no existe para el público",
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 — así lo llama el contrato
        fila = None
        if id.isascii() and id.isdigit() and len(id) <= 18:
            publicadas = Medicion.objects.con_version().filter(
                publicada_en__lte=self.mirada.a_la_fecha, fin__lte=self.mirada.corte
            )
            fila = publicadas.filter(pk=int(id)).values(*CAMPOS_DE_DATO, "indicador__codigo").first()
        if fila is None:
            raise NotFound(f"No hay una versión publicada con el id {citar(id)}.")
        [cuerpo] = mediciones_a_dict([fila], self.mirada, self.absoluta)
        sustituida = fila["sustituida_en"]
        ya = sustituida is not None and sustituida <= self.mirada.a_la_fecha
        return Response(cuerpo | {"sustituida_en": a_json.momento(sustituida) if ya else None})


def mediciones_a_dict(filas: Sequence[dict[str, Any]], mirada: Mirada, absoluta: a_json.Absoluta) -> list[a_json.Json]:
    """Filas de ``CAMPOS_DE_DATO`` y «indicador__codigo», como las muestra ``mediciones/``."""
    datos = [(fila["indicador_id"], dato_de_fila(fila)) for fila in filas]
    repetidas = que_se_repiten(datos, a_la_fecha=mirada.a_la_fecha)
    return [
        {"indicador": fila["indicador__codigo"]}
        | a_json.medicion(dato, se_repite=dato.id in repetidas, absoluta=absoluta)
        for fila, (_, dato) in zip(filas, datos, strict=True)
    ]


# --- Ámbitos --------------------------------------------------------------------------------------------------------


class Ambitos(Lista):
    forma = esquemas.Ambito
    filtros = FiltroDeAmbitos
    campos_de_busqueda = CAMPOS_DE_AMBITO

    @documentar(
        "ambitos",
        lista(esquemas.Ambito),
        "Dónde se mide: el país, las oficinas regionales y los establecimientos",
        filtros=FiltroDeAmbitos,
        ordenes=Lista.ordenes,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.responder(
            Ambito.objects.select_related("padre"), lambda ambitos: [_ambito_a_dict(ambito) for ambito in ambitos]
        )


class UnAmbito(Recurso):
    @documentar("ambito", detalle(esquemas.Ambito), "Un ámbito")
    def get(self, request: Request, codigo: str) -> Response:
        ambitos = Ambito.objects.select_related("padre")
        return Response(_ambito_a_dict(uno(ambitos, "un ámbito con el código", codigo=codigo)))


def _ambito_a_dict(ambito: Ambito) -> a_json.Json:
    return {
        "codigo": ambito.codigo,
        "nombre": ambito.nombre,
        "nivel": ambito.nivel,
        "padre": ambito.padre.codigo if ambito.padre else None,
        "departamento": ambito.departamento or None,
        "ubigeo": ambito.ubigeo or None,
        "capacidad": ambito.capacidad,
    }
