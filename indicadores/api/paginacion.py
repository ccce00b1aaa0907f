"""Páginas numeradas con límites estrictos: pedir de más o pedir mal es un 400; pasar del final, un 404."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import EmptyPage, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from rest_framework.exceptions import NotFound
from rest_framework.utils.urls import remove_query_param, replace_query_param

from indicadores.api.parametros import leer_entero

PARAMETROS = ("page", "page_size")
TAMANO_POR_DEFECTO = 50
TAMANO_MAXIMO = 500


class _Paginador(Paginator[Any]):
    """El de Django, que puede saber ya cuántas filas son."""

    def __init__(self, filas: QuerySet[Any] | Sequence[Any], tamano: int, contar: Callable[[], int] | None) -> None:
        super().__init__(filas, tamano)
        self._contar = contar

    @cached_property
    def count(self) -> int:
        return int(super().count) if self._contar is None else self._contar()


class Pagina:
    """Una página de ``filas`` (lista o consulta con orden total).

    Con ``campos`` trae de la consulta solo esos, como diccionarios, y se cuenta sin unir las tablas de las que salen.
    ``contar`` dice, si ya se sabe, cuántas son.
    """

    def __init__(
        self,
        filas: QuerySet[Any] | Sequence[Any],
        parametros: QueryDict,
        direccion: str,
        campos: Sequence[str] = (),
        contar: Callable[[], int] | None = None,
    ) -> None:
        self.numero = leer_entero(parametros, "page", defecto=1)
        tamano = leer_entero(parametros, "page_size", defecto=TAMANO_POR_DEFECTO, maximo=TAMANO_MAXIMO)
        self.direccion = direccion
        self._paginador = _Paginador(filas, tamano, contar)
        try:
            self._pagina = self._paginador.page(self.numero)
        except EmptyPage:
            raise NotFound(f"La página {self.numero} no existe: la última es la {self._paginador.num_pages}.") from None
        trozo: Any = self._pagina.object_list
        self.filas: list[Any] = list(trozo.values(*campos) if campos else trozo)

    def cuerpo(self, resultados: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """El sobre del contrato alrededor de ``resultados``."""
        return {
            "count": self._paginador.count,
            "next": self._enlace(self.numero + 1) if self._pagina.has_next() else None,
            "previous": self._enlace(self.numero - 1) if self._pagina.has_previous() else None,
            "results": list(resultados),
        }

    def _enlace(self, numero: int) -> str:
        if numero == 1:
            return str(remove_query_param(self.direccion, "page"))
        return str(replace_query_param(self.direccion, "page", numero))
