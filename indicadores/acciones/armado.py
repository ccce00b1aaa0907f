"""Cómo se arman los datos de una medición antes de guardarla: lo mismo para una sola que para un lote de cien mil."""

from decimal import Decimal
from typing import Any

from indicadores.acciones.comun import comprobar_ausencia, leer_valor, sin_control
from indicadores.errores import DatoInvalido
from indicadores.formato import porcentaje_de
from indicadores.models import Indicador, Medicion

#: Lo que una persona puede cambiar de un borrador; la clave (indicador, periodo, ámbito, sexo, carácter) no.
CAMPOS_EDITABLES = (
    "valor",
    "numerador",
    "denominador",
    "fuente",
    "situacion",
    "motivo_ausencia",
    "texto_ausencia",
    "fecha_compromiso",
    "notas",
)

CANTIDADES = ("numerador", "denominador")
OPCIONES = {
    "sexo": tuple(Medicion.Sexo.values),
    "caracter": tuple(Medicion.Caracter.values),
    "situacion": tuple(Medicion.Situacion.values),
}


def textos_de(medicion: Medicion) -> dict[str, str | None]:
    """Lo editable, como se anota en un suceso."""
    datos = {campo: getattr(medicion, campo) for campo in CAMPOS_EDITABLES}
    return {campo: None if dato is None else str(dato) for campo, dato in datos.items()}


def cambiar_datos(medicion: Medicion, campos: dict[str, Any]) -> None:
    """Pone ``campos`` en un borrador; lo demás queda, salvo lo que el cambio deja sin sustento. No guarda."""
    datos: dict[str, Any] = {campo: getattr(medicion, campo) for campo in CAMPOS_EDITABLES}
    soltar_lo_que_ya_no_vale(medicion, datos, campos)
    poner_datos(medicion, **(datos | campos))
    comprobar_opciones(medicion)


def lo_que_se_conserva(vigente: Medicion, valor: Decimal | int | str | None, campos: dict[str, Any]) -> dict[str, Any]:
    """Lo que una corrección toma de la versión vigente si ``campos`` no dice otra cosa."""
    datos: dict[str, Any] = {"fuente": vigente.fuente, "situacion": vigente.situacion, "notas": vigente.notas}
    if leer_valor(vigente.indicador, valor) == vigente.valor:
        datos |= {"numerador": vigente.numerador, "denominador": vigente.denominador}
    if valor is None and not {"motivo_ausencia", *CANTIDADES} & set(campos):
        datos |= {
            "motivo_ausencia": vigente.motivo_ausencia,
            "texto_ausencia": vigente.texto_ausencia,
            "fecha_compromiso": vigente.fecha_compromiso,
        }
    return datos


def soltar_lo_que_ya_no_vale(medicion: Medicion, datos: dict[str, Any], campos: dict[str, Any]) -> None:
    """Quita de ``datos`` (lo que había) lo que un cambio en ``campos`` deja sin sustento."""
    if campos.get("valor") is not None:
        datos.update(motivo_ausencia="", texto_ausencia="", fecha_compromiso=None)
        if leer_valor(medicion.indicador, campos["valor"]) != medicion.valor:
            datos.update(numerador=None, denominador=None)
    elif "valor" not in campos and set(CANTIDADES) & set(campos):
        quedan = datos | campos
        es_porcentaje = medicion.indicador.unidad == Indicador.Unidad.PORCENTAJE
        if es_porcentaje and quedan["numerador"] is not None and quedan["denominador"]:
            datos.update(valor=None, motivo_ausencia="", texto_ausencia="", fecha_compromiso=None)


def poner_datos(
    medicion: Medicion,
    *,
    valor: Decimal | int | str | None,
    numerador: int | None = None,
    denominador: int | None = None,
    motivo_ausencia: str | None = None,
    **otros: Any,
) -> None:
    """Valida y asigna los campos editables; no guarda."""
    indicador = medicion.indicador
    for campo, cuenta in (("numerador", numerador), ("denominador", denominador)):
        if cuenta is not None and not (type(cuenta) is int and 0 <= cuenta <= 10**12):
            raise DatoInvalido(f"El {campo} debe ser un entero entre 0 y un billón.", campo=campo)
    es_porcentaje = indicador.unidad == Indicador.Unidad.PORCENTAJE
    if es_porcentaje and numerador is not None and denominador is not None and numerador > denominador:
        raise DatoInvalido(
            "El numerador es mayor que el denominador: el porcentaje pasaría de 100 %.", campo="numerador"
        )
    exacto = leer_valor(indicador, valor)
    if exacto is None and not motivo_ausencia and es_porcentaje and numerador is not None and denominador:
        exacto = porcentaje_de(numerador, denominador)
    comprobar_ausencia(exacto, motivo_ausencia or "", otros.get("fecha_compromiso"))
    medicion.valor = exacto
    medicion.numerador = numerador
    medicion.denominador = denominador
    medicion.motivo_ausencia = motivo_ausencia or ""
    for campo, dato in otros.items():
        setattr(medicion, campo, sin_control(dato) if isinstance(dato, str) else dato)


def comprobar_opciones(medicion: Medicion) -> None:
    for campo, admitidas in OPCIONES.items():
        if getattr(medicion, campo) not in admitidas:
            raise DatoInvalido(f"«{getattr(medicion, campo)}» no se admite; use {' o '.join(admitidas)}.", campo=campo)
