"""Los verbos: la única forma de escribir cifras. Cada uno comprueba permisos, abre una transacción y deja constancia.

Todos reciben ``por`` (quién) y aceptan ``ahora`` (el momento; si falta, el reloj). Levantan solo errores del
dominio, con un mensaje en español para quien escribe.
"""

from indicadores.acciones.cierres import cerrar_ejercicio, reabrir_ejercicio
from indicadores.acciones.expediente import adjuntar, comentar, difundir_evidencia, retirar_evidencia
from indicadores.acciones.mediciones import (
    corregir,
    descartar,
    enviar,
    modificar,
    observar,
    publicar,
    publicar_lote,
    registrar,
    retirar,
)
from indicadores.acciones.revisiones import fijar_linea_base, fijar_logro, fijar_umbrales
from indicadores.acciones.transiciones import TRANSICIONES, Transicion
from indicadores.errores import (
    ConflictoDeEdicion,
    DatoInvalido,
    EjercicioBloqueado,
    ErrorDelDominio,
    PermisoDenegado,
    TransicionInvalida,
)

__all__ = [
    "TRANSICIONES",
    "ConflictoDeEdicion",
    "DatoInvalido",
    "EjercicioBloqueado",
    "ErrorDelDominio",
    "PermisoDenegado",
    "Transicion",
    "TransicionInvalida",
    "adjuntar",
    "cerrar_ejercicio",
    "comentar",
    "corregir",
    "descartar",
    "difundir_evidencia",
    "enviar",
    "fijar_linea_base",
    "fijar_logro",
    "fijar_umbrales",
    "modificar",
    "observar",
    "publicar",
    "publicar_lote",
    "reabrir_ejercicio",
    "registrar",
    "retirar",
    "retirar_evidencia",
]
