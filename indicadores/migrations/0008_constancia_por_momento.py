"""El último eslabón que había a una fecha, por su índice."""

from django.db import migrations, models

from penitenciaria.sin_trabar import AgregarIndiceSinTrabar


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('indicadores', '0007_indices_de_filtros')]

    operations = [
        AgregarIndiceSinTrabar(
            model_name='constancia',
            index=models.Index(fields=['en', 'numero'], name='constancia_por_momento'),
        ),
    ]
