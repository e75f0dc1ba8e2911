"""What people looked for and the directory does not have."""

from django.db import models

from coaching.accounts.records import Record
from community.querysets import GapQuerySet
from community.records import in_order
from community.vocabulary import NEEDS


class GapRecord(Record):
    """A need for which nothing could be suggested. Days are counted, not people: it never says whose."""

    need = models.CharField(max_length=50, unique=True)
    days = models.PositiveIntegerField(default=1)
    first_on = models.DateField()
    last_on = models.DateField()

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-days", "need"]
        constraints = [
            in_order("first_on", "last_on", name="gap_days_in_order"),
            models.CheckConstraint(condition=models.Q(days__gt=0), name="gap_has_days"),
        ]

    def __str__(self) -> str:
        return str(NEEDS[self.need][0]) if self.need in NEEDS else self.need
