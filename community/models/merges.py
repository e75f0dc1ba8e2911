"""Two listings that may be the same, and those that were made one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models.edits import Edit
from community.models.services import Service
from community.querysets.merges import LikePairQuerySet


class LikePair(Record):
    """Two listings that look alike, and why. `first` has the smaller id, so that a pair is one row."""

    first = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    likeness = models.PositiveIntegerField(
        help_text="More for a stronger likeness; 1000 for each whole reason."
    )
    is_same_phone = models.BooleanField(default=False)
    is_same_link = models.BooleanField(default=False)
    is_same_address = models.BooleanField(default=False)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = LikePairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="like_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="like_pair_in_order"),
        ]
        indexes = [models.Index(fields=["-likeness", "id"], name="like_pair_by_likeness")]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"

    @property
    def both(self) -> list[Service]:
        return [self.first, self.second]

    @property
    def reasons(self) -> list[str]:
        """Why they look alike, in words."""
        said = [
            (True, _now("Their names are alike.")),
            (self.is_same_phone, _now("They have the same phone number.")),
            (self.is_same_link, _now("They have the same link.")),
            (self.is_same_address, _now("They are at the same address.")),
        ]
        return [words for is_so, words in said if is_so]


class Merge(Record):
    """`gone` was the same as `kept` and became one with it. Its address leads to the kept one."""

    kept = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="merged_from")
    gone = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="merged_into")
    edit = models.OneToOneField(Edit, on_delete=models.CASCADE, related_name="merge")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(help_text="What spoke of the gone one: by model and column, the ids moved.")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two")]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"
