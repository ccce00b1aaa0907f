"""Los reportes emitidos: la lista por años y la verificación de una huella."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from objetivos.models import Politica, Reporte
from penitenciaria.informe.emision import cuando
from penitenciaria.informe.formas import FORMAS, Forma, nombre_de_archivo
from penitenciaria.informe.html import codigo_qr


@dataclass(frozen=True, slots=True)
class AnioDeReporte:
    """Un año: el reporte que rige, si se emitió alguno, y los que fueron sustituidos."""

    anio: int
    vigente: Reporte | None
    sustituidos: tuple[Reporte, ...]


@dataclass(frozen=True, slots=True)
class PaginaDeReportes:
    frase: str
    anios: tuple[AnioDeReporte, ...]
    formas: tuple[Forma, ...] = tuple(FORMAS.values())


def escribir_lista(politica: Politica, anios: Iterable[int]) -> PaginaDeReportes:
    """Los años, del más reciente al más antiguo, en una consulta."""
    emitidos = list(
        Reporte.objects.sin_archivos()
        .filter(politica=politica)
        .select_related("emitido_por")
        .order_by("-anio", "-numero")
    )
    filas = tuple(
        AnioDeReporte(
            anio=anio,
            vigente=next((uno for uno in emitidos if uno.anio == anio and uno.esta_vigente), None),
            sustituidos=tuple(uno for uno in emitidos if uno.anio == anio and not uno.esta_vigente),
        )
        for anio in sorted(anios, reverse=True)
    )
    return PaginaDeReportes(frase=_frase(filas), anios=filas)


def _frase(filas: Iterable[AnioDeReporte]) -> str:
    con_reporte = [fila.anio for fila in filas if fila.vigente]
    if not con_reporte:
        return (
            "Todavía no se ha emitido ningún reporte: de cada año se ve el borrador que sale de los datos publicados."
        )
    if len(con_reporte) == 1:
        return f"Se ha emitido el reporte de {con_reporte[0]}; de los demás años se ve el borrador."
    return f"Se han emitido los reportes de {len(con_reporte)} años; el más reciente es el de {con_reporte[0]}."


# Verificar


@dataclass(frozen=True, slots=True)
class ArchivoEmitido:
    """Un archivo, su huella y su nombre al descargarlo; ``es_el_pedido`` si es suya la huella que se verifica."""

    forma: Forma
    huella: str
    nombre: str
    es_el_pedido: bool


@dataclass(frozen=True, slots=True)
class PaginaVerificada:
    reporte: Reporte
    momento: str
    de_que: str
    sustituto: Reporte | None
    momento_del_sustituto: str
    archivos: tuple[ArchivoEmitido, ...]
    nombre_de_los_datos: str
    direccion: str
    qr: str


def es_huella(texto: str) -> bool:
    """Si tiene la forma de un SHA-256 en hexadecimal."""
    return re.fullmatch(r"[0-9a-f]{64}", texto) is not None


def verificar(huella: str) -> Reporte | None:
    """El reporte emitido cuyos datos o archivos tienen esa huella."""
    if not es_huella(huella):
        return None
    hallados = Reporte.objects.sin_archivos().con_huella(huella).select_related("emitido_por", "sustituye")
    return hallados.order_by("-pk").first()


def sustituto_de(reporte: Reporte) -> Reporte | None:
    """El reporte que lo sustituyó, si alguno."""
    if reporte.esta_vigente:
        return None
    return Reporte.objects.sin_archivos().filter(sustituye=reporte).order_by("pk").first()


def escribir(reporte: Reporte, huella: str, direccion: str) -> PaginaVerificada:
    """Lo que dice la página de verificación de un reporte hallado por ``huella``."""
    archivos = tuple(
        ArchivoEmitido(
            forma=forma,
            huella=getattr(reporte, f"huella_{nombre}"),
            nombre=nombre_de_archivo(nombre, reporte.anio, numero=reporte.numero),
            es_el_pedido=getattr(reporte, f"huella_{nombre}") == huella,
        )
        for nombre, forma in FORMAS.items()
    )
    pedido = next((archivo.nombre for archivo in archivos if archivo.es_el_pedido), "")
    sustituto = sustituto_de(reporte)
    return PaginaVerificada(
        reporte=reporte,
        momento=cuando(reporte.emitido_en),
        de_que=f"del archivo {pedido}" if pedido else "de los datos",
        sustituto=sustituto,
        momento_del_sustituto=cuando(sustituto.emitido_en) if sustituto else "",
        archivos=archivos,
        nombre_de_los_datos=nombre_de_los_datos(reporte),
        direccion=direccion,
        qr=codigo_qr(direccion),
    )


def nombre_de_los_datos(reporte: Reporte) -> str:
    return f"reporte-de-cumplimiento-{reporte.anio}-n{reporte.numero}-datos.json"
