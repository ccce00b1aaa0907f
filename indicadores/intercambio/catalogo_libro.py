"""El libro del catálogo (logros, líneas base, fichas, servicios y lineamientos), para llenar y volver a subir."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from django.db import models
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from indicadores.acciones.catalogo import IDENTIDAD
from indicadores.calculo.tipos import MOTIVOS_DECLARABLES
from indicadores.formato import TEXTO_DE_MOTIVO, escribir_fecha, leer_decimal, plural, sin_acentos
from indicadores.intercambio import xlsx
from indicadores.intercambio.catalogo_celdas import Referencias, crudo_a_texto, limpiar
from indicadores.intercambio.catalogo_comparacion import FilaDeCatalogo
from indicadores.intercambio.catalogo_estado import (
    BASES,
    HOJAS,
    LOGROS,
    TEXTOS,
    Estado,
    leer_estado,
    leer_referencias,
    rotulos_de,
)
from indicadores.intercambio.tipos import ArchivoIlegible, ErrorDeCelda
from indicadores.models import LineaBase

FILAS_MAXIMAS, COLUMNAS_MAXIMAS = 5000, 60
#: Filas en blanco, sin proteger, para agregar lineamientos, servicios o indicadores.
FILAS_PARA_AGREGAR = 100
VERSIONES, LISTAS, INSTRUCCIONES = "versiones", "listas", "instrucciones"
#: Un texto que empieza así no es una fórmula: se escribe como texto y se marca.
INICIOS_DE_FORMULA = ("=", "+", "-", "@", "\t", "\n", "|", "%")
_ANCHO = {"nombre": 60, "nombre_corto": 40, "codigo": 12, "indicador": 44, "unidad": 14}
_COMO = (
    "Escriba solo en las celdas sin fondo; el código dice a qué corresponde cada fila y no se cambia.",
    "Logros esperados y líneas base: el número como se lee (34,9) o, si no hay, el código del motivo de la lista.",
    "Una celda vacía donde hoy rige un valor no lo retira: escriba otro valor o el motivo de su ausencia.",
    "Lineamientos, servicios y fichas: para agregar uno, use una fila en blanco con un código nuevo.",
    "Objetivos, normas, fuentes y entidades se nombran por su código, que está en la hoja «listas».",
    "Fechas: 2026-12-31. Sí o no: «sí», «no». No use fórmulas: pegue los valores.",
    "Al subirlo verá, celda por celda, qué cambia; nada se guarda hasta que confirme con la razón y la norma.",
    "La hoja oculta «versiones» dice qué regía al descargarlo: así se ve si otra persona cambió algo entretanto.",
)


# Escribir


def escribir_libro(ahora: datetime) -> bytes:
    """El catálogo tal como rige en ``ahora``, en un XLSX con listas de validación y sus versiones ocultas."""
    estados, referencias = leer_estado(ahora), leer_referencias()
    libro = Workbook()
    _instrucciones(libro.worksheets[0], ahora)
    rangos = _listas(libro.create_sheet(LISTAS), referencias)
    for hoja in (LOGROS, BASES, "fichas", "servicios", "lineamientos"):
        _hoja(libro.create_sheet(hoja), estados[hoja], rangos)
    _versiones(libro.create_sheet(VERSIONES), estados)
    libro.move_sheet(LISTAS, len(libro.worksheets))
    salida = BytesIO()
    libro.save(salida)
    return salida.getvalue()


def _instrucciones(hoja: Worksheet, ahora: datetime) -> None:
    hoja.title = INSTRUCCIONES
    hoja.column_dimensions["A"].width = 110
    _poner(hoja, 1, 1, "El catálogo de la Política Nacional Penitenciaria al 2030").font = Font(bold=True, size=14)
    _poner(hoja, 2, 1, f"Descargado el {escribir_fecha(ahora.date())}.")
    for fila, frase in enumerate(_COMO, 4):
        _poner(hoja, fila, 1, frase).alignment = Alignment(wrap_text=True, vertical="top")
    hoja.protection.sheet = True


def _listas(hoja: Worksheet, referencias: Referencias) -> dict[Any, str]:
    """Una pareja de columnas (código y nombre) por lista; devuelve el rango de los códigos de cada una."""
    listas: list[tuple[Any, str, list[tuple[str, str]]]] = [
        ("motivos", "motivos de ausencia", [(m.value, TEXTO_DE_MOTIVO[m]) for m in MOTIVOS_DECLARABLES])
    ]
    for modelo, objetos in referencias.items():
        listas.append((modelo, str(modelo._meta.verbose_name_plural), [(c, str(o)) for c, o in objetos.items()]))
    rangos = {}
    for lugar, (clave, titulo, parejas) in enumerate(listas):
        columna = 1 + 3 * lugar
        letra = get_column_letter(columna)
        _poner(hoja, 1, columna, titulo).font = Font(bold=True)
        hoja.column_dimensions[letra].width, hoja.column_dimensions[get_column_letter(columna + 1)].width = 24, 44
        for fila, (codigo, nombre) in enumerate(parejas, 2):
            _poner(hoja, fila, columna, codigo)
            _poner(hoja, fila, columna + 1, nombre)
        if parejas:
            rangos[clave] = f"{LISTAS}!${letra}$2:${letra}${len(parejas) + 1}"
    hoja.protection.sheet = True
    return rangos


def _hoja(hoja: Worksheet, estado: Estado, rangos: Mapping[Any, str]) -> None:
    columnas = columnas_de(estado)
    for lugar, (campo, rotulo) in enumerate(columnas.items(), 1):
        celda = _poner(hoja, 1, lugar, rotulo)
        celda.font, celda.fill = Font(bold=True), PatternFill("solid", "EDEFF1")
        celda.alignment = Alignment(wrap_text=True, vertical="bottom")
        hoja.column_dimensions[get_column_letter(lugar)].width = _ANCHO.get(campo, 12 if campo.isdecimal() else 28)
        if validacion := _validacion(estado, campo, rangos):
            letra = get_column_letter(lugar)
            validacion.add(f"{letra}2:{letra}{len(estado.objetos) + FILAS_PARA_AGREGAR + 1}")
            hoja.add_data_validation(validacion)
    ultima = 1
    for ultima, (codigo, objeto) in enumerate(estado.objetos.items(), 2):
        for lugar, campo in enumerate(columnas, 1):
            celda = _poner(hoja, ultima, lugar, _contenido(estado, codigo, objeto, campo))
            editable = campo in estado.editables and not _es_identidad(estado, campo)
            celda.protection = Protection(locked=not editable)
            celda.alignment = Alignment(wrap_text=True, vertical="top")
            if not editable:
                celda.fill = PatternFill("solid", "F5F6F7")
    if estado.hoja in TEXTOS:
        for fila in range(ultima + 1, ultima + 1 + FILAS_PARA_AGREGAR):
            for lugar in range(1, len(columnas) + 1):
                hoja.cell(fila, lugar).protection = Protection(locked=False)
    hoja.freeze_panes = "B2" if estado.hoja in TEXTOS else "D2"
    hoja.protection.sheet = True
    hoja.protection.formatColumns = hoja.protection.formatRows = False


def columnas_de(estado: Estado) -> dict[str, str]:
    """Las columnas de la hoja, con su rótulo; el código va siempre primero."""
    return {"codigo": "código"} | estado.rotulos


def _es_identidad(estado: Estado, campo: str) -> bool:
    return campo == "codigo" or (estado.hoja in TEXTOS and campo in IDENTIDAD[TEXTOS[estado.hoja]])


def _contenido(estado: Estado, codigo: str, objeto: Any, campo: str) -> Any:
    if campo == "codigo":
        return codigo
    if estado.hoja not in TEXTOS and campo == "indicador":
        return objeto.nombre_corto
    if estado.hoja not in TEXTOS and campo == "unidad":
        return " ".join(filter(None, (objeto.get_unidad_display(), f"({objeto.simbolo})" if objeto.simbolo else "")))
    texto = estado.texto(codigo, campo)
    es_cifra = (estado.hoja == LOGROS or (estado.hoja == BASES and campo in ("valor", "anio"))) and texto[-1:].isdigit()
    return leer_decimal(texto) if es_cifra and "." not in texto else texto


def _validacion(estado: Estado, campo: str, rangos: Mapping[Any, str]) -> DataValidation | None:
    """La lista de lo que admite la columna, si es de elegir; avisa, pero deja escribir lo que aún no está."""
    if campo in ("codigo", "indicador") or not (estado.hoja == BASES or estado.hoja in TEXTOS):
        return None
    if estado.hoja == BASES and campo == "unidad":
        return None
    modelo: Any = LineaBase if estado.hoja == BASES else TEXTOS[estado.hoja]
    definido = modelo._meta.get_field(campo)
    formula = ""
    if campo == "motivo_ausencia":
        formula = rangos["motivos"]
    elif isinstance(definido, models.ForeignKey):
        formula = rangos.get(definido.related_model, "")
    elif isinstance(definido, models.BooleanField):
        formula = '"sí,no"'
    elif definido.choices:
        formula = f'"{",".join(str(codigo) for codigo, _ in definido.choices)}"'
    if not formula:
        return None
    return DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=True, errorStyle="warning")


def _versiones(hoja: Worksheet, estados: Mapping[str, Estado]) -> None:
    for lugar, rotulo in enumerate(("hoja", "código", "campo", "versión"), 1):
        _poner(hoja, 1, lugar, rotulo)
    fila = 1
    for nombre in HOJAS:
        for (codigo, campo), version in estados[nombre].versiones.items():
            fila += 1
            for lugar, dato in enumerate((nombre, codigo, campo, version), 1):
                _poner(hoja, fila, lugar, dato)
    hoja.sheet_state = "veryHidden"
    hoja.protection.sheet = True


def _poner(hoja: Worksheet, fila: int, columna: int, dato: Any) -> Any:
    """Escribe con su tipo; un texto nunca se interpreta, aunque empiece como una fórmula."""
    celda: Any = hoja.cell(fila, columna)
    if isinstance(dato, str):
        if dato:
            celda.value, celda.data_type = dato, "s"
            celda.quotePrefix = dato.lstrip(" ").startswith(INICIOS_DE_FORMULA)
    else:
        celda.value = dato
    return celda


# Leer


def leer(archivo: BinaryIO, opciones: Mapping[str, Any]) -> Iterator[FilaDeCatalogo | ErrorDeCelda]:
    """Las filas de las hojas conocidas del libro y lo que no se entiende de ellas. Levanta ``ArchivoIlegible``."""
    try:
        yield from _leer(archivo)
    except (BadZipFile, ParseError, KeyError, TypeError, EOFError, ValueError) as error:
        if isinstance(error, ArchivoIlegible):
            raise
        raise ArchivoIlegible("El libro está dañado. Descárguelo otra vez, llénelo y súbalo de nuevo.") from error


def _leer(archivo: BinaryIO) -> Iterator[FilaDeCatalogo | ErrorDeCelda]:
    libro = xlsx.abrir(archivo)
    if VERSIONES not in libro.sheetnames:
        raise ArchivoIlegible(
            "Al libro le falta su hoja oculta «versiones», que dice qué regía al descargarlo. Descárguelo otra vez y "
            "copie en él lo que escribió."
        )
    presentes = [hoja for hoja in HOJAS if hoja in libro.sheetnames]
    if not presentes:
        raise ArchivoIlegible(f"El libro no tiene ninguna de las hojas del catálogo: {', '.join(HOJAS)}.")
    versiones = _leer_versiones(libro[VERSIONES])
    columnas = {hoja: _rotulos_conocidos(hoja) for hoja in presentes}
    for hoja in presentes:
        yield from _leer_hoja(libro[hoja], hoja, columnas[hoja], versiones.get(hoja, {}))
    libro.close()


def _leer_versiones(hoja: Any) -> dict[str, dict[tuple[str, str], int]]:
    versiones: dict[str, dict[tuple[str, str], int]] = {}
    for nombre, codigo, campo, version in hoja.iter_rows(min_row=2, max_col=4, values_only=True):
        versiones.setdefault(str(nombre), {})[str(codigo), crudo_a_texto(campo)] = int(version)
    return versiones


def _rotulos_conocidos(hoja: str) -> dict[str, str]:
    """De cada rótulo admitido, sin acentos ni mayúsculas, a su campo; también el nombre del campo."""
    conocidos = {}
    for campo, rotulo in ({"codigo": "código"} | rotulos_de(hoja)).items():
        conocidos[sin_acentos(rotulo)] = conocidos[sin_acentos(campo)] = campo
    return conocidos


def _leer_hoja(
    hoja: Any, nombre: str, conocidos: Mapping[str, str], versiones: Mapping[tuple[str, str], int]
) -> Iterator[FilaDeCatalogo | ErrorDeCelda]:
    filas = hoja.iter_rows(max_row=FILAS_MAXIMAS + 1, max_col=COLUMNAS_MAXIMAS)
    campos: dict[int, str] = {}
    for lugar, celda in enumerate(next(filas, ()), 1):
        rotulo = crudo_a_texto(celda.value)
        if not rotulo:
            continue
        campo = conocidos.get(sin_acentos(" ".join(rotulo.split())), "")
        if not campo or campo in campos.values():
            motivo = "No se conoce esta columna" if not campo else "Esta columna está repetida"
            direccion = f"{get_column_letter(lugar)}1"
            yield ErrorDeCelda(nombre, direccion, rotulo, f"{motivo}: use los rótulos del libro descargado.")
        campos[lugar] = campo
    if "codigo" not in campos.values():
        yield ErrorDeCelda(nombre, "A1", "", "Falta la columna «código», que dice a qué corresponde cada fila.")
        return
    for numero, fila in enumerate(filas, 2):
        if numero > FILAS_MAXIMAS:
            yield ErrorDeCelda(nombre, f"A{numero}", "", f"La hoja pasa de {plural(FILAS_MAXIMAS, 'fila', 'filas')}.")
            return
        yield from _leer_fila(nombre, numero, fila, campos, versiones)


def _leer_fila(
    nombre: str, numero: int, fila: Iterable[Any], campos: Mapping[int, str], versiones: Mapping[tuple[str, str], int]
) -> Iterator[FilaDeCatalogo | ErrorDeCelda]:
    celdas, malas = {}, []
    for lugar, celda in enumerate(fila, 1):
        if not campos.get(lugar):
            continue
        direccion, texto, mal = f"{get_column_letter(lugar)}{numero}", crudo_a_texto(celda.value), _inadmisible(celda)
        if mal:
            malas.append(ErrorDeCelda(nombre, direccion, texto, mal))
        else:
            celdas[campos[lugar]] = (direccion, texto)
    if not malas and not any(texto for _, texto in celdas.values()):
        return
    yield from malas
    codigo = limpiar(celdas.get("codigo", ("", ""))[1])
    if codigo:
        yield FilaDeCatalogo(nombre, numero, codigo, celdas, versiones)
    elif not malas:
        yield ErrorDeCelda(nombre, f"A{numero}", "", "Falta el código: sin él no se sabe a qué corresponde la fila.")


def _inadmisible(celda: Any) -> str:
    """Por qué no se acepta lo que trae la celda; vacío si se acepta."""
    if celda.value is None:
        return ""
    if celda.data_type == "f":
        return "La celda tiene una fórmula. Copie el resultado y péguelo como valor."
    if celda.data_type == "e":
        return "La celda tiene un error de cálculo. Escriba el valor."
    if celda.data_type == "n" and "%" in str(celda.number_format):
        return "Tiene formato de porcentaje, que guarda 0,3 donde se lee 30 %. Póngale formato de número y escriba 30."
    return ""
