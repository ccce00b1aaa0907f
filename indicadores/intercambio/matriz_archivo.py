"""Del archivo subido a sus tablas, con desconfianza: tamaño, codificación y límites; el libro lo abre ``xlsx``."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

from indicadores.formato import escribir_numero
from indicadores.intercambio import xlsx
from indicadores.intercambio.matriz_tabla import COLUMNAS_MAXIMAS, FILAS_MAXIMAS, Celda, Tabla, es_comentario, escrito
from indicadores.intercambio.tipos import ArchivoIlegible
from indicadores.models import AliasDeAmbito, Ambito
from indicadores.nombres import Directorio, Lugar, Nivel

TAMANO_MAXIMO = 10 * 2**20
#: Se lee entero cada vez que se abre la página: desplegado tampoco puede tardar.
ABIERTO_MAXIMO = 80 * 2**20
HOJAS_MAXIMAS = 50
FILAS_VACIAS_MAXIMAS = 70_000
HOJA_DE_CSV = "CSV"
_SEPARADORES = ";,\t"


def leer_tablas(archivo: Any) -> list[Tabla]:
    """Las hojas de un XLSX, o la única de un CSV; se distinguen por su contenido. Levanta :class:`ArchivoIlegible`."""
    contenido = archivo.read(TAMANO_MAXIMO + 1)
    if len(contenido) > TAMANO_MAXIMO:
        raise ArchivoIlegible(
            f"El archivo pasa de {TAMANO_MAXIMO // 2**20} MB. Deje en él solo la hoja con el cuadro y vuelva a subirlo."
        )
    if contenido.startswith(b"PK"):
        return _de_xlsx(archivo)
    if contenido.startswith(b"\xd0\xcf\x11\xe0"):
        raise ArchivoIlegible("Es un libro de Excel antiguo (.xls). Ábralo y guárdelo como .xlsx o como CSV UTF-8.")
    return [_de_csv(contenido)]


def directorio() -> Directorio:
    """Los ámbitos del catálogo y los alias aprendidos, en dos consultas."""
    lugares = [
        Lugar(codigo, nombre, Nivel(nivel), padre or "", departamento)
        for codigo, nombre, nivel, padre, departamento in Ambito.objects.order_by("codigo").values_list(
            "codigo", "nombre", "nivel", "padre__codigo", "departamento"
        )
    ]
    return Directorio(lugares, dict(AliasDeAmbito.objects.order_by("alias").values_list("alias", "ambito__codigo")))


def _de_xlsx(archivo: Any) -> list[Tabla]:
    libro = xlsx.abrir(archivo, abierto_maximo=ABIERTO_MAXIMO)
    try:
        visibles = [hoja for hoja in libro.worksheets if hoja.sheet_state == "visible"]
        if len(visibles) > HOJAS_MAXIMAS:
            raise ArchivoIlegible(f"El libro tiene más de {HOJAS_MAXIMAS} hojas. Deje en él solo las de los cuadros.")
        # Una hoja con formato hasta muy abajo tiene filas vacías que no cuentan: se cortan después.
        tablas = [
            _tabla(hoja.title, (fila for _, fila in xlsx.filas(hoja, maximo=FILAS_VACIAS_MAXIMAS))) for hoja in visibles
        ]
    finally:
        libro.close()
    if not tablas:
        raise ArchivoIlegible("El libro no tiene ninguna hoja visible con celdas.")
    return tablas


def _de_csv(contenido: bytes) -> Tabla:
    try:
        texto = contenido.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fila = contenido[: error.start].count(b"\n") + 1
        raise ArchivoIlegible(
            f"La fila {fila} no está en UTF-8 (suele ser un CSV guardado como «ANSI» o Latin-1). En Excel, guárdelo "
            "como «CSV UTF-8 (delimitado por comas)»."
        ) from error
    if "\0" in texto:
        raise ArchivoIlegible("El archivo no es texto. Suba un .xlsx o un CSV en UTF-8.")
    try:
        filas = list(csv.reader(io.StringIO(texto, newline=""), delimiter=_separador(texto), strict=True))
    except csv.Error as error:
        raise ArchivoIlegible(
            "El CSV tiene comillas sin cerrar o una celda enorme. Guárdelo otra vez desde Excel."
        ) from error
    return _tabla(HOJA_DE_CSV, filas)


def _separador(texto: str) -> str:
    """El que parte más filas en un mismo número de celdas; a igual acierto, el punto y coma."""
    lineas = [linea for linea in texto.splitlines()[:200] if linea.strip() and not linea.lstrip("\"' ").startswith("#")]

    def acierto(separador: str) -> int:
        cuantos = Counter(linea.count(separador) for linea in lineas)
        cuantos.pop(0, None)
        return max(cuantos.values(), default=0)

    return max(_SEPARADORES, key=acierto)


def _tabla(nombre: str, filas: Iterable[Iterable[Celda]]) -> Tabla:
    """La tabla sin las filas ni celdas vacías del final; levanta si pasa de los límites."""
    cortadas: list[tuple[Celda, ...]] = []
    for fila in filas:
        celdas: list[Celda] = list(fila)
        while celdas and not escrito(celdas[-1]):
            celdas.pop()
        cortadas.append(tuple(celdas))
    while cortadas and not cortadas[-1]:
        cortadas.pop()
    if len(cortadas) > FILAS_MAXIMAS:
        raise ArchivoIlegible(
            f"La hoja «{nombre}» pasa de {escribir_numero(FILAS_MAXIMAS, 0)} filas. Una matriz tiene un lugar por "
            "fila: use la hoja de mediciones."
        )
    if max((len(fila) for fila in cortadas if not es_comentario(fila)), default=0) > COLUMNAS_MAXIMAS:
        raise ArchivoIlegible(f"La hoja «{nombre}» pasa de {COLUMNAS_MAXIMAS} columnas. Deje solo las que se usan.")
    return Tabla(nombre, tuple(cortadas))
