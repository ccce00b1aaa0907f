"""Los formularios de las cifras: recogen lo que una persona escribe y se lo entregan a los verbos.

Validan solo la forma (un entero, una fecha, una opción). El valor viaja como texto hasta el verbo, que es quien conoce
la unidad del indicador; lo que el verbo rechaza vuelve aquí junto a su campo (:meth:`FormularioDeVerbo.explicar`).
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models

from indicadores.acciones.comun import comprobar_ausencia, leer_valor
from indicadores.acciones.revisiones import leer_anio
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
        widget=Buscador(relacion, admin.site, attrs={"data-placeholder": "Escriba para buscar…"}),
    )


class Buscador(AutocompleteSelect):
    """El buscador de Django, sin su fallo al dibujar una elección que no es una clave («?indicador=abc»)."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        claves = [clave for clave in map(str, value) if not clave or (clave.isdecimal() and len(clave) < 19)]
        return super().optgroups(name, claves or [""], attrs)


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
    motivo = forms.CharField(
        label="motivo del registro tardío",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Solo hace falta si el ejercicio está cerrado: queda en la historia de la medición.",
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


class ConConflicto(CuerpoDeMedicion):
    """Tras un choque, cada campo en que difieren lo guardado (``initial``) y lo escrito pide elegir uno de los dos."""

    PROPIOS = ("testigo", "hubo_conflicto", "sobrescribir")

    hubo_conflicto = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sobrescribir = forms.BooleanField(label="En todos los campos, dejar lo mío", required=False)

    def clean(self) -> None:
        super().clean()
        if not self.cleaned_data.get("hubo_conflicto") or self.cleaned_data.get("sobrescribir"):
            return
        elecciones = {nombre: self.eleccion(nombre) for nombre in self.distintos()}
        for nombre, eleccion in elecciones.items():
            if eleccion == "suyo":
                self._tomar_lo_guardado(nombre)
        sin_elegir = [self.fields[nombre].label for nombre, eleccion in elecciones.items() if not eleccion]
        if sin_elegir:
            faltan = ", ".join(str(rotulo) for rotulo in sin_elegir)
            self.add_error("sobrescribir", f"Elija en cada fila qué valor queda; falta: {faltan}.")

    def distintos(self) -> list[str]:
        """Los campos en que lo escrito no es lo guardado."""
        return [nombre for nombre in self.changed_data if nombre not in (*self.PROPIOS, "motivo")]

    def eleccion(self, nombre: str) -> str:
        """«mio», «suyo» o nada."""
        elegido = str(self.data.get(f"elige_{nombre}") or "")
        return elegido if elegido in ("mio", "suyo") else ""

    def _tomar_lo_guardado(self, nombre: str) -> None:
        guardado = self.initial.get(nombre)
        self.errors.pop(nombre, None)
        limpio = self.fields[nombre].clean("" if guardado is None else guardado)
        self.cleaned_data[nombre] = limpio or None if nombre == "valor" else limpio

    def datos(self) -> dict[str, Any]:
        return {campo: dato for campo, dato in self.cleaned_data.items() if campo not in self.PROPIOS}

    @property
    def cambio_algo(self) -> bool:
        hubo = bool(self.cleaned_data.get("hubo_conflicto")) and not self.cleaned_data.get("sobrescribir")
        return any(not hubo or self.eleccion(nombre) != "suyo" for nombre in self.distintos())

    def chocar(self, **renovados: str) -> None:
        """Conserva lo escrito, con lo que se renueve (el testigo), y vuelve a preguntar."""
        lo_enviado: Any = self.data
        escrito = lo_enviado.copy()
        for nombre in [nombre for nombre in escrito if nombre.startswith("elige_") or nombre == "sobrescribir"]:
            escrito.pop(nombre)
        escrito["hubo_conflicto"] = "on"
        for nombre, valor in renovados.items():
            escrito[nombre] = valor
        self.data = escrito


class EdicionForm(ConConflicto):
    """Un borrador: lleva el ``testigo`` de lo que se leyó y, tras un choque, pide una decisión consciente."""

    testigo = forms.IntegerField(widget=forms.HiddenInput)

    def renovar(self, testigo: int) -> None:
        self.chocar(testigo=str(testigo))


class CorreccionForm(ConConflicto):
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
    visto = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, *args: Any, pide_motivo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pide_motivo:
            self.fields["motivo"].label = "motivo (obligatorio)"
        else:
            del self.fields["motivo"]

    def renovar(self, testigo: int) -> None:
        """Tras un choque: conserva lo escrito, con el testigo de lo que ahora se muestra, y vuelve a preguntar."""
        lo_enviado: Any = self.data
        escrito = lo_enviado.copy()
        escrito["testigo"] = str(testigo)
        self.data = escrito


class FijarForm(FormularioDeVerbo):
    """Lo común a lo que se fija por norma o decisión."""

    motivo = forms.CharField(
        label="motivo",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Por qué se fija o se cambia: queda en el historial y es público.",
        error_messages={"required": "Escriba el motivo: quedará en el historial."},
    )
    norma = elegir(LineaBase, "norma", ayuda="El dispositivo que lo establece, si lo hay.")
    version_base = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def renovar(self, version: int) -> None:
        """Conserva lo escrito, con la versión que ahora se muestra, y vuelve a preguntar."""
        lo_enviado: Any = self.data
        escrito = lo_enviado.copy()
        escrito["version_base"] = str(version)
        self.data = escrito


class FijarValorForm(ConValor, FijarForm):
    """La línea base de un indicador, o el logro esperado de un año."""

    anio = forms.IntegerField(label="año", widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "vCifra"}))
    fuente = elegir(LineaBase, "fuente")

    def clean(self) -> None:
        """Adelanta lo que el verbo rechazaría, para señalarlo antes de preguntar por lo que se reemplaza."""
        super().clean()
        indicador, motivo = self.cleaned_data.get("indicador"), self.cleaned_data.get("motivo_ausencia") or ""
        if indicador is None or self.errors:
            return
        try:
            leer_anio(self.cleaned_data["anio"])
            valor = leer_valor(indicador, self.cleaned_data.get("valor"))
            comprobar_ausencia(valor, motivo, self.cleaned_data.get("fecha_compromiso"))
        except DatoInvalido as error:
            self.explicar(error)

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
