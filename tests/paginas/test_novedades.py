"""Los canales Atom: válidos según RFC 4287, estables, con todo lo publicado y sin nada reservado."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from django.test import Client

from indicadores import acciones
from indicadores.models import Indicador, Medicion
from tests import fabricas
from tests.fabricas import minuto
from tests.paginas.conftest import Contar
from tests.politica_real import CARGADA_EN

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
GENERAL = "/novedades.atom"
DE_UNO = "/indicadores/OP.01-I2/novedades.atom"


def canal(client: Client, ruta: str, **parametros: str) -> Element:
    respuesta = client.get(ruta, parametros)
    assert respuesta.status_code == 200
    return ElementTree.fromstring(respuesta.content)


def textos(nodo: Element, nombre: str) -> list[str]:
    return [str(uno.text) for uno in nodo.findall(f"{ATOM}{nombre}")]


def entradas(nodo: Element) -> list[Element]:
    return nodo.findall(f"{ATOM}entry")


def comprobar_atom(nodo: Element) -> None:
    """Lo que RFC 4287 exige (§4.1.1 y §4.1.2) y lo que recomienda de los enlaces."""
    assert nodo.tag == f"{ATOM}feed"
    assert nodo.get("{http://www.w3.org/XML/1998/namespace}lang") == "es-PE"
    for nombre in ("id", "title", "updated"):
        assert len(textos(nodo, nombre)) == 1, nombre
    assert nodo.find(f"{ATOM}author/{ATOM}name") is not None
    relaciones = [enlace.get("rel") for enlace in nodo.findall(f"{ATOM}link")]
    assert sorted(str(una) for una in relaciones) == ["alternate", "self"]
    claves = []
    for entrada in entradas(nodo):
        for nombre in ("id", "title", "updated", "published", "summary"):
            (texto,) = textos(entrada, nombre)
            assert texto.strip(), nombre
        momento = datetime.fromisoformat(textos(entrada, "updated")[0])
        assert momento.tzinfo is not None
        (enlace,) = entrada.findall(f"{ATOM}link")
        assert str(enlace.get("href")).startswith("http://testserver/")
        claves += textos(entrada, "id")
    assert len(claves) == len(set(claves))
    assert all(clave.startswith("tag:") for clave in (*claves, *textos(nodo, "id")))
    momentos = [textos(entrada, "updated")[0] for entrada in entradas(nodo)]
    assert momentos == sorted(momentos, reverse=True)
    if momentos:
        assert textos(nodo, "updated") == [momentos[0]]


class TestConLaPolitica:
    @pytest.mark.parametrize("ruta", [GENERAL, DE_UNO])
    def test_es_atom(self, politica_cargada: Any, client: Client, ruta: str) -> None:
        respuesta = client.get(ruta)
        assert respuesta.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        comprobar_atom(ElementTree.fromstring(respuesta.content))

    def test_toda_entrada_lleva_a_una_pagina_que_existe(self, politica_cargada: Any, client: Client) -> None:
        enlaces = {str(e.find(f"{ATOM}link").get("href")) for e in entradas(canal(client, GENERAL))}  # type: ignore[union-attr]
        assert len(enlaces) > 5
        assert {enlace for enlace in enlaces if client.get(enlace).status_code != 200} == set()

    def test_dice_el_valor_y_su_unidad(self, politica_cargada: Any, client: Client) -> None:
        dichos = {textos(e, "title")[0]: textos(e, "summary")[0] for e in entradas(canal(client, DE_UNO))}
        assert "35 %." in dichos[
            "Se publicó: OP.01-I2 Personas privadas de libertad sin sentencia, marzo de 2021"
        ].replace("\xa0", " ")
        assert any(titulo.startswith("Se fijó: logro esperado 2021 de OP.01-I2") for titulo in dichos)

    @pytest.mark.parametrize("ruta", [GENERAL, DE_UNO])
    def test_no_se_llena_de_establecimientos(self, politica_cargada: Any, client: Client, ruta: str) -> None:
        titulos = [textos(e, "title")[0] for e in entradas(canal(client, ruta))]
        assert titulos
        assert not [titulo for titulo in titulos if "E.P." in titulo]

    def test_responde_304_a_quien_ya_lo_tiene(self, politica_cargada: Any, client: Client) -> None:
        primera = client.get(GENERAL)
        for cabecera, valor in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            otra = client.get(GENERAL, headers={cabecera: primera.headers[valor]})
            assert (otra.status_code, otra.content) == (304, b""), cabecera

    def test_a_la_fecha_da_lo_de_entonces(self, politica_cargada: Any, client: Client) -> None:
        assert entradas(canal(client, GENERAL, a_la_fecha="2020-01-01")) == []
        comprobar_atom(canal(client, GENERAL, a_la_fecha="2020-01-01"))

    def test_un_indicador_que_no_existe_es_un_404(self, politica_cargada: Any, client: Client) -> None:
        for codigo in ("OP.99-I1", "%00"):
            assert client.get(f"/indicadores/{codigo}/novedades.atom").status_code == 404

    def test_las_paginas_lo_anuncian(self, politica_cargada: Any, client: Client) -> None:
        for ruta in ("/", "/indicadores/OP.01-I2/", "/glosario/"):
            assert 'type="application/atom+xml" href="/novedades.atom"' in client.get(ruta).content.decode()
        assert f'href="{DE_UNO}"' in client.get("/indicadores/OP.01-I2/").content.decode()

    def test_consultas_fijas(
        self, politica_cargada: Any, personas: SimpleNamespace, client: Client, contar_consultas: Contar
    ) -> None:
        antes, entonces = contar_consultas(GENERAL), len(entradas(canal(client, GENERAL)))
        assert antes <= 8
        for n in range(3):
            fabricas.publicada(
                por=personas.analista,
                revisor=personas.revisor,
                indicador=Indicador.objects.get(codigo="OP.01-I1"),
                periodo=f"200{n}",
                valor=3,
                ahora=CARGADA_EN + timedelta(minutes=n + 1),
            )
        titulos = [textos(e, "title")[0] for e in entradas(canal(client, GENERAL))]
        assert sum(", 200" in titulo for titulo in titulos) == 3
        assert entonces <= len(titulos)
        assert contar_consultas(GENERAL) == antes


class TestLoQueCambia:
    @pytest.fixture
    def publicada(self, personas: SimpleNamespace) -> Medicion:
        indicador = fabricas.IndicadorFactory(codigo="IX-1", nombre_corto="Uno & <otro>")
        fabricas.AmbitoFactory()
        return fabricas.publicada(
            por=personas.analista,
            revisor=personas.revisor,
            indicador=indicador,
            periodo="2020",
            valor=5,
            ahora=minuto(0),
        )

    def titulos(self, client: Client) -> list[str]:
        nodo = canal(client, "/indicadores/IX-1/novedades.atom")
        comprobar_atom(nodo)
        return [textos(e, "title")[0] for e in entradas(nodo)]

    def test_publicar_corregir_retirar_y_fijar_dejan_cada_uno_su_entrada(
        self, publicada: Medicion, personas: SimpleNamespace, client: Client
    ) -> None:
        corregida = fabricas.corregida(
            publicada, por=personas.analista, revisor=personas.revisor, valor=Decimal(6), ahora=minuto(1)
        )
        acciones.retirar(corregida, por=personas.revisor, motivo="No correspondía", ahora=minuto(2))
        fabricas.logro(publicada.indicador, 8, anio=2021, por=personas.administrador, ahora=minuto(3))
        assert self.titulos(client) == [
            "Se fijó: logro esperado 2021 de IX-1 Uno & <otro>",
            "Se retiró: IX-1 Uno & <otro>, 2020",
            "Se corrigió: IX-1 Uno & <otro>, 2020",
            "Se publicó: IX-1 Uno & <otro>, 2020",
        ]

    def test_la_clave_de_una_entrada_no_cambia(
        self, publicada: Medicion, personas: SimpleNamespace, client: Client
    ) -> None:
        ruta = "/indicadores/IX-1/novedades.atom"
        antes = textos(entradas(canal(client, ruta))[-1], "id")
        fabricas.corregida(
            publicada, por=personas.analista, revisor=personas.revisor, valor=Decimal(6), ahora=minuto(1)
        )
        assert textos(entradas(canal(client, ruta))[-1], "id") == antes

    def test_un_borrador_no_es_noticia(self, publicada: Medicion, personas: SimpleNamespace, client: Client) -> None:
        acciones.registrar(
            por=personas.analista, indicador=publicada.indicador, periodo="2019", valor=Decimal(4), ahora=minuto(1)
        )
        assert len(self.titulos(client)) == 1

    def test_lo_reservado_no_dice_su_valor(self, publicada: Medicion, client: Client) -> None:
        Medicion.objects.filter(pk=publicada.pk).update(reservada=True, valor=Decimal("7.7777"))
        cuerpo = client.get("/indicadores/IX-1/novedades.atom").content.decode()
        assert "7,7" not in cuerpo
        assert "Reservado: se refiere a menos de diez personas." in cuerpo

    def test_lo_que_xml_no_admite_no_lo_rompe(self, publicada: Medicion, client: Client) -> None:
        Indicador.objects.filter(pk=publicada.indicador_id).update(nombre_corto="raro\x08\x0b]]>&")
        assert "raro]]>&" in self.titulos(client)[0]

    def test_el_corte_deja_fuera_los_periodos_que_no_habian_terminado(
        self, publicada: Medicion, client: Client
    ) -> None:
        despues = minuto(0) + timedelta(days=1)
        nodo = canal(client, "/indicadores/IX-1/novedades.atom", corte="2019-12-31", a_la_fecha=despues.isoformat())
        assert entradas(nodo) == []
