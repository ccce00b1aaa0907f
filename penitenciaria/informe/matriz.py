"""La matriz de seguimiento de CEPLAN como libro de Excel: números que son números y, al lado, la razón de lo que falta.

Dos hojas: la matriz, una fila por indicador con lo de cada año, y los valores uno por uno, con su fuente.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from indicadores.calculo.tipos import Ausencia, Avance, Motivo, ValorDelAnio
from indicadores.formato import PALABRA_DE_SENTIDO, escribir_fecha, escribir_periodo, redondear, texto_de_motivo
from indicadores.frases import palabra_de_luz
from penitenciaria.informe.hechos import Informe, Medida
from penitenciaria.informe.ooxml import AUTOR, FECHA_FIJA, admisible, reempacar

POR_DEFINIR = "por definir"
BORRADOR = "Borrador"
#: Por aquí empieza lo que una hoja de cálculo podría tomar por una fórmula.
INICIOS_DE_FORMULA = ("=", "+", "-", "@", "\t", "\n", "|", "%")
#: La fila de los encabezados: encima van el título, la política con su corte y la constancia.
FILA_DE_ENCABEZADOS = 5
DECIMALES_DE_AVANCE = 2
_TINTA, _GRIS, _MARCA, _SUAVE, _LINEA = "FF16191D", "FF545C66", "FF8A1C2B", "FFF5F6F7", "FFC9CED4"
_A3 = 8


@dataclass(frozen=True, slots=True)
class Numero:
    """Un número con los decimales con que se muestra; la celda guarda el valor exacto. Un año va sin millares."""

    valor: Decimal | int
    decimales: int = 0
    millares: bool = True


#: Lo que cabe en una celda; None la deja vacía.
Contenido = Numero | str | None


@dataclass(frozen=True, slots=True)
class ColumnaDeHoja:
    """Una columna con su ancho en caracteres."""

    rotulo: str
    ancho: int = 12


def escribir_matriz(informe: Informe, *, constancia: Sequence[str] | None = None) -> bytes:
    """El libro .xlsx; los mismos bytes para el mismo informe.

    ``constancia`` son las líneas de un reporte emitido; vacía, la de un borrador; con None no se dice cuál.
    """
    libro = Workbook()
    hoja = libro.active
    assert isinstance(hoja, Worksheet)
    titulo = f"Matriz de seguimiento {informe.anio}"
    _llenar(hoja, "Matriz", titulo, informe, constancia, columnas_de_matriz(informe), filas_de_matriz(informe))
    _llenar(
        libro.create_sheet(),
        "Valores",
        f"Valores publicados al {escribir_fecha(informe.corte)}",
        informe,
        constancia,
        COLUMNAS_DE_VALORES,
        filas_de_valores(informe),
    )
    propiedades = libro.properties
    propiedades.title, propiedades.subject = titulo, admisible(informe.encabezado.politica)
    propiedades.creator = propiedades.lastModifiedBy = AUTOR
    propiedades.language = "es-PE"
    propiedades.created = propiedades.modified = FECHA_FIJA
    salida = BytesIO()
    libro.save(salida)
    return reempacar(salida.getvalue())


# --- Qué dice cada hoja ---------------------------------------------------------------------------------------------


def columnas_de_matriz(informe: Informe) -> tuple[ColumnaDeHoja, ...]:
    """Las de CEPLAN; los años son los que llevan algún logro o alguna medición, más el del reporte."""
    anio = informe.anio
    return (
        ColumnaDeHoja("Código", 13),
        ColumnaDeHoja("Denominación del indicador", 44),
        ColumnaDeHoja("Objetivo o servicio", 12),
        ColumnaDeHoja("Código oficial", 12),
        ColumnaDeHoja("Entidad responsable", 14),
        ColumnaDeHoja("Unidad de medida", 13),
        ColumnaDeHoja("Símbolo", 14),
        ColumnaDeHoja("Relevancia", 12),
        ColumnaDeHoja("Sentido esperado", 13),
        ColumnaDeHoja("Tipo de agregación", 13),
        ColumnaDeHoja("Año de la línea base", 11),
        ColumnaDeHoja("Línea base", 11),
        ColumnaDeHoja("Razón de la línea base que falta", 34),
        *(ColumnaDeHoja(f"Logro esperado {uno}", 11) for uno in _anios_con_logro(informe)),
        ColumnaDeHoja("Razón de los logros que faltan", 34),
        *(ColumnaDeHoja(f"Valor obtenido {uno}", 11) for uno in _anios_con_valor(informe)),
        ColumnaDeHoja("Notas de los valores", 40),
        ColumnaDeHoja(f"Avance tipo I {anio} (%)", 11),
        ColumnaDeHoja("Razón del tipo I que falta", 28),
        ColumnaDeHoja(f"Avance tipo II {anio} (%)", 11),
        ColumnaDeHoja("Razón del tipo II que falta", 28),
        ColumnaDeHoja(f"Situación {anio}", 16),
    )


COLUMNAS_DE_VALORES = (
    ColumnaDeHoja("Código", 13),
    ColumnaDeHoja("Denominación del indicador", 44),
    ColumnaDeHoja("Periodo", 10),
    ColumnaDeHoja("Periodo en palabras", 22),
    ColumnaDeHoja("Valor", 12),
    ColumnaDeHoja("Símbolo", 16),
    ColumnaDeHoja("Numerador", 12),
    ColumnaDeHoja("Denominador", 13),
    ColumnaDeHoja("Razón del valor que falta", 40),
    ColumnaDeHoja("Fuente", 52),
)


def filas_de_matriz(informe: Informe) -> Iterator[tuple[Contenido, ...]]:
    """Primero los indicadores de los objetivos y después los de los servicios."""
    con_logro, con_valor = _anios_con_logro(informe), _anios_con_valor(informe)
    for medida in _medidas(informe):
        evaluacion = medida.evaluacion
        base, avance = evaluacion.linea_base, evaluacion.avance
        logros = {logro.anio: logro for logro in evaluacion.logros}
        serie = {del_anio.anio: del_anio for del_anio in evaluacion.serie}
        esperados = [logros.get(anio) for anio in con_logro]
        obtenidos = [serie.get(anio) for anio in con_valor]
        yield (
            medida.codigo,
            medida.nombre,
            medida.servicio or medida.objetivo,
            medida.codigo_oficial or POR_DEFINIR,
            medida.entidad or POR_DEFINIR,
            medida.unidad,
            medida.simbolo,
            Numero(medida.relevancia) if medida.relevancia else POR_DEFINIR,
            PALABRA_DE_SENTIDO[evaluacion.sentido],
            medida.tipo_agregacion or POR_DEFINIR,
            Numero(base.anio, millares=False) if base else None,
            _numero(base.valor, medida) if base else None,
            "" if base and base.valor is not None else _razon(base.ausencia if base else None),
            *(_numero(logro.valor, medida) if logro else None for logro in esperados),
            _unir(
                f"{anio}: {_razon(logro.ausencia if logro else None)}"
                for anio, logro in zip(con_logro, esperados, strict=True)
                if logro is None or logro.valor is None
            ),
            *(_numero(uno.dato.valor, medida) if uno and uno.dato else None for uno in obtenidos),
            _unir(_nota(anio, uno) for anio, uno in zip(con_valor, obtenidos, strict=True)),
            _de_avance(avance.tipo_i),
            _motivo(avance.motivo, avance.tipo_i),
            _de_avance(avance.tipo_ii),
            _motivo(avance.motivo_tipo_ii, avance.tipo_ii),
            _situacion(avance),
        )


def filas_de_valores(informe: Informe) -> Iterator[tuple[Contenido, ...]]:
    """Cada valor publicado, o su ausencia con la razón, en el orden de la matriz y del tiempo."""
    for medida in _medidas(informe):
        for dato in medida.datos:
            yield (
                medida.codigo,
                medida.nombre,
                dato.periodo.texto,
                escribir_periodo(dato.periodo.texto),
                _numero(dato.valor, medida),
                medida.simbolo,
                None if dato.numerador is None else Numero(dato.numerador),
                None if dato.denominador is None else Numero(dato.denominador),
                "" if dato.valor is not None else _razon(dato.ausencia),
                dato.fuente.nombre if dato.fuente else "no consta",
            )


def _medidas(informe: Informe) -> Iterator[Medida]:
    yield from informe.medidas
    for servicio in informe.servicios:
        yield from servicio.cobertura


def _anios_con_logro(informe: Informe) -> list[int]:
    return sorted({informe.anio, *(logro.anio for medida in _medidas(informe) for logro in medida.evaluacion.logros)})


def _anios_con_valor(informe: Informe) -> list[int]:
    return sorted({informe.anio, *(dato.periodo.anio for medida in _medidas(informe) for dato in medida.datos)})


def _numero(valor: Decimal | None, medida: Medida) -> Numero | None:
    return None if valor is None else Numero(valor, medida.decimales)


def _de_avance(avance: Fraction | None) -> Numero | None:
    return None if avance is None else Numero(redondear(avance, DECIMALES_DE_AVANCE), DECIMALES_DE_AVANCE)


def _motivo(motivo: Motivo | None, avance: Fraction | None) -> str:
    return "" if avance is not None else texto_de_motivo(motivo or Motivo.NO_CONSTA)


def _situacion(avance: Avance) -> str:
    return palabra_de_luz(avance) + (" (parcial)" if avance.parcial else "")


def _nota(anio: int, del_anio: ValorDelAnio | None) -> str:
    """Por qué falta el valor de un año, o qué hay que saber del que se muestra."""
    dato = del_anio.dato if del_anio else None
    if del_anio is None or dato is None or dato.valor is None:
        ausencia: Ausencia | None = dato.ausencia if dato else None
        return f"{anio}: {_razon(ausencia, Motivo.NO_CONSTA if dato else Motivo.SIN_MEDICION)}"
    avisos = [
        f"parcial, de {escribir_periodo(dato.periodo.texto)}" if del_anio.parcial else "",
        "repite el valor anterior" if del_anio.se_repite else "",
    ]
    return f"{anio}: {'; '.join(filter(None, avisos))}" if any(avisos) else ""


def _razon(ausencia: Ausencia | None, motivo: Motivo = Motivo.NO_CONSTA) -> str:
    """El motivo, como en el reporte; la explicación que dio una persona puede hablar de algo posterior al corte."""
    return texto_de_motivo(ausencia.motivo if ausencia else motivo)


def _unir(notas: Iterable[str]) -> str:
    return ". ".join(nota.rstrip(".") for nota in notas if nota)


# --- Cómo se ve -----------------------------------------------------------------------------------------------------


def _llenar(
    hoja: Worksheet,
    nombre: str,
    titulo: str,
    informe: Informe,
    constancia: Sequence[str] | None,
    columnas: Sequence[ColumnaDeHoja],
    filas: Iterable[tuple[Contenido, ...]],
) -> None:
    hoja.title = nombre
    _titular(hoja, titulo, informe, constancia)
    linea = Border(bottom=Side("thin", color=_LINEA))
    for lugar, columna in enumerate(columnas, 1):
        celda = _poner(hoja, FILA_DE_ENCABEZADOS, lugar, columna.rotulo)
        celda.font, celda.fill = Font("Arial", 9, bold=True, color=_TINTA), PatternFill("solid", _SUAVE)
        celda.alignment = Alignment(wrap_text=True, vertical="bottom")
        celda.border = Border(top=Side("medium", color=_TINTA), bottom=Side("medium", color=_TINTA))
        hoja.column_dimensions[get_column_letter(lugar)].width = columna.ancho
    hoja.row_dimensions[FILA_DE_ENCABEZADOS].height = 40
    ultima = FILA_DE_ENCABEZADOS
    for ultima, fila in enumerate(filas, FILA_DE_ENCABEZADOS + 1):
        for lugar, contenido in enumerate(fila, 1):
            celda = _poner(hoja, ultima, lugar, contenido)
            celda.font, celda.border = Font("Arial", 9, color=_TINTA), linea
            celda.alignment = Alignment(
                horizontal="right" if isinstance(contenido, Numero) else "left",
                wrap_text=not isinstance(contenido, Numero),
                vertical="top",
            )
    _preparar_la_hoja(hoja, len(columnas), ultima)


def _titular(hoja: Worksheet, titulo: str, informe: Informe, constancia: Sequence[str] | None) -> None:
    corte, hasta = escribir_fecha(informe.corte), escribir_fecha(informe.publicado_hasta)
    for fila, (texto, letra) in enumerate(
        (
            (titulo, Font("Arial", 15, bold=True, color=_TINTA)),
            (
                f"{informe.encabezado.politica}. Corte: {corte}. Cifras publicadas hasta el {hasta}.",
                Font("Arial", 10, color=_GRIS),
            ),
            (
                "" if constancia is None else " · ".join(constancia) or BORRADOR,
                Font("Arial", 10, bold=not constancia, color=_GRIS if constancia else _MARCA),
            ),
        ),
        1,
    ):
        _poner(hoja, fila, 1, texto).font = letra


def _poner(hoja: Worksheet, fila: int, columna: int, contenido: Contenido) -> Cell:
    """Escribe una celda con su tipo; un texto nunca se interpreta, aunque empiece como una fórmula."""
    celda = hoja.cell(fila, columna)
    assert isinstance(celda, Cell)
    if isinstance(contenido, Numero):
        celda.value = contenido.valor
        celda.number_format = _formato(contenido)
    elif contenido:
        texto = admisible(contenido)
        celda.value = texto
        celda.data_type = "s"
        celda.quotePrefix = texto.lstrip(" ").startswith(INICIOS_DE_FORMULA)
    return celda


def _formato(numero: Numero) -> str:
    """Millares y solo los decimales que el valor tiene, hasta los de su indicador: «37» y «34,9», como en el portal."""
    if not numero.millares:
        return "0"
    exponente = redondear(numero.valor, numero.decimales).normalize().as_tuple().exponent
    decimales = max(0, -exponente) if isinstance(exponente, int) else 0
    return "#,##0" + (f".{'0' * decimales}" if decimales else "")


def _preparar_la_hoja(hoja: Worksheet, columnas: int, ultima: int) -> None:
    """Encabezados y nombres fijos al desplazarse y en cada página; apaisada y a lo ancho de una hoja."""
    hoja.freeze_panes = f"C{FILA_DE_ENCABEZADOS + 1}"
    hoja.auto_filter.ref = f"A{FILA_DE_ENCABEZADOS}:{get_column_letter(columnas)}{ultima}"
    hoja.sheet_view.showGridLines = False
    hoja.print_title_rows = f"{FILA_DE_ENCABEZADOS}:{FILA_DE_ENCABEZADOS}"
    hoja.page_setup.orientation, hoja.page_setup.paperSize = "landscape", _A3
    hoja.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    hoja.page_setup.fitToWidth, hoja.page_setup.fitToHeight = 1, 0
    hoja.page_margins.left = hoja.page_margins.right = 0.4
    hoja.page_margins.top = hoja.page_margins.bottom = 0.6
    pie = hoja.oddFooter
    assert pie is not None
    assert pie.right is not None
    pie.right.text = "página &P de &N"
