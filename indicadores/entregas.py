"""Lo que se exige a cada indicador con plazo y lo que de eso está publicado: dos consultas, haya lo que haya.

Cuenta la cifra nacional oficial de ambos sexos. Su entrega es la **primera** publicación con valor de ese periodo:
volver a publicarla no la rejuvenece. Si hoy no rige ninguna con valor (se retiró), no está entregada; si lo que rige
dice «no aplica», el periodo no se exige.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from indicadores.calculo.plazos import Exigencia, Juicio, Plazo, exigencias, juzgar
from indicadores.calculo.tipos import Granularidad, Motivo
from indicadores.models import Indicador, Medicion
from indicadores.models.cifras import vigente_en


@dataclass(frozen=True, slots=True)
class CifraExigida:
    """La cifra de un periodo que un indicador debe (o debió) publicar, y cómo quedó."""

    indicador: Indicador
    exigencia: Exigencia
    entregada: date | None
    juicio: Juicio


def con_plazo() -> QuerySet[Indicador]:
    """Los indicadores a los que el personal fijó periodicidad y plazo; los demás no deben nada."""
    return (
        Indicador.objects.filter(dias_de_plazo__isnull=False, plazo_desde__isnull=False)
        .exclude(periodicidad="")
        .select_related("responsable")
        .order_by("codigo")
    )


def plazo_de(indicador: Indicador) -> Plazo | None:
    """El plazo del indicador para el núcleo; None si le falta la periodicidad o el plazo."""
    if not indicador.periodicidad or indicador.dias_de_plazo is None or indicador.plazo_desde is None:
        return None
    return Plazo(Granularidad(indicador.periodicidad), indicador.dias_de_plazo, indicador.plazo_desde)


def leer_exigidas(
    indicadores: Iterable[Indicador] | None = None, *, corte: date, a_la_fecha: datetime
) -> list[CifraExigida]:
    """Las cifras exigidas de periodos terminados al ``corte``, con lo publicado hasta ``a_la_fecha``.

    El atraso de lo no entregado se cuenta hasta el día que era en Lima ``a_la_fecha``. Van por código y periodo.
    """
    suyos = [uno for uno in (con_plazo() if indicadores is None else indicadores) if plazo_de(uno) is not None]
    rige = vigente_en(a_la_fecha)
    publicadas = {
        (fila["indicador_id"], fila["periodo"]): fila
        for fila in Medicion.objects.oficiales_nacionales()
        .filter(indicador__in=[uno.pk for uno in suyos], publicada_en__lte=a_la_fecha)
        .order_by()
        .values("indicador_id", "periodo")
        .annotate(
            primera=Min("publicada_en", filter=Q(valor__isnull=False)),
            rigen=Count("pk", filter=rige & Q(valor__isnull=False)),
            no_aplican=Count("pk", filter=rige & Q(motivo_ausencia=Motivo.NO_APLICA.value)),
        )
    }
    hoy = timezone.localdate(a_la_fecha)
    halladas = []
    for indicador in suyos:
        plazo = plazo_de(indicador)
        for exigencia in exigencias(plazo, min(corte, hoy)) if plazo else ():
            fila = publicadas.get((indicador.pk, exigencia.periodo.texto))
            if fila and fila["no_aplican"]:
                continue
            entregada = timezone.localdate(fila["primera"]) if fila and fila["rigen"] else None
            halladas.append(CifraExigida(indicador, exigencia, entregada, juzgar(exigencia.vence, entregada, hoy)))
    return halladas
