"""La puerta por la que un lector señala un error: su formulario y cuántas veces se admite desde una dirección."""

from django import forms
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from indicadores import procedencia
from indicadores.acciones.senalados import LARGO_MAXIMO

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
    """Cuenta este envío y dice si su dirección todavía no pasa de :data:`LIMITE` en :data:`LAPSO` segundos."""
    return procedencia.admite_otro("senalar", procedencia.direccion_de(request) or "", limite=LIMITE, lapso=LAPSO)


def recibo(numero: int) -> str:
    """El número de lo señalado, firmado: la página de gracias solo muestra números que dio el portal."""
    return _recibos.sign(str(numero))


def leer_recibo(texto: str) -> str:
    """El número que lleva un recibo nuestro; vacío si no lo es."""
    try:
        return _recibos.unsign(texto)
    except BadSignature:
        return ""
