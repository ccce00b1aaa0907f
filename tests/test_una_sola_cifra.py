"""Un avance se calcula una vez: página, portada, lista, API, calculadora y administración dicen la misma cifra."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicadores.formato import avance_json
from indicadores.frases import porcentaje_de_avance
from indicadores.lectura import IndicadorLeido, catalogo, leer_indicadores
from indicadores.models import Ambito
from tests.fabricas import logro, publicada

VALORES_DE_2021 = {"OP.02-I1": "33.4", "OP.02-I2": "1.2", "OP.03-I1": "15.1", "OP.04-I3": "34.95", "OP.05-I2": "4"}
LEEN = re.compile(r"\s*(SELECT|DECLARE|WITH)\b(?!.*\b(INSERT|UPDATE|DELETE)\b)", re.DOTALL)
CORTES = ("2021-06-30", "2021-12-31", "2026-11-23")


def texto_de(html: bytes) -> str:
    """Lo que se lee en una página, sin etiquetas, sin las definiciones plegadas y con los espacios normales."""
    sin_definiciones = re.sub(r'<span class="que-es".*?</span>', "", html.decode(), flags=re.DOTALL)
    sin_etiquetas = re.sub(r"<[^>]+>", " ", unescape(sin_definiciones))
    return re.sub(r"[ \n\t]+", " ", sin_etiquetas)


def leidos(corte: str) -> list[IndicadorLeido]:
    return leer_indicadores(catalogo(), corte=date.fromisoformat(corte), a_la_fecha=timezone.now())


@pytest.fixture
def con_mas_avances(politica_cargada: Any) -> None:
    """A los datos reales se agregan valores de 2021 con los que los dos avances existen y discrepan."""
    despues = politica_cargada.cargada_en + timedelta(days=1)
    pais = Ambito.objects.get(codigo=Ambito.NACIONAL)
    logro(catalogo().get(codigo="OP.05-I2"), Decimal(4), ahora=despues)
    for codigo, valor in VALORES_DE_2021.items():
        suyo = catalogo().get(codigo=codigo)
        publicada(indicador=suyo, periodo="2021", valor=Decimal(valor), ambito=pais, ahora=despues)


@pytest.mark.usefixtures("con_mas_avances")
@pytest.mark.parametrize("corte", CORTES)
def test_api_pagina_y_portada_dicen_el_mismo_avance(client: Client, corte: str) -> None:
    portada = texto_de(client.get("/", {"corte": corte}).content)
    resumen = client.get("/api/v1/avance/", {"corte": corte}).json()
    en_resumen = {uno["codigo"]: uno for objetivo in resumen["objetivos"] for uno in objetivo["indicadores"]}
    for leido in leidos(corte):
        codigo, avance = leido.indicador.codigo, leido.evaluacion.avance
        por_api = client.get(f"/api/v1/indicadores/{codigo}/", {"corte": corte}).json()["avance"]
        assert por_api["tipo_i"] == avance_json(avance.tipo_i)
        assert por_api["tipo_ii"] == avance_json(avance.tipo_ii)
        assert por_api["semaforo"] == avance.semaforo.value
        assert (por_api["motivo"] or {}).get("codigo") == avance.motivo
        assert (por_api["motivo_tipo_ii"] or {}).get("codigo") == avance.motivo_tipo_ii
        mostrado = leido.evaluacion.ultimo_avance or avance
        pagina = texto_de(client.get(f"/indicadores/{codigo}/", {"corte": corte}).content)
        assert f"Avance tipo I, {mostrado.anio} {porcentaje_de_avance(mostrado.tipo_i)} " in pagina
        assert f"Avance tipo II, {mostrado.anio} {porcentaje_de_avance(mostrado.tipo_ii)} " in pagina
        if leido.indicador.objetivo_id:
            assert en_resumen[codigo]["avance"]["tipo_i"] == por_api["tipo_i"]
            if avance.tipo_i is not None:
                assert porcentaje_de_avance(avance.tipo_i) in portada


@pytest.mark.usefixtures("con_mas_avances")
def test_la_calculadora_y_la_administracion_coinciden_con_la_api(client: Client, personas: Any) -> None:
    corte = "2021-12-31"
    client.force_login(personas.analista)
    comparados = 0
    for leido in leidos(corte):
        evaluacion = leido.evaluacion
        avance, base = evaluacion.avance, evaluacion.linea_base
        if avance.dato is None or avance.dato.valor is None or avance.logro is None or avance.logro.valor is None:
            continue
        pedido = {"sentido": evaluacion.sentido.value, "valor": avance.dato.valor, "logro": avance.logro.valor}
        if base is not None and base.valor is not None:
            pedido["linea_base"] = base.valor
        calculado = client.get("/api/v1/avance/calcular/", pedido).json()
        por_api = client.get(f"/api/v1/indicadores/{leido.indicador.codigo}/", {"corte": corte}).json()["avance"]
        assert {clave: calculado[clave] for clave in ("tipo_i", "tipo_ii", "semaforo")} == {
            clave: por_api[clave] for clave in ("tipo_i", "tipo_ii", "semaforo")
        }
        vista = client.get(
            "/admin/indicadores/medicion/vista-previa/",
            {
                "indicador": leido.indicador.pk,
                "periodo": avance.dato.periodo.texto,
                "valor": str(avance.dato.valor.normalize()),
            },
        )
        dicho = texto_de(vista.content)
        if avance.tipo_i is not None:
            assert porcentaje_de_avance(avance.tipo_i) in dicho
        if avance.tipo_ii is not None:
            assert porcentaje_de_avance(avance.tipo_ii).replace("−", "-") in dicho.replace("−", "-")
        comparados += 1
    assert comparados == 6


@pytest.mark.usefixtures("politica_cargada")
def test_ninguna_pagina_publica_escribe_en_la_base(client: Client) -> None:
    direcciones = (
        "/",
        "/indicadores/",
        "/indicadores/OP.01-I2/",
        "/indicadores/OP.01-I2/grafica.json",
        "/objetivos/OP.01/",
        "/servicios/",
        "/servicios/OP.01-S1/",
        "/entidades/",
        "/entidades/INPE/",
        "/metodologia/?sentido=descendente&valor=35&logro=30",
        "/datos/",
        "/salud/",
        "/sitemap.xml",
        "/api/v1/",
        "/api/v1/indicadores/",
        "/api/v1/mediciones/",
        "/api/v1/avance/",
    )
    for direccion in direcciones:
        with CaptureQueriesContext(connection) as consultas:
            assert client.get(direccion).status_code == 200
        # En PostgreSQL, recorrer muchas filas declara un cursor de lectura; la lista de mediciones nombra su página.
        escritas = [consulta["sql"] for consulta in consultas if not LEEN.match(consulta["sql"])]
        assert escritas == [], direccion
