"""Los casos de ``test_restricciones`` para el expediente: evidencias, cierres, lotes, constancias y avisos."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import models

from indicadores.models import AvisoEnviado, Constancia, EjercicioCerrado, Evidencia, LlaveDeApi, Lote, Medicion
from tests import fabricas
from tests.fabricas import AHORA, minuto

Fabricador = Callable[[SimpleNamespace], list[models.Model]]


def evidencias(*lista: dict[str, Any]) -> Fabricador:
    """Evidencias de una misma medición; con ``de_otra``, de otra."""

    def fabricar(m: SimpleNamespace) -> list[models.Model]:
        comunes = {"ambito": m.pais, "registrada_por": m.ana, "publicada_por": m.raul}
        una, otra = Medicion.objects.bulk_create([fabricas.fila(i, **comunes) for i in (m.indicador, m.otro)])
        fijos = {"nombre": "a.pdf", "tipo": "application/pdf", "tamano": 1, "subida_por": m.ana, "subida_en": AHORA}
        filas: list[models.Model] = []
        for datos in lista:
            propios = {campo: valor for campo, valor in datos.items() if campo != "de_otra"}
            filas.append(
                Evidencia(**({"medicion": otra if "de_otra" in datos else una, "huella": "a" * 64} | fijos | propios))
            )
        return filas

    return fabricar


def cierres(*lista: dict[str, Any]) -> Fabricador:
    """Cierres de 2021; con ``reabierto_en``, reabiertos por alguien, salvo que se diga por quién."""

    def fabricar(m: SimpleNamespace) -> list[models.Model]:
        filas: list[models.Model] = []
        for datos in lista:
            comunes: dict[str, Any] = {"anio": 2021, "motivo": "x", "cerrado_por": m.aldo, "cerrado_en": AHORA}
            if "reabierto_en" in datos:
                comunes["reabierto_por"] = m.aldo
            filas.append(EjercicioCerrado(**(comunes | datos)))
        return filas

    return fabricar


def constancias(*lista: dict[str, Any]) -> Fabricador:
    """Constancias numeradas desde 1, cada una con su huella."""
    comunes = {"clase": "publicacion", "objeto": 1, "canonico": "{}", "huella_anterior": "0" * 64, "en": AHORA}
    return lambda _m: [
        Constancia(**(comunes | {"numero": n, "huella": str(n) * 64} | datos)) for n, datos in enumerate(lista, 1)
    ]


def llaves(**datos: Any) -> Fabricador:
    """Una llave de la API; con ``revocada_en``, la revocó alguien salvo que se diga quién."""
    comunes = {"nombre": "x", "correo": "a@ejemplo.pe", "prefijo": "pnp_x", "huella": "a" * 64, "creada_en": AHORA}
    if "revocada_en" in datos:
        return lambda m: [LlaveDeApi(**(comunes | {"creada_por": m.aldo, "revocada_por": m.aldo} | datos))]
    return lambda m: [LlaveDeApi(**(comunes | {"creada_por": m.aldo} | datos))]


def lotes(**datos: Any) -> Fabricador:
    """Un lote; ``aplicado_por=True`` es que alguien lo aplicó."""

    def fabricar(m: SimpleNamespace) -> list[models.Model]:
        comunes = {"clase": "mediciones", "nombre": "a.csv", "huella": "a" * 64, "creado_por": m.ana}
        quien = {"aplicado_por": m.ana} if datos.get("aplicado_por") else {}
        return [Lote(**(comunes | {"creado_en": AHORA, "cambiado_en": AHORA} | datos | quien))]

    return fabricar


def avisos(*lista: dict[str, Any]) -> Fabricador:
    comunes = {"clave": "atraso:1:2021:7", "destinatario": "ana@ejemplo.pe", "en": AHORA}
    return lambda _m: [AvisoEnviado(**(comunes | datos)) for datos in lista]


RETIRADA: dict[str, Any] = {"retirada_en": minuto(1)}
REABIERTO: dict[str, Any] = {"reabierto_en": minuto(1)}

CASOS_DE_EXPEDIENTE: dict[str, tuple[list[Fabricador], list[Fabricador]]] = {
    "evidencia_sin_repetir": (
        [evidencias({}, {"huella": "b" * 64}), evidencias({}, {"de_otra": True}), evidencias(RETIRADA, {})],
        [evidencias({}, {"nombre": "b.pdf"})],
    ),
    "ejercicio_un_cierre": ([cierres({}, {"anio": 2022}), cierres(REABIERTO, {})], [cierres({}, {"motivo": "y"})]),
    "ejercicio_anio_rango": (
        [cierres({"anio": 1990}), cierres({"anio": 2100})],
        [cierres({"anio": 1989}), cierres({"anio": 2101})],
    ),
    "ejercicio_reapertura": (
        [cierres(REABIERTO), cierres({"reabierto_en": AHORA})],
        [cierres({"reabierto_en": minuto(-1)}), cierres(REABIERTO | {"reabierto_por": None})],
    ),
    "constancia_una_por_hecho": (
        [constancias({}, {"objeto": 2}), constancias({}, {"clase": "retiro"})],
        [constancias({}, {"canonico": "{}"})],
    ),
    "llave_revocacion": (
        [llaves(), llaves(revocada_en=AHORA)],
        [llaves(revocada_en=minuto(-1)), llaves(revocada_en=minuto(1), revocada_por=None)],
    ),
    "lote_aplicado": (
        [lotes(), lotes(estado="aplicado", aplicado_por=True, aplicado_en=AHORA)],
        [lotes(estado="aplicado"), lotes(estado="aplicado", aplicado_por=True)],
    ),
    "aviso_una_vez": (
        [avisos({}, {"clave": "atraso:1:2021:30"}), avisos({}, {"destinatario": "eva@ejemplo.pe"})],
        [avisos({}, {"en": minuto(1)})],
    ),
}
