"""Si cada medición de una página repite el valor anterior de su serie, en un número fijo de consultas."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery

from indicadores.calculo.estado import se_repite
from indicadores.calculo.tipos import Dato, ValorBase
from indicadores.lectura import CAMPOS_DE_DATO, dato_de_fila, leer_lineas_base
from indicadores.models import Ambito, Medicion
from indicadores.models.granularidad import Granularidad


def de_la_misma_serie(filas: QuerySet[Medicion]) -> QuerySet[Medicion]:
    """Las ``filas`` con valor visible comparables con la de fuera: mismo indicador, lugar, sexo, carácter y tamaño."""
    return filas.annotate(granularidad=Granularidad(F("periodo"))).filter(
        indicador=OuterRef("indicador"),
        ambito=OuterRef("ambito"),
        sexo=OuterRef("sexo"),
        caracter=OuterRef("caracter"),
        granularidad=Granularidad(OuterRef("periodo")),
        valor__isnull=False,
        reservada=False,
    )


def que_se_repiten(pares: Sequence[tuple[int, Dato]], *, a_la_fecha: datetime) -> set[int]:
    """Los ids, entre los de ``pares`` (clave del indicador, dato), cuyo valor es idéntico al anterior: tres consultas.

    El anterior de cada fila se halla por el índice de la serie; lo compara el núcleo, como en la ficha del indicador.
    """
    vigentes = de_la_misma_serie(Medicion.objects.vigentes(a_la_fecha))
    anterior = vigentes.filter(fin__lt=OuterRef("fin")).order_by("-fin", "-id")
    con_valor = {dato.id: (indicador, dato) for indicador, dato in pares if dato.id and dato.valor is not None}
    id_anterior = dict(
        Medicion.objects.filter(pk__in=con_valor)
        .annotate(anterior=Subquery(anterior.values("pk")[:1]))
        .order_by("pk")
        .values_list("pk", "anterior")
    )
    filas = Medicion.objects.filter(pk__in={clave for clave in id_anterior.values() if clave is not None})
    dato_de = {fila["id"]: dato_de_fila(fila) for fila in filas.order_by("pk").values(*CAMPOS_DE_DATO)}
    bases = leer_lineas_base({indicador for indicador, _ in pares}, a_la_fecha=a_la_fecha)
    repetidas = set()
    for clave, (indicador, dato) in con_valor.items():
        previo = id_anterior.get(clave)
        anteriores = [] if previo is None else [dato_de[previo]]
        if se_repite(dato, anteriores, _base_comparable(dato, bases.get(indicador))):
            repetidas.add(clave)
    return repetidas


def _base_comparable(dato: Dato, base: ValorBase | None) -> ValorBase | None:
    """La línea base es del país: no es el valor anterior de una región ni de un establecimiento."""
    return base if dato.ambito == Ambito.NACIONAL else None
