"""Aplicación WSGI que sirve gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

#: Objetos nuevos entre una limpieza y otra: una lista de cien filas ya crea varios cientos.
UMBRAL = 5000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penitenciaria.settings")

application = get_wsgi_application()

# Lo cargado hasta aquí dura lo que el proceso: que el recolector no lo recorra cada vez. Las respuestas en frío tardan
# así de media una cuarta parte menos.
get_resolver().url_patterns  # noqa: B018 - carga las direcciones ahora y no con la primera petición
gc.collect()
gc.freeze()
gc.set_threshold(UMBRAL, 20, 20)
