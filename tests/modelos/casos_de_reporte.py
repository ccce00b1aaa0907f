"""Los casos de ``test_restricciones`` para el reporte: qué párrafos y qué reportes emitidos admite la base."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db import models

from objetivos.models import Parrafo, Reporte
from tests.fabricas import AHORA, minuto

Fabricador = Callable[[SimpleNamespace], list[models.Model]]
ANIOS_DENTRO, ANIOS_FUERA = (1990, 2100), (1989, 2101)


def parrafos(*lista: dict[str, Any]) -> Fabricador:
    """Párrafos generales; con ``de`` («objetivo» u «otro_objetivo»), el avance de ese objetivo."""

    def fabricar(m: SimpleNamespace) -> list[models.Model]:
        filas: list[models.Model] = []
        for numero, datos in enumerate(lista, 1):
            de = datos.get("de")
            comunes: dict[str, Any] = {"politica": m.politica, "anio": 2021, "texto": "x", "por": m.ana, "en": AHORA}
            comunes |= {"seccion": "avance" if de else "resultado_general", "orden": numero}
            comunes["objetivo"] = getattr(m, de) if de else None
            filas.append(Parrafo(**(comunes | {campo: valor for campo, valor in datos.items() if campo != "de"})))
        return filas

    return fabricar


def reportes(*lista: dict[str, Any]) -> Fabricador:
    """Reportes numerados desde 1; cada uno sustituye al anterior, salvo el último, que queda vigente."""

    def fabricar(m: SimpleNamespace) -> list[models.Model]:
        filas: list[Reporte] = []
        for numero, datos in enumerate(lista, 1):
            comunes: dict[str, Any] = {
                "id": numero,
                "politica": m.politica,
                "anio": 2021,
                "numero": numero,
                "corte": date(2021, 12, 31),
                "a_la_fecha": AHORA,
                "huella": f"{numero:064}",
                "emitido_por": m.raul,
                "emitido_en": AHORA,
                "sustituye_id": numero - 1 or None,
                "motivo": "Errata" if numero > 1 else "",
                "sustituido_en": minuto(1) if numero < len(lista) else None,
            }
            comunes |= dict.fromkeys(Reporte.FORMAS, b"x")
            filas.append(Reporte(**(comunes | datos)))
        return list(filas)

    return fabricar


def con_anio(fabricar: Callable[..., Fabricador], anios: tuple[int, ...]) -> list[Fabricador]:
    return [fabricar({"anio": anio}) for anio in anios]


CASOS_DE_REPORTE: dict[str, tuple[list[Fabricador], list[Fabricador]]] = {
    "parrafo_orden_unico": (
        [
            parrafos({"de": "objetivo", "orden": 1}, {"de": "otro_objetivo", "orden": 1}),
            parrafos({"de": "objetivo", "orden": 1}, {"de": "objetivo", "orden": 1, "seccion": "intervenciones"}),
            parrafos({"de": "objetivo", "orden": 1}, {"de": "objetivo", "orden": 1, "anio": 2022}),
        ],
        [parrafos({"de": "objetivo", "orden": 1}, {"de": "objetivo", "orden": 1, "modo": "reemplaza"})],
    ),
    "parrafo_general_orden_unico": (
        [parrafos({}, {}), parrafos({"orden": 1}, {"orden": 1, "seccion": "alternativas"})],
        [parrafos({"orden": 1}, {"orden": 1})],
    ),
    "parrafo_seccion_coherente": (
        [parrafos({"seccion": "alternativas"}), parrafos({"de": "objetivo", "seccion": "intervenciones"})],
        [
            parrafos({"seccion": "avance"}),
            parrafos({"de": "objetivo", "seccion": "resultado_general"}),
            parrafos({"seccion": "otra"}),
        ],
    ),
    "parrafo_modo_valido": ([parrafos({"modo": "agrega"}, {"modo": "reemplaza"})], [parrafos({"modo": "quita"})]),
    "parrafo_con_texto": ([parrafos({"texto": "."})], [parrafos({"texto": ""})]),
    "parrafo_anio_rango": (con_anio(parrafos, ANIOS_DENTRO), con_anio(parrafos, ANIOS_FUERA)),
    "reporte_uno_vigente": (
        [reportes({}, {}, {}), reportes({"sustituido_en": None}, {"anio": 2022})],
        [reportes({"sustituido_en": None}, {})],
    ),
    "reporte_numero_unico": (
        [reportes({}, {"anio": 2022, "numero": 1, "sustituye_id": None, "motivo": ""})],
        [reportes({}, {"numero": 1, "sustituye_id": None, "motivo": ""})],
    ),
    "reporte_huella_unica": ([reportes({}, {})], [reportes({}, {"huella": f"{1:064}"})]),
    "reporte_sustituido_una_vez": ([reportes({}, {}, {})], [reportes({}, {}, {"sustituye_id": 1})]),
    "reporte_correccion_con_motivo": (
        [reportes({}, {})],
        [
            reportes({}, {"motivo": ""}),
            reportes({}, {"sustituye_id": None}),
            reportes({"motivo": "Errata"}),
            reportes({"numero": 2}),
        ],
    ),
    "reporte_intervalo": (
        [reportes({"sustituido_en": AHORA}, {})],
        [reportes({"sustituido_en": minuto(-1)}, {})],
    ),
    "reporte_visto_al_emitirse": (
        [reportes({"a_la_fecha": minuto(-1)})],
        [reportes({"a_la_fecha": minuto(1)})],
    ),
    "reporte_anio_rango": (con_anio(reportes, ANIOS_DENTRO), con_anio(reportes, ANIOS_FUERA)),
}
