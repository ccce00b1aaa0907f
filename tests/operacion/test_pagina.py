"""La página de operación: quién la ve, qué dice de cada cosa y que no escribe nada."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from indicadores.errores import PermisoDenegado
from indicadores.permisos import Accion
from indicadores.tareas import anotar, comparar
from penitenciaria.operacion import cuidados, guardado, latido
from penitenciaria.operacion.pagina import buscar_incidente, escribir, version
from tests import fabricas
from tests.fabricas import AHORA
from tests.operacion.conftest import sin_base_para
from tests.operacion.test_consultas import lenta
from tests.tabla import QUIENES, cliente_de, cuenta, escrituras, esperado

pytestmark = pytest.mark.django_db
CODIGO = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _carpetas(settings: Any, tmp_path: Path) -> None:
    settings.ESTADO_DIR, settings.RESPALDOS_DIR = tmp_path / "estado", tmp_path / "respaldos"
    settings.RESPALDOS_DIR.mkdir()


def ver(cliente: Client, **pedido: str) -> str:
    respuesta = cliente.get(reverse("admin:operacion"), pedido)
    assert respuesta.status_code == 200
    return respuesta.content.decode()


@pytest.fixture
def cliente(personas: Any) -> Client:
    return cliente_de(personas.administrador)


@pytest.mark.parametrize("quien", QUIENES)
def test_la_ve_solo_quien_administra(quien: str) -> None:
    persona = cuenta(quien)
    respuesta = cliente_de(persona).get(reverse("admin:operacion"))
    puede = esperado(quien, Accion.OPERAR)
    assert respuesta.status_code == (200 if puede else 302 if quien == "anónimo" else 403)
    if puede:
        assert "no-store" in respuesta.headers["Cache-Control"]
    else:
        with pytest.raises(PermisoDenegado, match="cómo funciona el portal"):
            escribir(por=persona, pedido={}, ahora=AHORA)


def test_se_llega_desde_el_inicio(cliente: Client, personas: Any) -> None:
    enlace = f'href="{reverse("admin:operacion")}"'
    assert enlace in cliente.get(reverse("admin:index")).content.decode()
    assert enlace not in cliente_de(personas.analista).get(reverse("admin:index")).content.decode()


def test_no_escribe_y_pregunta_siempre_lo_mismo(cliente: Client) -> None:
    comparar.enqueue(1)
    bloquear("una")
    ver(cliente)
    with CaptureQueriesContext(connection) as con_poco:
        ver(cliente)
    for _ in range(20):
        comparar.enqueue(1)
        fabricas.publicada()
    for numero in range(20):
        bloquear(f"persona-{numero}")
    with CaptureQueriesContext(connection) as con_mucho:
        ver(cliente)
    assert len(con_mucho) == len(con_poco) <= 30
    assert escrituras(con_mucho) == []


def test_dice_que_falta_y_que_va_bien(cliente: Client) -> None:
    pagina = ver(cliente)
    assert "El portal atiende; hay que ver respaldo y cadena de constancias." in pagina
    assert "No consta ninguno. Haga uno con manage.py respaldar." in pagina
    assert f"Versión</dt>\n          <dd>{version()}" in pagina
    assert "0 en espera, 0 en curso, 0 fallidos y 0 hechos." in pagina


def lineas(pagina: str) -> dict[str, str]:
    """Lo que se dice de cada cosa, por su título."""
    hallado = re.findall(r'aria-hidden="true">.</span> ([^<]+)</span>\s*<span class="que">([^<]+)</span>', pagina)
    return {titulo: dicho for dicho, titulo in hallado}


def test_lo_que_todavia_no_da_senales_no_dice_que_va_bien_ni_que_falla(cliente: Client) -> None:
    pagina = ver(cliente)
    assert lineas(pagina) == {
        "Base de datos": "Bien",
        "Migraciones": "Bien",
        "Trabajos de fondo": "Sin señales todavía",
        "Caché": "Bien",
        "Disco de los archivos": "Bien",
        "Respaldo": "Hay que verlo",
        "Cadena de constancias": "Hay que verlo",
    }
    assert "cadena de constancias. Sin señales todavía de trabajos de fondo." in pagina
    latido.latir(timezone.now().timestamp())
    pagina = ver(cliente)
    assert lineas(pagina)["Trabajos de fondo"] == "Bien"
    assert "in señales" not in pagina
    latido.latir((timezone.now() - timedelta(minutes=5)).timestamp())
    assert lineas(ver(cliente))["Trabajos de fondo"] == "Hay que verlo"


def anotar_respaldo(carpeta: Path, **datos: Any) -> None:
    (carpeta / "ultimo.json").write_text(json.dumps(datos), encoding="utf-8")


@pytest.mark.parametrize(
    ("hace", "ok", "error", "bien", "dice"),
    [
        (timedelta(hours=3), True, "", True, "Hace 3 horas. portal-x.tar, 5 MB."),
        (timedelta(hours=31), True, "", False, "Hace 31 horas: debe hacerse cada día. portal-x.tar, 5 MB."),
        (timedelta(hours=1), False, "No queda sitio.", False, "falló. No queda sitio."),
    ],
)
def test_el_ultimo_respaldo(settings: Any, hace: timedelta, ok: bool, error: str, bien: bool, dice: str) -> None:
    momento = (AHORA - hace).isoformat()
    anotar_respaldo(
        settings.RESPALDOS_DIR, momento=momento, archivo="portal-x.tar", bytes=5 * 2**20, ok=ok, error=error
    )
    respaldo, _ = cuidados.cuidados(AHORA)
    assert respaldo.bien is bien
    assert dice in respaldo.detalle


@pytest.mark.parametrize("roto", ["", "[]", "{}", '{"momento": "ayer"}', '{"momento": "2026-01-01T00:00:00"}'])
def test_un_respaldo_que_no_se_entiende_no_consta(settings: Any, roto: str) -> None:
    (settings.RESPALDOS_DIR / "ultimo.json").write_text(roto, encoding="utf-8")
    respaldo, _ = cuidados.cuidados(AHORA)
    assert (respaldo.bien, respaldo.detalle[:17]) == (False, "No consta ninguno")


def test_la_ultima_verificacion() -> None:
    cuidados.anotar_verificacion(ahora=AHORA - timedelta(hours=2), bien=True, frase="La cadena está íntegra.")
    _, cadena = cuidados.cuidados(AHORA)
    assert (cadena.bien, cadena.detalle) == (True, "Hace 2 horas. La cadena está íntegra.")
    cuidados.anotar_verificacion(ahora=AHORA, bien=False, frase="La cadena está rota. Falta la 3.")
    _, cadena = cuidados.cuidados(AHORA)
    assert not cadena.bien
    assert cadena.detalle.endswith("La cadena está rota. Falta la 3.")


def test_si_no_se_puede_anotar_no_falla(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "ocupado").write_text("x", encoding="utf-8")
    settings.ESTADO_DIR = tmp_path / "ocupado"
    assert guardado.anotar("x", {"a": 1}) is False
    assert guardado.lo_ultimo("x") is None


def test_los_trabajos_y_el_que_fallo_lleva_a_su_lote(cliente: Client) -> None:
    comparar.enqueue(7)
    anotar.enqueue(8)
    fallido = DBTaskResult.objects.get(task_path__endswith=".anotar")
    DBTaskResult.objects.filter(pk=fallido.pk).update(
        status="FAILED",
        finished_at=AHORA,
        exception_class_path="django.db.utils.DataError",
        traceback="mquispe@inpe.gob.pe",
    )
    pagina = ver(cliente)
    assert "1 en espera, 0 en curso, 1 fallido y 0 hechos." in pagina
    assert f'<a href="{reverse("admin:hojas_lote", args=[8])}">Anotar una hoja confirmada (lote 8)</a>' in pagina
    assert "(DataError)" in pagina
    assert "mquispe" not in pagina


def bloquear(usuario: str, *, hace: timedelta = timedelta(0), fallos: int = 5, lugar: str = "10.0.0.9") -> None:
    momento = timezone.now() - hace
    navegador = f"navegador {AccessAttempt.objects.count()}"
    intento = AccessAttempt.objects.create(
        username=usuario, ip_address=lugar, user_agent=navegador, failures_since_start=fallos
    )
    AccessAttempt.objects.filter(pk=intento.pk).update(attempt_time=momento)


def test_los_bloqueos_que_siguen_vigentes(cliente: Client, personas: Any) -> None:
    bloquear("ana")
    bloquear("de-ayer", hace=timedelta(days=1))
    bloquear("un-fallo", fallos=1)
    bloquear("nadie", fallos=3)
    bloquear("nadie", fallos=3)  # otro navegador del mismo lugar: se suman
    pagina = " ".join(ver(cliente).split())
    cuenta_de_ana = reverse("admin:auth_user_change", args=[personas.analista.pk])
    assert f'<a href="{cuenta_de_ana}">ana</a>, desde un lugar, hasta el ' in pagina
    assert "nadie, desde un lugar, hasta el " in pagina
    assert "de-ayer" not in pagina
    assert "un-fallo" not in pagina
    assert "10.0.0.9" not in pagina


def test_los_bloqueos_por_sus_otros_techos(settings: Any, personas: Any) -> None:
    _, por_cuenta, por_lugar = settings.AXES_TECHOS
    for numero in range(por_cuenta):
        bloquear("ana", fallos=1, lugar=f"10.0.1.{numero}")
    for numero in range(por_lugar):
        bloquear(f"probado-{numero}", fallos=1, lugar="10.0.0.9")
    vistos = escribir(por=personas.administrador, pedido={}, ahora=timezone.now()).bloqueos
    assert [(uno.usuario, uno.desde, bool(uno.direccion)) for uno in vistos] == [
        ("ana", "desde todas partes", True),
        ("Cualquier cuenta", "desde un lugar que probó con muchos nombres", False),
    ]


def test_las_consultas_lentas(cliente: Client, settings: Any) -> None:
    assert "ponga en CONSULTA_LENTA_MS" in ver(cliente)
    settings.CONSULTA_LENTA_MS = 60_000
    assert "Ninguna pasó de 60000 ms" in ver(cliente)
    settings.CONSULTA_LENTA_MS = 10
    with connection.execute_wrapper(lenta):
        AccessAttempt.objects.count()
    settings.CONSULTA_LENTA_MS = 60_000
    pagina = ver(cliente)
    assert "axes_accessattempt" in pagina
    assert "fuera de una petición" in pagina


def test_como_encontrar_un_incidente(cliente: Client) -> None:
    assert buscar_incidente("  ").ordenes == ()
    hallado = buscar_incidente(f" {CODIGO.upper()} ")
    assert hallado.codigo == CODIGO
    assert all(f"grep {CODIGO}" in orden or f"grep -h {CODIGO}" in orden for orden in hallado.ordenes)
    pagina = ver(cliente, incidente=CODIGO)
    assert f"grep {CODIGO}</code>" in pagina


@pytest.mark.parametrize("malo", ["hola", "a" * 15, "a" * 65, "; rm -rf /", "<script>", "a" * 500])
def test_un_codigo_que_no_es_se_explica(cliente: Client, malo: str) -> None:
    hallado = buscar_incidente(malo)
    assert (hallado.codigo, hallado.ordenes) == ("", ())
    assert "de 16 a 64 cifras" in hallado.error
    pagina = ver(cliente, incidente=malo)
    assert "de 16 a 64 cifras" in pagina
    assert "<script>" not in pagina


def test_si_la_cola_no_contesta_la_pagina_lo_dice_con_su_codigo(personas: Any) -> None:
    cliente = Client(raise_request_exception=False)
    cliente.force_login(personas.administrador, backend="django.contrib.auth.backends.ModelBackend")
    with connection.execute_wrapper(sin_base_para("django_tasks")):
        respuesta = cliente.get(reverse("admin:operacion"))
    assert respuesta.status_code == 503
    assert respuesta.headers["X-Request-ID"] in respuesta.content.decode()


def test_el_proceso_dice_desde_cuando_atiende(personas: Any) -> None:
    hechos = dict(escribir(por=personas.superusuario, pedido={}, ahora=AHORA).hechos)
    assert hechos["Este proceso atiende desde hace"].split()[1].rstrip("s") in ("segundo", "minuto", "hora")
    assert hechos["Base de datos"].endswith(" cuentas")
    assert version().startswith("1.")
