"""Lo que se hace en el portal antes de respaldar, y cómo se mira que todo volvió."""

import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from indicadores.acciones import expediente, lotes
from indicadores.models import Evidencia, Medicion
from penitenciaria.informe import emision
from penitenciaria.respaldo import tablas
from penitenciaria.respaldo.hacer import aplicadas_en
from tests import archivos, fabricas
from tests.recorrido import paginas_de_cada_cosa
from tests.test_a_la_fecha import cambiar_todo, sin_lo_de_cada_pedido
from tests.test_direcciones import direcciones

#: Direcciones que ``direcciones`` no forma con datos que existan, o que importan por sí mismas.
ADEMAS = (
    "/api/v1/mediciones/?page_size=500",
    "/api/v1/cambios/",
    "/api/v1/avance/?corte=2021-12-31",
    "/api/v1/indicadores/OP.01-I2/?corte=2021-12-31",
    "/api/v1/sdmx/data/PNP",
    "/cifras/cadena.jsonl",
    "/cambios/",
    "/datos/datapackage.json",
)
#: Dicen cómo está el servidor en ese momento.
DEL_MOMENTO = ("/salud/", "/metricas")
#: Cambian en cada respuesta, o con la marca de la cuenta de publicaciones, que al restaurar es otra a propósito.
DE_CADA_RESPUESTA = {"etag", "expires", "x-request-id", "date", "set-cookie", "content-security-policy"}


def actuar(personas: SimpleNamespace, desde: datetime) -> SimpleNamespace:
    """De todo un poco: publica, corrige, retira, fija, adjunta, comenta, recibe un lote, redacta y emite."""
    cambiar_todo(personas, desde)
    en = desde + timedelta(hours=1)
    publicada = Medicion.objects.oficiales_nacionales().filter(etapa="publicada").order_by("-pk")[0]
    evidencias = [
        expediente.adjuntar(
            publicada,
            por=personas.administrador,
            archivo=ContentFile(contenido, name=nombre),
            publica=publica,
            ahora=en,
        )
        for nombre, contenido, publica in (
            ("acta «ñandú».pdf", archivos.pdf("acta"), True),
            ("foto.png", archivos.png(), False),
        )
    ]
    expediente.comentar(publicada, por=personas.analista, texto="Tab\ty salto\ny «barra» \\N \\", ahora=en)
    lote = lotes.recibir(
        por=personas.analista,
        clase="mediciones",
        archivo=ContentFile(b"indicador;periodo\n"),
        nombre="hoja.csv",
        opciones={"z": 1, "a": [None, "ñ", {"y": True, "b": "\u2028"}]},
        ahora=en,
    )
    emision.redactar_parrafo(
        por=personas.administrador, anio=2021, seccion="resultado_general", texto="Un párrafo propio.", ahora=en
    )
    reporte = emision.emitir(
        por=personas.administrador, anio=2021, corte=date(2021, 12, 31), diferencias_aceptadas=True, ahora=en
    )
    return SimpleNamespace(evidencias=evidencias, lote=lote, reporte=reporte, publicada=publicada, en=en)


def respuestas(*ademas: str) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Lo que contesta a cualquiera cada dirección pública: estado, cabeceras y cuerpo."""
    rutas = [una.ruta for una in direcciones() if not una.es_de_admin and not una.ruta.startswith(DEL_MOMENTO)]
    cliente = Client()
    return {ruta: _pedir(cliente, ruta) for ruta in dict.fromkeys([*rutas, *paginas_de_cada_cosa(), *ADEMAS, *ademas])}


def _pedir(cliente: Client, ruta: str) -> tuple[int, dict[str, str], bytes]:
    respuesta = cliente.get(ruta)
    cuerpo = b"".join(respuesta.streaming_content) if respuesta.streaming else respuesta.content
    cabeceras = {clave.lower(): valor for clave, valor in respuesta.items() if clave.lower() not in DE_CADA_RESPUESTA}
    respuesta.close()
    return respuesta.status_code, cabeceras, sin_lo_de_cada_pedido(cuerpo)


def filas() -> dict[str, tuple[int, str]]:
    """Cuántas filas tiene cada tabla y su huella, leídas de la base en uso."""
    return {
        tabla.nombre: (volcado.filas, volcado.huella)
        for tabla in tablas.tablas_de(connection, aplicadas_en(connection))
        for volcado in [tablas.volcar(tabla, connection)]
    }


def destruir(carpetas: SimpleNamespace) -> None:
    """Se pierden la base y los archivos."""
    call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(carpetas.archivos, ignore_errors=True)


def archivos_de(carpeta: Path) -> dict[str, bytes]:
    """Cada archivo bajo la carpeta, con su contenido."""
    return {ruta.relative_to(carpeta).as_posix(): ruta.read_bytes() for ruta in carpeta.rglob("*") if ruta.is_file()}


def publicar_otra(personas: SimpleNamespace, en: datetime) -> Medicion:
    """La cifra siguiente: si las claves o la cadena no volvieron bien, choca."""
    medicion = Medicion.objects.oficiales_nacionales().filter(etapa="publicada").order_by("pk")[0]
    return fabricas.corregida(
        medicion, por=personas.analista, revisor=personas.revisor, ahora=en, valor=Decimal("12.5")
    )


def evidencias_en_su_sitio() -> bool:
    """Cada evidencia está y tiene los bytes que dice."""
    return all(Path(una.archivo.path).stat().st_size == una.tamano for una in Evidencia.objects.order_by("pk"))
