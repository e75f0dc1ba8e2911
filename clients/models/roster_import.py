"""A table of clients that a coach brings in: read, looked at, brought in, and perhaps taken back."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.querysets import RosterImportQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.models import Coach
from coaching.accounts.records import PrivateRecord


class RosterImport(PrivateRecord):
    """A file, while it is looked at and brought in. Its lines are gone once that is done.

    They may hold anything, other people's words about clients among it; so
    they are encrypted, and only the columns that the coach chose are brought in.
    """

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", _("Not brought in yet")
        UNDER_WAY = "under_way", _("Being brought in")
        DONE = "done", _("Brought in")
        UNDONE = "undone", _("Taken back")

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="roster_imports")
    file_name = models.CharField(max_length=200)
    content = EncryptedTextField(blank=True, editable=False)
    mapping = models.JSONField(default=dict, help_text="The number of a column, and what it holds.")
    state = models.CharField(max_length=9, choices=State, default=State.LOOKED_AT)
    invites = models.BooleanField(default=False)
    lines = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    refused: Any = models.JSONField(
        default=list, help_text="The number of each line that was not brought in, and why, without its words."
    )

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lines_done__lte=F("lines")), name="roster_import_not_past_its_end"
            )
        ]

    def __str__(self) -> str:
        return self.file_name
