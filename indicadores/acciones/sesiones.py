"""Cuánto dura un ingreso, qué le falta para valer y cómo se cierran los de una cuenta.

El ingreso se anota en la propia sesión al entrar (:func:`anotar_ingreso`): cuándo fue, cuándo se usó por última vez y
si la cuenta debe todavía su segundo factor. Quién lo obedece es ``penitenciaria.ingreso``, en un solo lugar.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from indicadores.acciones.comun import momento
from indicadores.acciones.factor import tiene

INGRESO = "ingreso"
#: Segundos entre dos anotaciones de que la sesión se usa: una escritura por minuto, y no una por página.
ANOTAR_CADA = 60
#: Lo que un reloj puede retroceder sin que se cierre nada.
TOLERANCIA = 300


class Estado(StrEnum):
    """Qué se puede hacer con una sesión."""

    NADIE = "nadie ingresó"
    COMPLETA = "vale"
    A_MEDIAS = "le falta el segundo factor"
    VENCIDA = "venció"


def anotar_ingreso(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Empieza a contar, y anota si la cuenta tiene segundo factor. La llama ``user_logged_in``."""
    en = momento(None).timestamp()
    request.session[INGRESO] = {"en": en, "visto": en, "debe": tiene(user), "hecho": False, "fallos": 0}


def estado(sesion: SessionBase, *, ahora: datetime) -> Estado:
    """Qué se puede hacer con ``sesion`` en ``ahora``; no escribe nada."""
    if SESSION_KEY not in sesion:
        return Estado.NADIE
    ingreso = sesion.get(INGRESO)
    if not isinstance(ingreso, dict):
        return Estado.VENCIDA
    en = ahora.timestamp()
    dura, quieta = en - ingreso["en"], en - ingreso["visto"]
    if dura > settings.SESSION_COOKIE_AGE or quieta > settings.SESION_INACTIVA or min(dura, quieta) < -TOLERANCIA:
        return Estado.VENCIDA
    if not ingreso["hecho"] and (ingreso["debe"] or settings.EXIGIR_SEGUNDO_FACTOR):
        return Estado.A_MEDIAS
    return Estado.COMPLETA


def anotar_uso(sesion: SessionBase, *, ahora: datetime) -> None:
    """Recuerda que la sesión se usa, como mucho una vez cada :data:`ANOTAR_CADA` segundos."""
    en, ingreso = ahora.timestamp(), sesion[INGRESO]
    if abs(en - ingreso["visto"]) >= ANOTAR_CADA:
        sesion[INGRESO] = ingreso | {"visto": en}


def completar(sesion: SessionBase) -> None:
    """La cuenta mostró su segundo factor: la sesión vale, y con otra llave (nadie puede haberla puesto antes)."""
    sesion[INGRESO] = sesion[INGRESO] | {"debe": True, "hecho": True, "fallos": 0}
    sesion.cycle_key()


def volver_a_medias(sesion: SessionBase, *, debe: bool) -> None:
    """La cuenta cambió o quitó su segundo factor: la sesión vuelve a empezar, y con otra llave."""
    sesion[INGRESO] = sesion[INGRESO] | {"debe": debe, "hecho": False, "fallos": 0}
    sesion.cycle_key()


def anotar_fallo(sesion: SessionBase) -> int:
    """Suma un código equivocado en esta sesión; cuántos van."""
    fallos = int(sesion[INGRESO]["fallos"]) + 1
    sesion[INGRESO] = sesion[INGRESO] | {"fallos": fallos}
    return fallos


def cerrar_sesiones(cuenta: User, *, menos: str | None = None, ahora: datetime | None = None) -> int:
    """Cierra ya todas las sesiones de ``cuenta``, salvo la de llave ``menos``; cuántas eran.

    Las recorre: solo el personal tiene sesión, y son tantas como personas trabajando.
    """
    suyas = []
    for sesion in Session.objects.filter(expire_date__gt=momento(ahora)).order_by("session_key").iterator():
        if sesion.session_key != menos and sesion.get_decoded().get(SESSION_KEY) == str(cuenta.pk):
            suyas.append(sesion.session_key)
    return Session.objects.filter(session_key__in=suyas).delete()[0] if suyas else 0
