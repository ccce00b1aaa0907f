"""Una planta entera en 127.0.0.1: PostgreSQL con su réplica, Redis, nodos de gunicorn, el trabajador y nginx con TLS.

Usa los archivos de ``despliegue/`` tal como se instalan y vive en una carpeta temporal: al salir del bloque (también
con Ctrl+C o SIGTERM, véase ``planta_programas``) se detiene todo y se borra. El código se copia al empezar: lo que se
edite después no llega a los procesos que se reinicien. Como root, PostgreSQL corre con la cuenta ``postgres``.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg2

from bench.planta_cliente import Cliente
from bench.planta_programas import programas
from bench.servidores import RAIZ, puerto_libre
from despliegue.componer import componer

NOMBRE = "portal.prueba"
CLAVE = "Planta-de-prueba-2030"
#: Segundos que systemd espera antes de reiniciar (``RestartSec`` de las unidades).
REINICIO = 2.0
SE_COPIA = ("penitenciaria", "indicadores", "servicios", "objetivos", "templates", "static", "fixtures", "despliegue")
#: Lo que la planta decide y no se hereda de quien la enciende.
PROPIAS = (
    "DATABASE_URL",
    "REPLICA_URL",
    "CACHE_URL",
    "DEBUG",
    "LIMITE_API",
    "LIMITE_API_TOKEN",
    "SECRET_KEY",
    "DEMO_CLAVE",
)


class Planta:
    """Úsese con ``with``. Lo que escribe cada proceso queda en ``registros``; ``fsync`` hace falta si algo se corta."""

    def __init__(
        self,
        *,
        nodos: int = 2,
        procesos: int = 2,
        replica: bool = True,
        trabajador: bool = True,
        fsync: bool = True,
        entorno: dict[str, str] | None = None,
    ) -> None:
        self.programas = programas()
        self.cuantos_nodos, self.con_replica, self.con_trabajador = nodos, replica, trabajador
        self.fsync = fsync
        self.procesos: dict[str, subprocess.Popen[bytes]] = {}
        self._termina = threading.Event()
        self._vigilante: threading.Thread | None = None
        self.puertos = {nombre: puerto_libre() for nombre in ("principal", "replica", "redis", "http", "https")}
        self.puertos |= {f"nodo{n}": puerto_libre() for n in range(1, nodos + 1)}
        self._extra = {"PORTAL_PROCESOS": str(procesos)} | (entorno or {})
        self._clientes: list[Cliente] = []
        self._clave_pg = secrets.token_hex(12)

    # --- Encender y apagar ------------------------------------------------------------------------------------------

    def __enter__(self) -> "Planta":
        self.carpeta = Path(tempfile.mkdtemp(prefix="planta-"))
        self.carpeta.chmod(0o711)
        try:
            self._encender()
        except BaseException:
            self._apagar()
            raise
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None:
        self._apagar()

    def _encender(self) -> None:
        self.registros, self.datos, self.codigo = (self.carpeta / n for n in ("registros", "datos", "codigo"))
        for carpeta in (self.registros, self.datos, self.codigo):
            carpeta.mkdir()
        self._copiar_codigo()
        self._bases()
        self.encender("redis")
        self.administrar("migrate", "--noinput")
        self.administrar("cargar_politica")
        # Las cuentas de prueba solo existen en el modo demo: se crean con él, en esta misma base.
        self.administrar("crear_cuentas_demo", MODO="demo", DEMO_CLAVE=CLAVE)
        for n in range(1, self.cuantos_nodos + 1):
            self.encender(f"nodo{n}")
        if self.con_trabajador:
            self.encender("trabajador")
        self._vigilante = threading.Thread(target=self._vigilar, daemon=True)
        self._vigilante.start()
        self._nginx()
        limite, primero = time.monotonic() + 120, self.cliente()
        while primero.pedir("GET", "/").estado != 200:
            if time.monotonic() > limite:
                raise SystemExit(f"La planta no contesta. {self.ultimas_lineas()}")
            time.sleep(0.2)

    def _apagar(self) -> None:
        self._termina.set()
        for cliente in self._clientes:
            cliente.cerrar()
        if self._vigilante is not None:
            self._vigilante.join(10)
        for nombre in reversed(list(self.procesos)):
            senal = signal.SIGQUIT if nombre in ("principal", "replica") else signal.SIGKILL
            self.matar(nombre, senal)
        subprocess.run(["umount", "-q", str(self.datos)], check=False, capture_output=True)
        shutil.rmtree(self.carpeta, ignore_errors=True)

    def _copiar_codigo(self) -> None:
        estaticos = RAIZ / "var" / "estaticos" / "staticfiles.json"
        nuevos = [ruta.stat().st_mtime for ruta in (RAIZ / "static").rglob("*")]
        if not estaticos.exists() or estaticos.stat().st_mtime < max(nuevos):
            limpio = {nombre: valor for nombre, valor in os.environ.items() if nombre not in PROPIAS} | {"MODO": "demo"}
            orden = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(orden, cwd=RAIZ, env=limpio, check=True)
        for nombre in SE_COPIA:
            shutil.copytree(RAIZ / nombre, self.codigo / nombre, ignore=shutil.ignore_patterns("__pycache__"))
        for nombre in ("manage.py", "requirements.txt"):
            shutil.copy2(RAIZ / nombre, self.codigo / nombre)
        shutil.copytree(estaticos.parent, self.codigo / "var" / "estaticos")

    # --- PostgreSQL -------------------------------------------------------------------------------------------------

    def _bases(self) -> None:
        clave = self.carpeta / "clave-pg"
        clave.write_text(self._clave_pg, encoding="ascii")
        self._ceder(clave)
        self._ceder_carpeta("pg")
        base = self.carpeta / "pg" / "principal"
        opciones = [
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={clave}",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        ]
        self._pg("initdb", "-D", str(base), *opciones, *([] if self.fsync else ["--no-sync"]))
        with (base / "pg_hba.conf").open("a", encoding="ascii") as archivo:
            archivo.write("host replication postgres 127.0.0.1/32 scram-sha-256\n")
        self.encender("principal")
        # El portal no es dueño del servidor: la cuenta es la de docs/operacion.md.
        for sentencia in (
            f"CREATE ROLE portal LOGIN PASSWORD '{self._clave_pg}'",
            "CREATE DATABASE portal OWNER portal TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
        ):
            self.sql(sentencia, base="postgres", cuenta="postgres")
        if self.con_replica:
            destino = self.carpeta / "pg" / "replica"
            origen = f"host=127.0.0.1 port={self.puertos['principal']} user=postgres password={self._clave_pg}"
            copia = ["-D", str(destino), "-R", "-X", "stream", "-c", "fast", "-d", origen]
            self._pg("pg_basebackup", *copia, *([] if self.fsync else ["--no-sync"]))
            self.encender("replica")

    def _pg(self, programa: str, *argumentos: str) -> None:
        orden = [str(self.programas["postgres"] / programa), *argumentos]
        hecho = subprocess.run(orden, capture_output=True, text=True, check=False, cwd="/", **self._como_postgres())
        if hecho.returncode:
            raise SystemExit(f"{programa} falló: {hecho.stderr[-600:]}")

    @staticmethod
    def _como_postgres() -> dict[str, Any]:
        return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}

    def _ceder(self, ruta: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(ruta, "postgres", "postgres")

    def _ceder_carpeta(self, nombre: str) -> None:
        (self.carpeta / nombre).mkdir()
        self._ceder(self.carpeta / nombre)

    def sql(self, sentencia: str, *, en: str = "principal", base: str = "portal", cuenta: str = "portal") -> list[Any]:
        """Lo que contesta esa sentencia, confirmada; levanta ``psycopg2.OperationalError`` si la base no está."""
        conexion = psycopg2.connect(self.direccion(en, base=base, cuenta=cuenta), connect_timeout=3)
        try:
            conexion.autocommit = True
            with conexion.cursor() as cursor:
                cursor.execute(sentencia)
                return cursor.fetchall() if cursor.description else []
        finally:
            conexion.close()

    def direccion(self, en: str = "principal", *, base: str = "portal", cuenta: str = "portal") -> str:
        return f"postgres://{cuenta}:{self._clave_pg}@127.0.0.1:{self.puertos[en]}/{base}"

    def esperar_replica(self, segundos: float = 30) -> None:
        """Vuelve cuando la réplica repitió todo lo que hay en la principal."""
        [[punto]] = self.sql("SELECT pg_current_wal_lsn()::text")
        limite = time.monotonic() + segundos
        while time.monotonic() < limite:
            [[al_dia]] = self.sql(f"SELECT pg_last_wal_replay_lsn() >= '{punto}'::pg_lsn", en="replica")
            if al_dia:
                return
            time.sleep(0.1)
        raise SystemExit("La réplica no alcanzó a la principal.")

    # --- Procesos ---------------------------------------------------------------------------------------------------

    def entorno(self, **otras: str) -> dict[str, str]:
        """El de los procesos del portal: producción, con estas bases y esta caché."""
        limpio = {nombre: valor for nombre, valor in os.environ.items() if nombre not in PROPIAS}
        propio = {
            "MODO": "produccion",
            "DJANGO_SETTINGS_MODULE": "penitenciaria.settings",
            "SECRET_KEY": f"planta-{self._clave_pg}-planta-{self._clave_pg}",
            "ALLOWED_HOSTS": f"{NOMBRE},127.0.0.1",
            "DATABASE_URL": self.direccion(),
            "CACHE_URL": f"redis://127.0.0.1:{self.puertos['redis']}/0",
            "CARPETA_DATOS": str(self.datos),
            "DIRECCION_PUBLICA": f"https://{NOMBRE}",
            "LIMITE_API": "",
            "EXIGIR_SEGUNDO_FACTOR": "no",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MALLOC_ARENA_MAX": "2",
        }
        if self.con_replica:
            propio["REPLICA_URL"] = self.direccion("replica")
        return limpio | propio | self._extra | otras

    def administrar(self, *orden: str, **entorno: str) -> str:
        """``manage.py …``; lo que escribe. Levanta ``SystemExit`` con su error si termina mal."""
        completa = [sys.executable, "manage.py", *orden]
        hecho = subprocess.run(
            completa, cwd=self.codigo, env=self.entorno(**entorno), capture_output=True, text=True, check=False
        )
        if hecho.returncode:
            raise SystemExit(f"manage.py {' '.join(orden)} terminó con {hecho.returncode}: {hecho.stderr[-1500:]}")
        return hecho.stdout

    def encender(self, nombre: str, **entorno: str) -> None:
        """Enciende (otra vez) uno: ``principal``, ``replica``, ``redis``, ``nodoN``, ``trabajador`` o ``nginx``."""
        puerto = self.puertos.get("https" if nombre == "nginx" else nombre)
        opciones: dict[str, Any] = {"cwd": self.codigo, "env": self.entorno(**entorno)}
        if nombre in ("principal", "replica"):
            orden = self._orden_de_postgres(nombre)
            opciones = {"cwd": "/", **self._como_postgres()}
        elif nombre == "redis":
            orden = [str(self.programas["redis-server"]), "--port", str(puerto), "--bind", "127.0.0.1", "--save", ""]
            orden += ["--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]
            orden += ["--dir", str(self.carpeta)]
        elif nombre == "nginx":
            donde = self.carpeta / "nginx"
            # Sin otro prefijo: los módulos de Debian se nombran respecto al suyo.
            orden = [str(self.programas["nginx"]), "-c", str(donde / "nginx.conf"), "-g", "daemon off;"]
        elif nombre == "trabajador":
            orden = [sys.executable, "manage.py", "trabajar"]
        else:
            orden = [sys.executable, "-m", "gunicorn", "-c", "despliegue/gunicorn.conf.py"]
            opciones["env"]["PORTAL_ESCUCHA"] = f"127.0.0.1:{puerto}"
        with (self.registros / f"{nombre}.txt").open("ab") as registro:
            self.procesos[nombre] = subprocess.Popen(
                orden, stdout=registro, stderr=subprocess.STDOUT, start_new_session=True, **opciones
            )
        if puerto:
            self._esperar_puerto(nombre, puerto)
        if nombre in ("principal", "replica"):
            self._esperar_base(nombre)

    def _esperar_puerto(self, nombre: str, puerto: int) -> None:
        """Vuelve cuando ``nombre`` oye; si antes termina, dice qué escribió."""
        limite = time.monotonic() + 60
        while self.procesos[nombre].poll() is None and time.monotonic() < limite:
            with socket.socket() as enchufe:
                if enchufe.connect_ex(("127.0.0.1", puerto)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit(f"{nombre} no arrancó. {self.ultimas_lineas(nombre)}")

    def _orden_de_postgres(self, nombre: str) -> list[str]:
        ajustes = {"port": str(self.puertos[nombre]), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        ajustes |= {"shared_buffers": "64MB", "max_connections": "120", "fsync": "on" if self.fsync else "off"}
        # La réplica vuelve a preguntar pronto cuando la principal regresa.
        ajustes |= {"wal_retrieve_retry_interval": "500ms", "hot_standby_feedback": "on"}
        opciones = [parte for par in ajustes.items() for parte in ("-c", "=".join(par))]
        return [str(self.programas["postgres"] / "postgres"), "-D", str(self.carpeta / "pg" / nombre), *opciones]

    def _esperar_base(self, nombre: str) -> None:
        limite = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1", en=nombre, base="postgres", cuenta="postgres")
                return
            except psycopg2.OperationalError as error:
                if time.monotonic() > limite:
                    raise SystemExit(f"PostgreSQL ({nombre}) no arranca. {self.ultimas_lineas(nombre)}") from error
                time.sleep(0.1)

    def matar(self, nombre: str, senal: signal.Signals = signal.SIGKILL) -> None:
        """Envía la señal a todo su grupo (``SIGKILL`` no deja despedirse) y espera a que termine."""
        proceso = self.procesos.pop(nombre, None)
        if proceso is None:
            return
        try:
            if senal is signal.SIGKILL:
                os.killpg(proceso.pid, senal)
            else:
                proceso.send_signal(senal)
            proceso.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(proceso.pid, signal.SIGKILL)
            proceso.wait(20)
        except ProcessLookupError:
            proceso.wait(20)

    def hijos(self, nombre: str) -> list[int]:
        """Los procesos que atienden en un nodo."""
        raiz = self.procesos[nombre].pid
        return [int(pid) for pid in Path(f"/proc/{raiz}/task/{raiz}/children").read_text(encoding="ascii").split()]

    def ultimas_lineas(self, nombre: str | None = None, cuantas: int = 15) -> str:
        """Lo último que escribió un proceso (o el primer nodo), para explicar un fallo."""
        archivo = self.registros / f"{nombre or 'nodo1'}.txt"
        return "\n".join(archivo.read_text(encoding="utf-8", errors="replace").splitlines()[-cuantas:])

    def golpear(self, nombre: str) -> None:
        """``kill -9`` a todo un nodo o al trabajador; lo vuelve a encender el vigilante, como haría systemd."""
        os.killpg(self.procesos[nombre].pid, signal.SIGKILL)

    def _vigilar(self) -> None:
        """Hace de systemd (``Restart=always``): tras ``REINICIO`` segundos enciende lo nuestro que terminó."""
        while not self._termina.wait(0.2):
            for nombre, proceso in list(self.procesos.items()):
                nuestro = nombre.startswith("nodo") or nombre == "trabajador"
                if nuestro and proceso.poll() is not None and not self._termina.wait(REINICIO):
                    self.encender(nombre)

    # --- nginx ------------------------------------------------------------------------------------------------------

    def _nginx(self) -> None:
        donde = self.carpeta / "nginx"
        for nombre in ("", "cache", "temporales", "registros"):
            (donde / nombre).mkdir()
        self.certificado, llave = self.carpeta / "tls.pem", self.carpeta / "tls.llave"
        sujeto = ["-subj", f"/CN={NOMBRE}", "-addext", f"subjectAltName=DNS:{NOMBRE}"]
        curva = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        orden = [str(self.programas["openssl"]), "req", "-x509", *curva, *sujeto]
        subprocess.run([*orden, "-keyout", str(llave), "-out", str(self.certificado)], check=True, capture_output=True)
        nodos = (self.puertos[f"nodo{n}"] for n in range(1, self.cuantos_nodos + 1))
        componer(
            donde,
            nodos="".join(f"server 127.0.0.1:{puerto} max_fails=3 fail_timeout=5s;\n" for puerto in nodos),
            SERVIDOR=NOMBRE,
            HTTP=f"127.0.0.1:{self.puertos['http']}",
            HTTPS=f"127.0.0.1:{self.puertos['https']}",
            CERTIFICADO=str(self.certificado),
            LLAVE=str(llave),
            CACHE=str(donde / "cache"),
            ESTATICOS=str(self.codigo / "var" / "estaticos"),
            PAGINAS=str(self.codigo / "despliegue" / "nginx" / "paginas"),
            BITACORAS=str(donde / "registros"),
            COMO_CUENTA="user root;" if os.geteuid() == 0 else "",
            TRABAJADORES="1",
            EJECUCION=str(donde),
            TEMPORALES=str(donde / "temporales"),
            CONEXIONES_POR_DIRECCION="400",
        )
        self.encender("nginx")

    def cliente(self, **opciones: Any) -> Cliente:
        """Un navegador sin cookies que entra por nginx y comprueba su certificado."""
        nuevo = Cliente(self.puertos["https"], NOMBRE, self.certificado, **opciones)
        self._clientes.append(nuevo)
        return nuevo
