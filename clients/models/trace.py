"""Who read and changed what in a client's record: for the client, and without a word of what it says."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import TraceQuerySet
from coaching.accounts.models import User
from coaching.accounts.records import Record


class Trace(Record):
    """One person did one thing with one part of a record on one day (UTC), so many times, last `at`.

    Reading ten times a day is one row, so that it can be shown and does not grow without end.
    """

    class Act(models.TextChoices):
        READ = "read", _("read")
        ADDED = "added", _("added to")
        CHANGED = "changed", _("changed")
        CONFIRMED = "confirmed", _("confirmed")
        REMOVED = "removed", _("took something out of")
        TOOK_OUT = "took_out", _("took a copy of")

    class Part(models.TextChoices):
        """Called as the client reads it."""

        RECORD = "record", _("your record")
        CIRCUMSTANCES = "circumstances", _("what is around you")
        VALUES = "values", _("what matters to you")
        MIRROR = "mirror", _("your record as you see it")
        NOTES = "notes", _("notes that are shared with you")
        JOURNAL = "journal", _("your journal")
        CHECK_INS = "check_ins", _("how life stands for you")
        SUMMARIES = "summaries", _("summaries of your sessions")
        DETAILS = "details", _("your name and how to reach you")
        LOG = "log", _("your name in the log of hours")
        MEASURES = "measures", _("what you count")
        MESSAGES = "messages", _("the messages between you")
        WINS = "wins", _("small wins in your plans")
        CONNECTIONS = "connections", _("what you kept from the directory")
        FILES = "files", _("files in your record")
        AGREEMENTS = "agreements", _("what you have signed")
        COACH = "coach", _("who your coach is")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="traces")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="traces_left")
    act = models.CharField(max_length=9, choices=Act)
    part = models.CharField(max_length=13, choices=Part)
    day = models.DateField()
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    objects = TraceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "person", "act", "part", "day"], name="trace_once_a_day_for_each_thing"
            ),
            models.CheckConstraint(condition=Q(times__gte=1), name="trace_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.part}"
