"""Los verbos de lo que se fija por norma o decisión (línea base, logro, umbrales); cada cambio es una versión."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.contrib.auth.models import User

from indicadores.acciones.comun import comprobar_ausencia, escritura, exigir_motivo, leer_valor, momento, sin_control
from indicadores.constancias import certificar_revision, esperar_turno
from indicadores.ejercicios import exigir_abiertos
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.models import Fuente, Indicador, LineaBase, LogroEsperado, Umbral
from indicadores.permisos import Accion, comprobar
from objetivos.models import Norma

R = TypeVar("R", LineaBase, LogroEsperado, Umbral)


def fijar_linea_base(
    *,
    por: User,
    indicador: Indicador,
    anio: int,
    valor: Decimal | int | str | None,
    motivo: str,
    norma: Norma | None = None,
    fuente: Fuente | None = None,
    motivo_ausencia: str = "",
    texto_ausencia: str = "",
    fecha_compromiso: date | None = None,
    version_base: int | None = None,
    ahora: datetime | None = None,
) -> LineaBase:
    """Fija la línea base de un indicador (o por qué no existe) y conserva la anterior con su intervalo."""
    nueva = LineaBase(indicador=indicador, anio=leer_anio(anio), fuente=fuente)
    _poner_valor(nueva, valor, motivo_ausencia, texto_ausencia, fecha_compromiso)
    anteriores = LineaBase.objects.filter(indicador=indicador)
    return _fijar(
        nueva,
        anteriores,
        por=por,
        motivo=motivo,
        norma=norma,
        version_base=version_base,
        ahora=ahora,
        que="la línea base",
    )


def fijar_logro(
    *,
    por: User,
    indicador: Indicador,
    anio: int,
    valor: Decimal | int | str | None,
    motivo: str,
    norma: Norma | None = None,
    fuente: Fuente | None = None,
    motivo_ausencia: str = "",
    texto_ausencia: str = "",
    fecha_compromiso: date | None = None,
    version_base: int | None = None,
    ahora: datetime | None = None,
) -> LogroEsperado:
    """Fija el logro esperado de un año (o por qué no hay) y conserva el anterior con su intervalo."""
    nuevo = LogroEsperado(indicador=indicador, anio=leer_anio(anio), fuente=fuente)
    _poner_valor(nuevo, valor, motivo_ausencia, texto_ausencia, fecha_compromiso)
    anteriores = LogroEsperado.objects.filter(indicador=indicador, anio=anio)
    return _fijar(
        nuevo,
        anteriores,
        por=por,
        motivo=motivo,
        norma=norma,
        version_base=version_base,
        ahora=ahora,
        que="el logro esperado",
    )


def fijar_umbrales(
    *,
    por: User,
    verde: Decimal,
    amarillo: Decimal,
    motivo: str,
    norma: Norma | None = None,
    version_base: int | None = None,
    ahora: datetime | None = None,
) -> Umbral:
    """Fija desde qué avance (puntos de porcentaje) el semáforo es verde o amarillo, para toda la política."""
    exactos = all(isinstance(umbral, Decimal | int) and Decimal(umbral).is_finite() for umbral in (verde, amarillo))
    if not exactos or not 0 < amarillo < verde <= 100:
        raise DatoInvalido("Los umbrales deben cumplir 0 < amarillo < verde ≤ 100.", campo="verde")
    nuevo = Umbral(verde=verde, amarillo=amarillo)
    return _fijar(
        nuevo,
        Umbral.objects.all(),
        por=por,
        motivo=motivo,
        norma=norma,
        version_base=version_base,
        ahora=ahora,
        que="los umbrales",
    )


def _fijar(
    nueva: R,
    anteriores: object,
    *,
    por: User,
    motivo: str,
    norma: Norma | None,
    version_base: int | None,
    ahora: datetime | None,
    que: str,
) -> R:
    """``version_base`` es la última versión que vio quien fija (0: ninguna); si ya hay otra, no escribe nada.

    Sin ella vale la que había al empezar: de dos que fijan lo mismo a la vez, gana una.
    """
    comprobar(por, Accion.FIJAR)
    en = momento(ahora)
    with escritura(type(nueva)):
        if version_base is None:
            version_base = anteriores.order_by("-version").values_list("version", flat=True).first() or 0  # type: ignore[attr-defined]
        # Antes de bloquear nada: quien fija varias seguidas ya tiene el turno, y así no se traban.
        esperar_turno()
        # El orden por versión basta: la vigente es siempre la última.
        ultima = anteriores.select_for_update().order_by("-version").first()  # type: ignore[attr-defined]
        if version_base != (ultima.version if ultima else 0):
            quien = ultima.publicada_por.get_username() if ultima else "otra persona"
            raise ConflictoDeEdicion(f"Mientras usted escribía, {quien} fijó {que}. Compare las dos y decida de nuevo.")
        if ultima is not None:
            if en < ultima.publicada_en:
                raise DatoInvalido(f"El momento es anterior al de la última vez que se fijó {que}.")
            ultima.sustituida_en = en
            ultima.save(update_fields=["sustituida_en"])
        exigir_abiertos({r.anio for r in (nueva, ultima) if isinstance(r, LineaBase | LogroEsperado)}, por=por)
        nueva.version = ultima.version + 1 if ultima else 1
        nueva.publicada_en = en
        nueva.publicada_por = por
        nueva.motivo_cambio = exigir_motivo(motivo, f"fijar {que}")
        nueva.norma = norma
        nueva.save()
        certificar_revision(nueva)
    return nueva


def _poner_valor(
    revision: LineaBase | LogroEsperado,
    valor: Decimal | int | str | None,
    motivo_ausencia: str,
    texto_ausencia: str,
    fecha_compromiso: date | None,
) -> None:
    revision.valor = leer_valor(revision.indicador, valor)
    comprobar_ausencia(revision.valor, motivo_ausencia, fecha_compromiso)
    revision.motivo_ausencia = motivo_ausencia
    revision.texto_ausencia = sin_control(texto_ausencia)
    revision.fecha_compromiso = fecha_compromiso


def leer_anio(anio: int) -> int:
    """``anio`` si está entre 1990 y 2100."""
    if not 1990 <= anio <= 2100:
        raise DatoInvalido("El año debe estar entre 1990 y 2100.", campo="anio")
    return anio
