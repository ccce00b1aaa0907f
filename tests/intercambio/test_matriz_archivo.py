"""Leer una matriz de un archivo que nadie ha revisado: lo que sirve y lo que se rechaza, con su razón."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from indicadores.intercambio import matriz_archivo, xlsx
from indicadores.intercambio.matriz_archivo import directorio, leer_tablas
from indicadores.intercambio.matriz_lote import MANEJADOR
from indicadores.intercambio.matriz_tabla import Tabla, examinar
from indicadores.intercambio.tipos import ArchivoIlegible
from tests import fabricas
from tests.conftest import RAIZ
from tests.intercambio.test_matriz import PEDIDO

DATOS = RAIZ / "tests" / "intercambio" / "datos"


def de_bytes(contenido: bytes) -> list[Tabla]:
    return leer_tablas(io.BytesIO(contenido))


def libro(*filas: list[Any], combinar: str = "", titulo: str = "Cuadro 1") -> Workbook:
    nuevo = Workbook()
    hoja = nuevo.active
    hoja.title = titulo
    for fila in filas:
        hoja.append(fila)
    if combinar:
        hoja.merge_cells(combinar)
    return nuevo


def en_bytes(nuevo: Workbook) -> bytes:
    salida = io.BytesIO()
    nuevo.save(salida)
    return salida.getvalue()


def test_un_csv_con_punto_y_coma_marca_y_comentarios() -> None:
    (tabla,) = de_bytes(b"\xef\xbb\xbf" + (DATOS / "matriz_norte.csv").read_bytes())
    assert (tabla.hoja, tabla.filas[2][0], tabla.filas[6][:2]) == (
        "CSV",
        "ESTABLECIMIENTO",
        ("E.P. DE CHICLAYO", "1682"),
    )
    assert examinar(tabla).fila_total == 15


@pytest.mark.parametrize("separador", [";", ",", "\t"])
def test_reconoce_el_separador(separador: str) -> None:
    filas = [["Lugar", "Hombres", "Mujeres"], ["Lima", "10", "5"], ["Sur", "1.200", "7"]]
    texto = "# Fuente: INPE, cuadro 3; enero, 2026\n" + "\n".join(separador.join(fila) for fila in filas)
    (tabla,) = de_bytes(texto.encode())
    assert [list(fila) for fila in tabla.filas[1:]] == filas


def test_un_libro_con_celdas_combinadas_varias_hojas_y_una_oculta() -> None:
    nuevo = libro(
        ["POBLACIÓN PENAL"],
        ["ESTABLECIMIENTO", "PROCESADOS", None, "SENTENCIADOS", None],
        [None, "H", "M", "H", "M"],
        ["E.P. DE CHICLAYO", 1682, 1, 2436, 0],
        combinar="B2:C2",
    )
    nuevo.create_sheet("Oculta").sheet_state = "hidden"
    nuevo.create_sheet("Cuadro 2").append(["Lugar", 1])
    primera, segunda = de_bytes(en_bytes(nuevo))
    assert (primera.hoja, segunda.hoja) == ("Cuadro 1", "Cuadro 2")
    examen = examinar(primera)
    assert [(c.titulo, c.sexo) for c in examen.columnas[1:]] == [
        ("PROCESADOS · H", "H"),
        ("PROCESADOS · M", "M"),
        ("SENTENCIADOS · H", "H"),
        ("SENTENCIADOS · M", "M"),
    ]
    assert primera.celda(4, 2) == 1682


def test_una_formula_llega_como_texto_y_no_se_calcula() -> None:
    (tabla,) = de_bytes(en_bytes(libro(["Lugar", "N"], ["Lima", "=1+1"])))
    assert tabla.celda(2, 2) == "=1+1"


def con_macro() -> bytes:
    salida = io.BytesIO(en_bytes(libro(["a", 1])))
    with zipfile.ZipFile(salida, "a") as paquete:
        paquete.writestr("xl/vbaProject.bin", b"x")
    return salida.getvalue()


def zip_cualquiera() -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as paquete:
        paquete.writestr("hola.txt", "hola")
    return salida.getvalue()


@pytest.mark.parametrize(
    ("contenido", "frase"),
    [
        (con_macro(), "lleva macros"),
        (zip_cualquiera(), "está dañado o no es .xlsx"),
        (b"PK\x03\x04 y nada mas", "está dañado o no es .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "libro de Excel antiguo"),
        ("Lugar;N\nLima;1\nÁncash;2".encode("latin-1"), "La fila 3 no está en UTF-8"),
        (b"Lugar;N\n\0;1", "no es texto"),
        (b'Lugar;N\n"Lima;1', "comillas sin cerrar"),
        (b"Lugar" + b";1" * 99, "99 columnas"),
        (b"Lugar;1\n" * 5001, "5.000 filas"),
    ],
    ids=["macro", "zip", "dañado", "xls", "latin-1", "binario", "comillas", "ancho", "largo"],
)
def test_lo_que_no_se_puede_leer_se_explica(contenido: bytes, frase: str) -> None:
    with pytest.raises(ArchivoIlegible, match=frase):
        de_bytes(contenido)


def test_una_bomba_de_compresion_no_se_abre(monkeypatch: pytest.MonkeyPatch) -> None:
    salida = io.BytesIO(en_bytes(libro(["a", 1])))
    with zipfile.ZipFile(salida, "a", zipfile.ZIP_DEFLATED) as paquete:
        paquete.writestr("xl/media/ceros.bin", b"0" * (60 * 2**20))
    assert len(salida.getvalue()) < 2**20
    monkeypatch.setattr(xlsx, "load_workbook", lambda *_a, **_k: pytest.fail("se abrió"))
    with pytest.raises(ArchivoIlegible, match="desmesurado"):
        de_bytes(salida.getvalue())


def test_un_archivo_enorme_no_se_lee_entero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matriz_archivo, "TAMANO_MAXIMO", 10)
    with pytest.raises(ArchivoIlegible, match="pasa de"):
        de_bytes(b"x" * 11)


@pytest.mark.django_db
def test_el_directorio_se_arma_en_dos_consultas(personas: Any, django_assert_num_queries: Any) -> None:
    from indicadores.acciones.alias import recordar_alias

    _, (oficina,), (penal, _) = fabricas.arbol(2)
    recordar_alias(por=personas.analista, nombre="El Nuevo", ambito=penal)
    with django_assert_num_queries(2):
        lugares = directorio()
    assert lugares.reconocer("EL NUEVO") == penal.codigo
    assert lugares.reconocer("Perú") == "PE"
    assert lugares.lugares[penal.codigo].padre == oficina.codigo


def test_un_libro_de_demasiadas_hojas_no_se_lee() -> None:
    nuevo = libro(["Lugar", 1])
    for _ in range(matriz_archivo.HOJAS_MAXIMAS):
        nuevo.create_sheet()
    with pytest.raises(ArchivoIlegible, match="más de 50 hojas"):
        de_bytes(en_bytes(nuevo))


def test_un_libro_con_todas_sus_hojas_ocultas_no_se_lee() -> None:
    original, oculto = io.BytesIO(en_bytes(libro(["Lugar", 1]))), io.BytesIO()
    with zipfile.ZipFile(original) as de, zipfile.ZipFile(oculto, "w") as a:
        for parte in de.namelist():
            a.writestr(parte, de.read(parte).replace(b'state="visible"', b'state="hidden"'))
    with pytest.raises(ArchivoIlegible, match="ninguna hoja visible"):
        de_bytes(oculto.getvalue())


def test_las_filas_y_celdas_vacias_del_final_no_cuentan() -> None:
    (tabla,) = de_bytes(b"Lugar;N;;\nLima;1;;\n;;;\n\n")
    assert tabla.filas == (("Lugar", "N"), ("Lima", "1"))


@pytest.mark.parametrize(
    ("opciones", "frase"),
    [({}, "Falta decir qué es cada columna"), (PEDIDO.como_opciones(), "no tiene la hoja «Hoja»")],
)
def test_el_lote_no_se_lee_sin_saber_como(opciones: dict[str, Any], frase: str) -> None:
    with pytest.raises(ArchivoIlegible, match=frase):
        list(MANEJADOR.leer(io.BytesIO(b"Lugar;N\nLima;1\n"), opciones))
