"""The signs of life of the processes that nobody sees."""

from django.db import models
from django.db.models.functions import Now

from coaching.accounts.records import Record


class Heartbeat(Record):
    """When a process that nobody sees was last known to be alive."""

    name = models.CharField(max_length=20, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def beat(name: str) -> None:
        """Note a sign of life, by the database's clock."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, seen_at=Now())],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["seen_at"],
        )
