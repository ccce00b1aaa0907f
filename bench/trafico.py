"""Quienes usan la planta a la vez: lectores por nginx y personal que registra y publica, con su libro de lo confirmado.

Cada petición queda anotada (cuándo, quién, estado, segundos). Una escritura entra en el libro **después** de que el
portal contestó que la hizo; al final :func:`cotejar` la busca en la base.
"""

import itertools
import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.planta import CLAVE, Planta
from bench.planta_cliente import Cliente, Respuesta, campos, destino

AVISO = re.compile(r'name="aviso"[^>]*\bvalue="([^"]*)"')
TITULO = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
ETIQUETA = re.compile(r"<[^>]*>")
PAGINAS = ("/", "/indicadores/", "/objetivos/OP.01/", "/indicadores/OP.01-I2/", "/servicios/", "/entidades/", "/datos/")
DE_LA_API = ("/api/v1/avance/", "/api/v1/indicadores/", "/api/v1/mediciones/?page_size=50", "/api/v1/politica/")
#: Lo que espera un lector antes de irse, en segundos.
PACIENCIA = 20
ETAPAS = ("borrador", "en_revision", "publicada")


@dataclass(frozen=True, slots=True)
class Hecho:
    """Una petición: ``cuando`` del reloj monótono, al terminar; ``nota`` es lo que vio quien no obtuvo lo que pedía."""

    cuando: float
    quien: str
    que: str
    estado: int
    segundos: float
    cache: str
    bien: bool
    nota: str = ""


@dataclass(slots=True)
class Libro:
    """Lo que pasó y lo que se confirmó: de cada medición, su valor y la etapa a la que llegó con acuse."""

    hechos: list[Hecho] = field(default_factory=list)
    confirmado: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: Se envió y no se supo: puede estar o no.
    dudosas: int = 0

    def anotar(self, quien: str, que: str, respuesta: Respuesta, bien: bool) -> bool:
        nota = "" if bien else visto(respuesta)
        cache = respuesta.cabeceras.get("x-cache", "")
        self.hechos.append(Hecho(time.monotonic(), quien, que, respuesta.estado, respuesta.segundos, cache, bien, nota))
        return bien

    def entre(self, desde: float, hasta: float, quien: str | None = None) -> list[Hecho]:
        return [h for h in list(self.hechos) if desde <= h.cuando < hasta and quien in (None, h.quien)]


def visto(respuesta: Respuesta) -> str:
    """Lo que leyó la persona: el título de la página, la frase de la API o que nadie contestó."""
    titulo = TITULO.search(respuesta.texto)
    if titulo:
        return f"{respuesta.estado} «{' '.join(ETIQUETA.sub('', titulo[1]).split())}»"
    detalle = re.search(r'"detail":\s*"([^"]*)"', respuesta.texto)
    return f"{respuesta.estado} «{detalle[1] if detalle else respuesta.texto[:80]}»"


class Persona(threading.Thread):
    """Repite ``vuelta`` hasta que se le pide parar."""

    def __init__(self, planta: Planta, libro: Libro, pausa: float = 0.0) -> None:
        super().__init__(daemon=True)
        self.planta, self.libro, self.pausa = planta, libro, pausa
        self.parar = threading.Event()

    def run(self) -> None:
        while not self.parar.is_set():
            self.vuelta()
            self.parar.wait(self.pausa)

    def vuelta(self) -> None:
        raise NotImplementedError


class Lector(Persona):
    """Lee páginas y API; una de cada tres veces pide algo que nadie pidió antes, y nginx tiene que preguntar."""

    def __init__(self, planta: Planta, libro: Libro, semilla: int, pausa: float = 0.0) -> None:
        super().__init__(planta, libro, pausa)
        self.azar = random.Random(semilla)
        self.cliente = planta.cliente(cookies=False, espera=PACIENCIA)

    def vuelta(self) -> None:
        direcciones = DE_LA_API if self.azar.random() < 0.4 else PAGINAS
        ruta, que = self.azar.choice(direcciones), "conocida"
        if self.azar.random() < 0.33:
            dia = f"{self.azar.randint(2021, 2025)}-{self.azar.randint(1, 12):02}-{self.azar.randint(1, 28):02}"
            ruta, que = f"{ruta}{'&' if '?' in ruta else '?'}corte={dia}", "nueva"
        respuesta = self.cliente.pedir("GET", ruta, Accept_Encoding="gzip")
        self.libro.anotar("publico", que, respuesta, respuesta.estado == 200)


class Sesiones:
    """Una sola entrada por cuenta, que comparten todos: nginx deja pasar pocos ingresos por minuto y dirección."""

    def __init__(self, planta: Planta) -> None:
        self.planta = planta
        self._turno = threading.Lock()
        self._cookies: dict[str, dict[str, str]] = {}

    def de(self, usuario: str) -> Cliente | None:
        """Un navegador que ya está dentro; None si ahora no se puede entrar."""
        with self._turno:
            if usuario not in self._cookies:
                cliente = self.planta.cliente()
                if not cliente.entrar(usuario, CLAVE):
                    return None
                self._cookies[usuario] = cliente.cookies
            dentro = self.planta.cliente(espera=PACIENCIA * 2)
            dentro.cookies = dict(self._cookies[usuario])
            return dentro

    def olvidar(self, usuario: str) -> None:
        """La sesión ya no vale."""
        with self._turno:
            self._cookies.pop(usuario, None)


class Series:
    """Mediciones que todavía nadie registró: indicador, periodo, lugar y sexo; cada una se entrega una vez."""

    def __init__(self, planta: Planta) -> None:
        filas = planta.sql(
            "SELECT id FROM indicadores_indicador WHERE unidad = 'porcentaje' AND servicio_id IS NULL ORDER BY id"
        )
        self.indicadores = [fila[0] for fila in filas]
        lugares = planta.sql("SELECT id FROM indicadores_ambito WHERE nivel = 'establecimiento' ORDER BY id")
        self.lugares = [fila[0] for fila in lugares]
        [[self.fuente]] = planta.sql("SELECT id FROM objetivos_fuente ORDER BY id LIMIT 1")
        self._turno = threading.Lock()
        self._todas = self._combinar()

    def desde_el_final(self) -> Iterator[tuple[int, str, int, str]]:
        """Las mismas, de otros años: no se cruzan con las que registra la gente."""
        return self._combinar(range(2015, 2025))

    def _combinar(self, anios: range = range(1995, 2015)) -> Iterator[tuple[int, str, int, str]]:
        periodos = [f"{anio}-{mes:02}" for anio in anios for mes in range(1, 13)]
        for periodo, lugar, sexo, indicador in itertools.product(periodos, self.lugares, "HM", self.indicadores):
            yield indicador, periodo, lugar, sexo

    def otra(self) -> tuple[int, str, int, str]:
        with self._turno:
            return next(self._todas)


class Personal(Persona):
    """Una analista y una revisora: registran, envían y publican por la administración, como lo haría una persona."""

    def __init__(
        self, planta: Planta, libro: Libro, series: Series, entradas: Sesiones, semilla: int, pausa: float = 0.2
    ) -> None:
        super().__init__(planta, libro, pausa)
        self.series, self.entradas, self.azar = series, entradas, random.Random(semilla)
        self.sesiones: dict[str, Cliente] = {}

    def vuelta(self) -> None:
        if not all(self._dentro(usuario) for usuario in ("analista", "revisor")):
            self.parar.wait(1)
            return
        pk = self._registrar()
        if pk is not None:
            self._publicar(pk)

    def _dentro(self, usuario: str) -> bool:
        if usuario not in self.sesiones:
            dentro = self.entradas.de(usuario)
            if dentro is None:
                return False
            self.sesiones[usuario] = dentro
        return True

    def _registrar(self) -> int | None:
        """Registra y envía a revisión en un solo envío; la clave de la medición si el portal dijo que la guardó."""
        indicador, periodo, lugar, sexo = self.series.otra()
        valor = f"{self.azar.randint(100, 999) / 10:.1f}"
        datos = {
            "indicador": str(indicador),
            "periodo": periodo,
            "ambito": str(lugar),
            "sexo": sexo,
            "caracter": "referencial",
            "valor": valor.replace(".", ","),
            "situacion": "definitiva",
            "fuente": str(self.series.fuente),
            "_enviar": "1",
        }
        respuesta = self.sesiones["analista"].enviar("/admin/indicadores/medicion/add/", datos)
        if not self._anotar("registrar", respuesta):
            return None
        numero = re.search(r"/medicion/(\d+)/", destino(respuesta))
        if numero is None:
            # Vuelve a la lista: se busca por lo que la distingue.
            condicion = (
                f"periodo = '{periodo}' AND ambito_id = {lugar} AND sexo = '{sexo}' AND indicador_id = {indicador}"
            )
            numero_pk = self.planta.sql(f"SELECT id FROM indicadores_medicion WHERE {condicion}")[0][0]
        else:
            numero_pk = int(numero[1])
        self.libro.confirmado[numero_pk] = (valor, "en_revision")
        return numero_pk

    def _publicar(self, pk: int) -> None:
        revisora = self.sesiones["revisor"]
        ruta = f"/admin/indicadores/medicion/{pk}/paso/publicar/"
        pagina = revisora.pedir("GET", ruta)
        if not self.libro.anotar("personal", "leer", pagina, pagina.estado == 200):
            return
        leidos = campos(pagina.texto)
        datos = [(nombre, leidos[nombre]) for nombre in ("testigo", "visto") if nombre in leidos]
        datos += [("aviso", valor) for valor in AVISO.findall(pagina.texto)]
        if self._anotar("publicar", revisora.enviar(ruta, datos)):
            self.libro.confirmado[pk] = (self.libro.confirmado[pk][0], "publicada")

    def _anotar(self, que: str, respuesta: Respuesta) -> bool:
        hecho = respuesta.estado == 302 and not destino(respuesta).startswith("/admin/login/")
        if not hecho and respuesta.estado in (0, 500, 502, 503, 504):
            self.libro.dudosas += 1
        if destino(respuesta).startswith("/admin/login/"):
            for usuario in list(self.sesiones):
                self.entradas.olvidar(usuario)
            self.sesiones.clear()
        return self.libro.anotar("personal", que, respuesta, hecho)


@dataclass(frozen=True, slots=True)
class Cotejo:
    """``perdidas``: lo que el portal dijo haber hecho y la base no tiene (la clave y por qué)."""

    confirmadas: int
    publicadas: int
    perdidas: list[str]


def cotejar(planta: Planta, libro: Libro, *, en: str = "principal") -> Cotejo:
    """Busca en la base cada escritura confirmada, con su valor y al menos en su etapa."""
    filas = planta.sql("SELECT id, valor::text, etapa FROM indicadores_medicion WHERE caracter = 'referencial'", en=en)
    hay = {pk: (valor, etapa) for pk, valor, etapa in filas}
    perdidas = []
    for pk, (valor, etapa) in libro.confirmado.items():
        if pk not in hay:
            perdidas.append(f"{pk}: no está")
        elif float(hay[pk][0]) != float(valor):
            perdidas.append(f"{pk}: dice {hay[pk][0]} y se confirmó {valor}")
        elif ETAPAS.index(hay[pk][1]) < ETAPAS.index(etapa):
            perdidas.append(f"{pk}: está en «{hay[pk][1]}» y se confirmó «{etapa}»")
    publicadas = sum(etapa == "publicada" for _, etapa in libro.confirmado.values())
    return Cotejo(len(libro.confirmado), publicadas, perdidas)


def resumir(tiempos: list[float]) -> dict[str, Any]:
    """p50, p95 y p99 en milisegundos; vacío si no hay."""
    if not tiempos:
        return {}
    orden = sorted(tiempos)
    return {f"p{p}": round(orden[min(int(len(orden) * p / 100), len(orden) - 1)] * 1000, 1) for p in (50, 95, 99)}
