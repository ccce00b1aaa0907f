"""El verbo propio de una matriz del INPE: decir cómo se lee antes de compararla."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from indicadores.acciones.comun import escritura, momento
from indicadores.errores import ConflictoDeEdicion, TransicionInvalida
from indicadores.models import Lote
from indicadores.permisos import Accion, comprobar

#: Mientras nada se haya confirmado, se puede volver a decir cómo leer el mismo archivo.
ESTADOS_LEGIBLES = (
    Lote.Estado.RECIBIDO,
    Lote.Estado.CON_ERRORES,
    Lote.Estado.POR_CONFIRMAR,
    Lote.Estado.FALLIDO,
)


def decir_como_leer(
    lote: Lote, *, por: User, testigo: int, opciones: dict[str, Any], ahora: datetime | None = None
) -> Lote:
    """Guarda en el lote qué es cada columna y lo deja listo para comparar otra vez.

    ``testigo`` es el del lote que se miraba; si otra persona lo cambió levanta :class:`ConflictoDeEdicion`. Un lote que
    ya se confirmó, se anotó o se abandonó levanta :class:`TransicionInvalida`.
    """
    comprobar(por, Accion.IMPORTAR)
    with escritura(Lote):
        actual = Lote.objects.select_for_update().get(pk=lote.pk)
        if actual.clase != Lote.Clase.MATRIZ or actual.estado not in ESTADOS_LEGIBLES:
            raise TransicionInvalida(
                f"Este lote está {actual.get_estado_display()}: ya no se puede cambiar cómo se lee. Suba otra vez el "
                "archivo."
            )
        if actual.testigo != testigo:
            raise ConflictoDeEdicion(
                "Otra persona cambió este lote mientras usted elegía las columnas. Vuelva a cargar la página y compare."
            )
        actual.opciones = opciones
        actual.estado = Lote.Estado.RECIBIDO
        actual.resumen, actual.mensaje, actual.hechas, actual.total = {}, "", 0, 0
        actual.testigo += 1
        actual.cambiado_en = momento(ahora)
        actual.save()
    return actual
