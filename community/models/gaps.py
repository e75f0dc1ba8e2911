"""What people looked for and the directory does not have."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.querysets import GapQuerySet
from community.records import in_order
from community.vocabulary import NEEDS

RESTS_FOR = timedelta(days=30)
"""Who looks for it within so many days of its being set aside does not bring it back."""


class GapRecord(Record):
    """A need for which nothing could be suggested. Days are counted, not people: it never says whose.

    A curator who has looked at it can set it aside; it comes back when
    somebody looks for it in vain a month later or after that.
    """

    need = models.CharField(max_length=50, unique=True)
    days = models.PositiveIntegerField(default=1)
    first_on = models.DateField()
    last_on = models.DateField()
    set_aside_on = models.DateField(null=True)
    set_aside_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside_why = models.CharField(max_length=200, blank=True)

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-days", "need"]
        constraints = [
            in_order("first_on", "last_on", name="gap_days_in_order"),
            models.CheckConstraint(condition=Q(days__gt=0), name="gap_has_days"),
            models.CheckConstraint(
                condition=Q(set_aside_on=None, set_aside_by=None, set_aside_why="")
                | Q(set_aside_on__isnull=False, set_aside_by__isnull=False) & ~Q(set_aside_why=""),
                name="gap_set_aside_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(NEEDS[self.need][0]) if self.need in NEEDS else self.need

    @property
    def is_set_aside(self) -> bool:
        """A curator set it aside, and nobody has looked for it a month later or after that."""
        return self.set_aside_on is not None and self.last_on < self.set_aside_on + RESTS_FOR

    def set_aside(self, *, by: User, why: str, on: date) -> None:
        """A curator has looked at it, and there is nothing to do for now."""
        self.set_aside_on, self.set_aside_by, self.set_aside_why = on, by, why
        self._save_set_aside()

    def bring_back(self) -> None:
        """It stands with the others again, as if nobody had set it aside."""
        self.set_aside_on, self.set_aside_by, self.set_aside_why = None, None, ""
        self._save_set_aside()

    def _save_set_aside(self) -> None:
        self.save(update_fields=["set_aside_on", "set_aside_by", "set_aside_why"])
