"""Los nombres de lugares tal como llegan en las hojas del INPE, llevados a una sola forma para compararlos. Puro.

«E.P. DE MUJERES DE TRUJILLO (1)», «Mujeres - Trujillo» y «mujeres de trujillo» son el mismo establecimiento; «NORTE -
CHICLAYO», «O.R. Norte» y «Oficina Regional Norte», la misma oficina. Aquí no se adivina: lo que no coincide queda
desconocido, y :func:`parecidos` solo propone a quién preguntar.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from indicadores.formato import sin_acentos

#: El nombre más largo que se admite, el de un alias guardado.
LARGO_MAXIMO = 160

_NOTA_AL_PIE = re.compile(r"(?:\s*(?:\(\s*(?:\d{1,2}|[a-z*])\s*/?\s*\)|\b\d{1,2}/|\*+))+\s*$")
_SIGLA = re.compile(r"\b(?:\w\.\s?)+\w\b\.?|\b\w\.(?=\s|$)")
_DE = r"(?:\s+(?:de\s+las?|de\s+los|del|de))?"
_PENAL = re.compile(rf"(?:ep|e p|est(?:ab(?:lec(?:imiento)?)?)?\s+pen(?:it(?:enciario)?)?){_DE}\s+(?=\w)")
_OFICINA = re.compile(rf"(?:or|o r|of(?:icina)?\s+reg(?:ional)?){_DE}\s+(?=\w)")
_PARTICULAS = frozenset({"de", "del", "la", "las", "el", "los", "y"})
_TOTALES = frozenset({"total", "totales", "total general", "total nacional", "gran total", "suma", "t o t a l"})
_PAIS = frozenset({"pais", "nacional", "nivel nacional", "total pais", "a nivel nacional"})


class Nivel(StrEnum):
    """Los niveles de un lugar; los mismos códigos que en el catálogo."""

    NACIONAL = "nacional"
    OFICINA = "oficina_regional"
    PENAL = "establecimiento"


@dataclass(frozen=True, slots=True)
class Lugar:
    """Un ámbito del catálogo, lo justo para reconocerlo; ``padre`` es el código del que lo contiene."""

    codigo: str
    nombre: str
    nivel: Nivel
    padre: str = ""
    departamento: str = ""


def normalizar(nombre: str) -> str:
    """Minúsculas, sin tildes, sin signos, sin notas al pie y sin el «E.P. de» o el «O.R.» del principio."""
    limpio = _sin_signos(nombre)
    for prefijo in (_PENAL, _OFICINA):
        if (resto := prefijo.sub("", limpio, count=1)) != limpio and prefijo.match(limpio):
            return resto
    return limpio


def es_total(nombre: str) -> bool:
    """Si el rótulo parece el de la fila que suma a las demás."""
    limpio = _sin_signos(nombre)
    return limpio in _TOTALES or limpio.replace(" ", "") == "total"


def clave_de_alias(nombre: str) -> str:
    """La forma en que un alias se guarda y se busca: conserva lo que distingue una oficina de un establecimiento."""
    return _sin_signos(nombre)[:LARGO_MAXIMO]


def _sin_signos(nombre: str) -> str:
    texto = _NOTA_AL_PIE.sub("", sin_acentos(nombre))
    texto = _SIGLA.sub(lambda sigla: re.sub(r"[.\s]", "", sigla.group()) + " ", texto)
    return " ".join(re.sub(r"[\W_]+", " ", texto).split())


def _sin_particulas(normalizado: str) -> str:
    return " ".join(palabra for palabra in normalizado.split() if palabra not in _PARTICULAS)


class Directorio:
    """Los lugares conocidos y sus alias, listos para reconocer nombres; se arma una vez por archivo.

    Un nombre que calza con dos lugares no calza con ninguno: se pregunta.
    """

    def __init__(self, lugares: Iterable[Lugar], alias: Mapping[str, str] | None = None) -> None:
        """``alias``: de la clave normalizada (:func:`clave_de_alias`) al código del lugar."""
        self.lugares = {lugar.codigo: lugar for lugar in lugares}
        self._alias = dict(alias or {})
        self._codigos = {codigo.casefold(): codigo for codigo in self.lugares}
        formas: list[dict[str, set[str]]] = [defaultdict(set) for _ in range(3)]
        for lugar in self.lugares.values():
            formas[0][lugar.nombre.strip()].add(lugar.codigo)
            formas[1][normalizar(lugar.nombre)].add(lugar.codigo)
            formas[2][_sin_particulas(normalizar(lugar.nombre))].add(lugar.codigo)
            if lugar.nivel is Nivel.NACIONAL:
                for nombre in _PAIS:
                    formas[1][nombre].add(lugar.codigo)
        self._formas = formas
        self._oficinas = {
            normalizar(lugar.nombre).replace(" ", ""): lugar.codigo
            for lugar in self.lugares.values()
            if lugar.nivel is Nivel.OFICINA
        }
        self._sedes: dict[str, set[str]] = defaultdict(set)
        for lugar in self.lugares.values():
            self._sedes[lugar.padre] |= {normalizar(lugar.nombre), normalizar(lugar.departamento)} - {""}

    def reconocer(self, nombre: str) -> str | None:
        """El código del lugar que ``nombre`` nombra sin duda: por código, nombre, forma normalizada o alias."""
        escrito = nombre.strip()
        if not escrito:
            return None
        if (codigo := self._codigos.get(escrito.casefold())) is not None:
            return codigo
        normal = normalizar(escrito)
        nivel = _nivel_declarado(escrito)
        for forma, clave in zip(self._formas, (escrito, normal, _sin_particulas(normal)), strict=True):
            hallados = {codigo for codigo in forma.get(clave, ()) if nivel in (None, self.lugares[codigo].nivel)}
            if len(hallados) == 1:
                return hallados.pop()
        if (codigo := self._alias.get(clave_de_alias(escrito))) is not None:
            return codigo
        return None if nivel is Nivel.PENAL else self._oficina(escrito)

    def _oficina(self, nombre: str) -> str | None:
        """«NORTE - CHICLAYO» y «Nororiente – San Martín»: la oficina y su sede, que debe ser un lugar suyo."""
        partes = re.split(r"\s*[-–—/]\s*", nombre)
        for cuantas in range(len(partes), 0, -1):
            codigo = self._oficinas.get(normalizar(" ".join(partes[:cuantas])).replace(" ", ""))
            sede = normalizar(" ".join(partes[cuantas:]))
            if codigo is not None and (not sede or sede in self._sedes[codigo]):
                return codigo
        return None

    def parecidos(self, nombre: str, *, cuantos: int = 3, desde: float = 0.6) -> list[str]:
        """Códigos de los lugares de nombre más parecido, del más al menos; son para preguntar, nunca para elegir."""
        buscado = _sin_particulas(normalizar(nombre))
        if not buscado:
            return []
        nivel = _nivel_declarado(nombre)
        notas = []
        for lugar in self.lugares.values():
            suyo = _sin_particulas(normalizar(lugar.nombre))
            nota = _parecido(buscado, suyo)
            if nota >= desde and nivel in (None, lugar.nivel):
                notas.append((-nota, lugar.codigo))
        return [codigo for _, codigo in sorted(notas)[:cuantos]]


def _nivel_declarado(nombre: str) -> Nivel | None:
    """El nivel que el propio rótulo dice con su «E.P.» o su «O.R.»; None si no lo dice."""
    limpio = _sin_signos(nombre)
    if _PENAL.match(limpio):
        return Nivel.PENAL
    return Nivel.OFICINA if _OFICINA.match(limpio) else None


def _parecido(uno: str, otro: str) -> float:
    """De 0 a 1: por letras, o por palabras enteras en común si eso los acerca más."""
    palabras, suyas = set(uno.split()), set(otro.split())
    comunes = len(palabras & suyas) / max(1, min(len(palabras), len(suyas)))
    return max(SequenceMatcher(None, uno, otro, autojunk=False).ratio(), 0.9 * comunes)
