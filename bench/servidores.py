"""Los servidores que se comparan, cada uno en 127.0.0.1 y detenido por su número de proceso al terminar el bloque."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RAIZ = Path(__file__).resolve().parent.parent
GUNICORN = ("--workers", "1", "--threads", "1", "--no-control-socket", "--log-level", "error", "--keep-alive", "30")
DATASETTE = "datasette==0.65.5"


@dataclass(frozen=True, slots=True)
class Servidor:
    """Dónde escucha un servidor y su número de proceso."""

    puerto: int
    proceso: int


def puerto_libre() -> int:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return int(enchufe.getsockname()[1])


def esperar(puerto: int, segundos: float = 30) -> None:
    """Vuelve cuando alguien escucha en ese puerto."""
    limite = time.monotonic() + segundos
    while time.monotonic() < limite:
        with socket.socket() as enchufe:
            if enchufe.connect_ex(("127.0.0.1", puerto)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"Nadie contesta en el puerto {puerto}.")


@contextmanager
def proceso(orden: list[str], puerto: int, entorno: dict[str, str] | None = None) -> Iterator[Servidor]:
    """Ejecuta ``orden`` mientras dure el bloque."""
    hijo = subprocess.Popen(orden, cwd=RAIZ, env=entorno, stdout=subprocess.DEVNULL)
    try:
        esperar(puerto)
        yield Servidor(puerto, hijo.pid)
    finally:
        hijo.terminate()
        hijo.wait(20)


@contextmanager
def atendiendo(aplicacion: str, entorno: dict[str, str]) -> Iterator[Servidor]:
    """gunicorn con un solo proceso, hasta que termine el bloque."""
    puerto = puerto_libre()
    orden = [sys.executable, "-m", "gunicorn", aplicacion, "--bind", f"127.0.0.1:{puerto}", *GUNICORN]
    with proceso(orden, puerto, entorno) as servidor:
        yield servidor


@contextmanager
def sirviendo(aplicacion: str, entorno: dict[str, str]) -> Iterator[int]:
    """Lo mismo, para quien solo quiere el puerto."""
    with atendiendo(aplicacion, entorno) as servidor:
        yield servidor.puerto


@contextmanager
def nginx(archivos: dict[str, bytes], carpeta: Path) -> Iterator[Servidor | None]:
    """nginx con un proceso que sirve esos bytes desde un archivo; None si no está instalado."""
    programa = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if programa is None:
        yield None
        return
    raiz = carpeta / "nginx"
    for nombre, contenido in archivos.items():
        (raiz / "www").mkdir(parents=True, exist_ok=True)
        (raiz / "www" / nombre).write_bytes(contenido)
    puerto = puerto_libre()
    temporales = "".join(
        f"{clase}_temp_path {raiz}/{clase};\n" for clase in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Como root, nginx cambia de cuenta y no podría leer la carpeta temporal.
    cuenta = "user root;\n" if os.geteuid() == 0 else ""
    (raiz / "nginx.conf").write_text(
        f"{cuenta}daemon off; worker_processes 1; pid {raiz}/pid; error_log {raiz}/error.log;\n"
        "events { worker_connections 64; }\n"
        f"http {{ access_log off; {temporales} default_type application/json; keepalive_requests 10000000;\n"
        f"server {{ listen 127.0.0.1:{puerto}; root {raiz}/www; }} }}\n",
        encoding="utf-8",
    )
    with proceso([programa, "-p", str(raiz), "-c", str(raiz / "nginx.conf")], puerto) as servidor:
        yield servidor


@contextmanager
def datasette(base: Path) -> Iterator[Servidor | None]:
    """datasette sobre esa base SQLite, en su propio entorno de ``var/``; None si no se puede instalar."""
    entorno = RAIZ / "var" / "datasette" / "venv"
    programa = entorno / "bin" / "datasette"
    if not programa.exists():
        entorno.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(entorno)], check=False, capture_output=True)
        orden = [str(entorno / "bin" / "python"), "-m", "pip", "install", "--quiet", DATASETTE]
        subprocess.run(orden, check=False, capture_output=True)
    if not programa.exists():
        yield None
        return
    puerto = puerto_libre()
    orden = [str(programa), "serve", str(base), "--host", "127.0.0.1", "--port", str(puerto)]
    callado = os.environ | {"PYTHONWARNINGS": "ignore", "UVICORN_LOG_LEVEL": "error"}
    with proceso([*orden, "--setting", "max_returned_rows", "1000"], puerto, callado) as servidor:
        yield servidor


def administrar(entorno: dict[str, str], *orden: str) -> None:
    subprocess.run([sys.executable, "manage.py", *orden], cwd=RAIZ, env=entorno, check=True, stdout=subprocess.DEVNULL)


def entorno_para(direccion: str, **otras: str) -> dict[str, str]:
    """El entorno de un portal de demostración sobre esa base."""
    return os.environ | {
        "MODO": "demo",
        "DATABASE_URL": direccion,
        "DJANGO_SETTINGS_MODULE": "penitenciaria.settings",
        **otras,
    }
