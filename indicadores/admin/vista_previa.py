"""Qué daría un valor antes de guardarlo: el avance lo calcula el mismo núcleo que después lo publica. Solo lee."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from indicadores.acciones.comun import dia_en_lima, leer_valor
from indicadores.acciones.mediciones import leer_periodo
from indicadores.admin.palabras import FORMA_DE_SEMAFORO
from indicadores.calculo.estado import evaluar
from indicadores.calculo.tipos import Ausencia, Avance, Caracter, Dato, Evaluacion, Motivo, Periodo, Sentido, Sexo
from indicadores.comprobaciones import Hallazgo, comprobar
from indicadores.comprobaciones.serie import dato_de, decide_el_avance
from indicadores.errores import DatoInvalido
from indicadores.formato import (
    ESPACIO_DURO,
    PALABRA_DE_SEMAFORO,
    PALABRA_DE_SENTIDO,
    NumeroInvalido,
    escribir_editable,
    escribir_numero,
    escribir_periodo,
    escribir_valor,
    leer_decimal,
    porcentaje_de,
    texto_de_motivo,
)
from indicadores.lectura import leer_datos, leer_indicadores, leer_umbrales
from indicadores.models import Ambito, Indicador, Medicion


@dataclass(frozen=True, slots=True)
class Consulta:
    """Lo que alguien está por guardar, tal como lo escribió; ``medicion`` es la que edita o corrige, si la hay."""

    indicador: Indicador | None
    periodo: str = ""
    valor: str = ""
    numerador: str = ""
    denominador: str = ""
    motivo_ausencia: str = ""
    notas: str = ""
    ambito: Ambito | None = None
    sexo: str = Sexo.TOTAL
    caracter: str = Caracter.OFICIAL
    medicion: Medicion | None = None
    corrige: bool = False


@dataclass(frozen=True, slots=True)
class Referencia:
    """Una cifra ya conocida con la que comparar: qué es, cuánto y de dónde."""

    que: str
    cuanto: str
    nota: str = ""
    es_cifra: bool = True


@dataclass(frozen=True, slots=True)
class Luz:
    """El semáforo con su palabra y su forma."""

    codigo: str
    palabra: str
    forma: str


@dataclass(frozen=True, slots=True)
class VistaPrevia:
    """El contexto del fragmento «lo que daría este valor»."""

    indicador: Indicador | None = None
    unidad: str = ""
    sentido: str = ""
    referencias: tuple[Referencia, ...] = ()
    errores: tuple[str, ...] = ()
    avisos: tuple[Hallazgo, ...] = ()
    valor: str = ""
    calculado: str = ""
    anio: int | None = None
    avance: Avance | None = None
    luz: Luz | None = None
    tipo_i: str = ""
    tipo_ii: str = ""
    sin_avance: str = ""


def leer_consulta(
    parametros: Mapping[str, Any], *, medicion: Medicion | None = None, corrige: bool = False
) -> Consulta:
    """La consulta que traen un formulario o una dirección; con ``medicion``, la clave es la suya."""
    textos: dict[str, Any] = {
        campo: str(parametros.get(campo) or "").strip()
        for campo in ("periodo", "valor", "numerador", "denominador", "motivo_ausencia", "notas")
    }
    if medicion is not None:
        clave: dict[str, Any] = {campo: getattr(medicion, campo) for campo in Medicion.CLAVE}
        return Consulta(**(textos | clave), medicion=medicion, corrige=corrige)
    return Consulta(
        indicador=_buscar(Indicador, parametros.get("indicador")),
        ambito=_buscar(Ambito, parametros.get("ambito")),
        sexo=_opcion(Sexo, parametros.get("sexo"), Sexo.TOTAL),
        caracter=_opcion(Caracter, parametros.get("caracter"), Caracter.OFICIAL),
        **textos,
    )


def consulta_de(medicion: Medicion) -> Consulta:
    """La consulta que corresponde a una medición ya guardada."""
    textos = {
        "valor": "" if medicion.valor is None else escribir_editable(medicion.valor),
        "numerador": "" if medicion.numerador is None else str(medicion.numerador),
        "denominador": "" if medicion.denominador is None else str(medicion.denominador),
        "motivo_ausencia": medicion.motivo_ausencia,
        "notas": medicion.notas,
    }
    return leer_consulta(textos, medicion=medicion)


def ver(consulta: Consulta, *, ahora: datetime) -> VistaPrevia:
    """Todo lo que se puede decir de ``consulta`` en ``ahora``, en un número fijo de lecturas y sin escribir nada."""
    indicador = consulta.indicador
    if indicador is None:
        return VistaPrevia()
    hoy = dia_en_lima(ahora)
    evaluacion = leer_indicadores([indicador], corte=hoy, a_la_fecha=ahora)[0].evaluacion
    publicados = _publicados(consulta, indicador, ahora)
    errores: list[str] = []
    periodo = _intentar(errores, lambda: leer_periodo(consulta.periodo, hoy=hoy)) if consulta.periodo else None
    numerador = _intentar(errores, lambda: _entero(consulta.numerador))
    denominador = _intentar(errores, lambda: _entero(consulta.denominador))
    valor = _intentar(errores, lambda: leer_valor(indicador, consulta.valor or None))
    de_conteos = _de_conteos(indicador, numerador, denominador)
    if de_conteos is not None and de_conteos > 100:
        errores.append("El numerador es mayor que el denominador: el porcentaje pasaría de 100 %.")
    vista = VistaPrevia(
        indicador=indicador,
        unidad=_unidad(indicador),
        sentido=PALABRA_DE_SENTIDO[Sentido(indicador.sentido)],
        referencias=_referencias(indicador, evaluacion, publicados, periodo),
        errores=tuple(errores),
        calculado="" if de_conteos is None else escribir_valor(de_conteos, indicador.simbolo, 4),
        anio=periodo.anio if periodo else None,
    )
    if periodo is None:
        return vista
    if valor is None and not consulta.motivo_ausencia and not errores:
        valor = de_conteos
    esta_incompleta = bool(errores) or (valor is None and not consulta.motivo_ausencia)
    supuesta = _supuesta(consulta, indicador, periodo, valor, numerador, denominador)
    hallazgos = [h for h in comprobar(supuesta, ahora=ahora) if h.codigo == "duplicado" or not esta_incompleta]
    vista = replace(vista, avisos=tuple(hallazgos))
    if esta_incompleta:
        return vista
    if valor is None:
        motivo = consulta.motivo_ausencia
        razon = f"Se registra una ausencia: {texto_de_motivo(Motivo(motivo))}." if motivo in set(Motivo) else ""
        return replace(vista, sin_avance=razon)
    dato = dato_de(supuesta)
    vista = replace(vista, valor=escribir_valor(valor, indicador.simbolo, 4))
    if not decide_el_avance(dato):
        return replace(vista, sin_avance=_por_que_no_entra(dato))
    return replace(vista, **_resultado(_avance(evaluacion, [dato], dato, ahora)))


def _supuesta(
    consulta: Consulta,
    indicador: Indicador,
    periodo: Periodo,
    valor: Decimal | None,
    numerador: int | None,
    denominador: int | None,
) -> Medicion:
    """La medición que quedaría si se guardara lo escrito; no se guarda."""
    previa = consulta.medicion
    corregida = None if previa is None else previa.pk if consulta.corrige else previa.corrige_id
    return Medicion(
        pk=previa.pk if previa is not None and not consulta.corrige else None,
        indicador=indicador,
        periodo=periodo.texto,
        inicio=periodo.inicio,
        fin=periodo.fin,
        ambito=consulta.ambito or Ambito.objects.get(codigo=Ambito.NACIONAL),
        sexo=consulta.sexo,
        caracter=consulta.caracter,
        valor=valor,
        numerador=numerador,
        denominador=denominador,
        motivo_ausencia="" if valor is not None else consulta.motivo_ausencia,
        notas=consulta.notas,
        corrige_id=corregida,
    )


def _avance(evaluacion: Evaluacion, datos: list[Dato], dato: Dato, ahora: datetime) -> Avance:
    """El avance del año de ``dato`` según el núcleo, como si lo publicado fueran ``datos``."""
    return evaluar(
        sentido=evaluacion.sentido,
        linea_base=evaluacion.linea_base,
        logros=evaluacion.logros,
        datos=datos,
        umbrales=leer_umbrales(ahora),
        corte=date(dato.periodo.anio, 12, 31),
    ).avance


def _resultado(avance: Avance) -> dict[str, Any]:
    semaforo = avance.semaforo
    return {
        "avance": avance,
        "luz": Luz(semaforo.value, PALABRA_DE_SEMAFORO[semaforo], FORMA_DE_SEMAFORO[semaforo]),
        "tipo_i": _puntos(avance.tipo_i, avance.motivo),
        "tipo_ii": _puntos(avance.tipo_ii, avance.motivo_tipo_ii),
    }


def _puntos(avance: Any, motivo: Motivo | None) -> str:
    if avance is not None:
        return f"{escribir_numero(avance, 1)}{ESPACIO_DURO}%"
    return f"no se puede calcular: {texto_de_motivo(motivo)}" if motivo else ""


def _referencias(
    indicador: Indicador, evaluacion: Evaluacion, publicados: list[Dato], periodo: Periodo | None
) -> tuple[Referencia, ...]:
    ultimo = max((d for d in publicados if d.valor is not None), key=lambda d: (d.periodo.fin, d.version), default=None)
    anio = periodo.anio if periodo else evaluacion.corte.year
    base = evaluacion.linea_base
    logro = next((logro for logro in evaluacion.logros if logro.anio == anio), None)
    if ultimo is None or ultimo.valor is None:
        ultima = Referencia("Último valor publicado", "ninguno todavía", es_cifra=False)
    else:
        fuente = f", {ultimo.fuente.nombre}" if ultimo.fuente else ""
        ultima = Referencia(
            "Último valor publicado",
            escribir_valor(ultimo.valor, indicador.simbolo, 4),
            f"{escribir_periodo(ultimo.periodo.texto)}{fuente}",
        )
    return (
        ultima,
        Referencia(
            "Línea base",
            _cuanto(indicador, base.valor if base else None, base.ausencia if base else None),
            str(base.anio) if base else "",
            es_cifra=base is not None and base.valor is not None,
        ),
        Referencia(
            f"Logro esperado de {anio}",
            _cuanto(indicador, logro.valor if logro else None, logro.ausencia if logro else None),
            PALABRA_DE_SENTIDO[evaluacion.sentido],
            es_cifra=logro is not None and logro.valor is not None,
        ),
    )


def _cuanto(indicador: Indicador, valor: Decimal | None, ausencia: Ausencia | None) -> str:
    if valor is not None:
        return escribir_valor(valor, indicador.simbolo, 4)
    return texto_de_motivo(ausencia.motivo) if ausencia else "no se ha fijado"


def _publicados(consulta: Consulta, indicador: Indicador, ahora: datetime) -> list[Dato]:
    """Lo publicado hoy del mismo indicador, ámbito, sexo y carácter."""
    mismos = Medicion.objects.vigentes(ahora).filter(
        indicador=indicador,
        ambito__codigo=consulta.ambito.codigo if consulta.ambito else Ambito.NACIONAL,
        sexo=consulta.sexo,
        caracter=consulta.caracter,
    )
    return [dato for _, dato in leer_datos(mismos)]


def _por_que_no_entra(dato: Dato) -> str:
    if dato.caracter is Caracter.REFERENCIAL:
        return "Un valor referencial se muestra, pero no entra en el avance."
    return "Un valor desagregado se muestra, pero el avance se calcula solo con el total nacional."


def _de_conteos(indicador: Indicador, numerador: int | None, denominador: int | None) -> Decimal | None:
    """El porcentaje que dan los conteos, si el indicador es un porcentaje y hay con qué."""
    if indicador.unidad != Indicador.Unidad.PORCENTAJE or numerador is None or not denominador:
        return None
    return porcentaje_de(numerador, denominador)


def _unidad(indicador: Indicador) -> str:
    nombre = indicador.get_unidad_display()
    return f"{nombre} ({indicador.simbolo})" if indicador.simbolo else nombre


def _entero(texto: str) -> int | None:
    return int(leer_decimal(texto, entero=True)) if texto else None


def _intentar(errores: list[str], leer: Any) -> Any:
    """El resultado de ``leer``; si lo escrito no se entiende, None y la frase en ``errores``."""
    try:
        return leer()
    except (DatoInvalido, NumeroInvalido) as error:
        errores.append(str(error))
        return None


def _buscar(modelo: Any, clave: Any) -> Any:
    texto = str(clave or "")
    return modelo._default_manager.filter(pk=texto).first() if texto.isdecimal() and len(texto) < 16 else None


def _opcion(opciones: type[StrEnum], escrita: Any, por_defecto: StrEnum) -> str:
    return str(escrita) if escrita in set(opciones) else por_defecto
