"""Lo que se ve depende de qué se había publicado y cuándo; un borrador no existe y una celda reservada no se deduce."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from indicadores import acciones
from indicadores.models import Medicion
from tests.api.conftest import Pedir
from tests.fabricas import (
    AmbitoFactory,
    IndicadorFactory,
    arbol,
    corregida,
    en_etapa,
    linea_base,
    logro,
    minuto,
    publicada,
)

pytestmark = pytest.mark.django_db
#: Justo antes y justo después de lo que ocurre en el minuto cero.
ANTES, DESPUES = minuto(-1).isoformat(), minuto(0.5).isoformat()


def en_lima(minutos: float) -> str:
    return timezone.localtime(minuto(minutos)).isoformat()


@pytest.mark.parametrize("etapa", ["borrador", "en_revision", "observada", "descartada"])
def test_lo_que_no_se_publico_no_existe(pedir: Pedir, etapa: str) -> None:
    medicion = en_etapa(etapa, valor=Decimal("77.7"))
    codigo = medicion.indicador.codigo

    assert pedir("mediciones/")["count"] == 0
    pedir(f"mediciones/{medicion.pk}/", espera=404)
    assert pedir(f"indicadores/{codigo}/")["ultima_medicion"] is None
    for ruta in ("indicadores/", "mediciones/", "avance/", f"objetivos/{medicion.indicador.objetivo.codigo}/"):
        assert "77.7" not in str(pedir(ruta))


def test_un_borrador_de_correccion_no_altera_lo_vigente(pedir: Pedir, personas: Any) -> None:
    medicion = publicada(valor=40)
    borrador = acciones.corregir(medicion, por=personas.analista, valor=50, motivo="Errata", ahora=minuto(1))

    [fila] = pedir("mediciones/")["results"]
    assert (fila["id"], fila["valor"], fila["version"]) == (str(medicion.pk), 40, 1)
    pedir(f"mediciones/{borrador.pk}/", espera=404)


def test_cada_version_rige_en_su_intervalo(pedir: Pedir) -> None:
    primera = publicada(valor=40, periodo="2020")
    segunda = corregida(primera, valor=41, ahora=minuto(1))

    def valores(momento: str) -> list[Any]:
        return [fila["valor"] for fila in pedir("mediciones/", a_la_fecha=momento)["results"]]

    momentos = (ANTES, minuto(0).isoformat(), DESPUES, minuto(1).isoformat())
    assert [valores(momento) for momento in momentos] == [[], [40], [40], [41]]
    pedir(f"mediciones/{primera.pk}/", espera=404, a_la_fecha=ANTES)
    assert pedir(f"mediciones/{primera.pk}/", a_la_fecha=DESPUES)["sustituida_en"] is None
    assert pedir(f"mediciones/{primera.pk}/")["sustituida_en"] == en_lima(1)
    assert pedir(f"mediciones/{segunda.pk}/")["version"] == 2
    pedir(f"mediciones/{segunda.pk}/", espera=404, a_la_fecha=DESPUES)


def test_lo_publicado_en_un_momento_puede_volver_como_fecha(pedir: Pedir) -> None:
    medicion = publicada(ahora=minuto(0).replace(microsecond=123456))
    momento = pedir(f"mediciones/{medicion.pk}/")["publicada_en"]
    assert pedir("mediciones/", a_la_fecha=momento)["count"] == 1


def test_una_cifra_retirada_solo_queda_en_su_historia(pedir: Pedir) -> None:
    medicion = en_etapa("retirada")
    assert pedir("mediciones/")["count"] == 0
    assert pedir(f"mediciones/{medicion.pk}/")["sustituida_en"] is not None


def test_el_corte_tambien_vale_para_una_version(pedir: Pedir) -> None:
    medicion = publicada(periodo="2021")
    pedir(f"mediciones/{medicion.pk}/", espera=404, corte="2021-12-30")
    pedir(f"mediciones/{medicion.pk}/", corte="2021-12-31")


def test_actualizado_en_es_la_ultima_cifra_a_la_vista(pedir: Pedir) -> None:
    indicador = IndicadorFactory()
    ruta = f"indicadores/{indicador.codigo}/"
    assert pedir(ruta)["actualizado_en"] is None
    linea_base(indicador, 10, ahora=minuto(0))
    publicada(indicador=indicador, periodo="2021", ahora=minuto(1))
    logro(indicador, 30, ahora=minuto(2))
    logro(indicador, 40, anio=2025, ahora=minuto(3))

    assert pedir(ruta)["actualizado_en"] == en_lima(3)
    assert [fila["anio"] for fila in pedir(ruta)["logros_esperados"]] == [2021, 2025]
    assert pedir(ruta, a_la_fecha=minuto(1).isoformat())["actualizado_en"] == en_lima(1)


def test_una_ausencia_dice_lo_que_alguien_explico(pedir: Pedir) -> None:
    fecha = Medicion._meta.get_field("fecha_compromiso").to_python("2027-06-30")
    explicada = publicada(
        motivo_ausencia="requiere_estudio", texto_ausencia="Falta un estudio de línea base", fecha_compromiso=fecha
    )
    muda = publicada(indicador=explicada.indicador, periodo="2019", motivo_ausencia="no_medido")

    assert pedir(f"mediciones/{explicada.pk}/")["motivo"] == {
        "codigo": "requiere_estudio",
        "texto": "Falta un estudio de línea base",
        "fecha_compromiso": "2027-06-30",
    }
    assert pedir(f"mediciones/{muda.pk}/")["motivo"] == {
        "codigo": "no_medido",
        "texto": "todavía no se ha medido",
        "fecha_compromiso": None,
    }


def test_una_celda_reservada_no_se_ve_ni_se_deduce(client: Client, pedir: Pedir) -> None:
    _, _, [penal, otro] = arbol(2)
    indicador = IndicadorFactory()
    for ambito, sexo, numerador, denominador in (
        (penal, "M", 3, 7),
        (penal, "H", 123, 457),
        (penal, "T", 126, 464),
        (otro, "T", 200, 500),
    ):
        publicada(
            indicador=indicador, ambito=ambito, sexo=sexo, valor=None, numerador=numerador, denominador=denominador
        )

    reservadas = Medicion.objects.filter(reservada=True)
    assert {(suya.ambito_id, suya.sexo) for suya in reservadas} >= {(penal.pk, "M")}
    for oculta in reservadas:
        for cuerpo in (
            pedir(f"mediciones/{oculta.pk}/"),
            *(fila for fila in pedir("mediciones/")["results"] if fila["id"] == str(oculta.pk)),
        ):
            assert (cuerpo["valor"], cuerpo["numerador"], cuerpo["denominador"]) == (None, None, None)
            assert cuerpo["motivo"]["codigo"] == "pocas_personas"
            assert cuerpo["se_repite"] is False
    assert "42.857" not in client.get("/api/v1/mediciones/?a_la_fecha=2030-12-31").content.decode()


def test_se_repite_igual_en_la_lista_y_en_el_indicador(pedir: Pedir) -> None:
    indicador = IndicadorFactory()
    linea_base(indicador, 33, anio=2018)
    for periodo, valor in (("2019", 33), ("2020", 34), ("2020-03", 34), ("2020-S1", 34), ("2021", 34)):
        publicada(indicador=indicador, periodo=periodo, valor=valor)

    filas = pedir("mediciones/", indicador=indicador.codigo)["results"]
    assert {fila["periodo"]: fila["se_repite"] for fila in filas} == {
        "2019": True,
        "2020": False,
        "2020-03": False,
        "2020-S1": False,
        "2021": True,
    }
    for corte in ("2019-12-31", "2020-12-31", "2021-12-31"):
        ultima = pedir(f"indicadores/{indicador.codigo}/", corte=corte)["ultima_medicion"]
        assert ultima["se_repite"] == {fila["id"]: fila["se_repite"] for fila in filas}[ultima["id"]]


def test_se_repite_dentro_de_cada_serie(pedir: Pedir) -> None:
    """Ámbito, sexo, carácter y granularidad separan las series; los meses 09 y 10 son de la misma."""
    pais, _, [penal, otro] = arbol(2)
    indicador = IndicadorFactory(cuenta_personas=False)
    linea_base(indicador, 20)
    comun = {"indicador": indicador, "valor": 20}
    ids = {
        nombre: str(publicada(**(comun | datos)).pk)
        for nombre, datos in {
            "penal 2020, no hay otra del penal": {"ambito": penal, "periodo": "2020"},
            "penal 2021": {"ambito": penal, "periodo": "2021"},
            "otro penal 2021": {"ambito": otro, "periodo": "2021"},
            "hombres 2021": {"ambito": penal, "periodo": "2021", "sexo": "H"},
            "referencial 2021": {"ambito": penal, "periodo": "2021", "caracter": "referencial"},
            "setiembre": {"ambito": pais, "periodo": "2021-09"},
            "octubre": {"ambito": pais, "periodo": "2021-10"},
            "noviembre, con otro numerador": {"ambito": pais, "periodo": "2021-11", "numerador": 7},
            "diciembre, con otro más": {"ambito": pais, "periodo": "2021-12", "numerador": 8},
        }.items()
    }
    repetidas = {fila["id"] for fila in pedir("mediciones/")["results"] if fila["se_repite"]}
    assert {nombre for nombre, clave in ids.items() if clave in repetidas} == {
        "penal 2021",
        "octubre",
        "noviembre, con otro numerador",
    }


def test_se_repite_se_salta_las_ausencias_y_lo_que_aun_no_regia(pedir: Pedir) -> None:
    indicador = IndicadorFactory()
    AmbitoFactory()
    primera = publicada(indicador=indicador, periodo="2019", valor=30)
    publicada(indicador=indicador, periodo="2020", motivo_ausencia="no_medido")
    tercera = publicada(indicador=indicador, periodo="2021", valor=30)
    corregida(primera, valor=29, ahora=minuto(1))

    assert pedir(f"mediciones/{tercera.pk}/", a_la_fecha=DESPUES)["se_repite"] is True
    assert pedir(f"mediciones/{tercera.pk}/")["se_repite"] is False
