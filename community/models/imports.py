"""What curators brought in from elsewhere, and how to take it back."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.querysets import ImportRunQuerySet
from community.records import in_order


class ImportState(models.TextChoices):
    TRIED = "tried", _("Tried, not brought in")
    APPLIED = "applied", _("Brought in")
    UNDONE = "undone", _("Taken back")


class ImportRun(Record):
    """A file a curator handed in: tried, then brought in, then perhaps taken back."""

    State = ImportState

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True, help_text="The file, until it is brought in.")
    report = models.JSONField(
        default=dict, help_text="`files`, `findings` and `outcomes` as texts and figures."
    )
    undo = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="`added`: ids by table; `changed`: table, id, and each column before and after.",
    )
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    kept = models.PositiveIntegerField(default=0, help_text="What stayed when it was taken back.")

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            in_order("applied_at", "undone_at", name="import_run_applied_before_undone"),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True) | models.Q(applied_at__isnull=False),
                name="import_run_undone_was_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> ImportState:
        if self.undone_at:
            return ImportState.UNDONE
        return ImportState.APPLIED if self.applied_at else ImportState.TRIED

    @property
    def totals(self) -> dict[str, Any]:
        """Rows added, changed, unchanged and refused, over all files."""
        return {
            verdict: sum(each[verdict] for each in self.report.get("files", []))
            for verdict in ("added", "changed", "unchanged", "refused")
        }
