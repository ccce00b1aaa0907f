"""nginx de verdad, con los archivos de ``despliegue/nginx`` como se instalan, delante de lo que diga cada prueba."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from bench.planta_cliente import Cliente
from bench.servidores import esperar, puerto_libre
from despliegue.componer import componer
from tests.conftest import RAIZ

NOMBRE = "portal.prueba"


@dataclass
class Nginx:
    """Uno en marcha. ``nodos`` es el archivo que dice a qué procesos pregunta."""

    carpeta: Path
    http: int
    https: int
    certificado: Path
    nodos: Path
    proceso: "subprocess.Popen[bytes]"

    def cliente(self, **opciones: bool) -> Cliente:
        return Cliente(self.https, NOMBRE, self.certificado, **opciones)

    def registro(self) -> str:
        return (self.carpeta / "portal.log").read_text(encoding="utf-8")


@contextmanager
def nginx_delante(carpeta: Path, nodos: str, *, conf: Path | None = None, **valores: str) -> Iterator[Nginx]:
    """nginx en dos puertos libres mientras dure el bloque. ``nodos``: el texto de ``nodos.conf``."""
    programa = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert programa, "Falta nginx."
    conf = conf or carpeta / "conf"
    for nombre in ("cache", "temporales", "estaticos"):
        (carpeta / nombre).mkdir(exist_ok=True)
    certificado, llave = carpeta / "tls.pem", carpeta / "tls.llave"
    orden = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    orden += ["-subj", f"/CN={NOMBRE}", "-addext", f"subjectAltName=DNS:{NOMBRE}"]
    subprocess.run([*orden, "-keyout", str(llave), "-out", str(certificado)], check=True, capture_output=True)
    http, https = puerto_libre(), puerto_libre()
    propios = {
        "SERVIDOR": NOMBRE,
        "HTTP": f"127.0.0.1:{http}",
        "HTTPS": f"127.0.0.1:{https}",
        "CERTIFICADO": str(certificado),
        "LLAVE": str(llave),
        "CACHE": str(carpeta / "cache"),
        "ESTATICOS": str(carpeta / "estaticos"),
        "PAGINAS": str(RAIZ / "despliegue" / "nginx" / "paginas"),
        "BITACORAS": str(carpeta),
        "COMO_CUENTA": "user root;" if os.geteuid() == 0 else "",
        "TRABAJADORES": "1",
        "EJECUCION": str(carpeta),
        "TEMPORALES": str(carpeta / "temporales"),
    }
    componer(conf, nodos, **propios | valores)
    proceso = subprocess.Popen([programa, "-c", str(conf / "nginx.conf"), "-g", "daemon off;"], stderr=subprocess.PIPE)
    try:
        esperar(https)
        yield Nginx(carpeta, http, https, certificado, conf / "nodos.conf", proceso)
    finally:
        proceso.send_signal(signal.SIGQUIT)
        proceso.communicate(timeout=20)


@dataclass(frozen=True, slots=True)
class Pedido:
    """Lo que llegó a un nodo."""

    metodo: str
    ruta: str
    cabeceras: dict[str, str]


@dataclass(slots=True)
class Respuesta:
    """Lo que contesta un nodo."""

    estado: int = 200
    cuerpo: bytes = b"hola"
    cabeceras: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "public, no-cache", "ETag": '"uno"'})


Contestar = Callable[[Pedido], Respuesta]


class Nodo:
    """Un proceso de mentira: recuerda lo que le piden y contesta lo que diga ``contestar``."""

    def __init__(self, contestar: Contestar) -> None:
        self.contestar, self.pedidos = contestar, list[Pedido]()
        nodo = self

        class Manejador(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _atender(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                pedido = Pedido(self.command, self.path, {n.lower(): v for n, v in self.headers.items()})
                nodo.pedidos.append(pedido)
                respuesta = nodo.contestar(pedido)
                self.send_response(respuesta.estado)
                for nombre, valor in respuesta.cabeceras.items():
                    self.send_header(nombre, valor)
                if respuesta.estado != 304:
                    self.send_header("Content-Length", str(len(respuesta.cuerpo)))
                self.end_headers()
                if self.command != "HEAD" and respuesta.estado != 304:
                    self.wfile.write(respuesta.cuerpo)

            do_GET = do_HEAD = do_POST = _atender

            def log_message(self, *_: object) -> None:
                """Callado."""

        self.servidor = ThreadingHTTPServer(("127.0.0.1", 0), Manejador)
        self.puerto = int(self.servidor.server_address[1])
        self.hilo = Thread(target=self.servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.hilo.start()

    @property
    def linea(self) -> str:
        """Su línea de ``nodos.conf``."""
        return f"server 127.0.0.1:{self.puerto} max_fails=3 fail_timeout=5s;\n"

    def apagar(self) -> None:
        self.servidor.shutdown()
        self.servidor.server_close()
        self.hilo.join(5)
