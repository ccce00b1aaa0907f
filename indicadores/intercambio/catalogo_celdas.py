"""El texto de una celda del catálogo: cómo se escribe cada dato y cómo se vuelve a leer, igual en hoja y en pantalla.

Todo dato tiene una sola forma escrita («34,9», «sí», «ds-011-2020-jus», 2026-12-31): dos celdas dicen lo mismo si se
escriben igual, y así se comparan lo descargado, lo vigente y lo escrito.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from indicadores.acciones.comun import leer_valor
from indicadores.calculo.tipos import MOTIVOS_DECLARABLES
from indicadores.errores import DatoInvalido
from indicadores.formato import TEXTO_DE_MOTIVO, NumeroInvalido, escribir_editable, leer_decimal, sin_acentos
from indicadores.models import Indicador

SI, NO = "sí", "no"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MOTIVOS = {motivo.value: motivo.value for motivo in MOTIVOS_DECLARABLES} | {
    sin_acentos(TEXTO_DE_MOTIVO[motivo]): motivo.value for motivo in MOTIVOS_DECLARABLES
}

#: Los objetos a los que se puede apuntar, por su modelo y su código.
Referencias = dict[type[models.Model], dict[str, Any]]


def limpiar(texto: str) -> str:
    """Sin espacios alrededor, sin caracteres de control y con un solo tipo de salto de línea."""
    return _CONTROL.sub("", texto.replace("\r\n", "\n").replace("\r", "\n")).strip()


def crudo_a_texto(crudo: object) -> str:
    """Lo que trae una celda de una hoja de cálculo, como lo escribiría una persona."""
    if crudo is None:
        return ""
    if isinstance(crudo, bool):
        return SI if crudo else NO
    if isinstance(crudo, datetime):
        return crudo.date().isoformat()
    if isinstance(crudo, date):
        return crudo.isoformat()
    if isinstance(crudo, int | float | Decimal):
        # Quince cifras: las que una hoja de cálculo conserva exactas.
        return escribir_editable(Decimal(format(crudo, ".15g")))
    return limpiar(str(crudo))


def escribir_fijado(valor: Decimal | None, motivo_ausencia: str) -> str:
    """«34,9» o el código del motivo de la ausencia."""
    return escribir_editable(valor) if valor is not None else motivo_ausencia


def leer_fijado(indicador: Indicador, texto: str) -> tuple[Decimal | None, str]:
    """El valor, o el código del motivo por el que no hay; ``(None, "")`` si está vacía. Levanta ``DatoInvalido``."""
    escrito = limpiar(texto)
    if not escrito:
        return None, ""
    if motivo := _MOTIVOS.get(sin_acentos(escrito)):
        return None, motivo
    try:
        return leer_valor(indicador, escrito), ""
    except DatoInvalido as error:
        if any(letra.isdigit() for letra in escrito):
            raise
        raise DatoInvalido(
            f"«{escrito[:40]}» no es un número ni un motivo de ausencia. Los motivos son: "
            f"{', '.join(motivo.value for motivo in MOTIVOS_DECLARABLES)}."
        ) from error


def clave_de(modelo: type[models.Model]) -> str:
    """El campo por el que se nombra un objeto en una hoja."""
    return "sigla" if any(campo.name == "sigla" for campo in modelo._meta.fields) else "codigo"


def escribir_campo(objeto: models.Model, nombre: str) -> str:
    """Lo que dice ese campo del objeto, en su forma escrita."""
    campo: Any = objeto._meta.get_field(nombre)
    if isinstance(campo, models.ForeignKey):
        otro = getattr(objeto, nombre)
        return str(getattr(otro, clave_de(type(otro)))) if otro else ""
    return escribir_dato(getattr(objeto, nombre))


def escribir_dato(valor: object) -> str:
    """Un dato suelto: sí o no, un número, una fecha o un texto."""
    return "" if valor is None else crudo_a_texto(valor)


def leer_campo(campo: Any, texto: str, referencias: Referencias) -> Any:
    """El valor que dice ``texto`` para ese campo de un modelo. Levanta ``DatoInvalido`` con lo que se esperaba."""
    escrito = limpiar(texto)
    if isinstance(campo, models.ForeignKey):
        return _leer_referencia(campo, escrito, referencias)
    if isinstance(campo, models.BooleanField):
        return _leer_si_o_no(escrito)
    if isinstance(campo, models.DateField):
        return _leer_fecha(escrito)
    valor: Any = escrito
    if isinstance(campo, models.IntegerField):
        valor = _leer_entero(escrito)
    elif campo.choices:
        valor = _leer_opcion(campo, escrito)
    try:
        return campo.clean(valor, None)
    except ValidationError as error:
        raise DatoInvalido(" ".join(error.messages)) from error


def _leer_referencia(campo: Any, texto: str, referencias: Referencias) -> Any:
    if not texto:
        if campo.null:
            return None
        raise DatoInvalido(f"Falta {campo.verbose_name}: escriba su código.")
    hallado = referencias[campo.related_model].get(texto)
    if hallado is None:
        raise DatoInvalido(f"No hay {campo.related_model._meta.verbose_name} con el código «{texto[:60]}».")
    return hallado


def _leer_si_o_no(texto: str) -> bool:
    dicho = sin_acentos(texto)
    if dicho not in ("si", "no"):
        raise DatoInvalido(f"«{texto[:40]}»: se esperaba «sí» o «no».")
    return dicho == "si"


def _leer_fecha(texto: str) -> date | None:
    if not texto:
        return None
    for forma in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(texto, forma).date()
        except ValueError:
            continue
    raise DatoInvalido(f"«{texto[:40]}» no es una fecha: escríbala como 2026-12-31.")


def _leer_entero(texto: str) -> int | None:
    if not texto:
        return None
    try:
        return int(leer_decimal(texto, entero=True))
    except NumeroInvalido as error:
        raise DatoInvalido(str(error)) from error


def _leer_opcion(campo: Any, texto: str) -> str:
    if not texto and campo.blank:
        return ""
    dicho = sin_acentos(texto)
    for codigo, rotulo in campo.choices:
        if dicho in (sin_acentos(str(codigo)), sin_acentos(str(rotulo))):
            return str(codigo)
    admitidas = ", ".join(str(codigo) for codigo, _ in campo.choices)
    raise DatoInvalido(f"«{texto[:40]}»: se esperaba {admitidas}.")
