"""Los índices con que se hallan el valor anterior de cada serie y las celdas reservadas, sin recorrer las filas."""

from django.db import migrations, models

from indicadores.models.granularidad import Granularidad
from penitenciaria.sin_trabar import AgregarIndiceSinTrabar


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('indicadores', '0005_indices_de_volumen')]

    operations = [
        AgregarIndiceSinTrabar(
            model_name='medicion',
            index=models.Index(
                'indicador', 'ambito', 'sexo', 'caracter', Granularidad('periodo'), 'fin', 'id',
                'publicada_en', 'sustituida_en', name='medicion_anterior',
                condition=models.Q(valor__isnull=False, reservada=False),
            ),
        ),
        AgregarIndiceSinTrabar(
            model_name='medicion',
            index=models.Index(
                fields=['indicador', 'periodo', 'id'], name='medicion_reservadas', condition=models.Q(reservada=True)
            ),
        ),
    ]
