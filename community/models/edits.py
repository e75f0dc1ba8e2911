"""What curators changed, row by row, so that it can be read and taken back."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models.organizations import Organization
from community.models.services import Service
from community.querysets.edits import EditQuerySet
from community.records import one_of


class EditKind(models.TextChoices):
    WORDS = "words", _("Changed the words")
    PLACE = "place", _("Changed a place")
    PART = "part", _("Changed a part")
    STATE = "state", _("Took a step")
    MERGE = "merge", _("Merged two listings")
    BULK = "bulk", _("Changed several at once")


class Edit(Record):
    """One thing a curator did to listings or to an organization: who, when, and each row before and after."""

    Kind = EditKind

    kind = models.CharField(max_length=5, choices=EditKind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=400, blank=True, help_text="In words, where the kind does not say it.")
    services = models.ManyToManyField(Service, related_name="edits")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="edits")
    rows = models.JSONField(
        encoder=DjangoJSONEncoder,
        help_text="Table, id, and the columns before and after; null where the row was not there.",
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EditQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("kind", EditKind, name="edit_kind_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="edit_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.what or str(self.get_kind_display())
