"""Lo común a toda la suite: pruebas hostiles al descuido.

Los avisos son errores y no hay red (véase ``pyproject.toml``). Además, aquí: una variable de plantilla que no existe
hace fallar la prueba, y también un queryset sin orden del que se toma un trozo.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import QuerySet
from django.db.models import query as modulo_de_queryset
from django.template import engines
from django.template.base import Node
from django.test import override_settings
from hypothesis import settings as ajustes_de_hypothesis

RAIZ = Path(__file__).resolve().parent.parent
EN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# Playwright deja un bucle de eventos en el hilo principal y Django lo confunde con código asíncrono.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# En CI los ejemplos son siempre los mismos: una rama no se pone roja por un sorteo ajeno a ella.
ajustes_de_hypothesis.register_profile("casa", deadline=None, max_examples=100, derandomize=EN_CI)
ajustes_de_hypothesis.register_profile("rapido", deadline=None, max_examples=25, derandomize=EN_CI)
ajustes_de_hypothesis.load_profile("rapido" if os.environ.get("RAPIDO") else "casa")


#: Lo que una prueba marcada «produccion» levanta; con ``CI=true`` su falta es un fallo y no una prueba omitida.
DE_PRODUCCION = ("nginx", "redis-server", "openssl", "/usr/lib/postgresql/15/bin/initdb")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    camino = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if not EN_CI and (faltan := [uno for uno in DE_PRODUCCION if not shutil.which(uno, path=camino)]):
        for item in items:
            if item.get_closest_marker("produccion"):
                item.add_marker(pytest.mark.skip(reason=f"falta {', '.join(faltan)} en esta máquina"))
    if connection.vendor == "postgresql":
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="solo tiene sentido sobre PostgreSQL"))


@pytest.fixture(scope="session", autouse=True)
def _ajustes_de_prueba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Lo que una prueba no necesita de producción; la que sí lo necesite lo pide con la fixture ``settings``.

    Es de sesión, y no de función, para que valga también en el hilo de ``live_server`` y con Hypothesis.
    """
    ajustes = {
        "AXES_ENABLED": False,
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        # Lo que una orden deja dicho en una prueba no es lo último que pasó en esta máquina.
        "ESTADO_DIR": tmp_path_factory.mktemp("estado"),
        "RESPALDOS_DIR": tmp_path_factory.mktemp("respaldos"),
        # Sin `collectstatic` de por medio: WhiteNoise busca cada archivo donde está. El servidor de las pruebas mira
        # antes en STATIC_ROOT, donde puede haber una copia vieja de otra corrida.
        "STATIC_ROOT": settings.STATIC_ROOT / "no-hay",
        "WHITENOISE_AUTOREFRESH": True,
        "WHITENOISE_USE_FINDERS": True,
    }
    with override_settings(**ajustes):
        yield


@pytest.fixture(autouse=True)
def _cache_vacia() -> None:
    """La base vuelve a empezar en cada prueba; lo que se guardó de ella, también."""
    for cache in caches.all(initialized_only=True):
        cache.clear()


class VariableIndefinida(AssertionError):
    """Una plantilla nuestra nombra una variable que su contexto no tiene."""


class AvisoDeVariableIndefinida:
    """Ocupa el lugar de ``string_if_invalid``: calla en las plantillas ajenas (admin, DRF) y falla en las nuestras.

    Django pregunta ``"%s" in aviso`` y después hace ``aviso % variable``; si la variable era un método que no se puede
    llamar, escribe el aviso mismo. ``{% if x %}`` y ``{% for … in x %}`` nunca llegan aquí.
    """

    def __contains__(self, _texto: str) -> bool:
        return True

    def __mod__(self, variable: Any) -> str:
        return self._fallar_si_es_nuestra(str(getattr(variable, "var", variable)))

    def __str__(self) -> str:
        return self._fallar_si_es_nuestra("un método que no admite llamarse sin argumentos o que altera datos")

    def _fallar_si_es_nuestra(self, variable: str) -> str:
        plantilla = plantilla_en_curso(sys._getframe(2))
        if "site-packages" in Path(plantilla).parts:
            return ""
        raise VariableIndefinida(f"{plantilla}: «{variable}» no está definida")


def plantilla_en_curso(marco: FrameType | None) -> str:
    """El archivo donde está escrito el nodo que se dibuja: el más cercano en la pila que recuerda su origen.

    El contexto no basta: en un bloque heredado nombra a la plantilla madre.
    """
    while marco is not None:
        nodo = marco.f_locals.get("self")
        if isinstance(nodo, Node) and (origen := getattr(nodo, "origin", None)):
            return str(origen.name)
        marco = marco.f_back
    return "plantilla sin nombre"


@pytest.fixture(scope="session", autouse=True)
def _variables_de_plantilla_definidas() -> None:
    engines["django"].engine.string_if_invalid = AvisoDeVariableIndefinida()


@pytest.fixture(scope="session", autouse=True)
def _trozos_solo_con_orden() -> Iterator[None]:
    """Un trozo de un queryset sin orden es distinto en cada base: se exige ``order_by``.

    Quedan fuera los trozos que Django toma por dentro (``first()`` ordena por su cuenta; ``repr`` solo muestra). De las
    páginas de un paginador se ocupa ``UnorderedObjectListWarning``, que es un error como todo aviso.
    """
    original = QuerySet.__getitem__

    def con_orden(self: QuerySet[Any], k: Any) -> Any:
        if isinstance(k, int | slice) and not self.ordered:
            llamador = sys._getframe(1).f_code.co_filename
            if llamador != modulo_de_queryset.__file__:
                raise AssertionError(
                    f"Se toma un trozo de un queryset sin orden de {self.model.__name__}: {self.query}"
                )
        return original(self, k)

    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(QuerySet, "__getitem__", con_orden)
        yield


# Datos y personas. Los módulos se importan dentro: conftest se lee antes de que Django termine de cargar.


@pytest.fixture
def personas(db: None) -> SimpleNamespace:
    """Una cuenta de cada papel; entran con la clave ``tests.fabricas.CLAVE``.

    Son ``analista``, ``otra_analista``, ``revisor``, ``funcionario``, ``administrador`` y ``superusuario`` (este, sin
    grupo alguno).
    """
    from indicadores.permisos import Rol
    from tests.fabricas import persona

    return SimpleNamespace(
        analista=persona(Rol.ANALISTA, usuario="ana"),
        otra_analista=persona(Rol.ANALISTA, usuario="alba"),
        revisor=persona(Rol.REVISOR, usuario="raul"),
        funcionario=persona(Rol.FUNCIONARIO, usuario="flor"),
        administrador=persona(Rol.ADMINISTRADOR, usuario="aldo"),
        superusuario=persona(usuario="sofia", superusuario=True),
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Antes de borrar la base de pruebas, cierra en PostgreSQL lo que los hilos de ``live_server`` dejaron abierto."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def _politica_volcada(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Carga los datos reales una vez, los copia a memoria y deshace la carga: la base de las demás sigue vacía."""
    from tests.politica_real import volcar

    with django_db_blocker.unblock():
        return volcar()


@pytest.fixture
def politica_cargada(db: None, _politica_volcada: Any) -> Any:
    """Los datos reales de ``fixtures/``, tal como los deja ``cargar_politica``, en unas decenas de milisegundos.

    Basta pedirla: ``def test_x(politica_cargada, client)``. Vale también con ``personas``, ``transactional_db`` y
    ``live_server`` (los datos se confirman y los ve el servidor). Las claves primarias empiezan en
    ``politica_cargada.PRIMERA_CLAVE`` para no chocar con lo que la prueba cree antes o después. Devuelve un objeto con
    ``cargada_en``, el momento de la carga: todo lo publicado lo fue entonces.
    No la mezcle con un ámbito nacional o una política creados antes por fábricas: son únicos.
    """
    _politica_volcada.verter()
    return _politica_volcada
