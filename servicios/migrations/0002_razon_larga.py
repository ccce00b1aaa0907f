from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('servicios', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalservicio',
            name='history_change_reason',
            field=models.TextField(null=True),
        ),
    ]
