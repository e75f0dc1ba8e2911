"""Where a listing is as a box, written beside it: a copy for searches, which `reindex` keeps from here on."""

from django.contrib.postgres.indexes import GistIndex
from django.db import migrations

import community.fields

FILL = """
UPDATE community_listing AS listing
SET area = spots.area
FROM (
    SELECT service_id,
           cube(ARRAY[min(cube_ll_coord(position, 1)), min(cube_ll_coord(position, 2)),
                      min(cube_ll_coord(position, 3))],
                ARRAY[max(cube_ll_coord(position, 1)), max(cube_ll_coord(position, 2)),
                      max(cube_ll_coord(position, 3))]) AS area
    FROM community_spot
    GROUP BY service_id
) AS spots
WHERE spots.service_id = listing.service_id
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0004_import_steps")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="area",
            field=community.fields.PositionField(editable=False, null=True),
        ),
        migrations.AddIndex(model_name="listing", index=GistIndex(fields=["area"], name="listing_area")),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
