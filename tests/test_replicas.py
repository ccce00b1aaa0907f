"""De qué base se lee, cuándo se cambia de base y qué se contesta cuando no hay ninguna.

Con bases de verdad que se apagan lo prueba ``tests/produccion``; aquí, las decisiones.
"""

import errno
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from indicadores.models import Indicador
from penitenciaria import replicas
from penitenciaria.archivos import ArchivosEnteros
from penitenciaria.replicas import DondeSeLee, Enrutador, Estado, Vigia, se_fue


def test_fuera_de_una_peticion_todo_va_a_la_principal() -> None:
    enrutador = Enrutador()
    assert enrutador.db_for_read(Indicador) == enrutador.db_for_write(Indicador) == "default"
    assert enrutador.allow_relation(Indicador(), Indicador())
    assert [enrutador.allow_migrate(base, "indicadores") for base in ("default", "replica")] == [True, False]


@pytest.mark.parametrize(
    ("estado", "base"),
    [
        (Estado(principal=True, replica=True, retraso=0.0), "replica"),
        (Estado(principal=True, replica=True, retraso=2.0), "replica"),
        (Estado(principal=True, replica=True, retraso=2.1), "default"),
        (Estado(principal=True, replica=True, retraso=None), "default"),
        (Estado(principal=True, replica=False), "default"),
        (Estado(principal=False, replica=True, retraso=None), "replica"),
        (Estado(principal=False, replica=False), "default"),
    ],
)
def test_lo_publico_se_lee_en_la_replica_si_responde_y_no_va_atras(estado: Estado, base: str, settings: Any) -> None:
    settings.REPLICA_RETRASO_MAX = 2.0
    assert estado.conviene == base


def test_el_vigia_recuerda_dos_segundos_y_hace_caso_a_quien_vio_el_fallo() -> None:
    ahora, preguntas = [0.0], []
    bien = Estado(principal=True, replica=True, retraso=0.0)

    def preguntar() -> Estado:
        preguntas.append(ahora[0])
        return bien

    vigia = Vigia(preguntar, lambda: ahora[0])
    assert (vigia.estado(), vigia.estado()) == (bien, bien)
    assert preguntas == [0.0]
    vigia.fallo("replica")
    assert vigia.estado() == Estado(principal=True, replica=False, retraso=0.0)
    vigia.fallo("default")
    assert not vigia.estado().principal
    ahora[0] = 2.5
    assert vigia.estado() == bien
    assert preguntas == [0.0, 2.5]


@pytest.mark.parametrize(
    ("error", "es"),
    [
        (OperationalError("connection refused"), True),
        (OperationalError("database is locked"), True),
        (InterfaceError("connection already closed"), True),
        (OperationalError("no such table: x"), False),
        (OperationalError('near "SELEC": syntax error'), False),
        (DatabaseError("otra cosa"), False),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_que_es_quedarse_sin_base(error: BaseException | None, es: bool) -> None:
    assert se_fue(error) is es


def test_un_503_con_la_base_en_pie_no_se_repite(db: None, rf: RequestFactory) -> None:
    connection.ensure_connection()
    contestando = [503, 200]
    middleware = DondeSeLee(lambda _: HttpResponse(status=contestando.pop(0)))
    assert middleware(rf.get("/")).status_code == 503
    assert contestando == [200]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_si_la_conexion_se_corto_lo_que_se_lee_se_repite_una_vez(rf: RequestFactory) -> None:
    contestando = [503, 200]

    def cortada(_: Any) -> HttpResponse:
        if len(contestando) == 2:
            connection.ensure_connection()
            connection.connection.close()
        return HttpResponse(status=contestando.pop(0))

    assert DondeSeLee(cortada)(rf.get("/")).status_code == 200
    contestando += [503, 200]
    assert DondeSeLee(cortada)(rf.post("/")).status_code == 503
    assert contestando == [200]


@pytest.mark.urls("tests.vistas_que_fallan")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ruta", "estado", "titulo"),
    [
        ("/falla/base/", 503, "La base de datos no responde"),
        ("/falla/sitio/", 507, "No queda sitio para guardar archivos"),
        ("/falla/otra/", 500, "El portal tuvo un fallo"),
    ],
)
@pytest.mark.parametrize("metodo", ["get", "head"])
def test_cada_fallo_de_la_maquina_tiene_su_pagina(metodo: str, ruta: str, estado: int, titulo: str) -> None:
    respuesta = getattr(Client(raise_request_exception=False), metodo)(ruta)
    assert respuesta.status_code == estado
    if metodo == "get":
        assert f"<h1>{titulo}</h1>" in respuesta.text
        assert "10.0.0.7" not in respuesta.text
    if estado == 503:
        assert (respuesta["Retry-After"], respuesta["Cache-Control"]) == ("5", "no-store")


@pytest.mark.urls("tests.vistas_que_fallan")
@pytest.mark.django_db
def test_la_api_dice_que_no_hay_base() -> None:
    respuesta = Client(raise_request_exception=False).get("/api/v1/falla/")
    assert (respuesta.status_code, respuesta["Retry-After"]) == (503, "5")
    assert respuesta["Content-Type"] == "application/problem+json"
    assert (
        respuesta.json()["detail"]
        == "La base de datos no responde en este momento. Vuelva a intentarlo en unos segundos."
    )


def test_sin_replica_no_hay_a_donde_cambiar() -> None:
    assert replicas.cambiar_de_base() is False
    assert replicas.donde_se_lee() == "default"


# Los archivos que se reciben


class SeLlena(BytesIO):
    """Entrega un trozo y después dice que no hay sitio, como un disco lleno a mitad de camino."""

    def read(self, cuanto: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(cuanto)


def test_un_archivo_que_no_cupo_no_deja_nada(tmp_path: Path) -> None:
    archivos = ArchivosEnteros(location=tmp_path)
    lleno = File(SeLlena(b"0" * 200_000), name="acta.pdf")
    lleno.size = 200_000
    with pytest.raises(OSError, match="No space left"):
        archivos.save("2026/acta.pdf", lleno)
    assert [ruta for ruta in tmp_path.rglob("*") if ruta.is_file()] == []


def test_dos_archivos_con_el_mismo_nombre_no_se_pisan(tmp_path: Path) -> None:
    archivos = ArchivosEnteros(location=tmp_path)
    nombres = [archivos.save("2026/acta.pdf", File(BytesIO(texto))) for texto in (b"uno", b"dos")]
    assert [(tmp_path / nombre).read_bytes() for nombre in nombres] == [b"uno", b"dos"]
    assert len(list(tmp_path.rglob("*.*"))) == 2
