"""Un navegador pequeño para la planta: TLS comprobado, cookies, formularios y lo que tardó cada respuesta."""

import http.client
import re
import socket
import ssl
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

CAMPO = re.compile(r'<input[^>]*\bname="(?P<nombre>[^"]+)"[^>]*>')
VALOR = re.compile(r'\bvalue="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Respuesta:
    """``estado`` 0: no hubo respuesta (``texto`` dice por qué). ``segundos``: hasta el último byte."""

    estado: int
    cabeceras: dict[str, str]
    cuerpo: bytes
    segundos: float

    @property
    def texto(self) -> str:
        return self.cuerpo.decode("utf-8", errors="replace")


class _Conexion(http.client.HTTPSConnection):
    """Va a 127.0.0.1 y dice (en el saludo de TLS y en ``Host``) el nombre público."""

    def __init__(self, puerto: int, nombre: str, contexto: ssl.SSLContext, espera: float) -> None:
        super().__init__(nombre, puerto, context=contexto, timeout=espera)
        self._contexto, self._nombre = contexto, nombre

    def connect(self) -> None:
        enchufe = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        enchufe.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._contexto.wrap_socket(enchufe, server_hostname=self._nombre)


class Cliente:
    """Una conexión que se reutiliza; sin ``cookies`` no las guarda: siempre es alguien nuevo."""

    def __init__(
        self, puerto: int, nombre: str, certificado: Path, *, cookies: bool = True, espera: float = 60
    ) -> None:
        self.nombre = nombre
        contexto = ssl.create_default_context(cafile=str(certificado))
        self._nueva = lambda: _Conexion(puerto, nombre, contexto, espera)
        self._conexion: _Conexion | None = None
        self._usada = 0.0
        self._guarda = cookies
        self.cookies: dict[str, str] = {}

    def pedir(
        self,
        metodo: str,
        ruta: str,
        datos: dict[str, str] | list[tuple[str, str]] | None = None,
        archivos: dict[str, tuple[str, bytes]] | None = None,
        **cabeceras: str,
    ) -> Respuesta:
        """No sigue redirecciones. Lo que no llega a contestarse tiene estado 0."""
        cuerpo, propias = self._cuerpo(datos, archivos)
        propias |= {nombre.replace("_", "-"): valor for nombre, valor in cabeceras.items()}
        propias["Host"] = self.nombre
        if self.cookies:
            propias["Cookie"] = "; ".join(f"{nombre}={valor}" for nombre, valor in self.cookies.items())
        if metodo == "POST":
            propias |= {"Referer": f"https://{self.nombre}{ruta}", "Origin": f"https://{self.nombre}"}
        inicio = time.perf_counter()
        try:
            respuesta = self._enviar(metodo, ruta, cuerpo, propias)
            leido = respuesta.read()
        except (OSError, http.client.HTTPException) as error:
            self.cerrar()
            return Respuesta(0, {}, f"{type(error).__name__}: {error}".encode(), time.perf_counter() - inicio)
        if self._guarda:
            for cabecera in respuesta.headers.get_all("Set-Cookie") or []:
                for nombre, galleta in SimpleCookie(cabecera).items():
                    self.cookies[nombre] = galleta.value
        dichas = {nombre.lower(): valor for nombre, valor in respuesta.headers.items()}
        return Respuesta(respuesta.status, dichas, leido, time.perf_counter() - inicio)

    def _enviar(
        self, metodo: str, ruta: str, cuerpo: bytes | None, cabeceras: dict[str, str]
    ) -> http.client.HTTPResponse:
        # nginx cierra lo ocioso a los 30 s: antes de eso se abre otra, y así ningún corte es culpa del cliente.
        if self._conexion is None or time.monotonic() - self._usada > 10:
            self.cerrar()
            self._conexion = self._nueva()
        self._usada = time.monotonic()
        self._conexion.request(metodo, ruta, body=cuerpo, headers=cabeceras)
        return self._conexion.getresponse()

    @staticmethod
    def _cuerpo(
        datos: dict[str, str] | list[tuple[str, str]] | None, archivos: dict[str, tuple[str, bytes]] | None
    ) -> tuple[bytes | None, dict[str, str]]:
        if datos is None and archivos is None:
            return None, {}
        pares = list(datos.items()) if isinstance(datos, dict) else datos or []
        if not archivos:
            return urlencode(pares).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        borde = f"borde-{token_hex(12)}"
        partes = []
        for nombre, valor in pares:
            partes.append(f'--{borde}\r\nContent-Disposition: form-data; name="{nombre}"\r\n\r\n{valor}\r\n'.encode())
        for nombre, (archivo, contenido) in archivos.items():
            cabeza = f'--{borde}\r\nContent-Disposition: form-data; name="{nombre}"; filename="{archivo}"\r\n'
            partes.append(f"{cabeza}Content-Type: application/octet-stream\r\n\r\n".encode() + contenido + b"\r\n")
        partes.append(f"--{borde}--\r\n".encode())
        return b"".join(partes), {"Content-Type": f"multipart/form-data; boundary={borde}"}

    def cerrar(self) -> None:
        if self._conexion is not None:
            self._conexion.close()
            self._conexion = None

    def entrar(self, usuario: str, clave: str) -> bool:
        """Ingresa por la página de ingreso; verdadero si quedó dentro."""
        pagina = self.pedir("GET", "/admin/login/")
        datos = campos(pagina.texto) | {"username": usuario, "password": clave, "next": "/admin/"}
        return self.pedir("POST", "/admin/login/", datos).estado == 302

    def enviar(
        self,
        ruta: str,
        datos: dict[str, str] | list[tuple[str, str]],
        archivos: dict[str, tuple[str, bytes]] | None = None,
    ) -> Respuesta:
        """POST con el secreto de formulario de esta sesión."""
        pares = list(datos.items()) if isinstance(datos, dict) else datos
        return self.pedir("POST", ruta, [("csrfmiddlewaretoken", self.cookies.get("csrftoken", "")), *pares], archivos)


def campos(pagina: str) -> dict[str, str]:
    """Los ``input`` de una página con lo que traen puesto (si se repite un nombre, el último)."""
    hallados = {}
    for caso in CAMPO.finditer(pagina):
        valor = VALOR.search(caso.group())
        hallados[caso["nombre"]] = valor[1] if valor else ""
    return hallados


def destino(respuesta: Respuesta) -> str:
    """A qué ruta envía una redirección; vacío si no lo es."""
    return urlsplit(respuesta.cabeceras.get("location", "")).path
