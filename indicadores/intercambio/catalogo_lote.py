"""La clase de lote CATALOGO: un libro del catálogo se compara celda por celda y se aplica entero, con razón y norma."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from indicadores.acciones.catalogo import aplicar_cambios
from indicadores.errores import DatoInvalido
from indicadores.intercambio import catalogo_comparacion, catalogo_libro
from indicadores.intercambio.catalogo_comparacion import FilaDeCatalogo, cambios_de
from indicadores.intercambio.tipos import Diferencia, ErrorDeCelda, Manejador
from indicadores.models import Lote
from indicadores.permisos import Accion
from objetivos.models import Norma


def comparar(lote: Lote, leidas: Iterable[FilaDeCatalogo | ErrorDeCelda], ahora: datetime) -> Iterator[Diferencia]:
    """Cada celda del libro frente al catálogo que rige en ``ahora``."""
    return catalogo_comparacion.comparar(leidas, ahora)


def aplicar(lote: Lote, diferencias: Iterable[Diferencia], ahora: datetime) -> int:
    """Aplica lo nuevo y lo cambiado por sus verbos; devuelve cuántas cosas cambiaron. Rige desde ``ahora``."""
    assert lote.aplicado_por is not None
    norma = _norma(lote)
    cambios = cambios_de(diferencias, ahora)
    return aplicar_cambios(cambios, por=lote.aplicado_por, motivo=lote.motivo, norma=norma, ahora=ahora)


def _norma(lote: Lote) -> Norma | None:
    """La norma que se dijo al confirmar, si se dijo alguna."""
    pedida = (lote.opciones.get("confirmacion") or {}).get("norma")
    if not pedida:
        return None
    norma = Norma.objects.filter(pk=pedida).first()
    if norma is None:
        raise DatoInvalido("La norma elegida ya no está en el catálogo. Elija otra.", campo="norma")
    return norma


MANEJADOR = Manejador(
    leer=catalogo_libro.leer,
    comparar=comparar,
    aplicar=aplicar,
    accion=Accion.IMPORTAR_CATALOGO,
    se_deshace=False,
    pide_norma=True,
)
