"""What the parts of a listing are called in the history."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0006_remote_refuges"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="costoption",
            options={"ordering": ["amount", "pk"], "verbose_name": "price"},
        ),
        migrations.AlterModelOptions(
            name="phone",
            options={"verbose_name": "phone number"},
        ),
        migrations.AlterModelOptions(
            name="requireddocument",
            options={"verbose_name": "what to bring"},
        ),
        migrations.AlterModelOptions(
            name="schedule",
            options={"verbose_name": "days and hours"},
        ),
    ]
