"""What curators brought in from elsewhere, and how to take it back."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.querysets import ImportRunQuerySet
from community.records import in_order, one_of


class ImportState(models.TextChoices):
    HANDED_IN = "handed_in", _("Being looked at")
    GIVEN_UP = "given_up", _("Could not be looked at")
    TRIED = "tried", _("Tried, not brought in")
    BRINGING_IN = "bringing_in", _("Being brought in")
    APPLIED = "applied", _("Brought in")
    TAKING_BACK = "taking_back", _("Being taken back")
    UNDONE = "undone", _("Taken back")


IF_IT_FAILS = {
    ImportState.HANDED_IN: ImportState.GIVEN_UP,
    ImportState.BRINGING_IN: ImportState.TRIED,
    ImportState.TAKING_BACK: ImportState.APPLIED,
}
"""Where a step that a worker has to take leads if it cannot be taken."""


class ImportRun(Record):
    """A file a curator handed in: tried, then brought in, perhaps taken back; a worker takes each step."""

    State = ImportState

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=11, choices=ImportState, default=ImportState.HANDED_IN)
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Who asked for the latest step.",
    )
    takes_source = models.BooleanField(
        default=False, help_text="The source's words replace what curators wrote since."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often the present step was begun.")
    refusal = models.TextField(blank=True, help_text="Why the latest step could not be taken.")
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
            one_of("state", ImportState, name="import_run_state_known"),
            in_order("applied_at", "undone_at", name="import_run_applied_before_undone"),
            models.CheckConstraint(
                condition=models.Q(applied_at__isnull=False)
                ^ models.Q(state__in=["handed_in", "given_up", "tried", "bringing_in"]),
                name="import_run_applied_has_a_date",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True) ^ models.Q(state="undone"),
                name="import_run_undone_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has to do something about it."""
        return self.state in IF_IT_FAILS

    @property
    def totals(self) -> dict[str, Any]:
        """Rows added, changed, unchanged and refused, over all files."""
        return {
            verdict: sum(each[verdict] for each in self.report.get("files", []))
            for verdict in ("added", "changed", "unchanged", "refused")
        }
