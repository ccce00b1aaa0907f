#!/usr/bin/env python3
"""Lo bastante de ``systemctl`` para ensayar donde systemd no corre (un contenedor, una carpeta, las pruebas).

    python3 bench/unidades.py start|stop|restart|reload|reload-or-restart|enable|is-active|daemon-reload NOMBRE …

Lee nuestros archivos ``.service`` y ejecuta **sus mismas órdenes**, con su cuenta, su carpeta y su entorno, y espera el
aviso de listo de las que son ``Type=notify``. No aísla, no limita memoria, no reinicia lo que muere y no mira el reloj:
eso es de systemd y aquí no se prueba. Lo que no tiene unidad nuestra se pide a ``service``. Solo biblioteca estándar.

Entorno: ``UNIDADES``, la carpeta de los archivos; ``UNIDADES_ESTADO``, la de los números de proceso y los registros;
``UNIDADES_RUN``, lo que hace de ``/run`` para ``RuntimeDirectory``.
"""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

UNIDADES = Path(os.environ.get("UNIDADES", "/etc/systemd/system"))
ESTADO = Path(os.environ.get("UNIDADES_ESTADO", "/run/unidades"))
RUN = Path(os.environ.get("UNIDADES_RUN", "/run"))
SERVICIO = "[Service]"


class Unidad:
    """Una unidad por su nombre, con la instancia (lo que sigue a la arroba) puesta en ``%i``."""

    def __init__(self, nombre: str) -> None:
        self.nombre = nombre.removesuffix(".service")
        base, arroba, instancia = self.nombre.partition("@")
        archivo = UNIDADES / f"{base}{arroba}.service"
        self.propia = archivo.exists()
        self.claves: dict[str, list[str]] = {}
        if not self.propia:
            return
        en_servicio = False
        for linea in archivo.read_text(encoding="utf-8").splitlines():
            if linea.startswith("["):
                en_servicio = linea == SERVICIO
            elif en_servicio and "=" in linea and not linea.startswith("#"):
                clave, _, valor = linea.partition("=")
                self.claves.setdefault(clave, []).append(valor.replace("%i", instancia).strip())

    def una(self, clave: str, por_defecto: str = "") -> str:
        return self.claves.get(clave, [por_defecto])[-1]

    @property
    def archivo_de_proceso(self) -> Path:
        return ESTADO / f"{self.nombre}.pid"

    def proceso(self) -> int | None:
        """El número del proceso principal si vive; uno que ya terminó y nadie recogió no vive."""
        try:
            numero = int(self.archivo_de_proceso.read_text(encoding="ascii"))
            estado = Path("/proc", str(numero), "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return None
        return None if estado == "Z" else numero

    def entorno(self) -> dict[str, str]:
        entorno = {clave: os.environ[clave] for clave in ("PATH", "LANG", "LC_ALL") if clave in os.environ}
        for archivo in self.claves.get("EnvironmentFile", ()):
            for linea in Path(archivo).read_text(encoding="utf-8").splitlines():
                if "=" in linea and not linea.startswith("#"):
                    clave, _, valor = linea.partition("=")
                    entorno[clave] = valor
        for linea in self.claves.get("Environment", ()):
            entorno |= dict(par.split("=", 1) for par in shlex.split(linea))
        return entorno

    def arrancar(self) -> int:
        if self.proceso() is not None:
            return 0
        comun = {
            "cwd": self.una("WorkingDirectory", "/"),
            "env": self.entorno(),
            "stdin": subprocess.DEVNULL,
            "umask": int(self.una("UMask", "0022"), 8),
        }
        cuenta = self.una("User")
        if os.geteuid() == 0 and cuenta:
            comun |= {"user": cuenta, "group": self.una("Group", cuenta), "extra_groups": []}
        if suya := self.una("RuntimeDirectory"):
            (RUN / suya).mkdir(mode=int(self.una("RuntimeDirectoryMode", "0755"), 8), exist_ok=True)
            if "user" in comun:
                shutil.chown(RUN / suya, comun["user"], comun["group"])
        if self.una("Type") == "oneshot":
            for orden in self.claves["ExecStart"]:
                if codigo := subprocess.run(shlex.split(orden), check=False, **comun).returncode:
                    return codigo
            return 0
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as aviso,
            (ESTADO / f"{self.nombre}.log").open("ab") as log,
        ):
            aviso.bind(direccion := f"\0unidades-{os.getpid()}-{self.nombre}")
            comun["env"]["NOTIFY_SOCKET"] = "@" + direccion[1:]
            hijo = subprocess.Popen(
                shlex.split(self.una("ExecStart")), stdout=log, stderr=log, start_new_session=True, **comun
            )
            self.archivo_de_proceso.write_text(str(hijo.pid), encoding="ascii")
            return self._esperar(hijo, aviso) if self.una("Type") == "notify" else 0

    def _esperar(self, hijo: "subprocess.Popen[bytes]", aviso: socket.socket) -> int:
        limite = time.monotonic() + float(self.una("TimeoutStartSec", "90"))
        aviso.settimeout(0.2)
        while time.monotonic() < limite and hijo.poll() is None:
            try:
                if b"READY=1" in aviso.recv(4096):
                    return 0
            except TimeoutError:
                continue
        self.detener()
        return 1

    def detener(self) -> int:
        """SIGTERM al principal y, si no termina en su plazo, SIGKILL a todos los suyos (``KillMode=mixed``)."""
        numero = self.proceso()
        if numero is None:
            return 0
        os.kill(numero, signal.SIGTERM)
        limite = time.monotonic() + float(self.una("TimeoutStopSec", "90"))
        while self.proceso() is not None and time.monotonic() < limite:
            time.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(numero, signal.SIGKILL)
        self.archivo_de_proceso.unlink(missing_ok=True)
        if suya := self.una("RuntimeDirectory"):
            shutil.rmtree(RUN / suya, ignore_errors=True)
        return 0


def hacer(verbo: str, nombre: str) -> int:
    """Un verbo sobre una unidad; devuelve lo que devolvería ``systemctl``."""
    if nombre.endswith(".timer"):
        return 0 if (UNIDADES / nombre).exists() else 1
    unidad = Unidad(nombre)
    if not unidad.propia:
        verbo = {"reload-or-restart": "reload", "is-active": "status"}.get(verbo, verbo)
        return subprocess.run(["service", unidad.nombre, verbo], check=False).returncode
    if verbo == "is-active":
        return 0 if unidad.proceso() is not None else 3
    if verbo in ("stop", "restart"):
        unidad.detener()
    return unidad.arrancar() if verbo in ("start", "restart") else 0


def principal(argumentos: list[str]) -> int:
    opciones = {uno for uno in argumentos if uno.startswith("-")}
    verbo, *nombres = [uno for uno in argumentos if uno not in opciones]
    ESTADO.mkdir(parents=True, exist_ok=True)
    if verbo == "daemon-reload":
        return 0
    if verbo == "enable":
        if faltan := [uno for uno in nombres if not uno.endswith(".timer") and not Unidad(uno).propia]:
            sys.stderr.write(f"No hay unidad para {', '.join(faltan)}.\n")
            return 1
        if "--now" not in opciones:
            return 0
        verbo = "start"
    return max((hacer(verbo, nombre) for nombre in nombres), default=0)


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
