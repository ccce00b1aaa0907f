"""Los dos trabajos de un lote, iguales en línea y en la cola: comparar su archivo y anotar lo confirmado."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.base import File

from indicadores.acciones import lotes
from indicadores.acciones.comun import momento
from indicadores.errores import ConflictoDeEdicion, ErrorDelDominio
from indicadores.intercambio import archivo
from indicadores.intercambio.mediciones import previos_de
from indicadores.intercambio.tipos import ArchivoIlegible, Diferencia, manejador_de
from indicadores.models import Lote

ROTO = (
    "El trabajo se interrumpió por un fallo del portal y no cambió nada. Vuelva a subir el archivo; si se repite, "
    "avise a quien administra el portal con el número de este lote."
)


def comparar_lote(lote: Lote, *, ahora: datetime | None = None) -> Lote:
    """Lee el archivo y guarda la diferencia; lo que no se entiende deja el lote fallido, con la razón."""
    en = momento(ahora)
    lote = lotes.empezar_lectura(lote, ahora=ahora)
    manejador = manejador_de(lote.clase)
    terminado = False
    try:
        with lote.archivo.open("rb") as abierto, tempfile.TemporaryFile() as salida:
            notas = _Notas()
            diferencias = manejador.comparar(lote, manejador.leer(abierto.file, lote.opciones), en)
            resumen = archivo.escribir(
                notas.anotando(diferencias), salida, progreso=lambda hechas: lotes.latir(lote, hechas, ahora=ahora)
            )
            resumen["pide_motivo"] = notas.pide_motivo or manejador.pide_norma
            salida.seek(0)
            lote = lotes.terminar_lectura(lote, diferencia=File(salida), resumen=resumen, ahora=ahora)
        terminado = True
    except ArchivoIlegible as error:
        lote = lotes.fallar(lote, str(error), ahora=ahora)
        terminado = True
    finally:
        if not terminado:
            lotes.fallar(lote, ROTO, ahora=ahora)
    return lote


def anotar_lote(lote: Lote, *, ahora: datetime | None = None) -> Lote:
    """Escribe lo confirmado, o nada. Si algo cambió mientras tanto, lo compara otra vez para que se revise."""
    manejador = manejador_de(lote.clase)
    terminado = False

    def escribir(actual: Lote, en: datetime) -> int:
        return manejador.aplicar(actual, diferencias_de(actual), en)

    try:
        lote = lotes.anotar(lote, como=escribir, ahora=ahora)
        terminado = True
    except ConflictoDeEdicion as conflicto:
        lote = lotes.volver_a_comparar(lote, mensaje=str(conflicto), ahora=ahora)
        lote = comparar_lote(lote, ahora=ahora)
        terminado = True
    except ErrorDelDominio as error:
        lote = lotes.fallar(lote, f"No se anotó nada. {error}", ahora=ahora)
        terminado = True
    finally:
        if not terminado:
            lotes.fallar(lote, ROTO, ahora=ahora)
    return lote


def diferencias_de(lote: Lote) -> Iterator[Diferencia]:
    """La diferencia guardada, fila por fila."""
    with lote.diferencia.open("rb") as abierto:
        yield from archivo.leer(abierto.file)


def deshacer(lote: Lote, *, por: Any, ahora: datetime | None = None) -> Lote:
    """Deshace el lote entero, con lo que tenían los borradores que cambió."""
    previos = previos_de(diferencias_de(lote)) if lote.clase != Lote.Clase.CATALOGO else {}
    return lotes.deshacer_lote(lote, por=por, previos=previos, ahora=ahora)


class _Notas:
    """Mira pasar las diferencias y recuerda si alguna exige un motivo."""

    def __init__(self) -> None:
        self.pide_motivo = False

    def anotando(self, diferencias: Iterator[Diferencia]) -> Iterator[Diferencia]:
        for diferencia in diferencias:
            self.pide_motivo = self.pide_motivo or bool(diferencia.datos.get("pide_motivo"))
            yield diferencia
