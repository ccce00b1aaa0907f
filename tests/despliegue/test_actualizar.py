"""Una versión nueva, con su migración y con lectores y envíos en marcha, no le falla a nadie; una mala se va sola.

Son los guiones de ``despliegue/`` tal como están, sobre PostgreSQL y nginx de verdad. Donde no corre systemd, sus
unidades las ejecuta ``bench/unidades.py``.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from threading import Event, Thread

import pytest

from bench.planta_cliente import Cliente
from bench.servidores import puerto_libre
from tests.con_postgres import servidor_pasajero
from tests.conftest import RAIZ
from tests.despliegue.apoyo import NOMBRE, Nginx, nginx_delante

pytestmark = pytest.mark.produccion

#: Sin comprimir con Brotli lo que esta prueba no mide, que tarda medio minuto cada vez.
ENSAYO = """from penitenciaria.settings import *
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
"""
MIGRACION = """from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [({app!r}, {ultima!r})]
    operations = [migrations.{operacion}]
"""
#: Cómo se nota que el otro lado cerró una conexión que estaba ociosa, sin haber leído lo que se envió.
CERRADA = ("RemoteDisconnected", "ConnectionReset", "BrokenPipe")
ENVIO = '"metodo":"POST","ruta":"/salud/"'
AGREGA = 'AddField("indicador", "de_prueba", models.TextField(null=True))'
QUITA = 'RemoveField("indicador", "unidad")'


@dataclass
class Maquina:
    """Una carpeta que hace de máquina: versiones, ajustes, datos y dos instancias detrás de nginx."""

    carpeta: Path
    nginx: Nginx
    entorno: dict[str, str]

    def actualizar(self, *argumentos: str | Path) -> "subprocess.CompletedProcess[str]":
        orden = ["bash", str(RAIZ / "despliegue" / "actualizar.sh"), *map(str, argumentos)]
        return subprocess.run(orden, env=self.entorno, capture_output=True, text=True, check=False, timeout=240)

    @property
    def actual(self) -> str:
        return (self.carpeta / "srv" / "actual").resolve().name

    def entrega(self, nombre: str, **archivos: str) -> Path:
        """El código del proyecto con esos archivos (la ruta, con ``__`` por ``/``) agregados o reemplazados."""
        destino = self.carpeta / nombre
        ajenas = shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__", "tests", "bench", "docs")
        shutil.copytree(RAIZ, destino, ignore=ajenas)
        (destino / "penitenciaria" / "ensayo.py").write_text(ENSAYO, encoding="utf-8")
        for ruta, texto in archivos.items():
            (destino / f"{ruta.replace('__', '/')}.py").write_text(texto, encoding="utf-8")
        return destino

    def bitacora(self) -> str:
        return "\n".join(uno.read_text("utf-8")[-3000:] for uno in (self.carpeta / "estado").glob("*.log"))


@pytest.fixture(scope="module")
def maquina(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maquina]:
    """Con su primera versión puesta y atendiendo."""
    carpeta = tmp_path_factory.mktemp("maquina")
    puertos = [puerto_libre(), puerto_libre()]
    for nombre in ("srv", "etc/nginx", "datos", "unidades", "estado", "run"):
        (carpeta / nombre).mkdir(parents=True)
    with servidor_pasajero() as base:
        _preparar(carpeta, base)
        nodos = "".join(f"server 127.0.0.1:{puerto} max_fails=3 fail_timeout=5s;\n" for puerto in puertos)
        with nginx_delante(carpeta, nodos, conf=carpeta / "etc" / "nginx", CONEXIONES_POR_DIRECCION="400") as nginx:
            systemctl = carpeta / "systemctl"
            systemctl.write_text(
                "#!/bin/bash\n"
                f'if [[ "$*" == *nginx* ]]; then exec kill -HUP {nginx.proceso.pid}; fi\n'
                f'exec {sys.executable} {RAIZ}/bench/unidades.py "$@"\n',
                encoding="utf-8",
            )
            systemctl.chmod(0o755)
            entorno = {clave: os.environ[clave] for clave in ("PATH", "HOME") if clave in os.environ} | {
                "PORTAL_RAIZ": str(carpeta / "srv"),
                "PORTAL_AJUSTES": str(carpeta / "etc"),
                "PORTAL_DATOS": str(carpeta / "datos"),
                "PORTAL_CUENTA": getuser(),
                "PORTAL_SYSTEMCTL": str(systemctl),
                "PORTAL_VENV": sys.prefix,
                "PORTAL_ESPERA": "40",
                "UNIDADES": str(carpeta / "unidades"),
                "UNIDADES_ESTADO": str(carpeta / "estado"),
                "UNIDADES_RUN": str(carpeta / "run"),
            }
            una = Maquina(carpeta, nginx, entorno)
            try:
                puesta = una.actualizar(una.entrega("primera"))
                assert puesta.returncode == 0, puesta.stderr + puesta.stdout + una.bitacora()
                yield una
            finally:
                servicios = [*(f"portal-web@{puerto}" for puerto in puertos), "portal-trabajos"]
                subprocess.run([str(systemctl), "stop", *servicios], env=entorno, check=False)


def _preparar(carpeta: Path, base: str) -> None:
    for unidad in (RAIZ / "despliegue" / "systemd").glob("*.service"):
        texto = unidad.read_text(encoding="utf-8")
        for de_verdad, aqui in (("/srv/portal", "srv"), ("/etc/portal", "etc"), ("/run/", "run/")):
            texto = texto.replace(de_verdad, f"{carpeta}/{aqui}")
        texto = re.sub(r"(?m)^(User|Group)=portal$", "", texto)
        (carpeta / "unidades" / unidad.name).write_text(texto, encoding="utf-8")
    ajustes = {
        "MODO": "produccion",
        "DJANGO_SETTINGS_MODULE": "penitenciaria.ensayo",
        "SECRET_KEY": "solo-para-esta-prueba-" + "x7Q" * 12,
        "ALLOWED_HOSTS": NOMBRE,
        "DATABASE_URL": base,
        "CARPETA_DATOS": str(carpeta / "datos"),
        "LIMITE_API": "",
        "PORTAL_PROCESOS": "1",
    }
    lineas = "".join(f"{clave}={valor}\n" for clave, valor in ajustes.items())
    (carpeta / "etc" / "portal.env").write_text(f"# De prueba.\n{lineas}", encoding="utf-8")


@contextmanager
def con_trafico(nginx: Nginx) -> Iterator[Counter[str]]:
    """Un lector que usa la caché, otro que no (trae una cookie) y alguien que envía, sin pausa mientras dure el bloque.

    Cuenta «método estado» de cada respuesta; el envío a ``/salud/`` lo contesta el portal con 405, que es su respuesta.
    nginx, cada vez que relee su configuración, cierra las conexiones ociosas; como haría un navegador, se abre otra y
    se pide de nuevo, y eso se cuenta como «reabierta». «Recibidos» son los envíos que constan en el registro de nginx.
    """
    cuenta: Counter[str] = Counter()
    fin = Event()

    def pedir(cliente: Cliente, metodo: str, ruta: str, cabeceras: dict[str, str]) -> int:
        respuesta = cliente.pedir(metodo, ruta, **cabeceras)
        if respuesta.estado == 0 and respuesta.texto.startswith(CERRADA):
            cuenta["reabierta"] += 1
            respuesta = cliente.pedir(metodo, ruta, **cabeceras)
        return respuesta.estado

    def usar(cliente: Cliente, metodo: str, rutas: tuple[str, ...], **cabeceras: str) -> None:
        while not fin.is_set():
            for ruta in rutas:
                cuenta[f"{metodo} {pedir(cliente, metodo, ruta, cabeceras)}"] += 1
                fin.wait(0.01)
        cliente.cerrar()

    antes = nginx.registro().count(ENVIO) if (nginx.carpeta / "portal.log").exists() else 0
    paginas = ("/metodologia/", "/glosario/", "/api/v1/")
    hilos = [
        Thread(target=usar, args=(nginx.cliente(cookies=False), "GET", paginas)),
        Thread(target=usar, args=(nginx.cliente(cookies=False), "GET", paginas), kwargs={"Cookie": "messages=x"}),
        Thread(target=usar, args=(nginx.cliente(cookies=False), "POST", ("/salud/",))),
    ]
    for hilo in hilos:
        hilo.start()
    try:
        yield cuenta
    finally:
        fin.set()
        for hilo in hilos:
            hilo.join(70)
        fin.clear()
        fin.wait(0.5)  # nginx anota cada petición después de contestarla
        cuenta["recibidos"] = nginx.registro().count(ENVIO) - antes


def sin_fallos(cuenta: Counter[str]) -> bool:
    """Todo se contestó bien, y cada envío llegó una vez y solo una."""
    assert cuenta["recibidos"] == cuenta["POST 405"], cuenta
    return set(cuenta) - {"reabierta", "recibidos"} == {"GET 200", "POST 405"} and cuenta["POST 405"] > 50


def ultima_migracion(app: str = "indicadores") -> str:
    return sorted(archivo.stem for archivo in (RAIZ / app / "migrations").glob("0*.py"))[-1]


def migracion(operacion: str) -> str:
    return MIGRACION.format(app="indicadores", ultima=ultima_migracion(), operacion=operacion)


def test_una_version_nueva_con_su_migracion_no_le_falla_a_nadie_y_se_puede_volver(maquina: Maquina) -> None:
    primera = maquina.actual
    entrega = maquina.entrega("segunda", indicadores__migrations__9000_prueba=migracion(AGREGA))
    with con_trafico(maquina.nginx) as cuenta:
        puesta = maquina.actualizar(entrega)
    assert puesta.returncode == 0, puesta.stderr + puesta.stdout + maquina.bitacora()
    assert maquina.actual > primera
    assert "Respalda antes de migrar" in puesta.stdout
    assert list((maquina.carpeta / "datos" / "respaldos").glob("portal-*"))
    assert sin_fallos(cuenta), cuenta
    assert "down" not in maquina.nginx.nodos.read_text("utf-8")
    with con_trafico(maquina.nginx) as cuenta:
        vuelta = maquina.actualizar("--volver")
    assert vuelta.returncode == 0, vuelta.stderr + vuelta.stdout
    assert maquina.actual == primera
    assert sin_fallos(cuenta), cuenta


def test_una_version_que_no_arranca_se_retira_sola_y_nadie_lo_nota(maquina: Maquina) -> None:
    antes = maquina.actual
    with con_trafico(maquina.nginx) as cuenta:
        puesta = maquina.actualizar(maquina.entrega("rota", penitenciaria__wsgi="raise SystemExit('rota')\n"))
    assert puesta.returncode == 1
    assert "no llegó a estar lista" in puesta.stderr
    assert maquina.actual == antes
    assert sin_fallos(cuenta), cuenta
    assert "down" not in maquina.nginx.nodos.read_text("utf-8")


def test_una_migracion_que_la_version_en_marcha_no_soporta_no_se_aplica(maquina: Maquina) -> None:
    antes, versiones = maquina.actual, set((maquina.carpeta / "srv" / "versiones").iterdir())
    puesta = maquina.actualizar(maquina.entrega("mala", indicadores__migrations__9001_prueba=migracion(QUITA)))
    assert puesta.returncode != 0
    assert "RemoveField indicador.unidad" in puesta.stderr
    assert maquina.actual == antes
    assert set((maquina.carpeta / "srv" / "versiones").iterdir()) == versiones


def test_se_explica_lo_que_no_se_puede(maquina: Maquina) -> None:
    assert "no tiene el código del portal" in maquina.actualizar(maquina.carpeta / "datos").stderr
    assert "Uso:" in maquina.actualizar().stderr
