"""Entrar del todo: el segundo factor, sus códigos de repuesto y la clave olvidada."""

from typing import Any

import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401 — se importan antes de retirar lo que inscriben
import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse, reverse_lazy
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from indicadores.acciones import factor, sesiones
from indicadores.acciones.cuentas import hay_correo
from indicadores.errores import DatoInvalido
from indicadores.forms import FormularioDeVerbo
from indicadores.procedencia import admite_otro, direccion_de
from indicadores.tareas import mandar_enlace_de_clave

#: Códigos equivocados que se admiten antes de volver a pedir la clave.
FALLOS_POR_INGRESO = 5
#: Cuántos enlaces puede pedir un lugar, y cuántos se mandan a un correo, en un lapso (en segundos).
DESDE_UN_LUGAR, A_UN_CORREO, LAPSO = 10, 3, 60 * 60
LLAVE_POR_CONFIRMAR = "llave_por_confirmar"
COMO_CODIGO = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false", "autocapitalize": "off"}
COMO_CLAVE = {"autocomplete": "current-password"}


class CodigoForm(FormularioDeVerbo):
    codigo = forms.CharField(
        label="código",
        max_length=40,
        widget=forms.TextInput(attrs=COMO_CODIGO | {"autofocus": True}),
        help_text="Seis cifras. Si no tiene el teléfono a mano, uno de sus códigos de repuesto.",
        error_messages={"required": "Escriba el código."},
    )


class ConfirmarForm(FormularioDeVerbo):
    codigo = forms.CharField(
        label="código que muestra la aplicación",
        max_length=40,
        widget=forms.TextInput(attrs=COMO_CODIGO | {"inputmode": "numeric"}),
        help_text="Seis cifras; cambian cada 30 segundos.",
        error_messages={"required": "Escriba el código que muestra la aplicación."},
    )


class ClaveYCodigoForm(FormularioDeVerbo):
    clave = forms.CharField(
        label="su clave",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=COMO_CLAVE),
        error_messages={"required": "Escriba su clave."},
    )
    codigo = forms.CharField(
        label="código",
        max_length=40,
        widget=forms.TextInput(attrs=COMO_CODIGO),
        help_text="De la aplicación o de repuesto.",
        error_messages={"required": "Escriba un código."},
    )


class CorreoForm(FormularioDeVerbo):
    correo = forms.CharField(
        label="correo de su cuenta",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={"required": "Escriba su correo."},
    )

    def clean_correo(self) -> str:
        correo = str(self.cleaned_data["correo"]).strip()
        try:
            validate_email(correo)
        except ValidationError as error:
            raise ValidationError("Eso no es una dirección de correo: se espera algo como ana@ejemplo.pe.") from error
        return correo


# --- El segundo factor al entrar --------------------------------------------------------------------------------------


@never_cache
@csrf_protect
@sensitive_post_parameters("codigo")
@require_http_methods(["GET", "HEAD", "POST"])
def segundo_factor(request: HttpRequest) -> HttpResponse:
    """Pide el código a quien ya dio su clave; si todavía no tiene de dónde sacarlo, lo manda a ponerlo."""
    siguiente = _siguiente(request)
    cuenta = _a_medias(request)
    if cuenta is None:
        return HttpResponseRedirect(siguiente if request.user.is_authenticated else reverse("admin:login"))
    if "salir" in request.POST:
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    if not factor.tiene(cuenta):
        return HttpResponseRedirect(reverse("admin:segundo_factor_poner"))
    form = CodigoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if factor.verificar(cuenta, form.cleaned_data["codigo"]):
            sesiones.completar(request.session)
            return HttpResponseRedirect(siguiente)
        if sesiones.anotar_fallo(request.session) >= FALLOS_POR_INGRESO:
            logout(request)
            messages.error(request, "Demasiados códigos equivocados. Vuelva a entrar con su clave.")
            return HttpResponseRedirect(reverse("admin:login"))
        form.add_error("codigo", factor.NO_ES)
    contexto = {
        "title": "Segundo factor",
        "entradilla": "Escriba el código que muestra su aplicación de códigos.",
        "form": form,
        "boton": "Entrar",
        "siguiente": siguiente,
        "se_sale": True,
        "ayuda": "Si perdió el teléfono y los códigos de repuesto, una persona con el rol Administrador puede quitarle "
        "el segundo factor para que ponga otro.",
    }
    return _pagina(request, "registration/paso.html", contexto)


@never_cache
@csrf_protect
@sensitive_post_parameters("codigo", "clave")
@require_http_methods(["GET", "HEAD", "POST"])
def segundo_factor_poner(request: HttpRequest) -> HttpResponse:
    """Poner el segundo factor, ver cómo está, cambiar los códigos de repuesto o quitarlo."""
    cuenta = _a_medias(request) or (request.user if request.user.is_authenticated else None)
    if cuenta is None:
        return HttpResponseRedirect(f"{reverse('admin:login')}?next={request.path}")
    if factor.tiene(cuenta):
        # A medias no se cambia nada: primero, el código.
        a_medias = _a_medias(request) is not None
        return HttpResponseRedirect(reverse("admin:segundo_factor")) if a_medias else _el_puesto(request, cuenta)
    form = ConfirmarForm(request.POST if request.method == "POST" else None)
    llave = request.session.get(LLAVE_POR_CONFIRMAR)
    if llave is None:
        llave = request.session[LLAVE_POR_CONFIRMAR] = factor.llave_nueva()
    if form.is_bound and form.is_valid():
        try:
            codigos = factor.poner(cuenta, llave=llave, codigo=form.cleaned_data["codigo"])
        except DatoInvalido as error:
            form.explicar(error)
        else:
            del request.session[LLAVE_POR_CONFIRMAR]
            sesiones.completar(request.session)
            sesiones.cerrar_sesiones(cuenta, menos=request.session.session_key)
            return _los_repuestos(request, codigos, "Segundo factor puesto")
    qr = segno.make(factor.direccion_de_la_llave(cuenta, llave), error="m", micro=False)
    contexto = {
        "title": "Ponga su segundo factor",
        "form": form,
        "obligado": settings.EXIGIR_SEGUNDO_FACTOR,
        "qr": qr.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"),
        "llave": factor.en_letras(llave),
        "se_sale": _a_medias(request) is not None,
    }
    return _pagina(request, "registration/poner_factor.html", contexto)


def _el_puesto(request: HttpRequest, cuenta: User) -> HttpResponse:
    """Cómo está el segundo factor de quien ya lo tiene; con su clave y un código, lo cambia."""
    form = ClaveYCodigoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        vale = factor.verificar(cuenta, form.cleaned_data["codigo"])
        if not (vale and cuenta.check_password(form.cleaned_data["clave"])):
            if sesiones.anotar_fallo(request.session) >= FALLOS_POR_INGRESO:
                logout(request)
                messages.error(request, "Demasiados intentos equivocados. Vuelva a entrar.")
                return HttpResponseRedirect(reverse("admin:login"))
            form.add_error(None, "La clave o el código no son correctos; cada código sirve una sola vez.")
        elif "quitar" in request.POST:
            factor.quitar(cuenta)
            sesiones.volver_a_medias(request.session, debe=False)
            sesiones.cerrar_sesiones(cuenta, menos=request.session.session_key)
            messages.success(request, "Se quitó el segundo factor de su cuenta.")
            return HttpResponseRedirect(reverse("admin:segundo_factor_poner"))
        else:
            return _los_repuestos(request, factor.repuestos_nuevos(cuenta), "Códigos de repuesto nuevos")
    contexto = {
        "title": "Su segundo factor",
        "form": form,
        "quedan": factor.cuantos_quedan(cuenta),
        "total": factor.CUANTOS_DE_REPUESTO,
        "obligado": settings.EXIGIR_SEGUNDO_FACTOR,
    }
    return _pagina(request, "registration/factor.html", contexto)


def _los_repuestos(request: HttpRequest, codigos: list[str], titulo: str) -> HttpResponse:
    """La única vez que se ven."""
    respuesta = _pagina(request, "registration/repuestos.html", {"title": titulo, "codigos": codigos})
    add_never_cache_headers(respuesta)
    return respuesta


# --- La clave olvidada ------------------------------------------------------------------------------------------------


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def clave_olvidada(request: HttpRequest) -> HttpResponse:
    """Pide el enlace por correo. Contesta lo mismo, y tarda lo mismo, exista o no una cuenta con ese correo."""
    contexto: dict[str, Any] = {"title": "Una clave nueva", "form": None, "se_sale": False}
    if not hay_correo():
        contexto["entradilla"] = (
            "El portal no puede mandar correos. Pida a una persona con el rol Administrador un enlace para poner su "
            "clave: sirve una vez, durante una hora."
        )
        return _pagina(request, "registration/paso.html", contexto)
    form = CorreoForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        correo = form.cleaned_data["correo"]
        if not admite_otro("clave-lugar", direccion_de(request) or "", limite=DESDE_UN_LUGAR, lapso=LAPSO):
            form.add_error(None, "Desde su conexión ya se pidieron varios enlaces. Espere una hora y reintente.")
            contexto |= {"entradilla": "", "form": form, "boton": "Mandar el enlace"}
            return _pagina(request, "registration/paso.html", contexto, estado=429)
        if admite_otro("clave-correo", correo.casefold(), limite=A_UN_CORREO, lapso=LAPSO):
            mandar_enlace_de_clave.enqueue(correo)
        contexto["title"] = "Revise su correo"
        contexto["entradilla"] = (
            f"Si hay una cuenta con el correo {correo}, en unos minutos recibirá un enlace para poner su clave. Sirve "
            "una vez, durante una hora. Si no llega, mire entre los no deseados o pídalo a una persona con el rol "
            "Administrador."
        )
        return _pagina(request, "registration/paso.html", contexto)
    contexto |= {
        "entradilla": "Escriba el correo de su cuenta y le mandaremos un enlace para poner una clave nueva.",
        "form": form,
        "boton": "Mandar el enlace",
    }
    return _pagina(request, "registration/paso.html", contexto)


class ClaveNueva(PasswordResetConfirmView):
    """Pone la clave con un enlace; las demás sesiones de la cuenta se cierran solas al cambiar la clave.

    El segundo factor no se toca: quien lo tenga deberá mostrarlo al entrar.
    """

    template_name = "registration/paso.html"
    success_url = reverse_lazy("admin:login")
    post_reset_login = False
    extra_context = {"boton": "Guardar la clave", "se_sale": False}

    @method_decorator(sensitive_post_parameters("new_password1", "new_password2"))
    @method_decorator(csrf_protect)
    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(*args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        respuesta = super().form_valid(form)
        messages.success(self.request, "Su clave quedó guardada. Entre con ella.")
        return respuesta

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contexto = admin.site.each_context(self.request) | super().get_context_data(**kwargs)
        if self.validlink and self.user is not None:
            contexto |= {"title": "Ponga su clave", "entradilla": f"Cuenta: {self.user.get_username()}."}
        else:
            contexto |= {
                "title": "El enlace ya no sirve",
                "entradilla": "Cada enlace sirve una vez, durante una hora. Pida otro.",
                "form": None,
            }
        return contexto


# --- Comunes ----------------------------------------------------------------------------------------------------------


def _a_medias(request: HttpRequest) -> User | None:
    """La persona que ya dio su clave y no su segundo factor."""
    _ = request.user.is_authenticated  # es al preguntar por ella cuando se averigua
    return getattr(request, "a_medias", None)


def _siguiente(request: HttpRequest) -> str:
    """A dónde iba, si es una dirección de este portal."""
    destino = request.POST.get("next", request.GET.get("next", ""))
    es_nuestra = url_has_allowed_host_and_scheme(destino, {request.get_host()}, require_https=request.is_secure())
    return destino if es_nuestra else reverse("admin:index")


def _pagina(request: HttpRequest, plantilla: str, contexto: dict[str, Any], *, estado: int = 200) -> TemplateResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, plantilla, admin.site.each_context(request) | contexto, status=estado)


# Los aparatos no se gestionan sueltos: cada persona el suyo, y un Administrador solo puede quitarlo.
admin.site.unregister([TOTPDevice, StaticDevice])

_direcciones_de_antes = admin.site.get_urls


def _direcciones() -> list[Any]:
    propias = [
        path("segundo-factor/", segundo_factor, name="segundo_factor"),
        path("segundo-factor/poner/", segundo_factor_poner, name="segundo_factor_poner"),
        path("clave-olvidada/", clave_olvidada, name="clave_olvidada"),
        path("clave-nueva/<uidb64>/<token>/", never_cache(ClaveNueva.as_view()), name="clave_nueva"),
    ]
    return [*propias, *_direcciones_de_antes()]


admin.site.get_urls = _direcciones  # type: ignore[method-assign]
