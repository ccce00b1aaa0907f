"""Los datos de partida dicen lo que dice la fuente: cada cifra, cada motivo y cada referencia, sin base de datos."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from indicadores.calculo.tipos import MOTIVOS_DECLARABLES, Periodo

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def leer(nombre: str) -> Any:
    return json.loads((FIXTURES / nombre).read_text(encoding="utf-8"))


def leer_csv(nombre: str) -> list[dict[str, str]]:
    with (FIXTURES / "complementario" / nombre).open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


POLITICA = leer("oficial/politica.json")
INDICADORES = leer("oficial/indicadores.json")["indicadores"]
SERVICIOS = leer("oficial/servicios.json")
COMPLEMENTARIO = leer("complementario/complementario.json")
ARCHIVOS = {
    "politica": POLITICA,
    "indicadores": INDICADORES,
    "servicios": SERVICIOS,
    "complementario": COMPLEMENTARIO,
}
DE_SERVICIOS = [indicador for servicio in SERVICIOS["servicios"] for indicador in servicio["indicadores"]]

#: Línea base de 2019, valor de 2020 y logro esperado de 2021: la cifra, o el motivo por el que falta.
CIFRAS = {
    "OP.01-I1": ("no_medido", "no_medido", "no_consta"),
    "OP.01-I2": ("no_consta", "37", "30"),
    "OP.02-I1": ("33", "33", "35"),
    "OP.02-I2": ("1.3", "1.3", "8"),
    "OP.03-I1": ("11.3", "11.3", "15"),
    "OP.03-I2": ("no_consta", "no_consta", "progresivo"),
    "OP.04-I1": ("1.9", "no_consta", "3"),
    "OP.04-I2": ("no_medido", "no_medido", "no_consta"),
    "OP.04-I3": ("no_consta", "34.9", "45"),
    "OP.05-I1": ("no_existe", "no_existe", "no_consta"),
    "OP.05-I2": ("requiere_estudio", "requiere_estudio", "no_consta"),
    "OP.06-I1": ("no_medido", "no_medido", "progresivo"),
    "OP.06-I2": ("no_medido", "no_medido", "progresivo"),
}
CIFRAS_DE_SERVICIOS = {
    "OP.01-S1-I1": "38",
    "OP.02-S2-I1": "715",
    "OP.02-S3-I1": "0",
    "OP.03-S2-I1": "15",
    "OP.03-S2-I2": "3",
}
#: Ejecución, si es inferida, y entidades que la fuente nombra.
SALIDA = {"GORE", "GOLO", "SOCIEDAD-CIVIL", "SECTOR-PRIVADO"}
LOS_SERVICIOS: dict[str, tuple[str, bool, set[str]]] = {
    "OP.01-S1": ("inmediata", False, {"MINJUSDH", "INPE", "PJ", "MP"}),
    "OP.02-S1": ("inmediata", False, set()),
    "OP.02-S2": ("inmediata", False, set()),
    "OP.02-S3": ("inmediata", False, {"MINJUSDH", "INPE", "MINSA"}),
    "OP.02-S4": ("no_consta", False, {"MIMP", "INPE", "MIDIS", "MINSA", "MINEDU"}),
    "OP.03-S1": ("inmediata", True, {"INPE"}),
    "OP.03-S2": ("progresiva", False, set()),
    "OP.03-S3": ("no_consta", False, {"MINJUSDH", "INPE", "MP", "PNP", "MININTER"}),
    "OP.04-S1": ("inmediata", True, set()),
    "OP.05-S1": ("inmediata", True, set()),
    "OP.05-S2": ("no_consta", False, {"INPE", "MINJUSDH"}),
    "OP.06-S1": ("progresiva", False, SALIDA),
    "OP.06-S2": ("progresiva", False, SALIDA),
}


def dato(cifra: dict[str, Any]) -> str:
    """El valor o, en su lugar, el motivo; falla si están ambos o ninguno."""
    assert ("valor" in cifra) != ("motivo_ausencia" in cifra), cifra
    assert ("motivo_ausencia" in cifra) == ("texto_ausencia" in cifra), cifra
    return str(cifra.get("valor", cifra.get("motivo_ausencia")))


def objetos(raiz: Any) -> Iterator[dict[str, Any]]:
    """Todos los objetos JSON que hay en ``raiz``, a cualquier profundidad."""
    if isinstance(raiz, dict):
        yield raiz
    for hijo in raiz.values() if isinstance(raiz, dict) else raiz if isinstance(raiz, list) else ():
        yield from objetos(hijo)


def textos(raiz: Any) -> Iterator[str]:
    for objeto in objetos(raiz):
        yield from (valor for valor in objeto.values() if isinstance(valor, str))


# Indicadores


def test_trece_indicadores_repartidos_entre_los_objetivos() -> None:
    assert Counter(i["objetivo"] for i in INDICADORES) == {
        "OP.01": 2, "OP.02": 2, "OP.03": 2, "OP.04": 3, "OP.05": 2, "OP.06": 2,
    }  # fmt: skip
    assert all(i["codigo"].startswith(i["objetivo"] + "-I") for i in INDICADORES)


def test_cada_indicador_trae_exactamente_las_cifras_de_la_fuente() -> None:
    assert [i["codigo"] for i in INDICADORES] == list(CIFRAS)
    for indicador in INDICADORES:
        base, valor, logro = CIFRAS[indicador["codigo"]]
        mediciones = {"2020": valor} | ({"2021-03": "35"} if indicador["codigo"] == "OP.01-I2" else {})
        assert (indicador["linea_base"]["anio"], dato(indicador["linea_base"])) == (2019, base), indicador["codigo"]
        assert [(x["anio"], dato(x)) for x in indicador["logros_esperados"]] == [(2021, logro)], indicador["codigo"]
        assert [(m["periodo"], dato(m)) for m in indicador["mediciones"]] == list(mediciones.items())


def test_el_unico_numerador_es_el_de_marzo_de_2021() -> None:
    con_conteo = [
        m for i in INDICADORES + DE_SERVICIOS for m in i["mediciones"] if {"numerador", "denominador"} & set(m)
    ]
    assert len(con_conteo) == 1
    assert con_conteo[0] | {"notas": ""} == {
        "periodo": "2021-03", "valor": "35", "numerador": 30326, "fuente": "inpe-informe-2021-03", "notas": "",
    }  # fmt: skip


def test_seis_de_trece_se_han_medido_alguna_vez() -> None:
    medidos = [
        i["codigo"] for i in INDICADORES if "valor" in i["linea_base"] or any("valor" in m for m in i["mediciones"])
    ]
    assert medidos == ["OP.01-I2", "OP.02-I1", "OP.02-I2", "OP.03-I1", "OP.04-I1", "OP.04-I3"]


def test_sentidos_y_unidades() -> None:
    no_ascendentes = {i["codigo"]: i["sentido"] for i in INDICADORES if i["sentido"] != "ascendente"}
    assert no_ascendentes == {"OP.01-I2": "descendente", "OP.05-I2": "no_definido"}
    no_porcentuales = {i["codigo"]: (i["unidad"], i["decimales"]) for i in INDICADORES if i["unidad"] != "porcentaje"}
    assert no_porcentuales == {"OP.01-I1": ("ratio", 2), "OP.05-I2": ("numero", 0)}
    assert {i["simbolo"] for i in INDICADORES if i["unidad"] == "porcentaje"} == {"%"}
    assert {i["codigo"] for i in INDICADORES if not i["cuenta_personas"]} == {"OP.05-I1", "OP.05-I2"}
    assert all(len(i["nombre_corto"]) <= 80 for i in INDICADORES)


def test_las_cifras_de_los_servicios_son_cinco() -> None:
    assert {i["codigo"]: [dato(m) for m in i["mediciones"]] for i in DE_SERVICIOS} == {
        codigo: [valor] for codigo, valor in CIFRAS_DE_SERVICIOS.items()
    }
    for indicador in DE_SERVICIOS:
        assert {m["periodo"] for m in indicador["mediciones"]} == {"2021-S1"}
        assert not {"linea_base", "logros_esperados"} & set(indicador)
        assert (indicador["unidad"], indicador["decimales"], indicador["cuenta_personas"]) == (
            "numero",
            0,
            indicador["codigo"] == "OP.01-S1-I1",
        )
        assert indicador["codigo"].startswith(indicador["servicio"] + "-I")


def test_los_motivos_son_declarables_y_los_periodos_validos() -> None:
    hallados = list(objetos(list(ARCHIVOS.values())))
    motivos = {objeto["motivo_ausencia"] for objeto in hallados if "motivo_ausencia" in objeto}
    assert motivos == {"no_medido", "no_existe", "requiere_estudio", "progresivo", "no_consta"}
    assert motivos <= {motivo.value for motivo in MOTIVOS_DECLARABLES}
    for objeto in hallados:
        if "periodo" in objeto:
            assert Periodo.leer(objeto["periodo"]).texto == objeto["periodo"]
        if "valor" in objeto:
            assert str(Decimal(objeto["valor"])) == objeto["valor"]


# Servicios


def test_los_servicios_son_exactamente_trece() -> None:
    assert {
        s["codigo"]: (s["ejecucion"], s["ejecucion_inferida"], {p["entidad"] for p in s["participaciones"]})
        for s in SERVICIOS["servicios"]
    } == LOS_SERVICIOS
    assert len(SERVICIOS["servicios"]) == 13
    assert all(s["codigo"].startswith(s["objetivo"] + "-S") for s in SERVICIOS["servicios"])


def test_siete_son_de_ejecucion_inmediata() -> None:
    inmediatas = Counter(s["objetivo"] for s in SERVICIOS["servicios"] if s["ejecucion"] == "inmediata")
    assert inmediatas == {"OP.01": 1, "OP.02": 3, "OP.03": 1, "OP.04": 1, "OP.05": 1}


def test_lo_inferido_de_un_servicio_lo_dice_en_sus_notas() -> None:
    parafraseados = {s["codigo"] for s in SERVICIOS["servicios"] if s["nombre_es_parafrasis"]}
    assert parafraseados == {"OP.06-S1", "OP.06-S2"}
    for servicio in SERVICIOS["servicios"]:
        assert servicio["notas"]
        assert not servicio["ejecucion_inferida"] or "se infiere" in servicio["notas"]
        assert not servicio["nombre_es_parafrasis"] or "paráfrasis" in servicio["notas"]
        assert {p["rol"] for p in servicio["participaciones"]} <= {"no_consta"}


def test_los_documentos_de_provision() -> None:
    documentos = Counter((s["codigo"], d["estado"]) for s in SERVICIOS["servicios"] for d in s["documentos"])
    assert documentos == {
        ("OP.01-S1", "necesario"): 1,
        ("OP.02-S3", "en_diseno"): 1,
        ("OP.02-S3", "aprobado"): 1,
        ("OP.02-S4", "aprobado"): 1,
        ("OP.03-S3", "necesario"): 1,
    }


def test_las_suspensiones_por_la_pandemia() -> None:
    assert [(s["objetivo"], s["actividad"]) for s in SERVICIOS["suspensiones"]] == [
        ("OP.03", "Visitas presenciales"),
        ("OP.04", "Educación"),
        ("OP.04", "Actividades productivas"),
        ("OP.04", "Talleres"),
        ("OP.04", "Actividades culturales"),
        ("OP.04", "Ingreso de personas a los establecimientos"),
    ]
    assert [s["actividad"] for s in SERVICIOS["suspensiones"] if "medida_alternativa" in s] == ["Visitas presenciales"]


@pytest.mark.parametrize("clave", ["intervenciones", "suspensiones"])
def test_lo_ligado_a_un_servicio_es_de_su_objetivo(clave: str) -> None:
    titulos = [(x["objetivo"], x["anio"], x.get("titulo", x.get("actividad"))) for x in SERVICIOS[clave]]
    assert len(set(titulos)) == len(titulos)
    assert all(x.get("servicio", x["objetivo"]).startswith(x["objetivo"]) for x in SERVICIOS[clave])


# Política


def test_la_politica_y_sus_objetivos() -> None:
    politica = POLITICA["politica"]
    assert (politica["anio_inicio"], politica["anio_fin"], politica["rectora"]) == (2020, 2030, "MINJUSDH")
    assert [o["codigo"] for o in POLITICA["objetivos"]] == [f"OP.0{n}" for n in range(1, 7)]
    assert {o["codigo"] for o in POLITICA["objetivos"] if o["priorizado"]} == {"OP.01", "OP.02"}
    assert all(bool(o.get("nota_priorizacion")) == o["priorizado"] for o in POLITICA["objetivos"])
    assert POLITICA["lineamientos"] == [], "Los 27 lineamientos no se conocen: no se inventan."
    assert (POLITICA["umbrales"]["verde"], POLITICA["umbrales"]["amarillo"]) == ("95", "75")


def test_la_ruta_del_plan() -> None:
    assert [
        (h["orden"], h["cumplido"], h.get("fecha"), h.get("precision_fecha"), h.get("norma")) for h in POLITICA["hitos"]
    ] == [
        (1, True, "2020-09-25", "dia", "ds-011-2020-jus"),
        (2, True, "2021-05-01", "mes", None),
        (3, False, None, None, None),
        (4, True, "2024-01-01", "anio", "ds-003-2024-jus"),
    ]


def test_las_seis_alternativas() -> None:
    primera, *resto = POLITICA["alternativas"]
    assert (primera["estado"], primera["fecha"], primera["norma"]) == ("atendida", "2024-01-01", "ds-003-2024-jus")
    assert [(a["orden"], a["estado"]) for a in resto] == [(n, "no_consta") for n in range(2, 7)]


def test_un_texto_por_objetivo_y_seccion() -> None:
    secciones = [(t.get("objetivo"), t["seccion"]) for t in POLITICA["avances_narrativos"]]
    por_objetivo = [(o["codigo"], s) for o in POLITICA["objetivos"] for s in ("avance", "intervenciones")]
    assert secciones == [(None, "resultado_general"), *por_objetivo]
    assert {t["anio"] for t in POLITICA["avances_narrativos"]} == {2021}


@pytest.mark.parametrize("codigo", [c for c, cifras in CIFRAS.items() if any(x[0].isdigit() for x in cifras)])
def test_el_relato_de_cada_objetivo_dice_las_cifras_de_sus_indicadores(codigo: str) -> None:
    relato = next(
        t["texto"]
        for t in POLITICA["avances_narrativos"]
        if (t.get("objetivo"), t["seccion"]) == (codigo[:5], "avance")
    )
    en_el_texto = set(re.findall(r"[0-9]+(?:,[0-9]+)?(?= %)", relato))
    assert {cifra.replace(".", ",") for cifra in CIFRAS[codigo] if cifra[0].isdigit()} <= en_el_texto


# Referencias y forma


def test_toda_referencia_existe() -> None:
    fuentes = {f["codigo"] for f in POLITICA["fuentes"] + COMPLEMENTARIO["fuentes"]}
    conocidos = {
        "fuente": fuentes,
        "norma": {n["codigo"] for n in POLITICA["normas"]},
        "entidad": {e["sigla"] for e in POLITICA["entidades"]},
        "rectora": {e["sigla"] for e in POLITICA["entidades"]},
        "objetivo": {o["codigo"] for o in POLITICA["objetivos"]},
        "servicio": {s["codigo"] for s in SERVICIOS["servicios"]},
        "indicador": {i["codigo"] for i in INDICADORES},
    }
    assert set(COMPLEMENTARIO["serie_nacional"]["fuentes"].values()) <= fuentes
    rotas = [
        (clave, objeto[clave])
        for objeto in objetos(list(ARCHIVOS.values()))
        for clave in conocidos
        if clave in objeto and objeto[clave] not in conocidos[clave]
    ]
    assert not rotas


def test_ningun_codigo_se_repite() -> None:
    for grupo in (
        [f["codigo"] for f in POLITICA["fuentes"] + COMPLEMENTARIO["fuentes"]],
        [n["codigo"] for n in POLITICA["normas"]],
        [e["sigla"] for e in POLITICA["entidades"]],
        [i["codigo"] for i in INDICADORES + DE_SERVICIOS],
    ):
        assert len(set(grupo)) == len(grupo)


def test_lo_oficial_no_depende_de_lo_complementario() -> None:
    propias = {f["codigo"] for f in POLITICA["fuentes"]}
    usadas = {o["fuente"] for o in objetos([POLITICA, INDICADORES, SERVICIOS]) if "fuente" in o}
    assert usadas == propias


def test_cada_fecha_declara_su_precision_y_es_el_primer_dia_de_su_lapso() -> None:
    for objeto in objetos(list(ARCHIVOS.values())):
        assert ("fecha" in objeto) == ("precision_fecha" in objeto), objeto
        if "fecha" in objeto:
            fecha = date.fromisoformat(objeto["fecha"])
            dias = {"dia": fecha.day, "mes": 1, "anio": 1}
            assert fecha.day == dias[objeto["precision_fecha"]]
            assert objeto["precision_fecha"] != "anio" or fecha.month == 1


def test_nada_esta_vacio_y_los_textos_estan_limpios() -> None:
    vacios = [objeto for objeto in objetos(list(ARCHIVOS.values())) for valor in objeto.values() if valor in ("", None)]
    assert not vacios
    sucios = [texto for texto in textos(list(ARCHIVOS.values())) if texto != " ".join(texto.split()) or '"' in texto]
    assert not sucios


# Datos complementarios


def test_los_establecimientos_suman_lo_que_informa_el_inpe() -> None:
    filas = leer_csv("inpe_establecimientos.csv")
    columnas = ("sin_sentencia_h", "sin_sentencia_m", "sentenciados_h", "sentenciados_m")
    assert len({fila["codigo"] for fila in filas}) == len(filas) == 69
    assert sum(int(fila["capacidad"]) for fila in filas) == 41764
    assert sum(int(fila[columna]) for fila in filas for columna in columnas) == 103717
    assert sum(int(fila[columna]) for fila in filas for columna in columnas[:2]) == 37924
    assert all(re.fullmatch(r"[0-9]{2}", fila["ubigeo"]) for fila in filas)


def test_las_ocho_oficinas_cubren_los_establecimientos() -> None:
    oficinas = {o["clave_csv"]: o["codigo"] for o in COMPLEMENTARIO["oficinas_regionales"]}
    assert sorted(oficinas.values()) == [
        "OR-ALTIPLANO", "OR-CENTRO", "OR-LIMA", "OR-NOR-ORIENTE", "OR-NORTE", "OR-ORIENTE", "OR-SUR", "OR-SUR-ORIENTE",
    ]  # fmt: skip
    assert {fila["oficina_regional"] for fila in leer_csv("inpe_establecimientos.csv")} == set(oficinas)


def test_la_serie_nacional_tiene_fuente_por_periodo_y_coincide_con_los_establecimientos() -> None:
    filas = leer_csv("inpe_sin_sentencia.csv")
    serie = {fila["periodo"]: (int(fila["sin_sentencia"]), int(fila["poblacion_penal"])) for fila in filas}
    assert list(serie) == list(COMPLEMENTARIO["serie_nacional"]["fuentes"])
    assert serie[COMPLEMENTARIO["establecimientos"]["periodo"]] == (37924, 103717)
    for archivo in (COMPLEMENTARIO["serie_nacional"]["archivo"], COMPLEMENTARIO["establecimientos"]["archivo"]):
        assert (FIXTURES / "complementario" / archivo).is_file()


def test_las_direcciones_son_completas() -> None:
    direcciones = [f["url"] for f in POLITICA["fuentes"] + COMPLEMENTARIO["fuentes"] if "url" in f]
    assert len(direcciones) == 5
    assert all(re.fullmatch(r"https://[\w.-]+/[\w./-]*[\w/]", url) for url in direcciones)
