from django.db import migrations

from community.vocabulary import ensure_categories


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: ensure_categories(apps), migrations.RunPython.noop)
    ]
