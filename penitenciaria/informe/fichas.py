"""De un indicador leído a la medida del reporte, con los campos conocidos de su ficha técnica."""

from collections.abc import Sequence

from indicadores import frases
from indicadores.calculo.tipos import Dato, Logro, Motivo, ValorBase
from indicadores.formato import PALABRA_DE_SENTIDO, escribir_valor
from indicadores.lectura import IndicadorLeido
from indicadores.models import Indicador
from penitenciaria.informe.hechos import Medida
from penitenciaria.informe.relato import de_su_tiempo


def medida_de(leido: IndicadorLeido, datos: Sequence[Dato], anio: int) -> Medida:
    """La medida de un indicador; ``datos`` son sus valores oficiales y nacionales a la vista."""
    indicador = leido.indicador
    servicio = indicador.servicio
    objetivo = servicio.objetivo if servicio else indicador.objetivo
    assert objetivo is not None
    return Medida(
        codigo=indicador.codigo,
        codigo_oficial=indicador.codigo_oficial,
        objetivo=objetivo.codigo,
        servicio=servicio.codigo if servicio else "",
        nombre=indicador.nombre,
        nombre_corto=indicador.nombre_corto,
        unidad=indicador.get_unidad_display(),
        simbolo=indicador.simbolo,
        decimales=indicador.decimales,
        cuenta_personas=indicador.cuenta_personas,
        entidad=indicador.responsable.sigla if indicador.responsable else "",
        relevancia=indicador.relevancia,
        tipo_agregacion=indicador.tipo_agregacion,
        limitaciones=de_su_tiempo(indicador.limitaciones, anio),
        ficha=tuple((rotulo, de_su_tiempo(texto, anio)) for rotulo, texto in _ficha(leido)),
        evaluacion=leido.evaluacion,
        datos=tuple(datos),
    )


def _ficha(leido: IndicadorLeido) -> tuple[tuple[str, str], ...]:
    """Los campos de la ficha técnica en el orden de CEPLAN; lo que no se conoce queda vacío."""
    indicador, evaluacion = leido.indicador, leido.evaluacion
    return (
        ("Servicio", str(indicador.servicio)) if indicador.servicio else ("Objetivo", str(indicador.objetivo)),
        ("Código oficial", indicador.codigo_oficial),
        ("Objeto de medición", indicador.objeto_medicion),
        ("Justificación", indicador.justificacion),
        ("Responsable", str(indicador.responsable) if indicador.responsable else ""),
        ("Limitaciones", indicador.limitaciones),
        ("Método de cálculo", indicador.metodo_calculo),
        ("Numerador", indicador.numerador),
        ("Denominador", indicador.denominador),
        ("Fórmula", indicador.formula),
        ("Unidad de medida", _unidad(indicador)),
        ("Sentido esperado", PALABRA_DE_SENTIDO[evaluacion.sentido]),
        ("Tipo de agregación", indicador.tipo_agregacion),
        ("Supuestos", indicador.supuestos),
        ("Fuente y bases de datos", indicador.fuente_datos),
        ("Proceso de recolección", indicador.proceso_recoleccion),
        ("Periodicidad", indicador.get_periodicidad_display()),
        ("Relevancia", str(indicador.relevancia) if indicador.relevancia else ""),
        ("Línea base", _publicadas(indicador, [evaluacion.linea_base] if evaluacion.linea_base else [])),
        ("Logros esperados", _publicadas(indicador, evaluacion.logros)),
        ("Notas", indicador.notas),
    )


def _unidad(indicador: Indicador) -> str:
    nombre = indicador.get_unidad_display()
    return f"{nombre} ({indicador.simbolo})" if indicador.simbolo else nombre


def _publicadas(indicador: Indicador, lista: Sequence[ValorBase | Logro]) -> str:
    """«2021: 30 %» o «2021: sin valor. El reporte…», una tras otra."""
    escritas = []
    for una in lista:
        if una.valor is not None:
            escritas.append(f"{una.anio}: {escribir_valor(una.valor, indicador.simbolo, indicador.decimales)}")
        else:
            razon = frases.mayuscula(frases.razon(una.ausencia, Motivo.NO_CONSTA))
            escritas.append(f"{una.anio}: sin valor. {razon}")
    return "; ".join(escritas)
