"""Cómo se rompe y se repara cada cosa de la planta, y qué se comprueba después de lo que no es leer ni registrar."""

import http.client
import os
import signal
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg2

from bench.hojas import Hojas
from bench.planta import NOMBRE, Planta
from bench.planta_cliente import Cliente, Respuesta, campos
from bench.trafico import Sesiones, visto

#: Lo que ocupa la carpeta de archivos en el ensayo, en bytes: se llena en un instante.
DISCO = 8 * 2**20
FILAS = 4000
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


def imagen(ancho: int = 256, alto: int = 256) -> bytes:
    """Un PNG verdadero de puntos al azar: no se comprime, y cada uno tiene otra huella."""

    def trozo(nombre: bytes, datos: bytes) -> bytes:
        return struct.pack(">I", len(datos)) + nombre + datos + struct.pack(">I", zlib.crc32(nombre + datos))

    cabecera = struct.pack(">IIBBBBB", ancho, alto, 8, 2, 0, 0, 0)
    puntos = b"".join(b"\0" + os.urandom(ancho * 3) for _ in range(alto))
    partes = trozo(b"IHDR", cabecera) + trozo(b"IDAT", zlib.compress(puntos)) + trozo(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + partes


class Averias:
    """Úsese con ``with``: monta aparte la carpeta de los archivos (si se puede) para poder llenarla."""

    def __init__(self, planta: Planta) -> None:
        self.planta = planta
        self._cerrojo: Any = None
        self._vistas: list[str] = []
        self.entradas = Sesiones(planta)
        self.hojas = Hojas(planta, self.entradas)
        self._emisiones = 0
        self._futuras = 0
        self._adelantos: list[int] = []

    def __enter__(self) -> "Averias":
        opciones = ["-o", f"size={DISCO},mode=0755"]
        montado = subprocess.run(
            ["mount", "-t", "tmpfs", *opciones, "tmpfs", str(self.planta.datos)], capture_output=True
        )
        self.con_disco = montado.returncode == 0
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, error: BaseException | None, traza: TracebackType | None
    ) -> None:
        self.desbloquear()
        if self.con_disco:
            subprocess.run(["umount", "-l", str(self.planta.datos)], check=False, capture_output=True)

    # --- Procesos ---------------------------------------------------------------------------------------------------

    def de_vuelta(self, nombre: str) -> Callable[[], None]:
        return lambda: self.planta.encender(nombre)

    def matar_un_proceso(self) -> None:
        os.kill(self.planta.hijos("nodo1")[0], signal.SIGKILL)

    def detener_principal(self) -> None:
        self.planta.matar("principal", signal.SIGINT)  # «fast»: corta a quien esté conectado

    def sin_bases(self) -> None:
        self.planta.matar("replica")
        self.detener_principal()

    def vuelven_las_bases(self) -> None:
        self.planta.encender("principal")
        self.planta.encender("replica")

    # --- Base lenta -------------------------------------------------------------------------------------------------

    def bloquear(self) -> None:
        """Nadie puede escribir mediciones mientras dure: lo que hace una migración mal pensada o un arreglo a mano."""
        self._cerrojo = psycopg2.connect(self.planta.direccion())
        self._cerrojo.cursor().execute("LOCK TABLE indicadores_medicion IN EXCLUSIVE MODE")

    def desbloquear(self) -> None:
        if self._cerrojo is not None:
            self._cerrojo.close()
            self._cerrojo = None

    def congelar(self) -> None:
        """El servidor acepta conexiones y no contesta: lo peor que hace una máquina que se ahoga."""
        self._a_toda_la_principal(signal.SIGSTOP)

    def descongelar(self) -> None:
        self._a_toda_la_principal(signal.SIGCONT)

    def _a_toda_la_principal(self, senal: signal.Signals) -> None:
        raiz = self.planta.procesos["principal"].pid
        hijos = Path(f"/proc/{raiz}/task/{raiz}/children").read_text(encoding="ascii").split()
        for pid in (raiz, *map(int, hijos)):
            os.kill(pid, senal)

    # --- Disco ------------------------------------------------------------------------------------------------------

    def llenar_disco(self) -> None:
        """Llena la carpeta y prueba a adjuntar un archivo; en :meth:`vaciar_disco`, otra vez."""
        self._vistas = []
        if not self.con_disco:
            return
        relleno = self.planta.datos / "relleno"
        with relleno.open("wb", buffering=0) as archivo:
            try:
                while archivo.write(b"0" * 65536) == 65536:
                    continue
            except OSError:
                self._vistas.append("lleno")
        self._vistas.append(visto(self._adjuntar()))

    def vaciar_disco(self) -> None:
        if self.con_disco:
            (self.planta.datos / "relleno").unlink()
            respuesta = self._adjuntar()
            self._vistas.append("guardado" if respuesta.estado == 302 else visto(respuesta))

    def _adjuntar(self) -> Respuesta:
        [[pk]] = self.planta.sql("SELECT max(id) FROM indicadores_medicion WHERE etapa = 'publicada'")
        analista = self._dentro("analista")
        return analista.enviar(f"/admin/indicadores/medicion/{pk}/adjuntar/", {}, {"archivo": ("acta.png", imagen())})

    def adjuntos(self) -> str:
        if not self.con_disco:
            return "no se pudo montar un disco aparte: no se ensayó"
        en_la_base = [fila[0] for fila in self.planta.sql("SELECT archivo FROM indicadores_evidencia ORDER BY id")]
        carpeta = self.planta.datos / "archivos"
        en_el_disco = sorted(str(ruta.relative_to(carpeta)) for ruta in carpeta.rglob("*") if ruta.is_file())
        iguales = "los mismos archivos en la base y en el disco" if sorted(en_la_base) == en_el_disco else (
            f"NO concuerdan la base {en_la_base} y el disco {en_el_disco}"
        )  # fmt: skip
        return f"lleno: {self._vistas[1]}; con sitio: {self._vistas[2]}; {iguales}"

    # --- Reloj ------------------------------------------------------------------------------------------------------

    def adelantar(self) -> None:
        """Reinicia un nodo con otra hora y espera a que atienda: así su parte de la gente lo usa de verdad."""
        self._nodo2(**({"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+60"} if FAKETIME.exists() else {}))

    def en_hora(self) -> None:
        sentencia = "SELECT count(*) FROM indicadores_medicion WHERE publicada_en > clock_timestamp()"
        [[self._futuras]] = self.planta.sql(sentencia)
        self._nodo2()

    def _nodo2(self, **entorno: str) -> None:
        self.planta.matar("nodo2", signal.SIGTERM)
        self.planta.encender("nodo2", **entorno)
        conexion = http.client.HTTPConnection("127.0.0.1", self.planta.puertos["nodo2"], timeout=60)
        conexion.request("GET", "/salud/", headers={"Host": NOMBRE, "X-Forwarded-Proto": "https"})
        suya = parsedate_to_datetime(conexion.getresponse().headers["Date"])
        conexion.close()
        self._adelantos.append(round((suya - datetime.now(UTC)).total_seconds()))

    def reloj(self) -> str:
        if not FAKETIME.exists():
            return "falta libfaketime: no se ensayó"
        horas = " y luego ".join(f"{segundos:+d} s" for segundos in self._adelantos)
        return f"su reloj: {horas}; {self._futuras} publicadas con hora futura, que se ven al llegar esa hora"

    # --- A la mitad de algo -----------------------------------------------------------------------------------------

    def cortar_lectura(self) -> None:
        self.hojas.subir(FILAS)
        self.hojas.esperar("leyendo")
        self.planta.golpear("trabajador")

    def cortar_anotacion(self) -> None:
        self.hojas.subir(FILAS)
        self.hojas.confirmar()
        self.hojas.esperar("anotando")
        time.sleep(0.5)
        self.planta.golpear("trabajador")

    def importada(self) -> str:
        """Sigue el lote hasta el final, confirmándolo si hace falta; si están todas sus filas, una vez cada una."""
        if self.hojas.estado() in ("recibido", "leyendo", "por_confirmar"):
            self.hojas.confirmar()
        self.hojas.esperar("aplicado", 90)
        [[filas, distintas]] = self.planta.sql(
            "SELECT count(*), count(DISTINCT (indicador_id, periodo, ambito_id, sexo)) FROM indicadores_medicion "
            f"WHERE lote_id = {self.hojas.lote}"
        )
        return f"lote {self.hojas.estado()}: {filas} filas de {FILAS}, {distintas} distintas"

    def cortar_emision(self) -> None:
        """Pide emitir el reporte y mata a todos los procesos que podrían estar haciéndolo."""
        [[self._emisiones]] = self.planta.sql("SELECT count(*) FROM objetivos_reporte")
        revisora = self._dentro("revisor")
        hilo = threading.Thread(target=self._emitir, args=(revisora,))
        hilo.start()
        time.sleep(0.4)
        for nodo in ("nodo1", "nodo2"):
            for pid in self.planta.hijos(nodo):
                os.kill(pid, signal.SIGKILL)
        hilo.join(60)

    def emitido(self) -> str:
        """Quedó entero o no quedó; después se puede emitir."""
        [[cortados]] = self.planta.sql("SELECT count(*) FROM objetivos_reporte")
        respuesta = self._emitir(self._dentro("revisor"))
        [[total]] = self.planta.sql("SELECT count(*) FROM objetivos_reporte")
        primero = "cortado: no quedó nada a medias" if cortados == self._emisiones else "alcanzó a emitirse, entero"
        segundo = "emitido al repetirlo" if total > cortados else f"al repetirlo: {visto(respuesta)}"
        return f"{primero}; {segundo}"

    def _emitir(self, revisora: Cliente) -> Respuesta:
        ruta = "/reporte/2021/preparar/?corte=2021-12-31"
        pagina = revisora.pedir("GET", ruta)
        datos = {"accion": "emitir", "confirmo": "1", "diferencias": "1"}
        if 'name="motivo"' in pagina.texto:  # solo lo pide quien corrige un reporte ya emitido
            datos["motivo"] = "Ensayo de fallas"
        return revisora.enviar(ruta, datos | {"visto": campos(pagina.texto).get("visto", "")})

    def _dentro(self, usuario: str) -> Cliente:
        cliente = self.entradas.de(usuario)
        if cliente is None:
            raise SystemExit(f"«{usuario}» no pudo ingresar.")
        return cliente
