"""Las páginas públicas del portal, sacadas del resolvedor de Django: una página nueva entra sola en las revisiones.

Las leen la revisión de HTML (``tests/paginas/test_html.py``), la de accesibilidad y el recorrido con teclado
(``tests/navegador/test_todas_las_paginas.py``).
"""

from django.test import Client

from indicadores.models import Indicador
from objetivos.models import Entidad, ObjetivoPrioritario
from servicios.models import Servicio
from tests.test_direcciones import direcciones

#: Estados que la dirección sola no muestra: un corte, una fecha anterior a todo, una lista sin nada que mostrar.
VARIANTES = (
    "/?corte=2021-12-31",
    "/?a_la_fecha=2019-01-01",
    "/indicadores/?q=nada+de+eso",
    "/indicadores/OP.01-I1/",
    "/indicadores/OP.02-I1/?corte=2021-12-31",
    "/indicadores/OP.05-I2/",
    "/indicadores/OP.01-S1-I1/",
    "/objetivos/OP.05/?corte=2021-12-31",
    "/servicios/?q=nada+de+eso",
    "/servicios/OP.02-S3/",
    "/entidades/PJ/",
    "/metodologia/?sentido=descendente&logro=30&valor=x",
    "/metodologia/?sentido=descendente&linea_base=37&logro=30&valor=35",
)


def paginas_publicas(cliente: Client) -> list[str]:
    """La dirección de cada página HTML pública que contesta 200, con un ejemplo de cada parámetro."""
    halladas = []
    for una in direcciones():
        if una.es_de_admin:
            continue
        respuesta = cliente.get(una.ruta)
        if respuesta.status_code == 200 and respuesta.headers["Content-Type"].startswith("text/html"):
            halladas.append(una.ruta)
    return halladas


def paginas_de_cada_cosa() -> list[str]:
    """La página de cada objetivo, indicador, servicio y entidad."""
    return [
        *(f"/objetivos/{codigo}/" for codigo in _codigos(ObjetivoPrioritario, "codigo")),
        *(f"/indicadores/{codigo}/" for codigo in _codigos(Indicador, "codigo")),
        *(f"/servicios/{codigo}/" for codigo in _codigos(Servicio, "codigo")),
        *(f"/entidades/{sigla}/" for sigla in _codigos(Entidad, "sigla")),
    ]


def _codigos(modelo: type, campo: str) -> list[str]:
    return list(modelo._default_manager.order_by(campo).values_list(campo, flat=True))  # type: ignore[attr-defined]
