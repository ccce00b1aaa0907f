"""Los últimos momentos en que algo se publicó, sin recorrer los eslabones de cada publicación.

Un ``GROUP BY`` leería la cadena entera; aquí se salta de un momento al anterior por el índice (en, numero).
"""

from datetime import datetime

from django.db import connections, router

from indicadores.models.expediente import Constancia

#: De cada momento hasta una fecha, del último hacia atrás, su último eslabón: una publicación de miles de cifras cuesta
#: lo mismo que una de pocas.
ULTIMOS_MOMENTOS = """
WITH RECURSIVE momentos(en) AS (
  SELECT (SELECT c.en FROM indicadores_constancia c WHERE c.en <= %s ORDER BY c.en DESC LIMIT 1)
  UNION ALL
  SELECT (SELECT c.en FROM indicadores_constancia c WHERE c.en < momentos.en ORDER BY c.en DESC LIMIT 1)
  FROM momentos WHERE momentos.en IS NOT NULL
)
SELECT (
  SELECT c.numero FROM indicadores_constancia c WHERE c.en <= momentos.en ORDER BY c.en DESC, c.numero DESC LIMIT 1
) FROM momentos WHERE momentos.en IS NOT NULL LIMIT %s
"""
#: Quien publica toma la hora antes de esperar su turno: el eslabón de un momento puede ir en la cadena detrás de los de
#: otros posteriores. Cuántas publicaciones pueden adelantarse así a una.
ADELANTADAS = 50


def ultimos_por_momento(a_la_fecha: datetime, cuantos: int) -> list[int]:
    """Los números del último eslabón de cada uno de los ``cuantos`` últimos momentos, del mayor al menor: una consulta.

    Cada momento es una publicación, una corrección, un retiro o una revisión de lo fijado, con todos sus eslabones.
    """
    conexion = connections[router.db_for_read(Constancia)]
    with conexion.cursor() as cursor:
        momento = conexion.ops.adapt_datetimefield_value(a_la_fecha)
        cursor.execute(ULTIMOS_MOMENTOS, [momento, cuantos + ADELANTADAS])
        return sorted((numero for (numero,) in cursor.fetchall()), reverse=True)[:cuantos]
