"""El cifrado de un respaldo: AES-256-GCM por trozos, con la llave que sale de una clave por scrypt.

Cabecera (47 bytes): firma, sal, testigo de la llave y comienzo del número único. Después, trozos de :data:`TROZO`
bytes, cada uno con su sello de 16. El número único de cada trozo lleva su posición y si es el último: quitar, repetir,
mover o cortar trozos se nota igual que cambiar un bit. La memoria no depende del tamaño.
"""

import hashlib
import secrets
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from penitenciaria.respaldo.errores import ErrorDeRespaldo

FIRMA = b"PNPCIF1\n"
TROZO = 2**18
SELLO = 16
LARGO_MINIMO = 16
#: scrypt con 32 MiB y tres pasadas: lo que recomienda OWASP para quien no puede gastar 128 MiB.
SCRYPT = {"n": 2**15, "r": 8, "p": 3, "maxmem": 2**26}
_SAL, _TESTIGO, _PREFIJO = 16, 16, 7
LARGO_DE_CABECERA = len(FIRMA) + _SAL + _TESTIGO + _PREFIJO
DANADO = "El respaldo cifrado está dañado, cortado o alterado. Use otra copia."


class Salida(Protocol):
    """Donde se escriben bytes seguidos."""

    def write(self, datos: bytes, /) -> int: ...


def exigir_clave(clave: str) -> str:
    """La clave, si sirve; :class:`ErrorDeRespaldo` si falta o es corta."""
    if not clave:
        raise ErrorDeRespaldo(
            "Falta RESPALDO_CLAVE: póngala en el entorno, una frase larga que se guarde en otro lugar."
        )
    if len(clave) < LARGO_MINIMO:
        raise ErrorDeRespaldo(f"RESPALDO_CLAVE es corta: use {LARGO_MINIMO} caracteres o más.")
    return clave


def _derivar(clave: str, sal: bytes) -> tuple[AESGCM, bytes]:
    """La llave y su testigo, que permite decir «la clave es otra» sin probar con los datos."""
    derivado = hashlib.scrypt(clave.encode(), salt=sal, dklen=32 + _TESTIGO, **SCRYPT)
    return AESGCM(derivado[:32]), derivado[32:]


class Cifrador:
    """Cifra lo que se le escribe; ``cerrar`` es obligatorio: escribe el último trozo."""

    def __init__(self, salida: Salida, clave: str) -> None:
        sal, self._prefijo = secrets.token_bytes(_SAL), secrets.token_bytes(_PREFIJO)
        self._llave, testigo = _derivar(exigir_clave(clave), sal)
        self._cabecera = FIRMA + sal + testigo + self._prefijo
        self._salida = salida
        self._pendiente = bytearray()
        self._hechos = 0
        salida.write(self._cabecera)

    def write(self, datos: bytes, /) -> int:
        self._pendiente += datos
        while len(self._pendiente) > TROZO:
            self._cifrar(bytes(self._pendiente[:TROZO]), es_ultimo=False)
            del self._pendiente[:TROZO]
        return len(datos)

    def cerrar(self) -> None:
        """Cifra lo que quede, marcado como el final."""
        self._cifrar(bytes(self._pendiente), es_ultimo=True)
        self._pendiente.clear()

    def _cifrar(self, trozo: bytes, *, es_ultimo: bool) -> None:
        unico = _unico(self._prefijo, self._hechos, es_ultimo)
        self._salida.write(self._llave.encrypt(unico, trozo, self._cabecera))
        self._hechos += 1


class Descifrador:
    """Lee descifrado lo que escribió :class:`Cifrador`; :class:`ErrorDeRespaldo` ante la primera alteración."""

    def __init__(self, entrada: BinaryIO, clave: str) -> None:
        self._cabecera = entrada.read(LARGO_DE_CABECERA)
        if len(self._cabecera) < LARGO_DE_CABECERA:
            raise ErrorDeRespaldo(DANADO)
        resto = self._cabecera[len(FIRMA) :]
        sal, testigo, self._prefijo = resto[:_SAL], resto[_SAL : _SAL + _TESTIGO], resto[_SAL + _TESTIGO :]
        self._llave, propio = _derivar(exigir_clave(clave), sal)
        if not secrets.compare_digest(propio, testigo):
            raise ErrorDeRespaldo(
                "RESPALDO_CLAVE no es la clave con que se cifró este respaldo (o su comienzo está dañado)."
            )
        self._entrada = entrada
        self._leidos = 0
        self._siguiente = entrada.read(TROZO + SELLO)
        self._abierto = b""
        self._posicion = 0
        if not self._siguiente:
            raise ErrorDeRespaldo(DANADO)

    def read(self, cuantos: int = -1, /) -> bytes:
        """Hasta ``cuantos`` bytes; todos los que faltan si es negativo; nada al final."""
        partes, faltan = [], cuantos
        while faltan != 0:
            if self._posicion == len(self._abierto) and not self._abrir():
                break
            fin = len(self._abierto) if faltan < 0 else self._posicion + faltan
            parte = self._abierto[self._posicion : fin]
            self._posicion += len(parte)
            faltan -= len(parte) if faltan > 0 else 0
            partes.append(parte)
        return b"".join(partes)

    def _abrir(self) -> bool:
        """Descifra el trozo que sigue; falso si ya no hay."""
        if not self._siguiente:
            return False
        actual, self._siguiente = self._siguiente, self._entrada.read(TROZO + SELLO)
        unico = _unico(self._prefijo, self._leidos, es_ultimo=not self._siguiente)
        try:
            self._abierto = self._llave.decrypt(unico, actual, self._cabecera)
        except InvalidTag:
            raise ErrorDeRespaldo(DANADO) from None
        self._leidos, self._posicion = self._leidos + 1, 0
        return bool(self._abierto) or self._abrir()


def _unico(prefijo: bytes, posicion: int, es_ultimo: bool) -> bytes:
    return prefijo + posicion.to_bytes(4, "big") + bytes([es_ultimo])
