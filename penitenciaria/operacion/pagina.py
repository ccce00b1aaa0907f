"""Lo que ve quien administra: cómo está todo, qué espera, qué falló y dónde buscar un incidente."""

import platform
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache as una_vez
from typing import Any

import django
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Max, Model, Sum
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from indicadores.formato import enumerar, escribir_numero, plural
from indicadores.models import Constancia, Medicion, Suceso
from indicadores.permisos import Accion, Persona, comprobar
from penitenciaria.consultas import Lenta, lentas
from penitenciaria.operacion.comprobaciones import (
    Comprobacion,
    Informe,
    comprobar_todo,
    escribir_bytes,
    escribir_duracion,
)
from penitenciaria.operacion.cuidados import cuidados, escribir_momento
from penitenciaria.operacion.exposicion import ARRANQUE, aciertos_de_memoria, muestras
from penitenciaria.peticion import FORMA

#: Cuántos trabajos, bloqueos y consultas se listan.
A_LA_VISTA = 10
ESTADOS = {"READY": "en espera", "RUNNING": "en curso", "FAILED": "falló", "SUCCESSFUL": "hecho"}
EN_LA_COLA = {
    "READY": ("en espera", "en espera"),
    "RUNNING": ("en curso", "en curso"),
    "FAILED": ("fallido", "fallidos"),
    "SUCCESSFUL": ("hecho", "hechos"),
}
TRABAJOS = {"comparar": "Leer y comparar una hoja", "anotar": "Anotar una hoja confirmada"}
#: Por qué se cierra el ingreso, en el orden de ``AXES_TECHOS``; de un lugar no se dice cuál.
COMBINACIONES = (("username", "ip_address"), ("username",), ("ip_address",))
DESDE = ("desde un lugar", "desde todas partes", "desde un lugar que probó con muchos nombres")
#: Las tablas de las que se cuenta cuántas filas tienen.
CONTADAS: tuple[tuple[str, str, type[Model]], ...] = (
    ("medición", "mediciones", Medicion),
    ("constancia", "constancias", Constancia),
    ("suceso", "sucesos", Suceso),
    ("cuenta", "cuentas", User),
)


@dataclass(frozen=True, slots=True)
class Trabajo:
    """Un trabajo de fondo; ``direccion`` es la del lote, donde un trabajo detenido se vuelve a poner en la cola."""

    que: str
    estado: str
    cuando: str
    fallo: str
    direccion: str


@dataclass(frozen=True, slots=True)
class Bloqueo:
    """Un nombre con el que no se deja entrar por ahora, desde dónde y hasta cuándo; ``direccion``, si es una cuenta."""

    usuario: str
    desde: str
    hasta: str
    direccion: str


@dataclass(frozen=True, slots=True)
class ConsultaLenta:
    """``sql`` va sin los valores; ``ruta`` y ``peticion``, vacías si fue fuera de una petición."""

    cuando: str
    ms: str
    ruta: str
    peticion: str
    sql: str


@dataclass(frozen=True, slots=True)
class Incidente:
    """Lo que se buscó y las órdenes que lo encuentran; sin ``codigo``, ``error`` dice por qué no sirve."""

    escrito: str = ""
    codigo: str = ""
    error: str = ""
    ordenes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pagina:
    """Todo lo de la página, ya en palabras."""

    frase: str
    informe: Informe
    cuidados: tuple[Comprobacion, ...]
    hechos: tuple[tuple[str, str], ...]
    cola: str
    trabajos: tuple[Trabajo, ...]
    bloqueos: tuple[Bloqueo, ...]
    lentas: tuple[ConsultaLenta, ...]
    limite_ms: int
    incidente: Incidente


def escribir(*, por: Persona, pedido: Mapping[str, str], ahora: datetime) -> Pagina:
    """Levanta :class:`indicadores.errores.PermisoDenegado` si ``por`` no administra."""
    comprobar(por, Accion.OPERAR)
    informe, hechos_a_diario = comprobar_todo(ahora), cuidados(ahora)
    cola, trabajos = _trabajos()
    return Pagina(
        frase=resumir(informe, hechos_a_diario),
        informe=informe,
        cuidados=hechos_a_diario,
        hechos=(*_programa(ahora), *_base(), *_trafico()),
        cola=cola,
        trabajos=trabajos,
        bloqueos=_bloqueos(ahora),
        lentas=tuple(_lenta(una) for una in lentas()[:A_LA_VISTA]),
        limite_ms=settings.CONSULTA_LENTA_MS,
        incidente=buscar_incidente(pedido.get("incidente", "")),
    )


def resumir(informe: Informe, hechos_a_diario: tuple[Comprobacion, ...]) -> str:
    """La frase que abre la página y el texto de ``manage.py estado``."""
    todas = (*informe.comprobaciones, *hechos_a_diario)
    mal = [una.titulo.lower() for una in todas if una.mal]
    if not informe.listo:
        return f"El portal no puede atender bien: {enumerar(mal)}."
    callan = enumerar([una.titulo.lower() for una in todas if una.sin_senales])
    sin_senales = f" Sin señales todavía de {callan}." if callan else ""
    if mal:
        return f"El portal atiende; hay que ver {enumerar(mal)}.{sin_senales}"
    return f"Nada falla.{sin_senales}" if callan else "Todo funciona."


def buscar_incidente(escrito: str) -> Incidente:
    """Cómo encontrar en los registros el incidente que alguien dictó."""
    escrito = escrito.strip()[:100]
    if not escrito:
        return Incidente()
    codigo = escrito.lower()
    if not FORMA.fullmatch(codigo):
        error = "Un código de incidente tiene de 16 a 64 cifras, de 0 a 9 y de la a a la f. Revise lo que le dictaron."
        return Incidente(escrito, error=error)
    ordenes = (
        f"journalctl -u 'portal-*' -o cat | grep {codigo}",
        f"grep -h {codigo} /var/log/nginx/portal.log*",
    )
    return Incidente(escrito, codigo, ordenes=ordenes)


@una_vez
def version() -> str:
    """«1.0.0 (abc1234)»: la del proyecto y, si se sabe, de qué confirmación del código salió."""
    raiz = settings.BASE_DIR
    numero = tomllib.loads((raiz / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        return f"{numero} ({(raiz / 'COMMIT').read_text(encoding='ascii').strip()[:12]})"
    except (OSError, UnicodeDecodeError):
        return str(numero)


def _programa(ahora: datetime) -> tuple[tuple[str, str], ...]:
    vive = timedelta(seconds=max(time.time() - ARRANQUE, 0))
    return (
        ("Versión", version()),
        ("Este proceso atiende desde hace", escribir_duracion(vive)),
        ("Programas", f"Python {platform.python_version()}, Django {django.get_version()}"),
    )


def _base() -> tuple[tuple[str, str], ...]:
    """Cuánto ocupa la base y cuántas filas tiene lo que crece; en PostgreSQL, según su última estadística."""
    tablas = [modelo._meta.db_table for *_, modelo in CONTADAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_database_size(current_database()), relname, greatest(n_live_tup, 0) "
                "FROM pg_stat_user_tables WHERE relname = ANY(%s) AND schemaname = current_schema()",
                [tablas],
            )
            filas = cursor.fetchall()
            tamano, cuantas = filas[0][0] if filas else 0, {tabla: total for _, tabla, total in filas}
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            tamano = cursor.fetchone()[0]
            cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {tabla})' for tabla in tablas)}")
            cuantas = dict(zip(tablas, cursor.fetchone(), strict=True))
    partes = [plural(cuantas.get(modelo._meta.db_table, 0), una, varias) for una, varias, modelo in CONTADAS]
    return (("Base de datos", f"{escribir_bytes(int(tamano))}: {enumerar(partes)}"),)


def _trafico() -> tuple[tuple[str, str], ...]:
    aciertos, fallas = aciertos_de_memoria()
    total = aciertos + fallas
    respuestas = plural(total, "respuesta pública", "respuestas públicas")
    parte = f"{100 * aciertos // total} % de {respuestas}" if total else "Todavía no se contestó nada público"
    limitadas = int(sum(valor for _, _, valor in muestras("portal_peticiones_limitadas_total")))
    return (
        ("Contestado de memoria desde el arranque", parte),
        ("Peticiones rechazadas por pasar del límite", escribir_numero(limitadas, 0)),
    )


def _trabajos() -> tuple[str, tuple[Trabajo, ...]]:
    por_estado = DBTaskResult.objects.values_list("status").annotate(cuantos=Count("pk")).order_by("status")
    cuantos = dict(por_estado)
    cola = enumerar([plural(cuantos.get(clave, 0), *nombres) for clave, nombres in EN_LA_COLA.items()])
    campos = ("task_path", "status", "enqueued_at", "finished_at", "exception_class_path", "args_kwargs")
    ultimos = DBTaskResult.objects.order_by("-enqueued_at", "pk").values_list(*campos)[:A_LA_VISTA]
    return cola, tuple(_trabajo(*fila) for fila in ultimos)


def _trabajo(
    ruta: str, estado: str, pedido_en: datetime, acabo_en: datetime | None, fallo: str, argumentos: dict[str, Any]
) -> Trabajo:
    nombre, dados = ruta.rpartition(".")[2], argumentos.get("args") or []
    que, direccion = TRABAJOS.get(nombre, nombre), ""
    if nombre in TRABAJOS and dados and isinstance(dados[0], int):
        que, direccion = f"{que} (lote {dados[0]})", reverse("admin:hojas_lote", args=[dados[0]])
    return Trabajo(
        que, ESTADOS.get(estado, estado), escribir_momento(acabo_en or pedido_en), fallo.rpartition(".")[2], direccion
    )


def _bloqueos(ahora: datetime) -> tuple[Bloqueo, ...]:
    """Lo que django-axes tiene cerrado en este momento, con los techos de :mod:`indicadores.vigilante`."""
    dura = get_cool_off() or timedelta(0)
    vigentes = AccessAttempt.objects.filter(attempt_time__gt=ahora - dura)
    hallados = []
    for campos, techo, desde in zip(COMBINACIONES, settings.AXES_TECHOS, DESDE, strict=True):
        cerrados = vigentes.values(*campos).annotate(fallos=Sum("failures_since_start"), ultimo=Max("attempt_time"))
        for uno in cerrados.filter(fallos__gte=techo).order_by("-ultimo", *campos)[:A_LA_VISTA]:
            hallados.append((uno.get("username"), uno["ultimo"] + dura, desde))
    nombres = {nombre for nombre, _, _ in hallados if nombre}
    claves = dict(User.objects.filter(username__in=nombres).values_list("username", "pk"))
    return tuple(
        Bloqueo(
            nombre or "Cualquier cuenta",
            desde,
            escribir_momento(hasta),
            reverse("admin:auth_user_change", args=[claves[nombre]]) if nombre in claves else "",
        )
        for nombre, hasta, desde in hallados
    )


def _lenta(una: Lenta) -> ConsultaLenta:
    cuando = escribir_momento(datetime.fromtimestamp(una.momento, UTC))
    return ConsultaLenta(cuando, f"{escribir_numero(round(una.ms), 0)} ms", una.ruta, una.peticion, una.sql)
