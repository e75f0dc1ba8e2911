"""Where a listing is, written beside it: a copy for lists, which `reindex` keeps from here on."""

from django.db import migrations, models

FILL = """
UPDATE community_listing AS listing
SET places = there.places
FROM (
    SELECT link.service_id,
           jsonb_agg(
               CASE WHEN location.is_confidential THEN '{}'::jsonb
                    ELSE jsonb_build_object('name', location.name, 'type', location.location_type, 'city',
                             coalesce((SELECT city FROM community_address address
                                       WHERE address.location_id = location.id
                                       ORDER BY address.address_type <> 'physical', address.id LIMIT 1), ''))
               END ORDER BY link.id) AS places
    FROM community_serviceatlocation link
    JOIN community_location location ON location.id = link.location_id
    GROUP BY link.service_id
) AS there
WHERE there.service_id = listing.service_id
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0002_gap_set_aside")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="places",
            field=models.JSONField(
                default=list,
                editable=False,
                help_text="`name`, `type` and `city` of each, for lists that show many; nothing of a secret one.",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
