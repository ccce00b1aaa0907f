"""El simulacro de volver a un instante con PostgreSQL de verdad: ``python -m bench.pitr`` (20 segundos o menos).

Hace lo que explica docs/respaldo.md: una copia base, el archivo continuo del WAL, un desastre que se confirma, la
pérdida del servidor entero y la vuelta al instante anterior. Cada fila confirmada antes de ese instante tiene que
estar; ninguna de después. Todo vive en una carpeta temporal, que se borra, y escucha solo en un socket Unix.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import psycopg2

PACIENCIA = 30.0
FILAS = 500


@dataclass(frozen=True, slots=True)
class Resultado:
    """Lo que dio el simulacro; los tiempos, en segundos."""

    confirmadas: int
    perdidas: int
    de_mas: int
    escribe: bool
    copia_base: float
    recuperacion: float


def programas() -> Path:
    """La carpeta de los programas del PostgreSQL más nuevo que haya; ``SystemExit`` si no hay."""
    versiones = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda ruta: int(ruta.parts[-3]))
    if not versiones:
        raise SystemExit("Falta el servidor de PostgreSQL. En Debian: apt install postgresql")
    return versiones[-1].parent


class Servidor:
    """Un PostgreSQL en ``carpeta``, que archiva su WAL en ``archivo``; como root, con la cuenta postgres."""

    def __init__(self, carpeta: Path, archivo: Path) -> None:
        self.carpeta, self.archivo, self.enchufe = carpeta, archivo, carpeta.parent
        self._programas = programas()
        self._proceso: subprocess.Popen[bytes] | None = None

    def _cuenta(self) -> dict[str, Any]:
        return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}

    def pg(self, programa: str, *argumentos: str) -> None:
        """Ejecuta un programa de PostgreSQL y espera; ``SystemExit`` con lo que dijo si falla."""
        orden = [str(self._programas / programa), *argumentos]
        hecho = subprocess.run(orden, cwd="/", capture_output=True, text=True, check=False, **self._cuenta())
        if hecho.returncode:
            raise SystemExit(f"{programa} falló: {hecho.stderr[-800:]}")

    def crear(self) -> None:
        """Una base nueva que archiva el WAL como dice docs/respaldo.md."""
        self.pg("initdb", "-D", str(self.carpeta), "-U", "postgres", "-A", "trust", "--locale=C.UTF-8")
        with (self.carpeta / "postgresql.conf").open("a", encoding="utf-8") as ajustes:
            ajustes.write(
                f"listen_addresses = ''\nunix_socket_directories = '{self.enchufe}'\n"
                "wal_level = replica\narchive_mode = on\narchive_timeout = 60\n"
                f"archive_command = 'test ! -f {self.archivo}/%f && cp %p {self.archivo}/%f.parcial "
                f"&& sync {self.archivo}/%f.parcial && mv {self.archivo}/%f.parcial {self.archivo}/%f'\n"
            )

    def encender(self) -> None:
        """Arranca y espera a que conteste."""
        orden = [str(self._programas / "postgres"), "-D", str(self.carpeta)]
        with (self.enchufe / "registro").open("ab") as registro:
            self._proceso = subprocess.Popen(orden, cwd="/", stdout=registro, stderr=registro, **self._cuenta())
        esperar(self._contesta, "PostgreSQL no arrancó", self._proceso)

    def _contesta(self) -> bool:
        with suppress(psycopg2.OperationalError):
            self.conectar().close()
            return True
        return False

    def conectar(self) -> Any:
        """Una conexión que confirma cada sentencia."""
        conexion = psycopg2.connect(host=str(self.enchufe), user="postgres", dbname="postgres")
        conexion.autocommit = True
        return conexion

    def sql(self, sentencia: str, *datos: Any) -> Any:
        """El primer valor que da esa sentencia."""
        conexion = self.conectar()
        try:
            with conexion.cursor() as cursor:
                cursor.execute(sentencia, datos)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            conexion.close()

    def matar(self) -> None:
        """Muere sin despedirse."""
        if self._proceso is not None:
            self._proceso.send_signal(signal.SIGQUIT)
            with suppress(subprocess.TimeoutExpired):
                self._proceso.wait(10)
            if self._proceso.poll() is None:
                self._proceso.kill()
                self._proceso.wait()
            self._proceso = None


def esperar(condicion: Any, queja: str, proceso: "subprocess.Popen[bytes] | None" = None) -> None:
    """Pregunta hasta que se cumpla; ``SystemExit`` con la queja si no."""
    limite = time.monotonic() + PACIENCIA
    while not condicion():
        if time.monotonic() > limite or (proceso is not None and proceso.poll() is not None):
            raise SystemExit(f"{queja} en {PACIENCIA:.0f} segundos.")
        time.sleep(0.05)


def ensayar(raiz: Path, *, filas: int = FILAS) -> Resultado:
    """El simulacro entero dentro de ``raiz``, que existe y es de quien ejecuta PostgreSQL."""
    archivo, base = raiz / "wal", raiz / "base"
    archivo.mkdir()
    if os.geteuid() == 0:
        shutil.chown(archivo, "postgres", "postgres")
    uno, otro = Servidor(raiz / "uno", archivo), Servidor(raiz / "otro", archivo)
    try:
        uno.crear()
        uno.encender()
        uno.sql("CREATE TABLE acuses (numero integer PRIMARY KEY, en timestamptz NOT NULL DEFAULT clock_timestamp())")
        antes = escribir(uno, 1, filas)
        empezo = time.monotonic()
        uno.pg("pg_basebackup", "-h", str(raiz), "-U", "postgres", "-D", str(base), "-X", "stream", "-c", "fast")
        copia_base = time.monotonic() - empezo
        antes |= escribir(uno, filas + 1, 2 * filas)
        instante: datetime = uno.sql("SELECT clock_timestamp()")
        time.sleep(0.01)
        # El desastre, confirmado, y lo que se siguió escribiendo sin saberlo.
        uno.sql("DELETE FROM acuses WHERE numero <= %s", filas // 2)
        escribir(uno, 2 * filas + 1, 2 * filas + 50)
        ultimo = uno.sql("SELECT pg_walfile_name(pg_switch_wal())")
        esperar((archivo / ultimo).exists, "El WAL no llegó al archivo")
        uno.matar()
        shutil.rmtree(uno.carpeta)
        # Otra máquina: solo tiene la copia base y el archivo.
        empezo = time.monotonic()
        base.rename(otro.carpeta)
        with (otro.carpeta / "postgresql.conf").open("a", encoding="utf-8") as ajustes:
            ajustes.write(
                f"restore_command = 'cp {archivo}/%f %p'\nrecovery_target_time = '{instante.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (otro.carpeta / "recovery.signal").touch()
        otro.encender()
        esperar(lambda: not otro.sql("SELECT pg_is_in_recovery()"), "No terminó de recuperarse")
        recuperacion = time.monotonic() - empezo
        conexion = otro.conectar()
        with conexion.cursor() as cursor:
            cursor.execute("SELECT numero FROM acuses")
            despues = {numero for (numero,) in cursor}
        conexion.close()
        otro.sql("INSERT INTO acuses (numero) VALUES (0)")
        escribe = otro.sql("SELECT count(*) FROM acuses WHERE numero = 0") == 1
    finally:
        uno.matar()
        otro.matar()
    return Resultado(len(antes), len(antes - despues), len(despues - antes), escribe, copia_base, recuperacion)


def escribir(servidor: Servidor, desde: int, hasta: int) -> set[int]:
    """Una transacción por fila; devuelve las que la base dio por confirmadas."""
    confirmadas = set()
    conexion = servidor.conectar()
    with conexion.cursor() as cursor:
        for numero in range(desde, hasta + 1):
            cursor.execute("INSERT INTO acuses (numero) VALUES (%s)", [numero])
            confirmadas.add(numero)
    conexion.close()
    return confirmadas


def en_carpeta_propia() -> Resultado:
    """El simulacro en una carpeta temporal que la cuenta de PostgreSQL puede usar."""
    with tempfile.TemporaryDirectory(prefix="pitr-") as carpeta:
        if os.geteuid() == 0:
            shutil.chown(carpeta, "postgres", "postgres")
        return ensayar(Path(carpeta))


def main() -> int:
    def salir(senal: int, _marco: FrameType | None) -> NoReturn:
        sys.exit(128 + senal)

    signal.signal(signal.SIGTERM, salir)
    dio = en_carpeta_propia()
    print(f"Confirmadas antes del instante: {dio.confirmadas}; perdidas: {dio.perdidas}; de más: {dio.de_mas}")
    print(f"Copia base: {dio.copia_base:.1f} s; recuperación hasta aceptar escrituras: {dio.recuperacion:.1f} s")
    return 0 if (dio.perdidas, dio.de_mas, dio.escribe) == (0, 0, True) else 1


if __name__ == "__main__":
    sys.exit(main())
