"""Los índices con que se cuenta y se pasan páginas sin leer las filas, y se halla lo último publicado en un lugar."""

from django.db import migrations, models

VIGENCIA = ['publicada_en', 'sustituida_en']


class Migration(migrations.Migration):
    dependencies = [('indicadores', '0004_llaves')]

    operations = [
        migrations.RemoveIndex(model_name='medicion', name='medicion_ambito'),
        migrations.RemoveIndex(model_name='medicion', name='medicion_fin'),
        migrations.AddIndex(
            model_name='medicion',
            index=models.Index(fields=['indicador', 'fin', 'id', *VIGENCIA], name='medicion_de_indicador'),
        ),
        migrations.AddIndex(
            model_name='medicion',
            index=models.Index(fields=['ambito', 'fin', 'id', *VIGENCIA], name='medicion_de_ambito'),
        ),
        migrations.AddIndex(
            model_name='medicion', index=models.Index(fields=['fin', 'id', *VIGENCIA], name='medicion_por_fin')
        ),
        migrations.AddIndex(
            model_name='medicion',
            index=models.Index(fields=['ambito', 'sexo', 'publicada_en', 'id'], name='medicion_novedades'),
        ),
    ]
