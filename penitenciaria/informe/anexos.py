"""Los anexos del reporte: matriz de seguimiento, fichas, intervenciones, fuentes, método y cambios."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from indicadores import frases
from indicadores.calculo.tipos import Ausencia, Motivo
from indicadores.formato import (
    PALABRA_DE_SENTIDO,
    escribir_fecha,
    escribir_periodo,
    escribir_valor,
    texto_de_motivo,
)
from penitenciaria.informe.cifras import Diferente, cifras, comparar, del_objetivo
from penitenciaria.informe.cotejo import cotejar
from penitenciaria.informe.documento import Bloque, Columna, Datos, Titulo
from penitenciaria.informe.hechos import (
    Cifra,
    Informe,
    IntervencionInformada,
    Medida,
    NormaCitada,
    ObjetivoInformado,
    Que,
)
from penitenciaria.informe.redaccion import valor_de
from penitenciaria.informe.relato import es_posterior

POR_DEFINIR = "por definir"
LETRAS = "abcdefghijklmnopqrstuvwxyz"
_QUE = {Que.LINEA_BASE: "línea base", Que.VALOR: "valor", Que.LOGRO_ESPERADO: "logro esperado"}


class Cuerpo(Protocol):
    """Lo que un anexo necesita para escribirse (véase ``composicion``)."""

    bloques: list[Bloque]

    def titulo(self, nivel: int, texto: str, ancla: str, numero: str = "") -> None: ...

    def parrafo(self, texto: str) -> None: ...

    def lista(self, elementos: Iterable[str]) -> None: ...

    def tabla(
        self,
        titulo: str,
        columnas: Sequence[Columna],
        filas: Iterable[tuple[str, ...]],
        *,
        notas: Sequence[str] = (),
        apaisada: bool = False,
    ) -> None: ...


def ancla_de(codigo: str, prefijo: str) -> str:
    """«ficha-op-01-i2»."""
    return f"{prefijo}-{codigo.lower().replace('.', '-')}"


# --- Matriz de seguimiento ------------------------------------------------------------------------------------------


def matriz(cuerpo: Cuerpo, informe: Informe) -> None:
    """Las columnas de CEPLAN, en una tabla para los objetivos y otra para los servicios."""
    de_servicios = [medida for servicio in informe.servicios for medida in servicio.cobertura]
    for titulo, medidas in (
        ("Matriz de seguimiento de los indicadores de los objetivos prioritarios", list(informe.medidas)),
        ("Matriz de seguimiento de los indicadores de los servicios", de_servicios),
    ):
        if medidas:
            notas = _Notas()
            filas = [_fila_de_matriz(medida, notas) for medida in medidas]
            cuerpo.tabla(titulo, _columnas(informe.anio), filas, notas=notas.escritas(), apaisada=True)


class _Notas:
    """Los motivos que se repiten en una tabla, con la letra que los cita: «sin valor (a)»."""

    def __init__(self) -> None:
        self.motivos: list[Motivo] = []

    def letra(self, motivo: Motivo) -> str:
        if motivo not in self.motivos:
            self.motivos.append(motivo)
        return f"({LETRAS[self.motivos.index(motivo)]})"

    def escritas(self) -> tuple[str, ...]:
        return tuple(
            frases.con_punto(f"{self.letra(motivo)} {frases.mayuscula(texto_de_motivo(motivo))}")
            for motivo in self.motivos
        )


def _columnas(anio: int) -> tuple[Columna, ...]:
    return (
        Columna("Código", 3),
        Columna("Denominación", 6),
        Columna("Entidad", 2),
        Columna("Unidad", 3),
        Columna("Relevancia", 3),
        Columna("Sentido", 3),
        Columna("Tipo de agregación", 3),
        Columna("Línea base", 3),
        Columna("Logros esperados", 3),
        Columna("Valores obtenidos", 4),
        Columna(f"Avance tipo I ({anio})", 3),
        Columna(f"Avance tipo II ({anio})", 3),
    )


def _fila_de_matriz(medida: Medida, notas: _Notas) -> tuple[str, ...]:
    evaluacion = medida.evaluacion
    base, avance = evaluacion.linea_base, evaluacion.avance

    def escrita(valor: Decimal | None, ausencia: Ausencia | None) -> str:
        if valor is not None:
            return escribir_valor(valor, medida.simbolo, medida.decimales)
        return f"sin valor {notas.letra(ausencia.motivo if ausencia else Motivo.NO_CONSTA)}"

    def avanzado(avance_i_o_ii: Fraction | None, motivo: Motivo | None) -> str:
        if avance_i_o_ii is None:
            return f"no calculable {notas.letra(motivo or Motivo.SIN_MEDICION)}"
        return frases.porcentaje_de_avance(avance_i_o_ii) + (" (parcial)" if avance.parcial else "")

    return (
        medida.codigo_oficial or medida.codigo,
        medida.nombre,
        medida.entidad or POR_DEFINIR,
        medida.unidad,
        str(medida.relevancia) if medida.relevancia else POR_DEFINIR,
        PALABRA_DE_SENTIDO[evaluacion.sentido],
        medida.tipo_agregacion or POR_DEFINIR,
        f"{base.anio}: {escrita(base.valor, base.ausencia)}" if base else "no consta",
        "; ".join(f"{logro.anio}: {escrita(logro.valor, logro.ausencia)}" for logro in evaluacion.logros)
        or "no constan",
        "; ".join(
            f"{escribir_periodo(dato.periodo.texto)}: "
            f"{valor_de(dato, medida) if dato.valor is not None else escrita(None, dato.ausencia)}"
            for dato in medida.datos
        )
        or "no constan",
        avanzado(avance.tipo_i, avance.motivo),
        avanzado(avance.tipo_ii, avance.motivo_tipo_ii),
    )


# --- Fichas técnicas ------------------------------------------------------------------------------------------------


def fichas(cuerpo: Cuerpo, informe: Informe) -> None:
    """Una ficha por indicador: los campos conocidos y, en una línea, los que están por definir."""
    cuerpo.parrafo("De cada ficha se muestran los campos que ya se conocen y se nombran los que están por definir.")
    for medida in (*informe.medidas, *(una for servicio in informe.servicios for una in servicio.cobertura)):
        cuerpo.bloques.append(Titulo(3, medida.nombre, ancla_de(medida.codigo, "ficha"), medida.codigo))
        faltan = [frases.minuscula(rotulo) for rotulo, texto in medida.ficha if not texto]
        conocidos = tuple((rotulo, texto) for rotulo, texto in medida.ficha if texto)
        cuerpo.bloques.append(Datos((*conocidos, *((("Por definir", ", ".join(faltan)),) if faltan else ()))))


# --- Intervenciones -------------------------------------------------------------------------------------------------


def intervenciones(cuerpo: Cuerpo, informe: Informe) -> None:
    """El registro de intervenciones del año, con su servicio y su fuente."""
    filas = [
        (una.servicio or objetivo.codigo, una.titulo, una.descripcion or "–", una.fuente or "no consta")
        for objetivo in informe.objetivos
        for una in intervenciones_del_corte(informe, objetivo)
    ]
    if not filas:
        cuerpo.parrafo(f"No consta ninguna intervención registrada en {informe.anio}.")
        return
    cuerpo.tabla(
        f"Intervenciones registradas en {informe.anio}",
        (Columna("Objetivo o servicio", 2), Columna("Intervención", 4), Columna("Detalle", 8), Columna("Fuente", 4)),
        filas,
    )


def intervenciones_del_corte(informe: Informe, objetivo: ObjetivoInformado) -> Iterator[IntervencionInformada]:
    """Las del objetivo; calla el detalle que cita una cifra que no está en los datos o un hecho posterior al corte."""
    datos = del_objetivo(cifras(informe), objetivo.codigo)
    for una in objetivo.intervenciones:
        if es_posterior(una.descripcion, informe.corte) or cotejar(una.descripcion, datos):
            yield IntervencionInformada(una.servicio, una.titulo, "", una.fuente)
        else:
            yield una


# --- Fuentes y normas -----------------------------------------------------------------------------------------------


def fuentes(cuerpo: Cuerpo, informe: Informe) -> None:
    cuerpo.titulo(2, "Fuentes", "fuentes")
    cuerpo.lista(
        frases.con_punto(f"{fuente.nombre}, {fuente.url}" if fuente.url else fuente.nombre)
        for fuente in informe.fuentes
    )
    if not informe.fuentes:
        cuerpo.parrafo("No consta ninguna fuente.")
    if informe.normas:
        cuerpo.titulo(2, "Normas y documentos citados", "normas")
        cuerpo.lista(_norma(norma) for norma in informe.normas)


def _norma(norma: NormaCitada) -> str:
    titulo = f", «{norma.titulo}»" if norma.titulo else ""
    return frases.con_punto(f"{norma.nombre}{titulo}{f' ({norma.cuando})' if norma.cuando else ''}")


# --- Método ---------------------------------------------------------------------------------------------------------


def metodo(cuerpo: Cuerpo, informe: Informe) -> None:
    """Cómo se obtiene cada cifra, con los umbrales que regían."""
    corte, publicado = escribir_fecha(informe.corte), escribir_fecha(informe.publicado_hasta)
    verde, amarillo = (escribir_valor(umbral, "%", 2) for umbral in (informe.umbrales.verde, informe.umbrales.amarillo))
    reglas = METODO.format(corte=corte, publicado=publicado, verde=verde, amarillo=amarillo).split("\n\n")
    cuerpo.lista(" ".join(regla.split("\n")).strip() for regla in reglas)


# --- Cambios --------------------------------------------------------------------------------------------------------


def cambios(cuerpo: Cuerpo, informe: Informe) -> None:
    """Qué cifras se agregan, cambian o desaparecen respecto del cierre del año previo."""
    if informe.anterior is None:
        cuerpo.parrafo("Es el primer año de la política: no hay un reporte anterior con el cual comparar.")
        return
    previo, actual = escribir_fecha(informe.anterior.corte), escribir_fecha(informe.corte)
    distintas = comparar(informe.anterior.cifras, cifras(informe))
    if not distintas:
        cuerpo.parrafo(f"Ninguna línea base, valor o logro esperado cambió desde el {previo}.")
        return
    cuerpo.parrafo(
        f"Se comparan las cifras oficiales a la vista el {previo} y el {actual}, con lo publicado hasta el "
        f"{escribir_fecha(informe.publicado_hasta)}."
    )
    nombres = {
        medida.codigo: medida.nombre_corto
        for medida in (*informe.medidas, *(una for servicio in informe.servicios for una in servicio.cobertura))
    }
    cuerpo.tabla(
        f"Cifras que cambian entre el {previo} y el {actual}",
        (Columna("Código", 2), Columna("Indicador", 5), Columna("Cifra", 3), Columna("Antes", 3), Columna("Ahora", 3)),
        (_fila_de_cambio(una, nombres) for una in distintas),
    )


def _fila_de_cambio(una: Diferente, nombres: dict[str, str]) -> tuple[str, ...]:
    cifra = una.ahora or una.antes
    assert cifra is not None
    return (
        cifra.codigo,
        nombres.get(cifra.codigo, ""),
        f"{_QUE[cifra.que]}, {escribir_periodo(cifra.periodo)}",
        _cifra_escrita(una.antes),
        _cifra_escrita(una.ahora),
    )


def _cifra_escrita(cifra: Cifra | None) -> str:
    if cifra is None:
        return "no figuraba"
    if cifra.valor is None:
        return f"sin valor ({texto_de_motivo(Motivo(cifra.motivo))})"
    return escribir_valor(cifra.valor, cifra.unidad, cifra.decimales)


METODO = """
Corte: {corte}. Cuentan los valores oficiales y nacionales de periodos terminados hasta ese día, tal como estaban
publicados el {publicado}. Las cifras referenciales no cuentan.

Valor del año: la medición anual; si falta, la última del año, que se señala como parcial.

Avance tipo I: valor obtenido entre logro esperado, por cien; en un indicador descendente, logro esperado entre valor
obtenido, por cien.

Avance tipo II: parte recorrida del camino entre la línea base y el logro esperado, por cien. Es negativo cuando el
indicador retrocede.

Semáforo, sobre el avance tipo I: cumple, desde {verde}; en riesgo, desde {amarillo}; lejos, por debajo.

Avance de un objetivo: media de los avances tipo I de sus indicadores, acotados entre 0 % y 100 % y ponderados por su
relevancia; si no se conoce la relevancia, pesan igual.

Un dato que falta no es un cero: se dice el motivo y nada se calcula con él.

Las cifras salen de los datos publicados. Del relato de la entidad se toma el contexto y se omiten las oraciones que
solo repiten esas cifras o citan lo que no se conocía al corte; completo, se lee en la página de cada objetivo.

Los nombres, fichas y estados de los servicios son los del catálogo a la fecha de elaboración. Los códigos de los
indicadores y servicios son propios del portal mientras no se carguen los oficiales.

El portal no registra la ejecución presupuestal: del uso de recursos se informa lo que consta.
"""
#: (título, ancla, quien lo escribe), en su orden; la letra la pone su lugar.
ANEXOS: tuple[tuple[str, str, Callable[[Cuerpo, Informe], None]], ...] = (
    ("Matriz de seguimiento", "anexo-matriz", matriz),
    ("Fichas técnicas de los indicadores", "anexo-fichas", fichas),
    ("Registro de intervenciones", "anexo-intervenciones", intervenciones),
    ("Fuentes y normas", "anexo-fuentes", fuentes),
    ("Método y umbrales", "anexo-metodo", metodo),
    ("Cambios respecto del año anterior", "anexo-cambios", cambios),
)
