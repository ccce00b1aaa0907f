"""La administración de las cifras: cada módulo inscribe lo suyo al importarse."""

from indicadores.admin import catalogo, inicio, mediciones, personas, revisiones

__all__ = ["catalogo", "inicio", "mediciones", "personas", "revisiones"]
