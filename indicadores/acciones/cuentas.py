"""Lo que un Administrador hace con las cuentas de otras personas; cada paso queda en el historial de la cuenta.

Nunca pone una clave: da un enlace que sirve una vez, durante una hora, con el que cada persona elige la suya.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from indicadores.acciones import factor, sesiones
from indicadores.acciones.comun import exigir_motivo, momento
from indicadores.errores import PermisoDenegado, TransicionInvalida
from indicadores.permisos import Accion, comprobar

ASUNTO = "Su clave del portal de la Política Nacional Penitenciaria"


@dataclass(frozen=True, slots=True)
class Enlace:
    """Un enlace para poner la clave: la dirección y, si se mandó por correo, a quién (entonces no se muestra)."""

    direccion: str
    enviado_a: str = ""


def hay_correo() -> bool:
    """Si los correos salen de verdad: con ``EMAIL_URL`` y con la dirección pública de los enlaces."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend") and bool(settings.DIRECCION_PUBLICA)


def dar_enlace(cuenta: User, *, por: User, motivo: str, raiz: str) -> Enlace:
    """Un enlace para que ``cuenta`` ponga su clave: se le manda por correo o, si no se puede, se devuelve.

    ``raiz`` es el comienzo de las direcciones del portal, por si no hay ``DIRECCION_PUBLICA``.
    """
    _comprobar(por, cuenta)
    limpio = exigir_motivo(motivo, "dar el enlace")
    if not cuenta.is_active:
        raise TransicionInvalida("La cuenta está desactivada: actívela antes de darle un enlace.")
    enlace = Enlace(direccion_del_enlace(cuenta, raiz))
    por_correo = bool(cuenta.email) and hay_correo()
    with transaction.atomic():
        _anotar(cuenta, por, f"Se le dio un enlace para poner su clave{', por correo' if por_correo else ''}. {limpio}")
        if por_correo:
            mandar_enlace(cuenta, raiz)
            enlace = Enlace("", cuenta.email)
    return enlace


def direccion_del_enlace(cuenta: User, raiz: str) -> str:
    """La dirección, que vale :data:`settings.PASSWORD_RESET_TIMEOUT` segundos y deja de valer al usarse."""
    quien = urlsafe_base64_encode(force_bytes(cuenta.pk))
    ruta = reverse("admin:clave_nueva", args=[quien, default_token_generator.make_token(cuenta)])
    return f"{(settings.DIRECCION_PUBLICA or raiz).rstrip('/')}{ruta}"


def mandar_enlace(cuenta: User, raiz: str = "") -> None:
    """El correo con el enlace. Levanta ``OSError`` (``SMTPException`` lo es) si el servidor de correo no lo acepta."""
    cuerpo = (
        f"Alguien pidió una clave nueva para la cuenta «{cuenta.get_username()}» del portal de la Política Nacional "
        "Penitenciaria al 2030. Si fue usted, póngala aquí antes de una hora; el enlace sirve una sola vez:\n\n"
        f"{direccion_del_enlace(cuenta, raiz)}\n\n"
        "Si no fue usted, no haga nada: su clave sigue siendo la misma.\n"
    )
    EmailMessage(ASUNTO, cuerpo, settings.DEFAULT_FROM_EMAIL, [cuenta.email]).send()


def restablecer_factor(cuenta: User, *, por: User, motivo: str) -> None:
    """Quita el segundo factor de ``cuenta`` (perdió el teléfono) y cierra sus sesiones: pondrá otro al entrar."""
    _comprobar(por, cuenta)
    limpio = exigir_motivo(motivo, "quitar el segundo factor")
    with transaction.atomic():
        if not factor.quitar(cuenta):
            raise TransicionInvalida("Esta cuenta no tiene segundo factor.")
        sesiones.cerrar_sesiones(cuenta)
        _anotar(cuenta, por, f"Se le quitó el segundo factor. {limpio}")


def cerrar_sesiones(cuenta: User, *, por: User, motivo: str) -> int:
    """Cierra ya todas las sesiones de ``cuenta``; cuántas eran."""
    _comprobar(por, cuenta)
    limpio = exigir_motivo(motivo, "cerrar las sesiones")
    with transaction.atomic():
        cuantas = sesiones.cerrar_sesiones(cuenta)
        _anotar(cuenta, por, f"Se cerraron sus sesiones ({cuantas}). {limpio}")
    return cuantas


def desbloquear(cuenta: User, *, por: User, motivo: str) -> None:
    """Olvida los intentos fallidos de entrar con ``cuenta``."""
    _comprobar(por, cuenta)
    limpio = exigir_motivo(motivo, "desbloquear")
    with transaction.atomic():
        for intento in AccessAttempt.objects.filter(username=cuenta.get_username()).order_by("pk"):
            intento.delete()
        _anotar(cuenta, por, f"Se levantó el bloqueo de su ingreso. {limpio}")


def fallos_recientes(cuenta: User, *, ahora: datetime | None = None) -> int:
    """Cuántos intentos fallidos cuentan todavía contra ``cuenta``, desde cualquier lugar."""
    desde = momento(ahora) - timedelta(hours=settings.AXES_COOLOFF_TIME)
    intentos = AccessAttempt.objects.filter(username=cuenta.get_username(), attempt_time__gte=desde)
    return int(intentos.aggregate(suma=Sum("failures_since_start"))["suma"] or 0)


def _comprobar(por: User, cuenta: User) -> None:
    comprobar(por, Accion.ADMINISTRAR)
    if cuenta.is_superuser and not por.is_superuser:
        raise PermisoDenegado("A un superusuario solo lo cambia otro superusuario.")
    if cuenta.pk == por.pk:
        raise PermisoDenegado("Esto lo hace otra persona: de su cuenta, usted cambia la clave y el segundo factor.")


def _anotar(cuenta: User, por: User, que: str) -> None:
    LogEntry.objects.log_actions(por.pk, [cuenta], CHANGE, change_message=que, single_object=True)
