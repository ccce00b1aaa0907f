"""Los periodos en que un indicador tiene valores por lugar o por sexo, sin recorrer esos valores.

Un ``DISTINCT`` lee todas las filas del indicador, que crecen con los lugares; aquí se salta de un periodo al siguiente
por el índice (indicador, periodo, …), y de cada uno basta hallar una fila.
"""

from datetime import date, datetime

from django.db import connections, router

from indicadores.models.catalogo import Ambito
from indicadores.models.cifras import Medicion

SIGUIENTE = """SELECT m.periodo FROM indicadores_medicion m
  WHERE m.indicador_id = %s AND m.publicada_en IS NOT NULL {despues} ORDER BY m.periodo LIMIT 1"""
CON_DETALLE = f"""
WITH RECURSIVE pasos(periodo) AS (
  SELECT ({SIGUIENTE.format(despues="")})
  UNION ALL
  SELECT ({SIGUIENTE.format(despues="AND m.periodo > pasos.periodo")}) FROM pasos WHERE pasos.periodo IS NOT NULL
)
SELECT pasos.periodo FROM pasos WHERE pasos.periodo IS NOT NULL AND EXISTS (
  SELECT 1 FROM indicadores_medicion m
  WHERE m.indicador_id = %s AND m.periodo = pasos.periodo AND m.fin <= %s AND m.publicada_en <= %s
    AND (m.sustituida_en IS NULL OR m.sustituida_en > %s)
    AND NOT (m.sexo = 'T' AND m.ambito_id IN (SELECT a.id FROM indicadores_ambito a WHERE a.codigo = %s)))
"""


def con_detalle(indicador: int, *, corte: date, a_la_fecha: datetime) -> list[str]:
    """Los periodos del indicador (por su clave primaria) con algún valor a la vista que no sea el total del país."""
    conexion = connections[router.db_for_read(Medicion)]
    momento = conexion.ops.adapt_datetimefield_value(a_la_fecha)
    dia = conexion.ops.adapt_datefield_value(corte)
    with conexion.cursor() as cursor:
        valores = [indicador, indicador, indicador, dia, momento, momento, Ambito.NACIONAL]
        cursor.execute(CON_DETALLE, valores)
        return [periodo for (periodo,) in cursor.fetchall()]
