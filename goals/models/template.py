"""A template: a goal that somebody may want, in neutral words, kept by a practice for others to take."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import Practice, User
from coaching.accounts.records import Record
from goals.models.goal import Side
from goals.models.scale import LONGEST
from goals.querysets import GoalTemplateQuerySet


class GoalTemplate(Record):
    """A goal to take, with levels and steps if its author wrote some. It is nobody's and names nobody.

    Taking it makes a proposal, or the goal of the client who takes it: words of
    their own from then on, without a link back.
    """

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="templates")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="templates_written")
    side = models.CharField(_("side"), max_length=9, choices=Side)
    title = models.CharField(_("goal"), max_length=250)
    why = models.TextField(_("why it can matter"), blank=True)
    levels = ArrayField(
        models.CharField(max_length=LONGEST),
        default=list,
        blank=True,
        help_text=_("None, or five from much less than hoped to much more."),
    )
    steps = ArrayField(models.CharField(max_length=250), default=list, blank=True)
    is_shared = models.BooleanField(
        default=False, help_text=_("The practice's coaches and their clients may take it.")
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = GoalTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="goaltemplate_side_is_known"),
            models.CheckConstraint(
                condition=Q(levels=[]) | Q(levels__len=5) & ~Q(levels__contains=[""]),
                name="goaltemplate_no_or_five_levels",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("goals:template_detail", args=[self.pk])

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def is_community(self) -> bool:
        return self.side == Side.COMMUNITY

    def retire(self, *, at: datetime | None = None) -> None:
        """Nobody takes it any more; what was taken stays."""
        self.retired_at = self.retired_at or at or timezone.now()
        self.save(update_fields=["retired_at"])

    def restore(self) -> None:
        self.retired_at = None
        self.save(update_fields=["retired_at"])
