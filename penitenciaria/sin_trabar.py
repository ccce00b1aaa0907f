"""Operaciones de migración que no hacen esperar a quien está escribiendo."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState


class AgregarIndiceSinTrabar(AddIndex):
    """``AddIndex`` que en PostgreSQL usa ``CREATE INDEX CONCURRENTLY``; en SQLite, donde no existe, el ordinario.

    La migración ha de decir ``atomic = False`` y no llevar otra cosa: si se interrumpe, PostgreSQL deja el índice
    marcado como inválido, y al repetirla se borra y se vuelve a crear.
    """

    atomic = False

    def describe(self) -> str:
        return f"{super().describe()} (sin trabar)"

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        modelo: Any = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, modelo):
            sin_terminar = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {sin_terminar}", params=None)
            schema_editor.add_index(modelo, self.index, concurrently=True)  # type: ignore[call-arg]

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        modelo: Any = from_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, modelo):
            schema_editor.remove_index(modelo, self.index, concurrently=True)  # type: ignore[call-arg]
