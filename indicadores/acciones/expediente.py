"""Los verbos del expediente de una medición: lo que se comenta de ella y los archivos que la sustentan.

No cambian la cifra ni su testigo. Cada uno deja su hecho en la historia.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from indicadores.acciones.archivos import TIPOS, limpiar_nombre, reconocer
from indicadores.acciones.comun import anotar, escritura, exigir_motivo, momento
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, TransicionInvalida
from indicadores.formato import escribir_numero
from indicadores.models import Comentario, Evidencia, Medicion
from indicadores.permisos import Accion, comprobar

LARGO_DEL_COMENTARIO = 4000


def comentar(medicion: Medicion, *, por: User, texto: str, ahora: datetime | None = None) -> Comentario:
    """Agrega un comentario, que leen todas las personas del personal; no se edita ni se borra."""
    comprobar(por, Accion.COMENTAR)
    limpio = (texto or "").strip()
    if not limpio:
        raise DatoInvalido("Escriba el comentario.", campo="texto")
    if len(limpio) > LARGO_DEL_COMENTARIO:
        cuanto, tope = escribir_numero(len(limpio), 0), escribir_numero(LARGO_DEL_COMENTARIO, 0)
        raise DatoInvalido(f"El comentario tiene {cuanto} letras y caben {tope}. Abrévielo.", campo="texto")
    if "\0" in limpio:
        raise DatoInvalido("El comentario tiene un carácter que no se puede guardar.", campo="texto")
    en = momento(ahora)
    with escritura(Comentario):
        comentario = Comentario.objects.create(medicion=medicion, texto=limpio, por=por, en=en)
        anotar(medicion, "comentar", por, en)
    return comentario


def adjuntar(
    medicion: Medicion,
    *,
    por: User,
    archivo: File[Any],
    nombre: str | None = None,
    publica: bool = False,
    ahora: datetime | None = None,
) -> Evidencia:
    """Guarda ``archivo`` como evidencia: PDF, XLSX, PNG, JPEG o WEBP según su contenido, hasta ``EVIDENCIA_MAXIMO``.

    Se guarda con un nombre al azar; ``nombre`` (o el que traiga) es solo el que se muestra. ``publica`` exige además
    el permiso de difundir. Abre su propia transacción, la de fuera: si algo falla no queda ni fila ni archivo.
    Errores: :class:`DatoInvalido`, :class:`TransicionInvalida` (descartada), :class:`ConflictoDeEdicion` (repetido).
    """
    comprobar(por, Accion.ADJUNTAR)
    if publica:
        comprobar(por, Accion.DIFUNDIR)
    contenido = _leer(archivo)
    extension = reconocer(contenido)
    en = momento(ahora)
    guardado, se_confirmo = "", False
    try:
        with transaction.atomic(durable=True), escritura(Evidencia):
            actual = Medicion.objects.select_for_update(no_key=True).get(pk=medicion.pk)
            if actual.etapa == Medicion.Etapa.DESCARTADA:
                raise TransicionInvalida("La medición está descartada: ya no admite evidencias.")
            huella = hashlib.sha256(contenido).hexdigest()
            if repetida := actual.evidencias.filter(huella=huella, retirada_en__isnull=True).first():
                raise ConflictoDeEdicion(f"Ese mismo archivo ya está adjunto a la medición: «{repetida.nombre}».")
            evidencia = Evidencia(
                medicion=actual,
                nombre=limpiar_nombre(nombre or archivo.name or "", extension),
                tipo=TIPOS[extension],
                tamano=len(contenido),
                huella=huella,
                publica=publica,
                subida_por=por,
                subida_en=en,
            )
            evidencia.archivo.save(f"{secrets.token_hex(16)}.{extension}", ContentFile(contenido), save=False)
            guardado = evidencia.archivo.name or ""
            evidencia.save()
            anotar(actual, "adjuntar", por, en, cambios={"evidencia": [evidencia.nombre]})
        se_confirmo = True
    finally:
        if guardado and not se_confirmo:
            default_storage.delete(guardado)
    return evidencia


def retirar_evidencia(evidencia: Evidencia, *, por: User, motivo: str, ahora: datetime | None = None) -> Evidencia:
    """Deja de ofrecer una evidencia, con la razón; el archivo y su huella se conservan."""
    comprobar(por, Accion.ADJUNTAR)
    razon = exigir_motivo(motivo, "retirar la evidencia")
    en = momento(ahora)
    with escritura(Evidencia):
        actual = _tomar(evidencia)
        actual.retirada_por, actual.retirada_en, actual.motivo_retiro, actual.publica = por, en, razon, False
        actual.save(update_fields=["retirada_por", "retirada_en", "motivo_retiro", "publica"])
        anotar(actual.medicion, "retirar_evidencia", por, en, motivo=razon, cambios={"evidencia": [actual.nombre]})
    return actual


def difundir_evidencia(evidencia: Evidencia, *, por: User, publica: bool, ahora: datetime | None = None) -> Evidencia:
    """Hace pública una evidencia, o deja de hacerlo; se ve cuando su medición se publica y no está reservada."""
    comprobar(por, Accion.DIFUNDIR)
    en = momento(ahora)
    with escritura(Evidencia):
        actual = _tomar(evidencia)
        if actual.publica != publica:
            actual.publica = publica
            actual.save(update_fields=["publica"])
            hecho = "difundir" if publica else "dejar_de_difundir"
            anotar(actual.medicion, hecho, por, en, cambios={"evidencia": [actual.nombre]})
    return actual


def _tomar(evidencia: Evidencia) -> Evidencia:
    actual = Evidencia.objects.select_for_update(of=("self",)).select_related("medicion").get(pk=evidencia.pk)
    if actual.retirada_en is not None:
        raise TransicionInvalida(f"La evidencia «{actual.nombre}» ya fue retirada. Vuelva a cargar la página.")
    return actual


def _leer(archivo: File[Any]) -> bytes:
    """El contenido, sin pasar nunca del tamaño que se admite."""
    tope: int = settings.EVIDENCIA_MAXIMO
    archivo.seek(0)
    contenido: bytes = archivo.read(tope + 1)
    if not contenido:
        raise DatoInvalido("El archivo está vacío.", campo="archivo")
    if len(contenido) > tope:
        megas = escribir_numero(tope // 2**20, 0)
        raise DatoInvalido(f"El archivo pasa de {megas} MB. Adjunte uno más pequeño.", campo="archivo")
    return contenido
