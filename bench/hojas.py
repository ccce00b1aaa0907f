"""Subir hojas a la planta por la administración, como lo hace una analista: recibir, comparar, confirmar y anotar."""

import re
import time
from itertools import islice

from bench.planta import Planta
from bench.planta_cliente import Cliente, campos, destino
from bench.trafico import Series, Sesiones, visto


class Hojas:
    """``lote`` es el número del último que se subió."""

    def __init__(self, planta: Planta, entradas: Sesiones) -> None:
        self.planta, self.entradas = planta, entradas
        self.lote = 0
        self._puestas = 0

    def analista(self) -> Cliente:
        """Un navegador ya dentro; espera a que se pueda entrar."""
        while (dentro := self.entradas.de("analista")) is None:
            time.sleep(1)
        return dentro

    def subir(self, cuantas: int) -> None:
        """Una hoja de ``cuantas`` filas que nadie más registra; con más de 500 va a la cola."""
        fichas = dict(self.planta.sql("SELECT id, codigo FROM indicadores_indicador"))
        lugares = dict(self.planta.sql("SELECT id, codigo FROM indicadores_ambito"))
        [[fuente]] = self.planta.sql("SELECT codigo FROM objetivos_fuente ORDER BY id LIMIT 1")
        filas = ["indicador;periodo;ambito;sexo;caracter;valor;fuente"]
        series = Series(self.planta).desde_el_final()
        for indicador, periodo, lugar, sexo in islice(series, self._puestas, self._puestas + cuantas):
            celdas = (fichas[indicador], periodo, lugares[lugar], sexo, "referencial", "41,5", fuente)
            filas.append(";".join(celdas))
        self._puestas += cuantas
        hoja = ("hoja.csv", "\r\n".join(filas).encode())
        respuesta = self.analista().enviar("/admin/hojas/", {"clase": "mediciones"}, {"archivo": hoja})
        numero = re.search(r"/hojas/(\d+)/", destino(respuesta))
        if numero is None:
            raise SystemExit(f"No se recibió la hoja: {visto(respuesta)}")
        self.lote = int(numero[1])

    def confirmar(self) -> None:
        """Espera la diferencia y la confirma."""
        self.esperar("por_confirmar", 90)
        analista = self.analista()
        ruta = f"/admin/hojas/{self.lote}/"
        testigo = campos(analista.pedir("GET", ruta).texto).get("testigo", "")
        respuesta = analista.enviar(f"{ruta}confirmar/", {"testigo": testigo, "motivo": "Ensayo"})
        if respuesta.estado != 302:
            raise SystemExit(f"No se confirmó el lote {self.lote} ({self.estado()}): {visto(respuesta)}")

    def estado(self) -> str:
        return str(self.planta.sql(f"SELECT estado FROM indicadores_lote WHERE id = {self.lote}")[0][0])

    def esperar(self, estado: str, segundos: float = 30) -> bool:
        """Vuelve cuando el lote llega a ese estado, o pasado el plazo; si llegó."""
        limite = time.monotonic() + segundos
        while self.estado() != estado:
            if time.monotonic() > limite:
                return False
            time.sleep(0.02)
        return True
