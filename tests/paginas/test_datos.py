"""La página de datos y lo que un portal debe a navegadores y buscadores: salud, robots, mapa, icono y errores."""

import html
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from penitenciaria import paginas
from penitenciaria.abiertos import CAMPOS, RECURSOS, TABLAS
from tests.paginas.conftest import Contar, Leer, texto_de

DB = pytest.mark.django_db
ENLACE = re.compile(r'href="(/api/[^"]*)"')


def campos_de(cuerpo: Any) -> set[str]:
    """Todas las claves de un JSON, a cualquier profundidad."""
    if isinstance(cuerpo, list):
        return set().union(*(campos_de(parte) for parte in cuerpo))
    if isinstance(cuerpo, dict):
        return set(cuerpo).union(*(campos_de(parte) for parte in cuerpo.values()))
    return set()


@DB
@pytest.mark.usefixtures("politica_cargada")
class TestDatos:
    def test_dice_cuan_reciente_es_lo_publicado(self, leer: Leer) -> None:
        assert "La publicación más reciente es del 2 de febrero de 2026." in leer("/datos/")
        assert "A esa fecha aún no se había publicado nada." in leer("/datos/", a_la_fecha="2020-01-01")

    def test_todo_enlace_a_la_api_responde(self, client: Client, codigo: Leer) -> None:
        enlaces = {html.unescape(uno) for uno in ENLACE.findall(codigo("/datos/", corte="2021-12-31"))}
        en_csv_y_xlsx = {uno for uno in enlaces if "format=" in uno}
        assert len(en_csv_y_xlsx) == 2 * len(TABLAS)
        de_sdmx = {uno for uno in enlaces if uno.startswith("/api/v1/sdmx/")}
        assert len(de_sdmx) == 4
        assert len(enlaces - en_csv_y_xlsx - de_sdmx) == len(RECURSOS) + 3
        assert {enlace: client.get(enlace).status_code for enlace in enlaces} == dict.fromkeys(enlaces, 200)

    def test_el_diccionario_nombra_campos_que_existen(self, client: Client) -> None:
        existentes = campos_de(client.get("/api/v1/indicadores/").json())
        existentes |= campos_de(client.get("/api/v1/mediciones/").json())
        nombrados = {nombre for campo in CAMPOS for nombre in campo.nombre.split(", ")}
        assert nombrados <= existentes

    def test_no_inventa_una_licencia(self, leer: Leer) -> None:
        pagina = leer("/datos/")
        assert "Este portal no añade una licencia propia" in pagina
        assert "Creative Commons" not in pagina

    def test_dice_todas_las_columnas_de_todas_las_tablas(self, codigo: Leer) -> None:
        pagina = codigo("/datos/")
        for tabla in TABLAS:
            assert f"Columnas de {tabla.recurso.nombre}" in pagina
        assert "<code>motivo_fecha_compromiso</code>" in pagina

    def test_tres_consultas(self, contar_consultas: Contar) -> None:
        assert contar_consultas("/datos/") == 3


class TestParaMaquinas:
    def test_salud_no_pregunta_a_la_base(self, client: Client) -> None:
        respuesta = client.get("/salud/")
        assert respuesta.json() == {"estado": "ok"}
        assert respuesta.headers["Cache-Control"] == "no-store"

    @DB
    def test_robots_nombra_el_mapa(self, client: Client) -> None:
        respuesta = client.get("/robots.txt")
        assert respuesta.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert respuesta.content.decode().splitlines() == [
            "User-agent: *",
            "Disallow: /admin/",
            "Sitemap: http://testserver/sitemap.xml",
        ]

    @DB
    def test_el_icono_es_el_del_portal(self, client: Client) -> None:
        respuesta = client.get("/favicon.ico")
        assert respuesta.status_code == 302
        assert respuesta.headers["Location"] == "/static/img/icono.svg"

    @DB
    @pytest.mark.usefixtures("politica_cargada")
    def test_toda_direccion_del_mapa_responde(self, client: Client, contar_consultas: Contar) -> None:
        raiz = ElementTree.fromstring(client.get("/sitemap.xml").content)
        direcciones = [str(nodo.text) for nodo in raiz.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        assert len(direcciones) == len(set(direcciones)) == len(paginas.PAGINAS_FIJAS) + 6 + 18 + 13 + 16 + 11
        fallan = {direccion for direccion in direcciones if client.get(direccion).status_code != 200}
        assert not fallan
        assert contar_consultas("/sitemap.xml") == 5


class TestErrores:
    @DB
    def test_el_404_tiene_la_cara_de_la_casa(self, client: Client) -> None:
        respuesta = client.get("/no-existe/")
        assert respuesta.status_code == 404
        pagina = texto_de(respuesta.content.decode())
        assert "Aquí no hay ninguna página Puede que la dirección esté mal escrita" in pagina
        assert "Ir al tablero" in pagina

    def test_el_500_se_basta_solo(self, rf: RequestFactory) -> None:
        """Sin la marca ``django_db``: si tocara la base, la prueba fallaría."""
        respuesta = paginas.fallo(rf.get("/"))
        assert respuesta.status_code == 500
        assert "El portal tuvo un fallo" in respuesta.content.decode()

    def test_el_500_no_necesita_el_manifiesto_de_estaticos(
        self, rf: RequestFactory, settings: Any, tmp_path: Path
    ) -> None:
        con_manifiesto = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = settings.STORAGES | {"staticfiles": con_manifiesto}
        assert 'href="/static/css/portal.css"' in paginas.fallo(rf.get("/")).content.decode()

    def test_el_500_es_lo_que_se_ve_cuando_algo_falla(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fallar(*_: Any, **__: Any) -> Any:
            raise RuntimeError("prueba")

        monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", fallar)
        respuesta = Client(raise_request_exception=False).get("/salud/")
        assert respuesta.status_code == 500
        assert "Ninguna cifra se perdió ni cambió." in respuesta.content.decode()

    @DB
    def test_el_400_no_se_fia_del_servidor_que_dicen(self, client: Client, rf: RequestFactory) -> None:
        assert paginas.mal_pedido(rf.get("/"), SuspiciousOperation()).status_code == 400
        respuesta = client.get("/robots.txt", headers={"host": "otro.ejemplo"})
        assert respuesta.status_code == 400
        assert "La petición no se entiende" in respuesta.content.decode()

    def test_el_403_dice_a_quien_pedir_permiso(self, rf: RequestFactory) -> None:
        respuesta = paginas.prohibido(rf.get("/"), PermissionDenied())
        assert respuesta.status_code == 403
        assert "Pídalo a quien administra el portal." in respuesta.content.decode()

    @DB
    @pytest.mark.parametrize("ruta", ["/objetivos/OP.01/", "/servicios/", "/entidades/", "/metodologia/", "/datos/"])
    @pytest.mark.parametrize("consulta", ["corte=ayer", "a_la_fecha=2021-13-01", "corte=0001-01-01"])
    def test_un_corte_que_no_se_entiende_es_un_400_que_lo_explica(self, leer: Leer, ruta: str, consulta: str) -> None:
        pagina = leer(f"{ruta}?{consulta}", espera=400)
        assert f"El parámetro «{consulta.split('=')[0]}» dice «{consulta.split('=')[1]}»" in pagina
