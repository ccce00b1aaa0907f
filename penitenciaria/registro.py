"""Cómo se escribe el registro: en producción, un objeto JSON por línea y sin datos de personas.

De quién fue una petición se dice, si es del personal, el número de su cuenta; nunca un nombre, un correo, una dirección
IP, una clave ni lo que alguien escribió o buscó. Por eso no se escribe la dirección pedida (puede llevar una búsqueda
o el secreto de un enlace) sino el nombre de su ruta, y de una excepción se escriben su clase, por dónde pasó y su
frase disfrazada: sin lo que trae entre comillas, sin los valores que llegaron en la petición y sin nada que parezca un
correo, una dirección IP o un secreto.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from penitenciaria.peticion import ACTUAL

#: Lo que un registro puede traer además de su frase; lo demás se calla.
PERMITIDOS = ("estado", "ms", "consultas", "consultas_ms", "persona", "sql")
OCULTO = "…"
#: Cuántos pasos de una traza se escriben: los últimos, que son los más cercanos al fallo.
PASOS = 40

CORREO = re.compile(r"[^\s@<>()\[\]«»\"',;:]+@[^\s@<>()\[\]«»\"',;:]+")
IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
#: Ocho grupos, o menos con «::»; una hora (12:30:05) no lo es.
IPV6 = re.compile(r"(?i)(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)[0-9a-f:]{2,39})(?![\w:])")
CONSULTA = re.compile(r"(?<=/)\?\S+|(?<=\w)\?[\w%.\-]+=\S*")
#: La dirección con que gunicorn nombra la petición que no pudo contestar.
PEDIDA = re.compile(r"(?<=request )(?:[A-Z]+ )?/\S*")
SECRETO = re.compile(r"\b[\w\-]{32,}\b")
#: «clave=…», «token: …» y sus parecidos.
ASIGNADO = re.compile(
    r"(?i)\b((?:clave|contrase[ñn]a|passwor[dt]|passwd|secret\w*|token|llave|authorization)\w*)\s*[=:]\s*\S+"
)
ENTRE_COMILLAS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|«[^»\n]*»|“[^”\n]*”|(?<==)\([^)\n]*\)")
#: Un valor más corto aparece en cualquier frase: taparlo la volvería ilegible sin proteger a nadie.
VALOR_MINIMO = 3


class EnJson(logging.Formatter):
    """Un objeto JSON por línea: momento, nivel, origen, mensaje y lo que se sepa de la petición."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zona = ZoneInfo(settings.TIME_ZONE)

    def format(self, record: logging.LogRecord) -> str:
        request = _request_de(record)
        peticion = ACTUAL.get() or getattr(request, "peticion", None)
        linea: dict[str, Any] = {
            "momento": datetime.fromtimestamp(record.created, self.zona).isoformat(timespec="milliseconds"),
            "nivel": record.levelname,
            "origen": record.name,
            "mensaje": _mensaje(record, request),
        }
        if peticion is not None:
            linea |= {"peticion": peticion.id, "metodo": peticion.metodo, "ruta": peticion.marcha.ruta or None}
        linea |= {nombre: valor for nombre in PERMITIDOS if (valor := getattr(record, nombre, None)) is not None}
        if "estado" not in linea and isinstance(estado := getattr(record, "status_code", None), int):
            linea["estado"] = estado
        linea["proceso"] = record.process
        if record.exc_info and record.exc_info[1] is not None:
            linea["errores"] = errores(record.exc_info[1], valores_de(request))
        return json.dumps({n: v for n, v in linea.items() if v is not None}, ensure_ascii=False, default=str)


class EnTexto(logging.Formatter):
    """Para leer en la consola al desarrollar: lo de siempre, con el nombre de la petición."""

    def format(self, record: logging.LogRecord) -> str:
        peticion = ACTUAL.get() or getattr(_request_de(record), "peticion", None)
        record.peticion = peticion.id if peticion else "-"
        return super().format(record)


def errores(error: BaseException, valores: Iterable[str] = ()) -> list[dict[str, Any]]:
    """El error y los que lo causaron: clase, frase disfrazada y traza (archivo, línea y función)."""
    cadena: list[dict[str, Any]] = []
    actual: BaseException | None = error
    while actual is not None and len(cadena) < 5:
        clase = type(actual)
        cadena.append(
            {
                "clase": f"{clase.__module__}.{clase.__qualname__}".removeprefix("builtins."),
                "frase": disfrazar(str(actual), valores, sin_citas=True)[:500],
                "traza": _traza(actual.__traceback__),
            }
        )
        actual = actual.__cause__ or (None if actual.__suppress_context__ else actual.__context__)
    return cadena


def disfrazar(texto: str, valores: Iterable[str] = (), *, sin_citas: bool = False) -> str:
    """``texto`` en una línea, sin ``valores`` ni nada que parezca de una persona o un secreto."""
    for valor in sorted({uno for uno in valores if len(uno) >= VALOR_MINIMO}, key=len, reverse=True):
        texto = re.sub(re.escape(valor), OCULTO, texto, flags=re.IGNORECASE)
    if sin_citas:
        texto = SECRETO.sub(OCULTO, ENTRE_COMILLAS.sub(f"«{OCULTO}»", texto))
    texto = ASIGNADO.sub(rf"\1={OCULTO}", CONSULTA.sub(f"?{OCULTO}", texto))
    for patron in (CORREO, IPV4, IPV6):
        texto = patron.sub(OCULTO, texto)
    return " ".join(texto.split())


def valores_de(request: HttpRequest | None) -> list[str]:
    """Lo que llegó en la petición y quién la hizo: lo que no debe repetirse en el registro."""
    if request is None:
        return []
    escritos = [valor for lista in request.GET.lists() for valor in lista[1]]
    if hasattr(request, "_post"):  # leer el cuerpo aquí podría fallar otra vez
        escritos += [valor for lista in request.POST.lists() for valor in lista[1]]
    escritos += [valor for nombre, valor in request.COOKIES.items() if nombre != "django_language"]
    donde = request.resolver_match
    escritos += [str(valor) for valor in (donde.kwargs.values() if donde else ())]
    cuenta = getattr(request, "_cached_user", None)
    if cuenta is not None and cuenta.is_authenticated:
        escritos += [cuenta.username, cuenta.first_name, cuenta.last_name, cuenta.email]
    return escritos


def seudonimo(
    usuario: str | None, direccion_ip: str | None, navegador: str | None, ruta: str | None, request: HttpRequest | None
) -> str:
    """Cómo nombra django-axes a quien intenta entrar: siempre igual para el mismo, y sin decir quién es."""
    quien = f"{usuario or ''}\n{direccion_ip or ''}".encode("utf-8", "surrogatepass")
    return f"intento {blake2b(quien, key=settings.SECRET_KEY.encode()[:64], digest_size=5).hexdigest()}"


def _mensaje(record: logging.LogRecord, request: HttpRequest | None) -> str:
    if request is None:
        return disfrazar(PEDIDA.sub(OCULTO, record.getMessage()))
    # Django dice la dirección pedida; aquí va el nombre de su ruta, que está en «ruta».
    frase = record.getMessage().replace(request.path, OCULTO)
    return disfrazar(frase, valores_de(request), sin_citas=True)


def _request_de(record: logging.LogRecord) -> HttpRequest | None:
    request = getattr(record, "request", None)
    return request if isinstance(request, HttpRequest) else None


def _traza(ultima: TracebackType | None) -> list[str]:
    pasos = [
        f"{_corta(paso.filename)}:{paso.lineno} {paso.name}"
        for paso in traceback.StackSummary.extract(traceback.walk_tb(ultima), lookup_lines=False)
    ]
    return pasos[-PASOS:]


def _corta(archivo: str) -> str:
    """La ruta desde la raíz del portal, o desde el paquete instalado."""
    _, instalado, resto = archivo.rpartition("site-packages/")
    if instalado:
        return resto
    ruta = Path(archivo)
    return ruta.relative_to(settings.BASE_DIR).as_posix() if ruta.is_relative_to(settings.BASE_DIR) else ruta.name
