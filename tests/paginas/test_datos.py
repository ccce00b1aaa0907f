"""La página de datos y lo que un portal debe a navegadores y buscadores: salud, robots, mapa, icono y errores."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory
from pytest_django.live_server_helper import LiveServer

from indicadores.mirada import leer_mirada
from penitenciaria import paginas
from penitenciaria.abiertos import CAMPOS, RECURSOS, escribir_datos
from tests.fabricas import AHORA
from tests.paginas.conftest import Contar, Leer, texto_de

DB = pytest.mark.django_db


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
        enlaces = set(re.findall(r'href="(/api/[^"]*)"', codigo("/datos/", corte="2021-12-31")))
        assert len(enlaces) == len(RECURSOS) + 3
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

    def test_los_ejemplos_llevan_el_servidor_y_la_mirada_pedidos(self, codigo: Leer) -> None:
        pagina = texto_de(codigo("/datos/", corte="2021-12-31"))
        assert 'curl "http://testserver/api/v1/mediciones/?indicador=OP.01-I2&ambito=PE&corte=2021-12-31"' in pagina

    def test_una_consulta(self, contar_consultas: Contar) -> None:
        assert contar_consultas("/datos/") == 1


@pytest.mark.usefixtures("politica_cargada")
def test_el_ejemplo_de_python_corre(live_server: LiveServer) -> None:
    mirada = leer_mirada({}, ahora=AHORA)
    programa = escribir_datos(f"{live_server.url}/api/v1/", mirada).ejemplo_python
    salida = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, check=True, timeout=60)
    assert "2021-03 35\n" in salida.stdout
    assert "2020 37\n" in salida.stdout


class TestParaMaquinas:
    def test_salud_no_pregunta_a_la_base(self, client: Client) -> None:
        respuesta = client.get("/salud/")
        assert respuesta.json() == {"estado": "ok"}
        assert respuesta.headers["Cache-Control"] == "no-store"

    def test_robots_nombra_el_mapa(self, client: Client) -> None:
        respuesta = client.get("/robots.txt")
        assert respuesta.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert respuesta.content.decode().splitlines() == [
            "User-agent: *",
            "Disallow: /admin/",
            "Sitemap: http://testserver/sitemap.xml",
        ]

    def test_el_icono_es_el_del_portal(self, client: Client) -> None:
        respuesta = client.get("/favicon.ico")
        assert respuesta.status_code == 302
        assert respuesta.headers["Location"] == "/static/img/icono.svg"

    @DB
    @pytest.mark.usefixtures("politica_cargada")
    def test_toda_direccion_del_mapa_responde(self, client: Client, contar_consultas: Contar) -> None:
        raiz = ElementTree.fromstring(client.get("/sitemap.xml").content)
        direcciones = [str(nodo.text) for nodo in raiz.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        assert len(direcciones) == len(set(direcciones)) == 9 + 6 + 18 + 13 + 16
        fallan = {direccion for direccion in direcciones if client.get(direccion).status_code != 200}
        assert not fallan
        assert contar_consultas("/sitemap.xml") == 4


class TestErrores:
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
