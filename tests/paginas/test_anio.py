"""La página de un año: qué se midió en él y frente a qué, qué falta y por qué, y qué se publicó de él."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from indicadores.models import Medicion
from tests import fabricas
from tests.paginas.conftest import Contar, Leer, texto_de, trozo
from tests.test_lectura import crear_indicadores, llenar

pytestmark = pytest.mark.django_db


def titular(pagina: str) -> str:
    return trozo(pagina, "<h1>", "</h1>")


@pytest.mark.parametrize(
    ("anio", "dicho", "entrada"),
    [
        (2019, "De 2019 se conocen 4 líneas base, entre 13 indicadores.", "Ninguno tiene un logro esperado para 2019."),
        (2020, "En 2020 se midieron 5 de 13 indicadores.", "Ninguno tiene un logro esperado para 2020."),
        (2021, "En 2021 se midió 1 de 13 indicadores, y solo a medias.", "1 está en riesgo; de 5 no hay con qué"),
        (
            2022,
            "De 2022 no hay ningún dato oficial de los 13 indicadores.",
            "Ninguno tiene un logro esperado para 2022.",
        ),
    ],
)
def test_empieza_por_lo_que_se_sabe_de_ese_anio(
    politica_cargada: Any, codigo: Leer, anio: int, dicho: str, entrada: str
) -> None:
    pagina = codigo(f"/anios/{anio}/", a_la_fecha="2026-06-01")
    assert titular(pagina) == dicho
    assert entrada in texto_de(pagina)


def test_un_anio_en_curso_y_uno_por_empezar_no_se_dan_por_perdidos(politica_cargada: Any, codigo: Leer) -> None:
    assert (
        titular(codigo("/anios/2026/", corte="2026-06-01"))
        == "De 2026 todavía no hay ningún dato oficial de los 13 indicadores."
    )
    por_venir = codigo("/anios/2030/", corte="2026-06-01")
    assert titular(por_venir) == "2030 aún no había empezado: ningún indicador tiene ya un logro esperado para ese año."
    assert "Reporte de cumplimiento" not in por_venir


def fila(pagina: str, que: str) -> str:
    [suya] = re.findall(
        rf'<tr>\s*<th scope="row" class="nombre"><a href="/indicadores/{que}/.*?</tr>', pagina, re.DOTALL
    )
    return texto_de(suya)


def test_cada_indicador_dice_su_valor_su_logro_y_lo_que_falta(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/anios/2021/")
    medido = fila(pagina, "OP.01-I2")
    for dicho in ("en riesgo, parcial", "35 %", "marzo de 2021", "30 %", "85,7 %", "Sin tipo II: no hay línea base"):
        assert dicho in medido
    assert "sin dato del año" in fila(pagina, "OP.02-I1")
    assert "No hay una medición del año. 35 % – –" in fila(pagina, "OP.02-I1")
    assert "nunca medido" in fila(pagina, "OP.05-I1")
    assert "El reporte de 2021 no fija un logro esperado para ese año." in fila(pagina, "OP.05-I1")
    de_2019 = codigo("/anios/2019/")
    assert "33 % línea base de 2019" in fila(de_2019, "OP.02-I1")
    assert "La fuente indica que no había línea base de 2019" in fila(de_2019, "OP.01-I2")


def test_toda_cifra_lleva_a_su_constancia(politica_cargada: Any, codigo: Leer, client: Client) -> None:
    for anio in (2019, 2020, 2021):
        tabla = codigo(f"/anios/{anio}/").split("<table")[1].split("</table>")[0]
        enlaces = re.findall(r'href="(/cifras?/\d+/)"', tabla)
        assert len(enlaces) == {2019: 4, 2020: 5, 2021: 7}[anio]
        for enlace in enlaces:
            assert client.get(enlace).status_code == 200
        sueltas = re.sub(r"<a .*?</a>|<[^>]+>", " ", tabla)
        assert not re.search(r"\d %", sueltas.replace("85,7 %", "")), sueltas


def test_se_ve_a_fin_de_ese_anio_o_antes_si_se_pide(politica_cargada: Any, codigo: Leer) -> None:
    assert "31 de diciembre de 2021" in texto_de(codigo("/anios/2021/"))
    antes = codigo("/anios/2021/", corte="2021-02-28")
    assert titular(antes) == "De 2021 todavía no hay ningún dato oficial de los 13 indicadores."
    assert "/reporte/2021/?corte=2021-02-28" in antes
    assert titular(codigo("/anios/2020/", corte="2024-06-30")) == "En 2020 se midieron 5 de 13 indicadores."


def test_cuenta_lo_que_se_publico_de_ese_anio(politica_cargada: Any, personas: SimpleNamespace, codigo: Leer) -> None:
    momento = politica_cargada.cargada_en + timedelta(days=3)
    vigente = Medicion.objects.oficiales_nacionales().get(indicador__codigo="OP.01-I2", periodo="2021-03")
    quienes = {"por": personas.analista, "revisor": personas.revisor}
    fabricas.corregida(vigente, valor=Decimal("34.5"), motivo="errata", ahora=momento, **quienes)
    dicho = trozo(codigo("/anios/2021/"), 'aria-labelledby="publicado"')
    assert "Se corrigió marzo de 2021: 35 % → pasa a 34,5 % Errata." in dicho
    assert "Se fijó el logro esperado de 2021: 30 %" in dicho
    assert "2020" not in dicho.replace("2 de febrero", "")
    assert "Se corrigió" not in trozo(codigo("/anios/2020/"), 'aria-labelledby="publicado"')


def test_lleva_al_anio_anterior_al_siguiente_y_al_reporte(politica_cargada: Any, codigo: Leer) -> None:
    pagina = codigo("/anios/2021/", a_la_fecha="2026-06-01")
    assert '<a href="/anios/2020/?a_la_fecha=2026-06-01" rel="prev">' in pagina
    assert 'href="/anios/2022/?a_la_fecha=2026-06-01" rel="next">' in pagina
    assert 'href="/reporte/2021/?a_la_fecha=2026-06-01"' in pagina
    assert 'rel="prev"' not in codigo("/anios/2019/")
    assert 'rel="next"' not in codigo("/anios/2030/")


@pytest.mark.parametrize("anio", [1, 2018, 2031, 9999, 10**30])
def test_un_anio_que_la_politica_no_alcanza_es_un_404(politica_cargada: Any, codigo: Leer, anio: int) -> None:
    assert f"No hay nada de {anio}: la política no alcanza ese año." in codigo(f"/anios/{anio}/", espera=404)


def test_con_la_base_vacia_es_un_404(codigo: Leer) -> None:
    codigo("/anios/2021/", espera=404)


def test_antes_de_publicar_nada_lo_dice(politica_cargada: Any, leer: Leer) -> None:
    assert "A esa fecha este portal aún no había publicado nada." in leer("/anios/2021/", a_la_fecha="2019-01-01")


def test_las_consultas_no_dependen_de_cuanto_haya(contar_consultas: Contar) -> None:
    fabricas.PoliticaFactory()
    llenar(crear_indicadores(3), 30)
    con_tres = contar_consultas("/anios/2021/")
    llenar(crear_indicadores(30), 300)
    assert contar_consultas("/anios/2021/") == con_tres <= 20
