"""Lo que se prepara en PostgreSQL, o va derecho al conductor en SQLite, da lo mismo y falla igual que sin ello."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from indicadores.lectura import leer_indicadores
from indicadores.models import Indicador, preparada

#: Fuera de una transacción, que es donde se prepara.
pytestmark = pytest.mark.django_db(transaction=True)

SUMA = "SELECT %s + 1, '100%%'"


@pytest.fixture(autouse=True)
def conexion_nueva() -> Iterator[None]:
    connection.close()
    yield
    connection.close()


def en_la_base() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {nombre for (nombre,) in cursor.fetchall()}


def nombre_de(sql: str, cuantos: int) -> str:
    return preparada._sentencias(sql, cuantos)[0]


@pytest.mark.parametrize("valores", [(1,), (2,), (-5,)])
def test_da_lo_mismo_dentro_y_fuera_de_una_transaccion(valores: tuple[int]) -> None:
    afuera = [preparada.leer(connection, SUMA, valores) for _ in range(8)]
    with transaction.atomic():
        adentro = preparada.leer(connection, SUMA, valores)
    assert [list(map(tuple, filas)) for filas in afuera] == [[(valores[0] + 1, "100%")]] * 8
    assert [tuple(fila) for fila in adentro] == [(valores[0] + 1, "100%")]


def test_los_errores_son_los_de_django_y_no_estropean_la_conexion() -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError):
            preparada.leer(connection, "SELECT no_existe FROM tampoco WHERE id = %s", (1,))
    assert [tuple(fila) for fila in preparada.leer(connection, SUMA, (1,))] == [(2, "100%")]


def test_una_transaccion_rota_no_deja_leer() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            preparada.leer(connection, SUMA, (1,))
        transaction.set_rollback(False)


def test_quien_mide_las_consultas_las_ve_todas() -> None:
    vistas: list[str] = []

    def anotar(ejecutar: Any, sql: str, *resto: Any) -> Any:
        vistas.append(preparada.texto_de(sql))
        return ejecutar(sql, *resto)

    with connection.execute_wrapper(anotar):
        preparada.leer(connection, SUMA, (1,))
        preparada.leer(connection, SUMA, (1,))
    assert vistas.count(SUMA) == 2
    with CaptureQueriesContext(connection) as consultas:
        preparada.leer(connection, SUMA, (1,))
    assert len(consultas) == 1


def test_lo_de_un_indicador_es_lo_mismo_preparado(politica_cargada: Any) -> None:
    """Las consultas compiladas, con sus valores fijos escritos, dan lo que la ORM dentro de una transacción."""
    momento, corte = datetime.now(UTC), date(2026, 6, 30)
    indicadores = list(Indicador.objects.order_by("codigo"))
    with transaction.atomic():
        adentro = leer_indicadores(indicadores, corte=corte, a_la_fecha=momento)
    for _ in range(7):
        assert leer_indicadores(indicadores, corte=corte, a_la_fecha=momento) == adentro
    assert any(uno.evaluacion.ultima for uno in adentro)


@pytest.mark.postgres
def test_se_prepara_una_vez_por_conexion() -> None:
    for valor in range(3):
        preparada.leer(connection, SUMA, (valor,))
    assert nombre_de(SUMA, 1) in en_la_base()
    connection.close()
    assert en_la_base() == set()
    preparada.leer(connection, SUMA, (1,))
    assert en_la_base() == {nombre_de(SUMA, 1)}


@pytest.mark.postgres
def test_si_la_base_ya_no_la_tiene_se_ejecuta_tal_cual() -> None:
    """Lo que hace un intermediario que da a cada transacción la conexión que tiene libre."""
    preparada.leer(connection, SUMA, (1,))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for valor in (1, 2):
        assert preparada.leer(connection, SUMA, (valor,)) == [(valor + 1, "100%")]
    assert en_la_base() == set()


@pytest.mark.postgres
def test_si_cambia_la_tabla_se_ejecuta_tal_cual() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE que_cambia AS SELECT 1 AS uno")
        assert preparada.leer(connection, "SELECT * FROM que_cambia WHERE uno = %s", (1,)) == [(1,)]
        cursor.execute("ALTER TABLE que_cambia ADD COLUMN dos integer DEFAULT 2")
        assert preparada.leer(connection, "SELECT * FROM que_cambia WHERE uno = %s", (1,)) == [(1, 2)]


@pytest.mark.postgres
def test_no_se_preparan_sin_limite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparada, "TOPE", 2)
    for numero in range(5):
        assert preparada.leer(connection, f"SELECT %s + {numero}", (1,)) == [(1 + numero,)]
    assert len(en_la_base()) == 2


@pytest.mark.postgres
def test_dentro_de_una_transaccion_no_se_prepara() -> None:
    with transaction.atomic():
        preparada.leer(connection, SUMA, (1,))
        assert en_la_base() == set()
