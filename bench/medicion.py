"""Cómo se mide: un cliente, una petición tras otra, y por turnos con el piso, para que el ruido toque a todos."""

import http.client
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.servidores import Servidor

#: Cada turno dura esto, como poco; se alternan tantas veces como vueltas.
TURNO = 0.1


@dataclass(slots=True)
class Cliente:
    """Una conexión que se reutiliza, con sus cabeceras; ``estado`` es lo que se exige que conteste y
    ``al_menos``, cuántas por turno."""

    servidor: Servidor
    direcciones: Sequence[str]
    cabeceras: dict[str, str] = field(default_factory=dict)
    estado: int = 200
    al_menos: int = 3
    tiempos: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    _conexion: http.client.HTTPConnection | None = None
    _cual: int = 0

    def pedir(self) -> tuple[float, bytes, http.client.HTTPResponse]:
        """La petición siguiente: cuánto tardó en segundos, su cuerpo y la respuesta."""
        if self._conexion is None:
            self._conexion = http.client.HTTPConnection("127.0.0.1", self.servidor.puerto, timeout=600)
        direccion = self.direcciones[self._cual % len(self.direcciones)]
        self._cual += 1
        inicio = time.perf_counter()
        try:
            self._conexion.request("GET", direccion, headers=self.cabeceras)
            respuesta = self._conexion.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # Entre turno y turno, el servidor cerró la conexión por ociosa: se abre otra y se cuenta de nuevo.
            self._conexion.close()
            inicio = time.perf_counter()
            self._conexion.request("GET", direccion, headers=self.cabeceras)
            respuesta = self._conexion.getresponse()
        cuerpo = respuesta.read()
        tardo = time.perf_counter() - inicio
        if respuesta.status != self.estado:
            raise SystemExit(f"{direccion} contestó {respuesta.status} y se esperaba {self.estado}.")
        return tardo, cuerpo, respuesta

    def turno(self) -> None:
        inicio, de_antes = time.perf_counter(), cpu_de(self.servidor)
        hechas = 0
        while hechas < self.al_menos or time.perf_counter() - inicio < TURNO:
            self.tiempos.append(self.pedir()[0])
            hechas += 1
        self.cpus.append((cpu_de(self.servidor) - de_antes) / hechas)

    @property
    def cpu(self) -> float:
        """Segundos de procesador que el servidor gasta en cada petición: no depende de qué más haga la máquina."""
        return statistics.median(self.cpus)

    @property
    def p50(self) -> float:
        return statistics.median(self.tiempos)

    @property
    def p95(self) -> float:
        return sorted(self.tiempos)[int(len(self.tiempos) * 0.95)]


def cpu_de(servidor: Servidor) -> float:
    """Segundos de procesador gastados hasta ahora por el servidor, con sus hijos y todos sus hilos (Linux)."""
    pendientes, nanosegundos = [servidor.proceso], 0
    while pendientes:
        raiz = Path("/proc", str(pendientes.pop()), "task")
        for hilo in raiz.iterdir():
            nanosegundos += int((hilo / "schedstat").read_text(encoding="ascii").split()[0])
            pendientes += [int(hijo) for hijo in (hilo / "children").read_text(encoding="ascii").split()]
    return nanosegundos / 1e9


def por_turnos(clientes: Sequence[Cliente], vueltas: int) -> None:
    """Los calienta y los mide alternándolos, cada vuelta en otro orden: que ninguno vaya siempre detrás del mismo."""
    for cliente in clientes:
        for _ in range(3):
            cliente.pedir()
    azar = random.Random(0)
    for _ in range(vueltas):
        for cliente in azar.sample(list(clientes), len(clientes)):
            cliente.turno()


def cronometrar(hecho: Callable[[], object]) -> float:
    inicio = time.perf_counter()
    hecho()
    return time.perf_counter() - inicio
