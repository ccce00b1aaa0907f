"""Lo que se cuenta mientras se atiende, para Prometheus; cuesta unos microsegundos por petición.

Con ``PROMETHEUS_MULTIPROC_DIR`` (una carpeta, vacía al arrancar) los procesos de gunicorn suman en archivos comunes y
cualquiera contesta por todos; sin ella, cada proceso cuenta lo suyo. De qué ruta se trata lo dice el nombre de la
dirección, nunca lo que pidió el cliente: así las series son tantas como direcciones, y no llevan datos de nadie.
"""

from functools import cache

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

#: Lo que no llegó a ninguna vista: contestado de memoria, un archivo estático, o nada que corresponda.
DE_MEMORIA, ESTATICA, NINGUNA = "(memoria)", "(estatica)", "(ninguna)"
#: La página de ingreso: contesta 302 a quien entra, y otra cosa a quien no.
INGRESO = "admin:login"
METODOS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SEGUNDOS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

PETICIONES = Counter("portal_peticiones", "Respuestas dadas.", ("ruta", "metodo", "estado"))
DURACION = Histogram("portal_duracion_segundos", "Segundos hasta tener la respuesta.", ("ruta",), buckets=SEGUNDOS)
CONSULTAS = Histogram(
    "portal_consultas_por_peticion",
    "Consultas a la base para preparar una respuesta que no estaba en memoria.",
    buckets=(0, 1, 2, 5, 10, 20, 40, 80, 160),
)
FALLAS_DE_MEMORIA = Counter("portal_memoria_fallas", "Respuestas públicas que hubo que preparar.")
CONSULTAS_LENTAS = Counter("portal_consultas_lentas", "Consultas que pasaron de CONSULTA_LENTA_MS.")
ERRORES_DE_BASE = Counter("portal_errores_de_base", "Consultas que la base no pudo contestar.", ("clase",))
INGRESOS_FALLIDOS = Counter("portal_ingresos_fallidos", "Intentos de ingreso que no entraron.")
LIMITADAS = Counter("portal_peticiones_limitadas", "Peticiones a la API rechazadas por pasar del límite.")


def anotar(request: HttpRequest, respuesta: HttpResponseBase, segundos: float, consultas: int) -> None:
    """Cuenta una respuesta: por dónde pasó, qué contestó y cuánto tardó."""
    ruta, metodo, estado = ruta_de(request, respuesta.status_code), request.method or "", respuesta.status_code
    _contador(ruta, metodo if metodo in METODOS else "OTRO", estado).inc()
    _duracion(ruta).observe(segundos)
    if ruta not in (DE_MEMORIA, ESTATICA):
        CONSULTAS.observe(consultas)
        if estado == 200 and hasattr(request, "etag"):  # la pone la memoria a lo que es igual para cualquiera
            FALLAS_DE_MEMORIA.inc()
        if estado == 429:
            LIMITADAS.inc()
        if ruta == INGRESO and metodo == "POST" and estado != 302:
            INGRESOS_FALLIDOS.inc()


def ruta_de(request: HttpRequest, estado: int) -> str:
    """El nombre de la dirección atendida, con su espacio («admin:index»); uno entre paréntesis si no hubo vista."""
    donde = request.resolver_match
    if donde is not None:
        return donde.view_name or NINGUNA
    if estado in (200, 304):
        return ESTATICA if request.path_info.startswith("/static/") else DE_MEMORIA
    return NINGUNA


@cache
def _contador(ruta: str, metodo: str, estado: int) -> Counter:
    return PETICIONES.labels(ruta, metodo, str(estado))


@cache
def _duracion(ruta: str) -> Histogram:
    return DURACION.labels(ruta)
