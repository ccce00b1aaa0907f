"""Reconocer lugares por su nombre: lo que escribe el INPE frente a los códigos del portal.

Los nombres de los establecimientos y oficinas son los de ``fixtures/complementario`` (Informe Estadístico del INPE,
enero de 2026, transcrito por un tercero); las variantes imitan las de sus cuadros.
"""

import csv
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicadores.nombres import LARGO_MAXIMO, Directorio, Lugar, Nivel, clave_de_alias, es_total, normalizar
from tests.conftest import RAIZ

COMPLEMENTARIO = RAIZ / "fixtures" / "complementario"


def lugares() -> list[Lugar]:
    oficinas = json.loads((COMPLEMENTARIO / "complementario.json").read_text(encoding="utf-8"))["oficinas_regionales"]
    por_clave = {fila["clave_csv"]: fila["codigo"] for fila in oficinas}
    todos = [Lugar("PE", "Perú", Nivel.NACIONAL)]
    todos += [Lugar(fila["codigo"], fila["nombre"], Nivel.OFICINA, "PE") for fila in oficinas]
    with (COMPLEMENTARIO / "inpe_establecimientos.csv").open(encoding="utf-8", newline="") as archivo:
        todos += [
            Lugar(
                fila["codigo"], fila["nombre"], Nivel.PENAL, por_clave[fila["oficina_regional"]], fila["departamento"]
            )
            for fila in csv.DictReader(archivo)
        ]
    return todos


LUGARES = lugares()
DIRECTORIO = Directorio(LUGARES)
PENALES = [lugar for lugar in LUGARES if lugar.nivel is Nivel.PENAL]


@pytest.mark.parametrize(
    ("escrito", "codigo"),
    [
        ("NORTE - CHICLAYO", "OR-NORTE"),
        ("Norte – Chiclayo", "OR-NORTE"),
        ("LIMA - LIMA", "OR-LIMA"),
        ("SUR - AREQUIPA", "OR-SUR"),
        ("CENTRO - HUANCAYO", "OR-CENTRO"),
        ("ORIENTE - HUÁNUCO", "OR-ORIENTE"),
        ("SUR ORIENTE - CUSCO", "OR-SUR-ORIENTE"),
        ("SUR-ORIENTE - CUSCO", "OR-SUR-ORIENTE"),
        ("NORORIENTE - SAN MARTIN", "OR-NOR-ORIENTE"),
        ("NOR ORIENTE - MOYOBAMBA", "OR-NOR-ORIENTE"),
        ("ALTIPLANO - PUNO", "OR-ALTIPLANO"),
        ("O.R. Norte", "OR-NORTE"),
        ("OFICINA REGIONAL DEL CENTRO", "OR-CENTRO"),
        ("O.R. NORTE - CHICLAYO", "OR-NORTE"),
        ("sur", "OR-SUR"),
        ("CHICLAYO", "EP04"),
        ("E.P. DE CHICLAYO", "EP04"),
        ("EP Chiclayo", "EP04"),
        ("Establecimiento Penitenciario de Chiclayo", "EP04"),
        ("EST. PENIT. CHICLAYO", "EP04"),
        ("E. P. DE JAEN", "EP10"),
        ("E.P. DE TRUJILLO", "EP05"),
        ("E.P. MUJERES DE TRUJILLO", "EP06"),
        ("MUJERES TRUJILLO (1)", "EP06"),
        ("ICA 1/", "EP28"),
        ("HUARAL **", "EP27"),
        ("MODELO ANCON II - SMVC", "EP23"),
        ("CEREC BASE NAVAL", "EP15"),
        ("E.P. CALLAO", "EP14"),
        ("OROYA", "EP41"),
        ("ep04", "EP04"),
        ("or-norte", "OR-NORTE"),
        ("PERÚ", "PE"),
        ("Nacional", "PE"),
    ],
)
def test_reconoce_lo_que_es_seguro(escrito: str, codigo: str) -> None:
    assert DIRECTORIO.reconocer(escrito) == codigo


@pytest.mark.parametrize(
    "escrito",
    [
        "",
        "E.P. DE LIMA",  # la oficina se llama así, el establecimiento no
        "O.R. CHICLAYO",
        "NORTE - AREQUIPA",  # Arequipa no es de la oficina Norte
        "ANCON I",
        "CASTRO CASTRO",
        "E.P. Quencoro",
        "TOTAL",
        "Mujeres",
    ],
)
def test_lo_dudoso_queda_desconocido(escrito: str) -> None:
    assert DIRECTORIO.reconocer(escrito) is None


def test_un_nombre_que_calza_con_dos_no_calza_con_ninguno() -> None:
    gemelos = Directorio([Lugar("A", "E.P. de Río", Nivel.PENAL), Lugar("B", "EP Rio", Nivel.PENAL)])
    assert gemelos.reconocer("RIO") is None
    assert gemelos.reconocer("E.P. de Río") == "A"
    assert gemelos.parecidos("RIO") == ["A", "B"]


def test_el_alias_vale_para_todas_las_formas_de_escribirlo_y_no_tapa_a_un_nombre() -> None:
    con_alias = Directorio(LUGARES, {clave_de_alias("Castro Castro"): "EP19", clave_de_alias("Chiclayo"): "EP01"})
    assert con_alias.reconocer("CASTRO  CASTRO *") == "EP19"
    assert con_alias.reconocer("chiclayo") == "EP04"


def test_propone_parecidos_y_respeta_el_nivel_que_el_nombre_declara() -> None:
    assert DIRECTORIO.parecidos("CASTRO CASTRO")[0] == "EP19"
    assert DIRECTORIO.parecidos("Ancón I")[0] == "EP21"
    assert set(DIRECTORIO.parecidos("S.A. CHORRILLOS")) == {"EP16", "EP17"}
    assert all(codigo.startswith("OR-") for codigo in DIRECTORIO.parecidos("O.R. del Nort"))
    assert DIRECTORIO.parecidos("Zzz") == DIRECTORIO.parecidos("***") == []


@pytest.mark.parametrize("escrito", ["TOTAL", "Total general", "T O T A L", "TOTAL NACIONAL", "Suma"])
def test_reconoce_el_rotulo_del_total(escrito: str) -> None:
    assert es_total(escrito)


@pytest.mark.parametrize("escrito", ["", "CHOTA", "TOTAL NORTE", "Totora"])
def test_no_todo_es_total(escrito: str) -> None:
    assert not es_total(escrito)


def test_todos_los_nombres_del_catalogo_se_distinguen() -> None:
    assert len({normalizar(lugar.nombre) for lugar in PENALES}) == len(PENALES) == 69


VARIANTES = [
    str.upper,
    str.lower,
    lambda nombre: nombre.removeprefix("E.P. de ").removeprefix("E.P. "),
    lambda nombre: "".join(c for c in unicodedata.normalize("NFD", nombre) if not unicodedata.combining(c)),
    lambda nombre: nombre.replace("E.P.", "EP"),
    lambda nombre: nombre.replace("E.P.", "E. P."),
    lambda nombre: f"  {nombre} (2) ",
    lambda nombre: nombre.replace(" ", "  "),
    lambda nombre: unicodedata.normalize("NFD", nombre),
]


@given(lugar=st.sampled_from(PENALES), cambios=st.lists(st.sampled_from(VARIANTES), max_size=4))
def test_ninguna_variante_lleva_a_otro_lugar(lugar: Lugar, cambios: list) -> None:
    escrito = lugar.nombre
    for cambio in cambios:
        escrito = cambio(escrito)
    assert DIRECTORIO.reconocer(escrito) == lugar.codigo


@given(st.text(max_size=300))
def test_cualquier_texto_se_normaliza_y_la_clave_es_estable(escrito: str) -> None:
    clave = clave_de_alias(escrito)
    assert len(clave) <= LARGO_MAXIMO
    if len(clave) < LARGO_MAXIMO:
        assert clave_de_alias(clave) == clave or clave_de_alias(clave) in clave
    DIRECTORIO.reconocer(escrito)
