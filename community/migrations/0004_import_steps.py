"""Each import says at which step it is, and who asked for it: a worker takes the steps."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0003_listing_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="importrun",
            name="import_run_undone_was_applied",
        ),
        migrations.AddField(
            model_name="importrun",
            name="asked_by",
            field=models.ForeignKey(
                help_text="Who asked for the latest step.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="refusal",
            field=models.TextField(blank=True, help_text="Why the latest step could not be taken."),
        ),
        migrations.AddField(
            model_name="importrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("handed_in", "Being looked at"),
                    ("given_up", "Could not be looked at"),
                    ("tried", "Tried, not brought in"),
                    ("bringing_in", "Being brought in"),
                    ("applied", "Brought in"),
                    ("taking_back", "Being taken back"),
                    ("undone", "Taken back"),
                ],
                default="handed_in",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="takes_source",
            field=models.BooleanField(
                default=False, help_text="The source's words replace what curators wrote since."
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often the present step was begun."
            ),
        ),
        migrations.RunSQL(
            """
            UPDATE community_importrun SET asked_by_id = by_id, state = CASE
                WHEN undone_at IS NOT NULL THEN 'undone' WHEN applied_at IS NOT NULL THEN 'applied' ELSE 'tried'
            END
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["handed_in", "given_up", "tried", "bringing_in", "applied", "taking_back", "undone"],
                    )
                ),
                name="import_run_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied_at__isnull", False),
                    ("state__in", ["handed_in", "given_up", "tried", "bringing_in"]),
                    _connector="XOR",
                ),
                name="import_run_applied_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at__isnull", True), ("state", "undone"), _connector="XOR"),
                name="import_run_undone_has_a_date",
            ),
        ),
    ]
