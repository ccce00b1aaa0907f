"""La página de un indicador, ya escrita: la plantilla solo la coloca."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils import timezone

from indicadores import frases
from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Ausencia, Dato, Logro, Motivo, ValorBase
from indicadores.desagregacion import SeccionDesagregada, escribir_seccion
from indicadores.formato import (
    PALABRA_DE_CARACTER,
    PALABRA_DE_SITUACION,
    escribir_antiguedad,
    escribir_fecha,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    fecha_corta,
    texto_de_motivo,
)
from indicadores.graficas import Grafica, graficar
from indicadores.lectura import (
    IndicadorLeido,
    leer_desagregacion,
    leer_serie,
    leer_versiones,
)
from indicadores.mirada import Mirada
from indicadores.models import Indicador
from indicadores.paginas import Luz, luz_de


@dataclass(frozen=True, slots=True)
class Cifra:
    """Un número grande con su rótulo y su explicación."""

    rotulo: str
    valor: str
    detalle: str
    luz: Luz | None = None


@dataclass(frozen=True, slots=True)
class FilaDeValor:
    """Un valor publicado (o su ausencia) tal como se lista; ``id`` es el de su constancia."""

    id: int | None
    periodo: str
    valor: str
    razon: str
    numerador: str
    denominador: str
    caracter: str
    situacion: str
    fuente: str
    fuente_url: str
    version: int
    publicado: str
    hasta: str
    se_repite: bool


@dataclass(frozen=True, slots=True)
class PaginaDeIndicador:
    """Lo que muestra la página de un indicador."""

    indicador: Indicador
    luz: Luz
    entrada: str
    desacuerdo: str
    cifras: tuple[Cifra, ...]
    grafica: Grafica
    ritmo: str
    valores: tuple[FilaDeValor, ...]
    logros: tuple[tuple[str, str, str], ...]
    versiones: tuple[FilaDeValor, ...]
    desagregacion: SeccionDesagregada | None
    ficha: tuple[tuple[str, str], ...]


def escribir_pagina(
    leido: IndicadorLeido, mirada: Mirada, pedido: Mapping[str, str] = MappingProxyType({})
) -> PaginaDeIndicador:
    """Reúne y escribe la página de un indicador: un número fijo de consultas.

    ``pedido`` son los parámetros de la dirección; de ellos se leen ``orden`` y ``periodo`` de la desagregación.
    """
    indicador, evaluacion = leido.indicador, leido.evaluacion
    simbolo, decimales = indicador.simbolo, indicador.decimales
    serie = leer_serie(indicador, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    versiones = leer_versiones(indicador, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha)
    desagregacion = leer_desagregacion(
        indicador, corte=mirada.corte, a_la_fecha=mirada.a_la_fecha, periodo=pedido.get("periodo", "").strip()
    )
    avance = evaluacion.ultimo_avance or evaluacion.avance
    return PaginaDeIndicador(
        indicador=indicador,
        luz=luz_de(leido),
        entrada=_entrada(leido, serie),
        desacuerdo=frases.desacuerdo(avance, evaluacion.movimiento),
        cifras=_cifras(leido),
        grafica=graficar(indicador.nombre, simbolo, decimales, evaluacion, serie),
        ritmo=frases.frase_de_ritmo(evaluacion, simbolo, decimales),
        valores=tuple(_fila(leido, dato, serie) for dato in reversed(serie)),
        logros=_logros(leido),
        versiones=tuple(_fila(leido, dato, ()) for dato in versiones),
        desagregacion=escribir_seccion(indicador, desagregacion, mirada, pedido),
        ficha=_ficha(leido),
    )


def _entrada(leido: IndicadorLeido, serie: Sequence[Dato]) -> str:
    indicador, evaluacion = leido.indicador, leido.evaluacion
    simbolo, decimales = indicador.simbolo, indicador.decimales
    oraciones = [frases.que_paso(evaluacion, simbolo, decimales)]
    if evaluacion.ultima_se_repite:
        oraciones.append("El último valor repite el anterior: puede no ser una medición nueva")
    avance = evaluacion.ultimo_avance
    if avance is not None:
        oraciones.append(frases.que_falta(avance, simbolo, decimales, evaluacion.sentido))
    ultimo_fin = evaluacion.ultima.periodo.fin if evaluacion.ultima else None
    referenciales = [dato for dato in serie if dato.caracter == "referencial" and dato.valor is not None]
    if referenciales and ultimo_fin and referenciales[-1].periodo.fin > ultimo_fin:
        dato = referenciales[-1]
        assert dato.valor is not None
        oraciones.append(
            f"Desde entonces no hay dato oficial; una cifra referencial indica "
            f"{escribir_valor(dato.valor, simbolo, decimales)} en {escribir_periodo(dato.periodo.texto)}"
        )
    return " ".join(frases.con_punto(oracion) for oracion in oraciones if oracion)


def _cifras(leido: IndicadorLeido) -> tuple[Cifra, ...]:
    evaluacion = leido.evaluacion
    avance = evaluacion.ultimo_avance or evaluacion.avance
    del_dato = f"dato de {escribir_periodo(avance.dato.periodo.texto)}" if avance.dato and avance.parcial else ""
    luz = (
        Luz(avance.semaforo.value, frases.palabra_de_luz(avance), avance.parcial) if avance.tipo_i is not None else None
    )
    edad = evaluacion.antiguedad_meses
    return (
        Cifra(
            f"Avance tipo I, {avance.anio}",
            frases.porcentaje_de_avance(avance.tipo_i),
            del_dato if avance.motivo is None else frases.mayuscula(texto_de_motivo(avance.motivo)),
            luz,
        ),
        Cifra(
            f"Avance tipo II, {avance.anio}",
            frases.porcentaje_de_avance(avance.tipo_ii),
            "Camino recorrido desde la línea base"
            if avance.motivo_tipo_ii is None
            else frases.mayuscula(texto_de_motivo(avance.motivo_tipo_ii)),
        ),
        Cifra(
            "Antigüedad del dato oficial",
            escribir_antiguedad(edad) if edad is not None else "–",
            f"El último es de {escribir_periodo(evaluacion.ultima.periodo.texto)}"
            if evaluacion.ultima
            else "Todavía no hay ninguno",
        ),
        Cifra(
            f"Proyección a {evaluacion.proyeccion.anio}",
            escribir_valor(evaluacion.proyeccion.valor, leido.indicador.simbolo, leido.indicador.decimales)
            if evaluacion.proyeccion.valor is not None
            else "–",
            frases.frase_de_proyeccion(evaluacion, leido.indicador.simbolo, leido.indicador.decimales),
        ),
    )


def _fila(leido: IndicadorLeido, dato: Dato, serie: Sequence[Dato]) -> FilaDeValor:
    indicador = leido.indicador
    valor = escribir_valor(dato.valor, indicador.simbolo, indicador.decimales) if dato.valor is not None else "–"
    return FilaDeValor(
        id=dato.id,
        periodo=frases.mayuscula(escribir_periodo(dato.periodo.texto)),
        valor=valor,
        razon=_razon(dato.ausencia) if dato.valor is None else "",
        numerador=escribir_numero(dato.numerador, 0) if dato.numerador is not None else "–",
        denominador=escribir_numero(dato.denominador, 0) if dato.denominador is not None else "–",
        caracter=PALABRA_DE_CARACTER[dato.caracter],
        situacion=PALABRA_DE_SITUACION[dato.situacion],
        fuente=dato.fuente.nombre if dato.fuente else "",
        fuente_url=(dato.fuente.url or "") if dato.fuente else "",
        version=dato.version,
        publicado=fecha_corta(timezone.localdate(dato.publicada_en)) if dato.publicada_en else "",
        hasta=fecha_corta(timezone.localdate(dato.sustituida_en)) if dato.sustituida_en else "",
        se_repite=se_repite(dato, serie, leido.evaluacion.linea_base),
    )


def _razon(ausencia: Ausencia | None) -> str:
    texto = frases.con_punto(frases.mayuscula(frases.razon(ausencia, Motivo.SIN_MEDICION)))
    if ausencia is not None and ausencia.fecha_compromiso:
        texto += f" Compromiso: {escribir_fecha(ausencia.fecha_compromiso)}."
    return texto


def _logros(leido: IndicadorLeido) -> tuple[tuple[str, str, str], ...]:
    """(año, valor, razón o fuente) de la línea base y de cada logro esperado."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    cifras: list[tuple[str, ValorBase | Logro]] = [("Logro esperado", logro) for logro in evaluacion.logros]
    if evaluacion.linea_base:
        cifras.insert(0, ("Línea base", evaluacion.linea_base))
    filas = []
    for rotulo, cifra in cifras:
        if cifra.valor is None:
            filas.append((f"{rotulo} {cifra.anio}", "–", _razon(cifra.ausencia)))
        else:
            valor = escribir_valor(cifra.valor, indicador.simbolo, indicador.decimales)
            filas.append((f"{rotulo} {cifra.anio}", valor, cifra.fuente.nombre if cifra.fuente else ""))
    return tuple(filas)


def _ficha(leido: IndicadorLeido) -> tuple[tuple[str, str], ...]:
    """Los campos de la ficha técnica en el orden de CEPLAN; vacío es «por definir»."""
    indicador = leido.indicador
    de_quien = indicador.objetivo or indicador.servicio
    return (
        ("Objetivo prioritario" if indicador.objetivo else "Servicio", str(de_quien)),
        ("Código", indicador.codigo),
        ("Código oficial", indicador.codigo_oficial),
        ("Nombre", indicador.nombre),
        ("Unidad de medida", indicador.get_unidad_display()),
        ("Sentido esperado", indicador.get_sentido_display()),
        ("Objeto de medición", indicador.objeto_medicion),
        ("Justificación", indicador.justificacion),
        ("Responsable", str(indicador.responsable) if indicador.responsable else ""),
        ("Limitaciones", indicador.limitaciones),
        ("Método de cálculo", indicador.metodo_calculo),
        ("Numerador", indicador.numerador),
        ("Denominador", indicador.denominador),
        ("Fórmula", indicador.formula),
        ("Tipo de agregación", indicador.tipo_agregacion),
        ("Supuestos", indicador.supuestos),
        ("Fuente y bases de datos", indicador.fuente_datos),
        ("Proceso de recolección", indicador.proceso_recoleccion),
        ("Periodicidad", indicador.get_periodicidad_display()),
        ("Relevancia", str(indicador.relevancia) if indicador.relevancia else ""),
        ("Notas", indicador.notas),
    )
