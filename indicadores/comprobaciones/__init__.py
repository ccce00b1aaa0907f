"""Lo que se comprueba de una cifra antes de publicarla: errores, que lo impiden, y avisos, que alguien reconoce.

``comprobar_varias`` sirve igual para una que para un lote de miles: lee lo que hay alrededor en un número fijo de
consultas. No escribe ni mira la hora. El verbo ``publicar`` rechaza los errores propios (``errores_propios``); los
avisos no lo detienen: los exige la puerta.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from indicadores.comprobaciones.contexto import Contexto, leer_contexto
from indicadores.comprobaciones.propias import comprobar_sola, errores_propios, fuera_de_rango, personas_de
from indicadores.comprobaciones.serie import comprobar_serie
from indicadores.comprobaciones.sumas import Memoria, comprobar_sumas
from indicadores.comprobaciones.textos import comprobar_textos
from indicadores.comprobaciones.tipos import REGLAS, Clave, Hallazgo, Nivel, clave_de, huella_de, llave_de
from indicadores.formato import escribir_periodo, escribir_valor
from indicadores.models import Medicion

__all__ = [
    "REGLAS",
    "Clave",
    "Hallazgo",
    "Nivel",
    "clave_de",
    "comprobar",
    "comprobar_varias",
    "errores_propios",
    "fuera_de_rango",
    "huella_de",
    "llave_de",
    "personas_de",
]

ORDEN = {codigo: n for n, codigo in enumerate(REGLAS)}


def comprobar(medicion: Medicion, *, ahora: datetime) -> list[Hallazgo]:
    """Todo lo que se encuentra en ``medicion`` (guardada o no) en ``ahora``; primero los errores."""
    return comprobar_varias([medicion], ahora=ahora)[llave_de(medicion)]


def comprobar_varias(mediciones: Sequence[Medicion], *, ahora: datetime) -> dict[int | Clave, list[Hallazgo]]:
    """Lo que se encuentra en cada una, por su clave primaria o, si no está guardada, por su :class:`Clave`.

    Entre sí se cuentan como publicadas: el total y las partes que llegan juntos se comparan juntos. Cada medición debe
    traer cargados su indicador (con su servicio) y su ámbito. Hasta ocho consultas, sean cuantas sean.
    """
    if not mediciones:
        return {}
    contexto = leer_contexto(mediciones, ahora=ahora)
    hoy = timezone.localdate(ahora)
    memoria: Memoria = {}
    hallados: dict[int | Clave, list[Hallazgo]] = defaultdict(list)
    for medicion in mediciones:
        todos = [
            *comprobar_sola(medicion, hoy=hoy),
            *_iguales(medicion, contexto),
            *comprobar_serie(medicion, contexto),
            *comprobar_sumas(medicion, contexto, memoria),
            *comprobar_textos(medicion, contexto),
        ]
        hallados[llave_de(medicion)] = sorted(todos, key=lambda hallazgo: ORDEN[hallazgo.codigo])
    return dict(hallados)


def _iguales(medicion: Medicion, contexto: Contexto) -> Iterator[Hallazgo]:
    """Otra medición, abierta o publicada, de la misma clave; la que corrige no es un duplicado: la sustituye."""
    for otra in contexto.iguales.get(clave_de(medicion), []):
        if otra.pk == medicion.pk:
            continue
        if otra.valor is None:
            dice = f"sin valor: {dict(Medicion._meta.get_field('motivo_ausencia').flatchoices).get(otra.motivo, '')}"
        else:
            dice = escribir_valor(otra.valor, medicion.indicador.simbolo, 4)
        direccion = reverse("admin:indicadores_medicion_change", args=[otra.pk])
        es_publica = otra.etapa == Medicion.Etapa.PUBLICADA
        if es_publica and otra.pk == medicion.corrige_id:
            yield Hallazgo("sustituye", f"Sustituirá a la versión {otra.version}, hoy publicada: {dice}.", direccion)
            continue
        que = "Ya hay un valor publicado" if es_publica else f"Ya hay una medición «{Medicion.Etapa(otra.etapa).label}»"
        yield Hallazgo("duplicado", f"{que} de {escribir_periodo(medicion.periodo)}: {dice}.", direccion)
