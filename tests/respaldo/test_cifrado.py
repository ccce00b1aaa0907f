"""El cifrado: vuelve igual con su clave, y con cualquier otra cosa se niega."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penitenciaria.respaldo import cifrado
from penitenciaria.respaldo.cifrado import LARGO_DE_CABECERA, SELLO, TROZO, Cifrador, Descifrador, exigir_clave
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from tests.respaldo.conftest import CLAVE


@pytest.fixture(autouse=True, scope="module")
def _scrypt_barato() -> object:
    """Miles de derivaciones de 100 ms no prueban más que miles de las baratas."""
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(cifrado, "SCRYPT", {"n": 2, "r": 1, "p": 1, "maxmem": 2**20})
        yield


def cifrar(claro: bytes, clave: str = CLAVE, *, paso: int = 100_000) -> bytes:
    salida = BytesIO()
    cifrador = Cifrador(salida, clave)
    for inicio in range(0, len(claro), paso):
        cifrador.write(claro[inicio : inicio + paso])
    cifrador.cerrar()
    return salida.getvalue()


def descifrar(cifrado: bytes, clave: str = CLAVE, *, paso: int = -1) -> bytes:
    lector = Descifrador(BytesIO(cifrado), clave)
    partes = []
    while parte := lector.read(paso):
        partes.append(parte)
    return b"".join(partes)


LARGOS = (0, 1, TROZO - 1, TROZO, TROZO + 1, 2 * TROZO, 3 * TROZO + 5)


@pytest.mark.parametrize("largo", LARGOS)
@pytest.mark.parametrize("paso", [-1, 1000, TROZO])
def test_vuelve_igual(largo: int, paso: int) -> None:
    claro = bytes(n % 251 for n in range(largo))
    sellos = max(1, -(-largo // TROZO))
    escrito = cifrar(claro)
    assert len(escrito) == LARGO_DE_CABECERA + largo + sellos * SELLO
    assert descifrar(escrito, paso=paso) == claro


def test_lo_mismo_nunca_se_cifra_igual() -> None:
    assert cifrar(b"igual") != cifrar(b"igual")


def test_otra_clave_se_dice_sin_abrir_nada() -> None:
    with pytest.raises(ErrorDeRespaldo, match="no es la clave con que se cifró"):
        descifrar(cifrar(b"x"), "otra frase igual de larga")


def test_la_clave_falta_o_es_corta() -> None:
    with pytest.raises(ErrorDeRespaldo, match="Falta RESPALDO_CLAVE"):
        exigir_clave("")
    with pytest.raises(ErrorDeRespaldo, match="es corta"):
        exigir_clave("quince-letras-x")
    assert exigir_clave(CLAVE) == CLAVE


TRES = bytes(range(256)) * (3 * TROZO // 256)


@pytest.fixture(scope="module")
def de_tres() -> bytes:
    return cifrar(TRES)


@settings(max_examples=60)
@given(posicion=st.integers(min_value=0), bit=st.integers(0, 7))
def test_un_bit_cambiado_se_nota(de_tres: bytes, posicion: int, bit: int) -> None:
    roto = bytearray(de_tres)
    roto[posicion % len(roto)] ^= 1 << bit
    with pytest.raises(ErrorDeRespaldo):
        descifrar(bytes(roto))


@settings(max_examples=60)
@given(corte=st.integers(min_value=1))
def test_cortado_en_cualquier_parte_se_nota(de_tres: bytes, corte: int) -> None:
    with pytest.raises(ErrorDeRespaldo):
        descifrar(de_tres[: -(corte % len(de_tres) or 1)])


def trozos(escrito: bytes) -> tuple[bytes, list[bytes]]:
    cuerpo, paso = escrito[LARGO_DE_CABECERA:], TROZO + SELLO
    return escrito[:LARGO_DE_CABECERA], [cuerpo[n : n + paso] for n in range(0, len(cuerpo), paso)]


@pytest.mark.parametrize("orden", [[0, 1], [1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1, 2, 2], [2], [0, 1, 2, 0]])
def test_trozos_enteros_movidos_se_notan(de_tres: bytes, orden: list[int]) -> None:
    cabecera, partes = trozos(de_tres)
    with pytest.raises(ErrorDeRespaldo, match="dañado, cortado o alterado"):
        descifrar(cabecera + b"".join(partes[n] for n in orden))


def test_la_cabecera_de_otro_no_sirve(de_tres: bytes) -> None:
    with pytest.raises(ErrorDeRespaldo):
        descifrar(trozos(cifrar(TRES))[0] + de_tres[LARGO_DE_CABECERA:])
