"""Las cuatro formas de un reporte, todas del mismo documento, y cómo se llama y se sirve cada archivo."""

from dataclasses import dataclass
from datetime import date

from penitenciaria.informe.documento import Documento
from penitenciaria.informe.docx import escribir_docx
from penitenciaria.informe.hechos import Informe
from penitenciaria.informe.html import escribir_html
from penitenciaria.informe.matriz import escribir_matriz
from penitenciaria.informe.pdf import escribir_pdf


@dataclass(frozen=True, slots=True)
class Forma:
    """Una forma del reporte: su rótulo, la extensión de su archivo y su tipo de contenido."""

    nombre: str
    rotulo: str
    extension: str
    tipo: str


FORMAS = {
    forma.nombre: forma
    for forma in (
        Forma("pdf", "PDF, para leer y firmar", "pdf", "application/pdf"),
        Forma(
            "docx",
            "DOCX, para editar",
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        Forma("html", "HTML, una sola página", "html", "text/html; charset=utf-8"),
        Forma(
            "matriz",
            "Matriz de seguimiento en XLSX",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    )
}
POR_EXTENSION = {forma.extension: forma.nombre for forma in FORMAS.values()}


def escribir_forma(forma: str, documento: Documento, informe: Informe, *, fecha: date | None = None) -> bytes:
    """Los bytes de una forma; los mismos para el mismo documento. ``fecha``: el día de la emisión, para el PDF/A."""
    if forma == "html":
        return escribir_html(documento)
    if forma == "docx":
        return escribir_docx(documento)
    if forma == "pdf":
        return escribir_pdf(documento, fecha=fecha)
    return escribir_matriz(informe, constancia=documento.constancia)


def escribir_formas(documento: Documento, informe: Informe, *, fecha: date) -> dict[str, bytes]:
    """Las cuatro, por su nombre."""
    return {forma: escribir_forma(forma, documento, informe, fecha=fecha) for forma in FORMAS}


def nombre_de_archivo(forma: str, anio: int, *, numero: int | None = None, corte: str = "") -> str:
    """«reporte-de-cumplimiento-2021-n1.pdf»; de un borrador, «…-2021-borrador-2021-06-30.pdf»."""
    base = "matriz-de-seguimiento" if forma == "matriz" else "reporte-de-cumplimiento"
    cual = f"n{numero}" if numero is not None else f"borrador-{corte}"
    return f"{base}-{anio}-{cual}.{FORMAS[forma].extension}"
