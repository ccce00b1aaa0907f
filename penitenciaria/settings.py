"""Configuración: dos modos, ``demo`` (SQLite, sin claves que poner) y ``produccion`` (todo por el entorno)."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from redis.backoff import NoBackoff
from redis.retry import Retry

from penitenciaria.configuracion import clave_local, exigir

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
env = environ.Env()
#: Donde queda lo que sobrevive a una versión del código y no está en la base: archivos adjuntos y respaldos.
DATOS = Path(env.str("CARPETA_DATOS", default=str(VAR)))

MODO = env.str("MODO", default="demo")
exigir(MODO in ("demo", "produccion"), f"MODO es «{MODO}»: use «demo» o «produccion».")
EN_PRODUCCION = MODO == "produccion"
DEBUG = env.bool("DEBUG", default=False)

if EN_PRODUCCION:
    for variable, ejemplo in (
        ("SECRET_KEY", "un texto aleatorio de 50 caracteres o más"),
        ("ALLOWED_HOSTS", "portal.ejemplo.gob.pe"),
        ("DATABASE_URL", "postgres://usuario:clave@servidor:5432/base"),
    ):
        exigir(bool(env.str(variable, default="")), f"Falta {variable}: póngala en el entorno, por ejemplo {ejemplo}.")
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or clave_local(VAR / "clave", get_random_secret_key)
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

#: Clave de las cuentas de demostración; vacía, se genera una y se guarda en ``var/``.
DEMO_CLAVE = env.str("DEMO_CLAVE", default="")

INSTALLED_APPS = [
    "penitenciaria",
    "indicadores",
    "servicios",
    "objetivos",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "penitenciaria.apps.EstaticosConfig",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "simple_history",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "penitenciaria.peticion.ConNombre",
    "penitenciaria.replicas.DondeSeLee",
    "penitenciaria.memoria.Memoria",
    "penitenciaria.middleware.cabeceras_de_seguridad",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "penitenciaria.middleware.api_abierta",
    "penitenciaria.middleware.LoPublicoSoloSeLee",
    "django.middleware.http.ConditionalGetMiddleware",
    "penitenciaria.middleware.politica_de_contenidos",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "penitenciaria.middleware.DerechoALaVista",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "penitenciaria.ingreso.IngresoCompleto",
    "penitenciaria.middleware.SinDesmesuras",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "penitenciaria.urls"
WSGI_APPLICATION = "penitenciaria.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Datos. SQLite escribe con IMMEDIATE para que dos escrituras a la vez esperen en lugar de fallar.
AL_CONECTAR = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
# Una réplica de PostgreSQL donde leer lo público (véase penitenciaria.replicas); sin ella, todo en la principal.
if REPLICA_URL := env.str("REPLICA_URL", default=""):
    DATABASES["replica"] = env.db("REPLICA_URL") | {"TEST": {"MIRROR": "default"}}
    son_postgres = all(base["ENGINE"].endswith("postgresql") for base in DATABASES.values())
    exigir(son_postgres, "REPLICA_URL pide que DATABASE_URL y ella sean de PostgreSQL (postgres://…).")
    DATABASE_ROUTERS = ["penitenciaria.replicas.Enrutador"]
#: Segundos que la réplica puede ir por detrás; con más, lo público se lee en la principal.
REPLICA_RETRASO_MAX = env.float("REPLICA_RETRASO_MAX", default=2.0)
for _base in DATABASES.values():
    if not _base["ENGINE"].endswith("sqlite3"):
        _base["CONN_HEALTH_CHECKS"] = True
        # Una base que se fue sin despedirse se nota en segundos; lo que diga la propia dirección manda.
        _base["OPTIONS"] = AL_CONECTAR | _base.get("OPTIONS", {})
    # Abrir una conexión cuesta más que preguntar si lo público cambió, y eso se pregunta en cada petición.
    _base["CONN_MAX_AGE"] = 60

# Personas e ingreso.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nombre}"}
    for nombre in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
CSRF_FAILURE_VIEW = "penitenciaria.paginas.formulario_vencido"
#: El personal entra con un segundo factor (TOTP); sin él, solo llega a la página de ponerlo.
EXIGIR_SEGUNDO_FACTOR = env.bool("EXIGIR_SEGUNDO_FACTOR", default=EN_PRODUCCION)
OTP_TOTP_ISSUER = "Política Nacional Penitenciaria"
#: Segundos que sirve un enlace para poner la clave.
PASSWORD_RESET_TIMEOUT = 60 * 60
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # horas
#: Cada combinación, con los fallos que admite (indicadores.vigilante); la primera es AXES_FAILURE_LIMIT.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_TECHOS = (AXES_FAILURE_LIMIT, 50, 100)
AXES_HANDLER = "indicadores.vigilante.Vigilante"
AXES_USERNAME_CALLABLE = "indicadores.vigilante.nombre_de"
AXES_CLIENT_IP_CALLABLE = "indicadores.procedencia.direccion_de"
AXES_LOCKOUT_TEMPLATE = "registration/bloqueado.html"
AXES_VERBOSE = False
AXES_CLIENT_STR_CALLABLE = "penitenciaria.registro.seudonimo"

# Idioma: la separación de millares la escribe indicadores.formato, nunca Django (si no, los años llevarían punto).
LANGUAGE_CODE = "es"
TIME_ZONE = "America/Lima"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Archivos estáticos: con huella, comprimidos y con caché larga; plotly.js viene del paquete de Python.
_plotly = importlib.util.find_spec("plotly")
exigir(_plotly is not None and _plotly.origin is not None, "Falta el paquete plotly: instale requirements.txt.")
STATIC_URL = "static/"
STATIC_ROOT = VAR / "estaticos"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("plotly", Path(_plotly.origin).parent / "package_data"),  # type: ignore[union-attr, arg-type]
]
STORAGES = {
    "default": {"BACKEND": "penitenciaria.archivos.ArchivosEnteros"},
    "staticfiles": {"BACKEND": "penitenciaria.estaticos.ManifiestoEnUnaHoja"},
}
MEDIA_ROOT = DATOS / "archivos"
#: Donde `manage.py respaldar` deja los respaldos si no se le dice otra carpeta.
RESPALDOS_DIR = DATOS / "respaldos"
#: La frase que los cifra; vacía, no se cifran.
RESPALDO_CLAVE = env.str("RESPALDO_CLAVE", default="")
#: Lo último que dejaron dicho las órdenes (la verificación, la señal del trabajador); se puede borrar.
ESTADO_DIR = DATOS / "estado"
#: Bytes que puede tener una evidencia; en megabytes en el entorno.
EVIDENCIA_MAXIMO = env.int("EVIDENCIA_MB", default=10) * 2**20

# Seguridad.
#: A quién avisar de un fallo de seguridad (/.well-known/security.txt); vacío, no se publica.
CONTACTO_SEGURIDAD = env.str("CONTACTO_SEGURIDAD", default="")
exigir(
    re.fullmatch(r"(?:mailto:\S+@\S+|https://\S+)?", CONTACTO_SEGURIDAD) is not None,
    f"CONTACTO_SEGURIDAD es «{CONTACTO_SEGURIDAD}»: use mailto:seguridad@ejemplo.gob.pe o una dirección https://.",
)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
#: Segundos que dura un ingreso, se use o no, y los que aguanta sin usarse.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESION_INACTIVA = 30 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if EN_PRODUCCION:
    SECURE_SSL_REDIRECT = True
    # Quien vigila pregunta a cada proceso, dentro de la máquina y sin TLS.
    SECURE_REDIRECT_EXEMPT = [r"^salud/", r"^metricas$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# API v1.
LIMITE_API = env.str("LIMITE_API", default="600/min" if EN_PRODUCCION else "") or None
#: El de quien trae una llave, salvo que la llave tenga el suyo.
LIMITE_API_TOKEN = env.str("LIMITE_API_TOKEN", default="3000/min" if EN_PRODUCCION else "") or None
for _nombre, _limite in (("LIMITE_API", LIMITE_API), ("LIMITE_API_TOKEN", LIMITE_API_TOKEN)):
    exigir(
        _limite is None or re.fullmatch(r"[1-9]\d{0,8}/(s|sec|m|min|h|hour|d|day)", _limite) is not None,
        f"{_nombre} es «{_limite}»: escriba cuántas peticiones por lapso, por ejemplo 600/min, o nada.",
    )
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["indicadores.api.json_veloz.JSONVeloz"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["penitenciaria.api.llaves.PorLlave"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_THROTTLE_CLASSES": ["penitenciaria.api.limites.LimitePorCliente"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "penitenciaria.api.errores.responder_error",
    # En producción hay un intermediario delante y la última dirección de X-Forwarded-For es la que él vio.
    "NUM_PROXIES": 1 if EN_PRODUCCION else 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "UNICODE_JSON": True,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "API de la Política Nacional Penitenciaria al 2030",
    "DESCRIPTION": "Las mismas cifras que muestran las páginas, de solo lectura y sin registro.",
    "VERSION": "1.1.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["indicadores.api.documentacion.admitir_vacios"],
}

# Trabajos de fondo: la cola es una tabla; los hace `manage.py db_worker`, y los que queden a medias se retoman.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
    # Sin Redis se sigue igual, solo que más despacio: se nota pronto y no se insiste (redis-py, por sí, tarda mucho).
    sin_insistir: dict[str, Any] = {"socket_connect_timeout": 0.5, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}
    CACHES["default"]["OPTIONS"] = sin_insistir | CACHES["default"].get("OPTIONS", {})
#: Megabytes de respuestas ya hechas que recuerda cada proceso (véase penitenciaria.memoria); 0, ninguna.
MEMORIA_MB = env.int("MEMORIA_MB", default=64)
#: Con una caché compartida (CACHE_URL), los procesos se prestan lo que ya hicieron.
MEMORIA_EN_COMUN = not CACHES["default"]["BACKEND"].endswith((".LocMemCache", ".DummyCache"))

# Correo: por defecto se escribe en la consola; en producción, EMAIL_URL (smtp+tls://usuario:clave@servidor:587).
globals().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("CORREO_REMITENTE", default="portal@localhost")
#: De aquí salen los enlaces de los correos; sin ella, `manage.py avisar` dice que falta.
DIRECCION_PUBLICA = env.str(
    "DIRECCION_PUBLICA", default="" if EN_PRODUCCION else f"http://127.0.0.1:{env.str('PUERTO', default='8000')}"
)

# Registro y métricas (véase docs/observabilidad.md).
#: «json»: una línea por hecho, sin datos de personas, para un recolector; «texto»: para leer al desarrollar.
REGISTRO = env.str("REGISTRO", default="json" if EN_PRODUCCION else "texto")
exigir(REGISTRO in ("json", "texto"), f"REGISTRO es «{REGISTRO}»: use «json» o «texto».")
#: Milisegundos desde los que una consulta a la base se anota; 0, ninguna.
CONSULTA_LENTA_MS = env.int("CONSULTA_LENTA_MS", default=500 if EN_PRODUCCION else 0)
#: Quien traiga «Authorization: Bearer …» con esta llave lee /metricas y el detalle de /salud/listo/ desde otra máquina.
METRICAS_LLAVE = env.str("METRICAS_LLAVE", default="")
exigir(not METRICAS_LLAVE or len(METRICAS_LLAVE) >= 32, "METRICAS_LLAVE es corta: use 32 caracteres al azar o más.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "penitenciaria.registro.EnJson"},
        "texto": {
            "()": "penitenciaria.registro.EnTexto",
            "format": "{asctime} {levelname} {name} [{peticion}] {message}",
            "style": "{",
        },
    },
    "handlers": {
        "consola": {
            "class": "logging.StreamHandler",
            "formatter": REGISTRO,
            "stream": "ext://sys.stdout" if REGISTRO == "json" else "ext://sys.stderr",
        }
    },
    "root": {"handlers": ["consola"], "level": "WARNING"},
    # Sin el correo a los administradores que Django trae: llevaría la petición entera, con sus datos.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Lo que un visitante pide mal no es un suceso: lo cuenta nginx.
        "django.request": {"level": "ERROR" if REGISTRO == "json" else "WARNING"},
    },
}
