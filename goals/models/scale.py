"""The scale of a goal: what each of the five levels would look like in this person's life."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.records import Record
from goals.models.goal import Goal
from goals.models.rating import Level
from goals.querysets import GoalScaleQuerySet

LONGEST = 300
"""Characters for one level."""


class Importance(models.IntegerChoices):
    """How much the goal counts beside the others, in the client's eyes."""

    SOME = 1, _("It matters")
    MUCH = 2, _("It matters a lot")
    MOST = 3, _("It matters most")


class Difficulty(models.IntegerChoices):
    """How far the goal is from where the client stands, whatever the reason."""

    SMALL = 1, _("A small stretch")
    FAIR = 2, _("A fair stretch")
    BIG = 3, _("A big stretch")


@pghistory.track()
class GoalScale(Record):
    """Goal Attainment Scaling for one goal: five levels that client and coach described together.

    It may be changed later. Ratings keep the words they were chosen by, and the
    history keeps what the scale said before.
    """

    goal = models.OneToOneField(Goal, on_delete=models.CASCADE, related_name="scale")
    descriptions = ArrayField(
        models.CharField(max_length=LONGEST),
        size=5,
        verbose_name=_("levels"),
        help_text=_("From much less than hoped (-2) to much more than hoped (+2)."),
    )
    importance = models.PositiveSmallIntegerField(_("importance"), choices=Importance)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), choices=Difficulty)
    baseline = models.SmallIntegerField(_("level at the start"), choices=Level)
    baseline_on = models.DateField(_("start"), default=timezone.localdate)

    objects = GoalScaleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(descriptions__len=5) & ~Q(descriptions__contains=[""]),
                name="goalscale_five_levels_described",
            ),
            models.CheckConstraint(
                condition=Q(importance__in=Importance.values, difficulty__in=Difficulty.values),
                name="goalscale_weights_from_1_to_3",
            ),
            models.CheckConstraint(condition=Q(baseline__in=Level.values), name="goalscale_baseline_is_gas"),
        ]

    def __str__(self) -> str:
        return self.description_of(Level.EXPECTED)

    @property
    def weight(self) -> int:
        """Importance times difficulty, 1 to 9 (Kiresuk and Sherman 1968; Turner-Stokes 2009)."""
        return self.importance * self.difficulty

    def description_of(self, level: int) -> str:
        return self.descriptions[level + 2]

    @property
    def rungs(self) -> list[tuple[str, str]]:
        """The five levels by name with their words, the highest first."""
        return [(str(level.label), self.description_of(level)) for level in reversed(Level)]
