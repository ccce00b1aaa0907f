"""La política y el tablero en la forma de la API: solo coloca lo que otros ya calcularon."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F

from indicadores.api import a_json
from indicadores.calculo.tipos import Umbrales
from indicadores.formato import numero_json
from indicadores.lectura import IndicadorLeido
from objetivos.models import Alternativa, AvanceNarrativo, Hito, Norma, Politica
from penitenciaria.tablero import Tablero


def politica_a_dict(
    politica: Politica, normas: Iterable[Norma], umbrales: Umbrales, corte: date, *, pagina: str
) -> a_json.Json:
    """La política como se veía al corte: ni hitos, ni normas, ni relatos posteriores."""
    hitos = politica.hitos.select_related("norma").order_by("orden")
    alternativas = politica.alternativas.select_related("norma").order_by("orden")
    # Lo que es de toda la política, primero: cada base pone lo nulo en un extremo distinto.
    por_objetivo = F("objetivo__codigo").asc(nulls_first=True)
    relatos = politica.avances_narrativos.select_related("objetivo").order_by("anio", por_objetivo, "seccion")
    return {
        "codigo": politica.codigo,
        "nombre": politica.nombre,
        "problema_publico": politica.problema_publico or None,
        "situacion_deseada": politica.situacion_deseada or None,
        "horizonte": {"inicio": politica.anio_inicio, "fin": politica.anio_fin},
        "rectora": {"sigla": politica.rectora.sigla, "nombre": politica.rectora.nombre},
        "organo_responsable": politica.organo_responsable or None,
        "norma": politica.norma.codigo,
        "umbrales": {"verde": numero_json(umbrales.verde), "amarillo": numero_json(umbrales.amarillo)},
        "objetivos": list(politica.objetivos.order_by("codigo").values_list("codigo", flat=True)),
        "hitos": [_hito(hito, corte) for hito in hitos if hito.es_visible_al(corte)],
        "normas": [_norma(norma) for norma in normas if norma.es_visible_al(corte)],
        "alternativas": [_alternativa(alternativa, corte) for alternativa in alternativas],
        "narrativa": [_relato(relato) for relato in relatos if relato.anio <= corte.year],
        "enlaces": {"pagina": pagina},
    }


def resumen_a_dict(tablero: Tablero, *, a_la_fecha: datetime | None) -> a_json.Json:
    """El tablero entero; ``a_la_fecha`` es el momento pedido o None si se mira lo de ahora."""
    cuentas = tablero.resumen
    reciente = cuentas.fin_mas_reciente
    return {
        "corte": tablero.corte.isoformat(),
        "a_la_fecha": a_json.momento(a_la_fecha),
        "publicado_en": a_json.momento(tablero.publicado_en),
        "resumen": {
            "total": cuentas.total,
            "con_medicion": cuentas.con_medicion,
            "sin_medicion": cuentas.sin_medicion,
            "luces": {luz.value: cuantas for luz, cuantas in cuentas.luces.items()},
            "parciales": cuentas.parciales,
            "movimientos": {movimiento.value: cuantos for movimiento, cuantos in cuentas.movimientos.items()},
            "se_repiten": cuentas.se_repiten,
            "fin_mas_reciente": reciente.isoformat() if reciente else None,
            "periodo_mas_reciente": cuentas.periodo_mas_reciente,
        },
        "objetivos": [
            {
                "codigo": suyo.objetivo.codigo,
                "nombre": suyo.objetivo.nombre,
                "priorizado": suyo.objetivo.priorizado,
                "con_medicion": suyo.con_medicion,
                "avance": a_json.avance_de_objetivo(suyo.avance),
                "indicadores": _indicadores(suyo.indicadores),
            }
            for suyo in tablero.objetivos
        ],
        "cobertura": _indicadores(tablero.cobertura),
        "hitos": [_hito(paso.hito, tablero.corte) for paso in tablero.ruta],
        "alternativas": [_alternativa(suya.alternativa, tablero.corte) for suya in tablero.alternativas],
    }


def _indicadores(leidos: Sequence[IndicadorLeido]) -> list[a_json.Json]:
    return [
        {
            "codigo": leido.indicador.codigo,
            "nombre": leido.indicador.nombre,
            "estado": leido.evaluacion.estado.value,
            "movimiento": leido.evaluacion.movimiento.value,
            "se_repite": leido.evaluacion.ultima_se_repite,
            "avance": a_json.avance(leido.evaluacion.avance),
            "ultimo_avance": a_json.avance(leido.evaluacion.ultimo_avance) if leido.evaluacion.ultimo_avance else None,
        }
        for leido in leidos
    ]


def _hito(hito: Hito, corte: date) -> a_json.Json:
    return {
        "orden": hito.orden,
        "titulo": hito.titulo,
        "descripcion": hito.descripcion or None,
        "fecha": a_json.fecha(hito.fecha, hito.precision_fecha),
        "cumplido": hito.es_cumplido_al(corte),
        "norma": _codigo_al(hito.norma, corte),
    }


def _alternativa(alternativa: Alternativa, corte: date) -> a_json.Json:
    """Con el estado que se conocía al corte; lo que la atendió después no se menciona."""
    visible = alternativa.es_visible_al(corte)
    return {
        "orden": alternativa.orden,
        "titulo": alternativa.titulo,
        "texto": alternativa.texto,
        "estado": alternativa.estado_al(corte),
        "fecha": a_json.fecha(alternativa.fecha, alternativa.precision_fecha) if visible else None,
        "norma": _codigo_al(alternativa.norma, corte) if visible else None,
    }


def _norma(norma: Norma) -> a_json.Json:
    return {
        "codigo": norma.codigo,
        "tipo": norma.tipo,
        "numero": norma.numero,
        "titulo": norma.titulo or None,
        "fecha": a_json.fecha(norma.fecha, norma.precision_fecha),
        "url": norma.url or None,
        "notas": norma.notas or None,
    }


def _relato(relato: AvanceNarrativo) -> a_json.Json:
    return {
        "anio": relato.anio,
        "objetivo": relato.objetivo.codigo if relato.objetivo else None,
        "seccion": relato.seccion,
        "texto": relato.texto,
    }


def _codigo_al(norma: Norma | None, corte: date) -> str | None:
    return norma.codigo if norma and norma.es_visible_al(corte) else None
