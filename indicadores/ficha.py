"""La página de un indicador, ya escrita: la plantilla solo la coloca."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils import timezone

from indicadores import frases
from indicadores.calculo.camino import caminar
from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Ausencia, Dato, Evaluacion, Logro, Motivo, Situacion, ValorBase
from indicadores.constancias import constancias_de_fijadas, momento_del_ultimo
from indicadores.desagregacion import SeccionDesagregada, escribir_seccion
from indicadores.formato import (
    PALABRA_DE_CARACTER,
    PALABRA_DE_SITUACION,
    enumerar,
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
from indicadores.referencia import Referencia, Version, referir

#: Cuántos valores se listan sin pedir más.
A_LA_VISTA = 12


@dataclass(frozen=True, slots=True)
class Cifra:
    """Un número grande con su rótulo y su explicación.

    ``cifra`` es la versión publicada de que sale, si es una; ``termino``, la clave del glosario que explica el rótulo.
    """

    rotulo: str
    valor: str
    detalle: str
    luz: Luz | None = None
    cifra: int | None = None
    termino: str = ""


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
class Fijado:
    """La línea base o un logro esperado; ``detalle`` es su fuente o por qué falta, y ``constancia``, su número."""

    rotulo: str
    valor: str
    detalle: str
    constancia: int | None


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
    fijados: tuple[Fijado, ...]
    faltan_logros: bool
    versiones: tuple[FilaDeValor, ...]
    desagregacion: SeccionDesagregada | None
    ficha: tuple[tuple[str, str], ...]

    @property
    def definidos(self) -> tuple[tuple[str, str], ...]:
        """Los campos de la ficha que dicen algo."""
        return tuple(par for par in self.ficha if par[1])

    @property
    def por_definir(self) -> str:
        """Los que todavía no, en una enumeración."""
        return enumerar([rotulo.lower() for rotulo, texto in self.ficha if not texto])

    @property
    def recientes(self) -> tuple[FilaDeValor, ...]:
        """Los valores que se listan a la vista; si sobran pocos, todos."""
        return self.valores if len(self.valores) <= 2 * A_LA_VISTA else self.valores[:A_LA_VISTA]

    @property
    def anteriores(self) -> tuple[FilaDeValor, ...]:
        return self.valores[len(self.recientes) :]

    @property
    def logros(self) -> tuple[tuple[str, str, str], ...]:
        """(cifra, valor, fuente o motivo) de lo fijado."""
        return tuple((uno.rotulo, uno.valor, uno.detalle) for uno in self.fijados)


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
        entrada=entrada_de(leido, serie),
        desacuerdo=frases.desacuerdo(avance, evaluacion.movimiento),
        cifras=_cifras(leido),
        grafica=graficar(indicador.nombre, simbolo, decimales, evaluacion, serie),
        ritmo=frases.frase_de_camino(evaluacion, simbolo, decimales),
        valores=tuple(_fila(leido, dato, serie) for dato in reversed(serie)),
        fijados=_fijados(leido),
        faltan_logros=_faltan_logros(evaluacion),
        versiones=tuple(_fila(leido, dato, ()) for dato in _con_historia(versiones)),
        desagregacion=escribir_seccion(indicador, desagregacion, mirada, pedido),
        ficha=_ficha(leido),
    )


def referencia_de(leido: IndicadorLeido, mirada: Mirada, direccion: str) -> Referencia:
    """Cómo citar lo que se está viendo en ``direccion`` (absoluta, sin parámetros): una consulta; tres, a una fecha.

    El enlace permanente fija el momento de la última publicación a la vista.
    """
    eslabon = momento_del_ultimo(mirada.a_la_fecha)
    numero, huella, en = eslabon or (0, "", leido.actualizado_en)
    momentos = [momento for momento in (en, leido.actualizado_en) if momento is not None]
    hasta = timezone.localtime(max(momentos, default=mirada.a_la_fecha))
    return referir(
        codigo=leido.indicador.codigo,
        nombre=leido.indicador.nombre,
        direccion=direccion,
        corte=mirada.corte,
        hasta=hasta if momentos else hasta.replace(hour=0, minute=0, second=0, microsecond=0),
        version=Version(numero, huella),
        consultado=mirada.hoy or mirada.corte,
    )


def entrada_de(leido: IndicadorLeido, serie: Sequence[Dato]) -> str:
    """Lo primero que se lee del indicador; ``serie``, lo oficial y lo referencial a la vista."""
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


def _con_historia(versiones: Sequence[Dato]) -> list[Dato]:
    """Las de los periodos que se publicaron más de una vez o ya no rigen: las demás están entre los valores."""
    cuantas = Counter((dato.periodo, dato.caracter) for dato in versiones)
    return [dato for dato in versiones if cuantas[dato.periodo, dato.caracter] > 1 or dato.sustituida_en is not None]


def _cifras(leido: IndicadorLeido) -> tuple[Cifra, ...]:
    """Dónde está, a dónde debía llegar, cuánto avanzó y hacia dónde va."""
    simbolo, decimales = leido.indicador.simbolo, leido.indicador.decimales
    evaluacion = leido.evaluacion
    avance = evaluacion.ultimo_avance or evaluacion.avance
    del_dato = f"Con el dato de {escribir_periodo(avance.dato.periodo.texto)}" if avance.dato and avance.parcial else ""
    luz = (
        Luz(avance.semaforo.value, frases.palabra_de_luz(avance), avance.parcial) if avance.tipo_i is not None else None
    )
    proyeccion = evaluacion.proyeccion
    return (
        _ultimo_valor(leido),
        _logro_esperado(leido),
        Cifra(
            f"Avance tipo I, {avance.anio}",
            frases.porcentaje_de_avance(avance.tipo_i),
            del_dato if avance.motivo is None else frases.mayuscula(texto_de_motivo(avance.motivo)),
            luz,
            _version(avance.dato if avance.tipo_i is not None else None),
            "avance-tipo-i",
        ),
        Cifra(
            f"Avance tipo II, {avance.anio}",
            frases.porcentaje_de_avance(avance.tipo_ii),
            "Camino recorrido desde la línea base"
            if avance.motivo_tipo_ii is None
            else frases.mayuscula(texto_de_motivo(avance.motivo_tipo_ii)),
            cifra=_version(avance.dato if avance.tipo_ii is not None else None),
            termino="avance-tipo-ii",
        ),
        Cifra(
            f"Proyección a {proyeccion.anio}",
            escribir_valor(proyeccion.valor, simbolo, decimales) if proyeccion.valor is not None else "–",
            frases.frase_de_proyeccion(evaluacion, simbolo, decimales),
        ),
    )


def _version(dato: Dato | None) -> int | None:
    return None if dato is None else dato.id


def _ultimo_valor(leido: IndicadorLeido) -> Cifra:
    """El último valor oficial con su edad; sin él, la línea base o por qué no hay nada."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    ultima, base = evaluacion.ultima, evaluacion.linea_base
    if ultima is not None and ultima.valor is not None:
        partes = [frases.mayuscula(escribir_periodo(ultima.periodo.texto)), frases.antiguedad(evaluacion)]
        partes += [PALABRA_DE_SITUACION[ultima.situacion]] if ultima.situacion is Situacion.PRELIMINAR else []
        valor = escribir_valor(ultima.valor, indicador.simbolo, indicador.decimales)
        return Cifra("Último valor oficial", valor, ", ".join(partes), cifra=ultima.id)
    if base is not None and base.valor is not None:
        valor = escribir_valor(base.valor, indicador.simbolo, indicador.decimales)
        return Cifra(f"Línea base, {base.anio}", valor, "Desde entonces no hay ninguna medición", termino="linea-base")
    return Cifra("Último valor oficial", "–", "Todavía no hay ninguno")


def _logro_esperado(leido: IndicadorLeido) -> Cifra:
    """El próximo logro esperado o, si no queda ninguno, el último que se fijó."""
    indicador, camino = leido.indicador, caminar(leido.evaluacion)
    if camino.logro is None or camino.logro.valor is None:
        return Cifra("Logro esperado", "–", "No se ha fijado ninguno", termino="logro-esperado")
    valor = escribir_valor(camino.logro.valor, indicador.simbolo, indicador.decimales)
    detalle = "Ya pasó, y no se ha fijado otro para después" if camino.vencido else "El próximo"
    return Cifra(f"Logro esperado, {camino.logro.anio}", valor, detalle, termino="logro-esperado")


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


def _fijados(leido: IndicadorLeido) -> tuple[Fijado, ...]:
    """La línea base y cada logro esperado, por año: una consulta, la de sus constancias."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    cifras: list[tuple[str, ValorBase | Logro]] = [("Logro esperado", logro) for logro in evaluacion.logros]
    if evaluacion.linea_base:
        cifras.insert(0, ("Línea base", evaluacion.linea_base))
    constancias = constancias_de_fijadas([cifra for _, cifra in cifras])
    filas = []
    for rotulo, cifra in cifras:
        if cifra.valor is None:
            valor, detalle = "–", _razon(cifra.ausencia)
        else:
            valor = escribir_valor(cifra.valor, indicador.simbolo, indicador.decimales)
            detalle = cifra.fuente.nombre if cifra.fuente else ""
        filas.append(Fijado(f"{rotulo} {cifra.anio}", valor, detalle, constancias.get(cifra)))
    return tuple(filas)


def _faltan_logros(evaluacion: Evaluacion) -> bool:
    """¿Hay algún año, del corte al final de la política, del que no se ha publicado un logro esperado?"""
    por_venir = [del_anio for del_anio in evaluacion.serie if del_anio.anio >= evaluacion.corte.year]
    return not evaluacion.serie or any(del_anio.logro is None for del_anio in por_venir)


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
