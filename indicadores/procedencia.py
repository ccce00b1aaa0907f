"""De dónde viene una petición, y cuántas veces se admite algo desde un mismo lugar."""

from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from indicadores.errores import FalloDeLaCache


def direccion_de(request: HttpRequest) -> str | None:
    """La dirección IP de quien pide: en producción, la última de ``X-Forwarded-For``, que es la que vio nginx.

    Las anteriores las escribe quien quiera y no cuentan. None si no es una dirección IP (un socket Unix, una prueba).
    """
    texto = request.META.get("REMOTE_ADDR", "")
    if settings.REST_FRAMEWORK["NUM_PROXIES"] and (reenviada := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        texto = reenviada.split(",")[-1].strip()
    try:
        return str(ip_address(texto))
    except ValueError:
        return None


def admite_otro(que: str, quien: str, *, limite: int, lapso: int) -> bool:
    """Cuenta un intento más de ``que`` por ``quien`` y dice si todavía no pasa de ``limite`` en ``lapso`` segundos.

    ``quien`` no se guarda, solo una huella con clave. Sin memoria compartida (``CACHE_URL``) cuenta cada proceso.
    """
    clave = f"{que}-{salted_hmac(que, quien).hexdigest()}"
    try:
        cache.add(clave, 0, lapso)
        return int(cache.incr(clave)) <= limite
    except ValueError:  # venció entre una línea y la otra: es el primero del lapso nuevo
        cache.set(clave, 1, lapso)
        return True
    except FalloDeLaCache:  # sin dónde contar se atiende: el límite cuida al portal, no al revés
        return True
