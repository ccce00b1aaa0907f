from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objetivos', '0002_reporte'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicallineamiento',
            name='history_change_reason',
            field=models.TextField(null=True),
        ),
    ]
