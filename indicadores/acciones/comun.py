"""Lo que comparten los verbos: el reloj por defecto, la traducción de choques y la lectura de valores."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES
from indicadores.comprobaciones.propias import errores_propios, fuera_de_rango
from indicadores.errores import ConflictoDeEdicion, DatoInvalido
from indicadores.formato import NumeroInvalido, leer_decimal
from indicadores.models import Indicador, Medicion, Suceso

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def momento(ahora: datetime | None) -> datetime:
    """``ahora`` o, si falta, el reloj; siempre con zona horaria."""
    if ahora is None:
        return timezone.now()
    if timezone.is_naive(ahora):
        raise DatoInvalido("El momento debe llevar zona horaria.", campo="ahora")
    return ahora


def dia_en_lima(ahora: datetime) -> date:
    """El día que era en Lima (``TIME_ZONE``) en ese momento."""
    return timezone.localdate(ahora)


@contextmanager
def escritura(modelo: type[models.Model]) -> Iterator[None]:
    """Una transacción cuyo choque con una restricción se explica con la frase de esa restricción."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as choque:
        nombres = set(re.findall(r"\w+", str(choque)))
        for restriccion in modelo._meta.constraints:
            if restriccion.name in nombres:
                raise ConflictoDeEdicion(str(restriccion.get_violation_error_message())) from choque
        raise ConflictoDeEdicion(
            "Otra persona acaba de guardar un cambio sobre lo mismo. Vuelva a cargar la página y compare."
        ) from choque


def leer_valor(indicador: Indicador, valor: Decimal | int | str | None, campo: str = "valor") -> Decimal | None:
    """``valor`` como ``Decimal`` dentro de lo que admite la unidad del indicador; None queda None."""
    if valor is None:
        return None
    try:
        if isinstance(valor, str):
            exacto = leer_decimal(valor, entero=indicador.es_entero)
        elif isinstance(valor, Decimal | int) and not isinstance(valor, bool):
            exacto = Decimal(valor)
            if not exacto.is_finite():
                raise NumeroInvalido("El valor debe ser un número finito.")
            if abs(exacto) >= 10**11 or exacto != round(exacto, 4):
                raise NumeroInvalido("El valor admite hasta 11 cifras enteras y 4 decimales.")
        else:
            raise NumeroInvalido("El valor debe ser un número decimal exacto, no uno de coma flotante.")
    except NumeroInvalido as error:
        raise DatoInvalido(str(error), campo=campo) from error
    _comprobar_rango(indicador, exacto, campo)
    return exacto


def _comprobar_rango(indicador: Indicador, valor: Decimal, campo: str) -> None:
    if razon := fuera_de_rango(indicador, valor):
        raise DatoInvalido(razon, campo=campo)


def comprobar_ausencia(
    valor: Decimal | None, motivo_ausencia: str, fecha_compromiso: date | None, *, campo: str = "valor"
) -> None:
    """Un valor o un motivo de ausencia, exactamente uno."""
    if valor is None and not motivo_ausencia:
        raise DatoInvalido("Escriba el valor o, si no existe, elija el motivo de su ausencia.", campo=campo)
    if valor is not None and motivo_ausencia:
        raise DatoInvalido(
            "Hay un valor y también un motivo de ausencia. Deje uno solo de los dos.", campo="motivo_ausencia"
        )
    if motivo_ausencia and motivo_ausencia not in MOTIVOS_DECLARABLES:
        raise DatoInvalido(f"«{motivo_ausencia}» no es un motivo de ausencia conocido.", campo="motivo_ausencia")
    if valor is not None and fecha_compromiso:
        raise DatoInvalido("La fecha de compromiso solo acompaña a un valor ausente.", campo="fecha_compromiso")


def sin_control(texto: str) -> str:
    """El texto sin los caracteres de control que ni XML ni PostgreSQL admiten y que vienen al copiar de un PDF."""
    return _CONTROL.sub("", texto)


def exigir_motivo(motivo: str, para: str) -> str:
    """El motivo sin espacios sobrantes; levanta si está vacío."""
    limpio = sin_control(motivo or "").strip()
    if not limpio:
        raise DatoInvalido(f"Escriba el motivo para {para}: quedará en el historial.", campo="motivo")
    return limpio


def exigir_sin_errores(medicion: Medicion, en: datetime) -> None:
    """Los avisos se reconocen en la puerta; lo que la propia cifra contradice no se publica por ninguna."""
    if errores := errores_propios(medicion, hoy=dia_en_lima(en)):
        dicho = " ".join(f"{error.texto} {error.remedio}" for error in errores)
        raise DatoInvalido(f"No se puede publicar {medicion.indicador.codigo}, {medicion.periodo}. {dicho}")


def anotar(
    medicion: Medicion, accion: str, por: User, en: datetime, *, motivo: str = "", cambios: dict[str, Any] | None = None
) -> None:
    """Deja en la historia de ``medicion`` qué se hizo; ``cambios``: campo → [antes, después]."""
    Suceso.objects.create(medicion=medicion, accion=accion, por=por, en=en, motivo=motivo, cambios=cambios or {})
