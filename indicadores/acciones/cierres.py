"""Los verbos de un ejercicio: cerrarlo, para que sus cifras ya no cambien sin más, y reabrirlo."""

from datetime import datetime

from django.contrib.auth.models import User

from indicadores.acciones.comun import dia_en_lima, escritura, exigir_motivo, momento
from indicadores.acciones.revisiones import leer_anio
from indicadores.ejercicios import cerrados_entre, esperar_turno, resumir
from indicadores.errores import DatoInvalido, TransicionInvalida
from indicadores.models import EjercicioCerrado
from indicadores.permisos import Accion, comprobar


def cerrar_ejercicio(*, por: User, anio: int, motivo: str, ahora: datetime | None = None) -> EjercicioCerrado:
    """Cierra un año ya terminado: desde entonces sus cifras solo las cambia quien puede, con un motivo.

    Espera a que terminen las escrituras de ese año que ya empezaron. Levanta :class:`DatoInvalido` si el año no ha
    terminado y :class:`TransicionInvalida` si ya está cerrado.
    """
    comprobar(por, Accion.CERRAR)
    razon = exigir_motivo(motivo, "cerrar el ejercicio")
    leer_anio(anio)
    with escritura(EjercicioCerrado):
        esperar_turno([anio], para_cerrar=True)
        # Después de esperar: quien registró antes no puede llevar una hora posterior a la del cierre.
        en = momento(ahora)
        if anio >= dia_en_lima(en).year:
            raise DatoInvalido(f"El año {anio} todavía no termina: ciérrelo cuando haya terminado.", campo="anio")
        if cierre := cerrados_entre([anio]).get(anio):
            raise TransicionInvalida(f"{resumir(cierre)} No hace falta cerrarlo otra vez.")
        return EjercicioCerrado.objects.create(anio=anio, motivo=razon, cerrado_por=por, cerrado_en=en)


def reabrir_ejercicio(*, por: User, anio: int, motivo: str, ahora: datetime | None = None) -> EjercicioCerrado:
    """Reabre un año cerrado; el cierre queda en la lista con quién lo reabrió, cuándo y por qué."""
    comprobar(por, Accion.CERRAR)
    razon = exigir_motivo(motivo, "reabrir el ejercicio")
    with escritura(EjercicioCerrado):
        esperar_turno([anio], para_cerrar=True)
        en = momento(ahora)
        cierre = cerrados_entre([anio]).get(anio)
        if cierre is None:
            raise TransicionInvalida(f"El ejercicio {anio} no está cerrado: no hay nada que reabrir.")
        if en < cierre.cerrado_en:
            raise DatoInvalido("El momento es anterior al del cierre.", campo="ahora")
        cierre.reabierto_por, cierre.reabierto_en, cierre.motivo_reapertura = por, en, razon
        cierre.save(update_fields=["reabierto_por", "reabierto_en", "motivo_reapertura"])
        return cierre
