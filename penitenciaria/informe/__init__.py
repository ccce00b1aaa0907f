"""El reporte de cumplimiento: del tablero al documento, y del documento a HTML, DOCX y PDF."""
