"""Las respuestas son, clave por clave y en su orden, las del contrato; y lo que falta se dice con su razón."""

from typing import Any

import pytest
from django.utils import timezone

from tests.api.conftest import Pedir
from tests.politica_real import CARGADA_EN

pytestmark = pytest.mark.usefixtures("politica_cargada")

AL_2021 = {"corte": "2021-12-31"}
OBJETIVOS = ["OP.01", "OP.02", "OP.03", "OP.04", "OP.05", "OP.06"]
SIN_NADA = ["OP.01-I1", "OP.03-I2", "OP.04-I2", "OP.05-I1", "OP.05-I2", "OP.06-I1", "OP.06-I2"]


CARGADA = timezone.localtime(CARGADA_EN).isoformat()


def razon(codigo: str, texto: Any = ..., fecha: str | None = None) -> dict[str, Any]:
    return {"codigo": codigo, "texto": texto, "fecha_compromiso": fecha}


def test_un_indicador_como_en_el_contrato(pedir: Pedir) -> None:
    cuerpo = pedir("indicadores/OP.01-I2/", **AL_2021)

    assert list(cuerpo) == [
        *("codigo", "codigo_oficial", "tipo", "nombre", "objetivo", "servicio", "unidad", "simbolo", "decimales"),
        *("sentido", "periodicidad", "estado", "linea_base", "logros_esperados", "ultima_medicion", "avance"),
        *("ultimo_avance", "ficha", "actualizado_en", "enlaces"),
    ]
    esperado = {
        "codigo": "OP.01-I2",
        "codigo_oficial": None,
        "tipo": "objetivo",
        "nombre": "Porcentaje de personas privadas de libertad sin sentencia",
        "objetivo": "OP.01",
        "servicio": None,
        "unidad": "porcentaje",
        "simbolo": "%",
        "decimales": 1,
        "sentido": "descendente",
        "periodicidad": None,
        "estado": "con_medicion",
        "logros_esperados": [{"anio": 2021, "valor": 30, "motivo": None}],
    }
    assert {clave: cuerpo[clave] for clave in esperado} == esperado
    base = cuerpo["linea_base"]
    assert list(base) == ["anio", "valor", "motivo"]
    assert (base["anio"], base["valor"]) == (2019, None)
    assert base["motivo"] == razon("no_consta", base["motivo"]["texto"])
    assert base["motivo"]["texto"]


def test_la_ultima_medicion_como_en_el_contrato(pedir: Pedir) -> None:
    ultima = pedir("indicadores/OP.01-I2/", **AL_2021)["ultima_medicion"]

    assert list(ultima) == [
        *("id", "periodo", "fin", "ambito", "sexo", "valor", "motivo", "numerador", "denominador", "caracter"),
        *("situacion", "se_repite", "version", "publicada_en", "fuente", "enlaces"),
    ]
    numero = ultima.pop("id")
    assert isinstance(numero, str)
    assert ultima == {
        "periodo": "2021-03",
        "fin": "2021-03-31",
        "ambito": "PE",
        "sexo": "T",
        "valor": 35,
        "motivo": None,
        "numerador": 30326,
        "denominador": None,
        "caracter": "oficial",
        "situacion": "definitiva",
        "se_repite": False,
        "version": 1,
        "publicada_en": CARGADA,
        "fuente": {"nombre": "INPE, Informe Estadístico, marzo de 2021", "url": None},
        "enlaces": {"constancia": f"http://testserver/cifra/{numero}/"},
    }


def test_el_avance_como_en_el_contrato(pedir: Pedir) -> None:
    cuerpo = pedir("indicadores/OP.01-I2/", **AL_2021)

    assert list(cuerpo["avance"].items()) == [
        ("anio", 2021),
        ("tipo_i", 85.71),
        ("tipo_ii", None),
        ("semaforo", "amarillo"),
        ("parcial", True),
        ("motivo", None),
        ("motivo_tipo_ii", {"codigo": "sin_linea_base", "texto": "no hay línea base con la cual comparar"}),
    ]
    assert cuerpo["ultimo_avance"] == cuerpo["avance"]
    assert {"justificacion", "metodo_calculo", "responsable", "relevancia", "notas"} <= set(cuerpo["ficha"])
    assert cuerpo["ficha"]["metodo_calculo"] is None
    assert cuerpo["actualizado_en"] == CARGADA
    assert cuerpo["enlaces"] == {
        "pagina": "http://testserver/indicadores/OP.01-I2/",
        "mediciones": "http://testserver/api/v1/mediciones/?indicador=OP.01-I2",
    }


def test_a_un_corte_sin_dato_ni_logro_el_ultimo_avance_lleva_su_propio_anio(pedir: Pedir) -> None:
    cuerpo = pedir("indicadores/OP.01-I2/", corte="2026-06-30")

    assert cuerpo["avance"]["anio"] == 2026
    assert (cuerpo["avance"]["tipo_i"], cuerpo["avance"]["semaforo"]) == (None, "sin_datos")
    assert cuerpo["avance"]["motivo"]["codigo"] == "sin_medicion"
    assert cuerpo["ultimo_avance"]["anio"] == 2021
    assert cuerpo["ultimo_avance"]["tipo_i"] == 85.71


@pytest.mark.parametrize(
    ("codigo", "base", "en_2020", "logro"),
    [
        ("OP.01-I1", "no_medido", "no_medido", "no_consta"),
        ("OP.01-I2", "no_consta", 37, 30),
        ("OP.02-I1", 33, 33, 35),
        ("OP.02-I2", 1.3, 1.3, 8),
        ("OP.03-I1", 11.3, 11.3, 15),
        ("OP.03-I2", "no_consta", "no_consta", "progresivo"),
        ("OP.04-I1", 1.9, "no_consta", 3),
        ("OP.04-I2", "no_medido", "no_medido", "no_consta"),
        ("OP.04-I3", "no_consta", 34.9, 45),
        ("OP.05-I1", "no_existe", "no_existe", "no_consta"),
        ("OP.05-I2", "requiere_estudio", "requiere_estudio", "no_consta"),
        ("OP.06-I1", "no_medido", "no_medido", "progresivo"),
        ("OP.06-I2", "no_medido", "no_medido", "progresivo"),
    ],
)
def test_cada_cifra_de_la_fuente_o_la_razon_de_que_falte(
    pedir: Pedir, codigo: str, base: Any, en_2020: Any, logro: Any
) -> None:
    def dicho(cifra: dict[str, Any]) -> Any:
        assert (cifra["valor"] is None) is (cifra["motivo"] is not None)
        return cifra["valor"] if cifra["motivo"] is None else cifra["motivo"]["codigo"]

    cuerpo = pedir(f"indicadores/{codigo}/", **AL_2021)
    [logro_2021] = cuerpo["logros_esperados"]
    filas = pedir("mediciones/", indicador=codigo, periodo="2020", caracter="oficial")["results"]

    assert (cuerpo["linea_base"]["anio"], dicho(cuerpo["linea_base"])) == (2019, base)
    assert (logro_2021["anio"], dicho(logro_2021)) == (2021, logro)
    if filas:
        [fila] = filas
        assert dicho(fila) == en_2020
    else:
        assert not isinstance(en_2020, int | float)


@pytest.mark.parametrize(
    ("codigo", "valores"),
    [
        ("OP.01-S1-I1", [38]),
        ("OP.02-S2-I1", [715]),
        ("OP.02-S3-I1", [0]),
        ("OP.03-S2-I1", [15]),
        ("OP.03-S2-I2", [3]),
    ],
)
def test_la_cobertura_de_los_servicios(pedir: Pedir, codigo: str, valores: list[int]) -> None:
    cuerpo = pedir(f"indicadores/{codigo}/", **AL_2021)

    assert (cuerpo["tipo"], cuerpo["objetivo"], cuerpo["servicio"]) == ("servicio", None, codigo[:8])
    assert [fila["valor"] for fila in pedir("mediciones/", indicador=codigo, periodo="2021-S1")["results"]] == valores
    assert cuerpo["ultima_medicion"]["valor"] == valores[0]
    assert type(cuerpo["ultima_medicion"]["valor"]) is int
    assert cuerpo["estado"] == "con_medicion"


@pytest.mark.parametrize("codigo", SIN_NADA)
def test_lo_que_nunca_se_midio_es_null_con_razon_y_nunca_cero(pedir: Pedir, codigo: str) -> None:
    cuerpo = pedir(f"indicadores/{codigo}/", **AL_2021)

    assert cuerpo["estado"] == "sin_medicion"
    assert cuerpo["linea_base"]["valor"] is None
    assert cuerpo["linea_base"]["motivo"]["texto"]
    assert cuerpo["ultima_medicion"] is None
    avance = cuerpo["avance"]
    assert (avance["tipo_i"], avance["tipo_ii"], avance["semaforo"]) == (None, None, "sin_datos")
    esperado = "sin_sentido" if codigo == "OP.05-I2" else "sin_medicion"
    assert (avance["motivo"]["codigo"], avance["motivo_tipo_ii"]["codigo"]) == (esperado, esperado)
    assert cuerpo["ultimo_avance"] is None


def test_una_fila_de_mediciones_es_la_ultima_medicion_con_su_indicador(pedir: Pedir) -> None:
    ultima = pedir("indicadores/OP.01-I2/", **AL_2021)["ultima_medicion"]
    [fila] = pedir("mediciones/", indicador="OP.01-I2", periodo="2021-03", caracter="oficial")["results"]

    assert list(fila.items()) == [("indicador", "OP.01-I2"), *ultima.items()]
    detalle = pedir(f"mediciones/{fila['id']}/")
    assert list(detalle.items()) == [*fila.items(), ("sustituida_en", None)]


def test_los_seis_objetivos_y_sus_trece_indicadores(pedir: Pedir, codigos: Pedir) -> None:
    assert codigos("objetivos/") == OBJETIVOS
    assert [len(pedir(f"objetivos/{codigo}/")["indicadores"]) for codigo in OBJETIVOS] == [2, 2, 2, 3, 2, 2]
    cuerpo = pedir("objetivos/OP.02/", **AL_2021)
    claves = ["codigo", "nombre", "priorizado", "indicadores", "servicios", "avance", "lineamientos", "enlaces"]
    assert list(cuerpo) == claves
    assert cuerpo["servicios"] == ["OP.02-S1", "OP.02-S2", "OP.02-S3", "OP.02-S4"]
    # En 2021 ninguno de los dos se midió: el avance no es cero, no existe.
    assert list(cuerpo["avance"]) == ["anio", "valor", "con_dato", "de", "parcial", "motivo"]
    assert cuerpo["avance"]["valor"] is None
    assert (cuerpo["avance"]["con_dato"], cuerpo["avance"]["de"]) == (0, 2)
    assert cuerpo["avance"]["motivo"]["codigo"] == "sin_medicion"


def test_el_avance_de_un_objetivo_dice_con_cuantos_datos(pedir: Pedir) -> None:
    avance = pedir("objetivos/OP.01/", **AL_2021)["avance"]

    esperado = {"anio": 2021, "valor": 85.71, "con_dato": 1, "de": 2, "parcial": True, "motivo": None}
    assert avance == esperado


def test_un_servicio_como_en_el_contrato(pedir: Pedir, codigos: Pedir) -> None:
    assert len(codigos("servicios/")) == 13
    cuerpo = pedir("servicios/OP.01-S1/", **AL_2021)
    assert list(cuerpo)[:12] == [
        *("codigo", "nombre", "objetivo", "lineamiento", "ejecucion", "estado", "entidades", "documentos"),
        *("indicadores", "suspensiones", "notas", "enlaces"),
    ]
    assert (cuerpo["objetivo"], cuerpo["lineamiento"], cuerpo["ejecucion"]) == ("OP.01", None, "inmediata")
    assert [entidad["sigla"] for entidad in cuerpo["entidades"]] == ["INPE", "MINJUSDH", "MP", "PJ"]
    assert {"sigla", "nombre", "rol"} == set(cuerpo["entidades"][0])
    assert list(cuerpo["documentos"][0]) == ["titulo", "estado", "norma", "fecha"]
    assert cuerpo["indicadores"] == ["OP.01-S1-I1"]
    assert cuerpo["enlaces"] == {"pagina": "http://testserver/servicios/OP.01-S1/"}


def test_las_suspensiones_de_un_servicio_no_se_ven_antes_de_informarse(pedir: Pedir) -> None:
    assert [fila["anio"] for fila in pedir("servicios/OP.03-S1/", **AL_2021)["suspensiones"]] == [2021]
    assert pedir("servicios/OP.03-S1/", corte="2020-12-31")["suspensiones"] == []


def test_una_entidad_y_un_ambito(pedir: Pedir) -> None:
    entidad = pedir("entidades/INPE/")
    assert list(entidad) == ["sigla", "nombre", "es_colectiva", "servicios", "indicadores", "enlaces"]
    assert {"codigo": "OP.01-S1", "rol": "no_consta"} in entidad["servicios"]
    assert "OP.01-S1-I1" in entidad["indicadores"]
    assert pedir("ambitos/PE/") == {
        "codigo": "PE",
        "nombre": "Perú",
        "nivel": "nacional",
        "padre": None,
        "departamento": None,
        "ubigeo": None,
        "capacidad": None,
    }
    assert pedir("ambitos/OR-ALTIPLANO/")["padre"] == "PE"


def test_la_politica_y_su_ruta_al_corte(pedir: Pedir) -> None:
    antes, despues = pedir("politica/", **AL_2021), pedir("politica/", corte="2025-01-01")

    assert (despues["horizonte"], despues["rectora"]["sigla"]) == ({"inicio": 2020, "fin": 2030}, "MINJUSDH")
    assert despues["objetivos"] == OBJETIVOS
    assert len(despues["alternativas"]) == 6
    assert {hito["orden"]: hito["fecha"] for hito in despues["hitos"]} == {
        1: "2020-09-25",
        2: "2021-05",
        3: None,
        4: "2024",
    }
    assert 4 not in {hito["orden"] for hito in antes["hitos"]}
    assert "ds-003-2024-jus" not in {norma["codigo"] for norma in antes["normas"]}
    pem = {cuando: cuerpo["alternativas"][0] for cuando, cuerpo in (("antes", antes), ("despues", despues))}
    assert (pem["antes"]["estado"], pem["antes"]["fecha"], pem["antes"]["norma"]) == ("no_consta", None, None)
    assert (pem["despues"]["estado"], pem["despues"]["norma"]) == ("atendida", "ds-003-2024-jus")


def test_el_resumen_reparte_los_trece_indicadores(pedir: Pedir) -> None:
    cuerpo = pedir("avance/", **AL_2021)
    cuentas = cuerpo["resumen"]

    assert (cuentas["total"], cuentas["con_medicion"], cuentas["sin_medicion"]) == (13, 6, 7)
    assert sum(cuentas["luces"].values()) == 13
    assert sum(len(objetivo["indicadores"]) for objetivo in cuerpo["objetivos"]) == 13
    assert len(cuerpo["cobertura"]) == 5
    assert [hito["orden"] for hito in cuerpo["hitos"] if hito["cumplido"]] == [1, 2]
    en_resumen = {
        suyo["codigo"]: suyo["avance"] for objetivo in cuerpo["objetivos"] for suyo in objetivo["indicadores"]
    }
    for codigo, avance in en_resumen.items():
        assert avance == pedir(f"indicadores/{codigo}/", **AL_2021)["avance"]


def test_la_raiz_lleva_a_cada_recurso(pedir: Pedir, client: Any) -> None:
    for nombre, enlace in pedir("", corte=None, a_la_fecha=None).items():
        assert client.get(enlace).status_code == 200, nombre


def test_antes_de_la_primera_publicacion_no_hay_cifras_ni_error(pedir: Pedir) -> None:
    """El catálogo está y las cifras no."""
    cuerpo = pedir("indicadores/OP.01-I2/", a_la_fecha="2020-01-01", **AL_2021)

    assert (cuerpo["linea_base"], cuerpo["logros_esperados"], cuerpo["ultima_medicion"]) == (None, [], None)
    assert cuerpo["actualizado_en"] is None
    assert cuerpo["avance"]["motivo"]["codigo"] == "sin_medicion"
    assert pedir("mediciones/", a_la_fecha="2020-01-01")["count"] == 0
