"""La matriz del INPE: qué se halla en una hoja, qué mediciones salen de ella y qué sumas no cuadran.

``datos/matriz_*.csv`` son extractos de ``fixtures/complementario/inpe_establecimientos.csv`` (la fuente está en sus
primeras líneas) con la forma de los cuadros del INPE.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.formato import porcentaje_de
from indicadores.intercambio.matriz import Papel, Pedido, Uso, convertir, nombres_desconocidos
from indicadores.intercambio.matriz_tabla import (
    Celda,
    ConteoInvalido,
    Tabla,
    direccion,
    examinar,
    filas_sin_leer,
    leer_conteo,
    letra_de,
    sexo_de,
)
from indicadores.intercambio.tipos import ErrorDeCelda, Fila
from indicadores.nombres import Directorio, Lugar, Nivel
from tests.conftest import RAIZ
from tests.intercambio.test_nombres import DIRECTORIO

DATOS = RAIZ / "tests" / "intercambio" / "datos"


def tabla_de(nombre: str) -> Tabla:
    with (DATOS / nombre).open(encoding="utf-8", newline="") as archivo:
        return Tabla(
            "Hoja", tuple(tuple(celda or None for celda in fila) for fila in csv.reader(archivo, delimiter=";"))
        )


def usos(*papeles: tuple[int, str, str]) -> tuple[Uso, ...]:
    return tuple(Uso(columna, Papel(papel), sexo) for columna, papel, sexo in papeles)


NORTE = tabla_de("matriz_norte.csv")
OFICINAS = tabla_de("matriz_oficinas.csv")
POR_SEXO = usos((2, "nd", "H"), (3, "nd", "M"), (4, "d", "H"), (5, "d", "M"))
PEDIDO = Pedido(
    indicador="OP.01-I2",
    es_porcentaje=True,
    periodo="2026-01",
    caracter="referencial",
    situacion="definitiva",
    fuente="inpe",
    notas="",
    hoja="Hoja",
    cabecera=3,
    columna_de_nombres=1,
    usos=(*POR_SEXO, Uso(6, Papel.TOTAL_DENOMINADOR, "T")),
    fila_total=15,
    ambito_total="OR-NORTE",
)


def leer(tabla: Tabla, pedido: Pedido, directorio: Directorio = DIRECTORIO) -> tuple[list[Fila], list[ErrorDeCelda]]:
    salidas = list(convertir(tabla, pedido, directorio))
    return [s for s in salidas if isinstance(s, Fila)], [s for s in salidas if isinstance(s, ErrorDeCelda)]


def con(tabla: Tabla, cambios: dict[str, Celda]) -> Tabla:
    """La misma tabla con otras celdas: ``{"B4": 7}``."""
    filas = [list(fila) for fila in tabla.filas]
    for f, fila in enumerate(filas, start=1):
        for c in range(1, len(fila) + 1):
            if direccion(f, c) in cambios:
                fila[c - 1] = cambios[direccion(f, c)]
    return Tabla(tabla.hoja, tuple(map(tuple, filas)))


def chica(*filas: Iterable[Celda]) -> Tabla:
    return Tabla("Hoja", tuple(map(tuple, filas)))


# Lo que se halla


def test_halla_cabecera_columnas_total_y_comentarios() -> None:
    examen = examinar(NORTE)
    assert (examen.cabecera, examen.columna_de_nombres, examen.fila_total) == (3, 1, 15)
    assert [(c.letra, c.titulo, c.sexo, c.es_numerica) for c in examen.columnas] == [
        ("A", "ESTABLECIMIENTO", "T", False),
        ("B", "SIN SENTENCIA HOMBRES", "H", True),
        ("C", "SIN SENTENCIA MUJERES", "M", True),
        ("D", "SENTENCIADOS HOMBRES", "H", True),
        ("E", "SENTENCIADOS MUJERES", "M", True),
        ("F", "TOTAL", "T", True),
    ]
    assert len(examen.datos) == 12
    assert examen.comentarios[0].startswith("# Extracto de fixtures")
    assert filas_sin_leer(NORTE, examen) == ()


def test_junta_una_cabecera_doble_con_celdas_combinadas() -> None:
    examen = examinar(OFICINAS)
    assert examen.cabecera == 5
    assert [c.titulo for c in examen.columnas] == [
        "OFICINA REGIONAL",
        "TOTAL",
        "PROCESADOS · TOTAL",
        "PROCESADOS · HOMBRES",
        "PROCESADOS · MUJERES",
        "SENTENCIADOS · TOTAL",
        "SENTENCIADOS · HOMBRES",
        "SENTENCIADOS · MUJERES",
    ]
    assert [c.sexo for c in examen.columnas] == ["T", "T", "T", "H", "M", "T", "H", "M"]
    assert "POBLACIÓN PENAL POR SITUACIÓN JURÍDICA Y SEXO" in examen.comentarios
    assert filas_sin_leer(OFICINAS, examen) == (15,)


def test_la_hoja_del_propio_portal_tambien_es_una_matriz() -> None:
    with (RAIZ / "fixtures/complementario/inpe_establecimientos.csv").open(encoding="utf-8", newline="") as archivo:
        examen = examinar(Tabla("CSV", tuple(map(tuple, csv.reader(archivo)))))
    assert (examen.cabecera, examen.columna_de_nombres, examen.fila_total) == (1, 2, None)
    assert [c.sexo for c in examen.columnas[-4:]] == ["H", "M", "H", "M"]


def test_la_cabecera_puede_decirla_la_persona() -> None:
    tabla = chica(("Lugar", "2021", "2022"), ("Lima", 5, 6))
    assert examinar(tabla).cabecera == 0
    examen = examinar(tabla, cabecera=1)
    assert ([c.titulo for c in examen.columnas], examen.datos) == (["Lugar", "2021", "2022"], (2,))


def test_una_hoja_vacia_no_tiene_nada() -> None:
    examen = examinar(chica())
    assert (examen.cabecera, examen.columnas, examen.datos, examen.fila_total) == (0, (), (), None)
    (error,) = leer(chica(), PEDIDO)[1]
    assert "No hay filas con cantidades" in error.mensaje


@pytest.mark.parametrize(
    ("titulo", "sexo"),
    [("sin_sentencia_h", "H"), ("PROCESADOS · Mujeres", "M"), ("Hombres y mujeres", "T"), ("Total", "T"), ("", "T")],
)
def test_de_que_sexo_parece_una_columna(titulo: str, sexo: str) -> None:
    assert sexo_de(titulo) == sexo


@pytest.mark.parametrize(("numero", "letra"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_las_letras_son_las_de_una_hoja_de_calculo(numero: int, letra: str) -> None:
    assert letra_de(numero) == letra


# Los conteos


@pytest.mark.parametrize(
    ("celda", "conteo"),
    [("1.234", 1234), ("1 234", 1234), (1234, 1234), (1234.0, 1234), ("0", 0), (Decimal(7), 7), (" 12 ", 12)],
)
def test_lee_conteos(celda: Celda, conteo: int) -> None:
    assert leer_conteo(celda, guion_es_cero=False) == conteo


@pytest.mark.parametrize(
    ("celda", "frase"),
    [
        (None, "está vacía"),
        ("  ", "está vacía"),
        ("-", "Hay un guion"),
        ("12,5", "decimales"),
        (12.5, "decimales"),
        (float("nan"), "decimales"),
        (float("inf"), "decimales"),
        ("doce", "no es un número"),
        (-3, "no sea negativo"),
        ("-3", "no sea negativo"),
        (True, "número entero de personas"),
        (date(2026, 1, 31), "número entero de personas"),
        (10**12, "no sea negativo"),
        ("=B2+B3", "Hay una fórmula"),
    ],
)
def test_lo_que_no_es_un_conteo_se_explica(celda: Celda, frase: str) -> None:
    with pytest.raises(ConteoInvalido, match=frase):
        leer_conteo(celda, guion_es_cero=False)


def test_el_guion_vale_cero_solo_si_se_dice() -> None:
    assert leer_conteo("–", guion_es_cero=True) == 0
    with pytest.raises(ConteoInvalido, match="está vacía"):
        leer_conteo("", guion_es_cero=True)


# Las filas que salen


def test_de_la_hoja_de_la_oficina_norte_salen_sus_cifras() -> None:
    filas, errores = leer(NORTE, PEDIDO)
    assert errores == []
    assert len(filas) == 12 * 3
    chiclayo = {fila.sexo: fila for fila in filas if fila.ambito == "EP04"}
    assert (chiclayo["T"].numerador, chiclayo["T"].denominador, chiclayo["T"].valor) == (1683, 4119, Decimal("40.8594"))
    assert (chiclayo["M"].numerador, chiclayo["M"].denominador, chiclayo["M"].valor) == (1, 1, Decimal(100))
    sin_mujeres = next(fila for fila in filas if (fila.ambito, fila.sexo) == ("EP01", "M"))
    assert (sin_mujeres.valor, sin_mujeres.numerador, sin_mujeres.denominador) == (None, None, 0)
    assert sin_mujeres.motivo_ausencia == "no_aplica"
    oficina = next(fila for fila in filas if (fila.ambito, fila.sexo) == ("OR-NORTE", "T"))
    assert (oficina.numerador, oficina.denominador, oficina.celdas["ambito"]) == (7213, 19933, "A15")
    assert {(f.indicador_codigo, f.periodo, f.caracter, f.situacion, f.fuente) for f in filas} == {
        ("OP.01-I2", "2026-01", "referencial", "definitiva", "inpe")
    }


def test_de_la_hoja_por_oficinas_sale_tambien_el_pais() -> None:
    pedido = replace(
        PEDIDO,
        cabecera=5,
        fila_total=14,
        ambito_total="PE",
        usos=usos((2, "td", "T"), (3, "tn", "T"), (4, "nd", "H"), (5, "nd", "M"), (7, "d", "H"), (8, "d", "M")),
    )
    filas, errores = leer(OFICINAS, pedido)
    assert errores == []
    pais = next(fila for fila in filas if (fila.ambito, fila.sexo) == ("PE", "T"))
    # Las sumas que da el propio informe: 37.924 sin sentencia de 103.717.
    assert (pais.numerador, pais.denominador, pais.valor) == (37924, 103717, Decimal("36.5649"))
    assert len({fila.ambito for fila in filas}) == 9


def test_un_numero_no_lleva_denominador() -> None:
    pedido = replace(PEDIDO, es_porcentaje=False, usos=usos((2, "n", "H"), (3, "n", "M")))
    filas, errores = leer(NORTE, pedido)
    chiclayo = {fila.sexo: fila for fila in filas if fila.ambito == "EP04"}
    assert errores == []
    assert {sexo: fila.valor for sexo, fila in chiclayo.items()} == {"T": 1683, "H": 1682, "M": 1}
    assert chiclayo["T"].numerador is chiclayo["T"].denominador is None


def test_con_el_denominador_solo_de_ambos_sexos_sale_solo_el_total() -> None:
    pedido = replace(PEDIDO, usos=usos((2, "n", "H"), (3, "n", "M"), (6, "d", "T")))
    assert pedido.sexos() == ("T",)
    filas, errores = leer(NORTE, pedido)
    assert errores == []
    assert next(fila.valor for fila in filas if fila.ambito == "EP04") == Decimal("40.8594")


def test_una_fila_que_no_se_anota_cuenta_en_la_suma() -> None:
    filas, errores = leer(NORTE, replace(PEDIDO, sin_anotar=frozenset({7})))
    assert errores == []
    assert "EP04" not in {fila.ambito for fila in filas}


def test_el_pedido_va_y_vuelve_por_json() -> None:
    pedido = replace(PEDIDO, sin_anotar=frozenset({7, 5}), guion_es_cero=True)
    assert Pedido.desde(json.loads(json.dumps(pedido.como_opciones()))) == pedido


# Lo que no cuadra


@pytest.mark.parametrize(
    ("cambios", "celda", "frases"),
    [
        ({"F7": "4120"}, "F7", ("Fila 7 (E.P. DE CHICLAYO)", "suman 4.119", "dice 4.120")),
        ({"B7": "168x"}, "B7", ("«168x» no es un número",)),
        ({"C9": None}, "C9", ("está vacía",)),
        ({"B15": "6774", "F15": "19934"}, "B15", ("las 11 filas", "suman 6.773 en la columna B", "sobran 1")),
        ({"D15": "12040", "F15": "19931"}, "D15", ("suman 12.042", "dice 12.040", "faltan 2")),
        ({"A7": "E.P. DE LIMA"}, "A7", ("No se reconoce el lugar",)),
        ({"A7": "E.P. PIURA"}, "A7", ("Nombra el mismo lugar que la fila 5: E.P. de Piura",)),
        ({"A7": "O.R. NORTE"}, "A7", ("Nombra el mismo lugar que la fila 15",)),
    ],
)
def test_cada_error_dice_donde_y_los_dos_numeros(cambios: dict[str, Any], celda: str, frases: tuple[str, ...]) -> None:
    _, errores = leer(con(NORTE, cambios), PEDIDO)
    hallado = next(error for error in errores if error.celda == celda)
    assert hallado.hoja == "Hoja"
    for frase in frases:
        assert frase in hallado.mensaje


def test_el_total_de_ambos_sexos_debe_ser_hombres_mas_mujeres() -> None:
    tabla = chica(("Lugar", "H", "M", "T"), ("Lima", 10, 5, 16))
    pedido = replace(
        PEDIDO,
        es_porcentaje=False,
        cabecera=1,
        fila_total=None,
        ambito_total="",
        usos=usos((2, "n", "H"), (3, "n", "M"), (4, "n", "T")),
    )
    (error,) = leer(tabla, pedido)[1]
    assert error.celda == "D2"
    assert "hombres 10 más mujeres 5 son 15, pero el total de ambos sexos dice 16" in error.mensaje


def test_el_numerador_no_pasa_del_denominador() -> None:
    tabla = chica(("Lugar", "Sin sentencia", "Población"), ("Lima", 11, 10))
    pedido = replace(PEDIDO, cabecera=1, fila_total=None, ambito_total="", usos=usos((2, "n", "T"), (3, "d", "T")))
    (error,) = leer(tabla, pedido)[1]
    assert "el numerador de ambos sexos (11) es mayor que su denominador (10)" in error.mensaje


def test_una_oficina_es_la_suma_de_sus_establecimientos_y_no_cuenta_dos_veces() -> None:
    directorio = Directorio(
        [
            Lugar("PE", "Perú", Nivel.NACIONAL),
            Lugar("ON", "Oficina Regional Norte", Nivel.OFICINA, "PE"),
            Lugar("A", "E.P. de Uno", Nivel.PENAL, "ON"),
            Lugar("B", "E.P. de Dos", Nivel.PENAL, "ON"),
            Lugar("C", "E.P. de Tres", Nivel.PENAL, "OS"),
        ]
    )
    buena = chica(("Lugar", "N"), ("Norte", 7), ("Uno", 3), ("Dos", 4), ("Tres", 5), ("Nacional", 12), ("TOTAL", 12))
    pedido = replace(PEDIDO, es_porcentaje=False, cabecera=1, fila_total=7, ambito_total="", usos=usos((2, "n", "T")))
    filas, errores = leer(buena, pedido, directorio)
    assert errores == []
    assert [(fila.ambito, fila.valor) for fila in filas] == [("ON", 7), ("A", 3), ("B", 4), ("C", 5), ("PE", 12)]
    (error,) = leer(con(buena, {"B2": 8, "B6": 13, "B7": 13}), pedido, directorio)[1]
    assert (error.celda, "suman 7 en la columna B, pero aquí dice 8: sobran 1" in error.mensaje) == ("B2", True)


def test_los_nombres_desconocidos_se_listan_sin_el_total() -> None:
    tabla = con(NORTE, {"A7": "LA NUEVA"})
    examen = examinar(tabla)
    assert nombres_desconocidos(tabla, examen, 1, DIRECTORIO, examen.fila_total) == [(7, "LA NUEVA")]


@pytest.mark.parametrize(
    ("elegidos", "frase"),
    [
        ((), "qué columna o columnas forman el numerador"),
        (((2, "n", "H"),), "diga también qué columnas forman el denominador"),
        (((2, "n", "H"), (5, "d", "M")), "ningún sexo tiene los dos"),
        (((2, "nd", "H"), (6, "tn", "T")), "La columna F comprueba un total de ambos sexos"),
        (((1, "nd", "T"),), "no puede ser además una cantidad"),
    ],
)
def test_lo_que_falta_decir_se_dice(elegidos: tuple, frase: str) -> None:
    faltas = replace(PEDIDO, usos=usos(*elegidos)).faltas()
    assert any(frase in falta for falta in faltas), faltas
    assert PEDIDO.faltas() == []


# Propiedades

conteos = st.integers(min_value=0, max_value=5000)


@given(st.lists(st.tuples(conteos, conteos, conteos, conteos), min_size=1, max_size=11))
def test_lo_que_sale_es_la_suma_exacta_y_el_total_siempre_cuadra(numeros: list[tuple[int, int, int, int]]) -> None:
    nombres = [fila[0] for fila in NORTE.filas[3:14]]
    cuerpo = [(nombres[i], *fila, sum(fila)) for i, fila in enumerate(numeros)]
    sumas = [sum(columna) for columna in zip(*(fila[1:] for fila in cuerpo), strict=True)]
    tabla = chica(NORTE.filas[2], *cuerpo, ("TOTAL", *sumas))
    pedido = replace(PEDIDO, cabecera=1, fila_total=len(cuerpo) + 2)
    filas, errores = leer(tabla, pedido)
    assert errores == []
    for fila in filas:
        datos = (*sumas[:4],) if fila.ambito == "OR-NORTE" else numeros[fila.numero - 2]
        sin = {"H": datos[0], "M": datos[1], "T": datos[0] + datos[1]}[fila.sexo]
        todas = {"H": datos[0] + datos[2], "M": datos[1] + datos[3], "T": sum(datos)}[fila.sexo]
        assert fila.denominador == todas
        assert fila.valor == (porcentaje_de(sin, todas) if todas else None)
    # Cambiar en uno cualquier celda del total rompe alguna suma.
    rota = con(tabla, {direccion(len(cuerpo) + 2, 2): sumas[0] + 1})
    assert leer(rota, pedido)[1]


# Bordes


def test_una_columna_sin_papel_no_se_lee_y_una_sin_nada_no_existe() -> None:
    tabla = chica(("Lugar", None, "N", "Otra"), ("Lima", None, 3, "x"), ("TOTAL", None, 3, "y"))
    assert [c.letra for c in examinar(tabla).columnas] == ["A", "C", "D"]
    elegidas = usos((3, "n", "T"), (4, "", "T"))
    pedido = replace(PEDIDO, es_porcentaje=False, cabecera=1, fila_total=3, ambito_total="", usos=elegidas)
    filas, errores = leer(tabla, pedido)
    assert ([fila.valor for fila in filas], errores) == ([3], [])


def test_el_ambito_del_total_puede_haber_dejado_de_existir() -> None:
    _, errores = leer(NORTE, replace(PEDIDO, ambito_total="OR-VIEJA"))
    assert [(error.celda, error.valor) for error in errores] == [("A15", "OR-VIEJA")]
