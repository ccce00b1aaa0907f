"""El archivo de un respaldo: un tar corriente seguido de un bloque con la huella de todo lo anterior.

Se escribe y se lee de corrido, sin volver atrás, así que puede ir cifrado y no necesita sitio aparte. Cualquier ``tar``
lo abre (lo que sigue al final del tar se ignora). La huella final cubre también lo que un tar no protege: los nombres,
los rellenos y el propio manifiesto.
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from penitenciaria.respaldo import cifrado
from penitenciaria.respaldo.cifrado import Cifrador, Descifrador, Salida
from penitenciaria.respaldo.errores import ErrorDeRespaldo

MANIFIESTO = "manifiesto.json"
BLOQUE = 512
TROZO = 2**18
#: Cuánto se lee de una tabla antes de cerrar una parte: es lo más que se tiene en memoria, y comprimido.
PARTE = 2**24
#: La compresión 4 de gzip: a la 6 le saca la mitad del tiempo y pierde la décima parte del tamaño.
COMPRESION = 4
DANADO = "El respaldo está dañado o cortado: no tiene la huella con que terminó. Use otra copia."


class Entrada(Protocol):
    """De donde se leen bytes seguidos."""

    def read(self, cuantos: int = -1, /) -> bytes: ...


class Sumador:
    """Escribe en otra salida y lleva la cuenta y la huella de lo escrito."""

    def __init__(self, salida: Salida) -> None:
        self._salida = salida
        self._huella = hashlib.sha256()
        self.bytes = 0

    def write(self, datos: bytes, /) -> int:
        self._huella.update(datos)
        self.bytes += len(datos)
        self._salida.write(datos)
        return len(datos)

    def tell(self) -> int:
        return self.bytes

    @property
    def huella(self) -> str:
        return self._huella.hexdigest()


class Lector:
    """Lee de otra entrada y lleva la cuenta y la huella de lo leído."""

    def __init__(self, entrada: Entrada) -> None:
        self._entrada = entrada
        self._huella = hashlib.sha256()
        self.bytes = 0

    def read(self, cuantos: int = -1, /) -> bytes:
        datos = self._entrada.read(cuantos)
        self._huella.update(datos)
        self.bytes += len(datos)
        return datos

    @property
    def huella(self) -> str:
        return self._huella.hexdigest()


def _sello(huella: str) -> bytes:
    return f"PORTAL-RESPALDO 1 sha256 {huella}\n".encode().ljust(BLOQUE, b"\n")


@dataclass(frozen=True, slots=True)
class Miembro:
    """Lo que el manifiesto dice de una parte: sus bytes tal como están en el tar, y su SHA-256."""

    bytes: int
    sha256: str


class Escritor:
    """Arma el tar en ``salida``; con ``clave``, cifrado. ``partes`` es lo que el manifiesto dirá de cada una."""

    def __init__(self, salida: Salida, *, momento: datetime, clave: str = "") -> None:
        self._cifrador = Cifrador(salida, clave) if clave else None
        self._claro = Sumador(self._cifrador or salida)
        self._tar = tarfile.TarFile(fileobj=self._claro, mode="w", format=tarfile.PAX_FORMAT)  # type: ignore[arg-type]
        self._momento = int(momento.timestamp())
        self.partes: dict[str, Miembro] = {}

    def agregar(self, nombre: str, contenido: bytes) -> None:
        """Una parte entera."""
        self.copiar(nombre, io.BytesIO(contenido), len(contenido))

    def copiar(self, nombre: str, abierto: Entrada, cuantos: int) -> None:
        """Una parte de ``cuantos`` bytes que se lee de corrido; ``OSError`` si trae menos."""
        ficha = tarfile.TarInfo(nombre)
        ficha.size, ficha.mtime, ficha.mode = cuantos, self._momento, 0o600
        lector = Lector(abierto)
        self._tar.addfile(ficha, lector)
        self._tar.members.clear()  # type: ignore[attr-defined]  # tarfile los recuerda todos
        if nombre != MANIFIESTO:
            self.partes[nombre] = Miembro(lector.bytes, lector.huella)

    def terminar(self, manifiesto: bytes) -> None:
        """El manifiesto, el final del tar y la huella de todo."""
        self.agregar(MANIFIESTO, manifiesto)
        self._tar.close()
        self._claro.write(_sello(self._claro.huella))
        if self._cifrador is not None:
            self._cifrador.cerrar()


@contextmanager
def abrir(archivo: Path) -> Iterator[BinaryIO]:
    """El archivo en disco, una sola vez para todas sus lecturas: que lo cambien mientras tanto no engaña."""
    try:
        with archivo.open("rb") as abierto:
            yield abierto
    except FileNotFoundError:
        raise ErrorDeRespaldo(f"No existe «{archivo}». Diga la ruta de un respaldo.") from None
    except (IsADirectoryError, PermissionError) as error:
        raise ErrorDeRespaldo(f"No se puede leer «{archivo}»: {error.strerror}.") from error


def en_claro(abierto: BinaryIO, clave: str) -> Entrada:
    """Desde el comienzo, descifrado si hace falta."""
    abierto.seek(0)
    firma = abierto.read(len(cifrado.FIRMA))
    abierto.seek(0)
    if firma != cifrado.FIRMA:
        return abierto
    return Descifrador(abierto, clave)


def comprobar_huella(entrada: Entrada) -> None:
    """Si lo leído termina con la huella de todo lo demás; :class:`ErrorDeRespaldo` si no."""
    huella, cola = hashlib.sha256(), b""
    while trozo := entrada.read(TROZO):
        junto = cola + trozo
        huella.update(junto[:-BLOQUE])
        cola = junto[-BLOQUE:]
    if cola != _sello(huella.hexdigest()):
        raise ErrorDeRespaldo(DANADO)


def recorrer(entrada: Entrada) -> Iterator[tuple[str, Lector]]:
    """Cada parte, en orden: su nombre y de dónde leerla, antes de pedir la siguiente."""
    try:
        with tarfile.open(fileobj=entrada, mode="r|") as tar:  # type: ignore[call-overload]
            for ficha in tar:
                contenido = tar.extractfile(ficha) if ficha.isreg() else None
                if contenido is None:
                    raise ErrorDeRespaldo(f"El respaldo trae «{ficha.name}», que no es un archivo. No se usó nada.")
                yield ficha.name, Lector(contenido)
                tar.members.clear()
    except (tarfile.TarError, EOFError) as error:
        raise ErrorDeRespaldo(DANADO) from error


class Partes:
    """Reparte las líneas de una tabla en partes comprimidas de tamaño acotado."""

    def __init__(self, escritor: Escritor, carpeta: str) -> None:
        self._escritor, self._carpeta = escritor, carpeta
        self._hechas = 0
        self._empezar()

    def _empezar(self) -> None:
        self._destino = io.BytesIO()
        self._gzip = gzip.GzipFile(fileobj=self._destino, mode="wb", compresslevel=COMPRESION, mtime=0, filename="")
        self._bytes = 0

    def agregar(self, lineas: bytes) -> None:
        self._gzip.write(lineas)
        self._bytes += len(lineas)
        if self._bytes >= PARTE:
            self.cerrar()

    def cerrar(self) -> None:
        """Escribe la parte en curso, si tiene algo."""
        if not self._bytes:
            return
        self._gzip.close()
        self._hechas += 1
        self._escritor.agregar(f"{self._carpeta}/{self._hechas:05}.jsonl.gz", self._destino.getvalue())
        self._empezar()


def lineas_de(contenido: Any) -> Iterator[bytes]:
    """Las líneas de una parte, descomprimidas según se leen."""
    try:
        with gzip.GzipFile(fileobj=contenido, mode="rb") as descomprimido:
            yield from descomprimido
    except (gzip.BadGzipFile, EOFError) as error:
        raise ErrorDeRespaldo(DANADO) from error
