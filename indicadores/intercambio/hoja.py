"""La hoja que se baja: lo que hay (o lo que falta llenar) de una selección, como libro o como CSV.

Lo que se baja y se vuelve a subir sin tocar da una diferencia vacía.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Q
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from indicadores.calculo.tipos import Periodo
from indicadores.formato import escribir_editable
from indicadores.intercambio.columnas import COLUMNAS, Columna
from indicadores.intercambio.lectura_hoja import escribir_base
from indicadores.intercambio.seguro import inocuo
from indicadores.models import Ambito, Fuente, Indicador, Medicion
from indicadores.models.cifras import MOTIVOS

#: Cuántas filas en blanco se ofrecen, a lo más, para lo que todavía no tiene cifra.
VACIAS_MAXIMAS = 50_000
INSTRUCCIONES = (
    "Cómo llenar esta hoja",
    "1. Escriba en las columnas de fondo blanco de la hoja «Mediciones»; las grises dicen de qué es cada fila.",
    "2. Una fila sin valor, sin cantidades y sin motivo no se anota: puede dejarla así o borrarla.",
    "3. Si la cifra no existe, deje el valor vacío y elija el motivo de su ausencia.",
    "4. En un porcentaje puede escribir solo numerador y denominador: el valor se calcula. 34,9 % se escribe 34,9.",
    "5. No use fórmulas: copie y pegue solo los valores. Tampoco dé a las celdas formato de porcentaje.",
    "6. Puede agregar filas al final: códigos de la hoja «Listas» y periodo (2021, 2021-S1, 2021-Q1, 2021-03).",
    "7. La columna oculta «Base» recuerda qué había al bajar la hoja: si alguien lo cambia mientras, se le avisa.",
    "8. Suba el libro en «Hojas de cálculo». Verá la diferencia celda por celda y nada se anota hasta que la confirme.",
)
_GRIS = PatternFill("solid", fgColor="E8EAED")
_TITULO = PatternFill("solid", fgColor="1F3A5F")


@dataclass(frozen=True, slots=True)
class Seleccion:
    """Qué se baja; ``con_vacias``: también una fila por cada combinación que todavía no tiene cifra."""

    indicadores: Sequence[Indicador]
    periodos: Sequence[Periodo]
    ambitos: Sequence[Ambito]
    sexos: Sequence[str]
    caracter: str = "oficial"
    con_vacias: bool = True


@dataclass(frozen=True, slots=True)
class Renglon:
    """Una fila de la hoja, con sus valores todavía con su tipo."""

    datos: dict[str, Any]


def renglones(seleccion: Seleccion | None) -> Iterator[Renglon]:
    """Lo que hay de la selección (el borrador abierto antes que lo publicado) y después lo que falta."""
    filtro = Q()
    if seleccion is not None:
        filtro = Q(
            indicador__in=list(seleccion.indicadores),
            ambito__in=list(seleccion.ambitos),
            sexo__in=list(seleccion.sexos),
            caracter=seleccion.caracter,
            periodo__in=[periodo.texto for periodo in seleccion.periodos],
        )
    etapas = (*Medicion.ETAPAS_ABIERTAS, Medicion.Etapa.PUBLICADA)
    hay = (
        Medicion.objects.filter(filtro, etapa__in=etapas)
        .select_related("indicador", "ambito", "fuente")
        .order_by("indicador__codigo", "inicio", "periodo", "ambito__codigo", "sexo", "caracter", "-id")
    )
    vistas: set[int] = set()
    anterior: tuple[Any, ...] = ()
    # Dos seguidas con la misma clave: la primera es el borrador, que se abrió después; lo publicado no se repite.
    for medicion in hay.iterator(chunk_size=2000):
        clave = (
            medicion.indicador_id,
            medicion.periodo,
            medicion.ambito_id,
            medicion.sexo,
            medicion.caracter,
        )
        if clave == anterior:
            continue
        anterior = clave
        if seleccion is not None and seleccion.con_vacias:
            vistas.add(hash(clave))
        yield _de_medicion(medicion)
    if seleccion is not None and seleccion.con_vacias:
        yield from _vacias(seleccion, vistas)


def _vacias(seleccion: Seleccion, vistas: set[int]) -> Iterator[Renglon]:
    quedan = VACIAS_MAXIMAS
    for indicador in seleccion.indicadores:
        for periodo in seleccion.periodos:
            for ambito in seleccion.ambitos:
                for sexo in seleccion.sexos:
                    clave = (indicador.pk, periodo.texto, ambito.pk, sexo, seleccion.caracter)
                    if hash(clave) in vistas:
                        continue
                    if not quedan:
                        return
                    quedan -= 1
                    comun = _de_que(indicador, periodo.texto, ambito, sexo, seleccion.caracter)
                    yield Renglon(comun | {"situacion": "definitiva", "base": "0"})


def _de_que(indicador: Indicador, periodo: str, ambito: Ambito, sexo: str, caracter: str) -> dict[str, Any]:
    unidad = indicador.get_unidad_display()
    return {
        "indicador": indicador.codigo,
        "nombre": indicador.nombre_corto,
        "unidad": f"{unidad} ({indicador.simbolo})" if indicador.simbolo else unidad,
        "periodo": periodo,
        "ambito": ambito.codigo,
        "lugar": ambito.nombre,
        "sexo": Medicion.Sexo(sexo).label,
        "caracter": caracter,
    }


def _de_medicion(medicion: Medicion) -> Renglon:
    clave = (medicion.indicador, medicion.periodo, medicion.ambito, medicion.sexo, medicion.caracter)
    return Renglon(
        _de_que(*clave)
        | {
            "situacion": medicion.situacion,
            "valor": medicion.valor,
            "numerador": medicion.numerador,
            "denominador": medicion.denominador,
            "motivo_ausencia": medicion.motivo_ausencia,
            "texto_ausencia": medicion.texto_ausencia,
            "fecha_compromiso": medicion.fecha_compromiso,
            "fuente": medicion.fuente.codigo if medicion.fuente else "",
            "notas": medicion.notas,
            "base": escribir_base(medicion.pk, medicion.testigo),
        }
    )


# CSV


def escribir_csv(filas: Iterable[Renglon]) -> Iterator[bytes]:
    """UTF-8 con BOM, «;» y coma decimal, que es como lo abre una hoja de cálculo en español; por trozos."""
    memoria = io.StringIO()
    escritor = csv.writer(memoria, delimiter=";", lineterminator="\r\n")
    escritor.writerow([columna.titulo for columna in COLUMNAS])
    yield b"\xef\xbb\xbf"
    for numero, renglon in enumerate(filas, start=1):
        escritor.writerow([_en_texto(renglon.datos.get(columna.campo)) for columna in COLUMNAS])
        if numero % 500 == 0:
            yield _vaciar(memoria)
    yield _vaciar(memoria)


def _vaciar(memoria: io.StringIO) -> bytes:
    texto = memoria.getvalue()
    memoria.seek(0)
    memoria.truncate()
    return texto.encode()


def _en_texto(dato: Any) -> str:
    """Un número negativo no es una fórmula: solo los textos se neutralizan."""
    if dato is None:
        return ""
    if isinstance(dato, Decimal):
        return escribir_editable(dato)
    if isinstance(dato, int | date):
        return str(dato)
    return inocuo(str(dato))


# Libro


def escribir_libro(filas: Iterable[Renglon], *, filas_con_listas: int = 100_000) -> IO[bytes]:
    """El libro en un archivo temporal, escrito por filas: la memoria no crece con ellas."""
    libro = Workbook(write_only=True)
    hoja = libro.create_sheet("Mediciones")
    hoja.freeze_panes = "A2"
    hoja.protection.sheet = True
    for permitido in ("formatColumns", "formatRows", "sort", "autoFilter", "insertRows", "deleteRows"):
        setattr(hoja.protection, permitido, False)
    for indice, columna in enumerate(COLUMNAS, start=1):
        dimension = hoja.column_dimensions[get_column_letter(indice)]
        dimension.width = columna.ancho
        dimension.hidden = columna.campo == "base"
    _poner_listas(libro, hoja, filas_con_listas)
    hoja.append([_celda_de_titulo(hoja, columna) for columna in COLUMNAS])
    plantillas = [_Plantilla(hoja, columna) for columna in COLUMNAS]
    for renglon in filas:
        hoja.append([plantilla.celda(renglon.datos.get(plantilla.campo)) for plantilla in plantillas])
    # Filas nuevas al final: la hoja está protegida, pero estas celdas se pueden llenar.
    libres = _Plantilla(hoja, Columna("", "", 0))
    for _ in range(200):
        hoja.append([libres.celda(None) for _ in COLUMNAS])
    ayuda = libro.create_sheet("Instrucciones")
    ayuda.column_dimensions["A"].width = 120
    for texto in INSTRUCCIONES:
        ayuda.append([texto])
    salida = TemporaryFile()  # noqa: SIM115 — lo cierra quien lo entrega
    libro.save(salida)
    salida.seek(0)
    return salida


class _Plantilla:
    """Las celdas de una columna: su candado, su fondo y su formato; un texto nunca se toma por una fórmula."""

    def __init__(self, hoja: Any, columna: Columna) -> None:
        self.campo = columna.campo
        self._hoja = hoja
        self._fija = columna.fija
        self._libre = Protection(locked=False)

    def celda(self, dato: Any) -> Any:
        texto = isinstance(dato, str)
        celda = WriteOnlyCell(self._hoja, value=inocuo(dato) if texto else dato)
        if self._fija:
            celda.fill = _GRIS
        else:
            celda.protection = self._libre
        if isinstance(dato, date):
            celda.number_format = "dd/mm/yyyy"
        return celda


def _celda_de_titulo(hoja: Any, columna: Columna) -> Any:
    celda = WriteOnlyCell(hoja, value=columna.titulo)
    celda.font = Font(bold=True, color="FFFFFF")
    celda.fill = _TITULO
    celda.alignment = Alignment(wrap_text=True, vertical="center")
    return celda


def _poner_listas(libro: Workbook, hoja: Any, hasta: int) -> None:
    """La hoja «Listas» y, en cada columna que elige de una, su validación."""
    listas: dict[str, list[str]] = {
        "ambito": list(Ambito.objects.order_by("codigo").values_list("codigo", flat=True)),
        "sexo": [str(rotulo) for rotulo in Medicion.Sexo.labels],
        "caracter": list(Medicion.Caracter.values),
        "situacion": list(Medicion.Situacion.values),
        "motivo_ausencia": [codigo for codigo, _ in MOTIVOS],
        "fuente": list(Fuente.objects.order_by("codigo").values_list("codigo", flat=True)),
        "indicador": list(Indicador.objects.order_by("codigo").values_list("codigo", flat=True)),
    }
    nombres = {
        "nombre del ámbito": list(Ambito.objects.order_by("codigo").values_list("nombre", flat=True)),
        "qué quiere decir el motivo": [str(texto) for _, texto in MOTIVOS],
        "nombre de la fuente": list(Fuente.objects.order_by("codigo").values_list("nombre", flat=True)),
        "nombre del indicador": list(Indicador.objects.order_by("codigo").values_list("nombre", flat=True)),
    }
    campos = [columna.campo for columna in COLUMNAS]
    for indice, (campo, valores) in enumerate(listas.items(), start=1):
        if not valores:
            continue
        letra = get_column_letter(indice)
        nombre = f"lista_{campo}"
        rango = f"Listas!${letra}$2:${letra}${len(valores) + 1}"
        libro.defined_names[nombre] = DefinedName(nombre, attr_text=rango)
        validacion = DataValidation("list", formula1=f"={nombre}", allow_blank=True, showErrorMessage=campo != "ambito")
        validacion.errorTitle, validacion.error = "Dato no admitido", "Elija uno de la lista."
        columna = get_column_letter(campos.index(campo) + 1)
        validacion.add(f"{columna}2:{columna}{hasta}")
        hoja.data_validations.append(validacion)
    pestana = libro.create_sheet("Listas")
    todas = [*listas.items(), *nombres.items()]
    titulos = {columna.campo: columna.titulo for columna in COLUMNAS}
    pestana.append([titulos.get(campo, campo.capitalize()) for campo, _ in todas])
    for fila in range(max(len(valores) for _, valores in todas)):
        pestana.append([inocuo(valores[fila]) if fila < len(valores) else None for _, valores in todas])
