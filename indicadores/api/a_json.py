"""De los resultados del núcleo a la forma exacta del contrato, con sus claves en orden. Aquí no se calcula nada."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.http import urlencode

from indicadores.calculo.tipos import Ausencia, Avance, AvanceDeObjetivo, Dato, Logro, Motivo, ValorBase
from indicadores.formato import avance_json, numero_json, texto_de_motivo
from indicadores.lectura import IndicadorLeido
from indicadores.models import Indicador

Json = dict[str, Any]
#: Convierte una ruta en una dirección completa.
Absoluta = Callable[[str], str]

#: Los campos de la ficha técnica que no aparecen ya fuera de ella, en su orden.
CAMPOS_DE_FICHA = (
    "objeto_medicion",
    "justificacion",
    "responsable",
    "limitaciones",
    "metodo_calculo",
    "numerador",
    "denominador",
    "formula",
    "tipo_agregacion",
    "supuestos",
    "fuente_datos",
    "proceso_recoleccion",
    "relevancia",
    "notas",
)


def direccion_de(nombre: str, *partes: int) -> str:
    """La ruta con ese nombre; buscarla entre todas cuesta más que escribir el resto de la fila."""
    return _direccion_bajo(get_script_prefix(), nombre, *partes)


@lru_cache(maxsize=4096)
def _direccion_bajo(prefijo: str, nombre: str, *partes: int) -> str:
    return reverse(nombre, args=partes)


def momento(valor: datetime | None) -> str | None:
    """ISO 8601 con la hora de Lima y sin perder microsegundos: así puede volver como ``a_la_fecha``."""
    return None if valor is None else timezone.localtime(valor).isoformat()


def fecha(valor: date | None, precision: str) -> str | None:
    """ISO 8601 hasta donde se conoce: «2020-09-25», «2021-05» o «2024»."""
    if valor is None:
        return None
    return {"dia": valor.isoformat(), "mes": f"{valor:%Y-%m}", "anio": f"{valor:%Y}"}[precision]


def motivo(valor: Motivo | None) -> Json | None:
    """La razón de que un resultado no esté definido."""
    return None if valor is None else {"codigo": valor.value, "texto": texto_de_motivo(valor)}


def ausencia(valor: Ausencia | None) -> Json | None:
    """La razón de que falte un dato: lo que alguien explicó o, si no explicó, el texto de su código."""
    if valor is None:
        return None
    return {
        "codigo": valor.motivo.value,
        "texto": valor.texto or texto_de_motivo(valor.motivo),
        "fecha_compromiso": valor.fecha_compromiso.isoformat() if valor.fecha_compromiso else None,
    }


def valor_de_un_anio(valor: ValorBase | Logro) -> Json:
    """Una línea base o un logro esperado."""
    return {"anio": valor.anio, "valor": numero_json(valor.valor), "motivo": ausencia(valor.ausencia)}


def medicion(dato: Dato, *, se_repite: bool, absoluta: Absoluta) -> Json:
    """Una versión publicada, con la dirección de su constancia."""
    return {
        "id": str(dato.id),
        "periodo": dato.periodo.texto,
        "fin": dato.periodo.fin.isoformat(),
        "ambito": dato.ambito,
        "sexo": dato.sexo.value,
        "valor": numero_json(dato.valor),
        "motivo": ausencia(dato.ausencia),
        "numerador": dato.numerador,
        "denominador": dato.denominador,
        "caracter": dato.caracter.value,
        "situacion": dato.situacion.value,
        "se_repite": se_repite,
        "version": dato.version,
        "publicada_en": momento(dato.publicada_en),
        "fuente": {"nombre": dato.fuente.nombre, "url": dato.fuente.url} if dato.fuente else None,
        "enlaces": {"constancia": absoluta(direccion_de("cifra", dato.id or 0))},
    }


def avance(valor: Avance) -> Json:
    """El avance de un indicador en un año; los porcentajes, con dos decimales."""
    return {
        "anio": valor.anio,
        "tipo_i": avance_json(valor.tipo_i),
        "tipo_ii": avance_json(valor.tipo_ii),
        "semaforo": valor.semaforo.value,
        "parcial": valor.parcial,
        "motivo": motivo(valor.motivo),
        "motivo_tipo_ii": motivo(valor.motivo_tipo_ii),
    }


def avance_de_objetivo(valor: AvanceDeObjetivo) -> Json:
    return {
        "anio": valor.anio,
        "valor": avance_json(valor.valor),
        "con_dato": valor.con_dato,
        "de": valor.de,
        "parcial": valor.parcial,
        "motivo": motivo(valor.motivo),
    }


def ficha(indicador: Indicador) -> Json:
    """La ficha técnica; lo que aún no se conoce es null."""
    campos: Json = {campo: getattr(indicador, campo) or None for campo in CAMPOS_DE_FICHA}
    return campos | {"responsable": indicador.responsable.sigla if indicador.responsable else None}


def enlaces_de_indicador(indicador: Indicador, absoluta: Absoluta) -> Json:
    return {
        "pagina": absoluta(indicador.get_absolute_url()),
        "mediciones": absoluta(f"{direccion_de('api-mediciones')}?{urlencode({'indicador': indicador.codigo})}"),
    }


def indicador(leido: IndicadorLeido, absoluta: Absoluta) -> Json:
    """Un indicador entero, tal como lo fija el contrato."""
    suyo, evaluacion = leido.indicador, leido.evaluacion
    base, ultima, ultimo = evaluacion.linea_base, evaluacion.ultima, evaluacion.ultimo_avance
    return {
        "codigo": suyo.codigo,
        "codigo_oficial": suyo.codigo_oficial or None,
        "tipo": suyo.tipo,
        "nombre": suyo.nombre,
        "objetivo": suyo.objetivo.codigo if suyo.objetivo else None,
        "servicio": suyo.servicio.codigo if suyo.servicio else None,
        "unidad": suyo.unidad,
        "simbolo": suyo.simbolo,
        "decimales": suyo.decimales,
        "sentido": suyo.sentido,
        "periodicidad": suyo.periodicidad or None,
        "estado": evaluacion.estado.value,
        "linea_base": valor_de_un_anio(base) if base else None,
        "logros_esperados": [valor_de_un_anio(logro) for logro in evaluacion.logros],
        "ultima_medicion": (
            medicion(ultima, se_repite=evaluacion.ultima_se_repite, absoluta=absoluta) if ultima else None
        ),
        "avance": avance(evaluacion.avance),
        "ultimo_avance": avance(ultimo) if ultimo else None,
        "ficha": ficha(suyo),
        "actualizado_en": momento(leido.actualizado_en),
        "enlaces": enlaces_de_indicador(suyo, absoluta),
    }
