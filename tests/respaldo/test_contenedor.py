"""El archivo: cualquier byte cambiado, cortado o de más se nota, y nada se escapa de su carpeta."""

import io
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from penitenciaria.respaldo import contenedor
from penitenciaria.respaldo.contenedor import BLOQUE, Escritor, Sumador, abrir, lineas_de
from penitenciaria.respaldo.errores import ErrorDeRespaldo
from penitenciaria.respaldo.revisar import revisar
from tests.respaldo.conftest import CLAVE, MOMENTO, pequeno

BUENO, MANIFIESTO = pequeno()


def test_lo_escrito_se_lee_igual() -> None:
    assert revisar(BytesIO(BUENO)) == MANIFIESTO
    assert (MANIFIESTO.filas, MANIFIESTO.archivos) == (1, 1)


def test_cifrado_se_lee_igual_con_su_clave_y_solo_con_ella() -> None:
    cifrado, manifiesto = pequeno(CLAVE)
    assert revisar(BytesIO(cifrado), CLAVE) == manifiesto
    assert b"evidencias" in BUENO
    assert b"evidencias" not in cifrado
    with pytest.raises(ErrorDeRespaldo, match="Falta RESPALDO_CLAVE"):
        revisar(BytesIO(cifrado))


def test_cualquier_tar_lo_abre() -> None:
    with tarfile.open(fileobj=BytesIO(BUENO)) as tar:
        nombres = tar.getnames()
        assert nombres[-1] == "manifiesto.json"
        assert all(ficha.mode == 0o600 for ficha in tar)
        abierto = tar.extractfile("archivos/evidencias/2026/acta ñ.pdf")
        assert abierto is not None
        assert abierto.read() == bytes(range(256)) * 3


def test_cada_byte_cambiado_se_nota() -> None:
    """También los que un tar no protege: rellenos, fechas, el manifiesto y la propia huella."""
    for posicion in range(0, len(BUENO), 37):
        roto = bytearray(BUENO)
        roto[posicion] ^= 0x20
        with pytest.raises(ErrorDeRespaldo, match="dañado o cortado"):
            revisar(BytesIO(bytes(roto)))
    for posicion in range(len(BUENO) - BLOQUE, len(BUENO)):
        roto = bytearray(BUENO)
        roto[posicion] ^= 1
        with pytest.raises(ErrorDeRespaldo):
            revisar(BytesIO(bytes(roto)))


@settings(max_examples=200)
@given(st.integers(0, len(BUENO) - 1), st.binary(min_size=0, max_size=3))
def test_cortado_o_con_cola_se_nota(largo: int, cola: bytes) -> None:
    assume(BUENO[:largo] + cola != BUENO)
    with pytest.raises(ErrorDeRespaldo):
        revisar(BytesIO(BUENO[:largo] + cola))
    if cola:
        with pytest.raises(ErrorDeRespaldo):
            revisar(BytesIO(BUENO + cola))


@pytest.mark.parametrize("contenido", [b"", b"x" * 5000, b"\0" * 20480])
def test_lo_que_no_es_un_respaldo_se_rechaza(contenido: bytes) -> None:
    with pytest.raises(ErrorDeRespaldo):
        revisar(BytesIO(contenido))


@pytest.mark.parametrize(
    "nombre",
    [
        "archivos/../fuera.txt",
        "archivos//etc/passwd",
        "archivos/a/../../b",
        "archivos/",
        "/archivos/x",
        "suelto",
        "tablas/otra/00001.jsonl.gz",
        "tablas/cosas/1.jsonl.gz",
        "tablas/../cosas/00001.jsonl.gz",
    ],
)
def test_un_nombre_que_se_escapa_se_rechaza_aunque_todo_cierre(nombre: str) -> None:
    malo, _ = pequeno(arreglar=lambda escritor: escritor.agregar(nombre, b"x"))
    with pytest.raises(ErrorDeRespaldo, match="no le corresponde"):
        revisar(BytesIO(malo))


def test_un_enlace_dentro_del_tar_se_rechaza() -> None:
    def enlazar(escritor: Escritor) -> None:
        ficha = tarfile.TarInfo("archivos/enlace")
        ficha.type, ficha.linkname = tarfile.SYMTYPE, "/etc/passwd"
        escritor._tar.addfile(ficha)

    with pytest.raises(ErrorDeRespaldo, match="no es un archivo"):
        revisar(BytesIO(pequeno(arreglar=enlazar)[0]))


def test_una_parte_de_mas_o_de_menos_que_el_manifiesto_se_rechaza() -> None:
    for partes in ({}, {**MANIFIESTO.partes, "archivos/otro": contenedor.Miembro(1, "0" * 64)}):
        with pytest.raises(ErrorDeRespaldo, match="no concuerdan"):
            revisar(BytesIO(pequeno(partes=partes)[0]))


def test_otro_formato_y_un_manifiesto_ajeno_se_explican() -> None:
    for texto, frase in ((b'{"formato": 2}', "del formato 2"), (b"[]", "no se entiende"), (b"{", "no se entiende")):
        salida = BytesIO()
        Escritor(salida, momento=MOMENTO).terminar(texto)
        with pytest.raises(ErrorDeRespaldo, match=frase):
            revisar(BytesIO(salida.getvalue()))


def test_un_archivo_que_se_acorta_mientras_se_copia_es_un_error() -> None:
    escritor = Escritor(BytesIO(), momento=MOMENTO)
    with pytest.raises(OSError, match="unexpected end of data"):
        escritor.copiar("archivos/x", BytesIO(b"corto"), 10)


def test_una_tabla_grande_se_reparte_en_partes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contenedor, "PARTE", 100)
    salida = BytesIO()
    escritor = Escritor(salida, momento=MOMENTO)
    partes = contenedor.Partes(escritor, "tablas/cosas")
    for n in range(10):
        partes.agregar(f"[{n},{'0' * 40}]\n".encode())
    partes.cerrar()
    escritor.terminar(b"{}")
    leidas = {
        nombre: list(lineas_de(c)) for nombre, c in contenedor.recorrer(BytesIO(salida.getvalue())) if "/" in nombre
    }
    assert [nombre[-14:] for nombre in leidas] == [f"{n:05}.jsonl.gz" for n in range(1, 5)]
    assert [int(linea[1:2]) for lineas in leidas.values() for linea in lineas] == list(range(10))


def test_lineas_rotas_se_explican() -> None:
    for malo in (b"no es gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\0"):
        with pytest.raises(ErrorDeRespaldo):
            list(lineas_de(BytesIO(malo)))


def test_abrir_lo_que_no_esta_o_no_es_un_archivo(tmp_path: Path) -> None:
    for ruta, frase in ((tmp_path / "no", "No existe"), (tmp_path, "No se puede leer")):
        with pytest.raises(ErrorDeRespaldo, match=frase), abrir(ruta):
            pass


def test_el_sumador_cuenta_lo_que_pasa() -> None:
    destino = io.BytesIO()
    suma = Sumador(destino)
    suma.write(b"ab")
    suma.write(b"c")
    assert (suma.bytes, destino.getvalue()) == (3, b"abc")
    assert suma.huella == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
