"""La administración de las cifras: cada módulo inscribe lo suyo al importarse."""

from indicadores.admin import (
    alias,
    catalogo,
    cuadricula,
    ejercicios,
    hojas,
    ingreso,
    inicio,
    llaves,
    mediciones,
    personas,
    revisiones,
    senalados,
)

__all__ = [
    "alias",
    "catalogo",
    "cuadricula",
    "ejercicios",
    "hojas",
    "ingreso",
    "inicio",
    "llaves",
    "mediciones",
    "personas",
    "revisiones",
    "senalados",
]
