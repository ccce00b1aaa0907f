"""Los parámetros de una dirección de la API, leídos sin perdonar: lo desconocido es un error que lo nombra.

Un parámetro mal escrito que se ignora devuelve cifras que nadie pidió; por eso aquí nada se ignora.
"""

import re
from collections.abc import Collection, Sequence

from django.http import QueryDict
from rest_framework.exceptions import APIException

from indicadores.formato import enumerar

#: Los que admite todo recurso; ``format`` solo puede decir uno de los suyos.
COMUNES = ("corte", "a_la_fecha", "format")

_ENTERO = re.compile(r"[0-9]{1,9}", re.ASCII)
_LARGO_CITADO = 60
LARGO_MAXIMO = 200
#: Menos que lo que admite el servidor web: así lo contesta la API, y lo explica.
DIRECCION_MAXIMA = 4000


class DireccionLarga(APIException):
    """Un 414: ninguna consulta con sentido mide tanto."""

    status_code = 414
    default_detail = f"La dirección pasa de {DIRECCION_MAXIMA} caracteres: pida menos cosas a la vez."
    default_code = "direccion_larga"


class ParametroInvalido(APIException):
    """Un 400 con culpable: ``parametro`` es el nombre que se lee en la dirección."""

    status_code = 400
    default_code = "parametro_invalido"

    def __init__(self, parametro: str, detalle: str) -> None:
        super().__init__(detalle)
        self.parametro = parametro


def citar(texto: str) -> str:
    """Lo que escribió el cliente, entre comillas y con un largo razonable."""
    return f"«{texto}»" if len(texto) <= _LARGO_CITADO else f"«{texto[:_LARGO_CITADO]}…»"


def comprobar(parametros: QueryDict, admitidos: Collection[str], formatos: Sequence[str] = ("json",)) -> None:
    """Levanta :class:`ParametroInvalido` si hay un parámetro desconocido, repetido o ilegible."""
    for nombre, valores in parametros.lists():
        if nombre not in admitidos:
            raise ParametroInvalido(
                nombre, f"El parámetro {citar(nombre)} no existe aquí. Se admiten {enumerar(sorted(admitidos))}."
            )
        if len(valores) > 1:
            raise ParametroInvalido(nombre, f"El parámetro «{nombre}» está repetido: escríbalo una sola vez.")
        texto = str(valores[0])
        if "\0" in texto:
            raise ParametroInvalido(nombre, f"El parámetro «{nombre}» contiene un carácter nulo.")
        if len(texto) > LARGO_MAXIMO:
            raise ParametroInvalido(nombre, f"El parámetro «{nombre}» pasa de {LARGO_MAXIMO} caracteres.")
    formato = leer_texto(parametros, "format")
    if formato not in ("", *formatos):
        admite = enumerar([f"«{uno}»" for uno in formatos], "o")
        raise ParametroInvalido("format", f"El formato {citar(formato)} no se ofrece aquí; se admite {admite}.")


def leer_texto(parametros: QueryDict, nombre: str) -> str:
    """El valor sin espacios alrededor; vacío si no se escribió."""
    return str(parametros.get(nombre, "")).strip()


def leer_entero(parametros: QueryDict, nombre: str, *, defecto: int, maximo: int | None = None) -> int:
    """Un entero mayor que cero, de hasta nueve cifras; ``defecto`` si no se escribió."""
    texto = leer_texto(parametros, nombre)
    if not texto:
        return defecto
    numero = int(texto) if _ENTERO.fullmatch(texto) else 0
    if numero < 1 or (maximo is not None and numero > maximo):
        hasta = "sin decimales, desde 1" if maximo is None else f"entre 1 y {maximo}"
        raise ParametroInvalido(
            nombre, f"El parámetro «{nombre}» dice {citar(texto)}; se espera un número entero, {hasta}."
        )
    return numero


def leer_orden(parametros: QueryDict, ordenes: Collection[str], *, defecto: str) -> list[tuple[str, bool]]:
    """Pares (nombre, es descendente) de ``ordering``; ``-`` invierte y la coma separa."""
    pedido = leer_texto(parametros, "ordering") or defecto
    pares = []
    for clave in (parte.strip() for parte in pedido.split(",")):
        nombre = clave.removeprefix("-")
        if nombre not in ordenes:
            raise ParametroInvalido(
                "ordering",
                f"El parámetro «ordering» dice {citar(clave)}; se admite {enumerar(sorted(ordenes), 'o')}, "
                "con un guion delante para invertir.",
            )
        pares.append((nombre, clave.startswith("-")))
    return pares
