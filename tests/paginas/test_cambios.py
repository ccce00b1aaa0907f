"""La página de lo que cambió: desde un día, por indicador y por páginas; cada línea lleva a su constancia."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from indicadores import acciones
from indicadores.models import Medicion
from tests import fabricas
from tests.fabricas import minuto
from tests.paginas.conftest import Contar, Leer, texto_de, trozo

pytestmark = pytest.mark.django_db


@pytest.fixture
def cambiada(politica_cargada: Any, personas: SimpleNamespace) -> SimpleNamespace:
    """La política, y después, en dos días distintos (3 y 5 de febrero de 2026), una corrección y un retiro."""
    vigentes = Medicion.objects.oficiales_nacionales().select_related("indicador")
    sin_sentencia = vigentes.get(indicador__codigo="OP.01-I2", periodo="2021-03")
    basicos = vigentes.get(indicador__codigo="OP.02-I2", periodo="2020")
    dia = politica_cargada.cargada_en + timedelta(days=1)
    nueva = fabricas.corregida(
        sin_sentencia,
        por=personas.analista,
        revisor=personas.revisor,
        valor=Decimal("34.5"),
        motivo="errata",
        ahora=dia,
    )
    acciones.retirar(basicos, por=personas.revisor, motivo="no tiene sustento", ahora=dia + timedelta(days=2))
    logro = fabricas.logro(
        sin_sentencia.indicador,
        28,
        anio=2021,
        por=personas.administrador,
        ahora=dia + timedelta(days=2),
        motivo="otra meta",
    )
    return SimpleNamespace(nueva=nueva, retirada=basicos, logro=logro)


def test_cuenta_cada_cambio_por_dia_y_por_indicador(cambiada: SimpleNamespace, codigo: Leer) -> None:
    pagina = codigo("/cambios/", desde="2026-02-03")
    assert re.findall(r'<h2><time datetime="([\d-]+)">', pagina) == ["2026-02-05", "2026-02-03"]
    texto = texto_de(pagina)
    assert "Qué cambió desde el 3 de febrero de 2026" in texto
    assert "Hubo 1 corregida, 1 retirada y 1 logro, línea base o umbral fijado." in texto
    assert "Se corrigió marzo de 2021: 35 % → pasa a 34,5 % Errata." in texto
    assert "Se cambió el logro esperado de 2021: 30 % → pasa a 28 % Otra meta." in texto
    assert "Se retiró 2020: 1,3 % No tiene sustento." in texto
    assert "<del>1,3" in pagina


def test_cada_linea_lleva_a_una_constancia_que_existe(cambiada: SimpleNamespace, codigo: Leer, client: Client) -> None:
    pagina = codigo("/cambios/", desde="2026-02-03")
    enlaces = re.findall(r'<li>[^<]*(?:<span.*?</span> )*<a[^>]*href="(/cifras?/\d+/)"', pagina)
    assert f"/cifra/{cambiada.nueva.pk}/" in enlaces
    assert f"/cifra/{cambiada.retirada.pk}/" in enlaces
    assert len(enlaces) == 3
    for enlace in enlaces:
        assert client.get(enlace).status_code == 200


def test_solo_llega_hasta_la_fecha_y_el_corte_que_se_miran(cambiada: SimpleNamespace, leer: Leer) -> None:
    antes = leer("/cambios/", desde="2026-02-03", a_la_fecha="2026-02-04")
    assert "Hubo 1 corregida." in antes
    assert "Se retiró" not in antes
    al_corte = leer("/cambios/", desde="2026-02-03", corte="2020-06-30")
    assert "Hubo 1 logro, línea base o umbral fijado." in al_corte


def test_se_mira_un_solo_indicador(cambiada: SimpleNamespace, codigo: Leer) -> None:
    pagina = codigo("/cambios/", desde="2026-02-03", indicador="OP.02-I2")
    assert "Qué cambió en OP.02-I2 desde" in pagina
    assert "Hubo 1 retirada." in pagina
    assert '<option value="OP.02-I2" selected>' in pagina
    assert "indicador=OP.02-I2" in re.findall(r'href="(\?[^"]*)">Última semana', pagina)[0]


def test_las_paginas_se_encadenan_hasta_la_mas_antigua(cambiada: SimpleNamespace, codigo: Leer) -> None:
    lineas, direccion, vueltas = 0, "/cambios/?lugares=todos", 0
    while direccion:
        pagina = codigo(direccion)
        lineas += len(re.findall(r"<li>Se (?:publicó|corrigió|retiró|fijó|cambió)", pagina))
        siguiente = re.findall(r'href="(\?[^"]*)" rel="next"', pagina)
        direccion = f"/cambios/{siguiente[0]}".replace("&amp;", "&") if siguiente else ""
        assert not direccion or "lugares=todos" in direccion
        vueltas += 1
        assert ("Volver a los más recientes" in pagina) is (vueltas > 1)
    assert lineas == 259 + 3
    assert vueltas == 5


def test_si_nada_cambio_lo_dice(cambiada: SimpleNamespace, leer: Leer) -> None:
    nada = leer("/cambios/", desde="2026-03-01")
    assert "No cambió ninguna cifra del país publicada, ni línea base, logro esperado o umbrales." in nada
    assert "Elija una fecha anterior u otro indicador." in nada


@pytest.mark.parametrize(
    ("parametros", "dicho"),
    [
        ({"desde": "ayer"}, "El parámetro «desde» dice «ayer»; se espera un día como"),
        ({"desde": "2099-01-01"}, "que es posterior al"),
        ({"indicador": "OP.99"}, "El parámetro «indicador» dice «OP.99», que no es el código de ningún indicador"),
        ({"indicador": "\0"}, "que no es el código de ningún indicador"),
        ({"lugares": "x"}, "El parámetro «lugares» solo admite «todos»"),
        ({"antes": "x"}, "El parámetro «antes» no señala ningún cambio."),
        ({"corte": "x"}, "El parámetro «corte» dice «x»"),
    ],
)
def test_lo_que_no_se_entiende_es_un_400_que_lo_dice(
    politica_cargada: Any, codigo: Leer, parametros: dict[str, str], dicho: str
) -> None:
    assert dicho in texto_de(codigo("/cambios/", espera=400, **parametros))


def test_una_celda_reservada_no_dice_su_valor(personas: SimpleNamespace, codigo: Leer) -> None:
    penal = fabricas.EstablecimientoFactory()
    secreta = fabricas.publicada(
        indicador=fabricas.IndicadorFactory(), ambito=penal, valor=Decimal(77), ahora=minuto(1)
    )
    fabricas.corregida(secreta, valor=Decimal(66), motivo="eran 77", ahora=minuto(2))
    Medicion.objects.filter(ambito=penal).update(reservada=True)
    assert "menos de diez personas" not in codigo("/cambios/")
    dicho = trozo(codigo("/cambios/", lugares="todos"), '<div class="dia">', "</main>")
    assert "reservado: se refiere a menos de diez personas" in dicho
    assert not re.search(r"77|66", dicho)


def test_las_consultas_no_dependen_de_cuanto_haya(cambiada: SimpleNamespace, contar_consultas: Contar) -> None:
    pocas = contar_consultas("/cambios/?desde=2026-02-03")
    assert contar_consultas("/cambios/") == pocas <= 14
