"""El segundo factor de una cuenta: una aplicación que da códigos (TOTP, RFC 6238) y diez códigos de repuesto.

La llave se guarda en claro, porque el algoritmo la necesita; los códigos de repuesto no: solo su huella con la clave
del portal. Cada código sirve una vez, y tras uno equivocado hay que esperar cada vez más (1, 2, 4… segundos).
"""

import re
import secrets
from base64 import b32encode
from binascii import unhexlify

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from indicadores.acciones.comun import momento
from indicadores.errores import DatoInvalido

EMISOR = "Política Nacional Penitenciaria"
CUANTOS_DE_REPUESTO = 10
#: Sin 0, 1, o, l ni i, que se confunden al copiarlos a mano.
LETRAS = "abcdefghjkmnpqrstuvwxyz23456789"
LARGO_DE_REPUESTO = 10
NOMBRE = "portal"
NO_ES = "El código no es correcto o ya se usó. Espere a que la aplicación muestre otro y escríbalo."


def tiene(cuenta: User) -> bool:
    """Si ``cuenta`` tiene su segundo factor puesto."""
    return TOTPDevice.objects.filter(user=cuenta, confirmed=True).exists()


def llave_nueva() -> str:
    """Una llave al azar de 160 bits, en hexadecimal; no se guarda hasta que se confirme."""
    return random_hex(20)


def en_letras(llave: str) -> str:
    """La llave como se escribe a mano en la aplicación: base32, en grupos de cuatro."""
    texto = b32encode(unhexlify(llave)).decode()
    return " ".join(re.findall(".{1,4}", texto))


def direccion_de_la_llave(cuenta: User, llave: str) -> str:
    """Lo que lleva el código QR (``otpauth://totp/…``)."""
    return TOTPDevice(user=cuenta, key=llave).config_url


def poner(cuenta: User, *, llave: str, codigo: str) -> list[str]:
    """Pone el segundo factor si ``codigo`` es el de ahora; devuelve los códigos de repuesto, que no se verán más.

    Levanta :class:`DatoInvalido` si el código no es correcto o la cuenta ya tenía uno.
    """
    totp = TOTP(unhexlify(llave))
    totp.time = momento(None).timestamp()
    limpio = _limpiar(codigo)
    if not (limpio.isascii() and limpio.isdecimal() and len(limpio) == 6 and totp.verify(int(limpio), tolerance=1)):
        raise DatoInvalido(
            "Ese no es el código que corresponde a esta llave. Compruebe que el reloj del teléfono esté en hora y "
            "escriba el código que muestra ahora.",
            campo="codigo",
        )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=cuenta.pk)
        if tiene(cuenta):
            raise DatoInvalido("Esta cuenta ya tiene un segundo factor. Quítelo antes de poner otro.", campo="codigo")
        # ``last_t``: el código con que se confirmó ya se usó.
        TOTPDevice.objects.create(user=cuenta, name=NOMBRE, key=llave, confirmed=True, last_t=totp.t())
        return _repuestos(cuenta)


def verificar(cuenta: User, codigo: str) -> bool:
    """Si ``codigo`` es el de la aplicación o uno de repuesto sin usar; lo gasta."""
    limpio = _limpiar(codigo)
    if limpio.isascii() and limpio.isdecimal() and len(limpio) == 6:
        aparato, dicho = TOTPDevice.objects.filter(user=cuenta, confirmed=True).order_by("pk").first(), limpio
    else:
        aparato = StaticDevice.objects.filter(user=cuenta, confirmed=True).order_by("pk").first()
        dicho = _huella(cuenta, limpio)
    return aparato is not None and verify_token(cuenta, aparato.persistent_id, dicho) is not None


def repuestos_nuevos(cuenta: User) -> list[str]:
    """Cambia los códigos de repuesto por otros diez; los anteriores dejan de servir."""
    with transaction.atomic():
        return _repuestos(cuenta)


def cuantos_quedan(cuenta: User) -> int:
    """Los códigos de repuesto sin usar."""
    return StaticToken.objects.filter(device__user=cuenta).count()


def quitar(cuenta: User) -> bool:
    """Quita el segundo factor y sus códigos; si había."""
    with transaction.atomic():
        StaticToken.objects.filter(device__user=cuenta).delete()
        for aparato in StaticDevice.objects.filter(user=cuenta).order_by("pk"):
            aparato.delete()
        return bool(TOTPDevice.objects.filter(user=cuenta).delete()[0])


def _repuestos(cuenta: User) -> list[str]:
    aparato, _ = StaticDevice.objects.get_or_create(user=cuenta, name=NOMBRE, confirmed=True)
    StaticToken.objects.filter(device=aparato).delete()
    codigos = ["".join(secrets.choice(LETRAS) for _ in range(LARGO_DE_REPUESTO)) for _ in range(CUANTOS_DE_REPUESTO)]
    StaticToken.objects.bulk_create(StaticToken(device=aparato, token=_huella(cuenta, uno)) for uno in codigos)
    return [f"{uno[:5]}-{uno[5:]}" for uno in codigos]


def _limpiar(codigo: str) -> str:
    """Sin espacios ni guiones, que son para leerlo mejor."""
    return re.sub(r"[\s-]", "", codigo).lower()[:32]


def _huella(cuenta: User, codigo: str) -> str:
    """80 bits del HMAC del código con la clave del portal: lo que cabe en el campo de django-otp."""
    resumen = salted_hmac("codigo-de-repuesto", f"{cuenta.pk}:{codigo}", algorithm="sha256").digest()
    return b32encode(resumen[:10]).decode()
