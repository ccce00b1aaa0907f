"""El reporte de 2021 dice, en su sección, cada hecho con cifras de la fuente oficial; y ninguna otra cifra.

La lista sale del reporte de cumplimiento de 2021. Cada hecho son los fragmentos que deben leerse en la sección.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from penitenciaria.informe.composicion import componer
from penitenciaria.informe.contenido import cifras, reunir
from penitenciaria.informe.documento import Documento
from penitenciaria.informe.hechos import Informe, Que
from tests.informe.fabricas import seccion, texto_de

HECHOS = [
    ("resultado-general", ("el grupo de trabajo lo aprobó en mayo de 2021",)),
    ("resultado-general", ("25 de setiembre de 2020", "D.S. N° 011-2020-JUS")),
    ("resultado-general", ("Mayo de 2021: el grupo de trabajo aprueba el Plan Estratégico Multisectorial",)),
    ("resultado-general", ("Pendiente: comentarios del CEPLAN al PEM",)),
    ("resultado-general", ("siete de ejecución inmediata",)),
    ("resultado-general", ("COVID-19", "OP.01", "OP.02", "OP.04")),
    ("op-01-avance", ("siete servicios de ejecución inmediata", "grilletes electrónicos")),
    ("op-01-avance", ("(OP.01-I1) no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido",)),
    ("op-01-avance", ("bajó 2 puntos porcentuales: de 37 % en 2020 a 35 % (30.326 personas) en marzo de 2021",)),
    ("op-01-avance", ("No tiene línea base de 2019: las fuentes disponibles no la consignan",)),
    ("op-01-avance", ("lo esperado en 2021 (30 %)",)),
    ("op-01-avance", ("D.S. N° 004-2020-JUS", "N° 1459", "N° 1513", "N° 1514", "INPE", "Poder Judicial")),
    ("op-01-avance", ("INPE, Informe Estadístico, marzo de 2021",)),
    ("op-01-intervenciones", ("38 personas (beneficiarios de grilletes electrónicos)",)),
    ("op-01-intervenciones", ("MINJUSDH", "INPE", "Poder Judicial", "Ministerio Público", "bilaterales")),
    ("op-01-intervenciones", ("Protocolo o documento único de provisión; por elaborarse",)),
    ("op-02-avance", ("(OP.02-I1) se mantuvo en 33 % entre la línea base de 2019 y 2020",)),
    ("op-02-avance", ("El logro esperado de 2021 es 35 %",)),
    ("op-02-avance", ("(OP.02-I2) se mantuvo en 1,3 % entre la línea base de 2019 y 2020",)),
    ("op-02-avance", ("El logro esperado de 2021 es 8 %",)),
    ("op-02-avance", ("tres servicios de ejecución inmediata", "de manera periódica")),
    ("op-02-intervenciones", ("715 servidores (funcionarios y servidores dedicados a la salud)",)),
    ("op-02-intervenciones", ("0 centros de salud mental comunitarios implementados, es decir, ninguno",)),
    ("op-02-intervenciones", ("Resolución Directoral N° 050-2020-INPE/DTP", "menores de tres años")),
    ("op-02-intervenciones", ("menores de 36 meses", "MIMP", "INPE", "MIDIS", "MINSA", "MINEDU")),
    ("op-02-intervenciones", ("Exp. N° 04007-2015-PHC/TC",)),
    ("op-02-intervenciones", ("Instructivo N° 01-2021-INPE/DTP", "aprobado")),
    ("op-02-intervenciones", ("Plan de Acción de Salud Mental", "en diseño")),
    ("op-03-avance", ("(OP.03-I1) se mantuvo en 11,3 % entre la línea base de 2019 y 2020",)),
    ("op-03-avance", ("El logro esperado de 2021 es 15 %",)),
    ("op-03-avance", ("(OP.03-I2) no tiene línea base de 2019 ni valor de 2020", "de manera progresiva")),
    ("op-03-intervenciones", ("15 establecimientos con bloqueadores en funcionamiento",)),
    ("op-03-intervenciones", ("3 establecimientos con bloqueadores a prueba",)),
    ("op-03-intervenciones", ("Visitas presenciales", "COVID-19", "ideollamadas")),
    ("op-03-intervenciones", ("MINJUSDH", "INPE", "MP", "PNP", "MININTER")),
    ("op-04-avance", ("(OP.04-I1) solo cuenta con su línea base: 1,9 % en 2019",)),
    ("op-04-avance", ("No tiene valor de 2020: las fuentes disponibles no lo consignan",)),
    ("op-04-avance", ("El logro esperado de 2021 es 3 %",)),
    ("op-04-avance", ("(OP.04-I2) no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido",)),
    ("op-04-avance", ("(OP.04-I3) registró 34,9 % en 2020, su único valor oficial",)),
    ("op-04-avance", ("El logro esperado de 2021 es 45 %", "tamizaje")),
    (
        "op-04-intervenciones",
        ("Programa de Tratamiento Individualizado", "Educación, actividades productivas, talleres"),
    ),
    ("op-05-avance", ("(OP.05-I1) no tiene línea base de 2019 ni valor de 2020: no existe aún",)),
    ("op-05-avance", ("(OP.05-I2) no tiene línea base de 2019 ni valor de 2020: requiere un estudio previo",)),
    ("op-05-intervenciones", ("financiamiento", "CENECP", "DGAC", "Portal de transparencia y rendición de cuentas")),
    ("op-06-avance", ("(OP.06-I1) no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido",)),
    ("op-06-avance", ("(OP.06-I2) no tiene línea base de 2019 ni valor de 2020: todavía no se ha medido",)),
    ("op-06-avance", ("Tampoco tiene logro esperado de 2021: se fijará de manera progresiva",)),
    ("op-06-intervenciones", ("Gobiernos regionales", "Gobiernos locales", "Sociedad civil", "Sector privado")),
    ("alternativas", ("Aprobar el PEM por decreto supremo", "documentos de provisión", "Coordinar entre sectores")),
    ("alternativas", ("instrumentos de gestión", "Reducir brechas", "estudios e intervenciones")),
]

#: Lo publicado en la fuente: (indicador, qué, periodo) → valor. Todo lo demás son ausencias con motivo.
PUBLICADO = {
    ("OP.01-I2", Que.VALOR, "2020"): "37",
    ("OP.01-I2", Que.VALOR, "2021-03"): "35",
    ("OP.01-I2", Que.NUMERADOR, "2021-03"): "30326",
    ("OP.01-I2", Que.LOGRO_ESPERADO, "2021"): "30",
    ("OP.02-I1", Que.LINEA_BASE, "2019"): "33",
    ("OP.02-I1", Que.VALOR, "2020"): "33",
    ("OP.02-I1", Que.LOGRO_ESPERADO, "2021"): "35",
    ("OP.02-I2", Que.LINEA_BASE, "2019"): "1.3",
    ("OP.02-I2", Que.VALOR, "2020"): "1.3",
    ("OP.02-I2", Que.LOGRO_ESPERADO, "2021"): "8",
    ("OP.03-I1", Que.LINEA_BASE, "2019"): "11.3",
    ("OP.03-I1", Que.VALOR, "2020"): "11.3",
    ("OP.03-I1", Que.LOGRO_ESPERADO, "2021"): "15",
    ("OP.04-I1", Que.LINEA_BASE, "2019"): "1.9",
    ("OP.04-I1", Que.LOGRO_ESPERADO, "2021"): "3",
    ("OP.04-I3", Que.VALOR, "2020"): "34.9",
    ("OP.04-I3", Que.LOGRO_ESPERADO, "2021"): "45",
    ("OP.01-S1-I1", Que.VALOR, "2021-S1"): "38",
    ("OP.02-S2-I1", Que.VALOR, "2021-S1"): "715",
    ("OP.02-S3-I1", Que.VALOR, "2021-S1"): "0",
    ("OP.03-S2-I1", Que.VALOR, "2021-S1"): "15",
    ("OP.03-S2-I2", Que.VALOR, "2021-S1"): "3",
}
#: Por qué falta lo que falta: (indicador, qué) → motivo.
AUSENTE = {
    ("OP.01-I1", Que.LINEA_BASE): "no_medido",
    ("OP.01-I1", Que.VALOR): "no_medido",
    ("OP.01-I1", Que.LOGRO_ESPERADO): "no_consta",
    ("OP.01-I2", Que.LINEA_BASE): "no_consta",
    ("OP.03-I2", Que.LINEA_BASE): "no_consta",
    ("OP.03-I2", Que.VALOR): "no_consta",
    ("OP.03-I2", Que.LOGRO_ESPERADO): "progresivo",
    ("OP.04-I1", Que.VALOR): "no_consta",
    ("OP.04-I2", Que.LINEA_BASE): "no_medido",
    ("OP.04-I2", Que.VALOR): "no_medido",
    ("OP.04-I2", Que.LOGRO_ESPERADO): "no_consta",
    ("OP.04-I3", Que.LINEA_BASE): "no_consta",
    ("OP.05-I1", Que.LINEA_BASE): "no_existe",
    ("OP.05-I1", Que.VALOR): "no_existe",
    ("OP.05-I1", Que.LOGRO_ESPERADO): "no_consta",
    ("OP.05-I2", Que.LINEA_BASE): "requiere_estudio",
    ("OP.05-I2", Que.VALOR): "requiere_estudio",
    ("OP.05-I2", Que.LOGRO_ESPERADO): "no_consta",
    ("OP.06-I1", Que.LINEA_BASE): "no_medido",
    ("OP.06-I1", Que.VALOR): "no_medido",
    ("OP.06-I1", Que.LOGRO_ESPERADO): "progresivo",
    ("OP.06-I2", Que.LINEA_BASE): "no_medido",
    ("OP.06-I2", Que.VALOR): "no_medido",
    ("OP.06-I2", Que.LOGRO_ESPERADO): "progresivo",
}
DE_LA_FUENTE = (Que.LINEA_BASE, Que.VALOR, Que.LOGRO_ESPERADO, Que.NUMERADOR, Que.DENOMINADOR)


@pytest.fixture
def informe(politica_cargada: Any) -> Informe:
    return reunir(anio=2021, corte=date(2021, 6, 30), a_la_fecha=politica_cargada.cargada_en)


@pytest.fixture
def documento(informe: Informe) -> Documento:
    return componer(informe)


def test_cada_hecho_de_la_fuente_esta_en_su_seccion(documento: Documento) -> None:
    for ancla, fragmentos in HECHOS:
        texto = seccion(documento, ancla)
        for fragmento in fragmentos:
            assert fragmento in texto, f"{ancla}: falta «{fragmento}»"


def test_el_encabezado_es_el_de_la_fuente(documento: Documento) -> None:
    encabezado = dict(documento.encabezado)
    assert encabezado["Política nacional"] == "Política Nacional Penitenciaria al 2030"
    assert encabezado["Ministerio rector"] == "Ministerio de Justicia y Derechos Humanos (MINJUSDH)"
    assert encabezado["Problema público"] == (
        "Inadecuadas condiciones de vida para favorecer la reinserción de las personas privadas de libertad"
    )
    assert encabezado["Dispositivo legal"] == "Decreto Supremo N° 011-2020-JUS, del 25 de setiembre de 2020"
    assert encabezado["Corte de la información"] == "30 de junio de 2021"


def test_ningun_otro_valor_linea_base_logro_ni_cobertura(informe: Informe) -> None:
    de_la_fuente = [cifra for cifra in cifras(informe) if cifra.que in DE_LA_FUENTE]
    con_valor = {(una.codigo, una.que, una.periodo): una.valor for una in de_la_fuente if una.valor is not None}
    assert con_valor == {clave: Decimal(valor) for clave, valor in PUBLICADO.items()}
    sin_valor = {(una.codigo, una.que): una.motivo for una in de_la_fuente if una.valor is None}
    assert sin_valor == AUSENTE


def test_ni_lo_referencial_ni_lo_posterior_aparecen(documento: Documento) -> None:
    texto = texto_de(documento.bloques) + documento.pie
    for ajeno in ("003-2024", "2024", "27 lineamientos", "36 servicios", "37.924", "103.717", "prensa", "41.764"):
        assert ajeno not in texto, ajeno
    assert "referencial" not in seccion(documento, "avance")
