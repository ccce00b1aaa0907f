"""Los formularios de las cifras: recogen lo que una persona escribe y se lo entregan a los verbos.

Validan solo la forma (un entero, una fecha, una opción). El valor viaja como texto hasta el verbo, que es quien conoce
la unidad del indicador; lo que el verbo rechaza vuelve aquí junto a su campo (:meth:`FormularioDeVerbo.explicar`).
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models

from indicadores.acciones.comun import leer_valor
from indicadores.errores import DatoInvalido, ErrorDelDominio
from indicadores.formato import NumeroInvalido, escribir_editable, leer_decimal
from indicadores.models import LineaBase, LogroEsperado, Medicion, Umbral
from indicadores.models.cifras import MOTIVOS

SIN_ELEGIR = [("", "—")]
NUMERICO = {"inputmode": "decimal", "autocomplete": "off", "class": "vCifra"}


class CampoEntero(forms.CharField):
    """Un conteo escrito por una persona: «30.326» o «30 326» valen 30326; vacío es None."""

    widget = forms.TextInput(attrs=NUMERICO | {"inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        texto = super().to_python(value)
        if not texto:
            return None
        try:
            return int(leer_decimal(texto, entero=True))
        except NumeroInvalido as error:
            raise forms.ValidationError(str(error)) from error


class CampoDecimal(forms.CharField):
    """Un número con decimales escrito por una persona; vacío es un error si el campo es obligatorio."""

    widget = forms.TextInput(attrs=NUMERICO)

    def to_python(self, value: Any) -> Any:
        texto = super().to_python(value)
        if not texto:
            return None
        try:
            return leer_decimal(texto)
        except NumeroInvalido as error:
            raise forms.ValidationError(str(error)) from error


def elegir(modelo: type[models.Model], campo: str, *, ayuda: str = "", obligatorio: str = "") -> forms.ModelChoiceField:
    """El campo que busca mientras se escribe, entre los objetos a los que apunta ``modelo.campo``.

    ``obligatorio`` es la frase que se dice si queda vacío; sin ella, puede quedar.
    """
    relacion: Any = modelo._meta.get_field(campo)
    return forms.ModelChoiceField(
        queryset=relacion.related_model._default_manager.all(),
        label=str(relacion.verbose_name),
        required=bool(obligatorio),
        error_messages={"required": obligatorio, "invalid_choice": "Elija uno de la lista."},
        help_text=ayuda,
        widget=AutocompleteSelect(relacion, admin.site, attrs={"data-placeholder": "Escriba para buscar…"}),
    )


class FormularioDeVerbo(forms.Form):
    """La base: sabe mostrar el rechazo de un verbo en el lugar que le corresponde."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))

    def explicar(self, error: ErrorDelDominio) -> None:
        """Pone la frase de ``error`` junto a su campo o, si no es de ninguno, arriba."""
        campo = error.campo if isinstance(error, DatoInvalido) else None
        self.add_error(campo if campo in self.fields else None, str(error))

    def datos(self) -> dict[str, Any]:
        """Los argumentos del verbo, ya con su tipo."""
        return dict(self.cleaned_data)


class ConValor(FormularioDeVerbo):
    """Un valor, o por qué no lo hay."""

    valor = forms.CharField(
        label="valor",
        required=False,
        widget=forms.TextInput(attrs=NUMERICO),
        help_text="Escríbalo como lo lee: 34,9 o 34.9; los millares, 1.234,5.",
    )
    motivo_ausencia = forms.ChoiceField(
        label="motivo de la ausencia",
        required=False,
        choices=SIN_ELEGIR + MOTIVOS,
        help_text="Solo si no hay valor: una ausencia con su razón también es información; nunca es un cero.",
    )
    texto_ausencia = forms.CharField(
        label="explicación de la ausencia", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    fecha_compromiso = forms.DateField(
        label="fecha de compromiso",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Si alguien se comprometió a tener el valor para un día.",
    )

    def clean_valor(self) -> str | None:
        return self.cleaned_data["valor"] or None


class CuerpoDeMedicion(ConValor):
    """Lo que se puede cambiar de una medición mientras no está publicada."""

    numerador = CampoEntero(label="numerador", required=False)
    denominador = CampoEntero(
        label="denominador",
        required=False,
        help_text="Si es un porcentaje y deja vacío el valor, se calcula con los dos.",
    )
    fuente = elegir(
        Medicion,
        "fuente",
        ayuda="Sin fuente no se envía a revisión. Si no está en la lista, la agrega un Administrador.",
    )
    situacion = forms.ChoiceField(label="situación", choices=Medicion.Situacion.choices, initial="definitiva")
    notas = forms.CharField(label="notas", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    @staticmethod
    def lo_guardado(medicion: Medicion) -> dict[str, Any]:
        """Los valores iniciales: lo que dice la base, escrito como lo escribiría una persona."""
        return {
            "valor": "" if medicion.valor is None else escribir_editable(medicion.valor),
            "motivo_ausencia": medicion.motivo_ausencia,
            "texto_ausencia": medicion.texto_ausencia,
            "fecha_compromiso": medicion.fecha_compromiso,
            "numerador": medicion.numerador,
            "denominador": medicion.denominador,
            "fuente": medicion.fuente_id,
            "situacion": medicion.situacion,
            "notas": medicion.notas,
            "testigo": medicion.testigo,
        }


class RegistroForm(CuerpoDeMedicion):
    """Una medición nueva: qué se midió, cuándo y dónde, y cuánto dio."""

    indicador = elegir(Medicion, "indicador", ayuda="Busque por código o nombre.", obligatorio="Elija el indicador.")
    periodo = forms.CharField(
        label="periodo",
        error_messages={"required": "Escriba el periodo que se midió."},
        help_text="Un año (2021), un semestre (2021-S1), un trimestre (2021-Q1) o un mes (2021-03).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vCifra"}),
    )
    ambito = elegir(Medicion, "ambito", ayuda="Vacío es todo el país.")
    sexo = forms.ChoiceField(label="sexo", choices=Medicion.Sexo.choices, initial="T")
    caracter = forms.ChoiceField(
        label="carácter",
        choices=Medicion.Caracter.choices,
        initial="oficial",
        help_text="Lo referencial (prensa, estadísticas) se muestra, pero no entra en el avance.",
    )

    def clean(self) -> None:
        """Adelanta la lectura del valor, para señalarlo junto con los demás campos y no después de corregirlos."""
        super().clean()
        indicador, valor = self.cleaned_data.get("indicador"), self.cleaned_data.get("valor")
        if indicador and valor:
            try:
                leer_valor(indicador, valor)
            except DatoInvalido as error:
                self.explicar(error)


class EdicionForm(CuerpoDeMedicion):
    """Un borrador: lleva el ``testigo`` de lo que se leyó y, tras un choque, pide una decisión consciente."""

    testigo = forms.IntegerField(widget=forms.HiddenInput)
    hubo_conflicto = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sobrescribir = forms.BooleanField(label="Guardar lo mío sobre lo que cambió la otra persona", required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("hubo_conflicto") and not self.cleaned_data.get("sobrescribir"):
            self.add_error("sobrescribir", "Compare los dos valores y marque esta casilla para guardar el suyo.")

    def datos(self) -> dict[str, Any]:
        propios = ("testigo", "hubo_conflicto", "sobrescribir")
        return {campo: dato for campo, dato in self.cleaned_data.items() if campo not in propios}

    @property
    def cambio_algo(self) -> bool:
        return bool(set(self.changed_data) - {"testigo", "hubo_conflicto", "sobrescribir"})

    def renovar(self, testigo: int) -> None:
        """Tras un choque: conserva lo escrito, con el testigo nuevo, y vuelve a preguntar."""
        lo_enviado: Any = self.data
        escrito = lo_enviado.copy()
        escrito["testigo"] = str(testigo)
        escrito["hubo_conflicto"] = "on"
        escrito.pop("sobrescribir", None)
        self.data = escrito


class CorreccionForm(CuerpoDeMedicion):
    """La versión siguiente de una cifra publicada."""

    motivo = forms.CharField(
        label="motivo de la corrección",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Se publica junto a la cifra y queda en el historial.",
        error_messages={"required": "Escriba el motivo para corregir una cifra publicada: quedará en el historial."},
    )


class PasoForm(FormularioDeVerbo):
    """Confirma un paso: qué versión se estaba mirando y, cuando el paso lo pide, por qué."""

    testigo = forms.IntegerField(widget=forms.HiddenInput)
    motivo = forms.CharField(
        label="motivo",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Queda en el historial; lo leerá quien registró la medición.",
    )
    acepta_avisos = forms.BooleanField(label="He leído los avisos y aun así corresponde publicar", required=False)

    def __init__(self, *args: Any, pide_motivo: bool, pide_avisos: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pide_motivo:
            del self.fields["motivo"]
        if pide_avisos:
            self.fields["acepta_avisos"].required = True
            self.fields["acepta_avisos"].error_messages["required"] = (
                "Lea los avisos y marque esta casilla para publicar."
            )
        else:
            del self.fields["acepta_avisos"]


class FijarForm(FormularioDeVerbo):
    """Lo común a lo que se fija por norma o decisión."""

    motivo = forms.CharField(
        label="motivo",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Por qué se fija o se cambia: queda en el historial y es público.",
        error_messages={"required": "Escriba el motivo: quedará en el historial."},
    )
    norma = elegir(LineaBase, "norma", ayuda="El dispositivo que lo establece, si lo hay.")


class FijarValorForm(ConValor, FijarForm):
    """La línea base de un indicador, o el logro esperado de un año."""

    anio = forms.IntegerField(label="año", widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "vCifra"}))
    fuente = elegir(LineaBase, "fuente")

    field_order = ("indicador", "anio", "valor", "motivo_ausencia", "texto_ausencia", "fecha_compromiso", "fuente")


class LineaBaseForm(FijarValorForm):
    indicador = elegir(LineaBase, "indicador", ayuda="Busque por código o nombre.", obligatorio="Elija el indicador.")


class LogroEsperadoForm(FijarValorForm):
    indicador = elegir(
        LogroEsperado, "indicador", ayuda="Busque por código o nombre.", obligatorio="Elija el indicador."
    )


class UmbralForm(FijarForm):
    """Desde qué avance, en puntos de porcentaje, se enciende cada luz."""

    verde = CampoDecimal(label=str(Umbral._meta.get_field("verde").verbose_name), help_text="Por ejemplo, 95.")
    amarillo = CampoDecimal(label=str(Umbral._meta.get_field("amarillo").verbose_name), help_text="Por ejemplo, 75.")

    field_order = ("verde", "amarillo")
