"""La API v1 entera: direcciones, esquema, errores y límites, y los recursos que reúnen varias aplicaciones.

Este archivo no importa nada: la configuración de DRF nombra módulos de aquí y los carga antes que las vistas.
"""
