"""Los formularios de las hojas de cálculo: qué bajar, qué subir y la confirmación."""

from datetime import date
from typing import Any

from django import forms

from indicadores.calculo.tipos import Periodo
from indicadores.forms import FormularioDeVerbo
from indicadores.intercambio.hoja import Seleccion
from indicadores.models import Ambito, Indicador, Lote, Medicion
from indicadores.permisos import Accion, Persona, puede
from objetivos.models import Norma

MAXIMO_DE_PERIODOS = 240
_SUFIJOS = {
    "anual": ("",),
    "semestral": ("-S1", "-S2"),
    "trimestral": ("-Q1", "-Q2", "-Q3", "-Q4"),
    "mensual": tuple(f"-{mes:02d}" for mes in range(1, 13)),
}
CADA = [(clave, clave.capitalize()) for clave in _SUFIJOS]
LUGARES = [
    ("nacional", "Todo el país"),
    ("oficina_regional", "Oficinas regionales"),
    ("establecimiento", "Establecimientos penitenciarios"),
    ("todos", "Todos: país, oficinas y establecimientos"),
]


class _Indicadores(forms.ModelMultipleChoiceField):
    """Los indicadores elegidos; una clave que no cabe en la base no es de ninguno."""

    def clean(self, value: Any) -> Any:
        for clave in value or ():
            if len(str(clave)) > 18:
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], params={"pk": str(clave)[:40]})
        return super().clean(value)


class SeleccionForm(FormularioDeVerbo):
    """Qué indicadores, periodos, ámbitos y sexos lleva la hoja que se baja; viaja por GET."""

    indicadores = _Indicadores(
        queryset=Indicador.objects.order_by("codigo"),
        label="indicadores",
        required=False,
        help_text="Ninguno marcado quiere decir todos. Con Ctrl se eligen varios.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    cada = forms.ChoiceField(label="periodos", choices=CADA, initial="anual")
    desde = forms.IntegerField(label="desde el año", min_value=1990, max_value=2100)
    hasta = forms.IntegerField(label="hasta el año", min_value=1990, max_value=2100)
    ambitos = forms.ChoiceField(label="ámbitos", choices=LUGARES, initial="nacional")
    sexos = forms.MultipleChoiceField(
        label="sexo",
        choices=[(valor, rotulo.capitalize()) for valor, rotulo in Medicion.Sexo.choices],
        initial=["T"],
        widget=forms.SelectMultiple(attrs={"size": 3}),
    )
    caracter = forms.ChoiceField(label="carácter", choices=Medicion.Caracter.choices, initial="oficial")
    con_vacias = forms.BooleanField(label="una fila también por cada cifra que falta", required=False, initial=True)
    formato = forms.ChoiceField(
        label="formato",
        choices=[("xlsx", "Libro de cálculo (.xlsx)"), ("csv", "CSV (UTF-8, «;», coma decimal)")],
        initial="xlsx",
    )

    def __init__(self, *args: Any, hoy: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hoy = hoy
        for nombre, anio in (("desde", hoy.year - 1), ("hasta", hoy.year)):
            self.fields[nombre].initial = anio

    def clean(self) -> None:
        datos = self.cleaned_data
        desde, hasta = datos.get("desde"), datos.get("hasta")
        if desde and hasta and desde > hasta:
            self.add_error("hasta", "El último año no puede ser anterior al primero.")
        elif desde and hasta and "cada" in datos and not self._periodos():
            self.add_error("hasta", "Ningún periodo de esos años ha terminado todavía.")
        elif desde and hasta and "cada" in datos and len(self._periodos()) > MAXIMO_DE_PERIODOS:
            self.add_error("hasta", f"Son más de {MAXIMO_DE_PERIODOS} periodos. Baje menos años de una vez.")

    def seleccion(self) -> Seleccion:
        """Lo elegido; solo periodos que ya terminaron, que son los que se pueden medir."""
        datos = self.cleaned_data
        ambitos = Ambito.objects.order_by("codigo")
        if datos["ambitos"] != "todos":
            ambitos = ambitos.filter(nivel=datos["ambitos"])
        return Seleccion(
            indicadores=list(datos["indicadores"] or Indicador.objects.order_by("codigo")),
            periodos=self._periodos(),
            ambitos=list(ambitos),
            sexos=datos["sexos"],
            caracter=datos["caracter"],
            con_vacias=datos["con_vacias"],
        )

    def _periodos(self) -> list[Periodo]:
        datos = self.cleaned_data
        anios = range(datos["desde"], datos["hasta"] + 1)
        todos = [Periodo.leer(f"{anio}{sufijo}") for anio in anios for sufijo in _SUFIJOS[datos["cada"]]]
        return [periodo for periodo in todos if periodo.fin <= self._hoy]


class SubirForm(FormularioDeVerbo):
    """El archivo lleno y de qué es."""

    clase = forms.ChoiceField(label="qué trae la hoja")
    archivo = forms.FileField(
        label="archivo",
        help_text="Libro .xlsx sin macros, o CSV en UTF-8; hasta 40 MB y 300 mil filas.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "Elija el archivo.", "empty": "El archivo está vacío."},
    )

    def __init__(self, *args: Any, por: Persona, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clases = [(Lote.Clase.MEDICIONES.value, "Mediciones")] if puede(por, Accion.IMPORTAR) else []
        if puede(por, Accion.IMPORTAR_CATALOGO):
            clases.append((Lote.Clase.CATALOGO.value, "Catálogo: logros, líneas base y fichas"))
        campo: Any = self.fields["clase"]
        campo.choices = clases


class ConfirmarForm(FormularioDeVerbo):
    """La confirmación de un lote; el motivo se exige si algo ya publicado va a cambiar."""

    motivo = forms.CharField(
        label="motivo",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )
    norma = forms.ModelChoiceField(
        queryset=Norma.objects.order_by("codigo"), label="norma que lo dispone", required=False, empty_label="sin norma"
    )

    def __init__(self, *args: Any, pide_motivo: bool, pide_norma: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motivo"].required = pide_motivo
        self.fields["motivo"].error_messages["required"] = "Escriba el motivo: quedará en el historial."
        if pide_motivo:
            self.fields["motivo"].help_text = "Esta hoja cambia cifras ya publicadas o de un ejercicio cerrado."
        if not pide_norma:
            del self.fields["norma"]
