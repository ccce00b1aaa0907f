"""Lo que un Administrador hace con la cuenta de otra persona: cada paso explica, pide la razón y queda anotado."""

from collections.abc import Callable
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from indicadores.acciones import cuentas
from indicadores.acciones.cuentas import Enlace
from indicadores.admin.expediente import MotivoForm
from indicadores.errores import ErrorDelDominio
from indicadores.formato import plural
from indicadores.permisos import Accion, Rol, puede


@dataclass(frozen=True, slots=True)
class Paso:
    """``hacer`` recibe la petición, la cuenta y la razón; devuelve lo que se dice o el enlace que se muestra."""

    titulo: str
    entradilla: str
    boton: str
    hacer: Callable[[HttpRequest, User, str], str | Enlace]


def _enlace(request: HttpRequest, cuenta: User, motivo: str) -> str | Enlace:
    raiz = request.build_absolute_uri("/")
    enlace = cuentas.dar_enlace(cuenta, por=request.user, motivo=motivo, raiz=raiz)  # type: ignore[arg-type]
    return f"Se mandó el enlace a {enlace.enviado_a}." if enlace.enviado_a else enlace


def _factor(request: HttpRequest, cuenta: User, motivo: str) -> str:
    cuentas.restablecer_factor(cuenta, por=request.user, motivo=motivo)  # type: ignore[arg-type]
    return "Se quitó el segundo factor y se cerraron sus sesiones."


def _sesiones(request: HttpRequest, cuenta: User, motivo: str) -> str:
    cuantas = cuentas.cerrar_sesiones(cuenta, por=request.user, motivo=motivo)  # type: ignore[arg-type]
    return f"Se cerraron {plural(cuantas, 'sesión', 'sesiones')}."


def _desbloquear(request: HttpRequest, cuenta: User, motivo: str) -> str:
    cuentas.desbloquear(cuenta, por=request.user, motivo=motivo)  # type: ignore[arg-type]
    return "Ya puede volver a intentar entrar."


PASOS: dict[str, Paso] = {
    "enlace": Paso(
        "Dar un enlace para poner la clave",
        "La persona elige su clave con un enlace que sirve una vez, durante una hora. Si la cuenta tiene correo y el "
        "portal puede mandarlo, se le envía; si no, se muestra aquí una sola vez para entregarlo por un medio seguro. "
        "Su clave de ahora sirve hasta que ponga la otra.",
        "Dar el enlace",
        _enlace,
    ),
    "segundo-factor": Paso(
        "Quitar el segundo factor",
        "Para quien perdió el teléfono y sus códigos de repuesto. Compruebe antes, por otro medio, que quien lo pide "
        "es quien dice ser. Se cierran sus sesiones y al entrar pondrá otro.",
        "Quitar el segundo factor",
        _factor,
    ),
    "sesiones": Paso(
        "Cerrar sus sesiones",
        "La persona sale ya de todos los lugares donde haya entrado; puede volver a entrar. Para que no pueda, "
        "desactive la cuenta: sus sesiones dejan de valer en el acto.",
        "Cerrar sus sesiones",
        _sesiones,
    ),
    "desbloquear": Paso(
        "Levantar el bloqueo",
        "Olvida los intentos fallidos de entrar con esta cuenta. El bloqueo se levanta también solo, un cuarto de hora "
        "después del último intento.",
        "Levantar el bloqueo",
        _desbloquear,
    ),
}


class CuentaNuevaForm(forms.ModelForm[User]):
    """Una cuenta del personal, sin clave: la elige la persona con el enlace que se le da después."""

    groups = forms.ModelMultipleChoiceField(
        label="roles",
        queryset=Group.objects.filter(name__in=[rol.value for rol in Rol]).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Lo que la cuenta puede hacer.",
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups")

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = True
        self.instance.set_unusable_password()
        return super().save(commit)


def paso_view(request: HttpRequest, pk: int, paso: str) -> HttpResponse:
    """GET explica y pide la razón; POST lo hace."""
    if not puede(request.user, Accion.ADMINISTRAR):
        raise PermissionDenied
    cual = PASOS.get(paso)
    if cual is None:
        raise Http404("No hay un paso con ese nombre.")
    cuenta = get_object_or_404(User, pk=pk)
    volver = reverse("admin:auth_user_change", args=[cuenta.pk])
    contexto = {**admin.site.each_context(request), "opts": User._meta, "volver": volver, "cuenta": cuenta}
    request.current_app = admin.site.name
    form = MotivoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            dicho = cual.hacer(request, cuenta, form.cleaned_data["motivo"])
        except ErrorDelDominio as error:
            form.explicar(error)
        except (SMTPException, OSError):
            form.add_error(None, "El servidor de correo no aceptó el mensaje: no se dio el enlace. Inténtelo otra vez.")
        else:
            if isinstance(dicho, Enlace):
                mostrado = contexto | {"title": "Enlace para poner la clave", "direccion": dicho.direccion}
                respuesta = TemplateResponse(request, "admin/indicadores/enlace_dado.html", mostrado)
                add_never_cache_headers(respuesta)
                return respuesta
            messages.success(request, dicho)
            return HttpResponseRedirect(volver)
    contexto |= {
        "title": f"{cual.titulo}: {cuenta.get_username()}",
        "entradilla": cual.entradilla,
        "form": form,
        "boton": cual.boton,
    }
    return TemplateResponse(request, "admin/indicadores/confirmar.html", contexto)


def ofrecidos(quien: Any, cuenta: User) -> list[tuple[str, str]]:
    """Dirección y rótulo de cada paso que ``quien`` puede dar con ``cuenta``."""
    if quien.pk == cuenta.pk or (cuenta.is_superuser and not quien.is_superuser):
        return []
    return [(reverse("admin:auth_user_paso", args=[cuenta.pk, nombre]), paso.titulo) for nombre, paso in PASOS.items()]
