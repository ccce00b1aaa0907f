"""La puerta por la que un lector señala un error: su formulario y cuántas veces se admite desde una dirección."""

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from indicadores.acciones.senalados import LARGO_MAXIMO
from indicadores.errores import FalloDeLaCache

#: Cuántos errores puede señalar una dirección en un lapso (en segundos).
LIMITE, LAPSO = 5, 60 * 60
_recibos = Signer(salt="errores-senalados")


class SenalarForm(forms.Form):
    """Qué está mal y, si quiere respuesta, un correo. ``sitio`` es un señuelo: nadie lo ve, lo llenan los robots."""

    texto = forms.CharField(
        label="Qué está mal",
        max_length=LARGO_MAXIMO,
        widget=forms.Textarea(attrs={"rows": 6, "aria-describedby": "ayuda-texto"}),
        error_messages={"required": "Cuente qué está mal."},
    )
    correo = forms.EmailField(
        label="Su correo, si quiere respuesta",
        required=False,
        error_messages={"invalid": "Eso no es una dirección de correo: se espera algo como nombre@servidor.pe."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "aria-describedby": "ayuda-correo"}),
    )
    sitio = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for nombre in ("texto", "correo") if self.is_bound else ():
            if nombre in self.errors:
                atributos = self.fields[nombre].widget.attrs
                atributos |= {"aria-invalid": "true", "aria-describedby": f"ayuda-{nombre} error-{nombre}"}


def admite_otro(request: HttpRequest) -> bool:
    """Cuenta este envío y dice si su dirección todavía no pasa de :data:`LIMITE` en :data:`LAPSO` segundos.

    La dirección no se guarda, solo una huella con clave. Sin memoria compartida (``CACHE_URL``) cuenta cada proceso.
    """
    clave = f"senalar-{salted_hmac('senalar', _direccion(request)).hexdigest()}"
    try:
        cache.add(clave, 0, LAPSO)
        return cache.incr(clave) <= LIMITE
    except ValueError:  # venció entre una línea y la otra: es el primero del lapso nuevo
        cache.set(clave, 1, LAPSO)
        return True
    except FalloDeLaCache:  # sin dónde contar se atiende: lo que alguien escribió no se pierde
        return True


def _direccion(request: HttpRequest) -> str:
    """La dirección de quien envía: en producción, la última de X-Forwarded-For, que es la que vio el intermediario."""
    reenviada = request.headers.get("X-Forwarded-For", "")
    if settings.REST_FRAMEWORK["NUM_PROXIES"] and reenviada:
        return reenviada.split(",")[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def recibo(numero: int) -> str:
    """El número de lo señalado, firmado: la página de gracias solo muestra números que dio el portal."""
    return _recibos.sign(str(numero))


def leer_recibo(texto: str) -> str:
    """El número que lleva un recibo nuestro; vacío si no lo es."""
    try:
        return _recibos.unsign(texto)
    except BadSignature:
        return ""
