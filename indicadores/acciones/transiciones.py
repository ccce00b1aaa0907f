"""La vida de una medición como datos: qué verbo la lleva de qué etapas a cuál."""

from dataclasses import dataclass

from indicadores.errores import TransicionInvalida
from indicadores.models import Medicion
from indicadores.permisos import Accion

Etapa = Medicion.Etapa


@dataclass(frozen=True, slots=True)
class Transicion:
    """``verbo`` lleva de cualquiera de ``desde`` a ``hacia``; ``participio`` completa «no puede ser …»."""

    verbo: str
    accion: Accion
    desde: frozenset[str]
    hacia: str
    participio: str


TRANSICIONES: dict[str, Transicion] = {
    t.verbo: t
    for t in (
        Transicion(
            "modificar", Accion.MODIFICAR, frozenset({Etapa.BORRADOR, Etapa.OBSERVADA}), Etapa.BORRADOR, "modificada"
        ),
        Transicion(
            "descartar", Accion.DESCARTAR, frozenset({Etapa.BORRADOR, Etapa.OBSERVADA}), Etapa.DESCARTADA, "descartada"
        ),
        Transicion("enviar", Accion.ENVIAR, frozenset({Etapa.BORRADOR}), Etapa.EN_REVISION, "enviada a revisión"),
        Transicion("observar", Accion.OBSERVAR, frozenset({Etapa.EN_REVISION}), Etapa.OBSERVADA, "observada"),
        Transicion("publicar", Accion.PUBLICAR, frozenset({Etapa.EN_REVISION}), Etapa.PUBLICADA, "publicada"),
        Transicion("corregir", Accion.CORREGIR, frozenset({Etapa.PUBLICADA}), Etapa.PUBLICADA, "corregida"),
        Transicion("retirar", Accion.RETIRAR, frozenset({Etapa.PUBLICADA}), Etapa.RETIRADA, "retirada"),
    )
}


def comprobar_etapa(medicion: Medicion, verbo: str) -> Transicion:
    """Devuelve la transición de ``verbo``; levanta :class:`TransicionInvalida` si la etapa actual no la admite."""
    transicion = TRANSICIONES[verbo]
    if medicion.etapa not in transicion.desde:
        admitidas = " o ".join(f"«{Etapa(e).label}»" for e in Etapa if e in transicion.desde)
        raise TransicionInvalida(
            f"La medición está «{medicion.get_etapa_display()}» y no puede ser {transicion.participio}: "
            f"su etapa debe ser {admitidas}. Vuelva a cargar la página para ver qué cambió."
        )
    return transicion
