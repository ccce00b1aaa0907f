"""Lo que la API recuerda entre una publicación y la siguiente, para no volver a leerlo en cada petición.

Vale mientras no cambie la marca de la última publicación (``request.marca``, que pone ``penitenciaria.memoria``): es el
catálogo (códigos, fuentes, líneas base) y las cuentas. Sin marca no se recuerda nada.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indicadores.api import a_json
from indicadores.api.busqueda import CAMPOS_DE_AMBITO, CAMPOS_DE_INDICADOR, juntar
from indicadores.calculo.tipos import ValorBase
from indicadores.models import Ambito, Fuente, Indicador

#: Cuántas cuentas y finales de página se recuerdan.
RECUERDOS = 4096


@dataclass(frozen=True, slots=True)
class Catalogo:
    """Lo que una fila solo cita por su clave."""

    indicador: dict[int, str]
    del_objetivo: dict[str, tuple[int, ...]]
    del_servicio: dict[str, tuple[int, ...]]
    ambito: dict[int, str]
    del_nivel: dict[str, tuple[int, ...]]
    fuente: dict[int, a_json.Json]
    clave_de_indicador: dict[str, int]
    clave_de_ambito: dict[str, int]
    #: En qué se busca cada uno, ya normalizado.
    texto_de_indicador: dict[int, str]
    texto_de_ambito: dict[int, str]


class Recuerdo:
    """Lo que vale mientras no cambie la marca; se comparte entre hilos porque todo lo suyo se repone entero."""

    def __init__(self, marca: str | None) -> None:
        self.marca = marca
        self._catalogo: Catalogo | None = None
        self.bases: dict[int, ValorBase] | None = None
        self._dichos: OrderedDict[Any, Any] = OrderedDict()

    @property
    def catalogo(self) -> Catalogo:
        if self._catalogo is None:
            self._catalogo = leer_catalogo()
        return self._catalogo

    def decir(self, clave: Any, averiguar: Callable[[], Any]) -> Any:
        """Lo averiguado antes con esa clave; si no, lo averigua. Sin marca no se recuerda nada."""
        if self.marca is None:
            return averiguar()
        dicho = self._dichos.get(clave)
        if dicho is None:
            self.anotar(clave, dicho := averiguar())
        return dicho

    def visto(self, clave: Any) -> Any:
        return self._dichos.get(clave)

    def anotar(self, clave: Any, valor: Any) -> None:
        if self.marca is not None:
            self._dichos[clave] = valor
            while len(self._dichos) > RECUERDOS:
                self._dichos.popitem(last=False)


_recuerdo: Recuerdo | None = None


def recordar(marca: str | None) -> Recuerdo:
    """El recuerdo de esa marca; el de la anterior se olvida."""
    global _recuerdo
    actual = _recuerdo
    if marca is None:
        return Recuerdo(None)
    if actual is None or actual.marca != marca:
        actual = _recuerdo = Recuerdo(marca)
    return actual


def leer_catalogo() -> Catalogo:
    """El catálogo de ahora, en tres consultas."""
    indicadores = list(
        Indicador.objects.order_by("pk").values_list(
            "pk", "codigo", "objetivo__codigo", "servicio__codigo", *CAMPOS_DE_INDICADOR
        )
    )
    ambitos = list(Ambito.objects.order_by("pk").values_list("pk", "codigo", "nivel", *CAMPOS_DE_AMBITO))
    fuentes = Fuente.objects.order_by("pk").values_list("pk", "nombre", "url")
    return Catalogo(
        indicador={clave: codigo for clave, codigo, *_ in indicadores},
        del_objetivo=_por([(objetivo, clave) for clave, _, objetivo, *_ in indicadores]),
        del_servicio=_por([(servicio, clave) for clave, _, _, servicio, *_ in indicadores]),
        ambito={clave: codigo for clave, codigo, *_ in ambitos},
        del_nivel=_por([(nivel, clave) for clave, _, nivel, *_ in ambitos]),
        fuente={clave: {"nombre": nombre, "url": url or None} for clave, nombre, url in fuentes if nombre},
        clave_de_indicador={codigo: clave for clave, codigo, *_ in indicadores},
        clave_de_ambito={codigo: clave for clave, codigo, *_ in ambitos},
        texto_de_indicador={clave: juntar(textos) for clave, _, _, _, *textos in indicadores},
        texto_de_ambito={clave: juntar(textos) for clave, _, _, *textos in ambitos},
    )


def _por(pares: list[tuple[str | None, int]]) -> dict[str, tuple[int, ...]]:
    grupos: dict[str, tuple[int, ...]] = {}
    for nombre, clave in pares:
        if nombre is not None:
            grupos[nombre] = (*grupos.get(nombre, ()), clave)
    return grupos
