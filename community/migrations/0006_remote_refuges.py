"""A place that is told to who rings helps from anywhere: a copy for searches, which `reindex` keeps from here on."""

from django.db import migrations

FILL = """
UPDATE community_listing
SET tags = array_append(tags, 'remote')
WHERE NOT tags @> ARRAY['remote']::varchar[]
  AND service_id IN (
      SELECT link.service_id
      FROM community_serviceatlocation link
      JOIN community_location location ON location.id = link.location_id
      WHERE location.is_confidential
  )
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0005_listing_area")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
