"""What is left of a record that was erased: that it was."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clients.querysets import ErasureQuerySet
from coaching.accounts.models import User
from coaching.accounts.records import Record

COOLING_OFF = timedelta(days=14)
"""How long a request can be taken back before it is carried out."""


class Erasure(Record):
    """A request that a record be erased, and later the only line that tells of it: a number and dates."""

    record = models.UUIDField(help_text="The id the client had; on purpose no relation, for it outlives it.")
    requested_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="erasures_requested"
    )
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(done_at=None), name="erasure_withdrawn_or_done"
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(withdrawn_at=None, done_at=None),
                name="erasure_one_open_request",
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)

    def withdraw(self, *, at: datetime | None = None) -> None:
        """The client has thought again; nothing was lost."""
        self.withdrawn_at = at or timezone.now()
        self.save(update_fields=["withdrawn_at"])
