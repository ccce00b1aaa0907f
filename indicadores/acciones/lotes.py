"""Los verbos de un lote: se recibe un archivo, se compara, se confirma, se anota entero y, si hace falta, se deshace.

Todo lo que entra por un lote entra como borrador: otra persona lo revisa y lo publica, como a cualquier cifra.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models import F

from indicadores.acciones.comun import escritura, exigir_motivo, momento
from indicadores.ejercicios import exigir_abiertos
from indicadores.errores import ConflictoDeEdicion, DatoInvalido, TransicionInvalida
from indicadores.formato import plural
from indicadores.models import Lote, Medicion, Suceso
from indicadores.permisos import Accion, comprobar

Estado = Lote.Estado
TAMANO_MAXIMO = 40 * 1024 * 1024
#: Un lote de larga lectura que no da señales en estos segundos se da por interrumpido.
SEGUNDOS_SIN_SENAL = 120


def accion_de(clase: str) -> Accion:
    """El permiso que hace falta para los lotes de esa clase."""
    return Accion.IMPORTAR_CATALOGO if clase == Lote.Clase.CATALOGO else Accion.IMPORTAR


def recibir(
    *,
    por: User,
    clase: str,
    archivo: File[Any],
    nombre: str,
    opciones: Mapping[str, Any] | None = None,
    ahora: datetime | None = None,
) -> Lote:
    """Guarda el archivo tal como vino, con su huella; todavía no lo lee. Errores: permiso, archivo vacío o enorme."""
    comprobar(por, accion_de(clase))
    en = momento(ahora)
    if not archivo.size:
        raise DatoInvalido("El archivo está vacío.", campo="archivo")
    if archivo.size > TAMANO_MAXIMO:
        raise DatoInvalido("El archivo pasa de 40 MB. Divídalo en varios, por indicador o por año.", campo="archivo")
    huella = hashlib.sha256()
    for trozo in archivo.chunks():
        huella.update(trozo)
    extension = ".xlsx" if nombre.lower().endswith((".xlsx", ".xlsm")) else ".csv"
    with escritura(Lote):
        lote = Lote(
            clase=clase,
            nombre=nombre[-160:],
            huella=huella.hexdigest(),
            opciones=dict(opciones or {}),
            creado_por=por,
            creado_en=en,
            cambiado_en=en,
        )
        # El nombre que puso quien lo subió no llega al disco.
        lote.archivo.save(f"{huella.hexdigest()[:16]}{extension}", archivo, save=False)
        lote.save()
    return lote


def empezar_lectura(lote: Lote, *, ahora: datetime | None = None) -> Lote:
    """Marca que se está leyendo; sirve también para retomar una lectura interrumpida."""
    legibles = (Estado.RECIBIDO, Estado.LEYENDO, Estado.POR_CONFIRMAR, Estado.CON_ERRORES)
    return _pasar(lote, legibles, Estado.LEYENDO, ahora, hechas=0, mensaje="", resumen={})


def latir(lote: Lote, hechas: int, *, ahora: datetime | None = None) -> None:
    """Anota cuántas filas van, para quien espera y para saber que el trabajo sigue vivo."""
    en = momento(ahora)
    Lote.objects.filter(pk=lote.pk, estado=Estado.LEYENDO).update(hechas=hechas, cambiado_en=en)


def terminar_lectura(
    lote: Lote, *, diferencia: bytes | File[Any], resumen: Mapping[str, Any], ahora: datetime | None = None
) -> Lote:
    """Guarda la diferencia; con errores no hay nada que confirmar."""
    cuenta = resumen["cuenta"]
    hay_errores = bool(cuenta["error"])
    contenido = ContentFile(diferencia) if isinstance(diferencia, bytes) else diferencia
    with escritura(Lote):
        actual = _tomar(lote, (Estado.LEYENDO,))
        actual.diferencia.save(f"{actual.huella[:16]}.jsonl.gz", contenido, save=False)
        actual.resumen = dict(resumen)
        actual.hechas = actual.total = sum(cuenta.values())
        actual.estado = Estado.CON_ERRORES if hay_errores else Estado.POR_CONFIRMAR
        return _guardar(actual, ahora)


def fallar(lote: Lote, mensaje: str, *, ahora: datetime | None = None) -> Lote:
    """El archivo no se pudo leer o el trabajo se rompió: nada cambió, y ``mensaje`` dice qué hacer."""
    return _pasar(
        lote, (Estado.RECIBIDO, Estado.LEYENDO, Estado.ANOTANDO), Estado.FALLIDO, ahora, mensaje=mensaje[:2000]
    )


def confirmar(
    lote: Lote,
    *,
    por: User,
    testigo: int,
    motivo: str = "",
    norma: int | None = None,
    ahora: datetime | None = None,
) -> Lote:
    """Da por buena la diferencia que se vio; desde aquí el lote espera a que se anote.

    ``motivo`` es obligatorio si algo publicado va a cambiar. ``testigo`` es el del lote que se miraba.
    """
    comprobar(por, accion_de(lote.clase))
    with escritura(Lote):
        actual = _tomar(lote, (Estado.POR_CONFIRMAR,))
        if actual.testigo != testigo:
            raise ConflictoDeEdicion(
                "El lote se volvió a comparar mientras usted lo miraba. Revise otra vez y confirme."
            )
        cuenta = actual.resumen["cuenta"]
        if not cuenta["nueva"] + cuenta["cambiada"]:
            raise DatoInvalido("No hay nada que anotar: todo lo de la hoja está ya igual o en conflicto.")
        if actual.resumen.get("pide_motivo"):
            motivo = exigir_motivo(motivo, "cambiar lo ya publicado")
        actual.motivo = motivo.strip()
        actual.opciones = actual.opciones | {"confirmacion": {"norma": norma}}
        actual.aplicado_por = por
        actual.estado = Estado.ANOTANDO
        return _guardar(actual, ahora)


def anotar(lote: Lote, *, como: Callable[[Lote, datetime], int], ahora: datetime | None = None) -> Lote:
    """Escribe el lote confirmado en una sola transacción: ``como`` escribe y devuelve cuántas filas.

    Puede repetirse: si ya se anotó (dos trabajadores, un reintento) no hace nada. Un conflicto de edición deshace
    todo y el lote vuelve a recibido, para compararse otra vez.
    """
    en = momento(ahora)
    with escritura(Lote):
        actual = Lote.objects.select_for_update(of=("self",)).select_related("aplicado_por").get(pk=lote.pk)
        if actual.estado == Estado.APLICADO:
            return actual
        if actual.estado != Estado.ANOTANDO:
            raise _no_se_puede(actual)
        actual.hechas = como(actual, en)
        actual.aplicado_en = en
        actual.estado = Estado.APLICADO
        return _guardar(actual, en)


def volver_a_comparar(lote: Lote, *, mensaje: str, ahora: datetime | None = None) -> Lote:
    """Algo cambió entre la confirmación y la escritura: nada se anotó y hay que mirar de nuevo."""
    return _pasar(lote, (Estado.ANOTANDO,), Estado.RECIBIDO, ahora, mensaje=mensaje, aplicado_por=None)


def abandonar(lote: Lote, *, por: User, ahora: datetime | None = None) -> Lote:
    """Deja el lote sin anotar; el archivo queda guardado."""
    comprobar(por, accion_de(lote.clase))
    desde = (Estado.RECIBIDO, Estado.LEYENDO, Estado.CON_ERRORES, Estado.POR_CONFIRMAR, Estado.FALLIDO)
    return _pasar(lote, desde, Estado.ABANDONADO, ahora)


def deshacer_lote(
    lote: Lote, *, por: User, previos: Mapping[int, Mapping[str, Any]] | None = None, ahora: datetime | None = None
) -> Lote:
    """Descarta los borradores que creó y devuelve los que cambió a como estaban; nada, si alguno ya se publicó.

    ``previos``: por clave primaria, los campos que tenían los borradores que el lote solo cambió. Devolverlos es
    cambiarlos: en un ejercicio cerrado, solo quien puede.
    """
    comprobar(por, Accion.DESCARTAR)
    en = momento(ahora)
    with escritura(Medicion):
        actual = _tomar(lote, (Estado.APLICADO,))
        if actual.clase == Lote.Clase.CATALOGO:
            raise TransicionInvalida(
                "Los logros, las líneas base y las fichas rigen desde que se aplican: no se deshacen; se fijan otra "
                "vez."
            )
        _comprobar_que_se_deshace(actual)
        cambiadas = dict(previos or {})
        exigir_abiertos(_anios(actual.mediciones.filter(pk__in=list(cambiadas))), por=por)
        suyas = actual.mediciones.select_for_update(of=("self",)).filter(etapa__in=_DESCARTABLES)
        creadas = [pk for pk in suyas.order_by("id").values_list("pk", flat=True) if pk not in cambiadas]
        for inicio in range(0, len(creadas), 2000):
            tanda = creadas[inicio : inicio + 2000]
            Medicion.objects.filter(pk__in=tanda).update(etapa=Medicion.Etapa.DESCARTADA, testigo=F("testigo") + 1)
            _suceder(tanda, "descartar", por, en, motivo=f"Se deshizo el lote {actual.pk}")
        # Un borrador que ya se descartó no vuelve.
        devueltas = [
            pk for pk, campos in cambiadas.items() if suyas.filter(pk=pk).update(**campos, testigo=F("testigo") + 1)
        ]
        _suceder(devueltas, "modificar", por, en, motivo=f"Se deshizo el lote {actual.pk}")
        actual.estado = Estado.DESHECHO
        actual.deshecho_por = por
        actual.deshecho_en = en
        return _guardar(actual, en)


def enviar_lote(lote: Lote, *, por: User, ahora: datetime | None = None) -> int:
    """Envía a revisión todos los borradores del lote, o ninguno; devuelve cuántos.

    Exige fuente en cada uno y, si alguno es de un ejercicio cerrado, el permiso de cambiarlo.
    """
    comprobar(por, Accion.ENVIAR)
    en = momento(ahora)
    with escritura(Medicion):
        actual = _tomar(lote, (Estado.APLICADO,))
        exigir_abiertos(_anios(actual.mediciones.filter(etapa=Medicion.Etapa.BORRADOR)), por=por)
        borradores = actual.mediciones.select_for_update(of=("self",)).filter(etapa=Medicion.Etapa.BORRADOR)
        if sin_fuente := borradores.filter(fuente__isnull=True).count():
            raise DatoInvalido(
                f"{plural(sin_fuente, 'borrador', 'borradores')} del lote no tienen fuente. Indíquela antes de enviar."
            )
        pks = list(borradores.order_by("id").values_list("pk", flat=True))
        if not pks:
            raise TransicionInvalida("Este lote ya no tiene borradores que enviar.")
        for inicio in range(0, len(pks), 2000):
            tanda = pks[inicio : inicio + 2000]
            Medicion.objects.filter(pk__in=tanda).update(
                etapa=Medicion.Etapa.EN_REVISION, enviada_por=por, testigo=F("testigo") + 1
            )
            _suceder(tanda, "enviar", por, en)
        _guardar(actual, en)
    return len(pks)


_DESCARTABLES = (Medicion.Etapa.BORRADOR, Medicion.Etapa.OBSERVADA)


def _comprobar_que_se_deshace(lote: Lote) -> None:
    if publicadas := lote.mediciones.con_version().count():
        cuantas = plural(publicadas, "cifra de este lote ya se publicó", "cifras de este lote ya se publicaron")
        raise TransicionInvalida(f"{cuantas}: el lote no puede deshacerse. Corrija o retire cada una.")
    if en_revision := lote.mediciones.filter(etapa=Medicion.Etapa.EN_REVISION).count():
        cuantas = plural(en_revision, "cifra de este lote está", "cifras de este lote están")
        raise TransicionInvalida(f"{cuantas} en revisión: pida a quien revisa que las observe y vuelva a intentarlo.")


def _anios(mediciones: models.QuerySet[Medicion]) -> set[int]:
    return set(mediciones.order_by().values_list("fin__year", flat=True).distinct())


def _suceder(pks: list[int], accion: str, por: User, en: datetime, *, motivo: str = "") -> None:
    Suceso.objects.bulk_create(
        [Suceso(medicion_id=pk, accion=accion, por=por, en=en, motivo=motivo) for pk in pks], batch_size=1000
    )


def _no_se_puede(lote: Lote) -> TransicionInvalida:
    return TransicionInvalida(
        f"El lote está «{lote.get_estado_display()}» y ese paso ya no es posible. Vuelva a cargar la página."
    )


def _tomar(lote: Lote, desde: tuple[Lote.Estado, ...]) -> Lote:
    actual = Lote.objects.select_for_update().get(pk=lote.pk)
    if actual.estado not in desde:
        raise _no_se_puede(actual)
    return actual


def _guardar(lote: Lote, ahora: datetime | None) -> Lote:
    lote.testigo += 1
    lote.cambiado_en = momento(ahora)
    lote.save()
    return lote


def _pasar(
    lote: Lote, desde: tuple[Lote.Estado, ...], hacia: Lote.Estado, ahora: datetime | None, **campos: Any
) -> Lote:
    with escritura(Lote):
        actual = _tomar(lote, desde)
        actual.estado = hacia
        for campo, dato in campos.items():
            setattr(actual, campo, dato)
        return _guardar(actual, ahora)
