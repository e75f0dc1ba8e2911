"""What every row of Trellis has."""

import secrets
import time
import uuid

from django.db import models
from django.db.models.functions import UUID7, Now


class Record(models.Model):
    """A row with a UUIDv7, so that ids sort by age and say nothing, and its time of creation (UTC)."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


def uuid7() -> uuid.UUID:
    """A UUID that sorts by age (RFC 9562, version 7); Python has its own only from 3.14 on."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return uuid.UUID(int=number & ~(0xF << 76) & ~(0b11 << 62) | (7 << 76) | (0b10 << 62))


class PrivateRecord(Record):
    """A row with encrypted text. Its id is known before it is written, for the text is bound to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UUID7(), editable=False)

    class Meta:
        abstract = True
