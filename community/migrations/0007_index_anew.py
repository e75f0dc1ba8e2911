from django.db import migrations

from community.querysets.index import write_index


def write_index_anew(apps, schema_editor):
    """Listings that are there already get what they are found by."""
    write_index(list(apps.get_model("community", "Listing").objects.values_list("service_id", flat=True)))


class Migration(migrations.Migration):
    dependencies = [("community", "0006_found_by")]

    operations = [migrations.RunPython(write_index_anew, migrations.RunPython.noop)]
