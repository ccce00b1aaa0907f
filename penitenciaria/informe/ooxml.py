"""Lo común a los archivos de Word y de Excel: texto que XML admite y un paquete idéntico en cada construcción."""

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

#: La fecha que el formato ZIP tiene por cero; las de verdad están en el documento, que es lo que se firma.
FECHA_FIJA = datetime(1980, 1, 1)
AUTOR = "Portal de la Política Nacional Penitenciaria al 2030"

_PROHIBIDOS = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FECHAS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_PRIMEROS = ("[Content_Types].xml", "_rels/.rels")


def admisible(texto: str) -> str:
    """El texto con «\N{REPLACEMENT CHARACTER}» donde había un carácter que XML prohíbe, para que se vea que faltaba."""
    return _PROHIBIDOS.sub("\N{REPLACEMENT CHARACTER}", texto.replace("\r\n", "\n").replace("\r", "\n"))


def reempacar(paquete: bytes) -> bytes:
    """El mismo paquete sin nada que dependa de cuándo o dónde se escribió: partes en orden y fechas fijas."""
    salida = BytesIO()
    with ZipFile(BytesIO(paquete)) as origen, ZipFile(salida, "w") as destino:
        for nombre in sorted(origen.namelist(), key=lambda nombre: (nombre not in _PRIMEROS, nombre)):
            parte = ZipInfo(nombre, date_time=FECHA_FIJA.timetuple()[:6])
            parte.compress_type = ZIP_DEFLATED
            parte.create_system = 0
            contenido = origen.read(nombre)
            if nombre == "docProps/core.xml":
                contenido = _FECHAS.sub(rb"\g<1>" + FECHA_FIJA.isoformat().encode() + b"Z", contenido)
            destino.writestr(parte, contenido, compresslevel=6)
    return salida.getvalue()
