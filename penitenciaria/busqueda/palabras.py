"""De lo que alguien escribe a lo que se busca: palabras sin tildes, su raíz en español y los códigos.

Puro: no conoce la base. La raíz es la de Snowball, la misma que usa la configuración ``spanish`` de PostgreSQL.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

#: Letras de la consulta que se leen, y palabras que se buscan.
LARGO_MAXIMO, PALABRAS_MAXIMO = 100, 8
#: Desde cuántas letras la última palabra vale por todas las que empiezan igual.
LARGO_DE_PREFIJO = 3
PALABRA = re.compile(r"[^\W_]+")
#: Lo que no distingue un texto de otro, ya sin tildes.
VACIAS = frozenset(
    re.findall(
        r"\w+",
        """a al ante con como cual cuando de del desde e el ella en entre es esa ese esta este la las le lo los mas mi
        muy ni no o para pero por que quien se segun ser si sin sobre son su sus tan un una unas uno unos y ya""",
    )
)
CODIGO = re.compile(r"\W*([a-z]{2,4})\W*0*(\d{1,3})(?:\W*([a-z])\W*0*(\d{1,3}))?\W*")
_raices = snowballstemmer.stemmer("spanish")


@dataclass(frozen=True, slots=True)
class Consulta:
    """Lo que se busca. ``texto`` es lo leído; ``terminos``, sus palabras plegadas; ``codigo``, la clave de un código.

    ``recortada`` dice que se escribió más de lo que se lee; ``solo_vacias``, que no quedó ninguna palabra que buscar.
    """

    texto: str
    terminos: tuple[str, ...]
    codigo: str = ""
    recortada: bool = False

    @property
    def solo_vacias(self) -> bool:
        return bool(self.texto) and not self.terminos

    @property
    def prefijo(self) -> str:
        """La última palabra, si es bastante larga para buscar también las que empiezan igual; si no, vacío."""
        ultima = self.terminos[-1] if self.terminos else ""
        return ultima if len(ultima) >= LARGO_DE_PREFIJO else ""


def leer_consulta(escrito: str) -> Consulta:
    """Lo que se busca con lo ``escrito``; comillas, comodines y signos separan palabras y nada más."""
    limpio = " ".join("".join(letra if letra.isprintable() else " " for letra in escrito).split())
    texto = limpio
    if len(limpio) > LARGO_MAXIMO:
        # Sin la palabra que el corte deja a medias, salvo que no haya otra.
        texto = limpio[:LARGO_MAXIMO].rpartition(" ")[0] or limpio[:LARGO_MAXIMO]
    distintas = list(dict.fromkeys(palabra for palabra in palabras(texto) if palabra not in VACIAS))
    return Consulta(
        texto=texto,
        terminos=tuple(distintas[:PALABRAS_MAXIMO]),
        codigo=clave_de_codigo(texto),
        recortada=len(limpio) > LARGO_MAXIMO or len(distintas) > PALABRAS_MAXIMO,
    )


def plegar(texto: str) -> str:
    """El texto en minúsculas y sin tildes ni diéresis; la eñe queda en ene."""
    partes = unicodedata.normalize("NFKD", texto.lower())
    return "".join(letra for letra in partes if not unicodedata.combining(letra))


def palabras(texto: str) -> Iterator[str]:
    """Cada palabra o número, plegado."""
    return (hallada.group() for hallada in PALABRA.finditer(plegar(texto)))


@lru_cache(maxsize=20_000)
def raiz(palabra: str) -> str:
    """La raíz de una palabra plegada."""
    return str(_raices.stemWord(con_su_tilde(palabra)))


def con_su_tilde(palabra: str) -> str:
    """La palabra plegada con la tilde que su raíz necesita: sin ella, «publicacion» no se parece a «publicaciones»."""
    return f"{palabra[:-2]}ón" if palabra.endswith("ion") else palabra


def formas(palabra: str) -> tuple[str, ...]:
    """La palabra y su singular más llano: lo que se busca tal cual, además de por su raíz."""
    return (palabra, palabra[:-1]) if len(palabra) > LARGO_DE_PREFIJO and palabra.endswith("s") else (palabra,)


def clave_de_codigo(texto: str) -> str:
    """La clave de un código escrito de cualquier modo: «OP.01», «op 1» y «op1» son ``op1``; vacía si no lo parece."""
    hallado = CODIGO.fullmatch(plegar(texto))
    return "".join(parte for parte in hallado.groups() if parte) if hallado else ""


def coincide(palabra: str, consulta: Consulta) -> int:
    """Cuánto se parece una palabra plegada a lo buscado: 3 es ella, 2 comparte la raíz, 1 empieza igual, 0 nada."""
    return max((coincide_con(palabra, termino, consulta) for termino in consulta.terminos), default=0)


def coincide_con(palabra: str, termino: str, consulta: Consulta) -> int:
    """Lo mismo, de un solo término."""
    if palabra in formas(termino):
        return 3
    if raiz(palabra) == raiz(termino):
        return 2
    return int(termino == consulta.prefijo and palabra.startswith(termino))
