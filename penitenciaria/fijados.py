"""La constancia de una línea base, un logro esperado o unos umbrales: lo que la cadena certifica, en palabras.

Todo sale del texto certificado, no de la fila de la base: lo que se lee es lo que la huella protege.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicadores import frases
from indicadores.calculo import cadena
from indicadores.calculo.tipos import Motivo
from indicadores.formato import escribir_numero, escribir_valor, texto_de_motivo
from indicadores.mirada import Mirada
from indicadores.models import Constancia

#: Los decimales con que se guarda cualquier cifra: de más no se escriben ceros.
DECIMALES = 4
NOMBRE = {cadena.LINEA_BASE: "Línea base", cadena.LOGRO_ESPERADO: "Logro esperado"}


@dataclass(frozen=True, slots=True)
class PaginaDeFijado:
    """Lo que muestra la página; ``codigo`` vacío si no es de un indicador (los umbrales)."""

    constancia: Constancia
    codigo: str
    de_que: str
    que: str
    valor: str
    razon: str
    datos: tuple[tuple[str, str], ...]
    fuente_url: str


def leer_constancia(numero: int, mirada: Mirada) -> Constancia | None:
    """El eslabón ``numero``, si ya estaba en la cadena a la fecha: una consulta."""
    if numero >= 2**63:
        return None
    return Constancia.objects.filter(numero=numero, en__lte=mirada.a_la_fecha).first()


def escribir_fijado(constancia: Constancia) -> PaginaDeFijado:
    """La página de un eslabón que no es de una medición."""
    datos = json.loads(constancia.canonico)["datos"]
    comunes = (
        ("Versión", str(datos["version"])),
        ("La fijó", datos["cargo_fijacion"] or ""),
        ("Por qué", datos["motivo_cambio"] or ""),
        ("Norma", datos["norma"] or ""),
    )
    if constancia.clase == cadena.UMBRALES:
        return PaginaDeFijado(
            constancia=constancia,
            codigo="",
            de_que="Desde qué avance se enciende cada luz",
            que="Umbrales del semáforo",
            valor=f"{_porcentaje(datos['verde'])} y {_porcentaje(datos['amarillo'])}",
            razon="",
            datos=(
                ("Cumple, desde", _porcentaje(datos["verde"])),
                ("En riesgo, desde", _porcentaje(datos["amarillo"])),
                *comunes,
            ),
            fuente_url="",
        )
    valor = datos["valor"]
    return PaginaDeFijado(
        constancia=constancia,
        codigo=datos["indicador"],
        de_que=datos["indicador_nombre"],
        que=f"{NOMBRE[constancia.clase]} de {datos['anio']}",
        valor="" if valor is None else escribir_valor(Decimal(valor), datos["simbolo"], DECIMALES),
        razon=_razon(datos) if valor is None else "",
        datos=(("Fuente", datos["fuente_nombre"] or ""), *comunes),
        fuente_url=datos["fuente_url"] or "",
    )


def _porcentaje(texto: str) -> str:
    return f"{escribir_numero(Decimal(texto), DECIMALES)}\N{NO-BREAK SPACE}%"


def _razon(datos: dict[str, Any]) -> str:
    declarada = datos["texto_ausencia"] or texto_de_motivo(Motivo(datos["motivo_ausencia"] or Motivo.NO_CONSTA))
    return frases.con_punto(frases.mayuscula(declarada))
