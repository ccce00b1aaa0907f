"""Configuración: dos modos, ``demo`` (SQLite, sin claves que poner) y ``produccion`` (todo por el entorno)."""

import importlib.util
import re
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from penitenciaria.configuracion import clave_local, exigir

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
env = environ.Env()

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
]

MIDDLEWARE = [
    "penitenciaria.memoria.Memoria",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "penitenciaria.middleware.api_abierta",
    "penitenciaria.middleware.LoPublicoSoloSeLee",
    "django.middleware.http.ConditionalGetMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Abrir una conexión cuesta más que preguntar si lo público cambió, y eso se pregunta en cada petición.
DATABASES["default"]["CONN_MAX_AGE"] = 60

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
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # horas
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/bloqueado.html"
AXES_VERBOSE = False

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
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "penitenciaria.estaticos.ManifiestoEnUnaHoja"},
}
MEDIA_ROOT = VAR / "archivos"
#: Bytes que puede tener una evidencia; en megabytes en el entorno.
EVIDENCIA_MAXIMO = env.int("EVIDENCIA_MB", default=10) * 2**20

# Seguridad.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if EN_PRODUCCION:
    SECURE_SSL_REDIRECT = True
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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"linea": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"consola": {"class": "logging.StreamHandler", "formatter": "linea"}},
    "root": {"handlers": ["consola"], "level": "WARNING"},
}
