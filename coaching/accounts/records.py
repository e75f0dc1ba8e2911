"""What every row of Trellis has."""

from django.db import models
from django.db.models.functions import UUID7, Now


class Record(models.Model):
    """A row with a UUIDv7, so that ids sort by age and say nothing, and its time of creation (UTC)."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
