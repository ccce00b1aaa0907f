"""Lo que una persona dice de una matriz del INPE: qué mide, qué columnas suman, qué lugar es cada nombre.

Paso 1, :class:`SubirMatrizForm`: el archivo y la cifra. Paso 2, :class:`ColumnasForm`: se arma con lo que se halló en
la hoja y produce el :class:`~indicadores.intercambio.matriz.Pedido`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from indicadores.acciones.mediciones import leer_periodo
from indicadores.errores import DatoInvalido
from indicadores.forms import FormularioDeVerbo, elegir
from indicadores.intercambio.matriz import PALABRA_DE_PAPEL, Papel, Pedido, Uso, nombres_desconocidos
from indicadores.intercambio.matriz_tabla import Columna, Examen, Tabla, escrito
from indicadores.models import Indicador, Medicion
from indicadores.nombres import Directorio, Lugar, Nivel

NO_ANOTAR = "-"
DESCONOCIDOS_MAXIMOS = 150
#: Las unidades cuyo valor sale de contar personas: una cuenta, o el porcentaje que una cuenta es de otra.
UNIDADES_DE_CONTEO = (Indicador.Unidad.PORCENTAJE, Indicador.Unidad.NUMERO, Indicador.Unidad.CANTIDAD)
NOMBRE_DE_NIVEL = {
    Nivel.NACIONAL: "País",
    Nivel.OFICINA: "Oficinas regionales",
    Nivel.PENAL: "Establecimientos",
}


class SubirMatrizForm(FormularioDeVerbo):
    """El archivo y la cifra que trae; ``hoy`` es el día en Lima."""

    archivo = forms.FileField(
        label="archivo",
        help_text="XLSX o CSV, con un lugar por fila y una cantidad de personas por columna.",
        error_messages={"required": "Elija el archivo.", "empty": "El archivo está vacío."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    indicador = elegir(Medicion, "indicador", ayuda="Busque por código o nombre.", obligatorio="Elija el indicador.")
    periodo = forms.CharField(
        label="periodo",
        error_messages={"required": "Escriba el periodo que se midió."},
        help_text="Un año (2021), un semestre (2021-S1), un trimestre (2021-Q1) o un mes (2021-03).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vCifra"}),
    )
    caracter = forms.ChoiceField(
        label="carácter",
        choices=Medicion.Caracter.choices,
        initial="oficial",
        help_text="Lo referencial (prensa, transcripciones) se muestra, pero no entra en el avance.",
    )
    situacion = forms.ChoiceField(label="situación", choices=Medicion.Situacion.choices, initial="definitiva")
    fuente = elegir(Medicion, "fuente", obligatorio="Elija la fuente de la hoja.")
    notas = forms.CharField(label="notas", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, hoy: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hoy = hoy

    def clean_indicador(self) -> Indicador:
        indicador: Indicador = self.cleaned_data["indicador"]
        if indicador.unidad not in UNIDADES_DE_CONTEO:
            raise forms.ValidationError(
                f"El valor de este indicador ({indicador.get_unidad_display()}) no sale de contar personas: regístrelo "
                "con la hoja de mediciones."
            )
        return indicador

    def clean_periodo(self) -> str:
        try:
            return leer_periodo(self.cleaned_data["periodo"], hoy=self._hoy).texto
        except DatoInvalido as error:
            raise forms.ValidationError(str(error)) from error

    def opciones(self) -> dict[str, Any]:
        """Lo que se guarda en el lote mientras no se diga cómo leer las columnas."""
        datos = self.cleaned_data
        return {
            "indicador": datos["indicador"].codigo,
            "es_porcentaje": datos["indicador"].unidad == Indicador.Unidad.PORCENTAJE,
            "periodo": datos["periodo"],
            "caracter": datos["caracter"],
            "situacion": datos["situacion"],
            "fuente": datos["fuente"].codigo,
            "notas": datos["notas"],
        }


@dataclass(frozen=True, slots=True)
class FilaDeColumna:
    """Una columna de la hoja en la página: lo hallado y sus dos campos."""

    columna: Columna
    papel: forms.BoundField
    sexo: forms.BoundField


@dataclass(frozen=True, slots=True)
class FilaDeLugar:
    """Un nombre de la hoja en la página: a qué lugar se reconoce o, si a ninguno, el campo donde elegirlo."""

    numero: int
    nombre: str
    lugar: Lugar | None
    campo: forms.BoundField


class ColumnasForm(FormularioDeVerbo):
    """Qué hace cada columna y qué lugar es cada nombre que nadie reconoce."""

    testigo = forms.IntegerField(widget=forms.HiddenInput)
    fila_total = forms.TypedChoiceField(
        label="fila de total",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Las demás filas deben sumar lo que ella dice, columna por columna.",
    )
    ambito_total = forms.ChoiceField(
        label="qué hacer con la fila de total",
        required=False,
        help_text="Si la hoja cubre todo un ámbito, su total puede anotarse como la cifra de ese ámbito.",
    )
    guion_es_cero = forms.BooleanField(
        label="Un guion (–) quiere decir cero",
        required=False,
        help_text="Una celda vacía es siempre un error: lo que falta no es cero.",
    )

    def __init__(
        self,
        *args: Any,
        tabla: Tabla,
        examen: Examen,
        directorio: Directorio,
        opciones: dict[str, Any],
        testigo: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["testigo"].initial = testigo
        self._tabla, self._examen, self._directorio, self._opciones = tabla, examen, directorio, opciones
        self._numericas = [columna for columna in examen.columnas if columna.es_numerica]
        self.desconocidos = dict(
            nombres_desconocidos(tabla, examen, examen.columna_de_nombres, directorio, examen.fila_total)
        )
        previos = {columna: (papel, sexo) for columna, papel, sexo in opciones.get("usos", ())}
        for columna in self._numericas:
            papel, sexo = previos.get(columna.numero, ("", columna.sexo))
            self._agregar_columna(columna, papel, sexo)
        self._lugares = self._opciones_de_lugar()
        omitidas = set(opciones.get("sin_anotar", ()))
        for numero in examen.datos:
            self._agregar_lugar(numero, numero in omitidas)
        nombres = [(str(n), f"fila {n}: {self._nombre(n)[:60]}") for n in reversed(examen.datos)]
        self._campo("fila_total").choices = [("", "no hay"), *nombres]
        self.fields["fila_total"].initial = opciones.get("fila_total", examen.fila_total)
        self._campo("ambito_total").choices = [("", "solo comprobar las sumas"), *self._lugares]
        self.fields["ambito_total"].initial = opciones.get("ambito_total", "")
        self.fields["guion_es_cero"].initial = opciones.get("guion_es_cero", False)

    @property
    def son_demasiados(self) -> bool:
        """Si hay tantos nombres desconocidos que la columna elegida no puede ser la de los nombres."""
        return len(self.desconocidos) > DESCONOCIDOS_MAXIMOS

    def columnas(self) -> list[FilaDeColumna]:
        return [FilaDeColumna(c, self[f"papel_{c.numero}"], self[f"sexo_{c.numero}"]) for c in self._numericas]

    def lugares(self) -> list[FilaDeLugar]:
        """Las filas con su lugar, primero las que esperan que alguien lo elija."""
        filas = [
            FilaDeLugar(numero, self._nombre(numero), self._reconocido(numero), self[f"lugar_{numero}"])
            for numero in self._examen.datos
            if f"lugar_{numero}" in self.fields
        ]
        return sorted(filas, key=lambda fila: fila.lugar is not None)

    def clean(self) -> None:
        super().clean()
        if self.son_demasiados:
            self.add_error(None, "Revise cuál es la columna de los nombres y vuelva a examinar la hoja.")
            return
        if self.cleaned_data.get("ambito_total") and not self.cleaned_data.get("fila_total"):
            self.add_error("fila_total", "Diga cuál es la fila de total, o elija «solo comprobar las sumas».")
        total, propuesta = self.cleaned_data.get("fila_total"), self._examen.fila_total
        if propuesta not in (None, total) and self._reconocido(propuesta) is None:
            self.add_error("fila_total", f"La fila {propuesta} no nombra ningún lugar y parece la suma: elíjala aquí.")
        for numero in self.desconocidos:
            if numero != total and not self.cleaned_data.get(f"lugar_{numero}"):
                self.add_error(
                    f"lugar_{numero}", f"Elija qué lugar es «{self._nombre(numero)}» o diga que la fila no se anota."
                )
        if not self.errors:
            for falta in self.pedido().faltas():
                self.add_error(None, falta)

    def alias(self) -> dict[str, str]:
        """Los nombres para los que se eligió un lugar, con su código: son los que se recuerdan."""
        elegidos = {self._nombre(n): self.cleaned_data.get(f"lugar_{n}", "") for n in self.desconocidos}
        total = self.cleaned_data.get("fila_total")
        del_total = self._nombre(total) if total else None
        return {nombre: c for nombre, c in elegidos.items() if c not in ("", NO_ANOTAR) and nombre != del_total}

    def pedido(self) -> Pedido:
        """Todo lo dicho en los dos pasos."""
        datos = self.cleaned_data
        omitidas = [
            n for n in self._examen.datos if datos.get(f"lugar_{n}") == NO_ANOTAR and n != datos.get("fila_total")
        ]
        propios = ("indicador", "es_porcentaje", "periodo", "caracter", "situacion", "fuente", "notas")
        return Pedido(
            **{nombre: self._opciones[nombre] for nombre in propios},
            hoja=self._tabla.hoja,
            cabecera=self._examen.cabecera,
            columna_de_nombres=self._examen.columna_de_nombres,
            usos=tuple(
                Uso(c.numero, Papel(papel), datos[f"sexo_{c.numero}"])
                for c in self._numericas
                if (papel := datos.get(f"papel_{c.numero}"))
            ),
            fila_total=datos.get("fila_total"),
            ambito_total=datos.get("ambito_total", ""),
            guion_es_cero=datos.get("guion_es_cero", False),
            sin_anotar=frozenset(omitidas),
        )

    def _agregar_columna(self, columna: Columna, papel: str, sexo: str) -> None:
        cual = f"de la columna {columna.letra}, {columna.titulo}"
        self.fields[f"papel_{columna.numero}"] = forms.ChoiceField(
            label=f"para qué sirve: {cual}",
            required=False,
            choices=[(valor.value, palabra) for valor, palabra in PALABRA_DE_PAPEL.items()],
            initial=papel,
        )
        self.fields[f"sexo_{columna.numero}"] = forms.ChoiceField(
            label=f"sexo: {cual}",
            choices=[("T", "ambos"), ("H", "hombres"), ("M", "mujeres")],
            initial=sexo,
        )

    def _agregar_lugar(self, numero: int, omitida: bool) -> None:
        es_el_total = numero == self._examen.fila_total and self._reconocido(numero) is None
        if self.son_demasiados or es_el_total:
            return
        nombre = self._nombre(numero)
        if numero in self.desconocidos:
            parecidos = [(c, self._directorio.lugares[c].nombre) for c in self._directorio.parecidos(nombre)]
            propuestos: list[Any] = [("Parecidos", parecidos)] if parecidos else []
            opciones = [("", "elija…"), (NO_ANOTAR, "no anotar esta fila"), *propuestos, *self._lugares]
        else:
            opciones = [("", "se anota"), (NO_ANOTAR, "no anotar esta fila")]
        self.fields[f"lugar_{numero}"] = forms.ChoiceField(
            label=f"fila {numero}, {nombre}", required=False, choices=opciones, initial=NO_ANOTAR if omitida else ""
        )

    def _opciones_de_lugar(self) -> list[Any]:
        grupos: list[Any] = []
        for nivel, titulo in NOMBRE_DE_NIVEL.items():
            suyos = sorted((lu for lu in self._directorio.lugares.values() if lu.nivel is nivel), key=_por_nombre)
            if suyos:
                grupos.append((titulo, [(lugar.codigo, lugar.nombre) for lugar in suyos]))
        return grupos

    def _reconocido(self, numero: int) -> Lugar | None:
        codigo = self._directorio.reconocer(self._nombre(numero))
        return self._directorio.lugares[codigo] if codigo else None

    def _nombre(self, numero: int) -> str:
        return escrito(self._tabla.celda(numero, self._examen.columna_de_nombres))

    def _campo(self, nombre: str) -> Any:
        return self.fields[nombre]


class ExamenForm(FormularioDeVerbo):
    """Qué hoja, hasta qué fila llega la cabecera y en qué columna están los nombres; viaja por GET."""

    hoja = forms.ChoiceField(label="hoja", required=False)
    cabecera = forms.IntegerField(
        label="última fila de la cabecera",
        required=False,
        min_value=0,
        widget=forms.TextInput(attrs={"class": "vCifra"}),
    )
    nombres = forms.TypedChoiceField(label="columna de los nombres", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, hojas: Sequence[str], columnas: Sequence[Columna], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campos: dict[str, Any] = self.fields
        campos["hoja"].choices = [(hoja, hoja) for hoja in hojas]
        campos["nombres"].choices = [(str(c.numero), f"{c.letra}: {c.titulo}") for c in columnas]


def _por_nombre(lugar: Lugar) -> str:
    return lugar.nombre
