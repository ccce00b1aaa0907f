"""Filtros, búsqueda, orden y páginas: llega exactamente lo que se pide."""

from typing import Any

import pytest

from tests.api.conftest import Pedir

pytestmark = pytest.mark.usefixtures("politica_cargada")


@pytest.mark.parametrize(
    ("filtros", "esperados"),
    [
        ({"objetivo": "OP.04"}, ["OP.04-I1", "OP.04-I2", "OP.04-I3"]),
        ({"servicio": "OP.03-S2"}, ["OP.03-S2-I1", "OP.03-S2-I2"]),
        ({"tipo": "servicio"}, ["OP.01-S1-I1", "OP.02-S2-I1", "OP.02-S3-I1", "OP.03-S2-I1", "OP.03-S2-I2"]),
        ({"sentido": "descendente"}, ["OP.01-I2"]),
        (
            {"estado": "con_medicion", "tipo": "objetivo"},
            ["OP.01-I2", "OP.02-I1", "OP.02-I2", "OP.03-I1", "OP.04-I1", "OP.04-I3"],
        ),
        ({"semaforo": "amarillo"}, ["OP.01-I2"]),
        ({"semaforo": "verde"}, []),
        ({"semaforo": "sin_datos", "objetivo": "OP.01"}, ["OP.01-I1"]),
        ({"entidad": "PJ"}, ["OP.01-S1-I1"]),
        ({"entidad": "TC"}, []),
        ({"search": "corrupcion"}, ["OP.05-I2"]),
        ({"search": "MEDICIÓN"}, []),
        ({"search": "sentencia privadas"}, ["OP.01-I2"]),
        ({"objetivo": ""}, None),
    ],
)
def test_los_filtros_de_indicadores(codigos: Pedir, filtros: dict[str, str], esperados: list[str] | None) -> None:
    hallados = codigos("indicadores/", corte="2021-12-31", **filtros)
    assert hallados == esperados if esperados is not None else len(hallados) == 18


def test_estado_y_semaforo_coinciden_con_lo_que_dice_cada_indicador(pedir: Pedir, codigos: Pedir) -> None:
    todos = pedir("indicadores/", corte="2020-12-31", page_size=500)["results"]
    for semaforo in ("verde", "amarillo", "rojo", "sin_datos"):
        de_uno_en_uno = [uno["codigo"] for uno in todos if uno["avance"]["semaforo"] == semaforo]
        assert codigos("indicadores/", corte="2020-12-31", semaforo=semaforo) == de_uno_en_uno


def _cumple(fila: dict[str, Any], filtro: str, valor: str) -> bool:
    pruebas = {
        "indicador": fila["indicador"] == valor,
        "objetivo": fila["indicador"].startswith(f"{valor}-I"),
        "servicio": fila["indicador"].startswith(f"{valor}-I"),
        "anio": fila["fin"].startswith(valor),
        "desde": fila["fin"] >= valor,
        "hasta": fila["fin"] <= valor,
        "corte": fila["fin"] <= valor,
        "ambito_nivel": (fila["ambito"] == "PE") is (valor == "nacional"),
    }
    return bool(pruebas[filtro] if filtro in pruebas else fila[filtro] == valor)


@pytest.mark.parametrize(
    ("filtro", "valor"),
    [
        ("indicador", "OP.01-I2"),
        ("objetivo", "OP.02"),
        ("servicio", "OP.03-S2"),
        ("anio", "2021"),
        ("desde", "2021-03-31"),
        ("hasta", "2021-03-31"),
        ("periodo", "2021-S1"),
        ("ambito", "PE"),
        ("ambito_nivel", "nacional"),
        ("ambito_nivel", "establecimiento"),
        ("sexo", "M"),
        ("caracter", "oficial"),
        ("caracter", "referencial"),
        ("situacion", "definitiva"),
        ("corte", "2020-12-31"),
    ],
)
def test_los_filtros_de_mediciones(pedir: Pedir, filtro: str, valor: str) -> None:
    """El filtro deja exactamente las filas que lo cumplen entre todas."""
    todas = pedir("mediciones/", page_size=500)["results"]
    elegidas = pedir("mediciones/", page_size=500, **{filtro: valor})["results"]

    assert elegidas
    assert [fila["id"] for fila in elegidas] == [fila["id"] for fila in todas if _cumple(fila, filtro, valor)]


def test_las_mediciones_se_buscan_por_indicador_y_ambito(pedir: Pedir) -> None:
    en_lima = pedir("mediciones/", search="sentencia lurigancho", page_size=500)["results"]
    assert en_lima
    assert {fila["indicador"] for fila in en_lima} == {"OP.01-I2"}
    assert "PE" not in {fila["ambito"] for fila in en_lima}
    assert pedir("mediciones/", search="corrupcion lurigancho")["count"] == 0


@pytest.mark.parametrize(
    ("ruta", "filtros", "clave", "esperados"),
    [
        ("servicios/", {"entidad": "MINSA"}, "codigo", ["OP.02-S3", "OP.02-S4"]),
        ("servicios/", {"ejecucion": "progresiva"}, "codigo", ["OP.03-S2", "OP.06-S1", "OP.06-S2"]),
        ("servicios/", {"objetivo": "OP.05", "ordering": "-codigo"}, "codigo", ["OP.05-S2", "OP.05-S1"]),
        ("entidades/", {"search": "penitenciario"}, "sigla", ["INPE"]),
        ("ambitos/", {"nivel": "nacional"}, "codigo", ["PE"]),
        ("lineamientos/", {"objetivo": "OP.01"}, "codigo", []),
        ("objetivos/", {"search": "hacinamiento"}, "codigo", ["OP.01"]),
    ],
)
def test_los_demas_filtros(
    codigos: Pedir, ruta: str, filtros: dict[str, str], clave: str, esperados: list[str]
) -> None:
    assert codigos(ruta, clave=clave, **filtros) == esperados


def test_los_establecimientos_cuelgan_de_su_oficina(codigos: Pedir) -> None:
    assert len(codigos("ambitos/", nivel="establecimiento")) == 69
    oficinas = codigos("ambitos/", padre="PE")
    assert len(oficinas) == 8
    assert sum(len(codigos("ambitos/", padre=oficina)) for oficina in oficinas) == 69


@pytest.mark.parametrize("orden", ["fin", "-fin", "publicada_en", "indicador,-fin", "ambito", "-ambito,fin"])
def test_las_paginas_recorren_todo_una_sola_vez(pedir: Pedir, orden: str) -> None:
    """Casi todas las filas empatan (misma publicación, mismo periodo): el desempate debe ser total."""
    ids, enlace = [], 1
    while enlace:
        pagina = pedir("mediciones/", ordering=orden, page_size=40, page=enlace)
        ids += [fila["id"] for fila in pagina["results"]]
        enlace = enlace + 1 if pagina["next"] else 0
    assert len(ids) == len(set(ids)) == pagina["count"]


def test_el_orden_pedido(pedir: Pedir, codigos: Pedir) -> None:
    fines = [fila["fin"] for fila in pedir("mediciones/", page_size=500, ordering="fin")["results"]]
    assert fines == sorted(fines)
    assert codigos("indicadores/", ordering="-codigo") == sorted(codigos("indicadores/"), reverse=True)


def test_los_enlaces_de_pagina_conservan_lo_pedido(pedir: Pedir, client: Any) -> None:
    segunda = pedir("indicadores/", page=2, page_size=5, tipo="objetivo")
    siguiente, anterior = (client.get(segunda[hacia]).json() for hacia in ("next", "previous"))

    assert (len(segunda["results"]), segunda["count"]) == (5, 13)
    assert [fila["codigo"] for fila in siguiente["results"]] == ["OP.05-I2", "OP.06-I1", "OP.06-I2"]
    assert siguiente["next"] is None
    assert anterior["previous"] is None
    assert {fila["tipo"] for fila in anterior["results"]} == {"objetivo"}


def test_el_tamano_de_pagina(pedir: Pedir) -> None:
    assert len(pedir("mediciones/")["results"]) == 50
    assert len(pedir("mediciones/", page_size=500)["results"]) == pedir("mediciones/")["count"]
    assert pedir("lineamientos/") == {"count": 0, "next": None, "previous": None, "results": []}


def test_pasar_del_final_es_404(pedir: Pedir) -> None:
    problema = pedir("indicadores/", espera=404, page=7)
    assert problema["detail"] == "La página 7 no existe: la última es la 1."
