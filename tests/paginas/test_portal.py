"""Lo que toda página pública lleva: título propio, descripción, dirección canónica, Open Graph, ubicación y pie.

Y las páginas de texto: qué es el portal, con qué licencia, qué guarda de quien lo visita, cómo se usa y qué dicen sus
términos.
"""

import html
import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse

from penitenciaria.glosario import TERMINOS, publicos, termino
from penitenciaria.paginas import PAGINAS_FIJAS, SIN_CIFRAS
from tests.paginas.conftest import Contar, Leer, texto_de

pytestmark = pytest.mark.django_db
DE_UNO = (
    *("/objetivos/OP.01/", "/indicadores/OP.01-I2/", "/servicios/OP.01-S1/", "/entidades/INPE/", "/reporte/2021/"),
    *("/indicadores/OP.04-I1/", "/servicios/OP.02-S3/", "/entidades/MINJUSDH/", "/objetivos/OP.05/"),
)


def todas() -> list[str]:
    return [*(reverse(nombre) for nombre in PAGINAS_FIJAS), *DE_UNO]


def dicho(codigo: str, patron: str) -> str:
    (hallado,) = re.findall(patron, codigo.partition("</head>")[0])
    return html.unescape(hallado)


def og(codigo: str, que: str) -> str:
    return dicho(codigo, rf'<meta property="og:{que}" content="([^"]*)">')


@pytest.mark.usefixtures("politica_cargada")
class TestCabeza:
    def test_cada_pagina_tiene_titulo_y_descripcion_propios(self, codigo: Leer) -> None:
        paginas = {ruta: codigo(ruta) for ruta in todas()}
        titulos = {ruta: dicho(cuerpo, r"<title>([^<]*)</title>") for ruta, cuerpo in paginas.items()}
        descripciones = {
            ruta: dicho(cuerpo, r'<meta name="description" content="([^"]*)">') for ruta, cuerpo in paginas.items()
        }
        assert len(set(titulos.values())) == len(titulos)
        assert len(set(descripciones.values())) == len(descripciones)
        assert all(len(texto.strip()) > 30 for texto in descripciones.values()), descripciones

    @pytest.mark.parametrize("ruta", ["/", "/indicadores/OP.01-I2/", "/glosario/", "/servicios/OP.01-S1/"])
    def test_open_graph_dice_lo_mismo_que_la_pagina(self, codigo: Leer, ruta: str) -> None:
        pagina = codigo(ruta)
        assert f"{og(pagina, 'title')} · Política Nacional" in dicho(pagina, r"<title>([^<]*)</title>")
        assert og(pagina, "description") == dicho(pagina, r'<meta name="description" content="([^"]*)">').strip()
        assert (og(pagina, "type"), og(pagina, "locale")) == ("website", "es_PE")
        assert og(pagina, "url") == f"http://testserver{ruta}"

    def test_la_imagen_compartida_existe(self, codigo: Leer, client: Client) -> None:
        assert og(codigo("/"), "image") == "http://testserver/static/img/compartir.png"
        imagen = og(codigo("/indicadores/OP.01-I2/"), "image")
        assert client.get(imagen).headers["Content-Type"] == "image/png"

    def test_la_canonica_no_lleva_filtros_y_la_compartida_lleva_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/", q="salud", corte="2021-12-31")
        assert dicho(pagina, r'<link rel="canonical" href="([^"]*)">') == "http://testserver/servicios/"
        assert og(pagina, "url") == "http://testserver/servicios/?corte=2021-12-31"

    @pytest.mark.parametrize(
        "ruta", ["/no-existe/", "/indicadores/OP.01-I2/error/", "/reporte/verificar/" + "0" * 64 + "/"]
    )
    def test_lo_que_no_es_una_pagina_no_se_ofrece(self, client: Client, ruta: str) -> None:
        cuerpo = client.get(ruta).content.decode()
        assert '<meta name="robots" content="noindex">' in cuerpo
        assert "og:url" not in cuerpo


@pytest.mark.usefixtures("politica_cargada")
class TestUbicacion:
    def test_toda_pagina_menos_la_primera_dice_donde_esta(self, codigo: Leer) -> None:
        for ruta in todas():
            pagina = codigo(ruta)
            migas = re.findall(r'<nav aria-label="Ubicación">(.*?)</nav>', pagina, re.DOTALL)
            if ruta == "/":
                assert migas == []
                continue
            (una,) = migas
            pasos = re.findall(r"<li", una)
            assert re.search(r'^<ol class="migas">\s*<li><a href="/">Inicio</a></li>', una), ruta
            assert una.count('aria-current="page"') == 1, ruta
            assert len(pasos) >= 2, ruta

    def test_conserva_la_mirada(self, codigo: Leer) -> None:
        assert '<li><a href="/?corte=2021-12-31">Inicio</a></li>' in codigo("/servicios/", corte="2021-12-31")

    def test_la_busqueda_esta_en_todas_y_conserva_la_mirada(self, codigo: Leer) -> None:
        pagina = codigo("/servicios/", corte="2021-12-31")
        formulario = re.search(r'<search class="busca">(.*?)</search>', pagina, re.DOTALL)
        assert formulario is not None
        assert 'action="/buscar/"' in formulario[1]
        assert '<input type="hidden" name="corte" value="2021-12-31">' in formulario[1]

    def test_una_sola_hoja_de_estilo(self, codigo: Leer) -> None:
        for ruta in todas():
            assert re.findall(r'<link rel="stylesheet" href="([^"]*)"', codigo(ruta)) == ["/static/css/portal.css"], (
                ruta
            )


class TestPaginasDeTexto:
    @pytest.mark.parametrize("nombre", [*SIN_CIFRAS, "glosario"])
    def test_existen_sin_datos_y_sin_preguntar_nada(self, contar_consultas: Contar, nombre: str) -> None:
        assert contar_consultas(reverse(nombre)) == 0

    def test_el_pie_las_enlaza(self, codigo: Leer) -> None:
        pie = codigo("/glosario/").partition("<footer")[2]
        for nombre in (*SIN_CIFRAS, "glosario", "novedades"):
            assert f'href="{reverse(nombre)}"' in pie

    def test_todo_enlace_suyo_responde(self, politica_cargada: Any, codigo: Leer, client: Client) -> None:
        enlaces = set()
        for nombre in (*SIN_CIFRAS, "glosario"):
            enlaces |= set(re.findall(r'href="(/[^"]*)"', codigo(reverse(nombre)).partition("<main")[2]))
        sin_estaticos = {uno.partition("#")[0] for uno in enlaces if not uno.startswith(("/static/", "/admin/"))}
        assert {uno for uno in sin_estaticos if client.get(uno).status_code != 200} == set()

    def test_todo_ancla_suya_existe(self, politica_cargada: Any, codigo: Leer) -> None:
        for nombre in SIN_CIFRAS:
            for ruta, ancla in re.findall(r'href="(/[^"#]*)#([^"]+)"', codigo(reverse(nombre))):
                assert f'id="{ancla}"' in codigo(ruta), (nombre, ruta, ancla)

    def test_no_inventa_una_licencia(self, leer: Leer) -> None:
        pagina = leer("/licencia/")
        assert "nadie ha fijado aún una licencia" in pagina
        assert "Creative Commons" not in pagina

    def test_leer_no_deja_ninguna_cookie(self, politica_cargada: Any, client: Client) -> None:
        """Es lo que promete la página de privacidad; el formulario que señala un error deja una, y lo dice."""
        for ruta in todas():
            assert client.get(ruta).cookies == {}, ruta
        formulario = client.get("/indicadores/OP.01-I2/error/")
        assert list(formulario.cookies) == ["csrftoken"]

    def test_la_sesion_dura_lo_que_se_dice(self, leer: Leer, settings: Any) -> None:
        assert settings.SESSION_COOKIE_AGE == 8 * 60 * 60
        assert "vence a las ocho horas" in leer("/privacidad/")


class TestGlosario:
    def test_muestra_los_publicos_y_calla_los_internos(self, leer: Leer) -> None:
        pagina = leer("/glosario/")
        for uno in publicos():
            assert uno.que_es[1:] in pagina, uno.clave
        for uno in TERMINOS:
            assert not uno.interno or uno.que_es[1:] not in pagina, uno.clave

    def test_las_claves_son_unicas(self) -> None:
        assert len({uno.clave for uno in TERMINOS}) == len(TERMINOS)
        assert all(re.fullmatch(r"[a-z][a-z-]*", uno.clave) for uno in TERMINOS)

    @pytest.mark.parametrize("clave", ["no-existe", "testigo"])
    def test_un_termino_que_no_se_explica_es_un_error(self, clave: str) -> None:
        with pytest.raises(KeyError):
            termino(clave)

    def test_se_explica_donde_esta_cada_vez_con_su_identificador(self, rf: RequestFactory) -> None:
        plantilla = Template('{% load paginas %}{% termino "linea-base" %}, {% termino "linea-base" "las bases" %}')
        contexto = Context({})
        contexto.request = rf.get("/")  # type: ignore[attr-defined]
        dibujado = plantilla.render(contexto)
        assert re.findall(r'popovertarget="([^"]+)"', dibujado) == ["que-es-linea-base", "que-es-linea-base-2"]
        assert re.findall(r' id="([^"]+)" popover', dibujado) == ["que-es-linea-base", "que-es-linea-base-2"]
        assert texto_de(dibujado).startswith("línea base Línea base: el valor de un año anterior a la política.")
        assert ">las bases</button>" in dibujado


@pytest.mark.usefixtures("politica_cargada")
def test_un_codigo_en_minusculas_lleva_al_suyo(client: Client) -> None:
    for pedida, debida in (
        ("/indicadores/op.01-i2/?corte=2021-12-31", "/indicadores/OP.01-I2/?corte=2021-12-31"),
        ("/objetivos/op.01/", "/objetivos/OP.01/"),
        ("/entidades/inpe/", "/entidades/INPE/"),
        ("/indicadores/Op.01-i2/grafica.svg", "/indicadores/OP.01-I2/grafica.svg"),
    ):
        respuesta = client.get(pedida)
        assert (respuesta.status_code, respuesta["Location"]) == (302, debida)
        assert client.get(debida).status_code == 200
    assert client.get("/indicadores/op.77-i2/", follow=True).status_code == 404
