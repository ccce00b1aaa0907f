"""La cuenta de publicaciones no se vacía entre pruebas: se le quita el futuro que otra prueba le haya escrito."""

import pytest
from django.db import connection

from penitenciaria import vigilancia


@pytest.fixture(autouse=True)
def _sin_futuro(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {vigilancia.TABLA} SET hasta = NULL")
