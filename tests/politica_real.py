"""Los datos reales, cargados una vez por sesión y copiados fila a fila en cada prueba que los pide.

Cargarlos por los verbos cuesta segundos; copiar sus filas, milisegundos. La usa la fixture ``politica_cargada``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connection, models, transaction

from indicadores.permisos import asegurar_grupos
from penitenciaria.management.carga import cargar

#: Después de todo lo que se mide (el último dato es de enero de 2026).
CARGADA_EN = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)
PRIMERA_CLAVE = 1_000_001
PROPIAS = ("objetivos", "servicios", "indicadores")


@dataclass(frozen=True)
class PoliticaVolcada:
    """Las filas de cada tabla, listas para insertarse; ``grupos`` son pares (cuenta, grupo), por sus nombres."""

    filas: list[tuple[type[models.Model], list[models.Model]]]
    grupos: list[tuple[str, str]]
    cargada_en: datetime = CARGADA_EN
    PRIMERA_CLAVE: int = PRIMERA_CLAVE

    def verter(self) -> None:
        """Inserta todo en la base en curso y deja las secuencias de claves después de lo insertado."""
        with transaction.atomic():
            asegurar_grupos()
            for modelo, filas in self.filas:
                modelo._base_manager.bulk_create(filas)
            for cuenta, grupo in self.grupos:
                User.objects.get(username=cuenta).groups.add(Group.objects.get(name=grupo))
        _sentencias(connection.ops.sequence_reset_sql(no_style(), [modelo for modelo, _ in self.filas]))


def volcar() -> PoliticaVolcada:
    """Carga la política en una transacción, copia sus filas y la deshace."""
    modelos = [User, *(modelo for modelo in apps.get_models() if modelo._meta.app_label in PROPIAS)]
    with transaction.atomic():
        for modelo in modelos:
            _empezar_las_claves(modelo)
        cargar(settings.BASE_DIR / "fixtures", ahora=CARGADA_EN)
        leidas = [(modelo, list(modelo._base_manager.order_by("pk"))) for modelo in modelos]
        grupos = list(User.objects.order_by("pk", "groups__name").values_list("username", "groups__name"))
        transaction.set_rollback(True)
    return PoliticaVolcada(filas=[(modelo, filas) for modelo, filas in leidas if filas], grupos=grupos)


def _empezar_las_claves(modelo: type[models.Model]) -> None:
    tabla, columna = modelo._meta.db_table, modelo._meta.pk.column  # type: ignore[union-attr]
    if connection.vendor == "postgresql":
        _sentencias([f"SELECT setval(pg_get_serial_sequence('\"{tabla}\"', '{columna}'), {PRIMERA_CLAVE}, false)"])
        return
    _sentencias(
        [
            f"DELETE FROM sqlite_sequence WHERE name = '{tabla}'",
            f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{tabla}', {PRIMERA_CLAVE - 1})",
        ]
    )


def _sentencias(sentencias: list[str]) -> None:
    with connection.cursor() as cursor:
        for sentencia in sentencias:
            cursor.execute(sentencia)
