"""Lo público, ya hecho y siempre al día: el middleware de más afuera.

La ETag sale de la marca de la cuenta de publicaciones, la versión del código, el día en Lima y la dirección completa:
basta una consulta para saber que lo guardado (aquí o en el navegador) sigue valiendo, y no hace falta un plazo. La
marca se lee **antes** de preparar la respuesta: si alguien publica mientras tanto, lo preparado queda bajo la marca
vieja, que nadie volverá a pedir.

Solo se guarda lo que es igual para cualquiera: 200 a un GET sin sesión, sin cookies nuevas, que no varía según otra
cabecera y que no trae su propio plazo. Lo guardado se sirve sin contar en el límite de la API: cuesta una consulta.
Dentro de una transacción abierta no se guarda ni se usa nada, porque la marca todavía no dice lo que ella cambió.
"""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

import brotli
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified, ResponseHeaders
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from indicadores.models import preparada
from penitenciaria.almacen import Almacen, Guardada
from penitenciaria.middleware import CABECERAS as DE_LA_API
from penitenciaria.replicas import cambiar_de_base, donde_se_lee
from penitenciaria.vigilancia import TABLA

Siguiente = Callable[[HttpRequest], HttpResponseBase]

#: Donde nunca hay nada que guardar: se pasa sin preguntar a la base.
AJENAS = ("/admin/", "/static/", "/salud/", "/metricas")
#: Quien trae una de estas puede recibir algo que es solo suyo.
COOKIES_PERSONALES = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages")
GUARDABLE = "public, no-cache"
#: Lo que dice del límite de quien pidió primero no se le dice a los demás.
DE_CADA_QUIEN = ("ratelimit", "x-ratelimit", "retry-after")
CUERPO_MAXIMO = 2**20
#: Menos que esto no gana nada al comprimirse.
CUERPO_MINIMO = 600
SE_COMPRIME = (
    "text/",
    "application/json",
    "application/vnd.sdmx",
    "application/xml",
    "application/atom+xml",
    "image/svg",
)
#: Cómo terminan, fuera de la API, las que lee un programa desde cualquier sitio (``penitenciaria.api.abierta``).
ABIERTAS = (".json", ".jsonld", ".jsonl", ".atom", ".csv", ".zip", ".py")
#: Lo que un 304 repite de la respuesta guardada.
DEL_304 = ("Last-Modified", "Vary", "Content-Language")
#: Veces que se pregunta la marca: en la conexión que había, en una nueva, y lo mismo en la otra base.
INTENTOS = 4
CONSULTA = f"SELECT marca, hasta FROM {TABLA} WHERE id = 1"


class Memoria:
    """Contesta 304 o lo guardado; si no, deja pasar y guarda lo que se pueda."""

    def __init__(self, get_response: Siguiente) -> None:
        self.get_response = get_response
        self.almacen = Almacen(settings.MEMORIA_MB * 2**20)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(AJENAS):
            return self.get_response(request)
        ahora = timezone.now()
        marca = leer_marca(ahora)
        # Quien prepara la respuesta puede recordar, bajo la misma marca, lo que lee para prepararla.
        request.marca = marca  # type: ignore[attr-defined]
        if "HTTP_AUTHORIZATION" in request.META or es_personal(request):
            return privada(self.get_response(request))
        codificacion = elegir_codificacion(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        clave = clave_de(request, codificacion, marca, ahora) if marca else None
        if clave is None:
            return self.get_response(request)
        etag = f'"{clave}"'
        # Quien prepara una respuesta que solo depende de esto no necesita resumir su cuerpo para darle una ETag.
        request.etag = etag  # type: ignore[attr-defined]
        guardada = self.almacen.leer(clave) if self.almacen.tope else None
        if _la_tiene(request.META.get("HTTP_IF_NONE_MATCH", ""), clave):
            return sin_cambios(request, guardada, etag)
        if guardada is not None:
            return ya_hecha(guardada)
        respuesta = self.get_response(request)
        if respuesta.streaming and not respuesta.has_header("ETag") and es_de_cualquiera(request, respuesta):
            # Se envía según se escribe y no se guarda, pero también se puede preguntar si cambió.
            respuesta.headers["ETag"] = f"W/{etag}"
        if isinstance(respuesta, HttpResponse) and se_guarda(request, respuesta):
            terminar(respuesta, codificacion, etag)
            if request.method == "GET" and self.almacen.tope:
                comunes = tuple(par for par in respuesta.items() if not par[0].lower().startswith(DE_CADA_QUIEN))
                self.almacen.guardar(clave, Guardada(comunes, respuesta.content))
        return respuesta


# --- La pregunta ----------------------------------------------------------------------------------------------------


def es_personal(request: HttpRequest) -> bool:
    """Si quien pide trae una cookie de la que puede depender la respuesta; las ajenas al portal no cuentan."""
    return "HTTP_COOKIE" in request.META and any(nombre in request.COOKIES for nombre in COOKIES_PERSONALES)


def elegir_codificacion(aceptadas: str) -> str:
    """``br``, ``gzip`` o, si ninguna se acepta, nada."""
    if not aceptadas:
        return ""
    nombres = set()
    for parte in aceptadas.lower().split(","):
        nombre, _, calidad = parte.partition(";")
        if calidad.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            nombres.add(nombre.strip())
    return "br" if "br" in nombres else "gzip" if "gzip" in nombres else ""


def clave_de(request: HttpRequest, codificacion: str, marca: str, ahora: datetime) -> str | None:
    """La huella de todo lo que decide la respuesta; None si se pregunta por un servidor que no es el nuestro."""
    try:
        servidor = request.get_host()
    except SuspiciousOperation:
        return None
    acepta = request.META.get("HTTP_ACCEPT", "") if request.path_info.startswith("/api/") else ""
    dia = _dia_de(int(ahora.timestamp()) // 60)
    # La dirección completa junta el prefijo y la ruta: «/indicadores» + «/» no es lo mismo que «» + «/indicadores/».
    direccion = (request.META.get("SCRIPT_NAME", ""), request.path_info, request.META.get("QUERY_STRING", ""))
    partes = (marca, version_del_codigo(), dia, request.scheme or "", servidor, *direccion, acepta)
    return blake2b("\n".join((*partes, codificacion)).encode("utf-8", "surrogatepass"), digest_size=15).hexdigest()


@lru_cache(maxsize=8)
def _dia_de(minuto: int) -> str:
    """El día en Lima de un minuto contado desde 1970: ningún día empieza a mitad de un minuto."""
    return timezone.localdate(datetime.fromtimestamp(minuto * 60, UTC)).isoformat()


def leer_marca(ahora: datetime) -> str | None:
    """La marca de la última publicación; None si no se puede confiar en ella."""
    if settings.DEBUG:
        return None
    filas: list[tuple[Any, ...]] = []
    for _ in range(INTENTOS):
        conexion = connections[donde_se_lee()]
        if conexion.in_atomic_block:
            return None
        # Esta consulta es la comprobación de que la conexión vive: si falló, se abre otra o se lee en la otra base.
        conexion.health_check_done = True  # type: ignore[attr-defined]
        try:
            filas = preparada.leer(conexion, CONSULTA)
            break
        except (DatabaseError, InterfaceError):
            se_conecto = conexion.connection is not None
            conexion.close()
            if not se_conecto and not cambiar_de_base():
                return None
    if not filas:
        return None
    marca: str
    marca, hasta = filas[0]
    if isinstance(hasta, str):  # SQLite no tiene momentos: los guarda escritos, en UTC
        hasta = datetime.fromisoformat(f"{hasta}+00:00")
    return marca if hasta is None or hasta <= ahora else None


@cache
def version_del_codigo() -> str:
    """La huella de lo que dibuja las respuestas: nuestro código, las plantillas, los estáticos y los requisitos."""
    huella = blake2b(digest_size=16)
    raiz = settings.BASE_DIR
    carpetas = ("penitenciaria", "indicadores", "servicios", "objetivos", "templates")
    archivos = [archivo for carpeta in carpetas for archivo in (raiz / carpeta).rglob("*")]
    archivos += [raiz / "requirements.txt", settings.STATIC_ROOT / "staticfiles.json"]
    for archivo in sorted(archivos):
        if archivo.suffix in (".py", ".html", ".xml", ".txt", ".json", ".typ") and archivo.is_file():
            huella.update(archivo.relative_to(raiz).as_posix().encode() if archivo.is_relative_to(raiz) else b"-")
            huella.update(archivo.read_bytes())
    return huella.hexdigest()


def _la_tiene(dicho: str, clave: str) -> bool:
    """Si entre las ETag de ``If-None-Match`` está la nuestra; un intermediario pudo volverla débil (``W/``)."""
    return bool(dicho) and f'"{clave}"' in dicho


# --- La respuesta ---------------------------------------------------------------------------------------------------


def ya_hecha(guardada: Guardada) -> HttpResponse:
    """La respuesta guardada. Sus cabeceras ya se comprobaron al guardarla: se copian sin volver a hacerlo."""
    respuesta = HttpResponse(guardada.cuerpo, headers={"Content-Type": ""})
    respuesta.headers._store = dict(_comprobadas(guardada.cabeceras))
    return respuesta


@lru_cache(maxsize=1024)
def _comprobadas(cabeceras: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, str]]:
    comprobadas: dict[str, tuple[str, str]] = ResponseHeaders(dict(cabeceras))._store
    return comprobadas


def sin_cambios(request: HttpRequest, guardada: Guardada | None, etag: str) -> HttpResponse:
    """304. Que la ETag sea la nuestra basta: solo se da en un 200 que se guarda."""
    dichas = () if guardada is None else tuple(par for par in guardada.cabeceras if par[0] in DEL_304)
    respuesta = HttpResponseNotModified()
    es_abierta = request.path_info.startswith("/api/") or request.path_info.endswith(ABIERTAS)
    suyas = _comprobadas(_del_304(dichas, es_abierta))
    respuesta.headers._store = suyas | {"etag": ("ETag", etag)}
    return respuesta


@lru_cache(maxsize=1024)
def _del_304(dichas: tuple[tuple[str, str], ...], es_abierta: bool) -> tuple[tuple[str, str], ...]:
    comunes = {"Cache-Control": GUARDABLE, "Vary": "Accept-Encoding"}
    return tuple((comunes | dict(dichas) | (DE_LA_API if es_abierta else {})).items())


def se_guarda(request: HttpRequest, respuesta: HttpResponse) -> bool:
    """Si es igual para cualquiera que la pida así, y del tamaño que conviene guardar."""
    return es_de_cualquiera(request, respuesta) and len(respuesta.content) <= CUERPO_MAXIMO


def es_de_cualquiera(request: HttpRequest, respuesta: HttpResponseBase) -> bool:
    """Si no trae nada de quien la pidió ni varía según otra cabecera que las de la clave."""
    if respuesta.status_code != 200 or respuesta.cookies or respuesta.has_header("Content-Encoding"):
        return False
    plazo = respuesta.headers.get("Cache-Control", "")
    if plazo and _partes(plazo) != {"public", "no-cache"}:
        return False
    # «Cookie» es la sesión, y aquí no la hay.
    de_la_clave = {"accept-encoding", "cookie"} | ({"accept"} if request.path_info.startswith("/api/") else set())
    return _partes(respuesta.headers.get("Vary", "")) <= de_la_clave


def _partes(cabecera: str) -> set[str]:
    """Lo que una cabecera enumera con comas, en minúsculas."""
    return {parte.strip() for parte in cabecera.lower().split(",") if parte.strip()}


def terminar(respuesta: HttpResponse, codificacion: str, etag: str) -> None:
    """Le pone su ETag y permiso de guardarse y, si conviene, la comprime."""
    respuesta.headers["Cache-Control"] = GUARDABLE
    patch_vary_headers(respuesta, ("Accept-Encoding",))
    cuerpo = respuesta.content
    tipo = respuesta.headers.get("Content-Type", "")
    if codificacion and len(cuerpo) >= CUERPO_MINIMO and tipo.startswith(SE_COMPRIME):
        en_brotli = codificacion == "br"
        respuesta.content = brotli.compress(cuerpo, quality=5) if en_brotli else gzip.compress(cuerpo, 6, mtime=0)
        respuesta.headers["Content-Encoding"] = codificacion
    respuesta.headers["Content-Length"] = str(len(respuesta.content))
    respuesta.headers["ETag"] = etag


def privada(respuesta: HttpResponseBase) -> HttpResponseBase:
    """Lo que se dio a quien ingresó no lo guarda ningún intermediario, salvo que la vista diga otra cosa."""
    if not respuesta.has_header("Cache-Control"):
        respuesta.headers["Cache-Control"] = "private, no-cache"
    return respuesta
