"""Un índice por cada filtro de las mediciones que no lo tenía."""

from django.db import migrations, models

from penitenciaria.sin_trabar import AgregarIndiceSinTrabar


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('indicadores', '0006_medicion_anterior')]

    operations = [
        AgregarIndiceSinTrabar(
            model_name='medicion',
            index=models.Index(fields=[filtro, 'fin', 'id'], name=f'medicion_de_{filtro}'),
        )
        for filtro in ('sexo', 'caracter', 'situacion')
    ]
